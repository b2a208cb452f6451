"""Five thousand hostile titles and passages: nothing that Slack parses, nothing it refuses."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitors.alerts.compose import compose
from monitors.alerts.escape import length
from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, problems
from monitors.clock import FixedClock
from monitors.demo.localslack_workspace import Workspace
from monitors.model import (
    Activity,
    Alert,
    AlertKind,
    Delivery,
    DeliveryState,
    Line,
    Message,
    Section,
    SourceRef,
    Stage,
    Tier,
)

NOW = datetime(2025, 2, 18, 14, 15, tzinfo=UTC)
MANY = 5000
BATCHES = 10

PIECES = [
    "<!channel>", "<!here|here>", "<!everyone>", "<@U0123456789>", "<#C0123456789|general>",
    "<!subteam^S0123456789>", "<!date^1392734382^{date}^https://e.example|soon>",
    "<https://evil.example|your bank>", "<mailto:a@b.example|mail>", "&lt;!channel&gt;",
    "&amp;lt;!here&amp;gt;", "@channel", "@here", "*bold*", "_it_", "~no~", "`code`", "```pre```",
    "> quote", "&gt; quote", ":tada:", ":skin-tone-2:", "\u202eesrever\u202c", "\u2066x\u2069",
    "\u200b", "\u200d", "\ufeff", "\u00ad", "\0", "\x1b[2J", "\x07", "\r\n\r\n", "\u2028",
    "\ud83d", "\udc00", "🎉", "👨‍👩‍👧‍👦", "🏴\U000e0067\U000e007f", "e" + "\u0301" * 9, "Ω" * 90,
    "“«„‘nested’„»”", '"', "'", "\\", "{{x}}", "${x}", "%s%n", "</script><script>", "]]>", "|",
    "javascript:alert(1)", "http://[::1", "https://user:secret@evil.example/", "\uffff", "\u3164",
    "السلام عليكم", "שלום", "中文标题", "Переговоры", " ", "word", "1,5 %", "—", "…",
]  # fmt: skip
URLS = [
    "https://n.example/a?b=c&d=<e>|f", "javascript:alert(1)", "https://u:p@h.example/x", "",
    "http://пример.example/путь", "https://h.example/" + "x" * 5000, "ftp://h.example/",
    "https://h.example/\u202e>|<!channel>", "https:///nohost", "http://[::1]:99999/",
]  # fmt: skip
DATES = [None, NOW, datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)]
PARSED = re.compile(r"<[^>]*>|<")
HIDDEN = {"Cc", "Cf", "Cs"}


def _text(rng: random.Random) -> str:
    pieces = "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 7)))
    grow = rng.random()
    if grow < 0.002:
        return pieces * rng.choice([300, 20_000])
    return pieces if grow < 0.97 else f"{pieces} " * 40


def _alert(rng: random.Random, number: int) -> Alert:
    def texts(most: int) -> tuple[str, ...]:
        return tuple(_text(rng) for _ in range(rng.randint(0, most)))

    sources = tuple(
        SourceRef(_text(rng), rng.choice(URLS), Tier.PRESS, "en", rng.random() < 0.5)
        for _ in range(rng.randint(0, 4))
    )
    lines = tuple(
        Line(_text(rng), _text(rng), rng.choice(URLS), _text(rng), _text(rng))
        for _ in range(rng.choice([0, 1, 2, 9]))
    )
    return Alert(
        key=f"K-{number}",
        kind=rng.choice(list(AlertKind)),
        channel="#news",
        created_at=NOW,
        headline=_text(rng),
        topic_names=texts(3) * rng.choice([1, 1, 4]),
        story_ids=("S-1",),
        article_id=_text(rng),
        url=rng.choice(URLS),
        quote=_text(rng),
        language=rng.choice(["en", "ru", "und", "<!here>", "zh-Hant"]),
        machine_translated=rng.random() < 0.5,
        novelty=_text(rng),
        against=_text(rng),
        stage=rng.choice(list(Stage)),
        sources=sources,
        published=rng.choice(DATES),
        body=texts(2) * rng.choice([1, 1, 15]),
        mentions=rng.choice([(), ("here",), ("U0123456789", "S0123456789")]),
        label=_text(rng),
        sections=tuple(Section(_text(rng), lines, number) for _ in range(rng.choice([0, 1, 7]))),
        activity=tuple(
            Activity("t", _text(rng), date(2025, 2, 18), (0, 1), (rng.randint(0, 9), 3))
            for _ in range(rng.choice([0, 1, 12]))
        ),
    )  # fmt: skip


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text with the kind of object that it is in."""
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str):
                yield str(value.get("type", key)), name, part
            else:
                yield from _strings(part, name)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _strings(part, key)


def _unsafe(message: Message) -> list[str]:
    """What Slack would take for more than text, or what nobody sees."""
    found = [message.text] if PARSED.search(message.text) else []
    for kind, name, text in _strings(list(message.blocks)):
        if kind == "mrkdwn" and name == "text" and PARSED.search(text):
            found.append(text)
        if name in ("text", "url"):
            shown = text.replace("\n", "")
            found += [text] if any(unicodedata.category(c) in HIDDEN for c in shown) else []
        if name == "url" and not re.fullmatch(r"https?://[^\s<>|]+", text):
            found.append(text)
    return found


def _messages(rng: random.Random, number: int) -> Iterator[Message]:
    alert = _alert(rng, number)
    row = Delivery(number, alert, DeliveryState.SENDING, NOW, thread_ts="1.000001")
    yield compose(row)
    if number % 5 == 0:
        yield compose(replace(row, plain=True))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_hostile_texts_are_shown_and_do_nothing(batch: int) -> None:
    rng = random.Random(batch)
    now = [0.0]
    workspace = Workspace("t", ["#news"], FixedClock(NOW), monotonic=lambda: now[0])
    for number in range(MANY // BATCHES):
        for message in _messages(rng, number):
            assert _unsafe(message) == []
            limits = {"max_blocks": OUR_BLOCKS, "max_characters": OUR_CHARACTERS}
            assert problems(message.blocks, message.text, **limits) == []
            assert length(message.text) <= OUR_CHARACTERS
            body = {
                "channel": "#news",
                "text": message.text,
                "blocks": json.dumps(message.blocks),
            }
            now[0] += timedelta(seconds=2).total_seconds()
            assert workspace.answer("chat.postMessage", "t", body)["ok"]
    # The only mentions are those of the watch list.
    whole = json.dumps(workspace.messages)
    assert {*re.findall(r'"user_id": "(\w+)"', whole)} <= {"U0123456789"}
    assert {*re.findall(r'"range": "(\w+)"', whole)} <= {"here"}


def test_no_mention_comes_from_an_article_or_into_an_edit() -> None:
    rng = random.Random(1)
    for kind in AlertKind:
        alert = replace(_alert(rng, 1), kind=kind, mentions=("here",))
        row = Delivery(1, alert, DeliveryState.SENDING, NOW, thread_ts="1.000001")
        mentioned = "broadcast" in json.dumps(compose(row).blocks)
        assert mentioned is (kind in (AlertKind.STORY, AlertKind.STEP))
