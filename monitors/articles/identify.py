"""From an entry and its page to an article: one address, one text, one clock."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from monitors.addresses import canonical_url, is_home, same_site
from monitors.articles import language
from monitors.articles.passages import cut
from monitors.articles.texts import shown, tidy, words_of
from monitors.errors import Unreadable
from monitors.model import (
    Article,
    DateEvidence,
    Entry,
    Extraction,
    Page,
    PassageKind,
    PendingEntry,
)
from monitors.timestamps import EARLIEST

__all__ = ["article_id", "canonical_url", "fingerprint", "identify", "revised"]

_FUTURE = timedelta(days=1)
_DATED_ANEW = timedelta(days=7)
_FIRM = (DateEvidence.JSON_LD, DateEvidence.META, DateEvidence.TIME)


def article_id(url: str, revision: int = 0) -> str:
    """``A-`` and 12 hex digits, the same for the same canonical URL and revision."""
    digest = hashlib.sha256(f"{url}\n{revision}".encode("utf-8", "surrogatepass"))
    return f"A-{digest.hexdigest()[:12]}"


def fingerprint(title: str, paragraphs: Sequence[str]) -> str:
    """SHA-256 of the bare words, so that spacing, case and punctuation do not count."""
    bare = "\n".join(words_of(text) for text in (title, *paragraphs))
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()


def identify(
    entry: Entry,
    pending: PendingEntry,
    extraction: Extraction | None = None,
    page: Page | None = None,
    *,
    unreadable: str | None = None,
) -> Article:
    """The article behind ``entry``, in its first revision.

    Its text is the page's, else what the entry itself carries, else none: then it has only
    title and summary, ``text_available`` is False, and ``unreadable`` says why.

    :param pending: the stored row of ``entry``
    :param extraction: None where the page was not fetched or could not be read
    :param unreadable: one of ``UNREADABLE_CAUSES``, where the page could not be read
    :raises Unreadable: there is neither title nor summary nor text
    """
    paragraphs = (extraction.paragraphs if extraction else ()) or entry.paragraphs
    title = _title(entry, extraction)
    summary = tidy(entry.summary)
    if not (title or summary or any(map(str.strip, paragraphs))):
        raise Unreadable(
            shown(entry.url),
            "empty",
            "the entry has neither title nor summary nor text",
            "Look at the page, and at what the source lists for it.",
        )
    hint = (extraction.language if extraction else None) or entry.language
    tongue = language.detect(" ".join(paragraphs) or f"{title} {summary}", hint)
    published, evidence = _published(entry, extraction, pending.first_seen)
    around = (extraction.captions, extraction.asides) if extraction else ((), ())
    passages, translated = cut(title, entry.summary, paragraphs, tongue, published, *around)
    url = _address(entry, extraction, page)
    stable = [p.text for p in passages if p.kind.is_evidence or p.kind is PassageKind.RECAP]
    return Article(
        id=article_id(url),
        source_id=entry.source_id,
        url=url,
        title=title,
        passages=passages,
        # Captions, links and boilerplate change from one visit to the next; the text does not.
        fingerprint=fingerprint("", stable),
        first_seen=pending.first_seen,
        published=published,
        language=tongue,
        text_available=bool(paragraphs),
        unreadable=None if paragraphs else unreadable or ("empty" if page else None),
        machine_translated=translated or bool(extraction and extraction.signs.translated),
        baseline=pending.baseline,
        entry_id=pending.id,
        key=_key(url, extraction),
        title_language=language.detect(title, tongue),
        published_by=evidence,
        author=((extraction.author if extraction else None) or "")[:200],
        section=((extraction.section if extraction else None) or "")[:80],
    )


def revised(article: Article, revision: int) -> Article:
    """``article`` as its ``revision``, with the id that belongs to it."""
    return replace(article, id=article_id(article.url, revision), revision=revision)


def _title(entry: Entry, extraction: Extraction | None) -> str:
    """The page's headline, unless it is only a label such as the site's name."""
    listed = tidy(entry.title)[:500]
    own = tidy(extraction.title)[:500] if extraction else ""
    return listed if listed and len(own.split()) <= 2 else own or listed


def _address(entry: Entry, extraction: Extraction | None, page: Page | None) -> str:
    listed = _canonical(entry.url)
    if extraction is None:
        return listed
    reached = _canonical(page.url) if page else listed
    if is_home(reached) and not is_home(listed):
        return listed  # a page that is gone, or a wall, not another address of the article
    named = extraction.canonical_url
    if named and same_site(named, reached):
        return _canonical(named)
    return reached


def _key(address: str, extraction: Extraction | None) -> str:
    """The publisher's address, where the page is a copy that names it; else none.

    The copy keeps its own address: what is told of it links to what was read.
    """
    named = extraction.canonical_url if extraction else None
    return _canonical(named) if named and not same_site(named, address) else ""


def _canonical(url: str) -> str:
    """Sources of kind ``folder`` may list addresses of other schemes: they stay as they are."""
    try:
        return canonical_url(url)
    except ValueError:
        return url.strip()


def _published(
    entry: Entry, extraction: Extraction | None, first_seen: datetime
) -> tuple[datetime | None, DateEvidence | None]:
    """When it was published, and what says so. Never replaced by now.

    What the source lists comes first, unless the page is over a week older by its own
    account: feeds date anew what is only listed again. A date to the day gives way to the
    page's time on that day.
    """
    listed = _sane(entry.published, first_seen)
    own = _sane(extraction.published if extraction else None, first_seen)
    by = extraction.published_by if extraction else None
    if listed is None:
        return own, by if own else None
    if own is not None and by in _FIRM:
        to_the_day = listed.time() == time.min and own.date() == listed.date()
        if to_the_day or listed - own > _DATED_ANEW:
            return own, by
    return listed, DateEvidence.FEED


def _sane(claim: datetime | None, first_seen: datetime) -> datetime | None:
    return claim if claim and EARLIEST <= claim <= first_seen + _FUTURE else None
