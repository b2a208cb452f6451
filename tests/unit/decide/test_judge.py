from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from deciding_values import (
    CALIBRATION,
    DAY,
    HOUR,
    MAY,
    NOW,
    TOPIC,
    mention,
    profile,
    reading,
    vector,
)

from monitors.decide.judge import Circumstances, Judgement, judge
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading, TopicProfile
from monitors.model import Facts, Keywords, Mention, Reason, Sensitivity, Stage, Verdict

AROUND = Circumstances(now=NOW)
ELSEWHERE = vector(0, 0, 1, 0)
"""Another event than ``vector(0, 1, 0, 0)``."""
RELATED = vector(0, 0.7, 0.714, 0)
"""Another event, near enough to ``vector(0, 1, 0, 0)`` to continue its story."""
NAMED = frozenset({"lfrf"})


def ruled(
    article: Reading,
    *mentions: Mention,
    topic: TopicProfile | None = None,
    around: Circumstances = AROUND,
) -> Judgement:
    return judge(article, topic or profile(), [], Memory(mentions), CALIBRATION, around)


def outcome(*args: Any, **kwargs: Any) -> tuple[Verdict, Reason]:
    decision = ruled(*args, **kwargs).decision
    return decision.verdict, decision.reason


# --- no match -----------------------------------------------------------------------------


def test_an_excluded_keyword_ends_it_however_well_it_fits() -> None:
    topic = profile(replace(TOPIC, keywords=Keywords(none=("delist*",))))
    judged = ruled(reading(title="Bank Delisted"), topic=topic)
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.NONE, Reason.EXCLUDED)
    assert "delist*" in judged.decision.explanation
    assert judged.mention is judged.development is judged.story is None


@pytest.mark.parametrize(
    ("fit", "reason"), [(0.1, Reason.OFF_TOPIC), (0.4, Reason.NEAR_MISS), (0.6, Reason.NEW_STORY)]
)
def test_the_match_decides_between_off_topic_near_miss_and_on_topic(
    fit: float, reason: Reason
) -> None:
    judged = ruled(reading(fit=fit))
    assert judged.decision.reason is reason
    assert (judged.mention is None) == (reason is not Reason.NEW_STORY)


@pytest.mark.parametrize(
    ("sensitivity", "reason"),
    [
        (Sensitivity.STRICT, Reason.NEAR_MISS),
        (Sensitivity.BALANCED, Reason.NEAR_MISS),
        (Sensitivity.BROAD, Reason.NEW_STORY),
    ],
)
def test_sensitivity_moves_the_line(sensitivity: Sensitivity, reason: Reason) -> None:
    topic = profile(replace(TOPIC, sensitivity=sensitivity))
    assert ruled(reading(fit=0.45), topic=topic).decision.reason is reason


def test_the_other_direction_is_named_where_the_subject_is_the_same() -> None:
    topic = profile(facts=Facts(direction=1))
    imposes = Facts(direction=-1)
    near, far = (ruled(reading(fit=fit, stated=imposes), topic=topic) for fit in (0.4, 0.1))
    assert near.decision.reason is Reason.OPPOSITE
    assert far.decision.reason is Reason.OFF_TOPIC


def test_a_decision_rests_on_the_passage_that_fits_best() -> None:
    decision = ruled(reading(7)).decision
    assert decision.passage == "Body of 7."
    assert decision.scores["about"] == pytest.approx(1.0)
    assert decision.score == pytest.approx(0.993, abs=0.001)


# --- known --------------------------------------------------------------------------------


def test_another_source_corroborates_what_was_told() -> None:
    judged = ruled(reading(), mention())
    assert (judged.decision.verdict, judged.decision.reason) == (
        Verdict.UPDATE,
        Reason.CORROBORATION,
    )
    assert judged.decision.nearest == "A-90"
    assert judged.mention is not None
    assert judged.mention.development_id == "D-1"
    assert judged.mention.story_id == "S-1"
    assert judged.mention.told
    assert not judged.mention.first
    assert judged.mention.copy_of is None
    assert judged.development is judged.story is None


def test_a_wire_copy_is_no_independent_source() -> None:
    words = Facts(terms=frozenset({"ministry", "lift", "ban", "shipper", "monday"}))
    copied = ruled(reading(stated=words), replace(mention(), facts=words))
    assert copied.decision.reason is Reason.CORROBORATION
    assert copied.mention is not None
    assert copied.mention.copy_of == "A-90"


