"""A Chromium for the tests: the machine's, or one that is installed for them.

    python -m tests.support.browser          make sure that there is one

An installed one is taken as it is. Else, as root where there is apt (a container, a build
machine), Debian's package is installed, with all that it needs; elsewhere Playwright fetches
its own into the user's cache.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
HELP = (
    "Tests of the report need Chromium: apt-get install chromium, or "
    ".venv/bin/playwright install --with-deps chromium"
)


def launch(playwright: Playwright) -> Browser:
    """A headless browser: the machine's, or else Playwright's own."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    return playwright.chromium.launch(executable_path=path)


def main() -> None:
    """Install a browser where none can be started."""
    if not _starts():
        for command in _commands():
            print("No Chromium was found:", *command, flush=True)
            environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
            if _starts():
                return
        sys.exit(HELP)


def _starts() -> bool:
    with sync_playwright() as playwright:
        try:
            launch(playwright).close()
        except Error:
            return False
    return True


def _commands() -> list[list[str]]:
    own = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    if os.geteuid() or not Path("/usr/bin/apt-get").exists():
        return [own]
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    return [["apt-get", "update", "-q"], install, own]


if __name__ == "__main__":
    main()
