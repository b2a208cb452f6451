"""The verdict on one article and one topic, with its reason.

::

    excluded word ─► match ─► known development? ─► significant? ─► alert
         │             │              │                  │
     EXCLUDED   OFF_TOPIC /    CORROBORATION /   NOT_SIGNIFICANT
                NEAR_MISS /    REPEAT / RECAP       (digest)
                OPPOSITE

A correction of a told fact counts as no known development
(:mod:`monitors.decide.corrections`). Of an article with several news, each is judged for
itself (:mod:`monitors.decide.whole`).

Whether the alert budget lets it through is decided when a run knows all that it found: see
:mod:`monitors.decide.ration`.

An opinion of an outside judge, which is asked only where the decision is borderline (see
:mod:`monitors.decide.review`), stands in for the match line and for the confidence, and for
nothing else: what is excluded, known, stale, muted or silent stays so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitors.decide.calibration import Calibration
from monitors.decide.corrections import corrects
from monitors.decide.evidence import together
from monitors.decide.influence import influence, moved
from monitors.decide.lines import alert_line, same_line
from monitors.decide.match import excluded, match
from monitors.decide.memory import Memory
from monitors.decide.names import BEST
from monitors.decide.novelty import Comparison, compare_all, new_facts
from monitors.decide.reading import Reading, TopicProfile
from monitors.decide.significance import significance_features
from monitors.decide.written import beside, written
from monitors.model import (
    Counsel,
    Decision,
    Development,
    Ground,
    Match,
    Mention,
    Opinion,
    Reason,
    Sensitivity,
    Story,
    Verdict,
)

RECAP_AFTER = timedelta(days=3)
"""A known development that is told again after this is a recap, not corroboration."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict depends on beside article, topic and memory.

    :param now: the clock of the run
    :param baseline: nothing alerts yet: the topic or the article's source is new
    :param muted: stories that a reader has muted
    :param familiar: stories of which readers said that they are not new
    :param opinion: what an outside judge said of this very decision
    """

    now: datetime
    baseline: bool = False
    muted: Collection[str] = ()
    familiar: Collection[str] = ()
    opinion: Opinion | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision, and what it adds to memory.

    :param until_now: title of the nearest report that readers were told; empty without one
    """

    decision: Decision
    mention: Mention | None = None
    development: Development | None = None
    story: Story | None = None
    until_now: str = ""


def judge(
    reading: Reading,
    profile: TopicProfile,
    siblings: Sequence[TopicProfile],
    memory: Memory,
    calibration: Calibration,
    around: Circumstances,
) -> Judgement:
    """Decide on ``reading`` for the topic of ``profile``; ``memory`` is only read."""
    fit = influence(
        match(reading, profile, siblings, calibration), reading, profile, siblings, calibration
    )
    word = excluded(reading, profile)
    if word is not None:
        why = f"the excluded keyword {word!r} stands in title or lead"
        return Judgement(_turned_away(reading, profile, fit, Reason.EXCLUDED, why, around.now))
    off = _off_topic(fit, profile.topic.sensitivity, calibration, around.opinion)
    if off is not None:
        made = Judgement(_turned_away(reading, profile, fit, *off, around.now))
        return _with_opinion(made, around.opinion)
    compared = compare_all(reading, memory, calibration, around.now)
    wrong = corrects(reading, compared, [m for m in memory.mentions if m.told])
    if wrong is not None:
        made = _corrected(reading, profile, fit, wrong, memory, calibration, around)
        return _with_opinion(replace(made, until_now=wrong.title), around.opinion)
    known = bool(compared) and compared[0].same >= same_line(
        profile.topic, calibration, compared[0].mention.story_id, around.familiar
    )
    weigh = _known if known else _new
    made = weigh(reading, profile, fit, compared, memory, calibration, around)
    told = (each.mention.title for each in compared if each.mention.told)
    return _with_opinion(replace(made, until_now=next(told, "")), around.opinion)


def _off_topic(
    fit: Match, sensitivity: Sensitivity, calibration: Calibration, opinion: Opinion | None
) -> tuple[Reason, str] | None:
    """Why it is off topic, or None where it is not."""
    if opinion is not None:
        if opinion.counsel is not Counsel.OFF_TOPIC:
            return None
        opposite = opinion.ground is Ground.OPPOSITE
        return (Reason.OPPOSITE if opposite else Reason.OFF_TOPIC), f"match {fit.score:.2f}"
    line = calibration.match_lines[sensitivity]
    return _why_no_match(fit, line, calibration.near_miss) if fit.score < line else None


def _with_opinion(made: Judgement, opinion: Opinion | None) -> Judgement:
    if opinion is None:
        return made
    why = f"{made.decision.explanation}; {opinion}"
    return replace(made, decision=replace(made.decision, opinion=opinion, explanation=why))


