from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import trafilatura

from monitors.articles.charset import decode
from monitors.articles.extract import extract_bytes
from monitors.articles.passages import cut
from monitors.articles.texts import words_of
from monitors.errors import Unreadable
from monitors.model import DateEvidence, PassageKind

PARAGRAPHS = (
    (
        "The harbour board of Lindmouth approved the new ferry terminal on Thursday, and the "
        "first piles will be driven before the end of the summer, its chair said."
    ),
    (
        "The terminal replaces two wooden piers that storms damaged again and again, and it "
        "will take ships of up to 140 metres, according to the plans that the board showed."
    ),
    (
        "Shipping companies welcomed the decision, while the fishermen of the old quarter "
        "asked for a second hearing, since the works will close the inner basin."
    ),
)

MakePage = Callable[..., bytes]

URL = "https://www.courier.example.com/harbour/1"
HTML = "text/html; charset=utf-8"
RUSSIAN = (
    (
        "Совет порта одобрил новый паромный терминал в четверг после долгих споров, сообщил "
        "председатель, и первые сваи забьют до конца лета."
    ),
    (
        "Терминал заменит два деревянных причала, которые не раз повреждали штормы, и сможет "
        "принимать суда длиной до ста сорока метров."
    ),
)


@pytest.fixture
def make_page() -> MakePage:
    """Builds the HTML of a page around an article."""

    def build(
        *,
        head: str = "<title>Board approves ferry terminal - Lindmouth Courier</title>",
        body: str = "".join(f"<p>{p}</p>" for p in PARAGRAPHS),
        lang: str = "en",
        charset: str = "utf-8",
    ) -> bytes:
        page = (
            f'<!doctype html><html lang="{lang}"><head>{head}</head><body>'
            "<nav><ul><li><a href='/'>Home</a></li><li><a href='/w'>World</a></li></ul></nav>"
            f"<main><article><h1>Board approves ferry terminal</h1>{body}</article></main>"
            "<footer><p>© 2025 Lindmouth Courier. All rights reserved.</p></footer></body></html>"
        )
        return page.encode(charset)

    return build


def head(*parts: str) -> str:
    return "".join(parts) + "<title>Board approves ferry terminal - Lindmouth Courier</title>"


def test_the_text_comes_in_paragraphs_without_the_sites_clothes(make_page: MakePage) -> None:
    found = extract_bytes(make_page(), URL, HTML)

    assert found.title == "Board approves ferry terminal"
    assert [p for p in found.paragraphs if p != found.title] == list(PARAGRAPHS)
    assert found.language == "en"


def test_line_breaks_lists_quotes_and_tables_are_paragraphs_of_their_own(
    make_page: MakePage,
) -> None:
    body = (
        f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}<br>{PARAGRAPHS[2]}</p>"
        "<ul><li>The north pier goes first.</li><li>The south pier <b>goes</b> last.</li></ul>"
        "<blockquote><p>We waited for years, she said.</p></blockquote>"
        "<table><tr><td>Length</td><td>140 metres</td></tr></table>"
    )

    found = extract_bytes(make_page(body=body), URL, HTML).paragraphs

    for text in (*PARAGRAPHS, "The north pier goes first.", "The south pier goes last.",
                 "We waited for years, she said.", "Length 140 metres"):  # fmt: skip
        assert text in found


def test_how_a_word_is_spoken_is_no_part_of_the_text(make_page: MakePage) -> None:
    spoken = "<ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>が土曜日に再び開かれると運輸省が"
    rest = (
        "発表した。"
        + "船は月曜日から寄港できる。労働者は数週間前から期待されたこの決定を歓迎した。" * 4
    )

    found = extract_bytes(make_page(body=f"<p>{spoken}{rest}</p>", lang="ja"), URL, HTML)

    assert found.paragraphs[-1] == f"港が土曜日に再び開かれると運輸省が{rest}"


def test_a_page_that_is_laid_out_by_a_table_has_paragraphs(make_page: MakePage) -> None:
    text = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    page = (
        "<html lang=en><head><title>Board approves ferry terminal</title></head><body><table><tr>"
        f"<td>Menu</td><td><h1>Board approves ferry terminal</h1>{text}</td></tr></table></body>"
    )

    found = extract_bytes(page.encode(), URL, HTML).paragraphs

    assert found[-3:] == PARAGRAPHS


