from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.addresses import (
    canonical_url,
    has_page,
    identity,
    is_home,
    own_address,
    same_site,
)
from monitors.wrappers import unwrapped

ARTICLE = "https://example.com/2025/02/talks-begin"


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.com/2025/02/talks-begin",
        "http://example.com:80/2025/02/talks-begin",
        "https://www.example.com/2025/02/talks-begin",
        "https://m.example.com/2025/02/talks-begin",
        "https://mobile.example.com/2025/02/talks-begin/",
        "https://amp.example.com/2025/02/talks-begin",
        "http://www.m.example.com/2025/02/talks-begin",
        "https://example.com/2025/02/talks-begin/",
        "https://example.com/2025/02/talks-begin/amp/",
        "https://example.com/amp/2025/02/talks-begin",
        "https://example.com/2025/02/talks-begin/print",
        "https://example.com/2025/02/talks-begin?amp=1",
        "https://example.com/2025/02/talks-begin?output=amp",
        "https://example.com/2025/02/talks-begin?print=true",
        "https://example.com/2025/02/talks-begin?view=mobile",
        "https://example.com/2025/02/talks-begin?utm_source=rss&utm_medium=feed",
        "https://example.com/2025/02/talks-begin?utm_source=rss&amp;utm_medium=feed",
        "https://example.com/2025/02/talks-begin?fbclid=1&gclid=2&yclid=3",
        "https://example.com/2025/02/talks-begin?ref=home",
        "https://example.com/2025/02/talks-begin#comments",
        "https://example.com/2025/02/talks-begin#:~:text=Talks",
        "https://example.com/2025/02/talks-begin;jsessionid=AB12",
        "HTTPS://EXAMPLE.COM./2025/02/talks%2Dbegin",
        "https://me:secret@example.com/2025/02/talks-begin",
        "https://www.google.com/amp/s/example.com/2025/02/talks-begin",
        "https://www.bing.com/amp/s/example.com/2025/02/talks-begin",
        "https://example-com.cdn.ampproject.org/c/s/example.com/2025/02/talks-begin",
        "https://example-com.cdn.ampproject.org/v/s/example.com/2025/02/talks-begin?amp_js_v=0.1",
        "https://example-com.turbopages.org/example.com/s/2025/02/talks-begin",
        f"https://www.google.com/url?rct=j&sa=t&url={quote(ARTICLE, safe='')}&ct=ga",
        f"https://news.google.com/news/url?sa=t&url={quote(ARTICLE, safe='')}",
        f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&url={quote(ARTICLE, safe='')}&c=1",
        f"https://l.facebook.com/l.php?u={quote(ARTICLE + '?fbclid=x', safe='')}&h=AT0",
        f"https://vk.com/away.php?to={quote(ARTICLE, safe='')}",
        f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RU={quote(ARTICLE, safe='')}/RK=2/RS=x",
        f"https://eur01.safelinks.protection.outlook.com/?url={quote(ARTICLE, safe='')}&data=1",
    ],
)
def test_the_variants_of_an_article_are_one(variant: str) -> None:
    assert identity(variant) == identity(ARTICLE)


