"""What is held back, and how far each channel's digests have got."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.model import (
    Alert,
    AlertKind,
    Decision,
    Delivery,
    DeliveryState,
    Hold,
    Reason,
    Verdict,
)
from monitors.ports import DigestState, Seen
from monitors.store.codec import load_alert
from monitors.store.deliveries import delivery
from monitors.store.engine import Database
from monitors.store.outbox import with_parent
from monitors.store.queue import TOLD_KINDS, let_through, queue
from monitors.store.rows import chunks, readable
from monitors.store.storylines import decision
from monitors.store.tables import ON_TOPIC, decisions, developments, digests, mentions, outbox

_UNTOLD = (DeliveryState.HELD, DeliveryState.DIGESTED)
_UNMATCHED = (
    Reason.OFF_TOPIC,
    Reason.NEAR_MISS,
    Reason.OPPOSITE,
    Reason.EXCLUDED,
    Reason.UNREADABLE,
)
OVER = "the alert budget let only the more significant ones through"


class _NotNow(Exception):
    """The digest is queued already, or a row was let through meanwhile."""


class SqlDigests:
    """Implements :class:`monitors.ports.DigestStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def held(self, hold: Hold, channel: str | None = None, after: int = 0) -> list[Delivery]:
        """See the port."""
        mine = (outbox.c.state == DeliveryState.HELD) & (outbox.c.hold == hold)
        if channel is not None:
            mine &= outbox.c.channel == channel
        return self._deliveries(mine & (outbox.c.id > after))

    def told_after(self, channel: str, after: int) -> list[Delivery]:
        """See the port."""
        digested = (outbox.c.state == DeliveryState.DIGESTED) & (outbox.c.hold != Hold.BUDGET)
        return self._deliveries(
            (outbox.c.channel == channel)
            & (outbox.c.id > after)
            & outbox.c.kind.in_(TOLD_KINDS)
            & (outbox.c.state.not_in(_UNTOLD) | digested)
        )

    def let_through_since(self, channel: str, since: datetime) -> list[Alert]:
        """See the port."""
        query = sa.select(outbox.c.content).where(
            outbox.c.channel == channel,
            outbox.c.released_at >= since,
            outbox.c.state.not_in(_UNTOLD),
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return readable(rows, lambda row: load_alert(row.content))

    def ration(
        self,
        passed: Collection[int],
        over: Collection[int],
        now: datetime,
        edits: Collection[Alert] = (),
    ) -> None:
        """See the port."""
        with self._db.write() as connection:
            alerts = _weighed(connection, over)
            for ids in chunks(over):
                held = outbox.c.id.in_(ids) & (outbox.c.hold == Hold.WEIGHED)
                connection.execute(sa.update(outbox).where(held).values(hold=Hold.BUDGET))
            _revoke(connection, alerts)
            for delivery_id in sorted(passed):
                let_through(self._db, connection, delivery_id, now)
            for edit in edits:
                queue(self._db, connection, edit, now)

    def release(self, delivery_ids: Collection[int], now: datetime) -> int:
        """See the port."""
        with self._db.write() as connection:
            return sum(
                let_through(self._db, connection, delivery_id, now)
                for delivery_id in sorted(delivery_ids)
            )

    def hold_waiting(self, hold: Hold) -> int:
        """See the port."""
        waiting = (
            (outbox.c.state == DeliveryState.PENDING)
            & (outbox.c.attempts == 0)
            & outbox.c.sent_at.is_(None)
            & outbox.c.kind.in_(TOLD_KINDS)
        )
        values = {"state": DeliveryState.HELD, "hold": hold, "released_at": None}
        with self._db.write() as connection:
            return connection.execute(sa.update(outbox).where(waiting).values(values)).rowcount

    def fold(
        self, digest: Alert, delivery_ids: Collection[int], state: DigestState | None = None
    ) -> bool:
        """See the port."""
        try:
            with self._db.write() as connection:
                _digest(connection, delivery_ids)
                if not queue(self._db, connection, digest, digest.created_at):
                    raise _NotNow
                if state is not None:
                    self._save(connection, digest.channel, state)
        except _NotNow:
            return False
        return True

    def state(self, channel: str) -> DigestState | None:
        """See the port."""
        query = sa.select(digests).where(digests.c.channel == channel)
        with self._db.read() as connection:
            row = connection.execute(query).one_or_none()
        return DigestState(row.period, row.last_delivery, row.last_decision) if row else None

    def save_state(self, channel: str, state: DigestState) -> None:
        """See the port."""
        with self._db.write() as connection:
            self._save(connection, channel, state)

    def newest(self) -> tuple[int, int]:
        """See the port."""
        with self._db.read() as connection:
            delivered = connection.scalar(sa.select(sa.func.max(outbox.c.id)))
            decided = connection.scalar(sa.select(sa.func.max(decisions.c.id)))
        return int(delivered or 0), int(decided or 0)

    def decided_after(
        self, topic_ids: Collection[str], reason: Reason, after: int, limit: int
    ) -> tuple[list[Decision], int]:
        """See the port."""
        mine = (
            decisions.c.topic_id.in_(list(topic_ids))
            & (decisions.c.reason == reason)
            & (decisions.c.id > after)
        )
        query = sa.select(decisions).where(mine).order_by(decisions.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
            total = connection.scalar(sa.select(sa.func.count()).where(mine))
        return readable(rows, decision), int(total or 0)

    def seen(self, topic_ids: Collection[str], since: datetime) -> list[Seen]:
        """See the port."""
        query = sa.select(decisions.c.topic_id, decisions.c.decided_at, decisions.c.verdict).where(
            ON_TOPIC,
            decisions.c.topic_id.in_(list(topic_ids)),
            decisions.c.decided_at >= since,
            decisions.c.reason.not_in(_UNMATCHED),
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [Seen(row.topic_id, row.decided_at, row.verdict == Verdict.ALERT) for row in rows]

    def _save(self, connection: Connection, channel: str, state: DigestState) -> None:
        row = {
            "channel": channel,
            "period": state.period,
            "last_delivery": state.last_delivery,
            "last_decision": state.last_decision,
        }
        connection.execute(self._db.upsert(digests, ("channel",)), row)

    def _deliveries(self, where: sa.ColumnElement[bool]) -> list[Delivery]:
        query = with_parent().where(where).order_by(outbox.c.id)
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return readable(rows, delivery)


def _weighed(connection: Connection, delivery_ids: Collection[int]) -> list[Alert]:
    rows: list[sa.Row[Any]] = []
    for ids in chunks(delivery_ids):
        mine = outbox.c.id.in_(ids) & (outbox.c.hold == Hold.WEIGHED)
        rows += connection.execute(sa.select(outbox.c.content).where(mine)).all()
    return readable(rows, lambda row: load_alert(row.content))


def _revoke(connection: Connection, alerts: Sequence[Alert]) -> None:
    """Decisions that the budget overruled; readers do not know of these developments."""
    values = {"verdict": Verdict.DIGEST, "reason": Reason.OVER_BUDGET, "explanation": OVER}
    overruled = (
        sa.update(decisions)
        .where(
            decisions.c.article_id == sa.bindparam("article"),
            decisions.c.topic_id == sa.bindparam("topic"),
            decisions.c.verdict == Verdict.ALERT,
        )
        .values(values)
    )
    pairs = [{"article": a.article_id, "topic": t} for a in alerts for t in a.topic_ids]
    if pairs:
        connection.execute(overruled, pairs)
    _tell(connection, alerts, told=False)


def _tell(connection: Connection, alerts: Sequence[Alert], *, told: bool) -> None:
    for ids in chunks({name for alert in alerts for name in alert.development_ids if name}):
        for table, column in (
            (developments, developments.c.id),
            (mentions, mentions.c.development_id),
        ):
            connection.execute(sa.update(table).where(column.in_(ids)).values(told=told))


def _digest(connection: Connection, delivery_ids: Collection[int]) -> None:
    """Mark held rows as told by a digest.

    :raises _NotNow: one of them is not held
    """
    told: list[Alert] = []
    for ids in chunks(delivery_ids):
        held = outbox.c.id.in_(ids) & (outbox.c.state == DeliveryState.HELD)
        rows = connection.execute(
            sa.select(outbox.c.content, outbox.c.hold).where(held).with_for_update()
        ).all()
        if len(rows) < len(ids):
            raise _NotNow
        values = {"state": DeliveryState.DIGESTED}
        connection.execute(sa.update(outbox).where(outbox.c.id.in_(ids)).values(values))
        told += readable(rows, lambda row: load_alert(row.content))
    _tell(connection, told, told=True)
    opened = {
        (alert.channel, story)
        for alert in told
        if alert.kind is AlertKind.STORY
        for story in alert.story_ids
    }
    for channel in {channel for channel, _ in opened}:
        for stories in chunks(story for name, story in opened if name == channel):
            stale = (
                (outbox.c.kind == AlertKind.EDIT)
                & (outbox.c.state == DeliveryState.PENDING)
                & (outbox.c.channel == channel)
                & outbox.c.story_id.in_(stories)
            )
            connection.execute(sa.update(outbox).where(stale).values(state=DeliveryState.DIGESTED))
