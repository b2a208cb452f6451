"""Kind ``folder``: a labelled stream, or saved HTML pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from monitors.errors import NotAFeed, SourceError, StreamError, TidingsError
from monitors.model import Entry, Poll, PollState, Source, SourceState
from monitors.ports import Fetcher
from monitors.sandbox import Sandbox, shared
from monitors.sources.documents import count_left_out, limited
from monitors.sources.languages import normalise_language
from monitors.sources.savedpages import read_saved
from monitors.sources.stream import STREAM_FILE, iterate_stream, read_stream_entries

__all__ = ["FolderReader", "read_stream_entries"]

_LARGEST_PAGE = 10_000_000
_MOST_FILES = 10_000
_PAGES = (".html", ".htm", ".xhtml", ".mhtml", ".mht")


class FolderReader:
    """Reads a folder: its ``stream.jsonl``, else the pages saved in it and below.

    Pages are ``.html``, ``.htm`` and ``.xhtml`` files, and ``.mhtml`` and ``.mht`` archives.

    Of a stream only what is published at the time of the poll is listed, so that a clock
    that moves replays it. Entries carry their text; nothing needs to be fetched.

    :param sandbox: where saved pages are parsed; the shared one by default
    """

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self._sandbox = sandbox or shared()

    async def poll(
        self, source: Source, state: SourceState, fetcher: Fetcher, now: datetime
    ) -> Poll:
        """See :meth:`monitors.ports.SourceReader.poll`; neither state nor fetcher is used."""
        return await asyncio.to_thread(self._read, source, now)

    def _read(self, source: Source, now: datetime) -> Poll:
        subject = f"source '{source.name}' ({source.url})"
        folder = Path(source.url).expanduser()
        if not folder.is_dir():
            raise SourceError(subject, "there is no such folder", "Correct 'url'")
        if (folder / STREAM_FILE).is_file():
            entries, problems = _from_stream(folder, now, subject)
        else:
            entries, problems = self._from_pages(folder, source, now, subject)
        language = normalise_language(source.language)
        listed = tuple(
            replace(entry, source_id=source.id, language=language or entry.language)
            for entry in entries
        )
        return Poll(
            source_id=source.id,
            state=PollState.OK if listed else PollState.EMPTY,
            at=now,
            entries=listed,
            problems=tuple(limited(problems)),
            left_out=count_left_out(problems),
        )

    def _from_pages(
        self, folder: Path, source: Source, now: datetime, subject: str
    ) -> tuple[list[Entry], list[str]]:
        files = sorted(_saved(folder))
        if not files:
            raise NotAFeed(
                subject, f"neither {STREAM_FILE} nor .html files are there", "Correct 'url'"
            )
        entries: dict[str, Entry] = {}
        problems = []
        if len(files) > _MOST_FILES:
            problems.append(f"only the first {_MOST_FILES:,} of {len(files):,} pages are read")
        for file in files[:_MOST_FILES]:
            try:
                entry = self._page(file, source.id, now)
            except (OSError, TidingsError) as error:
                problem = error.problem if isinstance(error, TidingsError) else error.strerror
                problems.append(f"{file.name}: {problem}: left out")
                continue
            if entry is None:
                problems.append(f"{file.name} does not name its own address: left out")
            else:
                entries.setdefault(entry.url, entry)
        return list(entries.values()), problems

    def _page(self, file: Path, source_id: str, now: datetime) -> Entry | None:
        if file.stat().st_size > _LARGEST_PAGE:
            raise SourceError(file.name, f"larger than {_LARGEST_PAGE // 1_000_000} MB")
        return self._sandbox.run(read_saved, file.read_bytes(), source_id, now, subject=file.name)


def _saved(folder: Path) -> Iterator[Path]:
    """The saved pages, without what browsers save beside them in ``NAME_files`` folders."""
    for path in folder.rglob("*"):
        beside = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part.endswith("_files") for part in beside)
        if path.suffix.lower() in _PAGES and not hidden and path.is_file():
            yield path


def _from_stream(folder: Path, now: datetime, subject: str) -> tuple[list[Entry], list[str]]:
    """What the stream shows at ``now``: of a re-published address, the latest version."""
    entries: dict[str, Entry] = {}
    problems = []
    try:
        for entry, _, error in iterate_stream(folder):
            if error is not None:
                problems.append(str(error))
            elif entry.published is not None and entry.published <= now:
                entries[entry.url] = entry
    except StreamError as error:
        raise NotAFeed(subject, error.problem, error.remedy) from error
    return list(entries.values()), problems
