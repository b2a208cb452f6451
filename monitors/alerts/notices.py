"""What the operators are told: sources that are unwell and well again, messages that are dead.

Pure. A trouble is told when it begins and, for a source, when it ends. What the operators
know already is remembered beside the outbox: :meth:`monitors.ports.Outbox.troubles`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.health.judging import BY_POLLS
from monitors.health.words import moment, to_do
from monitors.model import (
    Alert,
    AlertKind,
    Delivery,
    DeliveryState,
    Health,
    Source,
    SourceState,
)

NOTHING_ANSWERS = "every source"
"""The subject of a trouble: no source at all answers."""

WATCH_LIST = "watch list"
"""The subject of a trouble: an edit of the watch list is broken."""

NOTHING_AFTER = 2
"""Failed polls in a row of every source before that is told."""

WELL = (Health.HEALTHY, Health.UNKNOWN)
"""Not worth a message."""
_MOST_LINES = 12
_MENDED = ("The watch list is good again", ["The edit is in force from this run on"])


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
    *,
    broken: str = "",
) -> Notices:
    """At most seven messages: what is unwell, well again, dead, held, or broken.

    Where no source answers at all, that is one message, and none on each source.

    :param states: by id, of every source in ``sources``
    :param dead: rows of the outbox that are dead, or held in doubt. Notices among them are
        left out, since a channel that takes none cannot be told so; and edits, without
        which a story was told all the same
    :param known: the troubles that the operators know
    :param broken: one line on an edit of the watch list that is broken
    """
    edit = {WATCH_LIST: known.get(WATCH_LIST, now)} if broken else {}
    told = {WATCH_LIST: known[WATCH_LIST]} if WATCH_LIST in known else {}
    dark = _darkness(sources, states, known, now)
    unwell = dark | _unwell(sources, states, known, silent=bool(dark))
    lost = _stuck("message", dead, DeliveryState.DEAD)
    held = _stuck("doubt", dead, DeliveryState.UNKNOWN)
    ended = {
        subject: since
        for source in sources
        if (since := known.get(subject := _subject(source))) and subject not in unwell
    }
    light = {s: since for s, since in known.items() if s == NOTHING_ANSWERS and not dark}
    begun = {s: since for s, since in unwell.items() if known.get(s) != since}
    darkened = {s: begun.pop(s) for s in dark if s in begun}
    died = {s: since for s, since in lost.items() if known.get(s) != since}
    doubted = {s: since for s, since in held.items() if known.get(s) != since}
    named = {_subject(source): source for source in sources}
    rows = {row.id: row for row in dead}
    drafted = (
        ("broken", edit if not told else {}, _broken_text(broken)),
        ("mended", told if not edit else {}, _MENDED),
        ("dark", darkened, _dark_text(sources, states)),
        ("light", light, _light_text(sources, states)),
        ("unwell", begun, _unwell_text([named[s] for s in begun], states)),
        ("recovered", ended, _recovery_text([named[s] for s in ended], states)),
        ("dead", died, _dead_text([rows[_number(s)] for s in died])),
        ("doubt", doubted, _doubt_text([rows[_number(s)] for s in doubted])),
    )
    alerts = tuple(
        Alert(_key(change, subjects), AlertKind.NOTICE, channel, now, headline, body=tuple(body))
        for change, subjects, (headline, body) in drafted
        if subjects
    )
    return Notices(alerts, unwell | lost | held | edit)


def _stuck(word: str, rows: Iterable[Delivery], state: DeliveryState) -> dict[str, datetime]:
    return {
        f"{word} {row.id}": row.sending_since or row.not_before
        for row in rows
        if row.state is state and row.alert.kind not in (AlertKind.NOTICE, AlertKind.EDIT)
    }


def _number(subject: str) -> int:
    return int(subject.rpartition(" ")[2])


def _darkness(
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    known: Mapping[str, datetime],
    now: datetime,
) -> dict[str, datetime]:
    """The trouble that nothing answers, where it is so; it ends with the first answer."""
    failures = [states[source.id].failures for source in sources]
    begins = bool(failures) and min(failures) >= NOTHING_AFTER
    lasts = bool(failures) and min(failures) > 0 and NOTHING_ANSWERS in known
    return {NOTHING_ANSWERS: known.get(NOTHING_ANSWERS, now)} if begins or lasts else {}


def _unwell(
    sources: Iterable[Source],
    states: Mapping[str, SourceState],
    known: Mapping[str, datetime],
    *,
    silent: bool,
) -> dict[str, datetime]:
    """Subjects of the sources that are unwell, and since when.

    :param silent: keep only what is known already
    """
    found = {}
    for source in sources:
        pulse, subject = states[source.id].pulse, _subject(source)
        if subject in known and (silent or pulse.health is Health.UNKNOWN):
            found[subject] = known[subject]
        elif pulse.health not in WELL and pulse.since is not None and not silent:
            # One that answers again after failed polls is on its way back.
            recovers = pulse.cause in BY_POLLS and not states[source.id].failures
            if not recovers or subject in known:
                found[subject] = pulse.since
    return found


def _dark_text(
    sources: Sequence[Source], states: Mapping[str, SourceState]
) -> tuple[str, list[str]]:
    errors = [f"{s.name}: {states[s.id].last_error or 'unknown problem'}" for s in sources]
    advice = "Check this machine's network first. All of them: tidings sources"
    return "No source answers", [*_shortened(errors), advice]


def _light_text(
    sources: Sequence[Source], states: Mapping[str, SourceState]
) -> tuple[str, list[str]]:
    well = [source.name for source in sources if not states[source.id].failures]
    return "Sources answer again", [f"{len(well)} of {len(sources)}", *_shortened(well)]


def _unwell_text(
    sources: Sequence[Source], states: Mapping[str, SourceState]
) -> tuple[str, list[str]]:
    counts = Counter(states[source.id].pulse.health.value for source in sources)
    if len(sources) == 1:
        who = f"Source {sources[0].name} is {next(iter(counts))}"
    else:
        each = ", ".join(f"{count} {health}" for health, count in counts.most_common())
        who = f"{len(sources)} sources need a look: {each}"
    lines = [_unwell_line(source, states[source.id]) for source in sources]
    return who, [*_shortened(lines), "Each is asked again by itself. All of them: tidings sources"]


def _unwell_line(source: Source, state: SourceState) -> str:
    pulse = state.pulse
    heard = moment(state.succeeded_at) + " UTC" if state.succeeded_at else "never"
    line = f"{source.name} {pulse.cause.value} (last answer: {heard})"
    why = state.last_error if state.failures else to_do(pulse.cause, source)
    return f"{line}: {why}" if why else line


def _broken_text(broken: str) -> tuple[str, list[str]]:
    return "The watch list is broken", [broken, "What to write instead: tidings check"]


def _recovery_text(
    sources: Sequence[Source], states: Mapping[str, SourceState]
) -> tuple[str, list[str]]:
    many = f"{len(sources)} sources are healthy again"
    who = f"Source {sources[0].name} is healthy again" if len(sources) == 1 else many
    answers = ((source.name, states[source.id].succeeded_at) for source in sources)
    return who, _shortened(
        [f"{name}: answered {moment(at)} UTC" if at else name for name, at in answers]
    )


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


def _key(change: str, subjects: Mapping[str, datetime]) -> str:
    parts = ["notice", change, *(f"{s} {at.isoformat()}" for s, at in sorted(subjects.items()))]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]
