"""Write docs/why.md: what explain and backtest say of a week of the demo newsroom.

    python -m tools.make_why

Real runs of the program with its own models, on articles of five days of the newsroom that
``tidings demo`` replays, as folders that it reads. A test runs them again.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from typer.testing import CliRunner

from benchmarks.replaying import Models, models
from monitors import wiring
from monitors.cli.app import app
from monitors.demo.watching import newsroom_watchlist
from monitors.desk import Desk
from monitors.model import Reason
from monitors.settings import REMEDIES, Settings
from monitors.sources.stream import STREAM_FILE
from monitors.store import open_store
from monitors.streams import load_stream
from monitors.vectors.cache import CachedEncoder

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "why.md"
NEWSROOM = ROOT / "monitors" / "demo" / "newsroom"
FROM, UNTIL = "2025-02-24", "2025-03-01"
FIRST_LOOK = "2025-02-26T00:00"
RUNS = (
    "2025-02-26T11:00",
    "2025-02-26T22:00",
    "2025-02-27T09:00",
    "2025-02-27T20:00",
    "2025-02-28T07:00",
    "2025-02-28T18:00",
    "2025-02-28T23:00",
)
"""Less than twelve hours apart: what piles up for longer is told as one digest."""
NOW = "2025-03-01T00:00"
TOPIC = "embassy-restoration"

HEAD = """\
# Why: answers from real runs

What `tidings explain` and `tidings backtest` say, on five days of the newsroom that `tidings
demo` replays: {articles} articles of {outlets} invented outlets, three topics. Made by `python -m
tools.make_why`; a test runs it again. The reasons are those of
[how it decides](../README.md#how-it-decides).

The page of a story in [the report](report.md), which a Slack message links to, says the same of
each of its articles.
"""


@contextmanager
def installed() -> Iterator[Path]:
    """A folder with the newsroom's articles, and what watches them; the working folder."""
    with tempfile.TemporaryDirectory() as made, _bare_environment():
        folder = Path(made)
        with contextlib.chdir(folder):
            _lay_out(folder)
            yield folder


def page(models: Models) -> str:
    """The whole page, with vectors of ``models``, which may be kept ones."""
    with installed() as folder, judged_by(models):
        for at in (FIRST_LOOK, *RUNS):
            ran(f"tidings run --as-of {at}")
        counted = _articles(folder)
        head = HEAD.format(articles=sum(counted.values()), outlets=len(counted))
        parts = [re.sub(r"(?<=[^\n])\n(?=[^\n#])", " ", head)]
        parts += [*_explained(), *_replayed(folder)]
    return "\n".join(parts).rstrip() + "\n"


@contextmanager
def judged_by(models: Models) -> Iterator[None]:
    """Commands take ``models`` instead of loading their own."""
    real = wiring.open_desk

    @asynccontextmanager
    async def open_desk(settings: Settings, **options: Any) -> AsyncIterator[Desk]:
        async with real(settings, **options) as desk:
            # Through the database of the install, as always: a backtest looks there.
            kept, clock = desk.store.vectors, desk.clock
            desk.screen = CachedEncoder(models.screen, kept, clock)
            desk.reader = CachedEncoder(models.reader, kept, clock)
            desk.matcher = CachedEncoder(models.matcher, kept, clock)
            yield desk

    wiring.open_desk = open_desk
    try:
        yield
    finally:
        wiring.open_desk = real


def ran(command: str) -> str:
    """What a command prints.

    :raises SystemExit: it fails
    """
    done = CliRunner().invoke(app, shlex.split(command)[1:], env={"COLUMNS": "100"})
    if done.exit_code:
        raise SystemExit(f"{command} ended with {done.exit_code}:\n{done.output}")
    return "\n".join(line.rstrip() for line in done.output.strip("\n").splitlines())


def _explained() -> Iterator[str]:
    yield "## An alert\n"
    yield "By the number of its message, as `tidings outbox` lists it; its address does as well:\n"
    yield _shown(f"tidings explain 1 --topic {TOPIC}")
    yield "## A near miss\n"
    yield "It came near a topic, and not near enough:\n"
    yield _shown(f"tidings explain {_nearest(Reason.NEAR_MISS, None)}")
    yield "## An article that is off topic\n"
    yield "The screen let it through, since it names the same countries; the match did not:\n"
    yield _shown(f"tidings explain {_nearest(Reason.OFF_TOPIC, TOPIC)}")


def _replayed(folder: Path) -> Iterator[str]:
    yield "## A backtest\n"
    yield "What the topic would have told, at each sensitivity, and what lay near the line:\n"
    yield _shown(f"tidings backtest {TOPIC} --days 5 --as-of {NOW}")
    yaml = YAML()
    changed = yaml.load((folder / "watch.yaml").read_text("utf-8"))
    del changed["topics"][TOPIC]["examples"]
    changed["topics"][TOPIC]["sensitivity"] = "strict"
    with (folder / "other.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(changed, file)
    yield "## The difference between two versions\n"
    yield (
        "`other.yaml` has the same topic without its examples, at `sensitivity: strict`. What is "
        "told only by the first is marked `+`, what only by the second `-`:\n"
    )
    whole = ran(f"tidings backtest {TOPIC} --days 5 --as-of {NOW} --against other.yaml")
    at = whole.index("Against ")
    command = f"$ tidings backtest {TOPIC} --days 5 --as-of {NOW} --against other.yaml"
    yield f"```console\n{command}\n...\n{whole[at:]}\n```\n"


def _shown(command: str) -> str:
    return f"```console\n$ {command}\n{ran(command)}\n```\n"


def _nearest(reason: Reason, topic: str | None) -> str:
    """The article of this reason that came nearest to ``topic``, or to any, and the topic."""
    store = open_store("sqlite:///var/tidings.db")
    try:
        found = store.decisions.decisions(topic_id=topic, limit=1000)
        best = max((d for d in found if d.reason is reason), key=lambda d: d.score)
        article = store.articles.find(best.article_id)
    finally:
        store.close()
    return f"{article.url if article else best.article_id} --topic {best.topic_id}"


def _lay_out(folder: Path) -> None:
    """One folder an outlet, each a source."""
    stream = load_stream(NEWSROOM)
    watch = YAML().load(newsroom_watchlist(stream, "http://127.0.0.1"))
    counted = defaultdict(list)
    for line in (NEWSROOM / STREAM_FILE).read_text("utf-8").splitlines():
        row = json.loads(line)
        if FROM <= row["published"] < UNTIL:
            counted[row["source"]].append(line)
    kept = [source for source in watch["sources"] if source["id"] in counted]
    for source in kept:
        place = folder / "news" / source["id"]
        place.mkdir(parents=True)
        (place / STREAM_FILE).write_text("\n".join(counted[source["id"]]) + "\n", "utf-8")
        source |= {"kind": "folder", "url": f"news/{source['id']}"}
    watch["sources"] = kept
    with (folder / "watch.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(watch, file)


def _articles(folder: Path) -> dict[str, int]:
    files = sorted((folder / "news").rglob(STREAM_FILE))
    return {path.parent.name: len(path.read_text("utf-8").splitlines()) for path in files}


@contextmanager
def _bare_environment() -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in REMEDIES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def masked(text: str) -> str:
    """``text`` without what a machine may round otherwise, and the space that it takes."""
    return re.sub(r"[\d.]+|[ ─]+|\b[ASD]-[0-9a-f]+", "#", text)


if __name__ == "__main__":
    with models() as kept:
        PAGE.write_text(page(kept), "utf-8")
