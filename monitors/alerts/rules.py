"""Slack's rules for the blocks that we use, checked before Slack does.

Stricter than Slack in one point: unescaped ``<!``, ``<@`` and ``<#`` in a field that
Slack parses is refused. Whom the watch list mentions stands in elements of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitors.alerts.escape import length

MAX_BLOCKS = 50
MAX_CHARACTERS = 13_000
MAX_TEXT = 40_000
OUR_BLOCKS = 20
OUR_CHARACTERS = 8_000

_HEADER = 150
_SECTION = 3_000
_FIELDS = 10
_FIELD = 2_000
_ELEMENTS = 10
_CONTEXT = 2_000
_BLOCK_ID = 255
_ACTIONS = 25
_LABEL = 75
_BUTTON = {"type", "action_id", "text", "value", "style"}
_URL = 3_000
_PING = re.compile(r"<[!@#]")
_STYLES = frozenset({"bold", "italic", "strike", "code"})
_MENTIONS = {
    "broadcast": ("range", re.compile("here|channel|everyone")),
    "user": ("user_id", re.compile("[UW][A-Z0-9]{7,}")),
    "usergroup": ("usergroup_id", re.compile("S[A-Z0-9]{7,}")),
}
_KEYS = {
    "header": {"type", "block_id", "text"},
    "section": {"type", "block_id", "text", "fields"},
    "context": {"type", "block_id", "elements"},
    "divider": {"type", "block_id"},
    "actions": {"type", "block_id", "elements"},
    "rich_text": {"type", "block_id", "elements"},
}

Problems = Iterator[tuple[str, str]]
"""Pairs of a JSON pointer and what is wrong there."""


def problems(
    blocks: Sequence[Mapping[str, Any]],
    text: str = "",
    *,
    max_blocks: int = MAX_BLOCKS,
    max_characters: int = MAX_CHARACTERS,
) -> list[str]:
    """Everything that Slack would refuse, one line each; empty when all is well.

    :param blocks: the message's blocks, may be empty
    :param text: the message's fallback text
    :returns: lines in Slack's form, ``must be … [json-pointer:/blocks/0/text]``
    """
    found: list[tuple[str, str]] = []
    if len(blocks) > max_blocks:
        found.append(("/blocks", f"must have at most {max_blocks} blocks, not {len(blocks)}"))
    for index, block in enumerate(blocks):
        found.extend(_block(f"/blocks/{index}", block))
    found.extend(_block_ids(blocks))
    total = characters(blocks)
    if total > max_characters:
        found.append(("/blocks", f"must be at most {max_characters} characters, not {total}"))
    if length(text) > MAX_TEXT:
        found.append(("/text", f"must be at most {MAX_TEXT} characters"))
    found.extend(_parsed("/text", text))
    return [f"{what} [json-pointer:{where}]" for where, what in found]


def characters(value: object) -> int:
    """How many characters of text and link all blocks together hold."""
    if isinstance(value, Mapping):
        own = sum(
            length(part)
            for key, part in value.items()
            if key in {"text", "url"} and isinstance(part, str)
        )
        return own + sum(characters(part) for part in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(characters(part) for part in value)
    return 0


def _block(where: str, block: object) -> Problems:
    if not isinstance(block, Mapping):
        yield where, "must be an object"
        return
    kind = block.get("type")
    if kind not in _KEYS:
        yield f"{where}/type", f"unsupported type: {kind!r:.40}"
        return
    for key in sorted(set(block) - _KEYS[kind], key=str):
        yield where, f"additional property {key!r:.40}"
    if kind == "header":
        yield from _text_object(f"{where}/text", block.get("text"), _HEADER, {"plain_text"})
    elif kind == "section":
        yield from _section(where, block)
    elif kind == "context":
        yield from _context(where, block.get("elements"))
    elif kind == "actions":
        yield from _actions(where, block.get("elements"))
    elif kind == "rich_text":
        yield from _rich_text(where, block.get("elements"))


def _actions(where: str, elements: object) -> Problems:
    """Buttons without an address: what a click says comes back to us."""
    yield from _counted(f"{where}/elements", elements, _ACTIONS)
    names = []
    for index, item in enumerate(_items(elements)):
        place = f"{where}/elements/{index}"
        if not isinstance(item, Mapping) or item.get("type") != "button":
            yield f"{place}/type", "unsupported type: only buttons"
            continue
        for key in sorted(set(item) - _BUTTON, key=str):
            yield place, f"additional property {key!r:.40}"
        yield from _text_object(f"{place}/text", item.get("text"), _LABEL, {"plain_text"})
        yield from _string(f"{place}/action_id", item.get("action_id"), _BLOCK_ID)
        names.append(item.get("action_id"))
    if len(set(map(str, names))) < len(names):
        yield f"{where}/elements", "action_id must be unique"


def _section(where: str, block: Mapping[str, Any]) -> Problems:
    fields = block.get("fields")
    if "text" not in block and not fields:
        yield where, "must have text or fields"
    if "text" in block:
        yield from _text_object(f"{where}/text", block["text"], _SECTION)
    if fields is not None:
        yield from _counted(f"{where}/fields", fields, _FIELDS)
        for index, item in enumerate(_items(fields)):
            yield from _text_object(f"{where}/fields/{index}", item, _FIELD)


def _context(where: str, elements: object) -> Problems:
    yield from _counted(f"{where}/elements", elements, _ELEMENTS)
    for index, item in enumerate(_items(elements)):
        yield from _text_object(f"{where}/elements/{index}", item, _CONTEXT)


def _text_object(
    where: str,
    value: object,
    limit: int,
    kinds: Sequence[str] | set[str] = ("plain_text", "mrkdwn"),
) -> Problems:
    if not isinstance(value, Mapping):
        yield where, "must be a text object"
        return
    kind = value.get("type")
    if kind not in kinds:
        yield f"{where}/type", f"must be one of {', '.join(sorted(kinds))}"
    text = value.get("text")
    yield from _string(f"{where}/text", text, limit)
    if kind == "mrkdwn" and isinstance(text, str):
        yield from _parsed(f"{where}/text", text)
    if "emoji" in value and kind != "plain_text":
        yield f"{where}/emoji", "is only for plain_text"
    if "verbatim" in value and kind != "mrkdwn":
        yield f"{where}/verbatim", "is only for mrkdwn"


def _rich_text(where: str, elements: object) -> Problems:
    yield from _counted(f"{where}/elements", elements, None)
    for index, item in enumerate(_items(elements)):
        place = f"{where}/elements/{index}"
        kind = item.get("type") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping):
            yield place, "must be an object"
        elif kind in {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}:
            yield from _inline(place, item.get("elements"))
        elif kind == "rich_text_list":
            if item.get("style") not in {"bullet", "ordered"}:
                yield f"{place}/style", "must be bullet or ordered"
            yield from _rich_text(place, item.get("elements"))
        else:
            yield f"{place}/type", f"unsupported type: {kind!r:.40}"


def _inline(where: str, elements: object) -> Problems:
    yield from _counted(f"{where}/elements", elements, None)
    for index, item in enumerate(_items(elements)):
        place = f"{where}/elements/{index}"
        kind = item.get("type") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping):
            yield place, "must be an object"
            continue
        if kind == "text":
            yield from _string(f"{place}/text", item.get("text"), MAX_CHARACTERS)
        elif kind == "link":
            yield from _string(f"{place}/url", item.get("url"), _URL)
            if not str(item.get("url", "")).startswith(("https://", "http://")):
                yield f"{place}/url", "must be an http or https address"
            if "text" in item:
                yield from _string(f"{place}/text", item["text"], MAX_CHARACTERS)
        elif kind in _MENTIONS:
            key, pattern = _MENTIONS[kind]
            if not pattern.fullmatch(str(item.get(key, ""))):
                yield f"{place}/{key}", f"must match {pattern.pattern}"
        else:
            yield f"{place}/type", f"unsupported type: {kind!r:.40}"
        style = item.get("style", {})
        if not isinstance(style, Mapping) or set(style) - _STYLES:
            yield f"{place}/style", "must be an object of bold, italic, strike or code"


def _string(where: str, value: object, limit: int) -> Problems:
    if not isinstance(value, str):
        yield where, "must be a string"
    elif not value:
        yield where, "must be more than 0 characters"
    elif length(value) > limit:
        yield where, f"must be less than {limit + 1} characters"
    elif "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        yield where, "must not hold NUL or lone surrogates"


def _parsed(where: str, text: str) -> Problems:
    if _PING.search(text):
        yield where, "must not hold an unescaped <!, <@ or <#"


def _counted(where: str, value: object, limit: int | None) -> Problems:
    if not isinstance(value, Sequence) or isinstance(value, str):
        yield where, "must be a list"
    elif not value:
        yield where, "must have at least 1 item"
    elif limit is not None and len(value) > limit:
        yield where, f"must have at most {limit} items"


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _block_ids(blocks: Sequence[Mapping[str, Any]]) -> Problems:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        if not isinstance(block, Mapping) or "block_id" not in block:
            continue
        name = block["block_id"]
        if not isinstance(name, str) or not 0 < len(name) <= _BLOCK_ID:
            yield f"/blocks/{index}/block_id", f"must be 1 to {_BLOCK_ID} characters"
        elif name in seen:
            yield f"/blocks/{index}/block_id", "must be unique"
        else:
            seen.add(name)
