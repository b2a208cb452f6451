"""The small parts that messages are put together from."""

from __future__ import annotations

from typing import Any

from monitors.alerts.escape import escape

Block = dict[str, Any]

HEADLINE = 145


def context(*elements: Block) -> Block:
    """A line in small grey letters."""
    return {"type": "context", "elements": list(elements)}


def label(text: str) -> Block:
    """Our own words only: Slack parses this one."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def bold(text: str) -> Block:
    """Words of ours that Slack parses, in bold."""
    return label(f"*{escape(text)}*")


def plain(text: str) -> Block:
    """Text that Slack does not parse, for headers and context."""
    return {"type": "plain_text", "text": text, "emoji": False}


def text(shown: str, **style: bool) -> Block:
    """Text that Slack does not parse, in rich text."""
    return {"type": "text", "text": shown} | ({"style": style} if style else {})


def section(elements: list[Block]) -> Block:
    """A paragraph of rich text."""
    return {"type": "rich_text_section", "elements": elements}


def bullets(items: list[Block]) -> Block:
    """A list of paragraphs."""
    return {"type": "rich_text_list", "style": "bullet", "elements": items}


def mention(who: str) -> Block:
    """``here``, ``channel``, or the id of a user or user group, as an element of rich text."""
    if who in ("here", "channel"):
        return {"type": "broadcast", "range": who}
    if who.startswith("S"):
        return {"type": "usergroup", "usergroup_id": who}
    return {"type": "user", "user_id": who}
