from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.newsroom import (
    BALLOT,
    MAYBE,
    OPINION,
    SPORT,
    TENDER,
    WALKOUT,
    WALKOUT_TOO,
    Newsroom,
    opened,
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom that has run for some hours: told, retold, held back, off topic."""
    with opened(tmp_path) as newsroom:
        newsroom.begin()
        for source, slug, text in (
            ("courier", "sport", SPORT),
            ("courier", "maybe", MAYBE),
            ("wire", "walkout", WALKOUT),
            ("courier", "walkout-too", WALKOUT_TOO),
            ("herald", "opinion", OPINION),
            ("wire", "tender", TENDER),
            ("herald", "ballot", BALLOT),
        ):
            newsroom.publish(source, slug, text)
            newsroom.run()
            newsroom.later()
        yield newsroom
