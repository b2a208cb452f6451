"""Opens a report in a real browser and says what is wrong with it; takes its pictures.

    python -m tools.look_at_report FOLDER [--pictures FOLDER]

Every kind of page is opened as a file, light and dark, on a desktop and on a phone. Errors in
the console, requests to anywhere, a page wider than its window and serious findings of
axe-core end in exit code 1. The pictures are those of ``docs/report.md``.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import launch
from tests.support.looking import VIEWS, kinds, opened, problems

PICTURES = {
    "report": ("index", "desktop-light", ""),
    "report-phone-dark": ("index", "phone-dark", "#stories"),
    "report-topic-phone": ("topic", "phone-light", "#timeline"),
    "report-story-dark": ("story", "desktop-dark", "details[open]"),
}
"""Name to the page, the view, and what is scrolled to its top."""


def main() -> None:
    """Look at every kind of page in every view."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--pictures", type=Path, help="write the pictures into this folder")
    given = parser.parse_args()
    report = given.report.resolve()
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for view in VIEWS:
            for name, path in kinds(report):
                with opened(browser, path.as_uri(), view, wrong) as page:
                    wrong += problems(page, f"{view} {name}")
        if given.pictures:
            given.pictures.mkdir(parents=True, exist_ok=True)
            for name in PICTURES:
                (given.pictures / f"{name}.png").write_bytes(picture(browser, report, name))
        browser.close()
    for line in wrong:
        print(line)
    print(f"{len(wrong)} problem(s)")
    sys.exit(bool(wrong))


def picture(browser: Browser, report: Path, name: str) -> bytes:
    """A window of a page as a small PNG."""
    kind, view, top = PICTURES[name]
    path = told(report) if kind == "story" else dict(kinds(report))[kind]
    with opened(browser, path.as_uri(), view, []) as page:
        if top:
            page.evaluate(
                "top => window.scrollBy(0,"
                " document.querySelector(top).getBoundingClientRect().top - 110)",
                top,
            )
        shot = Image.open(io.BytesIO(page.screenshot()))
    small = io.BytesIO()
    shot.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(small, "PNG", optimize=True)
    return small.getvalue()


def told(report: Path) -> Path:
    """Of the stories that were told, in English, that with most to show."""
    pages = sorted((report / "stories").glob("*.html"), key=lambda p: p.stat().st_size)
    fit = [p for p in pages if {"<details open", '<h1 lang="en"'} <= _has(p.read_text("utf-8"))]
    return (fit or pages)[-1]


def _has(text: str) -> set[str]:
    return {part for part in ("<details open", '<h1 lang="en"') if part in text}


if __name__ == "__main__":
    main()
