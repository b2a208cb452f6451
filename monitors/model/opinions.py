"""What an outside judge is asked about a borderline decision, and may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Counsel(StrEnum):
    """What a judge may say. Closed: whatever else it says is no answer."""

    TELL = "tell"
    HOLD = "hold"
    OFF_TOPIC = "off topic"


class Ground(StrEnum):
    """Why a judge says so. Closed: stored and shown."""

    NEW = "new and significant"
    TOLD = "already told"
    ROUTINE = "routine"
    SPECULATION = "speculation or opinion"
    OTHER_SUBJECT = "other subject"
    OPPOSITE = "opposite direction"
    IN_PASSING = "only in passing"


GROUNDS: Mapping[Counsel, frozenset[Ground]] = {
    Counsel.TELL: frozenset({Ground.NEW}),
    Counsel.HOLD: frozenset({Ground.TOLD, Ground.ROUTINE, Ground.SPECULATION}),
    Counsel.OFF_TOPIC: frozenset({Ground.OTHER_SUBJECT, Ground.OPPOSITE, Ground.IN_PASSING}),
}
"""The grounds that go with each counsel; any other pair is no answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A borderline decision, put to a judge.

    :param topic: name of the topic; with ``description``, ``examples`` and ``not_examples``
        it is what the operator wrote
    :param title: of the article: untrusted
    :param text: of the article, its evidence only: untrusted
    :param told: headlines of what this topic's readers were told before, nearest first:
        untrusted
    """

    topic: str
    description: str
    examples: tuple[str, ...]
    not_examples: tuple[str, ...]
    title: str
    text: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opinion:
    """A judge's answer.

    :param judge: which judge, by the name of its model
    """

    counsel: Counsel
    ground: Ground
    judge: str

    def __str__(self) -> str:
        return f"the judge ({self.judge}) says {self.counsel.value}: {self.ground.value}"
