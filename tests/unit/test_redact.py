from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.redact import redact


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?page=2", "https://example.org/a?page=2"),
        ("https://user:s3cret@example.org/a", "https://example.org/a"),
        ("https://a@b:s3cret@example.org/", "https://example.org/"),
        ("https://e.org/?token=s3cret&x=1", "https://e.org/?token=***&x=1"),
        ("https://e.org/?API_KEY=s3cret", "https://e.org/?API_KEY=***"),
        ("https://e.org/?user=me&sig=s3cret", "https://e.org/?user=***&sig=***"),
        ("https://e.org/?PHPSESSID=s3cret", "https://e.org/?PHPSESSID=***"),
        ("https://e.org/?f=0123456789abcdef0123", "https://e.org/?f=***"),
        ("https://e.org/?aB3dE5gH7jK9mN1pQ3rS5tU7", "https://e.org/?***"),
        ("https://e.org/a#access_token=s3cret", "https://e.org/a"),
        ("https://e.org/?empty=&token=", "https://e.org/?empty=&token="),
        ("https://e.org/2025/02/us-and-russia-agree-to-talks-in-riyadh", None),
        ("https://e.org/\nInjected: line", "https://e.org/ Injected: line"),
        ("http://[broken?token=s3cret", "http://[broken"),
        ("//user:s3cret@host/x?token=s3cret", "//host/x"),
        ("no url", "no url"),
        ("", ""),
    ],
)
def test_secrets_are_masked_and_the_rest_is_kept(url: str, shown: str | None) -> None:
    assert redact(url) == (url if shown is None else shown)


def test_long_urls_are_cut() -> None:
    assert len(redact("https://example.org/" + "a" * 5000)) == 300


@given(st.text(max_size=60))
def test_anything_gives_one_line_without_userinfo(text: str) -> None:
    shown = redact(f"https://user:c4nary@example.org/{text}")
    assert "c4nary" not in shown
    assert len(shown.splitlines()) == 1
    assert len(redact(text).splitlines()) <= 1
