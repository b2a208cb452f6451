"""Kind ``feed``: RSS, RDF, Atom and JSON Feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitors.model import Poll, Source, SourceState
from monitors.ports import Fetcher
from monitors.sandbox import Sandbox, shared
from monitors.sources.feedpace import pace_of
from monitors.sources.feedparse import parse_feed
from monitors.sources.polling import answered, ask, subject_of, unchanged

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)


class FeedReader:
    """Reads a feed's entries.

    :param sandbox: where it is parsed; the shared one by default
    """

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self._sandbox = sandbox or shared()

    async def poll(
        self, source: Source, state: SourceState, fetcher: Fetcher, now: datetime
    ) -> Poll:
        """See :meth:`monitors.ports.SourceReader.poll`."""
        page = await ask(source, state, fetcher, ACCEPT)
        if page.status == 304:
            return unchanged(source, state, page, now)
        subject = subject_of(source)
        entries, problems = await self._sandbox.run_async(
            parse_feed,
            page.body,
            page.content_type,
            page.url,
            source.id,
            subject,
            now,
            subject=subject,
        )
        poll = answered(source, page, entries, problems, now)
        return replace(poll, pace=pace_of(page.body))
