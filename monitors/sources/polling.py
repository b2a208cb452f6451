"""What every reader of an HTTP source does around its parsing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from monitors.model import Entry, Page, Poll, PollState, Source, SourceState
from monitors.ports import Fetcher
from monitors.redact import redact
from monitors.sources.documents import count_left_out
from monitors.sources.languages import normalise_language


def subject_of(source: Source) -> str:
    """Names a source in error texts."""
    return f"source '{source.name}' ({redact(source.url)})"


async def ask(
    source: Source,
    state: SourceState,
    fetcher: Fetcher,
    accept: str,
    *,
    robots: bool = False,
) -> Page:
    """Fetch the source's own address, conditionally where it was fetched before.

    :param robots: keep to the site's robots.txt: for pages, not for what is made to be polled
    """
    return await fetcher.fetch(
        source.url,
        etag=state.etag,
        last_modified=state.last_modified,
        accept=accept,
        robots=robots and not source.robots_ignored_because,
    )


def unchanged(source: Source, state: SourceState, page: Page, now: datetime) -> Poll:
    """The poll for an answer 304; the validators stay what they were."""
    return Poll(
        source_id=source.id,
        state=PollState.NOT_MODIFIED,
        at=now,
        etag=page.etag or state.etag,
        last_modified=page.last_modified or state.last_modified,
        status=304,
        retry_after=page.retry_after,
        cache_for=page.cache_for,
        moved_to=page.moved_to,
    )


def answered(
    source: Source,
    page: Page,
    entries: Iterable[Entry],
    problems: Iterable[str],
    now: datetime,
) -> Poll:
    """The poll for an answer with content. The language named by the operator wins."""
    language = normalise_language(source.language)
    listed = tuple(replace(e, language=language) if language else e for e in entries)
    lines = tuple(problems)
    return Poll(
        source_id=source.id,
        state=PollState.OK if listed else PollState.EMPTY,
        at=now,
        entries=listed,
        problems=lines,
        left_out=count_left_out(lines),
        etag=page.etag,
        last_modified=page.last_modified,
        status=page.status,
        retry_after=page.retry_after,
        cache_for=page.cache_for,
        moved_to=page.moved_to,
    )
