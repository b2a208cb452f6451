"""Polls a source over real HTTP."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from monitors.clock import FixedClock
from monitors.fetch.client import HttpFetcher
from monitors.model import Poll, Source, SourceState
from monitors.ports import SourceReader

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def poll(
    reader: SourceReader, source: Source, state: SourceState | None = None, now: datetime = NOW
) -> Poll:
    async def work() -> Poll:
        fetcher = HttpFetcher(
            allow_hosts={"127.0.0.1"}, spacing=0, deadline=5, clock=FixedClock(now)
        )
        try:
            return await reader.poll(source, state or SourceState(source.id), fetcher, now)
        finally:
            await fetcher.close()

    return asyncio.run(work())
