"""The last good watch list: what runs use while an edit is broken.

Each run that reads a good list keeps its text beside the database, with the time and a
digest. A run that finds a broken one goes on with what was kept. The text may hold addresses
with keys, so it stays in a file that only its owner reads, and out of the database.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitors.errors import WatchlistError
from monitors.model import Watchlist
from monitors.watchlist.loading import files_of, first_mistake, read_texts

_FORM = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A watch list that was good.

    :param at: when it was first read
    :param digest: of its text: 12 hex digits
    """

    watchlist: Watchlist
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Current:
    """What a run watches.

    :param mistake: the first mistake of a broken list; then ``kept`` is in force instead
    :param kept: the last good list, where it could be kept
    """

    watchlist: Watchlist
    mistake: WatchlistError | None = None
    kept: Kept | None = None

    @property
    def outdated(self) -> str:
        """One line on an edit that is not in force; empty where all is well."""
        if self.mistake is None or self.kept is None:
            return ""
        said = str(self.mistake).rstrip(".")
        return (
            f"{said}. This edit is not in force: the list of "
            f"{self.kept.at:%d %b %Y %H:%M} UTC ({self.kept.digest}) is used until it is mended"
        )


def current(watch: Path, folder: Path, now: datetime) -> Current:
    """The watch list at ``watch`` if it is good, else the last one that was.

    :param folder: where the last good one is kept; made where it is missing. A folder that
        cannot be written is no mistake: then nothing is kept
    :raises WatchlistError: it is broken, and none that was good is kept
    """
    texts = _texts(watch)
    found, mistakes = read_texts(watch, texts)
    if not mistakes:
        digest = _digest(texts)
        known = _stored(watch, folder)
        if known is None or known[1] != digest:
            known = (now, digest)
            with contextlib.suppress(OSError):
                _keep(watch, folder, texts, now, digest)
        return Current(found, kept=Kept(found, *known))
    last = kept(watch, folder)
    if last is None:
        raise first_mistake(mistakes)
    return Current(last.watchlist, first_mistake(mistakes), last)


def kept(watch: Path, folder: Path) -> Kept | None:
    """The last good list; None where none is kept, or this version reads it no more."""
    try:
        row = json.loads(_file(watch, folder).read_text("utf-8"))
        texts = {_path(watch, name): str(text).encode() for name, text in row["files"].items()}
        at, digest = datetime.fromisoformat(row["at"]), str(row["digest"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    watchlist, mistakes = read_texts(watch, texts)
    return None if mistakes or row.get("form") != _FORM else Kept(watchlist, at, digest)


def _texts(watch: Path) -> dict[Path, bytes]:
    """The bytes of each file; one that cannot be read is left to the loader to name."""
    texts = {}
    for path in files_of(watch):
        with contextlib.suppress(OSError):
            texts[path] = path.read_bytes()
    return texts


def _stored(watch: Path, folder: Path) -> tuple[datetime, str] | None:
    found = kept(watch, folder)
    return (found.at, found.digest) if found else None


def _digest(texts: Mapping[Path, bytes]) -> str:
    whole = hashlib.sha256()
    for path, text in sorted(texts.items()):
        whole.update(path.name.encode() + b"\0" + text + b"\0")
    return whole.hexdigest()[:12]


def _keep(
    watch: Path, folder: Path, texts: Mapping[Path, bytes], now: datetime, digest: str
) -> None:
    """Write it whole or not at all, readable for its owner only."""
    files = {_name(watch, path): text.decode("utf-8-sig") for path, text in texts.items()}
    row = {"form": _FORM, "at": now.isoformat(), "digest": digest, "files": files}
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".watch-")  # mode 600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(row, file, ensure_ascii=False)
        Path(name).replace(_file(watch, folder))
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _file(watch: Path, folder: Path) -> Path:
    """One file for each watch list: several may share a folder for their databases."""
    place = hashlib.sha256(str(watch.resolve()).encode()).hexdigest()[:8]
    return folder / f"watch-last-good-{place}.json"


def _name(watch: Path, path: Path) -> str:
    return "" if path == watch else path.name


def _path(watch: Path, name: str) -> Path:
    return watch / Path(name).name if name else watch
