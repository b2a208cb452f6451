"""Takes the pictures of ``docs/prefect-ui.md`` in a headless Chromium.

    python -m tools.make_prefect_pictures http://127.0.0.1:4200 [--pictures FOLDER] [--only NAME]

The server is one that has runs of ours: ``make demo`` while it works, ``make demo-ui``, or
``make run``. What it has not (a backtest, say) is said and left out. Deployments and the
ready-made automations are registered where they are missing, for the pictures of their pages;
nothing is run.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from tests.support.browser import launch

ROOT = Path(__file__).parents[1]
ARTIFACTS = {
    "alerts": "alerts",
    "source-health": "source-health",
    "run-report": "run-report",
    "timeline": "timeline-",
    "backtest": "backtest",
}
"""Name of a picture to how the artifact's key begins."""
WIDE, HIGH = 1440, 1150
PATIENCE = 120_000
"""Milliseconds for a page to show what is asked of it."""


def main() -> None:
    """Take every picture, or the one that is named."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("server", help="the UI's address, such as http://127.0.0.1:4200")
    parser.add_argument("--pictures", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--only", default="", help="only this picture")
    given = parser.parse_args()
    server = given.server.rstrip("/")
    os.environ["PREFECT_API_URL"] = f"{server}/api"
    register()
    given.pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
        page.set_default_timeout(PATIENCE)
        for name, path, words in pages():
            if given.only in ("", name):
                (given.pictures / f"{name}.png").write_bytes(shot(page, f"{server}{path}", words))
                say(f"{name}: {path}")
        browser.close()


def register() -> None:
    """Deployments and automations, so that their pages show something."""
    from flows.automations import apply
    from flows.schedules import deployments

    for deployment in deployments():
        deployment.apply()
    asyncio.run(apply(ROOT / "deploy" / "automations.yaml"))


def pages() -> Iterator[tuple[str, str, str]]:
    """Name of a picture, its page, and words that are there once the page is."""
    yield "runs", "/runs", "monitor"
    told = [run for run in ask("/flow_runs/filter", RUNS) if "alert" in run["name"]]
    run = next((r for r in told if "0 alerts" not in r["name"]), None)
    if run is None:
        say("run: no run that told something is there")
    else:
        yield "run", f"/runs/flow-run/{run['id']}", "Finished in state"
    for name, key in ARTIFACTS.items():
        found = ask("/artifacts/filter", newest(key))
        if found:
            yield name, f"/artifacts/artifact/{found[0]['id']}", found[0]["key"]
        else:
            say(f"{name}: no such artifact is there")
    named = {"flows": {"name": {"any_": ["backtest"]}}}
    form = ask("/deployments/filter", named)[0]["id"]
    yield "backtest-form", f"/deployments/deployment/{form}/run", "sensitivity"
    yield "automations", "/automations", "Tidings: a run was lost"


RUNS = {"flows": {"name": {"any_": ["monitor"]}}, "sort": "START_TIME_DESC", "limit": 100}


def newest(key: str) -> dict[str, Any]:
    """Asks for the artifact written last of those whose key begins so."""
    wanted = {"key": {"like_": f"{key}%"}, "type": {"any_": ["markdown"]}}
    return {"artifacts": wanted, "sort": "UPDATED_DESC", "limit": 1}


def ask(path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """What the server answers to a question of the UI's kind."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        found: list[dict[str, Any]] = client._client.post(path, json=body).json()
    return found


def shot(page: Page, address: str, words: str) -> bytes:
    """A window of a page as a small PNG, once it shows ``words``."""
    page.goto(address)
    try:
        page.get_by_text(words).first.wait_for()
    except Error:
        say(f"{address}: it does not show {words!r}; taken as it is")
    page.wait_for_timeout(3000)  # what slides in, and pictures in it
    small = io.BytesIO()
    image = Image.open(io.BytesIO(page.screenshot()))
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=256).save(
        small, "PNG", optimize=True
    )
    return small.getvalue()


def say(line: str) -> None:
    """One line to the terminal, now."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
