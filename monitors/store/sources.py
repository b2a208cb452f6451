"""Sources, and the entries that they listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from monitors.model import (
    Entry,
    Fate,
    Listing,
    PendingEntry,
    Poll,
    PollState,
    Pulse,
    SourceState,
    Verdict,
    WebMemory,
)
from monitors.shards import slot_of
from monitors.store import ledgers
from monitors.store.codec import (
    dump_entry,
    dump_phrases,
    dump_web,
    load_entry,
    load_web,
)
from monitors.store.decoding import UndecodableError
from monitors.store.engine import Database
from monitors.store.listings import listings
from monitors.store.pulses import dump_pulse, load_pulse
from monitors.store.rows import chunks, readable, text_key
from monitors.store.tables import WAITING, articles, decisions, entries, sources

LISTED_WITHIN = timedelta(days=1)
"""How precisely ``entries.listed_at`` is kept: rarely written, exact enough to prune by."""


class SqlSources:
    """Implements :class:`monitors.ports.SourceStore`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def states(self, source_ids: Collection[str]) -> dict[str, SourceState]:
        """See the port."""
        found = {source_id: SourceState(source_id) for source_id in source_ids}
        with self._db.read() as connection:
            for ids in chunks(found):
                for row in connection.execute(sa.select(sources).where(sources.c.id.in_(ids))):
                    found[row.id] = _state(row)
        return found

    def save_poll(self, poll: Poll, state: SourceState) -> dict[Fate, int]:
        """See the port.

        An entry that is queued again counts as first seen now, since its new text is; it
        belongs to the baseline only while the baseline lasts.
        """
        listed = _distinct(poll.entries)
        counts = {Fate.NEW: 0, Fate.REVISION: 0, Fate.SEEN: len(poll.entries) - len(listed)}
        with self._db.write() as connection:
            baseline = not self._lock(connection, poll.source_id)
            known = _known(connection, poll.source_id, list(listed))
            fresh: list[dict[str, Any]] = []
            for url_key, entry in listed.items():
                row = _entry_row(poll, url_key, entry, baseline)
                stored = known.get(url_key)
                if stored is None:
                    fresh.append(row)
                    counts[Fate.NEW] += 1
                elif stored.content_key != row["content_key"]:
                    where = entries.c.id == stored.id
                    connection.execute(sa.update(entries).where(where).values(row))
                    # One whose page was not read yet has nothing that could be revised.
                    waits = stored.fate == Fate.WAITING
                    counts[Fate.SEEN if waits else Fate.REVISION] += 1
                else:
                    counts[Fate.SEEN] += 1
            if fresh:
                connection.execute(sa.insert(entries), fresh)
            _mark_listed(connection, poll, list(known.values()))
            connection.execute(
                sa.update(sources)
                .where(sources.c.id == poll.source_id)
                .values(_state_row(state))
                .values({"listed_at": poll.at} if listed else {})
                .values(_counted(poll, counts[Fate.NEW]))
            )
        return counts

    def pending(
        self, limit: int, max_attempts: int = 5, slots: Collection[int] = ()
    ) -> list[PendingEntry]:
        """See the port."""
        query = (
            sa.select(entries)
            .where(*_waiting(slots), entries.c.attempts < max_attempts)
            .order_by(entries.c.first_seen, entries.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return readable(rows, _pending)

    def listings(self, key: str) -> list[Listing]:
        """See the port."""
        return listings(self._db, key)

    def settle(self, entry_id: int, fate: Fate, detail: str = "") -> None:
        """See the port."""
        values: dict[str, Any] = {"fate": fate.value, "detail": detail}
        if fate is Fate.WAITING:
            values["attempts"] = entries.c.attempts + 1
        with self._db.write() as connection:
            connection.execute(sa.update(entries).where(entries.c.id == entry_id).values(values))

    def waiting(self, slots: Collection[int] = ()) -> dict[str, int]:
        """See the port."""
        query = (
            sa.select(entries.c.source_id, sa.func.count())
            .where(*_waiting(slots))
            .group_by(entries.c.source_id)
        )
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def keep_ledger(self, at: datetime, accounts: Mapping[str, Mapping[str, int]]) -> None:
        """See the port."""
        ledgers.keep(self._db, at, accounts)

    def ledger(self, since: datetime) -> dict[str, dict[str, int]]:
        """See the port."""
        return ledgers.sums(self._db, since)

    def save_pulses(self, pulses: Mapping[str, tuple[Pulse, datetime | None]]) -> None:
        """See the port."""
        with self._db.write() as connection:
            for source_id, (pulse, due) in sorted(pulses.items()):
                values: dict[str, Any] = {"pulse": dump_pulse(pulse)}
                if due is not None:
                    values["next_poll_at"] = due
                where = sources.c.id == source_id
                connection.execute(sa.update(sources).where(where).values(values))

    def overview(self) -> list[dict[str, Any]]:
        """See the port."""
        by_fate = sa.select(entries.c.source_id, entries.c.fate, sa.func.count()).group_by(
            entries.c.source_id, entries.c.fate
        )
        by_article = sa.select(articles.c.source_id, sa.func.count()).group_by(
            articles.c.source_id
        )
        by_alert = (
            sa.select(articles.c.source_id, sa.func.count())
            .join(decisions, decisions.c.article_id == articles.c.id)
            .where(decisions.c.verdict == Verdict.ALERT)
            .group_by(articles.c.source_id)
        )
        fates: defaultdict[str, dict[Fate, int]] = defaultdict(dict)
        with self._db.read() as connection:
            rows = connection.execute(sa.select(sources).order_by(sources.c.id)).all()
            for source_id, fate, count in connection.execute(by_fate):
                fates[source_id][Fate(fate)] = count
            article_counts = {row[0]: row[1] for row in connection.execute(by_article)}
            alert_counts = {row[0]: row[1] for row in connection.execute(by_alert)}
        return [
            {
                "id": row.id,
                "last_state": row.last_state,
                "last_error": row.last_error,
                "polled_at": row.polled_at,
                "succeeded_at": row.succeeded_at,
                "next_poll_at": row.next_poll_at,
                "failures": row.failures,
                "baseline_done": row.baseline_done,
                "entries_seen": row.entries_seen,
                "last_entry_at": row.last_entry_at,
                "pulse": load_pulse(row.pulse),
                "entries": fates[row.id],
                "articles": article_counts.get(row.id, 0),
                "alerts": alert_counts.get(row.id, 0),
            }
            for row in rows
        ]

    def _lock(self, connection: Connection, source_id: str) -> bool:
        """Hold the source's row until the transaction ends; say whether its baseline is done."""
        new = self._db.insert(sources).values(id=source_id).on_conflict_do_nothing()
        connection.execute(new)
        query = sa.select(sources.c.baseline_done).where(sources.c.id == source_id)
        return bool(connection.scalar(query.with_for_update()))


def _waiting(slots: Collection[int]) -> list[sa.ColumnElement[bool] | sa.TextClause]:
    """Entries that wait to be read by whoever has ``slots``; all where there are none."""
    ours = [entries.c.slot.in_(sorted(slots))] if slots else []
    return [WAITING, *ours]


def _distinct(listed: Sequence[Entry]) -> dict[str, Entry]:
    """The entries by URL; of two with the same URL the first counts."""
    found: dict[str, Entry] = {}
    for entry in listed:
        found.setdefault(text_key(entry.url), entry)
    return found


def _known(
    connection: Connection, source_id: str, url_keys: Sequence[str]
) -> dict[str, sa.Row[Any]]:
    query = sa.select(
        entries.c.id,
        entries.c.url_key,
        entries.c.content_key,
        entries.c.listed_at,
        entries.c.fate,
    )
    found: dict[str, sa.Row[Any]] = {}
    for keys in chunks(url_keys):
        where = (entries.c.source_id == source_id) & entries.c.url_key.in_(keys)
        found.update({row.url_key: row for row in connection.execute(query.where(where))})
    return found


def _mark_listed(connection: Connection, poll: Poll, known: Sequence[sa.Row[Any]]) -> None:
    due = [row.id for row in known if row.listed_at <= poll.at - LISTED_WITHIN]
    for ids in chunks(due):
        connection.execute(
            sa.update(entries).where(entries.c.id.in_(ids)).values(listed_at=poll.at)
        )


def _entry_row(poll: Poll, url_key: str, entry: Entry, baseline: bool) -> dict[str, Any]:
    content = dump_phrases([entry.title, entry.summary, *entry.paragraphs])
    return {
        "source_id": poll.source_id,
        "url": entry.url,
        "url_key": url_key,
        "slot": slot_of(entry.url),
        "content_key": text_key(content),
        "content": dump_entry(entry),
        "first_seen": poll.at,
        "listed_at": poll.at,
        "baseline": baseline,
        "fate": Fate.WAITING.value,
        "attempts": 0,
        "detail": "",
    }


def _pending(row: sa.Row[Any]) -> PendingEntry:
    entry = load_entry(row.content)
    return PendingEntry(row.id, entry, row.first_seen, row.baseline, row.attempts)


def _state_row(state: SourceState) -> dict[str, Any]:
    return {
        "etag": state.etag,
        "last_modified": state.last_modified,
        "polled_at": state.polled_at,
        "succeeded_at": state.succeeded_at,
        "next_poll_at": state.next_poll_at,
        "failures": state.failures,
        "baseline_done": state.baseline_done,
        "last_state": state.last_state,
        "last_error": state.last_error,
        "web": dump_web(state.web),
        "pulse": dump_pulse(state.pulse),
    }


def _counted(poll: Poll, new: int) -> dict[str, Any]:
    """Counted on the stored row, so that repeating a poll takes nothing back."""
    if not new:
        return {}
    return {"entries_seen": sources.c.entries_seen + new, "last_entry_at": poll.at}


def _state(row: sa.Row[Any]) -> SourceState:
    return SourceState(
        source_id=row.id,
        etag=row.etag,
        last_modified=row.last_modified,
        polled_at=row.polled_at,
        succeeded_at=row.succeeded_at,
        next_poll_at=row.next_poll_at,
        failures=row.failures,
        baseline_done=row.baseline_done,
        last_state=None if row.last_state is None else PollState(row.last_state),
        last_error=row.last_error,
        entries_seen=row.entries_seen,
        last_entry_at=row.last_entry_at,
        web=_web(row.web),
        pulse=load_pulse(row.pulse),
    )


def _web(stored: str | None) -> WebMemory:
    try:
        return WebMemory() if stored is None else load_web(stored)
    except UndecodableError:
        return WebMemory()  # learnt again within days
