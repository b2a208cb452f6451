"""Alerts until they are delivered."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.model import (
    POSSIBLE_REPEAT,
    Alert,
    AlertKind,
    Delivery,
    DeliveryState,
    Receipt,
)
from monitors.store.codec import load_alert
from monitors.store.decoding import UndecodableError
from monitors.store.deliveries import delivery
from monitors.store.engine import Database
from monitors.store.queue import BETWEEN_EDITS, queue, waiting_afresh
from monitors.store.rows import chunks, readable
from monitors.store.tables import muted_stories, outbox, story_threads, troubles

logger = logging.getLogger(__name__)

_parent = outbox.alias("parent")
_UNTOLD = (DeliveryState.HELD, DeliveryState.DIGESTED)
_LONGEST_WAIT = timedelta(hours=2)
"""Longer than any wait of ours: a later time was set while the clock was wrong."""
_DIED = "its sender stopped while sending; it may have been sent"


class SqlOutbox:
    """Implements :class:`monitors.ports.Outbox`.

    ``attempts`` counts claims, so a delivery that is handed over the first time has 1.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    def enqueue(self, alert: Alert, not_before: datetime) -> bool:
        """See the port. An edit of a known key follows the rules of ``record``."""
        with self._db.write() as connection:
            return queue(self._db, connection, alert, not_before)

    def claim(
        self, now: datetime, lease: timedelta, limit: int = 1, skip: Collection[str] = ()
    ) -> list[Delivery]:
        """See the port.

        Where the thread's first message is dead or unknown to the outbox, a step or edit
        is due without ``thread_ts``. Safe with several deliverers at once.
        """
        # Ids only: sorting whole rows takes ten times as long where thousands wait.
        ids_of = with_parent().with_only_columns(outbox.c.id, maintain_column_froms=True)
        due = ids_of.where(*_due(now)).order_by(outbox.c.id).limit(limit)
        if skip:
            due = due.where(outbox.c.channel.not_in(sorted(skip)))
        due = due.with_for_update(of=outbox, skip_locked=True)
        taken: dict[str, Any] = {
            "state": DeliveryState.SENDING,
            "sending_since": now,
            "lease_until": now + lease,
            "looks": 0,
            "changed": False,
        }
        with self._db.write() as connection:
            _doubt_expired(connection, now)
            ids = _readable_ids(connection, connection.scalars(due).all())
            for some in chunks(ids):
                connection.execute(
                    sa.update(outbox)
                    .where(outbox.c.id.in_(some))
                    .values(taken | {"attempts": outbox.c.attempts + 1})
                )
            rows = [
                row
                for some in chunks(ids)
                for row in connection.execute(
                    with_parent().where(outbox.c.id.in_(some)).order_by(outbox.c.id)
                )
            ]
        return readable(rows, delivery)

    def due(self, now: datetime) -> list[str]:
        """See the port."""
        query = with_parent().where(*_due(now))
        channels = query.with_only_columns(outbox.c.channel, maintain_column_froms=True)
        with self._db.read() as connection:
            return list(connection.scalars(channels.distinct()))

    def sent(self, delivery_id: int, receipt: Receipt, now: datetime) -> None:
        """See the port. An edit that changed while it was being sent waits again."""
        done: dict[str, Any] = {
            "ts": receipt.ts,
            "channel_id": receipt.channel_id,
            "sent_at": now,
            "error": None,
        }
        mine = sa.update(outbox).where(outbox.c.id == delivery_id)
        with self._db.write() as connection:
            later = waiting_afresh(now + BETWEEN_EDITS)
            again = mine.where(outbox.c.changed).values(done | later)
            if connection.execute(again).rowcount == 0:
                over = {"state": DeliveryState.SENT, "lease_until": None}
                connection.execute(mine.values(done | over))

    def defer(
        self, delivery_id: int, not_before: datetime, error: str, *, plain: bool = False
    ) -> None:
        """See the port. ``plain`` stays set once it was."""
        values: dict[str, Any] = {"not_before": not_before, "changed": False}
        if plain:
            values["plain"] = True
        self._move(delivery_id, DeliveryState.PENDING, error, values)

    def kill(self, delivery_id: int, error: str) -> None:
        """See the port."""
        self._move(delivery_id, DeliveryState.DEAD, error, {"changed": False})

    def doubt(self, delivery_id: int, error: str) -> None:
        """See the port."""
        self._move(delivery_id, DeliveryState.UNKNOWN, error, {})

    def doubtful(self, now: datetime, limit: int = 20) -> list[Delivery]:
        """See the port."""
        query = (
            with_parent()
            .where(outbox.c.state == DeliveryState.UNKNOWN, _come(outbox.c.not_before, now))
            .order_by(outbox.c.id)
            .limit(limit)
        )
        return self._deliveries(query)

    def looked(self, delivery_id: int, not_before: datetime) -> None:
        """See the port."""
        values = {"looks": outbox.c.looks + 1, "not_before": not_before}
        with self._db.write() as connection:
            connection.execute(sa.update(outbox).where(outbox.c.id == delivery_id).values(values))

    def requeue(self, delivery_ids: Collection[int], now: datetime) -> int:
        """See the port. A dead one that may be a repeat stays marked as one."""
        marked = outbox.c.error.startswith(POSSIBLE_REPEAT)
        in_doubt = outbox.c.state == DeliveryState.UNKNOWN
        error = sa.case(
            (marked, outbox.c.error),
            (in_doubt, sa.literal(f"{POSSIBLE_REPEAT}: a person asked for it")),
            else_=None,
        )
        stuck = outbox.c.state.in_([DeliveryState.DEAD, DeliveryState.UNKNOWN])
        count = 0
        with self._db.write() as connection:
            for ids in chunks(delivery_ids):
                again = sa.update(outbox).where(outbox.c.id.in_(ids) & stuck)
                values = waiting_afresh(now) | {"error": error}
                count += connection.execute(again.values(values)).rowcount
        return count

    def thread(self, story_id: str, channel: str) -> Alert | None:
        """See the port.

        The first message's key, kind and time with the content of the newest edit, sent or
        not. None also where the first message is dead or went into a digest, since nothing
        was posted then that could be answered.
        """
        mine = (story_threads.c.story_id == story_id) & (story_threads.c.channel == channel)
        first_id = sa.select(story_threads.c.delivery_id).where(mine).scalar_subquery()
        together = sa.select(story_threads.c.story_id).where(
            story_threads.c.delivery_id == first_id, story_threads.c.channel == channel
        )
        first = sa.select(outbox.c.content).where(
            outbox.c.id == first_id,
            outbox.c.state.not_in([DeliveryState.DEAD, DeliveryState.DIGESTED]),
        )
        edits = sa.select(outbox.c.content).where(
            outbox.c.kind == AlertKind.EDIT,
            outbox.c.channel == channel,
            outbox.c.story_id.in_(together),
        )
        with self._db.read() as connection:
            opened = readable(connection.execute(first).all(), _alert)
            edited = readable(connection.execute(edits.order_by(outbox.c.id)).all(), _alert)
        if not opened:
            return None
        newest = max(reversed(edited), key=lambda alert: alert.created_at, default=opened[0])
        return replace(
            newest, key=opened[0].key, kind=opened[0].kind, created_at=opened[0].created_at
        )

    def rows(self, states: Collection[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """See the port."""
        query = with_parent().order_by(outbox.c.id.desc()).limit(limit)
        if states:
            query = query.where(outbox.c.state.in_(list(states)))
        return self._deliveries(query)

    def posted(self, channel_id: str, ts: str) -> Delivery | None:
        """See the port. An edit has no message of its own."""
        here = (outbox.c.channel_id == channel_id) & (outbox.c.ts == ts)
        query = with_parent().where(here, outbox.c.kind != AlertKind.EDIT)
        return next(iter(self._deliveries(query.order_by(outbox.c.id))), None)

    def find(self, key: str) -> Delivery | None:
        """See the port."""
        return next(iter(self._deliveries(with_parent().where(outbox.c.key == key))), None)

    def counts(self) -> dict[DeliveryState, int]:
        """See the port. States without rows count 0."""
        query = sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)
        found = dict.fromkeys(DeliveryState, 0)
        with self._db.read() as connection:
            for state, count in connection.execute(query):
                found[DeliveryState(state)] = count
        return found

    def troubles(self) -> dict[str, datetime]:
        """See the port."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(troubles.c.subject, troubles.c.since))
            return {row.subject: row.since for row in rows}

    def notify(
        self, notices: Collection[Alert], troubles_now: Mapping[str, datetime], now: datetime
    ) -> int:
        """See the port."""
        rows = [{"subject": name, "since": since} for name, since in troubles_now.items()]
        with self._db.write() as connection:
            connection.execute(sa.delete(troubles))
            if rows:
                connection.execute(sa.insert(troubles), rows)
            return sum(queue(self._db, connection, notice, now) for notice in notices)

    def _deliveries(self, query: sa.Select[Any]) -> list[Delivery]:
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return readable(rows, delivery)

    def _move(
        self, delivery_id: int, state: DeliveryState, error: str, values: dict[str, Any]
    ) -> None:
        # A late answer about an earlier attempt must not bring back what was delivered.
        open_row = (outbox.c.id == delivery_id) & (outbox.c.state != DeliveryState.SENT)
        values = {"state": state, "error": error, "lease_until": None, **values}
        with self._db.write() as connection:
            connection.execute(sa.update(outbox).where(open_row).values(values))


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """What makes a row of :func:`with_parent` ready to be sent."""
    parent_settled = _parent.c.state.in_([DeliveryState.SENT, DeliveryState.DEAD])
    # A step need not wait for a first message that may never be posted by itself.
    alone = (outbox.c.kind == AlertKind.STEP) & _parent.c.state.in_(_UNTOLD)
    muted = sa.select(muted_stories.c.story_id)
    return (
        outbox.c.state == DeliveryState.PENDING,
        _come(outbox.c.not_before, now),
        _parent.c.id.is_(None) | parent_settled | alone,
        outbox.c.story_id.is_(None) | outbox.c.story_id.not_in(muted),
    )


def with_parent() -> sa.Select[Any]:
    """Outbox rows with the first message of their thread, where they continue one."""
    same_thread = (story_threads.c.story_id == outbox.c.story_id) & (
        story_threads.c.channel == outbox.c.channel
    )
    return (
        sa.select(
            outbox,
            _parent.c.ts.label("parent_ts"),
            _parent.c.channel_id.label("parent_channel_id"),
            _parent.c.id.label("parent_id"),
            _parent.c.state.label("parent_state"),
        )
        .join(story_threads, same_thread, isouter=True)
        .join(_parent, _parent.c.id == story_threads.c.delivery_id, isouter=True)
    )


def _come(column: sa.Column[Any], now: datetime) -> sa.ColumnElement[bool]:
    """Whether a time has come. One that no wait explains counts as come."""
    return (column <= now) | (column > now + _LONGEST_WAIT)


def _doubt_expired(connection: Connection, now: datetime) -> None:
    expired = (outbox.c.state == DeliveryState.SENDING) & _come(outbox.c.lease_until, now)
    values = {"state": DeliveryState.UNKNOWN, "error": _DIED, "lease_until": None}
    connection.execute(sa.update(outbox).where(expired).values(values))


def _readable_ids(connection: Connection, found: Sequence[int]) -> list[int]:
    """Those of ``found`` whose alerts can be read; the others are dead from now on."""
    ids = []
    contents = sa.select(outbox.c.id, outbox.c.content).where(outbox.c.id.in_(found))
    for row in connection.execute(contents.order_by(outbox.c.id)).all() if found else ():
        try:
            load_alert(row.content)
        except UndecodableError as error:
            logger.warning("outbox row %s cannot be read: %s", row.id, error)
            dead = {"state": DeliveryState.DEAD, "error": f"it cannot be read: {error}"}
            connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(dead))
        else:
            ids.append(row.id)
    return ids


def _alert(row: sa.Row[Any]) -> Alert:
    return load_alert(row.content)
