"""What the local Slack is told to get wrong, and what it was asked."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["status", "garbage", "reset", "timeout", "ratelimited", "error", "slow"]
KINDS: tuple[Kind, ...] = (
    "status",
    "garbage",
    "reset",
    "timeout",
    "ratelimited",
    "error",
    "slow",
)


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of the script; the fields are those of :meth:`LocalSlack.fail_next`."""

    kind: Kind
    accept: bool = False
    status: int = 503
    code: str = "internal_error"
    retry_after: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request as received, without the token."""

    method: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(slots=True)
class Script:
    """What goes wrong next, by method."""

    failures: dict[str, deque[Failure]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, method: str) -> Failure | None:
        with self.lock:
            waiting = self.failures.get(method)
            return waiting.popleft() if waiting else None