LOOK_ALIKES = [
    ("https://e.org/news?id=1", "https://e.org/news?id=2"),
    ("https://e.org/news?p=10", "https://e.org/news?p=1"),
    ("https://e.org/?p=1", "https://e.org/?p=2"),
    ("https://e.org/?123", "https://e.org/?124"),
    ("https://e.org/view.php?ref=1001", "https://e.org/view.php?ref=1002"),
    ("https://e.org/view?ref=1001", "https://e.org/view?ref=1002"),
    ("https://e.org/print.php?print=41", "https://e.org/print.php?print=42"),
    ("https://e.org/a?from=2024", "https://e.org/a?from=2025"),
    ("https://e.org/a?page=2", "https://e.org/a?page=3"),
    ("https://e.org/a?page=2", "https://e.org/a"),
    ("https://e.org/a?lang=en", "https://e.org/a?lang=ru"),
    ("https://e.org/en/a-1", "https://e.org/ru/a-1"),
    ("https://e.org/story/1", "https://e.org/story/11"),
    ("https://e.org/story/1", "https://e.org/story/1/2"),
    ("https://e.org/story-1", "https://e.org/story-2"),
    ("https://e.org/Abc", "https://e.org/abc"),
    ("https://youtu.be/aBc", "https://youtu.be/abC"),
    ("https://www.youtube.com/watch?v=a1", "https://www.youtube.com/watch?v=a2"),
    ("https://e.org/wiki/AMP", "https://e.org/wiki/Print"),
    ("https://e.org/wiki/amp", "https://e.org/wiki/print"),
    ("https://e.org/tag/print", "https://e.org/tag/amp"),
    ("https://e.org/print", "https://e.org/"),
    ("https://e.org/champ", "https://e.org/ch"),
    ("https://e.org/blueprint", "https://e.org/blue"),
    ("https://e.org/amplifiers", "https://e.org/lifiers"),
    ("https://e.org/a#!/one", "https://e.org/a#!/two"),
    ("https://e.org/#/story/1", "https://e.org/#/story/2"),
    ("https://e.org/#entry-0123456789ab", "https://e.org/#entry-0123456789ac"),
    ("https://e.org:8080/a", "https://e.org/a"),
    ("http://127.0.0.1:8000/a", "http://127.0.0.1:8001/a"),
    ("https://news.e.org/a", "https://e.org/a"),
    ("https://sport.e.org/a", "https://news.e.org/a"),
    ("https://one.blogspot.com/a", "https://two.blogspot.com/a"),
    ("https://m.blogspot.com/a", "https://www.two.blogspot.com/a"),
    ("https://one.github.io/a", "https://two.github.io/a"),
    ("https://amp.dev/a", "https://m.dev/a"),
    ("https://e.co.uk/a", "https://f.co.uk/a"),
    ("https://e.org/a%2Fb", "https://e.org/a/b"),
    ("https://e.org/a%3Fb", "https://e.org/a?b"),
    ("https://e.org/a?q=x%26y", "https://e.org/a?q=x&y"),
    ("https://e.org/a?x=1%2B1", "https://e.org/a?x=1+1"),
    ("https://e.org/2024/01/recap", "https://e.org/2025/01/recap"),
    ("https://e.org/a.html", "https://e.org/b.html"),
    ("https://e.org/index.php?id=7", "https://e.org/index.php?id=8"),
    ("https://e.org/live", "https://e.org/live-2"),
    (
        "https://www.google.com/url?q=https://e.org/1",
        "https://www.google.com/url?q=https://e.org/2",
    ),
    ("https://t.co/abc", "https://t.co/abd"),
    (
        "https://news.google.com/rss/articles/CBMiAUFVX3lxTE1hYmNkZWZn?oc=5",
        "https://news.google.com/rss/articles/CBMiAUFVX3lxTE1hYmNkZWZo?oc=5",
    ),
]


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES)
def test_look_alikes_stay_apart(one: str, other: str) -> None:
    assert identity(one) != identity(other)
    assert canonical_url(one) != canonical_url(other)


