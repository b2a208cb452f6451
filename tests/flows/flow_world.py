"""A newsroom and a Slack for flows, and what Prefect shows of their runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.demo.server import NewsroomServer
from monitors.desk import Desk
from monitors.model import Tier
from monitors.settings import Settings
from monitors.streams import LabelledStream, StreamArticle, StreamSource
from monitors.testing import judge_by_words
from tests.support.newsroom import HARBOUR, MINUTES, NOW, SPORT, WALKOUT

EVIL = (
    "**Dock** workers at the [harbour](https://evil.example/) walk out <img src=x onerror=y> "
    "<!channel> | over `wages` www.evil.example"
)
"""A headline that is on topic, in the markup of everything that could show it."""


class Place:
    """Newsroom, Slack and settings; runs flows, and says what Prefect shows of them."""

    def __init__(
        self,
        runner: asyncio.Runner,
        newsroom: NewsroomServer,
        clock: FixedClock,
        slack: LocalSlack,
    ) -> None:
        self.run = runner.run
        self.newsroom = newsroom
        self.clock = clock
        self.slack = slack

    def monitor(self, **parameters: Any) -> Any:
        """The state of a monitor run at the newsroom's time."""
        from flows.monitor import monitor

        return self.run(monitor(as_of=self.clock.now(), return_state=True, **parameters))

    def begin(self) -> None:
        """The silent first look, and then enough time for all that there is to come out."""
        assert self.monitor().is_completed()
        self.clock.advance(30 * MINUTES)

    def posts(self) -> list[str]:
        return [message["text"] for message in self.slack.messages]


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@asynccontextmanager
async def quick_desk(opened: OpenDesk, settings: Settings, **options: Any) -> AsyncIterator[Desk]:
    """As in a real run, but with models that need no loading.

    :param opened: opens the desk of a real run
    """
    async with opened(settings, **options) as desk:
        desk.roll_call = 0.0
        judge_by_words(desk)
        yield desk


def small_stream() -> LabelledStream:
    sources = {
        name: StreamSource(name, name.title(), "en", Tier.PRESS, "rss", "summary only", "plain")
        for name in ("courier", "herald")
    }
    old = _article("courier", "sport", SPORT, -60)
    news = _article("courier", "walkout", (EVIL, *WALKOUT[1:]), 10)
    return LabelledStream(
        name="harbour",
        articles=(old, replace(old, id="a-old", source="herald"), news),
        sources=sources,
        topics=(HARBOUR,),
        developments={},
        labels={},
    )


def _article(source: str, slug: str, text: tuple[str, ...], minutes: int) -> StreamArticle:
    return StreamArticle(
        id=f"a-{slug}",
        source=source,
        language="en",
        published=NOW + timedelta(minutes=minutes),
        slug=slug,
        title=text[0],
        summary=text[1],
        paragraphs=text[1:],
    )
