"""What every extractor promises."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from monitors.articles import TrafilaturaExtractor
from monitors.errors import Unreadable
from monitors.model import UNREADABLE_CAUSES, Page
from monitors.ports import Extractor
from monitors.sandbox import Sandbox
from tests.support.parsers import make_foreign

URL = "https://courier.example.com/a/1?key=canary"
SENTENCES = (
    "The town of Lindmouth opened its new ferry terminal on Thursday, two months late.",
    "The first ship left for the islands at noon with three hundred people on board.",
)


def page(
    *paragraphs: str,
    title: str = "Terminal opens",
    content_type: str = "text/html; charset=utf-8",
    status: int = 200,
) -> Page:
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    html = (
        f"<!doctype html><html lang='en'><head><title>{title}</title>"
        "<meta property='article:published_time' content='2025-03-14T09:00:00+01:00'></head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    )
    return Page(URL, URL, status, html.encode(), content_type)


def test_text_and_metadata_of_an_article(extractor: Extractor) -> None:
    found = extractor.extract(page(*SENTENCES))

    assert found.title == "Terminal opens"
    assert set(SENTENCES) <= set(found.paragraphs)
    assert found.language == "en"
    assert found.published is not None
    assert found.published.utcoffset() == timedelta(0)
    assert found.published.hour == 8


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        (Page(URL, URL, 200, b"%PDF-1.4", "application/pdf"), "not html"),
        (Page(URL, URL, 200, b"", "text/html"), "empty"),
        (Page(URL, URL, 200, b"<html><body></body></html>", "text/html"), "empty"),
        (page("We use cookies on this site. Accept all cookies to go on reading."), "cookie wall"),
        (
            page("Checking your browser before you can go on.", title="Just a moment..."),
            "bot wall",
        ),
        (page("Go back to the front page.", title="404 Not Found"), "error page"),
        (page(*SENTENCES, status=500), "error page"),
        (page(SENTENCES[0], "Subscribe to continue reading."), "paywall"),
    ],
)
def test_what_cannot_be_judged_is_unreadable_with_its_cause(
    extractor: Extractor, bad: Page, cause: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        extractor.extract(bad)

    assert caught.value.cause == cause
    assert caught.value.cause in UNREADABLE_CAUSES
    assert caught.value.remedy
    assert "canary" not in str(caught.value)


def test_the_same_page_gives_the_same_extraction(extractor: Extractor) -> None:
    assert extractor.extract(page(*SENTENCES)) == extractor.extract(page(*SENTENCES))


def test_a_failure_leaves_the_extractor_usable(extractor: Extractor) -> None:
    with pytest.raises(Unreadable):
        extractor.extract(Page(URL, URL, 200, b"", "text/html"))

    assert extractor.extract(page(*SENTENCES)).paragraphs


@pytest.mark.parametrize(
    ("work", "argument", "cause"),
    [
        (time.sleep, 600, "too slow"),
        (bytearray, 1_000_000_000, "too large"),
        (os.abort, None, "not parsed"),
        (int, "no number", "not parsed"),
        (make_foreign, None, "not parsed"),
    ],
    ids=["too long", "too much memory", "a crash", "an exception", "no plain value"],
)
def test_why_reading_a_page_was_stopped_is_told_apart(
    work: Callable[..., object], argument: object, cause: str
) -> None:
    sandbox = Sandbox(workers=1, wall=30 if cause != "too slow" else 0.5, memory=300_000_000)

    def stopping(*_: object) -> object:
        return sandbox.run(work, *([] if argument is None else [argument]))

    try:
        with pytest.raises(Unreadable) as caught:
            TrafilaturaExtractor(stopping).extract(page(*SENTENCES))
    finally:
        sandbox.close()

    assert caught.value.cause == cause