PIECE = st.text(
    st.characters(codec="utf-8", exclude_characters="/?#\\[]"), max_size=8
) | st.sampled_from(["amp", "print", "a.amp", "x.amp.html", "%41", "%", "%%34%31", "index.html"])
HOST = st.sampled_from(
    ["e.org", "www.e.org", "m.www.e.org", "amp.e.co.uk", "127.0.0.1:80", "[::1]"]
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    path = "/".join(draw(st.lists(PIECE, max_size=4)))
    query = "&".join(f"{k}={v}" for k, v in draw(st.lists(st.tuples(PIECE, PIECE), max_size=3)))
    fragment = draw(st.sampled_from(["", "top", "!/a%20b", "/x", "entry-0123456789ab"]))
    return f"{draw(st.sampled_from(['http', 'https']))}://{draw(HOST)}/{path}?{query}#{fragment}"


@settings(max_examples=400, deadline=None)
@given(addresses())
def test_normalising_twice_changes_nothing(url: str) -> None:
    once, coarse = canonical_url(url), identity(url)
    assert canonical_url(once) == once
    assert identity(coarse) == coarse
    assert identity(once) == coarse


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 10**9),
    st.integers(1, 10**9),
    st.sampled_from(["/{}", "/a?id={}", "/s-{}.html", "/#!/{}"]),
)
def test_numbers_of_articles_are_never_lost(one: int, other: int, form: str) -> None:
    same = identity("https://e.org" + form.format(one)) == identity(
        "http://www.e.org" + form.format(other)
    )
    assert same == (one == other)


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT)
def test_any_text_is_unwrapped_to_an_address_or_itself(path: str, query: str) -> None:
    for start in ("https://www.google.com/url?url=", "https://news.google.com/rss/articles/", ""):
        url = f"{start}{path}?{query}"
        inner = unwrapped(url)
        assert inner == url or inner.startswith(("http://", "https://"))


def google_news(target: str) -> str:
    data = b"\x08\x13\x22"
    size = len(target)
    data += bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
    code = base64.urlsafe_b64encode(data + target.encode() + b"\xd2\x01\x00").decode()
    return f"https://news.google.com/rss/articles/{code.rstrip('=')}?oc=5"


@pytest.mark.parametrize("target", [ARTICLE, ARTICLE + "-" + "x" * 200])
def test_google_news_links_that_hold_the_address_are_read(target: str) -> None:
    assert unwrapped(google_news(target)) == target


@pytest.mark.parametrize("hidden", ["AU_yqLNhbmQtc28tb24", "https://", "javascript:alert(1)"])
def test_google_news_links_that_hide_it_stay(hidden: str) -> None:
    assert unwrapped(google_news(hidden)) == google_news(hidden)


@pytest.mark.parametrize(
    "trap",
    [
        "https://www.google.com/url?url=javascript:alert(1)",
        "https://www.google.com/url?url=file:///etc/passwd",
        "https://www.google.com/url?url=%00",
        "https://www.google.com/url",
        "https://evil.example/url?url=https://e.org/",
        "https://www.google.com.evil.example/url?url=https://e.org/",
        "https://www.youtube.com/watch?q=https://e.org/",
    ],
)
def test_only_known_wrappers_of_web_addresses_are_unwrapped(trap: str) -> None:
    assert unwrapped(trap) == trap


def test_wrapping_without_end_ends() -> None:
    url = "https://e.org/1"
    for _ in range(20):
        url = f"https://www.google.com/url?url={quote(url, safe='')}"
    assert unwrapped(url).startswith("https://www.google.com/url?")


def test_an_address_without_page_keeps_no_secret() -> None:
    made = own_address("https://e.org/feed?key=canary", "0123456789ab")
    assert made == "https://e.org/feed#entry-0123456789ab"
    assert not has_page(made)
    assert has_page("https://e.org/feed#entry-1")


def test_blogs_of_one_platform_are_different_sites() -> None:
    assert not same_site("https://one.blogspot.com/a", "https://two.blogspot.com/a")
    assert same_site("https://www.e.org/a", "https://news.e.org/a")


@pytest.mark.parametrize(
    ("url", "home"),
    [("https://e.org", True), ("https://e.org/en/", True), ("https://e.org/index.html", True),
     ("https://e.org/en-GB", True), ("https://e.org/?p=1", False), ("https://e.org/news", False),
     ("https://e.org/#!/a", False)],
)  # fmt: skip
def test_front_pages_are_known(url: str, home: bool) -> None:
    assert is_home(url) is home
