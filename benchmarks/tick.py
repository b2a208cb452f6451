"""A tick of 500 feeds on 200 hosts, 95% of them unchanged: ``make bench``.

The feeds come from one server on this machine under 200 names, in a process of its own, since
a server is no part of a tick. What is measured is the real collect step: turns, guard,
conditional requests, parsing in the sandbox, SQLite. The baseline is httpx alone, asking for
the same addresses with the same validators, 16 at a time. What counts is the ratio; seconds
depend on the machine.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from monitors.articles.extract import TrafilaturaExtractor
from monitors.clock import FixedClock
from monitors.desk import Desk
from monitors.fetch.client import HttpFetcher
from monitors.model import Source, Watchlist
from monitors.pipeline import new_report
from monitors.sources import READERS
from monitors.steps.collect import AT_ONCE, collect
from monitors.store import open_store
from monitors.testing import MemoryNotifier, WordEncoder, plain_calibration

FEEDS, HOSTS, ENTRIES = 500, 200, 30
CHANGED = 20
"""Every so many-th feed has changed since the last tick: 5%."""

TICKS = 3
PER_HOST = 2
LATENCY = 0.02
"""Seconds that the server takes for an answer."""

GOAL = 20.0
NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def main() -> None:
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        first, rows = asyncio.run(ticks(Path(folder), server))
    print(json.dumps({"first look": first, "ticks": rows}, indent=1))
    seconds = statistics.median(row["tick"] for row in rows)
    ratio = statistics.median(row["tick"] / row["bare"] for row in rows)
    busiest = max(row["most in flight"] for row in [first, *rows])
    print(
        f"tick of {FEEDS} feeds on {HOSTS} hosts: median {seconds:.2f} s (goal {GOAL:g} s), "
        f"{ratio:.2f} times httpx alone; most in flight to a host {busiest} (budget {PER_HOST})"
    )
    assert busiest <= PER_HOST
    assert seconds < GOAL


async def ticks(folder: Path, server: Server) -> tuple[dict[str, float], list[dict[str, float]]]:
    """The first look at every feed, then ticks in which 5% have changed."""
    clock = FixedClock(NOW)
    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    store.migrate()
    fetcher = HttpFetcher(
        allow_hosts={"127.0.0.1/32"},
        clock=clock,
        hosts=store.hosts,
        resolve=here,
        per_host=PER_HOST,
    )
    encoder = WordEncoder()
    desk = Desk(
        watchlist=Watchlist(sources(server.port), ()),
        clock=clock,
        store=store,
        fetcher=fetcher,
        readers={kind: make() for kind, make in READERS.items()},
        extractor=TrafilaturaExtractor(),
        screen=encoder,
        reader=encoder,
        matcher=encoder,
        calibration=plain_calibration(encoder),
        notifier=MemoryNotifier(clock),
    )
    rows = []
    try:
        first = await tick(desk, server)
        for number in range(1, TICKS + 1):
            clock.advance(timedelta(hours=1))
            server.tick.value = number
            row = await tick(desk, server)
            assert row["unchanged"] == FEEDS - FEEDS // CHANGED, row
            rows.append(row | {"bare": await bare(desk, server)})
    finally:
        await fetcher.close()
        store.close()
    return first, rows


async def tick(desk: Desk, server: Server) -> dict[str, float]:
    """One collect step."""
    server.most.value = 0
    report = new_report(desk)
    began = time.perf_counter()
    await collect(desk, report)
    seconds = time.perf_counter() - began
    assert not report.failures, report.failures
    return {
        "tick": round(seconds, 2),
        "polled": report.polled,
        "unchanged": report.not_modified,
        "new entries": report.listed["new"],
        "most in flight": server.most.value,
    }


async def bare(desk: Desk, server: Server) -> float:
    """The same requests with httpx alone, in seconds; a second tick after the same changes."""
    states = desk.store.sources.states([source.id for source in desk.watchlist.sources])
    gate = asyncio.Semaphore(AT_ONCE)
    server.tick.value += 1000
    began = time.perf_counter()
    async with httpx.AsyncClient(trust_env=False) as client:

        async def one(source: Source) -> None:
            # httpx takes no resolver, so the address is written and the name sent along.
            url = httpx.URL(source.url)
            headers = {"Host": url.netloc.decode(), "If-None-Match": states[source.id].etag or ""}
            async with gate:
                await client.get(url.copy_with(host="127.0.0.1"), headers=headers)

        await asyncio.gather(*(one(source) for source in desk.watchlist.sources))
    seconds = time.perf_counter() - began
    server.tick.value -= 1000
    return round(seconds, 2)


async def here(host: str, port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


def sources(port: int) -> tuple[Source, ...]:
    """Feeds of one host stand together, as in a watch list that a person keeps."""
    return tuple(
        Source(f"s{n}", f"S{n}", "feed", f"http://h{n * HOSTS // FEEDS}.example:{port}/{n}")
        for n in range(FEEDS)
    )


class Server:
    """The server's end of the talk: which tick it is, and how busy a host was."""

    def __init__(self) -> None:
        self.tick = multiprocessing.Value("i", 0)
        self.most = multiprocessing.Value("i", 0)
        self.port = 0


@contextmanager
def serving() -> Iterator[Server]:
    """A server in a process of its own."""
    server = Server()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(
        target=run_server, args=(server.tick, server.most, theirs), daemon=True
    )
    process.start()
    server.port = ours.recv()
    try:
        yield server
    finally:
        process.terminate()
        process.join()
        process.close()


def run_server(tick: Any, most: Any, told: Any) -> None:
    """Answers for every host until it is ended."""
    in_flight: Counter[bytes] = Counter()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.split(b"\r\n")
                names = dict(line.lower().split(b": ", 1) for line in lines[1:] if b": " in line)
                host = names[b"host"]
                in_flight[host] += 1
                most.value = max(most.value, in_flight[host])
                await asyncio.sleep(LATENCY)
                in_flight[host] -= 1  # before the answer: what comes after it is the next
                number = int(lines[0].split(b" ")[1][1:])
                writer.write(answer(number, tick.value, names.get(b"if-none-match", b"")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        listening = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1000)
        told.send(listening.sockets[0].getsockname()[1])
        await listening.serve_forever()

    asyncio.run(serve())


def answer(number: int, tick: int, etag: bytes) -> bytes:
    """A feed whose newest entry tells the tick, or that it has not changed."""
    version = tick if number % CHANGED == 0 else 0
    if etag == b'"%d"' % version:
        return b'HTTP/1.1 304 Not Modified\r\nETag: "%d"\r\n\r\n' % version
    body = feed(number, version)
    head = b'HTTP/1.1 200 OK\r\nETag: "%d"\r\nContent-Length: %d\r\n\r\n'
    return head % (version, len(body)) + body


def feed(number: int, version: int) -> bytes:
    items = "".join(
        f"<item><title>News {version + entry} of feed {number}</title>"
        f"<link>https://h{number}.example/{version + entry}</link>"
        f"<description>{'What happened, and why it matters to people here. ' * 6}</description>"
        f"<pubDate>Sat, 01 Mar 2025 {entry % 12:02}:00:00 GMT</pubDate></item>"
        for entry in range(ENTRIES)
    )
    return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()


if __name__ == "__main__":
    main()
