"""What lists show of what was told and of what is watched."""

from __future__ import annotations

from dataclasses import dataclass

from monitors.model.deciding import Decision


@dataclass(frozen=True, slots=True)
class Told:
    """A decision with what readers know its article by; both empty where it is kept no more."""

    decision: Decision
    headline: str
    url: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A topic's state in numbers.

    :param watching: its first, silent look is over
    :param told: alerts since the time that was asked for
    :param stories: at most 1,000
    :param lessons: those that act
    """

    watching: bool
    told: int
    stories: int
    lessons: int
