from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.addresses import same_site
from monitors.articles import article_id, canonical_url, fingerprint, identify, revised
from monitors.errors import Unreadable
from monitors.model import DateEvidence, Entry, Extraction, Page, PassageKind, PendingEntry

SEEN = datetime(2025, 3, 14, 12, 0, tzinfo=UTC)
TEXT = (
    "The board approved the terminal on Thursday after a long debate.",
    "Works begin before the end of the summer, its chair said.",
)


def entry(**fields: object) -> Entry:
    base = {"source_id": "courier", "url": "https://courier.example.com/a/1?utm_source=rss"}
    return Entry(**{**base, "title": "Board approves terminal", **fields})  # type: ignore[arg-type]


def pending(listed: Entry, *, baseline: bool = False) -> PendingEntry:
    return PendingEntry(7, listed, SEEN, baseline)


def page(url: str = "https://courier.example.com/a/1") -> Page:
    return Page(url, url, 200, b"")


@pytest.mark.parametrize(
    ("listed", "canonical"),
    [
        ("HTTPS://News.Example.COM:443/A?utm_source=x&utm_medium=y#top", "https://news.example.com/A"),
        ("http://example.com:80", "http://example.com/"),
        ("http://example.com:8080/x", "http://example.com:8080/x"),
        ("https://me:secret@example.com/x", "https://example.com/x"),
        ("https://example.com/x?b=2&a=1&fbclid=z", "https://example.com/x?a=1&b=2"),
        ("https://example.com/x?id=5&ref=home&yclid=1&gclid=2", "https://example.com/x?id=5"),
        ("https://example.com/x?from=rss", "https://example.com/x"),
        ("https://example.com/x?from=2024", "https://example.com/x?from=2024"),
        ("https://example.com/story/amp/", "https://example.com/story"),
        ("https://example.com/amp/story", "https://example.com/story"),
        ("https://example.com/story.amp.html", "https://example.com/story.html"),
        ("https://example.com/story?amp=1", "https://example.com/story"),
        ("https://example.com/story/print", "https://example.com/story"),
        ("https://example.com/champ", "https://example.com/champ"),
        ("https://example.com/wiki/AMP", "https://example.com/wiki/AMP"),
        ("https://example.com/tag/print", "https://example.com/tag/print"),
        ("https://example.com/print", "https://example.com/print"),
        ("https://example.com/view.php?ref=412", "https://example.com/view.php?ref=412"),
        ("https://example.com/%7Ea/%d0%9f", "https://example.com/~a/%D0%9F"),
        ("https://example.com/?1234", "https://example.com/?1234"),
        ("https://example.com/x;jsessionid=1F?a=b", "https://example.com/x?a=b"),
        ("https://example.com/#!/story/1", "https://example.com/#!/story/1"),
        ("https://m.dw.com/ru/a-1?maca=ru-rss", "https://www.dw.com/ru/a-1"),
        ("https://m.unknown.example/a", "https://m.unknown.example/a"),
        ("https://example.com/Привет?q=мир", "https://example.com/%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82?q=%D0%BC%D0%B8%D1%80"),
        ("https://www.google.com/amp/s/example.com/a", "https://example.com/a"),
        ("https://example-com.cdn.ampproject.org/c/s/example.com/a", "https://example.com/a"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        ("https://example.com/a/", "https://example.com/a/"),
    ],
)  # fmt: skip
def test_an_address_has_one_form(listed: str, canonical: str) -> None:
    assert canonical_url(listed) == canonical


@pytest.mark.parametrize(
    "bad", ["", "example.com/a", "ftp://example.com/", "http:///a", "file:/x"]
)
def test_other_addresses_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"http|port|address"):
        canonical_url(bad)