def test_a_figures_caption_is_kept_apart_from_the_text(make_page: MakePage) -> None:
    figure = "<figure><img src=x><figcaption>The pier in a storm</figcaption></figure>"
    body = f"<p>{PARAGRAPHS[0]}</p>{figure}<p>{PARAGRAPHS[1]}</p>"

    found = extract_bytes(make_page(body=body), URL, HTML)
    passages, _ = cut(found.title, "", found.paragraphs, "en", captions=found.captions)
    kinds = {p.text: p.kind for p in passages}

    assert "The pier in a storm" not in found.paragraphs
    assert kinds["The pier in a storm"] is PassageKind.CAPTION


def test_the_text_is_trafilaturas_to_the_word_but_for_the_headline(make_page: MakePage) -> None:
    body = (
        f"<p>{PARAGRAPHS[0]}</p><p>Read also: Old pier sold</p><h2>Next</h2>"
        f"<p>{PARAGRAPHS[1]}<br>{PARAGRAPHS[2]}</p><ul><li>One pier.</li><li>Two piers.</li></ul>"
        "<table><tr><td>Length</td><td>140 metres</td></tr></table>"
        "<p>Subscribe to our newsletter.</p>"
    )
    page = make_page(body=body)

    bare = trafilatura.extract(page, url=URL, include_comments=False)

    assert bare is not None
    found = extract_bytes(page, URL, HTML)
    assert words_of(" ".join([found.title, *found.paragraphs])) == words_of(bare)


@pytest.mark.parametrize(
    ("metas", "title"),
    [
        (('<meta property="og:title" content="Board says yes | Lindmouth Courier">'
         '<meta property="og:site_name" content="Lindmouth Courier">'), "Board says yes"),
        ('<meta property="og:title" content="Ferries - and now?">', "Ferries - and now?"),
        (('<meta property="og:title" content="Lindmouth Courier">'
         '<meta property="og:site_name" content="Lindmouth Courier">'),
         "Board approves ferry terminal"),
        (
            ('<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "headline": "N"}'
            ',{"@type": ["NewsArticle"], "headline": "Yes, says board"}]}</script>'),
            "Yes, says board",
        ),
    ],
)  # fmt: skip
def test_the_headline_comes_without_the_site(make_page: MakePage, metas: str, title: str) -> None:
    assert extract_bytes(make_page(head=head(metas)), URL, HTML).title == title


def test_a_title_element_loses_a_short_last_part_only() -> None:
    def title(text: str) -> str:
        page = (
            f"<html><head><title>{text}</title></head><body><p>{PARAGRAPHS[0]}</p></body></html>"
        )
        return extract_bytes(page.encode(), URL, HTML).title

    assert title("Board approves the new ferry terminal | Courier") == (
        "Board approves the new ferry terminal"
    )
    assert title("Yes - but the fishermen of the old quarter want more") == (
        "Yes - but the fishermen of the old quarter want more"
    )


def ld(**fields: object) -> str:
    data = json.dumps({"@type": "NewsArticle", **fields})
    return f'<script type="application/ld+json">{data}</script>'


@pytest.mark.parametrize(
    ("metas", "expected"),
    [
        (ld(datePublished="2025-03-14T09:30:00+03:00"), datetime(2025, 3, 14, 6, 30, tzinfo=UTC)),
        (ld(datePublished="2025-03-14T09:30:00Z"), datetime(2025, 3, 14, 9, 30, tzinfo=UTC)),
        ('<meta property="article:published_time" content="2025-03-14T08:00:00+00:00">',
         datetime(2025, 3, 14, 8, tzinfo=UTC)),
        ('<meta name="date" content="2025-03-14">', datetime(2025, 3, 14, tzinfo=UTC)),
        (ld(datePublished="yesterday"), None),
        (ld(datePublished="1970-01-01T00:00:00Z"), None),
        ('<script type="application/ld+json">{"datePublished": broken</script>', None),
        ("", None),
    ],
)  # fmt: skip
def test_the_date_is_what_the_page_claims_or_none(
    make_page: MakePage, metas: str, expected: datetime | None
) -> None:
    assert extract_bytes(make_page(head=head(metas)), URL, HTML).published == expected


