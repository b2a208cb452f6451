"""Makes the pictures and the table of ``docs/slack.md``: a day in the local Slack.

    python -m tools.make_slack_day           write docs/slack/ and the tables of docs/slack.md
    python -m tools.make_slack_day --plain   only print what the messages say

Needs Chromium. A small invented town, read, decided and told by the code of a run; only the
encoder is one that needs no model. Days pass on a clock that is set; clicks are clicks in
the page of the local Slack.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

import monitors.clock
from monitors.alerts.notify import SlackNotifier
from monitors.alerts.notify.slack_socket import SlackSocket
from monitors.demo.localslack import LocalSlack
from monitors.demo.localslack_socket import APP_TOKEN
from monitors.listening import handler
from monitors.model import (
    Budget,
    Channel,
    DigestPlan,
    QuietHours,
    Reason,
    Source,
    Tier,
    Topic,
    Watchlist,
)
from monitors.store import open_store
from tests.support.newsroom import TENDER, WALKOUT, Newsroom, opened

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURES = DOCS / "slack.md", DOCS / "slack"
CHANNEL = "#city-news"
NIGHT = QuietHours(time(22), time(8))
NOBODY = "http://127.0.0.1:1/api/"
WIDTH = 124

HARBOUR = Topic(
    "harbour",
    "Harbour strike",
    "Dock workers at the harbour walk out over wages, and how their strike goes.",
    channel=CHANNEL,
    quiet_hours=NIGHT,
)
BRIDGE = Topic(
    "bridge",
    "Bridge repair",
    "Engineers repair the Albert bridge: tenders, costs and traffic on the bridge.",
    channel=CHANNEL,
    quiet_hours=NIGHT,
    at_most=Budget(1, timedelta(days=1)),
)
FERRY = Topic(
    "ferry",
    "Island ferry",
    "The island ferry: sailings cancelled, fares, and new ships for the ferry company.",
    channel=CHANNEL,
    quiet_hours=NIGHT,
)
WATCHED = Watchlist(
    (
        Source("courier", "Harbour Courier", "list", "", Tier.PRESS),
        Source("herald", "Morning Herald", "list", "", Tier.PRESS),
        Source("wire", "Coast Wire", "list", "", Tier.WIRE),
    ),
    (HARBOUR, BRIDGE, FERRY),
    None,
    (Channel(CHANNEL, digest=DigestPlan(time(8))),),
)

BEFORE = (
    (19, "old-fares", ("Island ferry fares stay as they are",
     "The island ferry company keeps its fares until autumn, it said on Wednesday.")),
    (22, "old-ship", ("New ships for the island ferry company leave the yard",
     "Two new ships for the ferry company left the yard on Saturday for the island.")),
    (25, "old-bridge", ("Albert bridge closed to lorries on Sunday",
     "The Albert bridge is closed to lorries on Sunday, while divers look at its piers.")),
    (27, "old-tickets", ("Island ferry company gives up paper tickets",
     ("Passengers of the island ferry show a code from Thursday; paper tickets and fares in"
     " cash are gone."))),
)  # fmt: skip
CRANES = (
    "Harbour: dock workers walk out over wages",
    (
        "Dock workers at the harbour walk out over wages since Monday morning, and the cranes"
        " stand idle."
    ),
    (
        "Fourteen vessels lie in the roads. Lorries were sent back at the gate, where a brass band"
        " played."
    ),
)
ROUND = (
    "Harbour strike: dock workers and port owners agree on an arbitrator for wages",
    (
        "An arbitrator, Lena Brandt, was agreed on by dock workers and owners to mediate the"
        " harbour strike over wages."
    ),
    "Brandt settled two disputes of railway staff before.",
)
CRACKS = (
    "Albert bridge: engineers find cracks, repair costs rise to 44 million crowns",
    (
        "Engineers who repair the Albert bridge found cracks in two piers, and costs of the bridge"
        " rise to 44 million crowns."
    ),
)
SAILINGS = (
    "Island ferry cancels night sailings until Friday",
    (
        "The island ferry company cancelled its night sailings until Friday, since one of its"
        " ships has a broken shaft."
    ),
)
HEARING = (
    "Harbour strike: dock workers accept seven percent in wages and return on Wednesday",
    (
        "Dock workers at the harbour accepted seven percent more in wages and end their strike on"
        " Wednesday."
    ),
)


class Terminal(io.StringIO):
    """Takes what is printed as a terminal does, so that tables keep to its width."""

    def isatty(self) -> bool:
        """It says so."""
        return True


@dataclass
class Day:
    """The newsroom, its Slack, and who looks at it."""

    room: Newsroom
    slack: LocalSlack
    answered: threading.Event
    page: Page | None

    def at(self, moment: str) -> None:
        """Move both clocks to a time of the day, as ``03 09:30``."""
        when = datetime.strptime(f"2025 03 {moment}", "%Y %m %d %H:%M").replace(tzinfo=UTC)
        self.room.clock.set(when)
        self.room.wall.set(when)

    def notify(self, api_url: str) -> None:
        """Where messages go from here on."""
        self.room.desk.notifier = SlackNotifier(
            self.slack.token, api_url=api_url, clock=self.room.clock
        )

    def run(self, source: str = "", slug: str = "", text: tuple[str, ...] = ()) -> None:
        """Publish an article, where one is named, and run once."""
        if source:
            self.room.publish(source, slug, text, at=self.room.clock.now() - timedelta(minutes=9))
        # The browser keeps an event loop in this thread, and a run begins one of its own.
        with ThreadPoolExecutor(1) as thread:
            report = thread.submit(self.room.run).result()
        print(f"{self.room.clock.now():%d %H:%M}  {report.headline()}  {report.problems or ''}")

    def picture(self, name: str, what: Callable[[Page], Locator]) -> None:
        """Keep what the page of the local Slack shows."""
        if self.page is None:
            return
        self.page.goto(self.slack.url)
        path = PICTURES / f"{name}.png"
        what(self.page).screenshot(path=path)
        with Image.open(path) as taken:
            taken.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"       {path.name}, {path.stat().st_size // 1000} kB")

    def click(self, label: str) -> None:
        """Press the first button of this name, as a reader does, and wait for its effect."""
        self.answered.clear()
        if self.page is None:
            self.slack.press(str(self.slack.messages[0]["ts"]), "tidings_mute")
        else:
            self.page.goto(self.slack.url)
            self.page.get_by_role("button", name=label).first.click()
        if not self.answered.wait(20):
            raise SystemExit(f"the click on {label!r} came to nothing")


def main() -> None:
    """Let the day pass and keep what it shows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plain", action="store_true", help="no pictures")
    plain = parser.parse_args().plain
    with TemporaryDirectory() as folder, browsing(plain) as page:
        outage, after = live(Path(folder), page)
    print(outage, after, sep="\n\n")
    if not plain:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), outage, after), encoding="utf-8")


