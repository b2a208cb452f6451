"""Read: fetch the page of each waiting entry, extract its text, identify the article."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitors.addresses import has_page
from monitors.articles.boilerplate import key_of, passage_keys, site_of, without_repeated
from monitors.articles.identify import identify
from monitors.desk import Desk
from monitors.errors import (
    AddressRefused,
    BodyRefused,
    FetchError,
    HttpStatusError,
    RobotsRefused,
    StoreError,
    TooManyRedirects,
    Unreadable,
)
from monitors.logs import unforeseen
from monitors.model import Article, Extraction, Fate, Page, PendingEntry
from monitors.redact import redact
from monitors.runs import RunReport

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
"""Then an entry is judged by title and summary, or given up."""

PORTION = 16
"""Entries whose outcome is stored together, and handed on to be encoded."""

BLOCKED = frozenset({401, 403, 451})
GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class _Got:
    """What came of one entry: an article, or the fate of having none.

    :param detail: what was wrong with the page, in one line
    :param problem: the same without address and remedy: alike for pages that fail alike
    :param cause: why it is unreadable
    :param refused: the server refuses us the page
    """

    article: Article | None = None
    fate: Fate = Fate.WAITING
    detail: str = ""
    problem: str = ""
    cause: str = ""
    refused: bool = False


async def read(
    desk: Desk,
    report: RunReport,
    between: Callable[[], None] = lambda: None,
    onward: Callable[[Sequence[Article]], None] = lambda articles: None,
) -> None:
    """Read every waiting entry of our shard, also those that an earlier run left behind.

    So many as a batch has are under way at any time. What comes of them is stored in the order
    of the entries, some at a time, while the others are fetched and parsed.

    :param between: called after each of these portions; what it raises ends the step
    :param onward: called with the articles that a portion stored
    """
    under_way: deque[tuple[PendingEntry, asyncio.Task[_Got]]] = deque()
    begun: set[int] = set()
    still: set[int] = set()  # begun, and as far as is known not settled
    alike: Counter[tuple[str, str]] = Counter()
    try:
        while True:
            room = desk.batch - len(under_way)
            listed = await asyncio.to_thread(
                desk.store.sources.pending, room + len(still), MAX_ATTEMPTS, desk.shard.slots
            )
            for pending in [entry for entry in listed if entry.id not in begun][:room]:
                under_way.append((pending, asyncio.create_task(_one(desk, pending))))
                begun.add(pending.id)
                still.add(pending.id)
            if not under_way:
                break
            portion = [under_way.popleft() for _ in range(min(PORTION, len(under_way)))]
            results = await asyncio.gather(*(task for _, task in portion))
            batch = [pending for pending, _ in portion]
            ends = await asyncio.to_thread(_store, desk, report, batch, results, alike)
            still -= {
                pending.id
                for pending, (fate, _) in zip(batch, ends, strict=True)
                if fate is not Fate.WAITING
            }
            await asyncio.to_thread(between)
            onward([article for _, article in ends if article is not None])
    finally:
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)
    report.problems += [
        f"{name}: {count - 1} more of its pages: {problem}"
        for (name, problem), count in alike.items()
        if count > 1
    ]


async def _one(desk: Desk, pending: PendingEntry) -> _Got:
    try:
        # The source carries the full text, or all that there is.
        if pending.entry.paragraphs or not has_page(pending.entry.url):
            return _Got(await asyncio.to_thread(_identify, pending))
        source = desk.source(pending.entry.source_id)
        page = await desk.fetcher.fetch(
            pending.entry.url,
            accept="text/html,*/*;q=0.5",
            robots=not source.robots_ignored_because,
        )
        return await asyncio.to_thread(_from_page, desk, pending, page)
    except Unreadable as error:
        return _Got(fate=Fate.UNREADABLE, detail=str(error), cause=error.cause)
    except FetchError as error:
        got = await _without_page(pending, error)
        return replace(got, refused=_refuses(error), problem=error.problem)
    except Exception as error:
        # One page must not stop the others.
        unforeseen(log, f"reading an entry of {pending.entry.source_id}", error)
        what = f"unexpected {type(error).__name__}"
        where = redact(pending.entry.url)
        return await _without_page(pending, FetchError(where, what, "See the log of this run"))


def _from_page(desk: Desk, pending: PendingEntry, page: Page) -> _Got:
    """The article of ``page``; of its title and summary alone where it holds none."""
    try:
        extraction = desk.extractor.extract(page)
    except Unreadable as error:
        return _Got(_identify(pending, None, page, error.cause), detail=str(error))
    return _Got(_identify(pending, extraction, page))


def _identify(
    pending: PendingEntry,
    extraction: Extraction | None = None,
    page: Page | None = None,
    cause: str | None = None,
) -> Article:
    return identify(pending.entry, pending, extraction, page, unreadable=cause)


def _refuses(error: FetchError) -> bool:
    if isinstance(error, RobotsRefused):
        return not error.for_now
    return isinstance(error, HttpStatusError) and error.status in BLOCKED


async def _without_page(pending: PendingEntry, error: FetchError) -> _Got:
    """The page cannot be had now; find out whether it ever will be.

    Title and summary are still news: they are judged alone when the page will not come.
    """
    refused = isinstance(error, (AddressRefused, BodyRefused, TooManyRedirects))
    refused = refused or (isinstance(error, RobotsRefused) and not error.for_now)
    status = error.status if isinstance(error, HttpStatusError) else None
    final = refused or status in BLOCKED or status in GONE
    if not final and pending.attempts + 1 < MAX_ATTEMPTS:
        return _Got(fate=Fate.WAITING, detail=str(error))
    if isinstance(error, AddressRefused):
        return _Got(fate=Fate.BLOCKED, detail=str(error))
    try:
        article = await asyncio.to_thread(_identify, pending, None, None, _cause(error))
        return _Got(article, detail=str(error))
    except Unreadable:
        barred = status in BLOCKED or isinstance(error, RobotsRefused)
        fate = Fate.BLOCKED if barred else Fate.FAILED
        return _Got(fate=fate, detail=str(error))
    except Exception as problem:
        unforeseen(log, f"judging an entry of {pending.entry.source_id}", problem)
        return _Got(fate=Fate.FAILED, detail=str(error))


def _cause(error: FetchError) -> str:
    if isinstance(error, BodyRefused):
        return "too large"
    return "robots.txt" if isinstance(error, RobotsRefused) else "error page"


def _store(
    desk: Desk,
    report: RunReport,
    batch: list[PendingEntry],
    results: list[_Got],
    alike: Counter[tuple[str, str]],
) -> list[tuple[Fate, Article | None]]:
    """What became of each, and the article that is stored because of it, if any."""
    ends = []
    for pending, got in zip(batch, results, strict=True):
        name = desk.source(pending.entry.source_id).name
        try:
            fate, article = _settle(desk, report, pending, got)
        except StoreError as error:
            report.problems.append(str(error))
            fate, article = Fate.WAITING, None
        except Exception as error:
            # A value that no database takes: this article is lost, the others are not.
            unforeseen(log, f"storing an article of {pending.entry.source_id}", error)
            line = f"{redact(pending.entry.url)}: it cannot be stored ({type(error).__name__})"
            got = _Got(fate=Fate.FAILED, detail=f"{line}. See the log of this run")
            fate, article = _settle(desk, report, pending, got)
        ends.append((fate, article))
        if got.problem:
            alike[name, got.problem] += 1
        if got.detail and alike[name, got.problem] <= 1:
            report.problems.append(f"{name}: {got.detail}")
        account = report.ledger.of(pending.entry.source_id)
        account.end(fate, cause=got.cause)
        wall = "bot wall" in (got.cause, got.article.unreadable if got.article else None)
        account.refused += got.refused or wall
    return ends


def _without_site(desk: Desk, pending: PendingEntry, article: Article) -> Article:
    """``article`` without what other articles of its site hold too.

    One that holds nothing else is judged by title and summary.
    """
    site = site_of(article)
    if not (site and article.text_available):
        return article
    keys = passage_keys(article)
    now = desk.clock.now()
    repeated = desk.store.articles.repeated(site, key_of(article.title), keys, now)
    kept = without_repeated(article, repeated)
    if kept is not None:
        return kept
    bare = replace(pending.entry, title=article.title, paragraphs=())
    alone = identify(bare, pending, unreadable="boilerplate")
    return replace(
        article,
        passages=alone.passages,
        language=alone.language,
        text_available=False,
        unreadable="boilerplate",
    )


def _settle(
    desk: Desk, report: RunReport, pending: PendingEntry, got: _Got
) -> tuple[Fate, Article | None]:
    if got.article is None:
        desk.store.sources.settle(pending.id, got.fate, got.detail)
        return got.fate, None
    found = _without_site(desk, pending, got.article)
    article, fate = desk.store.articles.save(found)
    if fate is Fate.SEEN:
        return fate, None
    report.articles += 1
    account = report.ledger.of(pending.entry.source_id)
    if article.unreadable:
        report.unreadable[redact(article.url)] = article.unreadable
        account.bare[article.unreadable] += 1
    elif article.text_available:
        account.texts += 1
    return fate, article
