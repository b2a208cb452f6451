from __future__ import annotations

from typing import Any

import pytest

from monitors.alerts.rules import characters, problems


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _rich(*elements: dict[str, Any]) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [section]}


GOOD: list[dict[str, Any]] = [
    {"type": "header", "text": _plain("x" * 150)},
    {"type": "section", "text": _mrkdwn("*x*")},
    {"type": "section", "fields": [_plain("a"), _mrkdwn("b")]},
    {"type": "context", "elements": [_mrkdwn("a &lt;!channel&gt;")] * 10},
    {"type": "divider", "block_id": "d1"},
    _rich(
        {"type": "text", "text": "<!channel>", "style": {"bold": True}},
        {"type": "link", "url": "https://a.example/"},
    ),
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}
                ],
            }
        ],
    },
]


def test_what_slack_takes_has_no_problems() -> None:
    assert problems(GOOD, "text") == []


@pytest.mark.parametrize(
    ("block", "pointer"),
    [
        ({"type": "header", "text": _plain("x" * 151)}, "/blocks/0/text/text"),
        ({"type": "header", "text": _plain("🎉" * 76)}, "/blocks/0/text/text"),
        ({"type": "header", "text": _mrkdwn("x")}, "/blocks/0/text/type"),
        ({"type": "header", "text": _plain("")}, "/blocks/0/text/text"),
        ({"type": "header"}, "/blocks/0/text"),
        ({"type": "section"}, "/blocks/0"),
        ({"type": "section", "text": _plain("x" * 3001)}, "/blocks/0/text/text"),
        ({"type": "section", "fields": [_plain("x")] * 11}, "/blocks/0/fields"),
        ({"type": "section", "fields": [_plain("x" * 2001)]}, "/blocks/0/fields/0/text"),
        ({"type": "section", "text": _mrkdwn("hi <!channel>")}, "/blocks/0/text/text"),
        ({"type": "section", "text": _mrkdwn("hi <@U123>")}, "/blocks/0/text/text"),
        ({"type": "section", "text": _plain("x"), "colour": "red"}, "/blocks/0"),
        ({"type": "context", "elements": []}, "/blocks/0/elements"),
        ({"type": "context", "elements": [_plain("x")] * 11}, "/blocks/0/elements"),
        ({"type": "context", "elements": "x"}, "/blocks/0/elements"),
        ({"type": "divider", "block_id": "x" * 256}, "/blocks/0/block_id"),
        ({"type": "marquee"}, "/blocks/0/type"),
        ("text", "/blocks/0"),
        (_rich({"type": "text", "text": ""}), "/blocks/0/elements/0/elements/0/text"),
        (_rich({"type": "text", "text": 5}), "/blocks/0/elements/0/elements/0/text"),
        (_rich({"type": "text", "text": "a\0"}), "/blocks/0/elements/0/elements/0/text"),
        (
            _rich({"type": "link", "url": "javascript:alert(1)"}),
            "/blocks/0/elements/0/elements/0/url",
        ),
        (
            _rich({"type": "text", "text": "a", "style": {"blink": True}}),
            "/blocks/0/elements/0/elements/0/style",
        ),
        ({"type": "rich_text", "elements": [{"type": "x"}]}, "/blocks/0/elements/0/type"),
    ],
)
def test_each_broken_rule_is_named_with_its_place(block: Any, pointer: str) -> None:
    found = problems([block])
    assert any(line.endswith(f"[json-pointer:{pointer}]") for line in found), found


def test_too_many_blocks_or_characters_are_refused() -> None:
    assert problems([{"type": "divider"}] * 51)
    assert problems([{"type": "section", "text": _plain("x" * 3000)}] * 5)
    assert problems([{"type": "divider"}] * 21, max_blocks=20)


def test_block_ids_are_unique() -> None:
    assert problems([{"type": "divider", "block_id": "a"}] * 2)


def test_the_fallback_text_pings_nobody() -> None:
    assert problems([], "<!here> look")
    assert problems([], "x" * 40_001)


def test_texts_and_links_are_counted() -> None:
    assert characters(GOOD[5:6]) == len("<!channel>") + len("https://a.example/")
