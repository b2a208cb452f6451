"""Kind ``page``: a listing page whose links lead to articles."""

from __future__ import annotations

from datetime import datetime

from monitors.errors import UnsafeDocument
from monitors.model import Poll, Source, SourceState
from monitors.ports import Fetcher
from monitors.sandbox import Sandbox, shared
from monitors.sources.pagelinks import find_links
from monitors.sources.polling import answered, ask, subject_of, unchanged

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"


class PageReader:
    """Reads the article links of a listing page.

    :param sandbox: where the page is parsed and the source's pattern is matched, so that
        a pattern that backtracks for ever is stopped; the shared one by default
    """

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self._sandbox = sandbox or shared()

    async def poll(
        self, source: Source, state: SourceState, fetcher: Fetcher, now: datetime
    ) -> Poll:
        """See :meth:`monitors.ports.SourceReader.poll`."""
        page = await ask(source, state, fetcher, ACCEPT, robots=True)
        if page.status == 304:
            return unchanged(source, state, page, now)
        subject = subject_of(source)
        try:
            entries, problems = await self._sandbox.run_async(
                find_links,
                page.body,
                page.content_type,
                page.url,
                source.pattern,
                source.id,
                subject,
                now,
                subject=subject,
            )
        except UnsafeDocument as error:
            if not source.pattern:
                raise
            remedy = "Simplify its 'pattern': nested repetitions can take for ever"
            raise UnsafeDocument(subject, error.problem, remedy) from error
        return answered(source, page, entries, problems, now)
