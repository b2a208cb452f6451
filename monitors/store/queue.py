"""How alerts get into the outbox, and which message opens a story's thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.model import Alert, AlertKind, DeliveryState, Hold
from monitors.store.codec import dump_alert, load_alert
from monitors.store.decoding import UndecodableError
from monitors.store.deliveries import UNPOSTED
from monitors.store.engine import Database
from monitors.store.tables import outbox, story_threads

BETWEEN_EDITS = timedelta(minutes=5)
"""A story that keeps getting sources changes its first message no more often than this."""

TOLD_KINDS = (AlertKind.STORY, AlertKind.STEP)
_IN_A_THREAD = (AlertKind.STEP, AlertKind.EDIT)


def queue(
    database: Database,
    connection: Connection,
    alert: Alert,
    not_before: datetime,
    hold: Hold | None = None,
) -> bool:
    """Put ``alert`` into the outbox, in the caller's transaction.

    A key that is known is left alone, but an ``EDIT`` takes the new content: while it
    waits, in place; while it is being sent, to be sent again afterwards; once it was sent,
    by waiting again. A dead one keeps the new content for the day it is requeued. What is
    held takes the new content as well, and is let through where ``hold`` is None.

    :param hold: keep it from being sent by itself
    :returns: whether a row waits now that did not before
    """
    parent = _parent(connection, alert) if alert.kind in _IN_A_THREAD else None
    if alert.kind is AlertKind.EDIT and parent is not None:
        if parent.state == DeliveryState.HELD:
            _renew_held(connection, parent, alert)
            return False
        if parent.state == DeliveryState.DIGESTED:
            return False
    if alert.kind is AlertKind.STEP and parent is not None and hold is None:
        alert = _opening(alert, parent)
    row = _row(alert, not_before, hold)
    insert = database.insert(outbox).values(row).on_conflict_do_nothing()
    delivery_id = connection.scalar(insert.returning(outbox.c.id))
    if delivery_id is not None:
        if alert.kind is AlertKind.STORY:
            open_threads(database, connection, alert, delivery_id)
        return hold is None
    return _renew(database, connection, alert, row)


def _opening(alert: Alert, parent: sa.Row[Any]) -> Alert:
    """The step itself opens the thread where the first message was never posted."""
    if parent.state in (DeliveryState.HELD, DeliveryState.DIGESTED):
        return replace(alert, kind=AlertKind.STORY)
    return alert


def _parent(connection: Connection, alert: Alert) -> sa.Row[Any] | None:
    """The row of the first message of the thread that ``alert`` continues."""
    if not alert.story_ids:
        return None
    mine = (story_threads.c.story_id == alert.story_ids[0]) & (
        story_threads.c.channel == alert.channel
    )
    query = (
        sa.select(outbox.c.id, outbox.c.state, outbox.c.content)
        .join(story_threads, story_threads.c.delivery_id == outbox.c.id)
        .where(mine)
        .with_for_update(of=outbox)
    )
    return connection.execute(query).one_or_none()


def _renew_held(connection: Connection, parent: sa.Row[Any], edit: Alert) -> None:
    """What was not posted yet needs no edit: it takes the new sources and stage itself."""
    try:
        held = load_alert(parent.content)
    except UndecodableError:
        return
    newer = replace(held, sources=edit.sources, stage=edit.stage)
    change = sa.update(outbox).where(outbox.c.id == parent.id).values(content=dump_alert(newer))
    connection.execute(change)


def _row(alert: Alert, not_before: datetime, hold: Hold | None) -> dict[str, Any]:
    in_a_thread = alert.kind in _IN_A_THREAD and alert.story_ids
    counted = alert.kind in TOLD_KINDS and hold is None
    return {
        "key": alert.key,
        "kind": alert.kind,
        "channel": alert.channel,
        "story_id": alert.story_ids[0] if in_a_thread else None,
        "content": dump_alert(alert),
        "state": DeliveryState.PENDING if hold is None else DeliveryState.HELD,
        "not_before": not_before,
        "hold": hold,
        "released_at": alert.created_at if counted else None,
    }


def _renew(database: Database, connection: Connection, alert: Alert, row: dict[str, Any]) -> bool:
    query = sa.select(
        outbox.c.id, outbox.c.kind, outbox.c.state, outbox.c.content, outbox.c.sent_at
    )
    stored = connection.execute(query.where(outbox.c.key == row["key"]).with_for_update()).one()
    if stored.state == DeliveryState.HELD:
        return _renew_hold(database, connection, alert, row, stored.id)
    if stored.kind != AlertKind.EDIT or stored.content == row["content"]:
        return False
    new: dict[str, Any] = {"content": row["content"], "story_id": row["story_id"]}
    if stored.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
        new["changed"] = True
    elif stored.state == DeliveryState.SENT:
        now = row["not_before"]
        # A time in the future is one of a clock that was set back since.
        last = min(stored.sent_at or now, now)
        new |= waiting_afresh(max(now, last + BETWEEN_EDITS))
    connection.execute(sa.update(outbox).where(outbox.c.id == stored.id).values(new))
    return bool(stored.state == DeliveryState.SENT)


def _renew_hold(
    database: Database,
    connection: Connection,
    alert: Alert,
    row: dict[str, Any],
    delivery_id: int,
) -> bool:
    """What was held is judged anew: held for another reason, or let through."""
    new = {name: row[name] for name in ("kind", "story_id", "content", "state", "released_at")}
    if row["hold"] is not None:
        new["hold"] = row["hold"]
    connection.execute(sa.update(outbox).where(outbox.c.id == delivery_id).values(new))
    if alert.kind is AlertKind.STORY:
        open_threads(database, connection, alert, delivery_id)
    return row["hold"] is None


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


def let_through(
    database: Database, connection: Connection, delivery_id: int, now: datetime
) -> bool:
    """Send a held row by itself; nothing happens where it is not held any more.

    A step whose first message is still held, or went into a digest, opens the thread.
    """
    held = (outbox.c.id == delivery_id) & (outbox.c.state == DeliveryState.HELD)
    take = sa.update(outbox).where(held).values(released_at=now)
    content = connection.scalar(take.returning(outbox.c.content))
    if content is None:
        return False
    new = waiting_afresh(now)
    try:
        alert = load_alert(content)
    except UndecodableError:
        alert = None  # the claim will make it dead, and say why
    if alert is not None and alert.kind is AlertKind.STEP:
        parent = _parent(connection, alert)
        alert = _opening(alert, parent) if parent is not None else alert
    if alert is not None and alert.kind is AlertKind.STORY:
        new |= {"kind": alert.kind, "story_id": None, "content": dump_alert(alert)}
        open_threads(database, connection, alert, delivery_id)
    connection.execute(sa.update(outbox).where(outbox.c.id == delivery_id).values(new))
    return True


def open_threads(
    database: Database, connection: Connection, alert: Alert, delivery_id: int
) -> None:
    """Steps and edits of the alert's stories follow this message.

    A story that has a thread in the channel keeps it, unless its first message was never
    posted by itself.
    """
    unposted = sa.select(outbox.c.id).where(outbox.c.state.in_(UNPOSTED))
    follow = database.upsert(
        story_threads,
        ("story_id", "channel"),
        where=lambda _: story_threads.c.delivery_id.in_(unposted),
    )
    for story_id in alert.story_ids:
        connection.execute(
            # delivery_id is no part of the primary key, so the upsert changes just that
            follow,
            {"story_id": story_id, "channel": alert.channel, "delivery_id": delivery_id},
        )
