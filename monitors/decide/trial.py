"""Whether a lesson may act, by what its replay would have told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitors.model import AnswerKind, Change, LessonReason, Trial

LOST = 0.25
"""Of the alerts that nobody found wrong, lessons together may cost at most this share, and one
in any case. Chosen by hand, because what nobody answered is probably right: about six in ten
alerts are (docs/quality.md)."""

LOST_OF_ALL = 0.75
"""Of all alerts, also of those that readers found wrong, at most this share. Chosen by hand,
because a topic that falls silent can no longer be answered, whoever pressed the buttons."""

GAINED = 0.5
"""Lessons together may add at most this share of alerts, and two in any case. Chosen by hand,
because a channel that becomes half as busy again is noticed, and one twice as busy is muted."""

SHOWN = 50
"""Changed alerts that are kept with a trial."""

_WRONG = (AnswerKind.NOT_RELEVANT, AnswerKind.NOT_NEW)

Told = Mapping[str, str]
"""Article id to headline, of the articles that would have alerted."""


def weigh(
    written: Told,
    before: Told,
    after: Told,
    opinions: Mapping[str, AnswerKind],
    days: float,
    at: datetime,
) -> tuple[Trial, LessonReason]:
    """The numbers of a replay, and whether they let the lesson pass.

    What all lessons do together is held against the topic as it is written, so that many
    small steps cannot lead where one may not go.

    :param written: what the topic would have told without any lesson
    :param before: with the lessons in force
    :param after: with this one too
    :param opinions: article id to what readers said
    :returns: the reason is ``PASSED``, ``LOSES_USEFUL`` or ``RATE``
    """
    changes = [Change(a, before[a], opinions.get(a), told=False) for a in before.keys() - after]
    changes += [Change(a, after[a], opinions.get(a), told=True) for a in after.keys() - before]
    changes.sort(key=lambda c: (c.opinion is None, c.told, c.article_id))
    useful = {a for a, opinion in opinions.items() if opinion is AnswerKind.USEFUL}
    trial = Trial(
        at=at,
        days=days,
        written=len(written) / days,
        before=len(before) / days,
        after=len(after) / days,
        useful=len(useful & before.keys()),
        changes=tuple(changes[:SHOWN]),
    )
    if useful & before.keys() - after.keys():
        return trial, LessonReason.LOSES_USEFUL
    return trial, LessonReason.PASSED if _bounded(written, after, opinions) else LessonReason.RATE


def _bounded(written: Told, after: Told, opinions: Mapping[str, AnswerKind]) -> bool:
    unblamed = {a for a in written if opinions.get(a) not in _WRONG}
    gained = after.keys() - written.keys()
    return (
        len(unblamed - after.keys()) <= max(LOST * len(unblamed), 1)
        and len(written.keys() - after.keys()) <= LOST_OF_ALL * len(written)
        and len(gained) <= max(GAINED * len(written), 2)
    )
