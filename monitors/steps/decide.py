"""Decide: one verdict for each article and topic that passed the screen.

Decisions, memory and outbox rows of one article are stored in one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from monitors.alerts.drafting import Ruling, draft, edited, source_ref
from monitors.decide.judge import Circumstances, Judgement
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading, TopicProfile
from monitors.decide.review import borderline, question
from monitors.decide.siblings import Company
from monitors.decide.whole import judge_whole
from monitors.desk import Desk
from monitors.errors import TidingsError
from monitors.logs import unforeseen
from monitors.model import Alert, Decision, Hold, Mention, Reason, SourceRef, Topic, Verdict
from monitors.onecore import on_one_core
from monitors.ports import Fence, Outcome, TopicState
from monitors.redact import redact
from monitors.runs import RunReport
from monitors.steps.review import Patience, ask
from monitors.steps.understand import profiles

log = logging.getLogger(__name__)


class Recalled(Memory):
    """A memory that is loaded when a decision first looks into it.

    Most articles that pass the screen of a topic are off topic, and their decisions do not.
    """

    def __init__(self, load: Callable[[], list[Mention]]) -> None:
        self._load = load

    def __getattr__(self, name: str) -> Any:
        """Called only for what is not there yet."""
        if name.startswith("__") or "mentions" in vars(self):
            raise AttributeError(name)
        super().__init__(self._load())
        return getattr(self, name)


class Memories(dict[str, Memory]):
    """What topics remember, each by itself.

    Of a topic the newest mentions count, so that a run costs as much in its tenth year as
    in its first month.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._since = desk.clock.now() - desk.window

    def __missing__(self, topic_id: str) -> Memory:
        desk = self._desk
        self[topic_id] = memory = Recalled(
            lambda: desk.store.decisions.memory(
                topic_id, self._since, desk.comparer.model_id, desk.remembered
            )
        )
        return memory


@dataclass
class Bench:
    """What deciding holds over a run: profiles, topic states, and memories once asked for."""

    profiles: Mapping[str, TopicProfile]
    states: Mapping[str, TopicState]
    memories: Memories
    company: Company
    fence: Fence | None = None
    patience: Patience = field(default_factory=Patience)
    back: dict[str, datetime] = field(default_factory=dict)
    """source id to its answer that ended a long pause"""
    familiar: frozenset[str] = frozenset()
    """stories of which readers said that they are not new"""


def open_bench(desk: Desk, fence: Fence | None = None) -> Bench:
    """Load what the watch list's topics remember.

    :param fence: the lease without which nothing of what is decided here is stored
    """
    now = desk.clock.now()
    ids = [topic.id for topic in desk.watchlist.topics]
    known = profiles(desk)
    states = desk.store.decisions.topic_states(ids)
    bench = Bench(known, states, Memories(desk), Company(known.values()), fence)
    bench.familiar = desk.store.answers.familiar(now - desk.window)
    sources = desk.store.sources.states([source.id for source in desk.watchlist.sources])
    bench.back = {name: s.pulse.back_at for name, s in sources.items() if s.pulse.back_at}
    return bench


def decide(desk: Desk, bench: Bench, readings: Sequence[Reading], report: RunReport) -> None:
    """Decide on each reading, first published first, and store each outcome as it is made."""
    for reading in sorted(readings, key=claimed):
        try:
            with on_one_core():
                rulings = _rulings(desk, bench, reading, report)
            desk.store.decisions.record(_outcome(desk, bench, reading, rulings), bench.fence)
        except TidingsError:
            raise
        except Exception as error:
            # One article must not stop the others, in this run and in all that follow.
            unforeseen(log, f"deciding on {reading.article.id}", error)
            rulings = _given_up(desk, reading, error)
            desk.store.decisions.record(_outcome(desk, bench, reading, rulings), bench.fence)
            title, kind = reading.article.title, type(error).__name__
            line = f"{reading.source_name}: {title!r} cannot be decided on (unexpected {kind})"
            report.problems.append(f"{line}. See the log of this run")
        _remember(bench, rulings)
        _count(report, reading, rulings)


def finish_baseline(desk: Desk, bench: Bench) -> None:
    """New topics have had their silent first look: from now on they alert."""
    fresh = [
        topic_id
        for topic_id, state in bench.states.items()
        if not state.baseline_done and state.behind is None  # else it still looks back
    ]
    if fresh:
        desk.store.decisions.finish_baseline(fresh, desk.clock.now())


def claimed(reading: Reading) -> datetime:
    """When it was published, as far as that can be: all that one poll lists is seen at once."""
    seen = reading.article.first_seen
    return min(reading.article.published or seen, seen)


def _rulings(desk: Desk, bench: Bench, reading: Reading, report: RunReport) -> list[Ruling]:
    if not reading.screened:
        return []
    around = Circumstances(
        now=desk.clock.now(), muted=desk.store.answers.muted(), familiar=bench.familiar
    )
    return [
        Ruling(topic, _judge(desk, bench, reading, topic, around, report))
        for topic in desk.watchlist.topics
        if topic.id in reading.screened
    ]


def _given_up(desk: Desk, reading: Reading, error: Exception) -> list[Ruling]:
    """Decisions that say that there is none."""
    return [
        Ruling(
            topic,
            Judgement(
                Decision(
                    article_id=reading.article.id,
                    topic_id=topic.id,
                    verdict=Verdict.NONE,
                    reason=Reason.UNREADABLE,
                    decided_at=desk.clock.now(),
                    score=0.0,
                    passage="",
                    explanation=f"deciding failed unexpectedly ({type(error).__name__})",
                )
            ),
        )
        for topic in desk.watchlist.topics
        if topic.id in reading.screened
    ]


