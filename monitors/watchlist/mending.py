"""What to write instead: the line that is mistaken, mended and ready to paste.

A line is taken from the file as it stands, so that what is right about it, its comments and
its indentation stay. Where it holds an address with a secret, only the part that changes is
shown: what a command prints may be passed on.
"""

from __future__ import annotations

import json
import re

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from monitors.redact import masked

EXAMPLES = {
    "name": "A name for it",
    "description": "What happens when it happens.",
    "kind": "feed",
    "url": "https://example.org/feed.xml",
    "tier": "press",
    "sensitivity": "balanced",
    "channel": "#news-alerts",
    "operators_channel": "#news-ops",
    "timezone": "Europe/London",
    "quiet_hours": "22:00-07:00",
    "digest": "daily 08:00",
    "at_most": "3/day",
    "every": "15m",
    "language": "en",
    "mention": "@here",
    "urgent": "in force",
    "ignore": "true",
    "because": "the publisher agreed on 3 May",
    "id": "a-name",
    "pattern": r"/news/\d+",
}
"""A value that is right for each key, where what was written says nothing."""

SHAPES = {
    "sources": "[{name: Example Wire, kind: feed, url: https://example.org/feed.xml}]",
    "topics": "{example: {name: Example, description: What happens when it happens.}}",
    "defaults": '{channel: "#news-alerts"}',
    "channels": '{"#news-alerts": {digest: daily 08:00}}',
    "keywords": "{any: [word*]}",
    "robots": '{ignore: true, because: "the publisher agreed on 3 May"}',
}
"""The same for keys whose value has parts."""

_PLAIN = re.compile(r"[^\W_](?:[^,\[\]{}#:\"'\\`]*[^\W_.!?)]|[^,\[\]{}#:\"'\\`]*[.!?)])?")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off"}
_URL = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)


def plain(text: str) -> str:
    """``text`` as a YAML value, in quotes where it needs them."""
    if _URL.fullmatch(text) and not re.search(r"[,\[\]{}#]", text):
        return text
    if re.fullmatch(r"[a-z]+ \d\d?:\d\d|[^\W\d_]\w*\*", text):
        return text
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and not text.isdecimal():
        return text
    return json.dumps(text, ensure_ascii=False)


def with_value(node: Node, key: Node | None, value: str) -> str:
    """The line of ``node`` with ``value``, which is YAML, in its place; empty where it has
    several lines.
    """
    start, end = node.start_mark, node.end_mark
    name = f"{key.value}: " if isinstance(key, ScalarNode) else ""
    if isinstance(node, ScalarNode) and not node.value and start.index == end.index:
        if key is None:
            return ""
        # There is nothing, or what a # has made a comment of.
        before, after = _line(key)[: key.end_mark.column] + ": ", ""
    elif start.line != end.line:
        return ""
    else:
        line = _line(node)
        before, after = line[: start.column], line[end.column :]
    return _unless_secret(before + value + after, name + value)


def with_key(key: Node, name: str) -> str:
    """The line of ``key`` with another ``name``, which is YAML."""
    line = _line(key)
    whole = line[: key.start_mark.column] + name + line[key.end_mark.column :]
    return _unless_secret(whole, f"{name}: ...")


def with_more(node: Node, key: str, value: str, name: Node | None = None) -> str:
    """The first line of a mapping with ``key: value`` added, on a line of its own in a block.

    :param name: the key that the mapping is the value of
    """
    addition = f"{key}: {value}"
    if not isinstance(node, MappingNode) or not node.value:
        return addition
    line = _line(name or node)
    if not node.flow_style:
        added = " " * node.start_mark.column + addition
        return _unless_secret(f"{line}\n{added}", added)
    if node.start_mark.line != node.end_mark.line:
        return addition
    line = _line(node)
    at = node.end_mark.column - 1
    return _unless_secret(f"{line[:at].rstrip()}, {addition}{line[at:]}", addition)


def cut_at_colon(node: Node) -> str:
    """The line of a text that YAML took for a key and its value, in quotes; empty where it is
    no such text.

    ``- Minister: no comment`` is meant as one text, but read as a mapping.
    """
    if not isinstance(node, MappingNode) or node.flow_style or len(node.value) != 1:
        return ""
    (key, value), line = node.value[0], _line(node)
    begin = line[: node.start_mark.column]
    plain_texts = all(isinstance(part, ScalarNode) and part.style is None for part in (key, value))
    if not plain_texts or begin.strip() != "-" or value.start_mark.line != value.end_mark.line:
        return ""
    if key.start_mark.line != value.start_mark.line:
        return ""
    end = value.end_mark.column
    text = json.dumps(line[len(begin) : end], ensure_ascii=False)
    return _unless_secret(begin + text + line[end:], text)


