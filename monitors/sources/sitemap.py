"""Kind ``sitemap``: sitemaps, news sitemaps and sitemap indexes."""

from __future__ import annotations

from datetime import datetime

from monitors.errors import FetchError, SourceError
from monitors.model import Entry, Page, Poll, Source, SourceState
from monitors.ports import Fetcher
from monitors.sandbox import Sandbox, shared
from monitors.sources.documents import limited
from monitors.sources.polling import answered, ask, subject_of, unchanged
from monitors.sources.sitemapparse import MOST_URLS, parse_sitemap

ACCEPT = "application/xml, text/xml;q=0.9, application/gzip;q=0.8, */*;q=0.1"
_DEEPEST = 2
_MOST_ASKED = 12


class SitemapReader:
    """Reads the pages that a sitemap lists; of an index, those of its newest sitemaps.

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
        entries, problems, children, dated = await self._parse(source, page, now)
        if children:
            found, wrong = await self._children(source, children, fetcher, now)
            entries, problems = found, problems + wrong
        if children and not dated:
            # An index without dates stays the same while its sitemaps change, so the
            # next poll must not be answered with "not modified".
            page = Page(page.url, page.requested_url, page.status, b"")
        return answered(source, page, entries[:MOST_URLS], limited(problems), now)

    async def _children(
        self, source: Source, children: list[str], fetcher: Fetcher, now: datetime
    ) -> tuple[list[Entry], list[str]]:
        """Entries of all children; one that fails is named and does not stop the others.

        An index within the index is followed too, one within that is not.

        :raises TidingsError: the last failure, where every child failed
        """
        entries: dict[str, Entry] = {}
        problems: list[str] = []
        failures: list[FetchError | SourceError] = []
        waiting = dict.fromkeys(children, 1)
        asked: set[str] = set()
        while waiting:
            child, depth = next(iter(waiting.items()))
            del waiting[child]
            asked.add(child)
            try:
                page = await fetcher.fetch(child, accept=ACCEPT)
                listed, wrong, deeper, _ = await self._parse(source, page, now)
            except (FetchError, SourceError) as error:
                failures.append(error)
                problems.append(str(error))
                continue
            problems += wrong
            if deeper and (depth >= _DEEPEST or len(asked) + len(waiting) >= _MOST_ASKED):
                problems.append("an index deep within the index is not followed")
            elif deeper:
                waiting |= {new: depth + 1 for new in deeper if new not in asked | {source.url}}
            for entry in listed:
                entries.setdefault(entry.url, entry)
        if len(failures) == len(asked):
            raise failures[-1]
        return list(entries.values()), problems

    async def _parse(
        self, source: Source, page: Page, now: datetime
    ) -> tuple[list[Entry], list[str], list[str], bool]:
        subject = subject_of(source)
        return await self._sandbox.run_async(
            parse_sitemap,
            page.body,
            page.content_type,
            page.url,
            source.id,
            subject,
            now,
            subject=subject,
        )
