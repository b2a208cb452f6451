"""An alert as the message that people read. Pure: the same delivery, the same message.

Text from the net goes only into ``plain_text`` and ``rich_text``, which Slack does not
parse; our own labels use ``mrkdwn``. Every part has its limit, so that their sum stays
under 20 blocks and 8,000 characters whatever an article holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from babel import Locale

from monitors.alerts.escape import clean, escape, host_of, length, safe_url
from monitors.model import POSSIBLE_REPEAT, Alert, AlertKind, Delivery, Message, SourceRef, Stage

_HEADLINE = 145
_TOPIC = 75
_QUOTE = 1200
_NOVELTY = 500
_AGAINST = 300
_NAME = 60
_LINE = 400
_BODY_CHARACTERS = 6000
_MAX_TOPICS = 6
_MAX_SOURCES = 6
_LANGUAGES: Mapping[str, str] = Locale("en").languages

Block = dict[str, Any]


def compose(delivery: Delivery) -> Message:
    """The message of ``delivery``.

    A step in a known thread is a broadcast reply; without one it is a message of its own.
    With ``delivery.plain`` everything is in the text and there are no blocks.
    """
    alert = delivery.alert
    lines = alert.kind in (AlertKind.DIGEST, AlertKind.NOTICE)
    repeat = (delivery.error or "").startswith(POSSIBLE_REPEAT)
    blocks = _listing(alert, repeat) if lines else _story(alert, repeat)
    text = _full_text(alert, repeat) if delivery.plain else _short_text(alert)
    edit = alert.kind is AlertKind.EDIT
    reply = delivery.thread_ts if alert.kind is AlertKind.STEP else None
    return Message(
        alert_key=alert.key,
        channel=(delivery.channel_id if edit else None) or alert.channel,
        text=text,
        blocks=() if delivery.plain else tuple(blocks),
        thread_ts=reply,
        broadcast=reply is not None,
        edits=delivery.thread_ts if edit else None,
    )


def language_name(code: str) -> str:
    """``ru`` as ``Russian``; the code itself where it has no name, empty where unknown."""
    if code in ("", "und"):
        return ""
    return _LANGUAGES.get(code.split("-")[0].lower(), clean(code, 20))


def _story(alert: Alert, repeat: bool) -> list[Block]:
    label = "New step" if alert.kind is AlertKind.STEP else "New story"
    short = alert.kind is AlertKind.STEP
    blocks = [
        _context(_label(f"*{label}*"), *(_plain(name) for name in _topics(alert))),
        {"type": "header", "text": _plain(clean(alert.headline, _HEADLINE) or "(no headline)")},
    ]
    if repeat:
        blocks.append(_repeat_note())
    quote = clean(alert.quote, _QUOTE // 2 if short else _QUOTE)
    body: list[Block] = []
    if quote:
        body.append({"type": "rich_text_quote", "elements": [_text(quote)]})
    lines = [*(_credit_line(alert) if quote else []), *_changes(alert)]
    if lines:
        body.append(_section(_broken(lines)))
    if body:
        blocks.append({"type": "rich_text", "elements": body})
    blocks.append(_context(*_facts(alert)))
    footer = _footer(alert)
    if footer:
        blocks.append({"type": "rich_text", "elements": [_section(footer)]})
    return blocks


def _listing(alert: Alert, repeat: bool) -> list[Block]:
    label = "*Digest*" if alert.kind is AlertKind.DIGEST else "*For the operators*"
    blocks = [
        _context(_label(label), *(_plain(name) for name in _topics(alert))),
        {"type": "header", "text": _plain(clean(alert.headline, _HEADLINE) or "(no headline)")},
    ]
    if repeat:
        blocks.append(_repeat_note())
    items = [_section([_text(line)]) for line in _body_lines(alert)]
    if items:
        bullets = {"type": "rich_text_list", "style": "bullet", "elements": items}
        blocks.append({"type": "rich_text", "elements": [bullets]})
    return blocks


def _body_lines(alert: Alert) -> list[str]:
    kept: list[str] = []
    room = _BODY_CHARACTERS
    lines = [line for line in (clean(line, _LINE) for line in alert.body) if line]
    for index, line in enumerate(lines):
        room -= length(line)
        if room < 0:
            kept.append(f"… and {len(lines) - index} more: run tidings alerts to see them")
            break
        kept.append(line)
    return kept


def _topics(alert: Alert) -> list[str]:
    names = [name for name in (clean(name, _TOPIC) for name in alert.topic_names) if name]
    if len(names) > _MAX_TOPICS:
        return [*names[:_MAX_TOPICS], f"and {len(names) - _MAX_TOPICS} more topics"]
    return names


def _credit_line(alert: Alert) -> list[list[Block]]:
    credit = _credit(alert)
    return [[_text(f"— {credit}", italic=True)]] if credit else []


def _credit(alert: Alert) -> str:
    source = _origin(alert)
    language = language_name(alert.language)
    parts = [
        clean(source.name, _NAME) if source else "",
        f"in {language}" if language and language != "English" else "",
        "machine-translated" if alert.machine_translated else "",
    ]
    return ", ".join(part for part in parts if part)


def _origin(alert: Alert) -> SourceRef | None:
    same = (source for source in alert.sources if source.url == alert.url)
    return next(same, alert.sources[0] if alert.sources else None)


def _changes(alert: Alert) -> list[list[Block]]:
    pairs = [("New: ", clean(alert.novelty, _NOVELTY)), ("Until now: ", _until_now(alert))]
    return [[_text(label, bold=True), _text(text)] for label, text in pairs if text]


def _broken(lines: list[list[Block]]) -> list[Block]:
    """Lines as one section: Slack does not promise to break between two of them."""
    elements: list[Block] = []
    for line in lines:
        elements += [_text("\n"), *line] if elements else line
    return elements


def _until_now(alert: Alert) -> str:
    return clean(alert.against, _AGAINST)


def _facts(alert: Alert) -> list[Block]:
    facts = []
    if alert.stage is not Stage.NONE:
        facts.append(_label(f"*Stage:* {alert.stage.value}"))
    sources = sources_line(alert.sources)
    if sources:
        facts.append(_plain(sources))
    facts.append(_label(_times(alert)))
    return facts


def sources_line(sources: Iterable[SourceRef]) -> str:
    """Names of the sources, how many there are and how many are independent."""
    refs = list(sources)
    if not refs:
        return ""
    names = [name for name in dict.fromkeys(clean(ref.name, _NAME) for ref in refs) if name]
    listed = ", ".join(names[:_MAX_SOURCES])
    if len(names) > _MAX_SOURCES:
        listed += f" and {len(names) - _MAX_SOURCES} more"
    if len(refs) == 1:
        return f"1 source: {listed}"
    independent = sum(ref.independent for ref in refs)
    return f"{len(refs)} sources, {independent} independent: {listed}"


def _times(alert: Alert) -> str:
    verb = "Updated" if alert.kind is AlertKind.EDIT else "First seen"
    line = f"{verb} {_moment(alert.created_at)}"
    if alert.published is not None:
        line += f", published {_moment(alert.published)}"
    return line


def _moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def _footer(alert: Alert) -> list[Block]:
    footer: list[Block] = []
    url = safe_url(alert.url)
    if url:
        footer.append({"type": "link", "url": url, "text": f"Read it at {host_of(url)[:100]}"})
    if alert.article_id:
        footer.append(_text("  ·  Why? " if footer else "Why? "))
        footer.append(_text(_explain(alert), code=True))
    return footer


def _explain(alert: Alert) -> str:
    return f"tidings explain {clean(alert.article_id, 60)}"


def _repeat_note() -> Block:
    return _context(_label("_Possible repeat: Slack did not say whether this was sent before._"))


def _short_text(alert: Alert) -> str:
    """What a notification shows. Escaped, since Slack parses it."""
    topics = ", ".join(_topics(alert))
    headline = clean(alert.headline, _HEADLINE) or "(no headline)"
    step = "new step: " if alert.kind is AlertKind.STEP else ""
    return escape(f"{topics}: {step}{headline}" if topics else f"{step}{headline}")


def _full_text(alert: Alert, repeat: bool) -> str:
    """The whole message without blocks, at most 8,000 characters after escaping."""
    novelty, against = clean(alert.novelty, _NOVELTY), _until_now(alert)
    quote, credit = clean(alert.quote, _QUOTE), _credit(alert)
    stage = "" if alert.stage is Stage.NONE else f"Stage: {alert.stage.value}. "
    lines = [
        "Possible repeat." if repeat else "",
        f"\N{LEFT DOUBLE QUOTATION MARK}{quote}\N{RIGHT DOUBLE QUOTATION MARK}" if quote else "",
        f"— {credit}" if quote and credit else "",
        f"New: {novelty}" if novelty else "",
        f"Until now: {against}" if against else "",
        *_body_lines(alert),
        f"{stage}{sources_line(alert.sources)}",
        _times(alert),
        safe_url(alert.url) or "",
        f"Why? {_explain(alert)}" if alert.article_id else "",
    ]
    text = _short_text(alert)
    for line in (escape(line) for line in lines if line):
        if length(text) + length(line) + 1 <= _BODY_CHARACTERS + 1500:
            text += "\n" + line
    return text


def _context(*elements: Block) -> Block:
    return {"type": "context", "elements": list(elements)}


def _label(text: str) -> Block:
    """Our own words only: Slack parses this one."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _text(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}
