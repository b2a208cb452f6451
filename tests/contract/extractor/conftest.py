"""Every adapter of the Extractor port, to be run through one suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitors.articles import TrafilaturaExtractor
from monitors.ports import Extractor
from monitors.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with_bounds = Sandbox(workers=1, wall=20.0)
    yield with_bounds
    with_bounds.close()


@pytest.fixture(params=["in this process", "in a sandbox"])
def extractor(request: pytest.FixtureRequest) -> Extractor:
    if request.param == "in a sandbox":
        return TrafilaturaExtractor(request.getfixturevalue("sandbox").run)
    return TrafilaturaExtractor()