def live(folder: Path, page: Page | None) -> tuple[str, str]:
    """The day; returns what ``tidings outbox`` says during the outage and after it."""
    with (
        opened(folder, now=datetime(2025, 2, 18, 12, tzinfo=UTC)) as room,
        LocalSlack([CHANNEL], clock=room.clock, rate_limit=False, app_token=APP_TOKEN) as slack,
    ):
        room.desk.watchlist, room.desk.buttons = WATCHED, True
        day = Day(room, slack, threading.Event(), page)
        with listening(folder, day):
            weeks_before(day)
            day.notify(slack.api_url)
            return monday(day, folder)


def weeks_before(day: Day) -> None:
    """What the chart of the digest goes back to; nothing of it reaches the local Slack."""
    day.run()
    for number, slug, text in BEFORE:
        # The first look after a long pause would tell as a digest what has piled up.
        day.room.clock.set(datetime(2025, 2, number, 6, tzinfo=UTC))
        day.run()
        day.room.clock.set(datetime(2025, 2, number, 12, tzinfo=UTC))
        day.run("wire", slug, text)
    day.at("03 08:00")
    day.run()


def monday(day: Day, folder: Path) -> tuple[str, str]:
    """From the first alert to the digest of the next morning."""
    day.at("03 09:15")
    day.run("courier", "walkout", WALKOUT)
    day.picture("parent", main_of)
    day.at("03 09:45")
    day.run("herald", "cranes", CRANES)
    day.picture("edited", main_of)
    day.at("03 11:30")
    day.run("wire", "arbitrator", ROUND)
    day.picture("thread", main_of)
    day.at("03 13:30")
    day.notify(NOBODY)
    day.run("herald", "tender", TENDER)
    outage = outbox(day, folder)
    day.at("03 13:45")
    day.notify(day.slack.api_url)
    day.run()
    after = outbox(day, folder)
    day.at("03 15:00")
    day.run("courier", "cracks", CRACKS)
    day.at("03 17:30")
    day.click("Mute story")
    day.picture("muted", first_of)
    day.at("03 18:15")
    day.run("wire", "accepted", HEARING)
    if day.room.decision("accepted", HARBOUR).reason is not Reason.MUTED:
        raise SystemExit("the step after the click was not decided as muted")
    day.at("03 23:10")
    day.run("wire", "sailings", SAILINGS)
    day.at("04 08:00")
    day.run()
    day.picture("channel", main_of)
    day.picture("digest", newest_of)
    return outage, after


