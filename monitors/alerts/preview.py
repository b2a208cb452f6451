"""Messages as they look: rows of the outbox, and a page of them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from monitors.alerts.chart import draw
from monitors.alerts.compose import compose
from monitors.alerts.html import STYLE, Theme, message_html, picture_html
from monitors.alerts.outbox import Decorate
from monitors.model import (
    Alert,
    AlertKind,
    Delivery,
    Message,
)
from monitors.ports import Outbox

_MOST_ROWS = 10_000
_PAGE = """
body{margin:0}section{padding:20px 28px}section>div{max-width:720px}
h2{border-bottom:1px solid var(--line);padding:0 0 8px;margin:0 0 4px;font-size:17px}
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message, and when it stands in its channel.

    :param edited: its first words were others
    """

    message: Message
    at: datetime
    alert: Alert
    edited: bool = False

    @property
    def channel(self) -> str:
        """Its channel's name."""
        return self.alert.channel


def one(delivery: Delivery, decorate: Decorate | None = None, report_url: str = "") -> Shown:
    """A row of the outbox as its message."""
    message = compose(delivery, report_url)
    if decorate is not None:
        message = decorate(message, delivery)
    at = delivery.sent_at or delivery.alert.created_at
    return Shown(replace(message, edits=None), at, delivery.alert, message.edits is not None)


def thread(
    outbox: Outbox, story_id: str, decorate: Decorate | None = None, report_url: str = ""
) -> list[Shown]:
    """The messages of a story, the first one as its newest edit left it; empty if unknown."""
    rows = [r for r in outbox.rows(limit=_MOST_ROWS) if story_id in r.alert.story_ids]
    told = [r for r in reversed(rows) if r.alert.kind in (AlertKind.STORY, AlertKind.STEP)]
    shown = []
    for row in told:
        now = outbox.thread(story_id, row.alert.channel)
        first = row.alert.kind is AlertKind.STORY
        edited = first and now is not None and now.key == row.alert.key and now != row.alert
        current = replace(row, alert=now) if edited and now else row
        shown.append(replace(one(current, decorate, report_url), edited=edited))
    return shown


def page(shown: Sequence[Shown], themes: Sequence[Theme], title: str = "Tidings") -> str:
    """The messages as one HTML file that needs nothing else."""
    parts = [
        f'<section data-theme="{theme}">{"".join(_channels(shown))}</section>' for theme in themes
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}{_PAGE}</style><body>"
        f"{''.join(parts)}</body></html>\n"
    )


def _channels(shown: Sequence[Shown]) -> Iterator[str]:
    for channel in dict.fromkeys(item.channel for item in shown):
        yield f"<div><h2># {escape(channel.removeprefix('#'))}</h2>"
        for item in (item for item in shown if item.channel == channel):
            html = _html(item)
            yield f'<div class="thread">{html}</div>' if _is_reply(item) else html
        yield "</div>"


def _is_reply(item: Shown) -> bool:
    return item.message.thread_ts is not None


def _html(item: Shown) -> str:
    picture = draw(item.alert.activity) if item.alert.activity else None
    after = ""
    if picture is not None:
        data = base64.b64encode(picture.png).decode()
        after = picture_html(f"data:image/png;base64,{data}", picture.title, picture.alternative)
    return message_html(
        item.message.blocks,
        item.message.text,
        item.at,
        also=item.message.broadcast,
        edited=item.edited,
        after=after,
    )
