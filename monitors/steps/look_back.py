"""Look back: match new topics, and topics that changed, against what is stored already.

What is found counts as known, so that the first thing that a topic tells is new. Nothing is
sent. A look back has a minute of each run and goes on in the next one where it was.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitors.decide.judge import Circumstances
from monitors.decide.memory import Memory
from monitors.decide.whole import judge_whole
from monitors.desk import Desk
from monitors.errors import TidingsError
from monitors.logs import unforeseen
from monitors.model import Article, Reason, Topic
from monitors.ports import Fence, Outcome, TopicState
from monitors.runs import RunReport
from monitors.steps.decide import claimed
from monitors.steps.understand import profiles, read_closely, screen

log = logging.getLogger(__name__)

SECONDS = 60.0
"""Of each run, for all topics together."""

STRIDE = timedelta(hours=1)
"""Articles first seen in such a span are looked at before the place is remembered."""

WHY = "known from looking back: it was stored before the topic was there, or was as it is"


@dataclass
class _Look:
    """One topic's look back, as far as it got in this run."""

    topic: Topic
    place: datetime
    fence: Fence | None = None
    articles: int = 0
    found: int = 0
    finished: bool = False


def definition_of(topic: Topic) -> str:
    """A digest of what decides which articles a topic is about, 16 hex digits.

    Where it is told, how often, and when, are left out: they change nothing about that.
    """
    words = [
        topic.name,
        topic.description,
        *(sorted(texts) for texts in (topic.examples, topic.not_examples)),
        *(sorted(texts) for texts in (topic.keywords.any, topic.keywords.none)),
        topic.sensitivity.value,
    ]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]


def look_back(
    desk: Desk, report: RunReport, fence: Fence | None = None, seconds: float = SECONDS
) -> None:
    """Look back with each topic whose definition is not the one that was stored.

    A new topic alerts from here on, in this run as well, once its look back is finished. One
    that changed goes on alerting meanwhile. Where nothing is stored, a new topic has its
    silent first look in this run.

    :param fence: the lease without which nothing of what is found here is stored
    """
    topics = {topic.id: topic for topic in desk.watchlist.topics}
    states = desk.store.decisions.topic_states(list(topics))
    started = time.monotonic()
    for topic_id, topic in topics.items():
        state, definition = states[topic_id], definition_of(topic)
        if state.definition == definition and state.behind is None:
            continue
        told = TopicState(topic_id, state.baseline_done, state.first_seen, definition)
        if not desk.look_back or (state.baseline_done and not state.definition):
            # Known from before definitions were stored, or from the first run of all.
            desk.store.decisions.keep_topic(told, desk.clock.now())
            continue
        resumed = state.behind if state.definition == definition else None
        look = _Look(topic, resumed or desk.clock.now() - desk.look_back, fence)
        _one(desk, look, told, started + seconds, report, resumed=resumed is not None)
        report.seconds["look back"] = time.monotonic() - started


def _one(
    desk: Desk, look: _Look, state: TopicState, ends: float, report: RunReport, *, resumed: bool
) -> None:
    now = desk.clock.now()
    since = now - desk.look_back
    look.place = max(look.place, since)
    for spot in _strides(desk, look, _until(desk, now)):
        desk.store.decisions.keep_topic(replace(state, behind=spot), now)
        if time.monotonic() >= ends:
            break
    else:
        look.finished = True
    if look.finished:
        known = state.baseline_done or bool(look.articles) or resumed
        desk.store.decisions.keep_topic(replace(state, baseline_done=known), now)
    if look.articles:
        report.looked_back.append(_line(look, since))


def _line(look: _Look, since: datetime) -> str:
    found = "nothing" if not look.found else f"{look.found}"
    goes_on = "" if look.finished else f"; the next run goes on at {look.place:%d %b %H:%M}"
    return (
        f"{look.topic.name}: {look.articles} stored articles since {since:%d %b %Y}, "
        f"{found} on topic, which counts as known{goes_on}"
    )


def _until(desk: Desk, now: datetime) -> datetime:
    """What waits to be decided is for the run itself, and so is what came after it."""
    waiting = desk.store.articles.undecided(1)
    return min(waiting[0].first_seen, now) if waiting else now


def _strides(desk: Desk, look: _Look, until: datetime) -> Iterator[datetime]:
    """Look at one span after the other; yields how far all is looked at."""
    recent = desk.store.articles.recent
    alone = replace(desk, watchlist=replace(desk.watchlist, topics=(look.topic,)))
    since = desk.clock.now() - desk.window
    memory = Memory(desk.store.decisions.memory(look.topic.id, since, desk.comparer.model_id))
    while first := recent(look.place, limit=1, until=until):
        start = first[0].first_seen
        end = min(start + STRIDE, until)
        articles = recent(start, until=end)
        for at in range(0, len(articles), desk.batch):
            _judge(desk, alone, look, memory, articles[at : at + desk.batch])
        look.articles += len(articles)
        look.place = end
        yield end


def _judge(
    desk: Desk, alone: Desk, look: _Look, memory: Memory, articles: Sequence[Article]
) -> None:
    """Decide in silence on what passes the topic's screen, and keep what fits."""
    known = profiles(desk)
    profile = known[look.topic.id]
    siblings = [other for topic_id, other in known.items() if topic_id != look.topic.id]
    around = Circumstances(now=desk.clock.now(), baseline=True)
    there = {mention.article_id for mention in memory.mentions}
    fresh = [article for article in articles if article.id not in there]
    chosen = [(a, c) for a, c in zip(fresh, screen(alone, fresh), strict=True) if c[0]]
    readings = read_closely(alone, [a for a, _ in chosen], [c for _, c in chosen])
    for reading in sorted(readings, key=claimed):
        try:
            made = judge_whole(reading, profile, siblings, memory, desk.calibration, around)
        except TidingsError:
            raise
        except Exception as error:  # one odd article must not stop the others
            unforeseen(log, f"looking back at {reading.article.id}", error)
            continue
        if made.mention is None:  # off topic: that would only fill digests with old news
            continue
        decision = made.decision
        if decision.reason is Reason.BASELINE:
            decision = replace(decision, explanation=WHY)
        outcome = Outcome(
            article_id=reading.article.id,
            decisions=(decision,),
            stories=(made.story,) if made.story else (),
            developments=(made.development,) if made.development else (),
            mentions=(made.mention,),
        )
        desk.store.decisions.record(outcome, look.fence)
        memory.add(made.mention)
        look.found += 1
