from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitors.alerts.compose import POSSIBLE_REPEAT, compose, language_name
from monitors.alerts.escape import length
from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, characters, problems
from monitors.model import (
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
from monitors.testing import sample_alert

NOW = datetime(2025, 2, 18, 14, 15, tzinfo=UTC)
HOSTILE = [
    "<!channel> act now",
    "<@U1> see <http://evil.example|your bank>",
    "\u202eesrever\u202c \u200bwidth \x1b[2J \0",
    "*bold* _it_ ~no~ `code` > quote :tada: &amp; & <b>",
    "🎉👨‍👩‍👧" * 3000,
    "x" * 1_000_000,
    "\n\n\t",
    "",
    "\ud83d\ude00 \ud83d",
]


def delivery(alert: Alert, **changes: Any) -> Delivery:
    return replace(Delivery(1, alert, DeliveryState.SENDING, NOW), **changes)


def check(message: Message) -> None:
    found = problems(
        message.blocks, message.text, max_blocks=OUR_BLOCKS, max_characters=OUR_CHARACTERS
    )
    assert found == []
    assert message.text
    assert length(message.text) <= OUR_CHARACTERS
    json.dumps(message.blocks).encode()
    message.text.encode()


def texts(value: Any, kind: str) -> Iterator[str]:
    """All texts under objects of ``kind``."""
    if isinstance(value, dict):
        if value.get("type") == kind and isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from texts(part, kind)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts(part, kind)


def shown(message: Message) -> str:
    kinds = ("plain_text", "mrkdwn", "text", "link")
    return "\n".join(text for kind in kinds for text in texts(message.blocks, kind))


def test_a_story_tells_everything_a_reader_needs() -> None:
    message = compose(delivery(sample_alert()))
    check(message)
    whole = shown(message)
    for part in [
        "Embassy restoration",
        "Two capitals agree to restore the staff of their embassies",
        "Стороны договорились восстановить численность посольств.",
        "Neva Courier, in Russian",
        "agreed: staff numbers at both embassies",
        "Ministers discuss the work of embassies",
        "*Stage:* agreed",
        "2 sources, 2 independent: Neva Courier, Harbour Wire",
        "First seen 18 Feb 2025 14:15 UTC, published 18 Feb 2025 13:50 UTC",
        "Read it at courier.example",
        "tidings explain A-0123456789ab",
    ]:
        assert part in whole
    assert message.text.startswith("Embassy restoration: Two capitals agree")
    assert (message.thread_ts, message.broadcast, message.edits) == (None, False, None)


def test_a_step_is_a_broadcast_reply_that_says_so() -> None:
    message = compose(delivery(sample_alert(kind=AlertKind.STEP), thread_ts="1.000001"))
    check(message)
    assert (message.thread_ts, message.broadcast, message.edits) == ("1.000001", True, None)
    assert "*New step*" in shown(message)
    assert "new step" in message.text


def test_a_step_without_a_thread_stands_alone() -> None:
    message = compose(delivery(sample_alert(kind=AlertKind.STEP)))
    assert (message.thread_ts, message.broadcast) == (None, False)


def test_an_edit_changes_the_first_message_of_the_thread() -> None:
    alert = sample_alert(kind=AlertKind.EDIT, stage=Stage.SIGNED)
    message = compose(delivery(alert, thread_ts="1.000001", channel_id="C1"))
    check(message)
    assert (message.edits, message.channel, message.thread_ts) == ("1.000001", "C1", None)
    assert not message.broadcast
    assert "*Stage:* signed" in shown(message)
    assert "Updated 18 Feb 2025" in shown(message)


@pytest.mark.parametrize("kind", [AlertKind.DIGEST, AlertKind.NOTICE])
def test_digests_and_notices_list_their_lines(kind: AlertKind) -> None:
    message = compose(delivery(sample_alert(kind=kind, body=("first line", "", "second"))))
    check(message)
    assert list(texts(message.blocks, "text")) == ["first line", "second"]


def test_a_long_digest_says_how_much_it_leaves_out() -> None:
    lines = tuple(f"{index} " + "word " * 60 for index in range(100))
    message = compose(delivery(sample_alert(kind=AlertKind.DIGEST, body=lines)))
    check(message)
    assert "more: run tidings alerts" in list(texts(message.blocks, "text"))[-1]


def test_an_alert_on_title_and_summary_alone_says_so_and_why() -> None:
    alert = sample_alert(language="en", unreadable="paywall")
    assert "Neva Courier, text not available: paywall" in shown(compose(delivery(alert)))


def test_machine_translation_is_named() -> None:
    alert = sample_alert(language="en", machine_translated=True)
    assert "Neva Courier, machine-translated" in shown(compose(delivery(alert)))


def test_english_and_unknown_languages_are_not_named() -> None:
    assert " in " not in next(
        text
        for text in texts(compose(delivery(sample_alert(language="en"))).blocks, "text")
        if text.startswith("—")
    )
    assert language_name("und") == ""
    assert language_name("uk") == "Ukrainian"
    assert language_name("zh-Hant") == "Chinese"
    assert language_name("xq") == "xq"


def test_copies_do_not_count_as_independent() -> None:
    copy = SourceRef("Copyist", "https://c.example/", Tier.PRESS, "en", False)
    alert = sample_alert(sources=(*sample_alert().sources, copy))
    assert "3 sources, 2 independent" in shown(compose(delivery(alert)))


def test_one_topic_or_many_are_all_named() -> None:
    alert = sample_alert(topic_names=tuple(f"Topic {index}" for index in range(9)))
    whole = shown(compose(delivery(alert)))
    assert "Topic 5" in whole
    assert "and 3 more topics" in whole


def test_an_unsafe_link_is_left_out() -> None:
    message = compose(delivery(sample_alert(url="javascript:alert(1)")))
    check(message)
    assert "javascript" not in json.dumps(message.blocks)


def test_an_alert_with_hardly_anything_is_still_a_message() -> None:
    alert = Alert("k", AlertKind.STORY, "#c", NOW, "")
    for plain in (False, True):
        check(compose(delivery(alert, plain=plain)))


def test_plain_text_holds_the_same_facts() -> None:
    message = compose(delivery(sample_alert(quote="a < b & c"), plain=True))
    check(message)
    assert message.blocks == ()
    for part in ["a &lt; b &amp; c", "Stage: agreed", "https://courier.example/a1", "in Russian"]:
        assert part in message.text


def test_a_possible_repeat_says_so() -> None:
    marked = delivery(sample_alert(), error=f"{POSSIBLE_REPEAT}: no history")
    assert "Possible repeat" in shown(compose(marked))
    assert "Possible repeat" in compose(replace(marked, plain=True)).text
    assert "ossible repeat" not in shown(compose(delivery(sample_alert(), error="429")))


@pytest.mark.parametrize("kind", list(AlertKind))
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("plain", [False, True])
def test_hostile_text_is_harmless_everywhere(kind: AlertKind, text: str, plain: bool) -> None:
    check_hostile(kind, text, plain)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(AlertKind)),
    st.text(st.characters(codec=None), max_size=400)
    | st.sampled_from(["<!channel>", "<@U1>", "|>", "&lt;", "\u202e", "\0"]),
    st.booleans(),
)
def test_any_text_is_harmless_everywhere(kind: AlertKind, text: str, plain: bool) -> None:
    check_hostile(kind, text, plain)


