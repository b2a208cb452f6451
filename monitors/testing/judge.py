"""A judge whose opinions are written by the test."""

from __future__ import annotations

from collections import deque

from monitors.errors import JudgeError
from monitors.model import Counsel, Ground, Opinion, Question


class ScriptedJudge:
    """Gives what it was told to, the last one again and again.

    :ivar asked: every question, in order
    """

    def __init__(self, *script: tuple[Counsel, Ground] | JudgeError) -> None:
        self.asked: list[Question] = []
        self._script = deque(script)

    @property
    def name(self) -> str:
        """Always the same."""
        return "scripted"

    def review(self, question: Question) -> Opinion:
        """The next of the script."""
        self.asked.append(question)
        said = self._script.popleft() if len(self._script) > 1 else self._script[0]
        if isinstance(said, JudgeError):
            raise said
        return Opinion(*said, self.name)
