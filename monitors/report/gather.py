"""From the store to what the pages show. Reads in bulk; writes nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from monitors import model
from monitors.explain.path import Lines
from monitors.lessons.force import news
from monitors.model import AlertKind, Delivery, DeliveryState, Verdict, Watchlist
from monitors.ports import Store, StoryRecord
from monitors.ports.digests import Seen
from monitors.report.card import QualityCard, quality_card
from monitors.report.condition import rows_of
from monitors.report.sharing import link, words
from monitors.report.stories import Names, story_of
from monitors.report.values import Bars, Site, Source, Story, Topic
from monitors.storypages import file_name

DAYS = 90
NO_LINES: Mapping[str, Lines] = MappingProxyType({})
MOST_STORIES = 2000
WEEK = timedelta(days=7)
_MESSAGES = 10_000
_ON_TOPIC_PAGE = 150
_ON_SOURCE_PAGE = 20
_MOST_BARS = 100
_DESCRIPTION = 600
_OF_THIS_MACHINE = re.compile(r"sqlite|postgres|(^|\s)/\w", re.IGNORECASE)
"""Problems that may name paths or databases."""


def gather(
    store: Store,
    watchlist: Watchlist,
    now: datetime,
    days: int = DAYS,
    limit: int = MOST_STORIES,
    lines: Mapping[str, Lines] = NO_LINES,
) -> Site:
    """Everything that a report of the last ``days`` shows.

    Stories of topics that are no longer watched are left out.

    :param lines: topic id to its lines, for the explanations
    :raises StoreError: the database cannot be read
    """
    since = now - timedelta(days=days)
    topic_ids = [topic.id for topic in watchlist.topics]
    records = store.history.stories(since, limit + 1, topic_ids)
    sent = store.outbox.rows([DeliveryState.SENT], _MESSAGES)
    names = Names(
        topics={topic.id: words(topic.name, 120) for topic in watchlist.topics},
        sources={source.id: words(source.name, 80) for source in watchlist.sources},
        watched={topic.id: topic for topic in watchlist.topics},
        lines=lines,
    )
    told_at = _told_at(sent)
    stories = tuple(story_of(record, names, told_at) for record in records[:limit])
    seen = store.digests.seen(topic_ids, since)
    return Site(
        made_at=now,
        since=since,
        topics=tuple(
            _topic(topic, stories, [s for s in seen if s.topic_id == topic.id], since, now)
            for topic in watchlist.topics
        ),
        stories=stories,
        sources=tuple(_sources(store, watchlist, stories, now)),
        card=_card(store, watchlist, sent, records, now - WEEK, now),
        left_out=len(records) > limit,
    )


def card_of(store: Store, watchlist: Watchlist, now: datetime, days: int = 7) -> QualityCard:
    """The quality card of the last ``days``.

    :raises StoreError: the database cannot be read
    """
    since = now - timedelta(days=days)
    sent = store.outbox.rows([DeliveryState.SENT], _MESSAGES)
    topic_ids = [topic.id for topic in watchlist.topics]
    records = store.history.stories(since, MOST_STORIES, topic_ids)
    return _card(store, watchlist, sent, records, since, now)


def _card(
    store: Store,
    watchlist: Watchlist,
    sent: Sequence[Delivery],
    records: Iterable[StoryRecord],
    since: datetime,
    now: datetime,
) -> QualityCard:
    first_seen = {
        report.article_id: report.seen_at
        for record in records
        for step in record.steps
        for report in step.coverage
    }
    topic_ids = {topic.id for topic in watchlist.topics}
    quiet = [verdict.value for verdict in Verdict if verdict is not Verdict.ALERT]
    suppressed = store.decisions.decisions(verdicts=quiet, since=since, limit=_MESSAGES)
    return quality_card(
        watchlist.topics,
        sent,
        store.answers.rows(limit=_MESSAGES),
        first_seen,
        [decision for decision in suppressed if decision.topic_id in topic_ids],
        since,
        now,
        [words(line, 300) for line in news(store.lessons, since, now)],
    )


def _told_at(sent: Iterable[Delivery]) -> dict[str, datetime]:
    """Development id to when a message of its own was sent."""
    found: dict[str, datetime] = {}
    for delivery in sent:
        if delivery.alert.kind not in (AlertKind.STORY, AlertKind.STEP) or not delivery.sent_at:
            continue
        for identity in delivery.alert.development_ids:
            known = found.get(identity, delivery.sent_at)
            found[identity] = min(known, delivery.sent_at)
    return found


def _topic(
    topic: model.Topic,
    stories: Sequence[Story],
    seen: Sequence[Seen],
    since: datetime,
    now: datetime,
) -> Topic:
    mine = [story for story in stories if story.topic_id == topic.id]
    return Topic(
        id=topic.id,
        page=file_name(topic.id),
        name=words(topic.name, 120),
        description=words(topic.description, _DESCRIPTION),
        bars=bars_of(seen, since, now),
        stories=tuple(mine[:_ON_TOPIC_PAGE]),
        left_out=max(0, len(mine) - _ON_TOPIC_PAGE),
    )


def bars_of(seen: Iterable[Seen], since: datetime, now: datetime) -> Bars:
    """Articles a day, or for each few days where there are many; days are those of UTC."""
    first = since.date()
    days = (now.date() - first).days + 1
    width = -(-days // _MOST_BARS)
    matched: Counter[int] = Counter()
    told: Counter[int] = Counter()
    for one in seen:
        bar = (one.at.date() - first).days // width
        matched[bar] += 1
        told[bar] += one.told
    places = range(-(-days // width))
    return Bars(
        first, width, tuple(matched[at] for at in places), tuple(told[at] for at in places)
    )


def _sources(
    store: Store, watchlist: Watchlist, stories: Iterable[Story], now: datetime
) -> Iterable[Source]:
    reported: defaultdict[str, list[Story]] = defaultdict(list)
    for story in stories:
        for page in {article.page for step in story.steps for article in step.articles}:
            reported[page].append(story)
    for row in rows_of(store, watchlist.sources, now):
        page = file_name(row["id"])
        yield Source(
            page=page,
            state=_shared(row),
            url="" if row["kind"] == "folder" else link(row["url"]),
            stories=tuple(reported[page][:_ON_SOURCE_PAGE]),
        )


def _shared(row: Mapping[str, object]) -> dict[str, object]:
    """``row`` without what is nobody's business elsewhere, its texts cleaned."""
    kept = {
        key: words(value, 500) if isinstance(value, str) else value for key, value in row.items()
    }
    kept.pop("url")
    problem = str(row["problem"] or "")
    if problem and (row["kind"] == "folder" or _OF_THIS_MACHINE.search(problem)):
        kept["problem"] = f"tidings sources {row['id']} says more"
    return kept
