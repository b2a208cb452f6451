"""What only a server can do to us. The rest of the suite runs against it anyway."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from store_values import HOUR, NOW, alert, article, outcome

from monitors.errors import StoreBusy, StoreReadOnly, StoreUnavailable
from monitors.model import AlertKind
from monitors.store import SqlStore, open_store


@pytest.fixture
def server_store(postgresql_url: str) -> Iterator[SqlStore]:
    store = open_store(postgresql_url, busy_timeout=0.1)
    store.migrate()
    yield store
    store.close()


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))


def test_a_locked_table_is_busy_in_time_and_nothing_changes(
    server_store: SqlStore, postgresql_url: str
) -> None:
    with _connect(postgresql_url) as other:
        other.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        with pytest.raises(StoreBusy) as caught:
            server_store.decisions.record(outcome())
        assert time.monotonic() - started < 20
        assert caught.value.retryable
    assert server_store.decisions.stories() == []
    assert server_store.decisions.record(outcome()) == 1


def test_claiming_passes_rows_that_another_holds(
    server_store: SqlStore, postgresql_url: str
) -> None:
    for key in ("K-1", "K-2"):
        server_store.outbox.enqueue(alert(key, AlertKind.NOTICE), NOW)
    with _connect(postgresql_url) as other:
        other.execute("SELECT * FROM outbox WHERE key = 'K-1' FOR UPDATE")
        assert [d.alert.key for d in server_store.outbox.claim(NOW, HOUR, 5)] == ["K-2"]
    assert [d.alert.key for d in server_store.outbox.claim(NOW, HOUR, 5)] == ["K-1"]


def test_an_account_that_only_reads_is_named(server_store: SqlStore, postgresql_url: str) -> None:
    server_store.articles.save(article())
    reader = open_store(f"{postgresql_url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(StoreReadOnly, match="database account"):
        reader.articles.save(article(2))
    assert reader.articles.find(article().id) == article()
    reader.close()


def test_a_database_that_does_not_exist_is_named(postgresql_server: str) -> None:
    store = open_store(postgresql_server.replace("/postgres?", "/nowhere?"))
    with pytest.raises(StoreUnavailable, match="nowhere"):
        store.outbox.rows()
    store.close()


def test_a_store_survives_that_the_server_ended_its_connections(
    server_store: SqlStore, postgresql_url: str
) -> None:
    server_store.articles.save(article())
    with _connect(postgresql_url) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert server_store.articles.find(article().id) == article()
