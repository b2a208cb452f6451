"""Labelled streams as entries. No label is read here; rows are handed on whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitors.errors import StreamError
from monitors.model import Entry
from monitors.sources.languages import normalise_language

STREAM_FILE = "stream.jsonl"
Row = dict[str, Any]


def read_stream_entries(path: Path) -> list[tuple[Entry, Row]]:
    """Every article of a stream as an entry, with its row as it stands in the file.

    A page's address is ``https://<source>.stream.example/<slug>``; ``source_id`` is the
    outlet. The same address can come again later: a corrected re-publication.

    :param path: the stream's folder, or its ``stream.jsonl``
    :returns: in the order of the file, which is that of publication
    :raises StreamError: the file is missing or a line is malformed; names the line
    """
    pairs = []
    for entry, row, error in iterate_stream(path):
        if error is not None:
            raise error
        pairs.append((entry, row))
    return pairs


def iterate_stream(path: Path) -> Iterator[tuple[Entry, Row, StreamError | None]]:
    """Like :func:`read_stream_entries`, line by line; a bad line comes as its error."""
    file = path / STREAM_FILE if path.is_dir() else path
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeError) as error:
        raise StreamError(
            str(file), f"cannot be read ({error})", "Name a stream's folder"
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield _entry(row), row, None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            wrong = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            problem = " ".join(f"the line is malformed: {wrong}".split())[:200]
            bad = StreamError(f"{file}:{number}", problem, "Correct or remove the line")
            yield Entry(source_id="", url=""), {}, bad


def stream_url(outlet: str, slug: str) -> str:
    """The address of an article of a stream."""
    host = re.sub(r"[^a-z0-9-]+", "-", outlet.lower()).strip("-") or "outlet"
    return f"https://{host}.stream.example/{slug.lstrip('/')}"


def _entry(row: Row) -> Entry:
    published = datetime.fromisoformat(row["published"])
    if published.tzinfo is None:
        raise ValueError("'published' has no time zone")
    paragraphs = row.get("paragraphs") or []
    if not all(isinstance(p, str) for p in [*paragraphs, row["title"], row["slug"]]):
        raise ValueError("title, slug and paragraphs must be text")
    return Entry(
        source_id=str(row["source"]),
        url=stream_url(str(row["source"]), row["slug"]),
        title=row["title"],
        summary=row.get("summary") or "",
        published=published.astimezone(UTC),
        published_raw=row["published"],
        language=normalise_language(row.get("lang")),
        paragraphs=tuple(paragraphs),
    )
