"""Which decisions are borderline, and what a judge is asked about them. Pure.

A decision is borderline where its match lies near the match line, or its confidence near the
alert line, so that a little more or less would have turned it. Only then may an opinion from
outside count, and only so far: see :func:`monitors.decide.judge.judge`.
"""

from __future__ import annotations

from monitors.decide.calibration import Calibration
from monitors.decide.judge import Circumstances, Judgement
from monitors.decide.lines import alert_line
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading, TopicProfile
from monitors.model import Question, Reason, Topic

NEAR_MATCH, NEAR_ALERT = 0.05, 0.2
"""How far from its line a match, and a confidence, counts as borderline, to either side. Of a
match that is low most is surely off topic; of confidences between .3 and .8 a third is wrong.
With a judge who answers as the labels of ten streams do, F1 is .94 for one question to two
articles, and was .91 for more questions with .1 for both."""

TITLE = 300
TEXT = 2_000
"""Most characters of an article's title and text that a judge is shown."""

TOLD = 5
"""Most headlines told before that a judge is shown."""

_OPEN = (
    Reason.NEW_STORY, Reason.NEW_STEP, Reason.NOT_SIGNIFICANT,
    Reason.OFF_TOPIC, Reason.NEAR_MISS, Reason.OPPOSITE,
)  # fmt: skip
"""Reasons that an opinion could change; repeats, what is muted or silent stands as it is."""


def borderline(
    reading: Reading,
    topic: Topic,
    made: Judgement,
    calibration: Calibration,
    around: Circumstances,
) -> bool:
    """Whether ``made`` could as well have gone the other way, and an alert hangs on it."""
    decision = made.decision
    if around.baseline or reading.article.is_stale or decision.reason not in _OPEN:
        return False
    line = calibration.match_lines[topic.sensitivity]
    near_match = abs(decision.score - line) <= NEAR_MATCH
    confidence = decision.scores.get("confidence")
    if confidence is None:
        return near_match
    return near_match or abs(confidence - alert_line(topic, calibration)) <= NEAR_ALERT


def question(reading: Reading, profile: TopicProfile, made: Judgement, memory: Memory) -> Question:
    """What the judge is shown: the topic, the evidence of the article, what was told."""
    topic, decision = profile.topic, made.decision
    text = reading.key_text.removeprefix(reading.article.title).strip()
    if decision.passage not in reading.key_text:
        text = f"{text}\n{decision.passage}".strip()
    return Question(
        topic=topic.name,
        description=topic.description,
        examples=topic.examples,
        not_examples=topic.not_examples,
        title=reading.article.title[:TITLE],
        text=text[:TEXT],
        told=_nearest_told(reading, memory),
    )


def _nearest_told(reading: Reading, memory: Memory) -> tuple[str, ...]:
    if not len(memory):
        return ()
    closeness = memory.vectors() @ reading.compared_by
    titles = (memory.mentions[int(row)] for row in (-closeness).argsort(kind="stable"))
    told = dict.fromkeys(mention.title[:TITLE] for mention in titles if mention.told)
    return tuple(told)[:TOLD]
