"""The monitor flow with an encoder that counts words: for runs whose models are not measured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import flows.monitor
from flows.monitor import monitor
from monitors.desk import Desk
from monitors.settings import Settings
from monitors.testing import judge_by_words
from monitors.wiring import open_desk

__all__ = ["monitor"]


@asynccontextmanager
async def counting_desk(settings: Settings, **options: Any) -> AsyncIterator[Desk]:
    """As in a real run, but no model is loaded."""
    async with open_desk(settings, **options) as desk:
        judge_by_words(desk)
        yield desk


flows.monitor.open_desk = counting_desk  # type: ignore[attr-defined]
