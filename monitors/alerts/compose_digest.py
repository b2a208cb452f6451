"""Digests and notices as messages: lists under titles, and how busy each topic was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitors.alerts.escape import clean, cut, length, safe_url
from monitors.alerts.parts import Block, bullets, section, text
from monitors.alerts.rules import characters
from monitors.model import Activity, Alert, Line, Section
from monitors.storypages import story_link

BODY_CHARACTERS = 6000
"""What all lines of a digest may hold together, addresses included."""

_SECTION_CHARACTERS = 5000
_LINE = 400
_TEXT = 180
_NOTE = 120
_TITLE = 100
_NAME = 40
_MOST_TOPICS = 10
_STEPS = "▁▂▃▄▅▆▇█"


def body_lines(alert: Alert) -> list[str]:
    """The lines of a notice, in bounds."""
    kept: list[str] = []
    room = BODY_CHARACTERS
    lines = [line for line in (clean(line, _LINE) for line in alert.body) if line]
    for index, line in enumerate(lines):
        room -= length(line)
        if room < 0:
            kept.append(f"… and {len(lines) - index} more: run tidings alerts to see them")
            break
        kept.append(line)
    return kept


def section_blocks(alert: Alert, report_url: str = "") -> list[Block]:
    """The parts of a digest, one block each, and the activity of its topics."""
    blocks = []
    room = _SECTION_CHARACTERS - sum(length(line) for line in body_lines(alert))
    for part in alert.sections:
        if room < 0:
            break
        elements: list[Block] = []
        if title := clean(part.title, _TITLE):
            elements.append(section([text(_headed(title, part), bold=True)]))
        items, room = _within(part, room, report_url)
        left = part.more + len(part.lines) - len(items)
        if left:
            items.append(section([text(f"and {left} more: tidings alerts --held", italic=True)]))
        if items:
            elements.append(bullets(items))
        if elements:
            blocks.append({"type": "rich_text", "elements": elements})
    if busy := activity_lines(alert.activity):
        lines = {"type": "rich_text_preformatted", "elements": [text("\n".join(busy))]}
        heading = section([text(f"Activity, {len(alert.activity[0].told)} days", bold=True)])
        blocks.append({"type": "rich_text", "elements": [heading, lines]})
    return blocks


def section_lines(alert: Alert, report_url: str = "") -> Iterator[str]:
    """The same without blocks, one line each, not yet escaped."""
    for part in alert.sections:
        if title := clean(part.title, _TITLE):
            yield f"{_headed(title, part)}:"
        for line in part.lines:
            url = safe_url(line.url) or ""
            note = clean(line.note, _NOTE)
            page = _page(line, report_url)
            why = f"why: {page}" if page else ""
            noted = f"({note})" if note else ""
            yield " ".join(p for p in ("•", _text(line), noted, url, why) if p)
        if part.more:
            yield f"• and {part.more} more: tidings alerts --held"
    yield from activity_lines(alert.activity)


def activity_lines(activity: Sequence[Activity]) -> list[str]:
    """How busy each topic was, a character a day: what the chart shows, in words."""
    shown = activity[:_MOST_TOPICS]
    most = max((max(one.matched, default=0) for one in shown), default=0)
    lines = [
        f"{_bars(one.matched, most)} {clean(one.name, _NAME)}: "
        f"{sum(one.told)} told of {sum(one.matched)} that fitted"
        for one in shown
    ]
    if len(activity) > len(shown):
        lines.append(f"and {len(activity) - len(shown)} more topics: tidings topics")
    return lines


def _bars(days: Sequence[int], most: int) -> str:
    return "".join(
        "·" if not day else _STEPS[round((len(_STEPS) - 1) * day / max(most, 1))] for day in days
    )


def _headed(title: str, part: Section) -> str:
    return f"{title} ({len(part.lines) + part.more})"


def _within(part: Section, room: int, report_url: str) -> tuple[list[Block], int]:
    """The lines that fit, and the room that is left."""
    items: list[Block] = []
    for line in part.lines:
        item = _item(line, report_url)
        if characters(item) > room:
            return items, 0
        room -= characters(item)
        items.append(item)
    return items, room


def _text(line: Line) -> str:
    return clean(line.text, _TEXT) or "(no headline)"


def _page(line: Line, report_url: str) -> str:
    return story_link(report_url, (line.story_id,))


def _item(line: Line, report_url: str) -> Block:
    url, shown = safe_url(line.url), _text(line)
    elements: list[Block] = [{"type": "link", "url": url, "text": shown} if url else text(shown)]
    if note := clean(line.note, _NOTE):
        elements.append(text(f"  {note}", italic=True))
    if page := _page(line, report_url):
        elements += [text("  "), {"type": "link", "url": page, "text": "why"}]
    elif line.article_id and line.topic_id:
        elements += [
            text("  "),
            text(cut(f"tidings explain {clean(line.article_id)}", 80), code=True),
        ]
    return section(elements)