def _judge(
    desk: Desk,
    bench: Bench,
    reading: Reading,
    topic: Topic,
    around: Circumstances,
    report: RunReport,
) -> Judgement:
    """The built-in decision; where it is borderline, with an opinion from outside."""
    profile, memory = bench.profiles[topic.id], bench.memories[topic.id]
    siblings = bench.company.without(topic.id)
    if reading.article.baseline or not bench.states[topic.id].baseline_done:
        around = replace(around, baseline=True)
    made = judge_whole(reading, profile, siblings, memory, desk.calibration, around)
    if desk.judge is None or not borderline(reading, topic, made, desk.calibration, around):
        return made
    opinion = ask(desk, question(reading, profile, made, memory), bench.patience, report)
    if opinion is None:
        return made
    around = replace(around, opinion=opinion)
    reviewed = judge_whole(reading, profile, siblings, memory, desk.calibration, around)
    report.judge["changed"] += reviewed.decision.verdict is not made.decision.verdict
    return reviewed


def _outcome(desk: Desk, bench: Bench, reading: Reading, rulings: Sequence[Ruling]) -> Outcome:
    now = desk.clock.now()
    opened = frozenset(
        ruling.judgement.story.id
        for ruling in rulings
        if ruling.judgement.story
        and desk.store.outbox.thread(ruling.judgement.story.id, ruling.topic.channel)
    )
    article = reading.article
    away = desk.away or bench.back.get(article.source_id) == article.first_seen
    before = {
        decision.development_id: _reported_before(desk, bench, decision)
        for decision in (ruling.judgement.decision for ruling in rulings)
        if decision.verdict is Verdict.ALERT and decision.development_id
    }
    drafted = draft(
        reading, rulings, opened, now, desk.watchlist.channel, away=away, before=before
    )
    weighed = {made.alert.channel for made in drafted if made.hold is Hold.WEIGHED}
    edits = tuple((alert, now) for alert in _edits(desk, reading, rulings, weighed))
    judged = [ruling.judgement for ruling in rulings]
    return Outcome(
        article_id=reading.article.id,
        decisions=tuple(j.decision for j in judged),
        stories=tuple(j.story for j in judged if j.story),
        developments=tuple(j.development for j in judged if j.development),
        mentions=tuple(j.mention for j in judged if j.mention),
        alerts=(*((made.alert, now) for made in drafted), *edits),
        holds={made.alert.key: made.hold for made in drafted if made.hold is not None},
    )


def _reported_before(desk: Desk, bench: Bench, decision: Decision) -> list[SourceRef]:
    """Who had reported a development that is told only now, oldest first."""
    found = []
    for mention in bench.memories[decision.topic_id].of_development(decision.development_id or ""):
        article = desk.store.articles.find(mention.article_id)
        if article is not None and article.id != decision.article_id:
            source, independent = desk.source(mention.source_id), mention.copy_of is None
            found.append(
                SourceRef(source.name, article.url, source.tier, article.language, independent)
            )
    return found


def _edits(
    desk: Desk, reading: Reading, rulings: Sequence[Ruling], weighed: Collection[str]
) -> list[Alert]:
    """First messages of threads that gain a source or reach a new stage.

    :param weighed: channels in which a step is not told unless the budget lets it through;
        then :func:`monitors.steps.ration.ration` edits
    """
    edits = []
    for ruling in rulings:
        decision, mention = ruling.judgement.decision, ruling.judgement.mention
        step = decision.verdict is Verdict.ALERT and decision.reason is Reason.NEW_STEP
        if step and ruling.topic.channel in weighed:
            continue
        gains = step or decision.verdict is Verdict.UPDATE
        if not gains or mention is None or decision.story_id is None:
            continue
        parent = desk.store.outbox.thread(decision.story_id, ruling.topic.channel)
        if parent is None:
            continue
        ref = source_ref(reading, independent=mention.copy_of is None)
        alert = edited(parent, ref, reading.facts.stage, desk.clock.now(), step=step)
        if alert:
            edits.append(alert)
    return edits


def _remember(bench: Bench, rulings: Sequence[Ruling]) -> None:
    for ruling in rulings:
        if ruling.judgement.mention:
            bench.memories[ruling.topic.id].add(ruling.judgement.mention)


def _count(report: RunReport, reading: Reading, rulings: Sequence[Ruling]) -> None:
    account = report.ledger.of(reading.article.source_id)
    if rulings:
        account.screened += 1
    else:
        account.unscreened += 1
        report.screened_out += 1
    for ruling in rulings:
        decision = ruling.judgement.decision
        report.reasons[decision.reason.value] += 1
        report.verdicts[decision.verdict.value] += 1
        if decision.verdict is Verdict.ALERT:
            report.alerts.append(_line(reading, ruling))
        elif decision.verdict is Verdict.DIGEST:
            report.held.append(_line(reading, ruling))


def _line(reading: Reading, ruling: Ruling) -> dict[str, str]:
    """What the report of a run says of a decision."""
    decision = ruling.judgement.decision
    return {
        "topic": ruling.topic.name,
        "topic_id": ruling.topic.id,
        "headline": reading.article.title,
        "source": reading.source_name,
        "reason": decision.reason.value,
        "why": decision.explanation,
        "article": decision.article_id,
        "url": redact(reading.article.url),
        "story": decision.story_id or "",
    }
