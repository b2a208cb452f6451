from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.alerts.escape import clean, cut, escape, host_of, length, safe_url, unescape


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\u202egnp.exe", "agnp.exe"),
        ("zero\u200bwidth\u200d\ufeff", "zerowidth"),
        ("nul\0 bell\x07 escape\x1b[31m", "nul bell escape[31m"),
        ("  many \n\t\u00a0 blanks\u2028here ", "many blanks here"),
        ("lone \ud83d surrogate", "lone surrogate"),
        ("blank \u3164\u2800letters", "blank letters"),
        ("soft\u00adhyphen", "softhyphen"),
        ("Москва и Київ", "Москва и Київ"),
    ],
)
def test_what_is_not_seen_is_removed(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_stacked_accents_keep_three() -> None:
    assert clean("Z" + "\u0336" * 500 + "algo") == "Z" + "\u0336" * 3 + "algo"


def test_a_megabyte_of_title_becomes_a_line() -> None:
    assert length(clean("word " * 200_000, 145)) <= 145


def test_text_is_cut_at_a_word_with_an_ellipsis() -> None:
    assert cut("Ministers agree on flights", 18) == "Ministers agree…"
    assert cut("Ministers agree on flights", 26) == "Ministers agree on flights"


def test_one_long_word_is_cut_anyway() -> None:
    assert cut("x" * 50, 10) == "x" * 9 + "…"


def test_emoji_count_as_slack_counts_them() -> None:
    assert length("🎉") == 2
    assert cut("🎉" * 10, 7) == "🎉🎉🎉…"


@given(st.text(max_size=300), st.integers(min_value=1, max_value=200))
def test_clean_text_is_short_and_visible(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert length(shown) <= limit
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in shown)
    shown.encode("utf-8")


@given(st.text(max_size=100))
def test_escaping_leaves_no_markup_and_can_be_undone(text: str) -> None:
    assert not set(escape(text)) & {"<", ">"}
    assert unescape(escape(text)) == text


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("https://a.example/x?q=1#top", "https://a.example/x?q=1#top"),
        ("https://a.example/a|b>c<d e", "https://a.example/a%7Cb%3Ec%3Cd%20e"),
        ("https://bank.example@evil.example/", "https://evil.example/"),
        ("https://user:secret@a.example:8443/x", "https://a.example:8443/x"),
        ("https://пример.example/новость", "https://xn--e1afmkfd.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://a.example/%D0%BD", "https://a.example/%D0%BD"),
    ],
)  # fmt: skip
def test_links_are_percent_encoded_and_name_their_real_host(raw: str, safe: str) -> None:
    assert safe_url(raw) == safe


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//a.example/x",
        "https://",
        "https://a.example:99999/",
        "https://[::1/",
        "https://a.example/" + "x" * 3000,
        "https://a b|c.example/",
    ],
)
def test_what_is_no_web_address_is_not_linked(raw: str) -> None:
    assert safe_url(raw) is None


def test_the_host_is_shown_without_www() -> None:
    assert host_of("https://www.courier.example/x") == "courier.example"
