"""``tidings copy | backup | restore``: the database, as a whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured
from monitors.cli.showing import opened

if TYPE_CHECKING:
    from monitors.settings import Settings
    from monitors.store.copying import Copied

_SAY_EVERY = 5.0


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (copy, backup, restore):
        app.command()(command)


def copy(
    to: Annotated[
        str,
        typer.Option(
            help="The other database. Its password is better in PGPASSWORD or ~/.pgpass.",
            envvar="TIDINGS_COPY_TO",
        ),
    ],
    as_json: output.AsJson = False,
) -> None:
    """Copy the database into another one, SQLite or PostgreSQL, and compare every row."""
    from monitors.clock import SystemClock
    from monitors.leases import standstill
    from monitors.store import open_store

    started = time.monotonic()
    settings = configured()
    _refuse_itself(settings, to)
    _refuse_nothing(settings)
    with closing(open_store(settings.database_url)) as source, closing(open_store(to)) as target:
        source.migrate()
        target.migrate()
        with standstill(source.runs, SystemClock(), "copy") as renew:
            done = source.copy_to(target, _progress(renew))
        names = source.subject, target.subject
    if as_json:
        output.as_json({"tables": [_row(table) for table in done]})
        return
    _show(done, *names, time.monotonic() - started)


def _refuse_itself(settings: Settings, to: str) -> None:
    from monitors.errors import SettingsError
    from monitors.store.engine import sqlite_file

    ours, theirs = sqlite_file(settings.database_url), sqlite_file(to)
    both_files = ours is not None and theirs is not None
    same = ours.resolve() == theirs.resolve() if ours and theirs else to == settings.database_url
    if same:
        raise SettingsError(
            "--to",
            "it is the database of TIDINGS_DATABASE_URL itself",
            "Name another file" if both_files else "Name another database",
        )


def _refuse_nothing(settings: Settings) -> None:
    from monitors.errors import StoreUnavailable
    from monitors.store.engine import sqlite_file

    path = sqlite_file(settings.database_url)
    if path is not None and not path.exists():
        raise StoreUnavailable(
            str(path), "there is no such database", "Call this in the folder of .env"
        )


def _progress(renew: Callable[[], None]) -> Callable[[str, int], None]:
    """Keeps the leases, and says every few seconds how far it is."""
    said = renewed = time.monotonic()

    def between(table: str, rows: int) -> None:
        nonlocal said, renewed
        now = time.monotonic()
        if now - renewed > 60:
            renew()
            renewed = now
        if now - said > _SAY_EVERY:
            output.note(f"{table}: {rows} rows")
            said = now

    return between


def _row(table: Copied) -> dict[str, object]:
    return {
        "table": table.table,
        "rows": table.rows,
        "added": table.added,
        "sha256": table.digest,
    }


def _show(done: list[Copied], source: str, target: str, seconds: float) -> None:
    done = sorted(done, key=lambda t: t.table)
    rows = [(t.table, t.rows, t.added, t.digest[:12]) for t in done if t.rows]
    output.table("Every row is the same in both", ("table", "rows", "added", "SHA-256"), rows)
    empty = [t.table for t in done if not t.rows]
    if empty:
        output.say(f"empty in both: {', '.join(empty)}", "dim")
    total, added = sum(t.rows for t in done), sum(t.added for t in done)
    output.say(f"{source}: {total} rows, {added} of them copied to {target} in {seconds:.1f} s")
    output.say("To use it, set TIDINGS_DATABASE_URL to the other database and start Tidings.")


def backup(
    out: Annotated[Path, typer.Option(help="A file that is not there yet.")],
) -> None:
    """Write the SQLite database to a file, also while Tidings runs, and check it."""
    from monitors.store.backup import back_up

    settings = configured()
    _refuse_nothing(settings)
    path = _file(settings)
    back_up(path, out)
    size = out.stat().st_size / 1e6
    output.say(f"{path} as it is now is in {out} ({size:.1f} MB, checked)")


def restore(
    file: Annotated[Path, typer.Argument(help="What tidings backup wrote.")],
) -> None:
    """Let the SQLite database be as a back-up; what it was is kept beside it."""
    from monitors.clock import SystemClock
    from monitors.leases import standstill
    from monitors.store.backup import back_up, put_back

    path = _file(configured())
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        put_back(file, path)
        output.say(f"{path} is as {file}")
        return
    now = SystemClock().now()
    kept = path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%S}")
    with opened() as (_, store), standstill(store.runs, SystemClock(), "restore"):
        back_up(path, kept)
        put_back(file, path)
    output.say(f"{path} is as {file}. What it was is in {kept}")


def _file(settings: Settings) -> Path:
    from monitors.errors import SettingsError
    from monitors.store.engine import sqlite_file

    path = sqlite_file(settings.database_url)
    if path is None:
        raise SettingsError(
            "TIDINGS_DATABASE_URL",
            "the database is PostgreSQL, or in memory",
            "Use pg_dump and pg_restore: see docs/operating.md, Back-up",
        )
    return path
