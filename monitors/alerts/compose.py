"""An alert as the message that people read. Pure: the same delivery, the same message.

Text from the net goes only into ``plain_text`` and ``rich_text``, which Slack does not
parse; our own labels use ``mrkdwn``. Every part has its limit, so that their sum stays
under 20 blocks and 8,000 characters whatever an article holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from babel import Locale

from monitors.alerts.compose_digest import (
    BODY_CHARACTERS,
    body_lines,
    section_blocks,
    section_lines,
)
from monitors.alerts.escape import clean, escape, host_of, length, safe_url
from monitors.alerts.parts import (
    HEADLINE,
    Block,
    bold,
    bullets,
    context,
    label,
    mention,
    plain,
    section,
    text,
)
from monitors.model import POSSIBLE_REPEAT, Alert, AlertKind, Delivery, Message, SourceRef, Stage
from monitors.storypages import story_link

_TOPIC = 75
_QUOTE = 1200
_NOVELTY = 500
_AGAINST = 300
_NAME = 60
_MAX_TOPICS = 6
_MAX_SOURCES = 6
_MAX_MENTIONS = 5
_LANGUAGES: Mapping[str, str] = Locale("en").languages


def compose(delivery: Delivery, report_url: str = "") -> Message:
    """The message of ``delivery``.

    A step in a known thread is a broadcast reply; without one it is a message of its own.
    With ``delivery.plain`` everything is in the text and there are no blocks.

    :param report_url: where the report is served, with a slash at its end: the message links
        to the page of its story. Empty: it names the command that explains it
    """
    alert = delivery.alert
    lines = alert.kind in (AlertKind.DIGEST, AlertKind.NOTICE)
    repeat = (delivery.error or "").startswith(POSSIBLE_REPEAT)
    blocks = (_listing if lines else _story)(alert, repeat, report_url)
    fallback = _full_text(alert, repeat, report_url) if delivery.plain else _short_text(alert)
    edit = alert.kind is AlertKind.EDIT
    reply = delivery.thread_ts if alert.kind is AlertKind.STEP else None
    return Message(
        alert_key=alert.key,
        channel=(delivery.channel_id if edit else None) or alert.channel,
        text=fallback,
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


def _story(alert: Alert, repeat: bool, report_url: str) -> list[Block]:
    kind = "New step" if alert.kind is AlertKind.STEP else "New story"
    short = alert.kind is AlertKind.STEP
    blocks = [
        context(bold(kind), *(plain(name) for name in _topics(alert))),
        {"type": "header", "text": plain(clean(alert.headline, HEADLINE) or "(no headline)")},
    ]
    if repeat:
        blocks.append(_repeat_note())
    quote = clean(alert.quote, _QUOTE // 2 if short else _QUOTE)
    body = _mentioned(alert)
    if quote:
        body.append({"type": "rich_text_quote", "elements": [text(quote)]})
    lines = [*(_credit_line(alert) if quote else []), *_changes(alert)]
    if lines:
        body.append(section(_broken(lines)))
    if body:
        blocks.append({"type": "rich_text", "elements": body})
    blocks.append(context(*_facts(alert)))
    footer = _footer(alert, report_url)
    if footer:
        blocks.append({"type": "rich_text", "elements": [section(footer)]})
    return blocks


def _mentioned(alert: Alert) -> list[Block]:
    """Whom the watch list wants to be mentioned; never anybody that an article names."""
    elements: list[Block] = []
    for who in alert.mentions[:_MAX_MENTIONS]:
        elements += [text(" "), mention(who)] if elements else [mention(who)]
    return [section(elements)] if elements and alert.kind is not AlertKind.EDIT else []


def _listing(alert: Alert, repeat: bool, report_url: str) -> list[Block]:
    kind = (alert.label or "Digest") if alert.kind is AlertKind.DIGEST else "For the operators"
    blocks = [
        context(bold(clean(kind, _TOPIC)), *(plain(name) for name in _topics(alert))),
        {"type": "header", "text": plain(clean(alert.headline, HEADLINE) or "(no headline)")},
    ]
    if repeat:
        blocks.append(_repeat_note())
    items = [section([text(line)]) for line in body_lines(alert)]
    if items:
        blocks.append({"type": "rich_text", "elements": [bullets(items)]})
    return blocks + section_blocks(alert, report_url)


def _topics(alert: Alert) -> list[str]:
    names = [name for name in (clean(name, _TOPIC) for name in alert.topic_names) if name]
    if len(names) > _MAX_TOPICS:
        return [*names[:_MAX_TOPICS], f"and {len(names) - _MAX_TOPICS} more topics"]
    return names


def _credit_line(alert: Alert) -> list[list[Block]]:
    credit = _credit(alert)
    return [[text(f"— {credit}", italic=True)]] if credit else []


def _credit(alert: Alert) -> str:
    source = _origin(alert)
    language = language_name(alert.language)
    parts = [
        clean(source.name, _NAME) if source else "",
        f"in {language}" if language and language != "English" else "",
        "machine-translated" if alert.machine_translated else "",
        f"text not available: {clean(alert.unreadable, 40)}" if alert.unreadable else "",
    ]
    return ", ".join(part for part in parts if part)


def _origin(alert: Alert) -> SourceRef | None:
    same = (source for source in alert.sources if source.url == alert.url)
    return next(same, alert.sources[0] if alert.sources else None)


def _changes(alert: Alert) -> list[list[Block]]:
    pairs = [("New: ", clean(alert.novelty, _NOVELTY)), ("Until now: ", _until_now(alert))]
    return [[text(name, bold=True), text(what)] for name, what in pairs if what]


def _broken(lines: list[list[Block]]) -> list[Block]:
    """Lines as one section: Slack does not promise to break between two of them."""
    elements: list[Block] = []
    for line in lines:
        elements += [text("\n"), *line] if elements else line
    return elements


def _until_now(alert: Alert) -> str:
    return clean(alert.against, _AGAINST)


def _facts(alert: Alert) -> list[Block]:
    facts = []
    if alert.stage is not Stage.NONE:
        facts.append(label(f"*Stage:* {alert.stage.value}"))
    sources = sources_line(alert.sources)
    if sources:
        facts.append(plain(sources))
    facts.append(label(_times(alert)))
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


def _footer(alert: Alert, report_url: str) -> list[Block]:
    footer: list[Block] = []
    url = safe_url(alert.url)
    if url:
        footer.append({"type": "link", "url": url, "text": f"Read it at {host_of(url)[:100]}"})
    why: list[Block] = []
    if page := _page(alert, report_url):
        why = [{"type": "link", "url": page, "text": "Why this was told"}]
    elif alert.article_id:
        why = [text("Why? "), text(_explain(alert), code=True)]
    return [*footer, text("  ·  "), *why] if footer and why else footer + why


def _page(alert: Alert, report_url: str) -> str:
    """The story's page; a step is shown in its place on it."""
    step = alert.kind is AlertKind.STEP and bool(alert.development_ids)
    return story_link(report_url, alert.story_ids, alert.development_ids[0] if step else "")


def _explain(alert: Alert) -> str:
    return f"tidings explain {clean(alert.article_id, 60)}"


def _repeat_note() -> Block:
    return context(label("_Possible repeat: Slack did not say whether this was sent before._"))


def _short_text(alert: Alert) -> str:
    """What a notification shows. Escaped, since Slack parses it."""
    topics = ", ".join(_topics(alert))
    headline = clean(alert.headline, HEADLINE) or "(no headline)"
    step = "new step: " if alert.kind is AlertKind.STEP else ""
    return escape(f"{topics}: {step}{headline}" if topics else f"{step}{headline}")


def _full_text(alert: Alert, repeat: bool, report_url: str) -> str:
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
        *body_lines(alert),
        *section_lines(alert, report_url),
        f"{stage}{sources_line(alert.sources)}",
        "" if alert.kind in (AlertKind.DIGEST, AlertKind.NOTICE) else _times(alert),
        safe_url(alert.url) or "",
        f"Why? {_page(alert, report_url) or _explain(alert)}" if alert.article_id else "",
    ]
    whole = _short_text(alert)
    for line in (escape(line) for line in lines if line):
        if length(whole) + length(line) + 1 <= BODY_CHARACTERS + 1500:
            whole += "\n" + line
    return whole
