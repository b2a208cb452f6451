"""Understand: screen every passage with the fast encoder, encode the promising carefully."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from monitors.articles.language import detect
from monitors.articles.sentences import sentences
from monitors.calibration import general_news
from monitors.decide.fit import nothing
from monitors.decide.reading import Reading, TopicProfile, keyword_hit, profile
from monitors.desk import Desk
from monitors.facts import facts_of
from monitors.facts.names import names_in
from monitors.logs import unforeseen
from monitors.model import Article, Facts, LearntText, Passage, PassageKind, Topic, Vector
from monitors.onecore import on_one_core
from monitors.rounding import rounded

log = logging.getLogger(__name__)

Screened = tuple[dict[str, float], list[Passage]]
"""Topic id to the score of the best passage, for topics that an article passed the screen of;
and the passages worth a careful look, none where it passed no screen."""

PASSAGES = 1
"""Passages beside title and lead that the careful encoder reads. A second one costs a third
more time and did not help (held-out F1 .611 with two, .617 with one)."""

SCREEN_LINE = 0.8
"""Standard deviations above what general news score on a topic with the fast encoder, from
which a passage may have to do with it. Set low: the screen saves time, it does not decide.
Over 126 labelled topics of 42 fields it lets one general news item in five pass and loses
between one and two relevant articles in a hundred; a bare cosine of .25 lost eleven."""

ITEMS = 12
"""Items of a roundup that are read each for itself."""

KEY_LENGTH = 400
"""Characters of an item that say what it is about, as of title and lead."""

SHORTEST_HEAD = 25
"""Characters, at least, of what stands for an item's title."""

MAX_PASSAGES = 60
"""Of one article; what follows in a very long one is recap far more often than news."""


def profiles(desk: Desk) -> dict[str, TopicProfile]:
    """The profiles of the watch list's topics, encoded once and kept on the desk."""
    for topic in desk.watchlist.topics:
        if topic.id not in desk.profiles:
            desk.profiles[topic.id] = profile_of(desk, topic)
    return {topic.id: desk.profiles[topic.id] for topic in desk.watchlist.topics}


def understand(desk: Desk, articles: Sequence[Article]) -> list[Reading]:
    """A reading of each article, in the same order.

    An article that passes the screen of no topic gets a reading without vectors and facts:
    nothing will be decided on it.
    """
    return read_closely(desk, articles, screen(desk, articles))


def screen(desk: Desk, articles: Sequence[Article]) -> list[Screened]:
    """Which topics each article may concern, and its passages worth a careful look."""
    passages = [_evidence(article) for article in articles]
    return [
        _promising(desk, article, pieces, scores)
        for article, pieces, scores in zip(
            articles, passages, _screen(desk, passages), strict=True
        )
    ]


def profile_of(desk: Desk, topic: Topic) -> TopicProfile:
    """A topic by the careful encoders."""
    language = language_of(topic)
    about = [f"{topic.name}. {topic.description}", topic.description]
    vectors = {
        name: _encoded(desk, texts)
        for name, texts in (
            ("about", about),
            ("examples", topic.examples),
            ("not", topic.not_examples),
        )
    }
    words = " ".join([topic.description, *topic.examples])
    facts = facts_of(topic.name, words, language, None)
    texts = (topic.name, topic.description, *topic.examples)
    fit = _fit(desk, topic)
    held = Counter(name for text in texts for name in names_in(text, language))
    written = profile(
        topic,
        vectors["about"],
        vectors["examples"],
        vectors["not"],
        facts,
        {name: count / len(texts) for name, count in held.items()},
        desk.calibration,
        fit,
    )
    return _taught(desk, written)


def _taught(desk: Desk, written: TopicProfile) -> TopicProfile:
    """A profile with what readers' answers taught: texts that join those of the watch list."""
    learnt = written.topic.learnt
    if not (learnt.examples or learnt.not_examples):
        return written
    return replace(
        profile(
            written.topic,
            written.about,
            np.vstack([written.examples, *_learnt(desk, learnt.examples)]),
            np.vstack([written.not_examples, *_learnt(desk, learnt.not_examples)]),
            written.facts,
            written.subject,
            desk.calibration,
            written.fit,
        ),
        untaught=written,
    )


