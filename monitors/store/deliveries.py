"""Rows of the outbox as deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitors.model import Delivery, DeliveryState, Hold
from monitors.store.codec import load_alert

if TYPE_CHECKING:
    from sqlalchemy import Row

UNPOSTED = (DeliveryState.DEAD, DeliveryState.HELD, DeliveryState.DIGESTED)
"""A first message in one of these was never posted by itself."""


def delivery(row: Row[Any]) -> Delivery:
    """The delivery in a row of the outbox with its ``parent_`` columns.

    :raises UndecodableError: its alert cannot be read
    """
    open_parent = row.parent_state not in (None, DeliveryState.SENT, *UNPOSTED)
    return Delivery(
        id=row.id,
        alert=load_alert(row.content),
        state=DeliveryState(row.state),
        not_before=row.not_before,
        attempts=row.attempts,
        sending_since=row.sending_since,
        lease_until=row.lease_until,
        thread_ts=row.parent_ts,
        ts=row.ts,
        channel_id=row.channel_id or row.parent_channel_id,
        error=row.error,
        looks=row.looks,
        plain=row.plain,
        waits_for=row.parent_id if open_parent else None,
        sent_at=row.sent_at,
        hold=Hold(row.hold) if row.hold else None,
    )