def _why_no_match(fit: Match, line: float, near_miss: float) -> tuple[Reason, str]:
    if fit.parts["same way"] < 0 and fit.score >= near_miss / 2:
        return Reason.OPPOSITE, "the same subject, but it goes the other way"
    score = beside(fit.score, line)
    if fit.score >= near_miss:
        return Reason.NEAR_MISS, f"match {score} is just below the line of {written(line)}"
    return Reason.OFF_TOPIC, f"match {score} is below the line of {written(line)}"


def _said(fit: Match) -> dict[str, float]:
    """The parts of a match that it rests on; one that is not named counts as 0."""
    return {n: value for n, value in fit.parts.items() if value and n not in fit.unweighed}


def _turned_away(
    reading: Reading, profile: TopicProfile, fit: Match, reason: Reason, why: str, now: datetime
) -> Decision:
    return Decision(
        article_id=reading.article.id,
        topic_id=profile.topic.id,
        verdict=Verdict.NONE,
        reason=reason,
        decided_at=now,
        score=fit.score,
        passage=fit.passage.text,
        scores=_said(fit),
        explanation=why,
    )


def _known(
    reading: Reading,
    profile: TopicProfile,
    fit: Match,
    compared: Sequence[Comparison],
    memory: Memory,
    calibration: Calibration,
    around: Circumstances,
) -> Judgement:
    """The development was seen before: told, known from a baseline, or held back."""
    nearest = compared[0]
    earlier = memory.of_development(nearest.mention.development_id)
    mention = replace(
        _mention(reading, profile, fit, nearest.mention.story_id, around.now),
        development_id=nearest.mention.development_id,
        told=any(m.told for m in earlier),
        first=False,
        copy_of=nearest.mention.article_id if nearest.features["copy"] else None,
    )
    base = _decision(reading, profile, fit, nearest, mention, around.now)
    base = replace(base, scores={**base.scores, "same": nearest.same})
    if mention.told:
        reason, verdict, why = _repetition(reading, nearest, earlier, around.now)
        return Judgement(replace(base, verdict=verdict, reason=reason, explanation=why), mention)
    # Held back before: more reports may have made it worth telling.
    base = _against_told(base, reading, memory)
    sources = {m.source_id for m in (*earlier, mention) if m.copy_of is None}
    return _weigh(reading, profile, fit, mention, base, earlier, len(sources), calibration, around)


def _repetition(
    reading: Reading, nearest: Comparison, earlier: Sequence[Mention], now: datetime
) -> tuple[Reason, Verdict, str]:
    title = nearest.mention.title
    if now - earlier[0].seen_at > RECAP_AFTER:
        return Reason.RECAP, Verdict.NONE, f"retells what was known for days: {title!r}"
    if reading.article.source_id in {m.source_id for m in earlier}:
        return Reason.REPEAT, Verdict.NONE, f"the same source has reported it: {title!r}"
    return Reason.CORROBORATION, Verdict.UPDATE, f"another source for what was told: {title!r}"


def _corrected(
    reading: Reading,
    profile: TopicProfile,
    fit: Match,
    wrong: Mention,
    memory: Memory,
    calibration: Calibration,
    around: Circumstances,
) -> Judgement:
    """A new step: what readers were told was wrong. That it is near to it says nothing."""
    mention = _mention(reading, profile, fit, wrong.story_id, around.now)
    base = _decision(reading, profile, fit, None, mention, around.now)
    base = replace(base, nearest=wrong.article_id, nearest_title=wrong.title)
    base = _against_told(base, reading, memory)
    made = _weigh(reading, profile, fit, mention, base, (), 1, calibration, around)
    if made.decision.verdict is not Verdict.ALERT:
        return made
    why = f"corrects what was told: {wrong.title!r}"
    return replace(made, decision=replace(made.decision, explanation=why))


def _new(
    reading: Reading,
    profile: TopicProfile,
    fit: Match,
    compared: Sequence[Comparison],
    memory: Memory,
    calibration: Calibration,
    around: Circumstances,
) -> Judgement:
    """A development that was not seen before: of a known story, or of a new one."""
    related = max(compared, key=lambda c: c.story, default=None)
    continues = related is not None and related.story >= calibration.story_line
    story_id = related.mention.story_id if related and continues else ""
    mention = _mention(reading, profile, fit, story_id, around.now)
    nearest = compared[0] if compared else None
    base = _decision(reading, profile, fit, nearest, mention, around.now)
    scores = {"same": nearest.same, "story": related.story} if nearest and related else {}
    base = replace(base, scores={**base.scores, **scores})
    base = _against_told(base, reading, memory)
    return _weigh(reading, profile, fit, mention, base, (), 1, calibration, around)