def test_a_retelling_in_other_words_is_no_copy() -> None:
    judged = ruled(reading(event=vector(0, 0.9, 0.44, 0)), mention())
    assert judged.decision.reason is Reason.CORROBORATION
    assert judged.mention is not None
    assert judged.mention.copy_of is None


def test_the_same_source_again_is_a_repeat() -> None:
    assert outcome(reading(), mention(source_id="tass")) == (Verdict.NONE, Reason.REPEAT)
    told_by_both = (mention(), mention(91, source_id="tass"))
    assert outcome(reading(), *told_by_both) == (Verdict.NONE, Reason.REPEAT)


@pytest.mark.parametrize("source", ["tass", "reuters"])
def test_after_days_a_retelling_is_a_recap_whoever_tells_it(source: str) -> None:
    old = mention(source_id=source, seen_at=NOW - 3 * DAY - HOUR)
    assert outcome(reading(), old) == (Verdict.NONE, Reason.RECAP)


def test_a_recap_is_measured_from_the_first_report() -> None:
    mentions = mention(seen_at=NOW - 4 * DAY), mention(91, seen_at=NOW - HOUR)
    assert outcome(reading(), *mentions) == (Verdict.NONE, Reason.RECAP)


def test_told_counts_for_the_development_not_for_the_nearest_article() -> None:
    told, not_told = mention(vector=vector(0, 0.95, 0.3, 0)), mention(91, told=False)
    assert outcome(reading(), told, not_told) == (Verdict.UPDATE, Reason.CORROBORATION)


# --- held back before ---------------------------------------------------------------------


QUIET = Facts()
"""No sign of weight: held back."""


def test_what_was_held_back_is_told_when_a_firmer_report_joins() -> None:
    held = mention(told=False, vector=vector(0, 0.9, 0.44, 0))
    judged = ruled(reading(), held)
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.ALERT, Reason.NEW_STORY)
    assert judged.decision.scores["sources"] == 2
    assert "2" in judged.decision.explanation
    assert judged.mention is not None
    assert judged.mention.told
    assert judged.development is not None
    assert judged.development.id == "D-1"
    assert judged.development.article_id == "A-90"
    assert judged.development.founded_at == NOW - HOUR
    assert judged.development.told


def test_a_copy_of_what_was_held_back_adds_no_source() -> None:
    words = frozenset({"ministry", "lift", "ban", "shipper", "monday"})
    held = replace(mention(told=False), facts=Facts(terms=words))
    judged = ruled(reading(stated=replace(QUIET, terms=words)), held)
    assert (judged.decision.verdict, judged.decision.reason) == (
        Verdict.DIGEST,
        Reason.NOT_SIGNIFICANT,
    )
    assert judged.decision.scores["sources"] == 1


@pytest.mark.parametrize(
    ("match", "significance", "expected"),
    [(0.0, 0.0, Verdict.DIGEST), (0.0, 0.9, Verdict.ALERT), (0.9, 0.0, Verdict.DIGEST)],
    ids=["says as little", "says that it matters", "only fits better"],
)
def test_what_earlier_reports_said_counts_for_the_next(
    match: float, significance: float, expected: Verdict
) -> None:
    article = reading(stated=QUIET)
    held = replace(
        mention(told=False),
        match=match,
        significance=significance,
        source_id=article.article.source_id,
    )
    judged = ruled(article, held)
    assert judged.decision.verdict is expected
    assert judged.decision.scores["sources"] == 1
    assert judged.decision.scores["significance"] >= significance
    assert judged.decision.scores["best match"] >= match
    assert judged.mention is not None
    assert judged.mention.significance < 0.9  # what it says alone, for the next


def test_independent_reports_make_surer_and_copies_do_not() -> None:
    held = replace(mention(told=False), match=0.9, significance=0.4)
    others = [replace(mention(91 + n, told=False), source_id=f"other-{n}") for n in range(3)]
    copies = [replace(other, copy_of="A-90") for other in others]
    alone = ruled(reading(stated=QUIET), held).decision
    joined = ruled(reading(stated=QUIET), held, *others).decision
    copied = ruled(reading(stated=QUIET), held, *copies).decision
    assert (joined.scores["sources"], copied.scores["sources"]) == (5, 2)
    assert joined.scores["confidence"] > alone.scores["confidence"]
    assert copied.scores["confidence"] == alone.scores["confidence"]


