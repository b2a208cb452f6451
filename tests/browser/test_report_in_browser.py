"""The report in headless Chromium, as its readers have it: from files, with Tab and Enter."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.looking import VIEWS, kinds, opened, problems

KINDS = ("index", "quality", "sources", "topic", "story", "source")


@pytest.fixture
def wrong() -> Iterator[list[str]]:
    """What console and network said against a page; nothing, in the end."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def index(browser: Browser, site: Path, wrong: list[str]) -> Iterator[Page]:
    with opened(browser, (site / "index.html").as_uri(), "desktop-light", wrong) as page:
        yield page


def shown(page: Page) -> list[str]:
    return page.locator("#list > .story:visible h3").all_inner_texts()


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_fits_and_is_accessible_in_every_view(
    browser: Browser, site: Path, wrong: list[str], kind: str
) -> None:
    path = dict(kinds(site))[kind]
    for view in VIEWS:
        with opened(browser, path.as_uri(), view, wrong) as page:
            assert problems(page, f"{view} {kind}") == []


@pytest.mark.parametrize(
    ("field", "value", "stories"),
    [
        ("topic", "ferry", 2),
        ("stage", "agreed", 1),
        ("stage", "announced", 1),
        ("language", "ru", 1),
        ("language", "ar", 1),
        ("language", "en", 2),
    ],
)
def test_stories_are_filtered(index: Page, field: str, value: str, stories: int) -> None:
    index.select_option(f"#{field}", value)
    expect(index.locator("#count")).to_have_text(f"{stories} of 4 stories.")
    assert len(shown(index)) == stories


def test_filters_and_search_narrow_each_other_and_are_cleared(index: Page) -> None:
    index.select_option("#topic", "ferry")
    index.check("#told")
    expect(index.locator("#count")).to_have_text("1 of 4 stories.")
    index.fill("#words", "strike")
    expect(index.locator("#count")).to_have_text("0 of 4 stories.")
    index.click("button[type=reset]")
    expect(index.locator("#count")).to_have_text("4 stories, last changed first.")
    assert len(shown(index)) == 4


@pytest.mark.parametrize(
    "words", ["ЗАБАСТОВКУ", "seven percent", "courier strike dock", "INSELFAHRE"]
)
def test_a_search_finds_headlines_quotes_and_sources(index: Page, words: str) -> None:
    """Whatever the case, with or without accents, in any order."""
    index.fill("#words", words)
    expect(index.locator("#count")).to_have_text("1 of 4 stories.")


def test_the_list_is_in_order_of_change(index: Page) -> None:
    times = index.locator("#list > .story time").evaluate_all("all => all.map(t => t.dateTime)")
    assert times == sorted(times, reverse=True)


def test_a_timeline_shows_the_steps_of_a_story_in_order(
    browser: Browser, site: Path, wrong: list[str]
) -> None:
    url = (site / "topics" / "harbour.html").as_uri()
    with opened(browser, url, "desktop-light", wrong) as page:
        steps = page.locator(".timeline > li")
        expect(steps).to_have_count(2)
        expect(steps.nth(0)).to_contain_text("announced")
        expect(steps.nth(1)).to_contain_text("agreed")
        expect(steps.nth(1).locator("blockquote")).to_contain_text("seven percent")
        expect(page.locator("svg.chart")).to_be_visible()
        page.click("summary")
        expect(page.get_by_role("table")).to_be_visible()


def test_a_story_is_opened_from_the_list_and_says_why_it_was_told(index: Page) -> None:
    index.get_by_role("link", name="Dock workers announce").click()
    expect(index).to_have_title("Dock workers announce a walkout over wages · Tidings")
    why = index.locator("section[id='D-strike-1'] details[open] dl")
    for words in ("alert: new step", "Weighed", "match 0.81", "What was told before", "figure: 7%",
                  "the line of balanced is now 0.50", "same matter with 0.12"):  # fmt: skip
        expect(why).to_contain_text(words)
    closed = index.locator("section[id='D-strike-0'] details:not([open])")
    expect(closed).to_have_count(1)
    closed.locator("summary").press("Enter")
    expect(index.locator("section[id='D-strike-0'] details[open]")).to_have_count(2)


def test_a_link_to_a_step_shows_that_step(browser: Browser, site: Path, wrong: list[str]) -> None:
    url = f"{(site / 'stories' / 'S-strike.html').as_uri()}#D-strike-1"
    with opened(browser, url, "phone-light", wrong) as page:
        expect(page.locator("[id='D-strike-1'] h2")).to_be_in_viewport()
        expect(page.locator("[id='D-strike-0'] h2")).not_to_be_in_viewport()


def test_everything_can_be_reached_with_the_keyboard(
    browser: Browser, site: Path, wrong: list[str]
) -> None:
    with opened(browser, (site / "index.html").as_uri(), "phone-light", wrong) as page:
        expected = page.evaluate(
            "[...document.querySelectorAll('a[href],button,input,select,summary,[tabindex]')]"
            ".filter(e => e.tabIndex >= 0 && e.checkVisibility()).length"
        )
        met = []
        for _ in range(expected):
            page.keyboard.press("Tab")
            name, ring = page.evaluate(
                "[document.activeElement.outerHTML.slice(0, 200),"
                " getComputedStyle(document.activeElement).outlineStyle]"
            )
            assert ring != "none", f"{name} has the focus and does not show it"
            met.append(name)
        assert len(set(met)) == expected
        assert "Skip to content" in met[0]
        order = page.evaluate(
            "[...document.querySelectorAll('*')].filter(e => e.tabIndex > 0).length"
        )
        assert order == 0


def test_the_skip_link_leads_past_the_navigation(index: Page) -> None:
    index.keyboard.press("Tab")
    expect(index.locator(".skip")).to_be_in_viewport()
    index.keyboard.press("Enter")
    assert index.evaluate("document.activeElement.id") == "main"


def test_a_filter_is_set_and_cleared_with_the_keyboard(index: Page) -> None:
    index.focus("#words")
    index.keyboard.type("ferry fahre")
    expect(index.locator("#count")).to_contain_text("of 4")
    index.focus("button[type=reset]")
    index.keyboard.press("Enter")
    expect(index.locator("#count")).to_contain_text("4 stories")


def test_without_scripts_all_stories_are_there(
    browser: Browser, site: Path, wrong: list[str]
) -> None:
    url = (site / "index.html").as_uri()
    with opened(browser, url, "desktop-light", wrong, java_script_enabled=False) as page:
        expect(page.locator("#list > .story")).to_have_count(4)
        expect(page.locator("form")).to_be_hidden()
        expect(page.locator("#count")).to_contain_text("4 stories")


def test_a_served_report_works_as_its_files_do(
    browser: Browser, site: Path, wrong: list[str]
) -> None:
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/index.html"
        with opened(browser, url, "desktop-dark", wrong) as page:
            page.select_option("#topic", "bridge")
            expect(page.locator("#count")).to_have_text("1 of 4 stories.")
            page.locator("#list > .story:visible a").click()
            expect(page.locator("h1")).to_have_attribute("lang", "ar")
        server.shutdown()
        serving.join()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
