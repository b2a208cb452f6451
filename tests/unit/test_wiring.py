"""What settings say is what the program's desk is made of."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from monitors import wiring
from monitors.calibration import MATCHER
from monitors.settings import Settings
from monitors.testing import MemoryNotifier
from monitors.vectors.encoder import SentenceEncoder
from tests.support.report_values import WATCHLIST


@pytest.mark.parametrize(("asked_for", "rounded"), [({}, False), ({"eight_bits": "on"}, True)])
def test_eight_bits_are_used_where_they_are_asked_for_and_only_there(
    asked_for: dict[str, Any], rounded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: dict[str, bool] = {}

    def noted(name: str, version: str = "", *, rounded: bool = False) -> SentenceEncoder:
        made[name] = rounded
        return SentenceEncoder(name, version, rounded=rounded)

    monkeypatch.setattr(wiring, "SentenceEncoder", noted)
    monkeypatch.setattr(wiring, "_MODELS", {})
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'tidings.db'}", **asked_for)

    async def open_one() -> None:
        async with wiring.open_desk(settings, watchlist=WATCHLIST, notifier=MemoryNotifier()):
            pass

    asyncio.run(open_one())
    assert made == dict.fromkeys(("builtin:e5-small", "builtin:use3-short", MATCHER), rounded)
