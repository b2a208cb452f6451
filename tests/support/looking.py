"""Opens pages of a report in a browser, and says what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

SERIOUS = {"serious", "critical"}


class View(NamedTuple):
    """A window and the colours that its person prefers."""

    width: int
    height: int
    scheme: Literal["light", "dark"]


VIEWS = {
    "desktop-light": View(1200, 900, "light"),
    "desktop-dark": View(1200, 900, "dark"),
    "phone-light": View(360, 740, "light"),
    "phone-dark": View(360, 740, "dark"),
}


def kinds(report: Path) -> Iterator[tuple[str, Path]]:
    """One page of each kind: that with most to show."""
    yield "index", report / "index.html"
    yield "quality", report / "quality.html"
    yield "sources", report / "sources" / "index.html"
    for kind, name in (("topics", "topic"), ("stories", "story"), ("sources", "source")):
        found = sorted(p for p in (report / kind).glob("*.html") if p.name != "index.html")
        if found:
            yield name, max(found, key=lambda p: p.stat().st_size)


@contextmanager
def opened(
    browser: Browser, url: str, view: str, wrong: list[str], **options: Any
) -> Iterator[Page]:
    """The page at ``url``; what its console and its network say goes into ``wrong``.

    :param options: further ones of Playwright's ``new_context``
    """
    width, height, scheme = VIEWS[view]
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, color_scheme=scheme, **options)
    page = context.new_page()
    place = f"{view} {url.rsplit('/', 1)[-1]}"
    allowed = url[: url.index("/", 8)] if url.startswith("http") else "file://"
    page.on("console", lambda said: wrong.append(f"{place}: console: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"{place}: error: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(allowed) and request.is_navigation_request()
            else wrong.append(f"{place}: asks for {request.url}")
        ),
    )
    page.goto(url)
    yield page
    context.close()


def problems(page: Page, place: str) -> list[str]:
    """What is wrong with a page as it is shown, with all its parts opened."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = []
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if width[0] > width[1]:
        found.append(f"{place}: {width[0]} px wide in a window of {width[1]}")
    for finding in Axe().run(page).response["violations"]:
        if finding["impact"] in SERIOUS:
            nodes = ", ".join(" ".join(node["target"]) for node in finding["nodes"][:3])
            found.append(f"{place}: axe {finding['impact']}: {finding['id']}: {nodes}")
    return found
