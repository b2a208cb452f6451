from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from monitors.report.gather import gather
from monitors.report.pages import Page, pages
from monitors.report.publishing import publish
from monitors.report.values import Site
from monitors.store import SqlStore
from tests.support.report_values import EVIL, NOW, WATCHLIST, fill

PAGES = [
    "index.html", "quality.html", "sources/index.html", "sources/wire.html", "sources/own.html",
    "topics/relief.html", "topics/quiet.html", "stories/S-0.html",
]  # fmt: skip


def test_every_topic_source_and_story_has_its_page(hostile: dict[str, str]) -> None:
    assert sorted(hostile) == sorted(PAGES)


@pytest.mark.parametrize("path", PAGES)
def test_text_from_the_net_is_text(hostile: dict[str, str], path: str) -> None:
    tree = html.document_fromstring(hostile[path])
    scripts = tree.xpath("//script")
    assert len(scripts) == (path == "index.html")
    assert not tree.xpath("//img | //iframe | //object | //link | //base")
    assert not tree.xpath("//@*[starts-with(name(), 'on')] | //@style")
    assert "\u202e" not in hostile[path]
    assert "\x00" not in hostile[path]
    assert "49" not in tree.xpath("string(//main)").replace("{{ 7*7 }}", "")


def test_a_hostile_headline_is_shown_as_it_is_written(hostile: dict[str, str]) -> None:
    tree = html.document_fromstring(hostile["stories/S-0.html"])
    shown = " ".join(EVIL.replace("\u202e", "").replace("\x00", "\ufffd").split())
    assert tree.xpath("string(//h1)") == shown
    assert tree.xpath("string(//blockquote)") == shown


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_allows_our_style_and_script_alone(hostile: dict[str, str], path: str) -> None:
    tree = html.document_fromstring(hostile[path])
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for element, rule in (("style", "style-src"), ("script", "script-src")):
        assert re.fullmatch(r"'sha256-[\w+/=]+'", rules[rule])
        for text in re.findall(f"<{element}>(.*?)</{element}>", hostile[path], re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert rules[rule] == f"'sha256-{digest}'"


@pytest.mark.parametrize("path", PAGES)
def test_nothing_private_is_shown(hostile: dict[str, str], path: str) -> None:
    for secret in ("hunter2", "s3cr3t", "abc123", "u:pw", "hush-hush", "/srv", "C-1"):
        assert secret not in hostile[path]


def test_links_keep_all_but_their_secrets(hostile: dict[str, str]) -> None:
    tree = html.document_fromstring(hostile["stories/S-0.html"])
    links = set(tree.xpath("//main//a[starts-with(@href, 'http')]/@href"))
    assert links == {f"https://news.example/a?id=1&token=***&n=0-{n}" for n in (1, 2)}


def test_every_link_within_the_report_leads_to_a_page(hostile: dict[str, str]) -> None:
    for path, text in hostile.items():
        folder = path.rpartition("/")[0]
        for link in html.document_fromstring(text).xpath("//a/@href"):
            if link.startswith(("http", "#")):
                continue
            target = f"{folder}/{link}" if folder and not link.startswith("../") else link
            assert target.removeprefix("../") in hostile, (path, link)


@pytest.mark.parametrize("path", PAGES)
def test_pages_can_be_heard_and_walked(hostile: dict[str, str], path: str) -> None:
    tree = html.document_fromstring(hostile[path])
    assert tree.get("lang") == "en"
    for landmark in ("main", "header", "footer", "nav[@aria-label]", "h1", "title"):
        assert len(tree.xpath(f"//{landmark}")) == 1, landmark
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = tree.xpath("//@aria-labelledby") + tree.xpath("//label/@for")
    assert set(named) <= set(ids)
    fields = tree.xpath("//input/@id | //select/@id")
    assert set(fields) == set(tree.xpath("//label/@for"))
    levels = [int(heading.tag[1]) for heading in tree.xpath("//h1 | //h2 | //h3 | //h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tree.xpath("//body/a[1]/@href") == ["#main"]


def test_quotes_and_headlines_name_their_language(hostile: dict[str, str]) -> None:
    tree = html.document_fromstring(hostile["topics/relief.html"])
    assert set(tree.xpath("//blockquote/@lang | //h3/a/@lang")) == {"ru"}


def test_the_chart_says_in_words_what_it_shows(hostile: dict[str, str]) -> None:
    tree = html.document_fromstring(hostile["topics/relief.html"])
    (words,) = tree.xpath("//div[@role='img']/@aria-label")
    assert "2 fitted the topic, 1 were told" in words
    quiet = html.document_fromstring(hostile["topics/quiet.html"])
    assert "Nothing fitted" in quiet.xpath("string(//main)")
    assert not quiet.xpath("//*[local-name()='svg']")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough_in_light_and_dark(hostile: dict[str, str], scheme: str) -> None:
    roots = re.findall(r":root\{([^}]*)\}", hostile["index.html"])
    colors: dict[str, str] = {}
    for root in roots[: 1 if scheme == "light" else 2]:
        colors |= dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", root))
    for ink in ("ink", "soft", "link"):
        for ground in ("bg", "card"):
            assert _contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)
    for kind in ("yes", "warn", "bad"):
        assert _contrast(colors[f"{kind}-ink"], colors[kind]) >= 4.5, kind
    assert _contrast(colors["ink"], colors["chip"]) >= 4.5
    for mark in ("told", "focus"):
        assert _contrast(colors[mark], colors["card"]) >= 3, mark


def test_an_empty_database_gives_a_report_too(store: SqlStore) -> None:
    made = {page.path: page.render() for page in pages(gather(store, WATCHLIST, NOW))}
    assert "No story yet" in made["index.html"]
    assert "No message was sent" in made["quality.html"]


def test_the_same_values_give_the_same_bytes(store: SqlStore) -> None:
    fill(store)
    first, again = ([(p.path, p.digest, p.render()) for p in pages(_site(store))] for _ in "ab")
    assert first == again


def test_lone_surrogates_do_not_stop_a_report(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    publish(folder, [Page("index.html", "1", lambda: "a\ud800b")])
    assert (folder / "index.html").read_text("utf-8") == "a?b"


def _site(store: SqlStore) -> Site:
    return gather(store, WATCHLIST, NOW)


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    digits = color[1:]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
