"""How alerts get into the outbox, and which message opens a story's thread."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.model import Alert, AlertKind, DeliveryState
from monitors.store.codec import dump_alert
from monitors.store.engine import Database
from monitors.store.tables import outbox, story_threads

_IN_A_THREAD = (AlertKind.STEP, AlertKind.EDIT)


def queue(database: Database, connection: Connection, alert: Alert, not_before: datetime) -> bool:
    """Put ``alert`` into the outbox, in the caller's transaction.

    A key that is known is left alone, but an ``EDIT`` takes the new content: while it
    waits, in place; while it is being sent, to be sent again afterwards; once it was sent,
    by waiting again. A dead one keeps the new content for the day it is requeued.

    :returns: whether a row waits now that did not before
    """
    row = _row(alert, not_before)
    insert = database.insert(outbox).values(row).on_conflict_do_nothing()
    delivery_id = connection.scalar(insert.returning(outbox.c.id))
    if delivery_id is not None:
        if alert.kind is AlertKind.STORY:
            _open_threads(database, connection, alert, delivery_id)
        return True
    return alert.kind is AlertKind.EDIT and _renew(connection, row)


def _row(alert: Alert, not_before: datetime) -> dict[str, Any]:
    in_a_thread = alert.kind in _IN_A_THREAD and alert.story_ids
    return {
        "key": alert.key,
        "kind": alert.kind,
        "channel": alert.channel,
        "story_id": alert.story_ids[0] if in_a_thread else None,
        "content": dump_alert(alert),
        "state": DeliveryState.PENDING,
        "not_before": not_before,
    }


def _renew(connection: Connection, row: dict[str, Any]) -> bool:
    query = sa.select(outbox.c.id, outbox.c.kind, outbox.c.state, outbox.c.content)
    stored = connection.execute(query.where(outbox.c.key == row["key"]).with_for_update()).one()
    if stored.kind != AlertKind.EDIT or stored.content == row["content"]:
        return False
    new: dict[str, Any] = {"content": row["content"], "story_id": row["story_id"]}
    if stored.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
        new["changed"] = True
    elif stored.state == DeliveryState.SENT:
        new |= waiting_afresh(row["not_before"])
    connection.execute(sa.update(outbox).where(outbox.c.id == stored.id).values(new))
    return bool(stored.state == DeliveryState.SENT)


def waiting_afresh(not_before: datetime) -> dict[str, Any]:
    """Column values of a row that waits as if it had never been tried."""
    return {
        "state": DeliveryState.PENDING,
        "not_before": not_before,
        "attempts": 0,
        "looks": 0,
        "plain": False,
        "sending_since": None,
        "lease_until": None,
        "changed": False,
    }


def _open_threads(
    database: Database, connection: Connection, alert: Alert, delivery_id: int
) -> None:
    """Steps and edits of the alert's stories follow this message.

    A story that has a thread in the channel keeps it, unless its first message is dead.
    """
    dead = sa.select(outbox.c.id).where(outbox.c.state == DeliveryState.DEAD)
    follow = database.upsert(
        story_threads,
        ("story_id", "channel"),
        where=lambda _: story_threads.c.delivery_id.in_(dead),
    )
    for story_id in alert.story_ids:
        connection.execute(
            # delivery_id is no part of the primary key, so the upsert changes just that
            follow,
            {"story_id": story_id, "channel": alert.channel, "delivery_id": delivery_id},
        )
