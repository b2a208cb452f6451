"""All that is known of a source, in plain values without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from monitors.health.pace import per_day
from monitors.health.words import cadence, span, to_do
from monitors.model import Source, SourceState
from monitors.ports import Store
from monitors.redact import redact

DAY = timedelta(days=1)


def rows_of(store: Store, wanted: Sequence[Source], now: datetime) -> list[dict[str, Any]]:
    """All that is known of each of ``wanted``, in plain values."""
    states = store.sources.states([source.id for source in wanted])
    ledgers = store.sources.ledger(now - DAY)
    known = {row["id"]: row for row in store.sources.overview()}
    waiting = store.sources.waiting()
    return [
        _row(source, states[source.id], now)
        | {
            "last_day": ledgers.get(source.id, {}),
            "waiting": waiting.get(source.id, 0),
            "entries": known.get(source.id, {}).get("entries", {}),
            "articles": known.get(source.id, {}).get("articles", 0),
            "alerts": known.get(source.id, {}).get("alerts", 0),
        }
        for source in wanted
    ]


def _row(source: Source, state: SourceState, now: datetime) -> dict[str, Any]:
    pulse, web = state.pulse, state.web
    every = pulse.every if source.adaptive and pulse.every else source.every
    rate = per_day(pulse, now)
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "tier": source.tier.value,
        "url": redact(source.url),
        "state": pulse.health.value,
        "reason": pulse.cause.value,
        "since": pulse.since,
        "to_do": to_do(pulse.cause, source),
        "problem": state.last_error,
        "failures": state.failures,
        "polls": pulse.marks,
        "polled_at": state.polled_at,
        "answered_at": state.succeeded_at,
        "next_poll_at": state.next_poll_at,
        "every": span(every),
        "every_because": pulse.tempo.value if source.adaptive else "as written in the watch list",
        "last_entry_at": state.last_entry_at,
        "cadence": cadence(pulse, now),
        "new_a_day": None if rate is None else round(rate, 2),
        "usual_silence": span(pulse.silence) if pulse.silence else None,
        "window": pulse.window,
        "gaps": pulse.gaps,
        "last_gap_at": pulse.gap_at,
        "distrusted_until": web.distrusted_until,
        "moved_to": redact(web.moved_to) if web.moved_to else None,
    }
