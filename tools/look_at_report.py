"""Opens a report in a real browser and says what is wrong with it.

    python tools/look_at_report.py FOLDER [--pictures FOLDER]

Needs Chromium (``apt install chromium``, or ``playwright install chromium``). Every kind of
page is opened as a file: light, dark, and at the width of a phone. Errors in the console,
requests to anywhere, a page wider than its window and serious findings of axe-core end in
exit code 1; so does a search, a filter or a Tab key that does not do what it should.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

VIEWS = {
    "desktop-light": ({"width": 1200, "height": 900}, "light"),
    "desktop-dark": ({"width": 1200, "height": 900}, "dark"),
    "phone": ({"width": 360, "height": 740}, "light"),
}
SERIOUS = {"serious", "critical"}


def main() -> None:
    """Look at every kind of page in every view."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--pictures", type=Path, help="keep a picture of each page here")
    given = parser.parse_args()
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for view in VIEWS:
            for name, path in kinds(given.report):
                with opened(browser, view, path, wrong) as page:
                    wrong += problems(page, f"{view} {name}")
                    if given.pictures:
                        given.pictures.mkdir(parents=True, exist_ok=True)
                        page.evaluate("window.scrollTo(0, 0)")
                        page.screenshot(path=given.pictures / f"{name}-{view}.png")
        with opened(browser, "desktop-light", given.report / "index.html", wrong) as page:
            wrong += search_problems(page)
        with opened(browser, "phone", given.report / "index.html", wrong) as page:
            wrong += keyboard_problems(page)
        browser.close()
    for line in wrong:
        print(line)
    print(f"{len(wrong)} problem(s)")
    sys.exit(bool(wrong))


def kinds(report: Path) -> Iterator[tuple[str, Path]]:
    """One page of each kind; of stories the one with most to show."""
    yield "index", report / "index.html"
    yield "quality", report / "quality.html"
    yield "sources", report / "sources" / "index.html"
    for kind, name in (("topics", "topic"), ("stories", "story"), ("sources", "source")):
        found = sorted(p for p in (report / kind).glob("*.html") if p.name != "index.html")
        if found:
            yield name, max(found, key=lambda p: p.stat().st_size)


@contextmanager
def opened(browser: Browser, view: str, path: Path, wrong: list[str]) -> Iterator[Page]:
    """The page of a file; what its console and its network say goes into ``wrong``."""
    size, scheme = VIEWS[view]
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=False)
    page = context.new_page()
    place = f"{view} {path.parent.name}/{path.name}"
    page.on("console", lambda said: wrong.append(f"{place}: console: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"{place}: error: {error}"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.resolve().as_uri())
    yield page
    wrong += [f"{place}: asks for {url}" for url in asked[1:]]
    context.close()


def problems(page: Page, place: str) -> Iterator[str]:
    """What is wrong with a page as it is shown."""
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if width[0] > width[1]:
        yield f"{place}: {width[0]} px wide in a window of {width[1]}"
    for button in page.locator("summary").all():
        button.click()
    found = Axe().run(page).response
    for finding in found["violations"]:
        nodes = ", ".join(" ".join(node["target"]) for node in finding["nodes"][:3])
        line = f"{place}: axe {finding['impact']}: {finding['id']}: {nodes}"
        if finding["impact"] in SERIOUS:
            yield line
        else:
            print(line)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")


def search_problems(page: Page) -> Iterator[str]:
    """Whether search and filters show what they should, and say so."""
    items = page.locator("#list > .story")
    everything = items.count()
    source = page.locator("#list > .story").first.get_attribute("data-topic") or ""
    page.select_option("#topic", source)
    page.wait_for_timeout(300)
    shown = page.locator("#list > .story:visible").count()
    if shown != page.locator(f'#list > .story[data-topic="{source}"]').count():
        yield f"the filter by topic shows {shown}"
    headline = page.locator("#list > .story:visible h3").last.inner_text()
    page.fill("#words", headline.upper())
    page.wait_for_timeout(300)
    if not 0 < page.locator("#list > .story:visible").count() < everything:
        yield f"the search for {headline!r} does not find it alone"
    page.fill("#words", "nothing has these words zzz")
    page.wait_for_timeout(300)
    if not page.locator("#count").inner_text().startswith("0 of"):
        yield "a search that finds nothing does not say so"
    page.click("button[type=reset]")
    page.wait_for_timeout(300)
    if page.locator("#list > .story:visible").count() != everything:
        yield "clearing the search does not bring all stories back"


def keyboard_problems(page: Page) -> Iterator[str]:
    """Whether Tab goes through the page as a person reads it, and can be seen."""
    expected = ["Skip to content", "Tidings", "Stories", "Quality", "Sources"]
    met = []
    for _ in expected:
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.textContent.trim()"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if ring == "none":
            yield f"{met[-1]!r} has the focus and does not show it"
    if met != expected:
        yield f"Tab goes {met}"
    places = page.evaluate(
        "[...document.querySelectorAll('a,button,input,select,summary')]"
        ".map(e => e.tabIndex).filter(i => i > 0).length"
    )
    if places:
        yield f"{places} elements change the order of Tab"


if __name__ == "__main__":
    main()
