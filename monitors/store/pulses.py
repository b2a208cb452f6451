"""The health of sources as JSON, and back."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from monitors.model import Cause, Health, Pulse, Tempo
from monitors.store.codec import dump_report, load_report
from monitors.store.decoding import UndecodableError

_TO: dict[str, Any] = {
    "health": lambda name: Health[name],
    "cause": lambda name: Cause[name],
    "tempo": lambda name: Tempo[name],
    "since": datetime.fromisoformat,
    "watched_since": datetime.fromisoformat,
    "gap_at": datetime.fromisoformat,
    "back_at": datetime.fromisoformat,
    "every": lambda seconds: timedelta(seconds=seconds),
    "silence": lambda seconds: timedelta(seconds=seconds),
}


def dump_pulse(pulse: Pulse) -> str:
    """``pulse`` as JSON, without what is not set.

    States and reasons by their names: what people read of them may be worded anew.
    """
    plain = {n: v.name if isinstance(v, Enum) else v for n, v in asdict(pulse).items()}
    return dump_report({name: value for name, value in plain.items() if value is not None})


def load_pulse(text: str | None) -> Pulse:
    """The pulse in ``text``; an empty one where it holds none: it is learnt again."""
    if text is None:
        return Pulse()
    try:
        found = load_report(text)
        known = {f.name for f in fields(Pulse)}
        return Pulse(**{n: _TO[n](v) if n in _TO else v for n, v in found.items() if n in known})
    except (UndecodableError, KeyError, TypeError, ValueError):
        return Pulse()
