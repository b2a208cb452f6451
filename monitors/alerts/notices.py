"""What the operators are told: sources that fail and answer again, messages that are dead.

Pure. A trouble is told when it begins and, for a source, when it ends. What the operators
know already is remembered beside the outbox: :meth:`monitors.ports.Outbox.troubles`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.model import Alert, AlertKind, Delivery, Source, SourceState

FAILING_AFTER = 3
"""Failed polls in a row before a source is worth a message."""

_MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class Notices:
    """The messages that are due, and what the operators know once they are queued.

    :param troubles: subject ("source tass", "message 17") to the time since when
    """

    alerts: tuple[Alert, ...]
    troubles: Mapping[str, datetime]


def draft_notices(
    channel: str,
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    dead: Sequence[Delivery],
    known: Mapping[str, datetime],
    now: datetime,
) -> Notices:
    """At most three messages: what began to fail, what answers again, what is dead.

    :param states: by id, of every source in ``sources``
    :param dead: the dead rows of the outbox. Notices among them are left out: a channel
        that takes none cannot be told so
    :param known: the troubles that the operators know
    """
    failing = _failing(sources, states, known, now)
    lost = {
        f"message {row.id}": row.sending_since or row.not_before
        for row in dead
        if row.alert.kind is not AlertKind.NOTICE
    }
    ended = {
        subject: since
        for source in sources
        if (since := known.get(subject := _subject(source))) and not states[source.id].failures
    }
    begun = {s: since for s, since in failing.items() if known.get(s) != since}
    died = {s: since for s, since in lost.items() if known.get(s) != since}
    named = {_subject(source): source for source in sources}
    rows = {f"message {row.id}": row for row in dead}
    drafted = (
        ("failing", begun, _fail_text([named[s] for s in begun], states)),
        ("recovered", ended, _recovery_text([named[s] for s in ended], states)),
        ("dead", died, _dead_text([rows[s] for s in died])),
    )
    alerts = tuple(
        Alert(_key(change, subjects), AlertKind.NOTICE, channel, now, headline, body=tuple(body))
        for change, subjects, (headline, body) in drafted
        if subjects
    )
    return Notices(alerts, failing | lost)


def _failing(
    sources: Iterable[Source],
    states: Mapping[str, SourceState],
    known: Mapping[str, datetime],
    now: datetime,
) -> dict[str, datetime]:
    """Subjects of the sources that fail, with their last success or else when that was told."""
    found = {}
    for source in sources:
        state, subject = states[source.id], _subject(source)
        if state.failures >= FAILING_AFTER:
            found[subject] = state.succeeded_at or known.get(subject, now)
        elif state.failures and subject in known:
            found[subject] = known[subject]  # it answered between two runs, and fails again
    return found


def _fail_text(
    sources: Sequence[Source], states: Mapping[str, SourceState]
) -> tuple[str, list[str]]:
    who = (
        f"Source {sources[0].name} fails" if len(sources) == 1 else f"{len(sources)} sources fail"
    )
    lines = []
    for source in sources:
        state = states[source.id]
        since = (
            f"last answer {_moment(state.succeeded_at)}" if state.succeeded_at else "no answer yet"
        )
        lines.append(f"{source.name}, {since}: {state.last_error or 'unknown problem'}")
    return who, [*_shortened(lines), "Each is asked again by itself. All of them: tidings sources"]


def _recovery_text(
    sources: Sequence[Source], states: Mapping[str, SourceState]
) -> tuple[str, list[str]]:
    many = f"{len(sources)} sources answer again"
    who = f"Source {sources[0].name} answers again" if len(sources) == 1 else many
    answers = ((source.name, states[source.id].succeeded_at) for source in sources)
    return who, _shortened([f"{name}: {_moment(at)}" if at else name for name, at in answers])


def _dead_text(rows: Sequence[Delivery]) -> tuple[str, list[str]]:
    rows = sorted(rows, key=lambda row: row.id)
    what = f"{len(rows)} message{' was' if len(rows) == 1 else 's were'} not delivered"
    lines = [
        f"No. {row.id} to {row.alert.channel}, “{row.alert.headline}”: {row.error or 'refused'}"
        for row in rows
    ]
    again = " ".join(f"--requeue {row.id}" for row in rows[:_MOST_LINES])
    return what, [*_shortened(lines), f"Once that is mended: tidings outbox {again}"]


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[:_MOST_LINES], f"and {len(lines) - _MOST_LINES} more"]


def _subject(source: Source) -> str:
    return f"source {source.id}"


def _moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def _key(change: str, subjects: Mapping[str, datetime]) -> str:
    parts = ["notice", change, *(f"{s} {at.isoformat()}" for s, at in sorted(subjects.items()))]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]