def _learnt(desk: Desk, texts: Sequence[LearntText]) -> list[Vector]:
    """A row each."""
    return [_encoded(desk, [each.text]) for each in texts]


def _fit(desk: Desk, topic: Topic) -> Vector:
    """A topic by the adapted encoder, a row for each wording; none where nothing was learnt."""
    learnt = desk.calibration.fit
    if learnt is None:
        return nothing()[None]
    return learnt.topics(desk.matcher.encode(_wordings(topic)))


def _wordings(topic: Topic) -> list[str]:
    """A topic as the adapted encoder has learnt to read it."""
    plain = f"{topic.name}. {topic.description}"
    if not topic.examples:
        return [plain]
    return [plain, f"{plain} E.g.: {' / '.join(topic.examples[:3])}"]


def language_of(topic: Topic) -> str:
    """The language that a topic is written in."""
    return detect(" ".join([topic.name, topic.description, *topic.examples]), None)


def _encoded(desk: Desk, texts: Sequence[str]) -> Vector:
    if not texts:
        # Not asked of the encoder, which would load its model to say it, in every run.
        return np.empty((0, desk.calibration.background.shape[1]), dtype=np.float32)
    return desk.reader.encode(list(texts))


def _evidence(article: Article) -> list[Passage]:
    """The passages that a match may rest on, the title first."""
    return [p for p in article.passages if p.kind.is_evidence and p.text][:MAX_PASSAGES]


def _screen(desk: Desk, passages: Sequence[Sequence[Passage]]) -> list[dict[str, Vector]]:
    """For each article: topic id to the screen's score of each of its passages."""
    texts = [passage.text for pieces in passages for passage in pieces]
    if not texts:
        return [{} for _ in passages]
    rows = desk.screen.encode(texts)
    _measure_general(desk)
    with on_one_core():
        scores = {topic.id: _above_general(desk, topic, rows) for topic in desk.watchlist.topics}
    found: list[dict[str, Vector]] = []
    start = 0
    for pieces in passages:
        end = start + len(pieces)
        found.append({topic_id: row[start:end] for topic_id, row in scores.items()})
        start = end
    return found


def _measure_general(desk: Desk) -> None:
    """What general news score on each topic that is new here; they are encoded once for all."""
    new = [topic for topic in desk.watchlist.topics if topic.id not in desk.screens]
    if not new:
        return
    general = desk.screen.encode([text for _, text in general_news()])
    for topic in new:
        learnt = [each.text for each in topic.learnt.examples]
        texts = desk.screen.encode(
            [f"{topic.name}. {topic.description}", *topic.examples, *learnt]
        )
        usual = (general @ texts.T).max(axis=1)
        desk.screens[topic.id] = (texts, float(usual.mean()), float(max(usual.std(), 0.05)))


def _above_general(desk: Desk, topic: Topic, rows: Vector) -> Vector:
    """Nearness to the topic, in standard deviations above that of the general news, (n,)."""
    texts, mean, spread = desk.screens[topic.id]
    nearest: Vector = ((rows @ texts.T).max(axis=1) - mean) / spread
    return nearest


def _promising(
    desk: Desk, article: Article, pieces: Sequence[Passage], scores: dict[str, Vector]
) -> Screened:
    """The topics that an article may concern, and the passages worth a careful look."""
    passed: dict[str, float] = {}
    interest = np.zeros(len(pieces), dtype=np.float32)
    for topic in desk.watchlist.topics:
        row = scores.get(topic.id)
        if row is None or not len(row):
            continue
        named = keyword_hit(topic.keywords.any, article.lead) if topic.keywords.any else None
        if float(row.max()) >= SCREEN_LINE or named:
            passed[topic.id] = float(row.max())
            interest = np.maximum(interest, row)
    if not passed:
        return {}, []
    # What title and lead hold is encoded with them.
    beyond = [
        i
        for i, p in enumerate(pieces)
        if p.kind is not PassageKind.TITLE and p.text not in article.lead
    ]
    best = sorted(beyond, key=lambda i: -float(interest[i]))[:PASSAGES]
    return passed, [pieces[i] for i in sorted(best)]