@pytest.mark.parametrize(
    ("metas", "url", "day", "evidence"),
    [
        (ld(datePublished="2025-03-14T09:30:00Z"), URL, 14, DateEvidence.JSON_LD),
        ('<meta name="date" content="2025-03-14">', URL, 14, DateEvidence.META),
        ('<meta name="pubdate" content="Fri, 14 Mar 2025 09:00:00 GMT">', URL, 14,
         DateEvidence.META),
        ('<meta name="date" content="2025/03/14 09:00:00 UTC">', URL, 14, DateEvidence.META),
        ("", "https://www.courier.example.com/2025/03/13/harbour", 13, DateEvidence.URL),
        ("", "https://www.courier.example.com/20250312-harbour.html", 12, DateEvidence.URL),
        ("", "https://www.courier.example.com/a/2025990312", None, None),
        ('<meta name="date" content="last Tuesday">', URL, None, None),
    ],
)  # fmt: skip
def test_a_date_comes_with_its_evidence(
    make_page: MakePage, metas: str, url: str, day: int | None, evidence: DateEvidence | None
) -> None:
    found = extract_bytes(make_page(head=head(metas)), url, HTML)

    assert (found.published and found.published.day, found.published_by) == (day, evidence)


@pytest.mark.parametrize(
    ("metas", "section"),
    [
        (ld(articleSection=["Harbour", "Town"]), "Harbour"),
        ('<meta property="article:section" content="Town">', "Town"),
        (
            (
                '<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement":'
                '[{"name": "Home"}, {"item": {"name": "Region"}}, {"name": "Board approves"}]}'
                "</script>"
            ),
            "Region",
        ),
        ("", None),
    ],
)
def test_the_section_is_what_the_page_names(
    make_page: MakePage, metas: str, section: str | None
) -> None:
    assert extract_bytes(make_page(head=head(metas)), URL, HTML).section == section


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ('<p class="byline">By Jo Doe</p>', "Jo Doe"),
        ('<a rel="author" href="/jo">Jo Doe</a>', "Jo Doe"),
        ('<span itemprop="author"><b itemprop="name">Jo Doe</b></span>', "Jo Doe"),
        ('<p class="byline">14.03.2025, 10:30</p>', None),
    ],
)
def test_a_byline_names_the_author(make_page: MakePage, byline: str, author: str | None) -> None:
    page = make_page(body=byline + "".join(f"<p>{p}</p>" for p in PARAGRAPHS))

    assert extract_bytes(page, URL, HTML).author == author


LONG = " ".join(PARAGRAPHS)


def test_a_text_that_only_json_ld_has_is_taken(make_page: MakePage) -> None:
    whole = f"<p>{LONG}</p><p>The next meeting of the board is in May.</p>"
    page = make_page(head=head(ld(articleBody=whole)), body="<p>Loading the article now.</p>")

    assert extract_bytes(page, URL, HTML).paragraphs == (
        LONG,
        "The next meeting of the board is in May.",
    )


@pytest.mark.parametrize(
    "metas",
    [
        ld(articleBody=LONG + " " + LONG + " ..."),
        ld(articleBody="Weather for the islands. " * 8),
        ld(articleBody=LONG * 2, isAccessibleForFree=False),
        ld(articleBody=LONG + " One.") + ld(articleBody=LONG + LONG + " Two."),
    ],
    ids=["cut off", "another text", "closed", "several"],
)
def test_a_text_in_json_ld_that_may_not_be_the_articles_is_not_taken(
    make_page: MakePage, metas: str
) -> None:
    found = extract_bytes(make_page(head=head(metas)), URL, HTML)

    assert set(PARAGRAPHS) <= set(found.paragraphs)
    assert not any("Weather" in p or "Two." in p for p in found.paragraphs)


def test_posts_of_a_live_blog_come_from_json_ld_where_a_script_shows_them(
    make_page: MakePage,
) -> None:
    data = {
        "@type": "LiveBlogPosting",
        "headline": "Live: the vote",
        "liveBlogUpdate": [
            {"@type": "BlogPosting", "headline": f"Round {i}", "articleBody": p}
            for i, p in enumerate(PARAGRAPHS)
        ],
    }
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    page = make_page(head=head(script), body="<div id='live'></div>")

    assert extract_bytes(page, URL, HTML).paragraphs[:2] == ("Round 0", PARAGRAPHS[0])


def test_a_time_element_of_the_article_is_a_claim(make_page: MakePage) -> None:
    body = f'<time datetime="2025-03-14T10:00:00Z">today</time><p>{PARAGRAPHS[0]}</p>'

    found = extract_bytes(make_page(body=body), URL, HTML)

    assert found.published == datetime(2025, 3, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/harbour/1?utm_source=x", URL),
        ("https://courier.example.com/h/2", "https://courier.example.com/h/2"),
        ("https://elsewhere.org/h/2", None),
        ("https://www.courier.example.com/", None),
        ("http://[broken", None),
    ],
)
def test_the_named_address_is_kept_within_the_site(
    make_page: MakePage, link: str, expected: str | None
) -> None:
    page = make_page(head=head(f'<link rel="canonical" href="{link}">'))

    assert extract_bytes(page, URL, HTML).canonical_url == expected