def _against_told(base: Decision, reading: Reading, memory: Memory) -> Decision:
    """What is new against everything told; a step only where readers know the story."""
    told = [mention for mention in memory.mentions if mention.told]
    known = any(mention.story_id == base.story_id for mention in told)
    return replace(
        base,
        reason=Reason.NEW_STEP if known else Reason.NEW_STORY,
        new_facts=new_facts(reading.facts, [mention.facts for mention in told]),
    )


def _weigh(
    reading: Reading,
    profile: TopicProfile,
    fit: Match,
    mention: Mention,
    base: Decision,
    earlier: Sequence[Mention],
    independent: int,
    calibration: Calibration,
    around: Circumstances,
) -> Judgement:
    """A development that readers do not know: tell it, or hold it back and say why."""
    features = significance_features(reading, fit.score, dict(fit.parts))
    weight = calibration.significance.probability(features)
    evidence = together(fit.score, weight, earlier, independent)
    novelty = 1.0 if earlier else 1.0 - base.scores.get("same", 0.0)
    confidence = evidence.confidence(novelty)
    line = alert_line(profile.topic, calibration)
    told_to = around.opinion.counsel if around.opinion else None
    held_back = told_to is Counsel.HOLD or (confidence < line and told_to is not Counsel.TELL)
    verdict, reason, why = Verdict.ALERT, base.reason, ""
    if around.baseline:
        verdict, reason = Verdict.NONE, Reason.BASELINE
        why = "known from the silent first look at a new source or topic"
    elif reading.article.is_stale:
        verdict, reason, why = Verdict.NONE, Reason.STALE, "published long before it was seen"
    elif mention.story_id in around.muted:
        verdict, reason, why = Verdict.NONE, Reason.MUTED, "a reader muted this story"
    elif held_back:
        verdict, reason = Verdict.DIGEST, Reason.NOT_SIGNIFICANT
        side = "below" if confidence < line else "above"
        why = (
            f"confidence {beside(confidence, line)} is {side} the line of {written(line)}: "
            f"{evidence.describe(novelty)}"
        )
    elif earlier:
        why = f"held back before; independent sources that report it: {independent}"
    elif base.reason is Reason.NEW_STEP:
        why = f"a new step of a story told before; nearest: {base.nearest_title!r}"
    else:
        why = "nothing told before on this topic reports it"
    told = verdict is Verdict.ALERT or reason is Reason.BASELINE
    mention = replace(mention, told=told, match=fit.score, significance=weight)
    decision = replace(
        base,
        verdict=verdict,
        reason=reason,
        scores={
            **base.scores,
            "novelty": novelty,
            "significance": evidence.significance,
            "confidence": confidence,
            **moved(profile.topic),
            "sources": float(independent),
            **({BEST: evidence.match} if earlier else {}),
        },
        explanation=why,
    )
    founder = earlier[0] if earlier else mention
    development = Development(
        id=mention.development_id,
        story_id=mention.story_id,
        topic_id=mention.topic_id,
        article_id=founder.article_id,
        headline=founder.title,
        stage=mention.facts.stage,
        significance=evidence.significance,
        founded_at=founder.seen_at,
        told=told,
    )
    story = Story(mention.story_id, mention.topic_id, founder.title, around.now, around.now)
    return Judgement(decision, mention, development, story)


def _mention(
    reading: Reading, profile: TopicProfile, fit: Match, story_id: str, now: datetime
) -> Mention:
    """A mention that founds a development of its own, until it turns out otherwise."""
    article = reading.article
    identity = hashlib.sha256(f"{profile.topic.id} {article.id}".encode()).hexdigest()
    return Mention(
        topic_id=profile.topic.id,
        story_id=story_id or f"S-{identity[:10]}",
        development_id=f"D-{identity[:10]}",
        article_id=article.id,
        source_id=article.source_id,
        title=article.title or reading.key_text[:120],
        key_text=reading.key_text,
        quote=fit.passage.text,
        language=article.language,
        seen_at=now,
        published=article.published,
        facts=reading.facts,
        vector=reading.compared_by,
        told=False,
        model_id=reading.model_id,
    )


def _decision(
    reading: Reading,
    profile: TopicProfile,
    fit: Match,
    nearest: Comparison | None,
    mention: Mention,
    now: datetime,
) -> Decision:
    return Decision(
        article_id=reading.article.id,
        topic_id=profile.topic.id,
        verdict=Verdict.NONE,
        reason=Reason.NEW_STORY,
        decided_at=now,
        score=fit.score,
        passage=fit.passage.text,
        scores=_said(fit),
        development_id=mention.development_id,
        story_id=mention.story_id,
        nearest=nearest.mention.article_id if nearest else None,
        nearest_title=nearest.mention.title if nearest else "",
    )