SEGMENT = st.text(st.characters(codec="utf-8", exclude_characters="/?#\\[]"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    path=st.lists(SEGMENT | st.sampled_from(["amp", "print", "a.amp", "x.amp.html"]), max_size=4),
    query=st.lists(st.tuples(SEGMENT, SEGMENT), max_size=3),
)
def test_the_one_form_stays_as_it_is(path: list[str], query: list[tuple[str, str]]) -> None:
    listed = f"https://example.com/{'/'.join(path)}?{'&'.join(f'{k}={v}' for k, v in query)}"

    once = canonical_url(listed)

    assert canonical_url(once) == once


def test_sites_are_told_by_registered_domain() -> None:
    assert same_site("https://www.bbc.co.uk/a", "http://bbc.co.uk/b")
    assert not same_site("https://a.co.uk/", "https://b.co.uk/")
    assert same_site("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b")
    assert not same_site("http://127.0.0.1:8000/a", "http://127.0.0.1:8001/a")


def test_ids_depend_on_address_and_revision() -> None:
    first = article_id("https://example.com/a")

    assert re.fullmatch(r"A-[0-9a-f]{12}", first)
    assert first == article_id("https://example.com/a", 0)
    assert len({first, article_id("https://example.com/a", 1), article_id("https://e.com/a")}) == 3


def test_fingerprints_ignore_spacing_case_and_punctuation() -> None:
    assert fingerprint("A  title", ["Some text."]) == fingerprint("a title!", ["some\ntext"])
    assert fingerprint("A", ["21 killed"]) != fingerprint("A", ["22 killed"])


def test_an_article_is_built_from_its_page() -> None:
    found = Extraction("Board approves ferry terminal", TEXT, SEEN - timedelta(hours=1), "en")

    article = identify(entry(), pending(entry(), baseline=True), found, page())

    assert article.url == "https://courier.example.com/a/1"
    assert article.id == article_id(article.url)
    assert article.title == "Board approves ferry terminal"
    assert [p.kind for p in article.passages] == [
        PassageKind.TITLE,
        PassageKind.LEAD,
        PassageKind.BODY,
    ]
    assert (article.language, article.text_available, article.unreadable) == ("en", True, None)
    assert (article.first_seen, article.published) == (SEEN, SEEN - timedelta(hours=1))
    assert (article.baseline, article.entry_id, article.source_id) == (True, 7, "courier")


def test_an_entry_with_its_own_text_needs_no_page() -> None:
    listed = entry(paragraphs=TEXT, published=SEEN)

    article = identify(listed, pending(listed))

    assert article.text_available
    assert article.lead.endswith(TEXT[1])
    assert article.published == SEEN


def test_an_unreadable_page_leaves_title_and_summary() -> None:
    listed = entry(summary="Works on the terminal begin this summer.")

    article = identify(listed, pending(listed), None, page(), unreadable="paywall")

    assert (article.text_available, article.unreadable) == (False, "paywall")
    assert [p.text for p in article.passages] == [listed.title, listed.summary]


def test_nothing_at_all_is_unreadable_and_shows_no_query() -> None:
    listed = entry(title=" ", url="https://me:canary@example.com/a?key=canary")

    with pytest.raises(Unreadable) as caught:
        identify(listed, pending(listed))

    assert caught.value.cause == "empty"
    assert "canary" not in str(caught.value)


DAY = timedelta(days=1)
LD, META, LINK = DateEvidence.JSON_LD, DateEvidence.META, DateEvidence.URL
FEED = DateEvidence.FEED
MIDNIGHT = SEEN.replace(hour=0, minute=0)


@pytest.mark.parametrize(
    ("own", "by", "listed", "expected", "evidence"),
    [
        (SEEN - DAY, LD, SEEN, SEEN, FEED),
        (SEEN + 2 * DAY, LD, SEEN, SEEN, FEED),
        (SEEN - 30 * DAY, LD, SEEN, SEEN - 30 * DAY, LD),
        (SEEN - 30 * DAY, LINK, SEEN, SEEN, FEED),
        (SEEN, META, MIDNIGHT, SEEN, META),
        (MIDNIGHT, LINK, MIDNIGHT, MIDNIGHT, FEED),
        (SEEN - DAY, META, datetime(2099, 1, 1, tzinfo=UTC), SEEN - DAY, META),
        (SEEN + timedelta(hours=20), LD, None, SEEN + timedelta(hours=20), LD),
        (datetime(1970, 1, 1, tzinfo=UTC), LD, None, None, None),
        (None, None, datetime(2099, 1, 1, tzinfo=UTC), None, None),
        (None, None, None, None, None),
    ],
)
def test_the_feeds_date_comes_first_where_it_is_sane_and_none_is_never_replaced(
    own: datetime | None,
    by: DateEvidence | None,
    listed: datetime | None,
    expected: datetime | None,
    evidence: DateEvidence | None,
) -> None:
    item = entry(published=listed)
    found = Extraction("Board approves ferry terminal", TEXT, own, published_by=by)

    article = identify(item, pending(item), found, page())

    assert (article.published, article.published_by) == (expected, evidence)


def test_title_and_text_have_a_language_each() -> None:
    russian = ("Совет порта одобрил новый паромный терминал в четверг после долгих споров.",)
    found = Extraction("Board approves the new ferry terminal in the old harbour", russian)

    article = identify(entry(), pending(entry()), found, page())

    assert (article.language, article.title_language) == ("ru", "en")


def test_author_and_section_are_kept() -> None:
    found = Extraction("Board approves ferry terminal", TEXT, author="Jo Doe", section="Town")

    article = identify(entry(), pending(entry()), found, page())

    assert (article.author, article.section) == ("Jo Doe", "Town")


@pytest.mark.parametrize(
    ("named", "reached", "expected"),
    [
        ("https://www.example.com/b", "https://example.com/a", "https://www.example.com/b"),
        ("https://other.org/b", "https://example.com/a", "https://example.com/a"),
        (None, "https://example.com/a?utm_x=1", "https://example.com/a"),
    ],
)
def test_the_page_names_its_address_within_its_site(
    named: str | None, reached: str, expected: str
) -> None:
    found = Extraction("Board approves ferry terminal", TEXT, canonical_url=named)

    assert identify(entry(), pending(entry()), found, page(reached)).url == expected


def test_a_page_title_that_is_only_a_label_gives_way() -> None:
    assert identify(entry(), pending(entry()), Extraction("Courier", TEXT), page()).title == (
        "Board approves terminal"
    )


def test_changing_dirt_does_not_change_the_fingerprint() -> None:
    one = Extraction("Board approves ferry terminal", (*TEXT, "Read also: Old pier sold"))
    two = Extraction("Board approves ferry terminal", (*TEXT, "Read also: Storm damages pier"))
    three = Extraction("Board approves ferry terminal", (*TEXT, "The mayor resigned over it."))

    prints = [
        identify(entry(), pending(entry()), e, page()).fingerprint for e in (one, two, three)
    ]

    assert prints[0] == prints[1] != prints[2]


def test_a_revision_has_its_own_id() -> None:
    article = identify(entry(), pending(entry()))

    again = revised(article, 2)

    assert (again.revision, again.id) == (2, article_id(article.url, 2))


def test_machine_translation_is_marked() -> None:
    found = Extraction("Board approves terminal", (*TEXT, "Translated by the Babel Fish service"))

    article = identify(entry(), pending(entry()), found, page())

    assert article.machine_translated
    assert article.passages[-1].kind is PassageKind.BOILERPLATE
