"""The whole path against the bare libraries, on the same pages in the same run: ``make bench``.

The path: a newsroom on this machine, read over HTTP from feeds to decisions, stored in SQLite.
The baseline: the same pages fetched, extracted by trafilatura, and the same texts encoded by
the same three models, nothing else. Processor seconds, those of the parsing processes included;
what counts is the ratio. Topics and general news are encoded once, before.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trafilatura

from monitors.calibration import MATCHER, adapter_digest, general_news
from monitors.clock import FixedClock
from monitors.demo.play import newsroom_folder
from monitors.demo.server import NewsroomServer
from monitors.demo.watching import newsroom_watchlist
from monitors.model import Article, Passage, PassageKind
from monitors.pipeline import run
from monitors.runs import RunReport
from monitors.settings import Settings
from monitors.steps import understand as understanding
from monitors.streams import load_stream
from monitors.testing import MemoryNotifier
from monitors.vectors.encoder import SentenceEncoder
from monitors.watchlist import load_watchlist
from monitors.wiring import open_desk

ROUNDS = 3
DAYS = 12
OTHERS = [text for _, text in general_news()]


def main() -> None:
    rows = rounds()
    ratios = [row["ratio"] for row in rows]
    print(json.dumps(rows, indent=1))
    print(
        f"whole path / bare libraries: median {statistics.median(ratios):.2f} "
        f"(min {min(ratios):.2f}, max {max(ratios):.2f}) over {ROUNDS} rounds, "
        f"{rows[0]['articles']} articles"
    )


def rounds(count: int = ROUNDS) -> list[dict[str, float]]:
    """So many rounds, after one that loads what is loaded once a process."""
    models = (
        SentenceEncoder("builtin:use3-short"),
        SentenceEncoder("builtin:e5-small"),
        SentenceEncoder(MATCHER, adapter_digest()),
    )
    return [measure(*models) for _ in range(count + 1)][1:]


def measure(
    screen: SentenceEncoder, reader: SentenceEncoder, matcher: SentenceEncoder
) -> dict[str, float]:
    stream = load_stream(newsroom_folder())
    clock = FixedClock(stream.articles[0].published + timedelta(days=DAYS))
    with NewsroomServer(stream, clock) as newsroom, tempfile.TemporaryDirectory() as folder:
        report, texts, urls, whole = asyncio.run(
            path(Path(folder), stream, newsroom.base_url, clock)
        )
        reader.encode(OTHERS)  # what the run read last must not make the bare sum cheaper
        started = time.process_time()
        for url in urls:
            with urllib.request.urlopen(url) as answer:  # noqa: S310
                trafilatura.extract(answer.read())
        screen.encode(texts["screen"])
        reader.encode(texts["reader"])
        matcher.encode(texts["matcher"])
        bare = time.process_time() - started
    return {
        "articles": report.articles,
        "whole": round(whole, 2),
        "bare": round(bare, 2),
        "ratio": round(whole / bare, 3),
        **{step: round(seconds, 2) for step, seconds in report.seconds.items()},
    }


def worker() -> int:
    """Bytes of memory of this process after a run; it must have done nothing before."""
    stream = load_stream(newsroom_folder())
    clock = FixedClock(stream.articles[0].published + timedelta(days=DAYS))
    with NewsroomServer(stream, clock) as newsroom, tempfile.TemporaryDirectory() as folder:
        asyncio.run(path(Path(folder), stream, newsroom.base_url, clock))
        return resident()


async def path(
    folder: Path, stream: object, base_url: str, clock: FixedClock
) -> tuple[RunReport, dict[str, list[str]], list[str], float]:
    watch = folder / "watch.yaml"
    watch.write_text(newsroom_watchlist(stream, base_url), "utf-8")
    settings = Settings(
        watch=watch,
        database_url=f"sqlite:///{folder / 'bench.db'}",
        allow_hosts=("127.0.0.1",),
        host_spacing=0.0,
    )
    async with open_desk(
        settings, clock=clock, watchlist=load_watchlist(watch), notifier=MemoryNotifier()
    ) as desk:
        texts: dict[str, list[str]] = {"screen": [], "reader": [], "matcher": []}
        for name in texts:
            setattr(desk, name, Noting(getattr(desk, name), texts[name]))
        understanding.profiles(desk)
        understanding.understand(desk, [ANY])
        for kept in texts.values():
            kept.clear()  # topics are encoded once, not for each article
        started = spent()
        report = await run(desk)
        whole = spent() - started
        found = desk.store.articles.recent(clock.now() - timedelta(days=1))
        return report, texts, [article.url for article in found], whole


ANY = Article(
    "A-0",
    "x",
    "https://example.org/",
    "Any",
    (Passage(0, PassageKind.TITLE, "Any"),),
    "any",
    datetime(2025, 1, 1, tzinfo=UTC),
)
"""Stands for an article before the first: the fast encoder learns the topics from it."""


def spent() -> float:
    """Processor seconds of this process and of the parsing processes that live.

    A newsroom that is served by a process of its own is not counted.
    """
    ours = time.process_time()
    return ours + sum(_seconds(child) for child in _children(os.getpid()))


def _children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")  # of each: what it started itself
    found = [int(p) for thread in threads for p in _read(thread).split()]
    parsing = [p for p in found if "benchmarks.serving" not in _read(Path(f"/proc/{p}/cmdline"))]
    return parsing + [below for child in parsing for below in _children(child)]


def _seconds(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _read(file: Path) -> str:
    """What is in it; nothing where its process or thread has just ended."""
    try:
        return file.read_text()
    except OSError:
        return ""


def resident() -> int:
    """Bytes of memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Noting:
    """An encoder that notes what it was asked for."""

    def __init__(self, encoder: SentenceEncoder, texts: list[str]) -> None:
        self._encoder = encoder
        self._texts = texts

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def encode(self, texts: list[str]) -> object:
        self._texts += [text for text in texts if text not in self._texts]
        return self._encoder.encode(texts)


if __name__ == "__main__":
    main()
