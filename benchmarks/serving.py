"""The news that both programs of ``benchmarks.against`` read, from a process of its own.

The demo's newsroom with its topics and, beside it, the other labelled streams, which for these
topics are the rest of the news. All begin on the same day. Each outlet has an RSS feed, since
the script reads no other kind, and an address of its own: 127.0.0.2, 127.0.0.3 and so on.

::

    python -m benchmarks.serving MOMENT LATENCY PORT
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from monitors.clock import FixedClock
from monitors.demo.play import newsroom_folder
from monitors.demo.server import NewsroomServer
from monitors.demo.watching import newsroom_watchlist
from monitors.streams import LabelledStream, StreamArticle, load_stream

ROOT = Path(__file__).parents[1]
BESIDE = ("aircraft-grounding", "data-breach", "merger", "volcano")


def news(*, mixed: bool) -> LabelledStream:
    """The newsroom, with all the other streams' articles where ``mixed``."""
    stream = load_stream(newsroom_folder())
    first = stream.articles[0].published
    found, sources = list(stream.articles), dict(stream.sources)
    for name in BESIDE if mixed else ():
        other = load_stream(ROOT / "benchmarks" / "streams" / name)
        later = other.articles[0].published - first
        named = {f"{name}-{key}": source for key, source in other.sources.items()}
        sources |= {key: replace(source, id=key) for key, source in named.items()}
        found += [_moved(article, name, later) for article in other.articles]
    feeds = {name: replace(source, feed_kind="rss") for name, source in sources.items()}
    return replace(stream, sources=feeds, articles=tuple(sorted(found, key=lambda a: a.published)))


def _moved(article: StreamArticle, stream: str, later: timedelta) -> StreamArticle:
    return replace(
        article, source=f"{stream}-{article.source}", published=article.published - later
    )


@contextmanager
def served(
    moment: datetime, port: int = 0, *, latency: float = 0.0, mixed: bool = False
) -> Iterator[int]:
    """The news as they stand at ``moment``; yields the port.

    :param port: 0 takes a free one
    :param latency: seconds until a page is there
    """
    command = [sys.executable, "-m", "benchmarks.serving", moment.isoformat()]
    with subprocess.Popen(
        [*command, str(latency), str(port), str(int(mixed))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def feed_of(stream: LabelledStream, source: str, port: int) -> str:
    """The address of an outlet's feed."""
    number = 2 + list(stream.sources).index(source)
    return f"http://127.0.0.{number}:{port}/{source}/rss.xml"


def watch_list(stream: LabelledStream, port: int) -> str:
    """The text of a ``watch.yaml`` with every outlet under its own address."""
    base = f"http://127.0.0.1:{port}"
    text = newsroom_watchlist(stream, base)
    for source in stream.sources:
        text = text.replace(f"{base}/{source}/rss.xml", feed_of(stream, source, port))
    return text


def main() -> None:
    moment, latency, port, mixed = sys.argv[1:]
    stream = news(mixed=bool(int(mixed)))
    server = NewsroomServer(
        stream,
        FixedClock(datetime.fromisoformat(moment)),
        "0.0.0.0",  # noqa: S104  (each outlet has an address of its own)
        int(port),
        faults=dict.fromkeys(stream.sources, "slow") if float(latency) else {},
        slow_by=timedelta(seconds=float(latency)),
    )
    with server:
        print(server.base_url.rpartition(":")[2], flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
