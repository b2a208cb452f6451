"""Plain questions whose answers nobody would dispute: whether a model can be a judge at all.

A judge is believed in what it is asked. A model that says "tell" to everything (one of 1.5
billion parameters does, see ``docs/quality.md``) turns every near miss into a message, so an
operator should know before the first run. All names are made up; three fields, three languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitors.errors import JudgeUnfit
from monitors.model import Counsel, Question
from monitors.ports import Judge

MISTAKES = 2
"""Most wrong answers of one that may judge: with one answer to all it makes three or more."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A question, and whether readers want to be told."""

    question: Question
    tell: bool


def try_out(judge: Judge, subject: str) -> str:
    """Ask all of :data:`QUESTIONS`; one line on how it did.

    :param subject: names the judge in errors
    :raises JudgeError: it gave no answer, or is :class:`~monitors.errors.JudgeUnfit`: too many
        answers are wrong
    """
    given = [judge.review(plain.question).counsel for plain in QUESTIONS]
    right = _right(given)
    if len(QUESTIONS) - right > MISTAKES:
        told = sum(counsel is Counsel.TELL for counsel in given)
        raise JudgeUnfit(
            subject,
            f"it answers {right} of {len(QUESTIONS)} plain questions rightly "
            f"(it would tell {told}, and 3 are to be told)",
            "Alerts get worse with it: name a larger model, or leave JUDGE_URL empty",
        )
    return f"answers {right} of {len(QUESTIONS)} plain questions rightly"


def _right(given: Sequence[Counsel]) -> int:
    pairs = zip(QUESTIONS, given, strict=True)
    return sum((counsel is Counsel.TELL) == plain.tell for plain, counsel in pairs)


def _on(topic: Question, told: str, *rows: tuple[bool, str, str]) -> tuple[Plain, ...]:
    """Questions on one topic: whether readers want to be told, title, text."""
    return tuple(
        Plain(replace(topic, title=title, text=text, told=(told,)), tell)
        for tell, title, text in rows
    )


def _topic(name: str, description: str, example: str, not_example: str) -> Question:
    return Question(name, description, (example,), (not_example,), "", "")


QUESTIONS = (
    *_on(
        _topic(
            "Approval of Corvexa",
            "Decisions of regulators on the migraine drug Corvexa: approved, refused, withdrawn.",
            "Regulator refuses Corvexa for children",
            "A hospital buys more scanners",
        ),
        "Health agency opens its review of Corvexa",
        (
            True,
            "Health agency approves migraine drug Corvexa",
            "The agency on Monday approved Corvexa for adults. It may be sold from 1 June.",
        ),
        (
            False,
            "Reminder: health agency has opened its review of Corvexa",
            "As reported last week, the review has begun. Nothing has been decided yet.",
        ),
        (
            False,
            "Corvex United win the cup after extra time",
            "Corvex United beat Northland City 2-1 in the final on Sunday.",
        ),
    ),
    *_on(
        _topic(
            "Рудник «Полярный»",
            "Решения о закрытии рудника «Полярный»: лицензия, остановка добычи, суд.",
            "Суд рассмотрит иск к руднику «Полярный»",
            "Цены на медь выросли",
        ),
        "Министерство начало проверку рудника «Полярный»",
        (
            True,
            "Рудник «Полярный» лишили лицензии",
            "Министерство во вторник отозвало лицензию. Добыча прекращается с 1 июля.",
        ),
        (
            False,
            "Мнение: «Полярный» рано или поздно закроют",
            "Колумнист рассуждает, что могло бы случиться с рудником. Новых решений нет.",
        ),
        (
            False,
            "Бразильский рудник Серра-Азул остановил добычу",
            "Из-за наводнения рудник Серра-Азул в Бразилии остановил работу на неделю.",
        ),
    ),
    *_on(
        _topic(
            "Nachtflugverbot in Harnau",
            "Lockerungen des Nachtflugverbots am Flughafen Harnau; Verschärfungen zählen nicht.",
            "Harnau prüft Ausnahmen vom Nachtflugverbot",
            "Harnau verlängert das Nachtflugverbot",
        ),
        "Harnau prüft Ausnahmen vom Nachtflugverbot",
        (
            True,
            "Landtag hebt Nachtflugverbot in Harnau auf",
            "Der Landtag hat das Verbot am Donnerstag aufgehoben. Es endet am 1. Oktober.",
        ),
        (
            False,
            "Landtag verschärft Nachtflugverbot in Harnau",
            "Der Landtag hat das Verbot am Donnerstag um eine Stunde verlängert.",
        ),
        (
            False,
            "Flughafen Harnau eröffnet neues Parkhaus",
            "Seit Montag gibt es 2.000 Parkplätze mehr. Um Nachtflüge ging es dabei nicht.",
        ),
    ),
)
"""Three topics; on each one thing to tell, and two that are not."""
