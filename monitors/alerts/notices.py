"""What the operators are told: sources that fail and answer again, messages that are dead.

Pure. A trouble is told when it begins and, for a source, when it ends. What the operators
know already is remembered beside the outbox: :meth:`monitors.ports.Outbox.troubles`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.model import Alert, AlertKind, Delivery, DeliveryState, Source, SourceState

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
    """At most four messages: what began to fail, what answers again, what is dead or held.

    :param states: by id, of every source in ``sources``
    :param dead: rows of the outbox that are dead, or held in doubt. Notices among them are
        left out, since a channel that takes none cannot be told so; and edits, without
        which a story was told all the same
    :param known: the troubles that the operators know
    """
    failing = _failing(sources, states, known, now)
    lost = _stuck("message", dead, DeliveryState.DEAD)
    held = _stuck("doubt", dead, DeliveryState.UNKNOWN)
    ended = {
        subject: since
        for source in sources
        if (since := known.get(subject := _subject(source))) and not states[source.id].failures
    }
    begun = {s: since for s, since in failing.items() if known.get(s) != since}
    died = {s: since for s, since in lost.items() if known.get(s) != since}
    doubted = {s: since for s, since in held.items() if known.get(s) != since}
    named = {_subject(source): source for source in sources}
    rows = {row.id: row for row in dead}
    drafted = (
        ("failing", begun, _fail_text([named[s] for s in begun], states)),
        ("recovered", ended, _recovery_text([named[s] for s in ended], states)),
        ("dead", died, _dead_text([rows[_number(s)] for s in died])),
        ("doubt", doubted, _doubt_text([rows[_number(s)] for s in doubted])),
    )
    alerts = tuple(
        Alert(_key(change, subjects), AlertKind.NOTICE, channel, now, headline, body=tuple(body))
        for change, subjects, (headline, body) in drafted
        if subjects
    )
    return Notices(alerts, failing | lost | held)


def _stuck(word: str, rows: Iterable[Delivery], state: DeliveryState) -> dict[str, datetime]:
    return {
        f"{word} {row.id}": row.sending_since or row.not_before
        for row in rows
        if row.state is state and row.alert.kind not in (AlertKind.NOTICE, AlertKind.EDIT)
    }


def _number(subject: str) -> int:
    return int(subject.rpartition(" ")[2])


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
    return what, [*_listed(rows), f"Once that is mended: tidings outbox {_again(rows)}"]


def _doubt_text(rows: Sequence[Delivery]) -> tuple[str, list[str]]:
    rows = sorted(rows, key=lambda row: row.id)
    many = f"{len(rows)} message{'' if len(rows) == 1 else 's'}"
    why = "The channel's history cannot be read, so they are held, as are replies to them. "
    again = f"To send what is not in the channel: tidings outbox {_again(rows)}"
    return f"Nobody knows whether {many} arrived", [*_listed(rows), why + again]


def _listed(rows: Sequence[Delivery]) -> list[str]:
    return _shortened([f"{_name(row)}: {row.error or 'refused'}" for row in rows])


def _name(row: Delivery) -> str:
    return f"No. {row.id} to {row.alert.channel}, “{row.alert.headline}”"


def _again(rows: Sequence[Delivery]) -> str:
    return " ".join(f"--requeue {row.id}" for row in rows[:_MOST_LINES])


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
