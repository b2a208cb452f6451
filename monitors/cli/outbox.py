"""``tidings outbox``: what waits, why, and what a person can do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.showing import lists, opened

if TYPE_CHECKING:
    from monitors.model import Delivery
    from monitors.ports import Outbox

_MOST = 10_000
_REASONS = 8


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(outbox)


def outbox(
    limit: output.Limit = 20,
    state: Annotated[
        str, typer.Option(help="pending, sending, sent, unknown, dead, held or digested.")
    ] = "",
    requeue: Annotated[
        list[int] | None,
        typer.Option(help="Send this message (number) again: a dead one, or one in doubt."),
    ] = None,
    requeue_dead: Annotated[
        bool, typer.Option("--requeue-dead", help="Send every dead message again.")
    ] = False,
    as_json: output.AsJson = False,
) -> None:
    """What waits to be delivered, what was, and what cannot be."""
    from monitors.clock import SystemClock
    from monitors.model import DeliveryState

    if state and state not in {known.value for known in DeliveryState}:
        known = ", ".join(known.value for known in DeliveryState)
        raise typer.BadParameter(f"{state!r} is no state; known are {known}")
    now = SystemClock().now()
    if requeue or requeue_dead:
        with opened() as (_, store):
            _requeue(store.outbox, requeue or [], requeue_dead, now)
        return
    with lists() as (_, listed):
        counts = {s.value: n for s, n in listed.counts().items()}
        settled = (DeliveryState.SENT, DeliveryState.DIGESTED)
        waiting = [s for s in DeliveryState if s not in settled]
        still = listed.deliveries(waiting, _MOST)
        if state:
            rows = listed.deliveries([DeliveryState(state)], limit)
        else:
            rows = (still + listed.deliveries(settled, limit))[:limit]
        muted = listed.muted()
    if as_json:
        output.as_json({"counts": counts, "rows": [_plain(row, now, muted) for row in rows]})
        return
    output.say(f"Outbox: {output.pairs(counts) or 'empty'}", "bold")
    for line in _summary(still, now, muted):
        output.say(f"  {line}", "yellow")
    output.table(
        "Messages",
        ["no.", "state", "kind", "channel", "headline", "tries", "when (UTC)", "why"],
        [
            (
                row.id,
                row.state.value,
                row.alert.kind.value,
                row.alert.channel,
                row.alert.headline,
                row.attempts,
                _when(row, now),
                why(row, now, muted),
            )
            for row in rows
        ],
    )


def why(row: Delivery, now: datetime, muted: Collection[str] = ()) -> str:
    """Why a message is not sent yet, or never will be; empty where it was."""
    from monitors.model import DeliveryState, Hold

    if row.state in (DeliveryState.SENT, DeliveryState.DIGESTED):
        # Every message with a budget is weighed for a moment; that is no news once it was sent.
        return row.hold.value if row.hold and row.hold is not Hold.WEIGHED else ""
    if row.state is DeliveryState.HELD:
        return row.hold.value if row.hold else "held"
    if row.state is DeliveryState.SENDING:
        return "is being sent"
    if row.state is DeliveryState.UNKNOWN:
        looks = (
            f"looked for {output.count(row.looks, 'time')}" if row.looks else "to be looked for"
        )
        return f"{row.error or 'no answer'}; {looks}"
    if row.state is DeliveryState.DEAD:
        return row.error or "refused"
    continues = row.alert.kind.value in ("step", "edit") and row.alert.story_ids[:1]
    if continues and continues[0] in muted:
        return "a reader muted its story"
    if row.waits_for is not None:
        return f"waits for no. {row.waits_for}, the first message of its thread"
    if row.error:
        return row.error
    return "waits for its time" if row.not_before > now else "is due"


def _summary(rows: Sequence[Delivery], now: datetime, muted: Collection[str]) -> list[str]:
    """How many wait for the same reason, most first, with when the first is tried again."""
    groups: dict[tuple[str, str], list[Delivery]] = {}
    for row in rows:
        groups.setdefault((row.state.value, _common(why(row, now, muted))), []).append(row)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    lines = []
    for (state, reason), group in ordered[:_REASONS]:
        later = [row.not_before for row in group if row.not_before > now]
        tried = state == "pending" and len(later) == len(group)
        again = f". Next try {output.moment(min(later))} UTC" if tried else ""
        lines.append(f"{len(group)} {state}: {reason.rstrip('.') if again else reason}{again}")
    if len(ordered) > _REASONS:
        lines.append(f"and {len(ordered) - _REASONS} more reasons")
    states = Counter(row.state.value for row in rows)
    if states["dead"]:
        lines.append("once that is mended: tidings outbox --requeue-dead, or --requeue NUMBER")
    return lines


def _common(reason: str) -> str:
    """The reason without what differs from row to row."""
    if reason.startswith("waits for no."):
        return "waits for the first message of its thread"
    return reason


def _requeue(outbox: Outbox, numbers: list[int], every_dead: bool, now: datetime) -> None:
    from monitors.model import DeliveryState

    wanted = set(numbers)
    if every_dead:
        wanted |= {row.id for row in outbox.rows([DeliveryState.DEAD], _MOST)}
    count = outbox.requeue(wanted, now)
    output.say(f"{output.count(count, 'message')} will be delivered again")
    if count < len(wanted):
        output.say("Only dead messages, and those in doubt (unknown), can be: tidings outbox")
        raise typer.Exit(1)


def _when(row: Delivery, now: datetime) -> datetime | str:
    """When it was sent, or is tried next."""
    if row.sent_at is not None and row.state.value == "sent":
        return row.sent_at
    return row.not_before if row.state.value == "pending" and row.not_before > now else ""


def _plain(row: Delivery, now: datetime, muted: Collection[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state.value,
        "kind": row.alert.kind.value,
        "channel": row.alert.channel,
        "headline": row.alert.headline,
        "attempts": row.attempts,
        "not_before": row.not_before,
        "sent_at": row.sent_at,
        "error": row.error,
        "hold": row.hold.value if row.hold else None,
        "why": why(row, now, muted),
    }