def test_a_held_back_step_of_a_told_story_is_a_new_step_when_it_is_promoted() -> None:
    opened = mention(80, development_id="D-0", vector=ELSEWHERE)
    held = mention(told=False, vector=vector(0, 0.9, 0.44, 0))
    stated = Facts(cues=frozenset({"signed"}), dates=frozenset({MAY}))
    judged = ruled(reading(stated=stated), opened, held)
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.ALERT, Reason.NEW_STEP)
    assert judged.decision.new_facts == ("date: 2025-05-09",)


# --- new ----------------------------------------------------------------------------------


def test_the_first_report_opens_a_story() -> None:
    judged = ruled(reading())
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.ALERT, Reason.NEW_STORY)
    assert judged.mention is not None
    assert judged.development is not None
    assert judged.story is not None
    assert judged.mention.first
    assert judged.mention.told
    assert judged.story.headline == judged.development.headline == "Bank is delisted"
    assert judged.story.id == judged.development.story_id == judged.decision.story_id
    assert judged.decision.nearest is None


def test_an_unrelated_event_is_a_new_story() -> None:
    judged = ruled(reading(event=ELSEWHERE), mention())
    assert judged.decision.reason is Reason.NEW_STORY
    assert judged.decision.story_id != "S-1"
    assert judged.decision.nearest == "A-90"


def test_a_related_event_is_a_new_step_and_says_what_is_new() -> None:
    told = mention(facts=Facts(names=NAMED, stage=Stage.PLANNED))
    stated = Facts(
        cues=frozenset({"signed"}),
        stage=Stage.SIGNED,
        names=NAMED,
        dates=frozenset({MAY}),
        places=frozenset({"Istanbul"}),
    )
    judged = ruled(reading(event=RELATED, stated=stated), told)
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.ALERT, Reason.NEW_STEP)
    assert judged.decision.story_id == "S-1"
    assert judged.decision.development_id != "D-1"
    assert judged.decision.nearest_title == "Earlier 90"
    assert judged.decision.new_facts == ("stage: signed", "date: 2025-05-09", "place: Istanbul")


def test_a_step_of_a_story_that_nobody_was_told_is_a_new_story_to_readers() -> None:
    held = mention(told=False, facts=Facts(names=NAMED))
    stated = Facts(cues=frozenset({"signed"}), names=NAMED)
    judged = ruled(reading(event=RELATED, stated=stated), held)
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.ALERT, Reason.NEW_STORY)
    assert judged.decision.story_id == "S-1"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Facts(ordinals=frozenset({2})), Facts(ordinals=frozenset({1}))),
        (Facts(dates=frozenset({MAY})), Facts(dates=frozenset({NOW.date()}))),
    ],
    ids=["the second of a series", "the same on another day"],
)
def test_facts_overrule_a_perfect_likeness(ours: Facts, theirs: Facts) -> None:
    stated = replace(ours, cues=frozenset({"signed"}), names=NAMED)
    told = mention(facts=replace(theirs, names=NAMED))
    assert outcome(reading(stated=stated), told) == (Verdict.ALERT, Reason.NEW_STEP)


def test_until_now_is_what_readers_were_told_not_what_was_held_back() -> None:
    held = mention(1, told=False, title="Held back", vector=vector(0, 1, 0, 0))
    told = mention(2, development_id="D-2", title="Told", vector=vector(0, 0.8, 0.6, 0))
    promoted = ruled(reading(), held, told)
    assert promoted.decision.nearest_title == "Held back"
    assert promoted.decision.reason is Reason.NEW_STEP
    assert promoted.until_now == "Told"
    assert ruled(reading(), held).until_now == ""


# --- new, but not told --------------------------------------------------------------------


def test_what_weighs_too_little_goes_to_the_digest() -> None:
    judged = ruled(reading(stated=QUIET))
    assert (judged.decision.verdict, judged.decision.reason) == (
        Verdict.DIGEST,
        Reason.NOT_SIGNIFICANT,
    )
    assert judged.mention is not None
    assert not judged.mention.told