def without(node: Node, key: str) -> str:
    """The line of a mapping in braces without ``key``; empty where it is no such mapping."""
    if not isinstance(node, MappingNode) or not node.flow_style:
        return ""
    line, last = _line(node), node.start_mark.column + 1
    for number, (name, value) in enumerate(node.value):
        if name.value == key and name.start_mark.line == node.end_mark.line:
            rest = line[value.end_mark.column :]
            cut = rest if number else rest.lstrip(", ")
            return _unless_secret(line[:last] + cut, "")
        last = value.end_mark.column
    return ""


def behind(key: Node) -> str:
    """What a line holds behind a key and its colon."""
    return _line(key)[key.end_mark.column + 1 :]


def syntax(text: str, error: YAMLError) -> tuple[int, str]:
    """A line of ``text``, which is no YAML, and what to write there instead.

    Each proposal is tried: it stands only where the file is YAML then, or the next mistake
    comes later.

    :returns: the number of the line and the line; 0 and nothing where no proposal helps
    """
    lines = text.split("\n")
    mark = getattr(error, "problem_mark", None)
    for number in _suspects(error):
        if not 0 < number <= len(lines):
            continue
        line = lines[number - 1]
        here = [_quoted_at(line, mark.column)] if mark and mark.line + 1 == number else []
        for proposal in [*here, *_proposals(line)]:
            mended = "\n".join([*lines[: number - 1], proposal, *lines[number:]])
            if _first_mistake(mended) > max(_at(error), number):
                return number, _unless_secret(proposal, "")
    return 0, ""


def indented(text: str, number: int) -> str:
    """Line ``number`` of ``text``, indented with spaces as its neighbours ask for."""
    lines = text.splitlines()
    bare = lines[number - 1].strip()
    for width in (2, 4, 6, 8, 0):
        line = " " * width + bare
        mended = "\n".join([*lines[: number - 1], line, *lines[number:]])
        if _first_mistake(mended) > number + 1:
            return _unless_secret(line, "")
    return ""


def _suspects(error: YAMLError) -> list[int]:
    """Lines that may hold the mistake: where it was noticed, where that began, and above."""
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    found = [mark.line + 1 for mark in marks if mark is not None]
    return list(dict.fromkeys([*found, *(line - 1 for line in found)]))


def _quoted_at(line: str, column: int) -> str:
    """``line`` with the word that begins at ``column`` in quotes."""
    word = re.match(r"[@*&!%`|>][^\s,\[\]{}]*", line[column:])
    if word is None:
        return line
    quoted = json.dumps(word[0], ensure_ascii=False)
    return line[:column] + quoted + line[column + len(word[0]) :]


def _proposals(line: str) -> list[str]:
    bare = line.strip()
    indent = line[: len(line) - len(line.lstrip())].replace("\t", "  ")
    found = []
    match = re.fullmatch(r"(- )?([\w-]+:\s+|- )(.+)", bare)
    if match:
        begin, value = (match[1] or "") + match[2], match[3].strip()
        closers = {"[": "]", "{": "}"}
        found += [f"{indent}{begin}{value}{closers[value[0]]}"] if value[0] in closers else []
        quoted = json.dumps(value.strip("\"'"), ensure_ascii=False)
        found.append(f"{indent}{begin}{quoted}")
    spaced = re.sub(r"^((?:- )?[A-Za-z_][\w-]*):(\S)", r"\1: \2", bare)
    found += [indent + spaced] if spaced != bare else []
    missing = re.fullmatch(r"(- )?([A-Za-z_][\w-]*)(\s.*)?", bare)
    if missing:
        rest = (missing[3] or "").strip()
        found.append(f"{indent}{missing[1] or ''}{missing[2]}: {rest}".rstrip())
    return found


def _first_mistake(text: str) -> int:
    """The line of the first mistake; beyond the last one where ``text`` is YAML."""
    try:
        YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        return _at(error)
    return text.count("\n") + 2


def _at(error: YAMLError) -> int:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return mark.line + 1 if mark is not None else 0


def _line(node: Node) -> str:
    """The whole line that ``node`` begins in, as the file has it."""
    mark = node.start_mark
    start = mark.index - mark.column
    line: str = mark.buffer[start:].split("\n", 1)[0]
    return line.rstrip("\0\r")


def _unless_secret(line: str, part: str) -> str:
    secret = any(masked(url) != url for url in _URL.findall(line)) or re.search(
        r"//[^\s/]*@", line
    )
    return part if secret else line
