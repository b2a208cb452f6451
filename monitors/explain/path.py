"""All that is stored about the path of one article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitors.errors import ConfigError, TidingsError

if TYPE_CHECKING:
    from monitors.decide.calibration import Calibration
    from monitors.model import Article, Decision, Delivery, Listing, Topic
    from monitors.ports import Store
    from monitors.settings import Settings

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that hold for a topic now, at its sensitivity."""

    match: float
    alert: float
    same: float


@dataclass(frozen=True, slots=True)
class Path:
    """An article, or an entry that never became one, through every step.

    :param waits: it is stored and not decided yet
    :param topics: the watch list's topics by id; empty where it cannot be read
    :param lines: topic id to its lines; none for a topic that is not watched any more
    :param older: it was seen before the one topic asked for had finished its first look
    :param told_before: topic id to how many alerts its budget counted before this decision
    """

    what: str
    listings: tuple[Listing, ...]
    article: Article | None
    waits: bool
    decisions: tuple[Decision, ...]
    deliveries: tuple[Delivery, ...]
    topics: Mapping[str, Topic]
    lines: Mapping[str, Lines]
    told_before: Mapping[str, int]
    older: bool = False


def path_of(store: Store, settings: Settings, what: str, topic_id: str = "") -> Path:
    """The path of an article (id or URL), of a message (number or key) or of an entry (URL).

    :param topic_id: only what concerns this topic
    :raises TidingsError: nothing of that name is stored
    :raises ConfigError: there is no such topic, and none is stored
    """
    wanted = _article_of_message(store, what) or what
    article = store.articles.find(wanted)
    listings = tuple(store.sources.listings(article.id if article else wanted))
    if article is None and not listings:
        raise TidingsError(
            what,
            "no such article is stored",
            "Give its id (A-...), the URL as its source lists it, or the number of a message; "
            "tidings alerts and tidings outbox list them",
        )
    topics = _topics(store, settings)
    decisions = _decisions(store, article, topic_id)
    if topic_id and topics and topic_id not in topics and not decisions:
        known = f"Known are: {', '.join(topics)}"
        raise ConfigError(f"topic `{topic_id}`", "there is none", known)
    return Path(
        what=what,
        listings=listings,
        article=article,
        waits=article is not None
        and article.id in {other.id for other in store.articles.undecided(_MOST)},
        decisions=decisions,
        deliveries=_deliveries(store, article, topic_id),
        topics=topics,
        lines=known_lines(settings, topics.values()),
        told_before=_told_before(store, topics, decisions),
        older=_is_older(store, article, topic_id),
    )


def _is_older(store: Store, article: Article | None, topic_id: str) -> bool:
    if article is None or not topic_id:
        return False
    watched = store.decisions.topic_states([topic_id])[topic_id].first_seen
    return watched is None or article.first_seen < watched


def _article_of_message(store: Store, what: str) -> str | None:
    row = store.outbox.find(what)
    if row is None and what.isdecimal():
        rows = store.outbox.rows(limit=_MOST)
        row = next((each for each in rows if each.id == int(what)), None)
        if row is None or not row.alert.article_id:
            said = "there is no such message" if row is None else "it is about no single article"
            raise TidingsError(f"message {what}", said, "tidings outbox lists them")
    return row.alert.article_id if row else None


def _decisions(store: Store, article: Article | None, topic_id: str) -> tuple[Decision, ...]:
    if article is None:
        return ()
    found = store.decisions.decisions(article_id=article.id, topic_id=topic_id or None)
    return tuple(found)


def _deliveries(store: Store, article: Article | None, topic_id: str) -> tuple[Delivery, ...]:
    if article is None:
        return ()
    rows = store.outbox.rows(limit=_MOST)
    return tuple(
        row
        for row in reversed(rows)
        if row.alert.article_id == article.id and (not topic_id or topic_id in row.alert.topic_ids)
    )


def _topics(store: Store, settings: Settings) -> dict[str, Topic]:
    """Of the watch list, with what they learnt; what is stored can be explained without it."""
    from monitors.errors import WatchlistError
    from monitors.lessons.force import in_force
    from monitors.watchlist import load_watchlist

    try:
        watchlist = load_watchlist(settings.watch)
    except WatchlistError:
        return {}
    return {topic.id: topic for topic in in_force(watchlist, store.lessons).topics}


def known_lines(settings: Settings, topics: Iterable[Topic]) -> dict[str, Lines]:
    """Topic id to its lines; empty where none are known for the model."""
    from monitors.calibration import load_calibration
    from monitors.errors import NotCalibrated

    try:
        learnt = load_calibration(settings.reader_model, settings.calibrations)
    except NotCalibrated:
        return {}
    return lines_of(learnt, topics)


def lines_of(learnt: Calibration, topics: Iterable[Topic]) -> dict[str, Lines]:
    """Topic id to the lines that its sensitivity has, moved by what it learnt."""
    from monitors.decide.lines import alert_line, same_line

    return {
        topic.id: Lines(
            learnt.match_lines[topic.sensitivity],
            alert_line(topic, learnt),
            same_line(topic, learnt),
        )
        for topic in topics
    }


def _told_before(
    store: Store, topics: Mapping[str, Topic], decisions: tuple[Decision, ...]
) -> dict[str, int]:
    from monitors.model import Verdict

    found = {}
    for decision in decisions:
        topic = topics.get(decision.topic_id)
        if topic is None or topic.at_most is None:
            continue
        since = decision.decided_at - topic.at_most.per
        told = store.decisions.decisions(
            topic_id=topic.id, verdicts=[Verdict.ALERT.value], since=since, limit=_MOST
        )
        found[topic.id] = sum(1 for d in told if d.decided_at < decision.decided_at)
    return found