def test_confidence_is_the_product_of_match_novelty_and_significance() -> None:
    scores = ruled(reading(event=vector(0, 0.7, 0.714, 0)), mention()).decision.scores
    assert scores["novelty"] == pytest.approx(1 - scores["same"])
    product = 0.9933 * scores["novelty"] * scores["significance"]
    assert scores["confidence"] == pytest.approx(product, abs=0.001)


def test_sensitivity_moves_the_line_of_significance_too() -> None:
    topic = profile(replace(TOPIC, sensitivity=Sensitivity.BROAD))
    assert outcome(reading(stated=QUIET), topic=topic) == (Verdict.ALERT, Reason.NEW_STORY)


def test_the_silent_first_look_counts_as_told() -> None:
    judged = ruled(reading(), around=replace(AROUND, baseline=True))
    assert (judged.decision.verdict, judged.decision.reason) == (Verdict.NONE, Reason.BASELINE)
    assert judged.mention is not None
    assert judged.mention.told
    later = ruled(reading(2, source_id="reuters"), judged.mention)
    assert later.decision.reason is Reason.CORROBORATION


@pytest.mark.parametrize(("days", "reason"), [(8, Reason.STALE), (6, Reason.NEW_STORY)])
def test_an_article_published_long_ago_is_no_news(days: int, reason: Reason) -> None:
    assert ruled(reading(published=NOW - days * DAY)).decision.reason is reason


def test_a_date_in_the_future_is_not_stale() -> None:
    assert ruled(reading(published=NOW + 30 * DAY)).decision.verdict is Verdict.ALERT


def test_a_muted_story_stays_silent() -> None:
    told = mention(facts=Facts(names=NAMED))
    stated = Facts(cues=frozenset({"signed"}), names=NAMED)
    around = replace(AROUND, muted={"S-1"})
    step = reading(event=RELATED, stated=stated)
    assert outcome(step, told, around=around) == (Verdict.NONE, Reason.MUTED)


def test_silence_comes_before_muting_and_weight() -> None:
    around = Circumstances(NOW, baseline=True, muted={"S-1"})
    assert outcome(reading(stated=QUIET), around=around) == (Verdict.NONE, Reason.BASELINE)


def test_a_mention_names_the_encoder_of_its_vector() -> None:
    judged = ruled(replace(reading(), model_id="small"))
    assert judged.mention is not None
    assert judged.mention.model_id == "small"


# --- purity -------------------------------------------------------------------------------


def test_judging_leaves_memory_alone_and_repeats_itself() -> None:
    told = mention(facts=Facts(names=NAMED, terms=frozenset({"bank"})))
    remembered = Memory([told])
    before = remembered.vectors().copy()
    article = reading(event=ELSEWHERE, stated=Facts(cues=frozenset({"signed"}), names=NAMED))
    first, second = (
        judge(article, profile(), [], remembered, CALIBRATION, AROUND) for _ in range(2)
    )
    assert first.decision == second.decision
    assert first.development == second.development
    assert first.story == second.story
    assert remembered.mentions == [told]
    assert (remembered.vectors() == before).all()
    assert remembered.rarity("bank") == Memory([told]).rarity("bank")


def test_ids_come_from_topic_and_article_alone() -> None:
    here, later = ruled(reading()), ruled(reading(), around=Circumstances(NOW + DAY))
    other = ruled(reading(), topic=profile(replace(TOPIC, id="embassy")))
    third = ruled(reading(2))
    assert here.decision.story_id == later.decision.story_id
    assert len({j.decision.story_id for j in (here, other, third)}) == 3
    assert len({j.decision.development_id for j in (here, other, third)}) == 3


def test_what_counts_for_nothing_is_not_said() -> None:
    """The match of these topics rests on one score; others were looked at in vain."""
    scores = ruled(reading(fit=0.1)).decision.scores
    assert scores["screen"]
    assert set(scores) <= {"screen", "fit", "weight", *CALIBRATION.match.weights}
    assert set(scores) & set(CALIBRATION.match.weights)


def test_every_decision_says_why_and_carries_its_scores() -> None:
    for judged in (ruled(reading()), ruled(reading(fit=0.1)), ruled(reading(), mention())):
        assert judged.decision.explanation
        assert judged.decision.scores
        assert judged.decision.decided_at == NOW