def check_hostile(kind: AlertKind, text: str, plain: bool) -> None:
    source = SourceRef(text, f"https://a.example/{text[:500]}", Tier.PRESS, text[:10], True)
    alert = sample_alert(
        kind=kind,
        headline=text,
        topic_names=(text,) * 9,
        quote=text,
        novelty=text,
        against=text,
        url=source.url,
        article_id=text,
        language=text[:10],
        machine_translated=True,
        sources=(source,) * 12,
        body=(text,) * 30,
    )
    message = compose(delivery(alert, plain=plain, thread_ts="1.0", error=POSSIBLE_REPEAT))
    check(message)
    assert characters(message.blocks) <= OUR_CHARACTERS
    own = json.dumps(list(texts(message.blocks, "mrkdwn")))
    assert "<" not in own
    assert not set(message.text) & {"<", ">", "\0", "\u202e", "\u200b", "\x1b"}


REPORT = "https://news.example/tidings/"


def links(message: Message) -> list[str]:
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") == "link":
                found.append(value["url"])
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            for part in value:
                look(part)

    look(message.blocks)
    return found


def test_a_message_links_to_the_page_of_its_story() -> None:
    message = compose(delivery(sample_alert()), REPORT)
    check(message)
    assert links(message) == ["https://courier.example/a1", f"{REPORT}stories/S-1.html"]
    assert "tidings explain" not in shown(message)
    plain = compose(delivery(sample_alert(), plain=True), REPORT)
    assert f"Why? {REPORT}stories/S-1.html" in plain.text


def test_a_step_links_to_its_place_on_the_page() -> None:
    message = compose(delivery(sample_alert(kind=AlertKind.STEP)), REPORT)
    assert f"{REPORT}stories/S-1.html#D-1" in links(message)


def test_an_edit_links_to_the_whole_story() -> None:
    edit = delivery(sample_alert(kind=AlertKind.EDIT), thread_ts="1.0", channel_id="C1")
    assert f"{REPORT}stories/S-1.html" in links(compose(edit, REPORT))


@pytest.mark.parametrize(
    ("report_url", "stories"), [("", ("S-1",)), (REPORT, ()), (REPORT, ("",))]
)
def test_without_a_page_a_message_names_the_command(
    report_url: str, stories: tuple[str, ...]
) -> None:
    message = compose(delivery(sample_alert(story_ids=stories)), report_url)
    assert links(message) == ["https://courier.example/a1"]
    assert "tidings explain A-0123456789ab" in shown(message)


def test_the_lines_of_a_digest_link_to_the_pages_of_their_stories() -> None:
    lines = (
        Line("Told", story_id="S-2"),
        Line("Near miss", article_id="A-1", topic_id="t"),
    )
    alert = sample_alert(kind=AlertKind.DIGEST, sections=(Section("Told", lines),))
    message = compose(delivery(alert), REPORT)
    check(message)
    assert links(message) == [f"{REPORT}stories/S-2.html"]
    assert "tidings explain A-1" in shown(message)
    plain = compose(delivery(alert, plain=True), REPORT).text
    assert f"why: {REPORT}stories/S-2.html" in plain
