"""The settings of this call, and what they change about the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitors.cli import output

if TYPE_CHECKING:
    from monitors.settings import Settings


def configured() -> Settings:
    """The settings; their log level holds from here on.

    :raises SettingsError: a value is wrong
    """
    from monitors import logs
    from monitors.settings import load_settings

    settings = load_settings()
    logs.configure(settings.log_level)
    return settings


@contextmanager
def naming_a_new_database(settings: Settings) -> Iterator[None]:
    """Say so where the database is made meanwhile: its address may be mistyped.

    A new one knows nothing of what was told, and is silent in its first look; neither looks
    like a mistake.
    """
    from monitors.store.engine import sqlite_file

    path = sqlite_file(settings.database_url)
    missing = path is not None and not path.exists()
    yield
    if missing and path is not None and path.exists():
        output.note(f"note: there was no database at {path}; a new one was made")
