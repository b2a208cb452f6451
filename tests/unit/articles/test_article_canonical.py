from __future__ import annotations

import pytest
from lxml import html

from monitors.articles.canonical import canonical_of, is_article
from monitors.articles.identify import identify
from monitors.model import Entry, Extraction, Page, PendingEntry
from tests.support.newsroom import NOW

OWN = "https://copy.example/news/talks-begin-in-riyadh-12345678"
TITLE = "Talks begin in Riyadh"


def named(head: str, url: str = OWN, title: str = TITLE) -> str | None:
    return canonical_of(html.fromstring(f"<html><head>{head}</head><body/></html>"), url, title)


def link(href: str) -> str:
    return f'<link rel="canonical" href="{href}">'


@pytest.mark.parametrize(
    ("href", "believed"),
    [
        ("/news/talks-begin-in-riyadh-12345678?utm_source=x", OWN),
        ("/2025/02/other-slug-of-it", "https://copy.example/2025/02/other-slug-of-it"),
        ("https://www.copy.example/a/12345678", "https://www.copy.example/a/12345678"),
        ("/", None),
        ("/en/", None),
        ("/news/", None),
        ("/politics", None),
        ("https://wire.example/talks-begin-in-riyadh", "https://wire.example/talks-begin-in-riyadh"),
        ("https://wire.example/a/12345678", "https://wire.example/a/12345678"),
        ("https://wire.example/riyadh-talks-1", "https://wire.example/riyadh-talks-1"),
        ("https://wire.example/", None),
        ("https://wire.example/quite-another-story-99999999", None),
        ("https://wire.example/news", None),
        ("javascript:alert(1)", None),
        ("", None),
        ("http://[", None),
    ],
)  # fmt: skip
def test_what_a_page_names_is_believed_within_reason(href: str, believed: str | None) -> None:
    assert named(link(href)) == believed


def test_a_headline_in_another_script_is_compared_by_sound() -> None:
    address = "https://wire.example/politika/peregovory-nachalis-v-moskve"
    assert named(link(address), "https://copy.example/?p=1", "Переговоры начались в Москве")


def test_several_canonical_links_are_believed_in_none() -> None:
    assert named(link("/a-b-1") + link("/a-b-2")) is None
    assert named(link("/a-b-1") + link("/a-b-1#x")) == "https://copy.example/a-b-1"


def test_without_a_canonical_link_the_open_graph_counts() -> None:
    assert named('<meta property="og:url" content="/a-b-1">') == "https://copy.example/a-b-1"
    both = link("/a-b-1") + '<meta property="og:url" content="/a-b-2">'
    assert named(both) == "https://copy.example/a-b-1"


def test_sections_are_told_from_articles() -> None:
    assert is_article("https://e.org/news/a-long-slug-here")
    assert is_article("https://e.org/?p=5")
    assert not is_article("https://e.org/news/world")


def article_at(listed: str, reached: str, canonical: str | None = None) -> tuple[str, str]:
    entry = Entry("s", listed, TITLE)
    found = Extraction(TITLE, ("The talks began on Monday.",), canonical_url=canonical)
    page = Page(reached, listed, 200, b"")
    article = identify(entry, PendingEntry(1, entry, NOW, False), found, page)
    return article.url, article.key


def test_a_copy_keeps_its_address_and_is_known_by_its_publishers() -> None:
    publisher = "https://wire.example/talks-begin-in-riyadh"
    assert article_at(OWN, OWN, publisher) == (OWN, publisher)
    assert article_at(OWN, OWN) == (OWN, "")


def test_a_short_link_becomes_what_it_leads_to_but_no_front_page() -> None:
    assert article_at("https://t.co/x1", OWN) == (OWN, "")
    assert article_at(OWN, "https://copy.example/") == (OWN, "")