def read_closely(
    desk: Desk,
    articles: Sequence[Article],
    chosen: Sequence[Screened],
    find_facts: Callable[[Article], Facts] | None = None,
) -> list[Reading]:
    """Readings of screened articles, by the careful encoders.

    :param chosen: what :func:`screen` gave for each article
    :param find_facts: the facts of an article; :func:`facts_in` where None
    """
    find_facts = find_facts or facts_in
    leads = [article.lead for article, (passed, _) in zip(articles, chosen, strict=True) if passed]
    texts = [p.text for passed, pieces in chosen if passed for p in pieces]
    # One encoder after the other on the same texts: they share the work of the lower layers.
    keys = iter(desk.reader.encode(leads)) if leads else iter(())
    fits = iter(desk.matcher.encode(leads)) if leads else iter(())
    rows = iter(desk.reader.encode(texts)) if texts else iter(())
    readings = []
    for article, (passed, pieces) in zip(articles, chosen, strict=True):
        if passed:
            vectors = np.stack([next(keys), *(next(rows) for _ in pieces)])
        else:
            vectors = np.empty((1, 0), dtype=np.float32)
        fit = next(fits) if passed else nothing()
        facts = find_facts(article) if passed else Facts()
        reading = _reading(desk, article, passed, pieces, vectors, fit, facts)
        if passed and "roundup" in facts.cues:
            reading = replace(reading, parts=_items(desk, reading))
        readings.append(reading)
    return readings


def _items(desk: Desk, whole: Reading) -> tuple[Reading, ...]:
    """The items of a roundup, each as a reading of its own: its title tells of none of them."""
    article = whole.article
    items = [p for p in _evidence(article) if p.kind is PassageKind.BODY][:ITEMS]
    if not items:
        return ()
    texts = [item.text for item in items]
    vectors = desk.reader.encode(texts)
    fits = desk.matcher.encode(texts)
    return tuple(
        replace(
            whole,
            key_text=item.text[:KEY_LENGTH],
            key_vector=vectors[row],
            passages=(),
            passage_vectors=vectors[:0],
            facts=_found(article, *_headed(item.text[:KEY_LENGTH])),
            fit_vector=fits[row],
            event_vector=_event(desk, fits[row]),
            item=item,
        )
        for row, item in enumerate(items)
    )


def _headed(text: str) -> tuple[str, str]:
    """What stands for an item's title, and what follows: what a title says counts for more.

    Its first sentence; where that is a number or a word or two, the next one as well.
    """
    head, rest = "", sentences(text)
    while rest and len(head) < SHORTEST_HEAD:
        head = f"{head} {rest.pop(0)}".strip()
    return head, " ".join(rest)


def _reading(
    desk: Desk,
    article: Article,
    passed: dict[str, float],
    pieces: list[Passage],
    vectors: Vector,
    fit: Vector,
    facts: Facts,
) -> Reading:
    source = desk.source(article.source_id)
    return Reading(
        article=article,
        tier=source.tier,
        source_name=source.name,
        key_text=article.lead,
        key_vector=vectors[0],
        passages=tuple(pieces),
        passage_vectors=vectors[1:],
        screened=passed,
        facts=facts,
        model_id=desk.comparer.model_id,
        fit_vector=fit,
        event_vector=_event(desk, fit),
    )


def _event(desk: Desk, fit: Vector) -> Vector:
    """What the encoder that was adapted to news makes of a report, to compare it by."""
    learnt = desk.calibration.fit
    if learnt is None or not len(learnt.usual) or not len(fit):
        return nothing()
    return rounded(learnt.events(fit))


def vectors_to_compare(desk: Desk, texts: Sequence[str]) -> Vector:
    """The vectors by which reports are compared, as :func:`read_closely` makes them, (n, e).

    :param texts: their titles and leads
    """
    raw, learnt = desk.comparer.encode(texts), desk.calibration.fit
    if learnt is None or not len(learnt.usual):
        return raw
    return np.stack([rounded(row) for row in learnt.events(raw)])


def facts_in(article: Article) -> Facts:
    """The facts of title and lead; none where an odd text cannot be handled."""
    return _found(article, article.title, article.lead.removeprefix(article.title).strip())


def _found(article: Article, title: str, body: str) -> Facts:
    day = (article.published or article.first_seen).date()
    try:
        return facts_of(title, body, article.language, day)
    except Exception as error:
        # One odd text must not stop the others; its vectors still tell what it is about.
        unforeseen(log, f"finding the facts of {article.id}", error)
        return Facts()
