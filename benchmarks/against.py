"""Tidings against the script that one writes in an afternoon (``benchmarks.afternoon``).

Speed: both read the same newsroom, served by a process of its own, in turns: a first look,
then a tick that finds five days of news. Models and dictionaries are loaded before, pages are
fetched, messages are posted to a server on this machine. Once the newsroom answers at once, so
that only work counts; once as late as news sites do, each outlet under an address of its own.
Once torch has one thread for each of the two, once as many as it takes by itself, which is what
a user gets.

Quality: the script's two cosines over the labelled streams. Its lines are chosen on the very
labels that it is then scored on, so its figures flatter; those of Tidings are held out.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import afternoon
from benchmarks.path import spent
from benchmarks.replaying import streams
from benchmarks.serving import feed_of, news, served, watch_list
from monitors.calibration.loading import file_stem, folder
from monitors.clock import FixedClock
from monitors.demo.localslack import LocalSlack
from monitors.evaluate import evaluate
from monitors.evaluate.records import DecisionRecord
from monitors.facts.terms import base_form
from monitors.model import Reason, Verdict
from monitors.pipeline import run
from monitors.settings import Settings, load_settings
from monitors.streams import LabelledStream, load_stream
from monitors.watchlist import load_watchlist
from monitors.wiring import open_desk

ROUNDS = 1
FIRST, NEWS = timedelta(days=2), timedelta(days=7)
"""When the first look is, and the tick that is measured, in days of the stream."""

DEFAULT_THREADS = torch.get_num_threads()

LATENCY = 0.3
"""Seconds that a news site takes for a page. An assumption; half or double it as you like."""


@dataclass(frozen=True)
class Tick:
    """What one of the two needed, in seconds."""

    articles: int
    wall: float
    processor: float

    @property
    def rate(self) -> float:
        """Articles a second."""
        return self.articles / self.wall


@dataclass(frozen=True)
class Setting:
    """What is served, and how late, and the threads that torch may use.

    :param threads: for each of the two; 0 for as many as it takes by itself
    """

    mixed: bool
    latency: float
    threads: int

    @property
    def name(self) -> str:
        """As the table says it."""
        news = "mixed news" if self.mixed else "all news near the topics"
        pages = f"pages after {self.latency} s" if self.latency else "pages at once"
        threads = f"{self.threads} thread of torch" if self.threads else "torch as it comes"
        return f"{news}, {pages}, {threads}"


SETTINGS = tuple(
    Setting(mixed, latency, threads)
    for mixed, latency in ((False, 0.0), (True, 0.0), (True, LATENCY))
    for threads in (1, 0)
)


def main() -> None:
    for setting in SETTINGS:
        for ours, theirs in speed(setting):
            print(setting.name, ours, theirs, f"{ours.rate / theirs.rate:.2f} times", flush=True)
    for line in quality():
        print(line)


def speed(setting: Setting, rounds: int = ROUNDS) -> list[tuple[Tick, Tick]]:
    """Ticks of Tidings and of the script in turns; the first look of each warms it up."""
    torch.set_num_threads(setting.threads or DEFAULT_THREADS)
    model = afternoon.load_model()
    for language in {article.language for article in news(mixed=setting.mixed).articles}:
        base_form("a", language)  # a dictionary is loaded once a process, as a model is
    pairs = [(tidings(setting), script(setting, model)) for _ in range(rounds)]
    assert all(ours.articles == theirs.articles for ours, theirs in pairs), pairs
    return pairs


def tidings(setting: Setting) -> Tick:
    stream = news(mixed=setting.mixed)
    clock = FixedClock(stream.articles[0].published)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        channels = [topic.id for topic in stream.topics]
        slack = stack.enter_context(LocalSlack(channels, clock=clock, rate_limit=False))
        return asyncio.run(_ticks(Path(scratch), stream, clock, slack, setting))


async def _ticks(
    folder: Path, stream: LabelledStream, clock: FixedClock, slack: LocalSlack, setting: Setting
) -> Tick:
    start, watch, port = clock.now(), folder / "watch.yaml", 0
    for wait in (FIRST, NEWS):
        clock.set(start + wait)
        with served(clock.now(), port, latency=setting.latency, mixed=setting.mixed) as port:
            watch.write_text(watch_list(stream, port), "utf-8")
            settings = Settings(
                watch=watch,
                database_url=f"sqlite:///{folder / 'bench.db'}",
                allow_hosts=("127.0.0.0/8",),
                message_spacing=0.0,
                slack_bot_token=slack.token,
                slack_api_url=slack.api_url,
                **({} if setting.latency else {"host_spacing": 0.0}),
            )
            async with open_desk(settings, clock=clock, watchlist=load_watchlist(watch)) as desk:
                wall, processor = time.perf_counter(), spent()
                report = await run(desk)
                tick = Tick(report.articles, time.perf_counter() - wall, spent() - processor)
    return tick


def script(setting: Setting, model: Any) -> Tick:
    stream = news(mixed=setting.mixed)
    start, port = stream.articles[0].published, 0
    with tempfile.TemporaryDirectory() as scratch, webhook() as hook:
        for wait in (FIRST, NEWS):
            with served(start + wait, port, latency=setting.latency, mixed=setting.mixed) as port:
                config = {
                    "feeds": [feed_of(stream, source, port) for source in stream.sources],
                    "topics": {t.id: f"{t.name}. {t.description}" for t in stream.topics},
                    "webhook": hook,
                    "state": f"{scratch}/seen.json",
                }
                wall, processor = time.perf_counter(), spent()
                count = afternoon.tick(config, model)
                tick = Tick(count, time.perf_counter() - wall, spent() - processor)
    return tick


@contextmanager
def webhook() -> Iterator[str]:
    """A server that takes every message."""

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Quality:
    """F1 on one stream: of Tidings held out, and of the script.

    :param alike: with the two lines that are best over all streams together
    :param own: with the two lines that are best on this stream alone
    """

    stream: str
    tidings: float
    alike: float
    own: float


LINES = np.round(np.arange(0.1, 0.9, 0.05), 2)


def quality() -> list[Quality]:
    torch.set_num_threads(1)
    model = afternoon.load_model()
    read = [load_stream(place) for place in streams()]
    scores = np.array([_grid(stream, model) for stream in read])
    best = np.unravel_index(scores.mean(axis=0).argmax(), scores.shape[1:])
    ours = held_out()
    return [
        Quality(stream.name, ours[stream.name], float(grid[best]), float(grid.max()))
        for stream, grid in zip(read, scores, strict=True)
    ]


def held_out() -> dict[str, float]:
    """F1 of Tidings by stream, its numbers learnt from the others: see docs/quality.md."""
    stem = file_stem(load_settings(None).reader_model)
    numbers = json.loads(folder().joinpath(f"{stem}.json").read_text("utf-8"))
    return {stream: row["F1"] for stream, row in numbers["held out"].items()}


def _grid(stream: LabelledStream, model: Any) -> np.ndarray:
    """F1 for every pair of lines, first that of nearness to the topic."""
    texts = ["\n".join((a.title, *a.paragraphs)) for a in stream.articles]
    vectors = np.stack([afternoon.encode(model, text) for text in texts])
    about = [f"{topic.name}. {topic.description}" for topic in stream.topics]
    topics = np.stack([afternoon.encode(model, text) for text in about])
    return np.array(
        [[_f1(stream, vectors, topics, near, same) for same in LINES] for near in LINES]
    )


def _f1(
    stream: LabelledStream, vectors: np.ndarray, topics: np.ndarray, near: float, same: float
) -> float:
    made = []
    for topic, about in zip(stream.topics, topics, strict=True):
        sent: list[np.ndarray] = []
        for article, vector in zip(stream.articles, vectors, strict=True):
            if afternoon.tells(vector, about, sent, near, same):
                sent.append(vector)
                made.append(_told(article.id, topic.id))
    return evaluate(stream, made, resamples=0).overall.f1.value or 0.0


def _told(article: str, topic: str) -> DecisionRecord:
    return DecisionRecord(article, topic, Verdict.ALERT, Reason.NEW_STORY.value)


if __name__ == "__main__":
    main()