def main_of(page: Page) -> Locator:
    """The channel."""
    return page.locator("main")


def first_of(page: Page) -> Locator:
    """The channel with its first message only."""
    page.add_style_tag(content="section > :not(h2):not(h2 + *) {display: none}")
    return page.locator("main")


def newest_of(page: Page) -> Locator:
    """The channel with its newest message and that one's thread; older ones are hidden."""
    page.add_style_tag(content="section > :not(h2):not(:nth-last-child(-n+2)) {display: none}")
    return page.locator("main")


@contextmanager
def listening(folder: Path, day: Day) -> Iterator[None]:
    """Handle clicks, as ``tidings listen`` does."""

    def said(line: str) -> None:
        print(f"{day.room.clock.now():%d %H:%M}  {line}")
        day.answered.set()

    store = open_store(f"sqlite:///{folder / 'tidings.db'}")
    notifier = SlackNotifier(day.slack.token, api_url=day.slack.api_url, clock=day.room.clock)
    handle = handler(store, notifier, day.room.clock, said)
    socket = SlackSocket(APP_TOKEN, handle, api_url=day.slack.api_url)
    socket.open()
    try:
        yield
    finally:
        socket.close()
        store.close()


@contextmanager
def browsing(plain: bool) -> Iterator[Page | None]:
    """A window to look at the local Slack through."""
    if plain:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser.new_page(viewport={"width": 900, "height": 200})
        browser.close()


def outbox(day: Day, folder: Path) -> str:
    """What ``tidings outbox`` prints at the time of the day."""
    from monitors.cli.app import app

    os.environ |= {"TIDINGS_DATABASE_URL": f"sqlite:///{folder / 'tidings.db'}"}
    os.environ |= {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERM": "xterm"}
    real = monitors.clock.SystemClock
    # The command asks for the time itself; here it is given the day's.
    monitors.clock.SystemClock = lambda: day.room.clock  # type: ignore[assignment,misc]
    try:
        with redirect_stdout(Terminal()) as printed:
            app(["outbox", "--limit", "4"], standalone_mode=False)
    finally:
        monitors.clock.SystemClock = real  # type: ignore[misc]
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed.getvalue()).strip()
    return "\n".join(line.rstrip() for line in text.splitlines())


def filled(text: str, *tables: str) -> str:
    """The page with what its commands print, in their order."""
    rest = iter(tables)
    command = r"(\$ tidings outbox --limit 4\n).*?(?=```)"
    return re.sub(command, lambda found: f"{found[1]}{next(rest)}\n", text, flags=re.DOTALL)


if __name__ == "__main__":
    main()