def test_the_author_is_read(make_page: MakePage) -> None:
    page = make_page(head=head(ld(author=[{"name": "Jo Doe"}, {"name": "Ann Lee"}])))

    assert extract_bytes(page, URL, HTML).author == "Jo Doe, Ann Lee"


def test_a_template_that_claims_another_language_is_not_believed(make_page: MakePage) -> None:
    page = make_page(body="".join(f"<p>{p}</p>" for p in RUSSIAN), lang="en")

    assert extract_bytes(page, URL, HTML).language == "ru"


@pytest.mark.parametrize(
    ("charset", "header", "meta"),
    [
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=windows-1251", ""),
        ("cp1251", "text/html; charset=windows-1251", ""),
        ("cp1251", "text/html", '<meta charset="windows-1251">'),
        ("cp1251", "text/html; charset=utf-8", '<meta charset="windows-1251">'),
        ("cp1251", "text/html; charset=iso-8859-1", '<meta charset="windows-1251">'),
        ("cp1251", "text/html; charset=iso-8859-1", ""),
        ("koi8-r", "text/html; charset=koi8-r", ""),
        ("utf-16", "text/html", ""),
        ("cp1251", "text/html; charset=no-such-thing", '<meta charset="windows-1251">'),
        ("cp1251", "text/html; charset=hex", '<meta charset="windows-1251">'),
    ],
)
def test_the_right_charset_is_found(
    make_page: MakePage, charset: str, header: str, meta: str
) -> None:
    body = "".join(f"<p>{p}</p>" for p in RUSSIAN)
    page = make_page(head=meta + "<title>Board</title>", body=body, charset="utf-8")
    recoded = page.decode().replace("©", "(c)").encode(charset)

    assert set(RUSSIAN) <= set(extract_bytes(recoded, URL, header).paragraphs)


def test_one_broken_byte_does_not_spoil_utf8() -> None:
    text = "Фраза за фразой. " * 50

    assert decode(text.encode() + b"\xff", "text/html; charset=utf-8").startswith(text)


@pytest.mark.parametrize(
    ("body", "content_type", "cause"),
    [
        (b"%PDF-1.7 ...", "application/pdf", "not html"),
        (b"%PDF-1.7 ...", "text/html", "not html"),
        (b'{"a": 1}', "application/json", "not html"),
        (gzip.compress(b"x", mtime=0), "text/html", "not html"),
        (b"\x00\x01\x02", "text/html", "not html"),
        (b"", "text/html", "empty"),
        (b"  \n", "text/html", "empty"),
        (b"<html>" + b"x" * 10_000_001, "text/html", "too large"),
    ],
)
def test_what_is_no_page_has_its_cause(body: bytes, content_type: str, cause: str) -> None:
    with pytest.raises(Unreadable) as caught:
        extract_bytes(body, "https://me:canary@example.com/a?key=canary", content_type)

    assert caught.value.cause == cause
    assert "canary" not in str(caught.value)


def test_html_under_another_name_is_read(make_page: MakePage) -> None:
    assert extract_bytes(make_page(), URL, "text/plain").paragraphs


@pytest.mark.parametrize(
    "body",
    [
        b"<html",
        b"<html><body>" + b"<div>" * 5000 + b"deep",
        b"<p>" * 20_000,
        b"<html><script type='application/ld+json'>" + b"[" * 50_000 + b"</script>",
        "<html><body><p>\ud800</p>".encode("utf-8", "surrogatepass"),
        b"<html lang='\xff'><title>\xfe</title><body><table><tr><td><table>",
    ],
)
def test_malformed_pages_do_no_harm(body: bytes) -> None:
    try:
        outcome = str(type(extract_bytes(body, URL, "text/html").paragraphs))
    except Unreadable as error:
        outcome = error.cause

    assert outcome in ("<class 'tuple'>", "not html")


def test_function_and_result_can_cross_processes(make_page: MakePage) -> None:
    function = pickle.loads(pickle.dumps(extract_bytes))  # noqa: S301 (our own bytes)

    found = function(make_page(), URL, HTML)

    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301
