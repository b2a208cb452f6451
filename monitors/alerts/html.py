"""Messages as HTML that looks like Slack, light and dark. Every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Literal

from monitors.alerts.escape import unescape

Theme = Literal["light", "dark"]
_MENTIONS = {"broadcast": "range", "user": "user_id", "usergroup": "usergroup_id"}

STYLE = """
[data-theme]{--back:#fff;--ink:#1d1c1d;--soft:#616061;--line:#ddd;--code:#f6f6f6;--red:#c01343;
--link:#1264a3;--at:#fdf5d8;--side:#3f0e40;--sideink:#cfc3cf;background:var(--back);
color:var(--ink);font:15px/1.46 Lato,"Segoe UI",system-ui,"Noto Sans",sans-serif}
[data-theme=dark]{--back:#1a1d21;--ink:#d1d2d3;--soft:#9a9b9e;--line:#3d4045;--code:#232529;
--red:#e8912d;--link:#1d9bd1;--at:#4b3f14;--side:#19171d;--sideink:#b9babd}
article{display:flex;gap:10px;padding:8px 0}article>i{background:#1164a3;color:#fff;
border-radius:6px;width:36px;height:36px;flex:none;font:700 18px/36px sans-serif;text-align:center}
article>div{min-width:0;overflow-wrap:anywhere}article b.who{font-weight:900}
article time,.edited,.ctx,.also{color:var(--soft);font-size:12.5px}
.app{background:var(--line);border-radius:3px;color:var(--soft);font-size:10px;font-weight:700;
padding:1px 3px;vertical-align:2px}
.ctx span+span::before{content:"\\00b7";padding:0 6px}h3{margin:4px 0;font-size:17px}
blockquote{border-left:4px solid var(--line);margin:4px 0;padding:0 0 0 12px}
code{white-space:normal;background:var(--code);border:1px solid var(--line);border-radius:3px;
color:var(--red);
padding:0 3px;font:12px/1.5 ui-monospace,monospace}
.thread{border-left:2px solid var(--line);margin:0 0 8px 18px;padding-left:26px}
p{margin:2px 0;white-space:pre-wrap}ul,ol{margin:2px 0;padding-left:26px}li{white-space:pre-wrap}
a{color:var(--link);text-decoration:none}
pre{white-space:pre-wrap;font:inherit;margin:2px 0}pre.code{background:var(--code);
border:1px solid var(--line);border-radius:4px;padding:8px;font:12px/1.5 ui-monospace,monospace}
.at{background:var(--at);color:var(--link)}
img.file{box-sizing:border-box;max-width:min(520px,100%);border:1px solid var(--line);
border-radius:8px}
.buttons{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0 2px}
.buttons button{background:none;border:1px solid var(--line);border-radius:4px;color:var(--ink);
font:700 13px/1 Lato,"Segoe UI",system-ui,sans-serif;padding:7px 12px;cursor:pointer}
hr{border:0;border-top:1px solid var(--line)}
"""


def message_html(
    blocks: Sequence[Mapping[str, Any]],
    text: str,
    at: datetime,
    *,
    also: bool = False,
    edited: bool = False,
    after: str = "",
    form: str = "",
) -> str:
    """One message.

    :param at: shown as its time
    :param also: a reply that is also sent to the channel
    :param after: HTML below the blocks, such as a picture
    :param form: HTML inside the form that holds the buttons; without it they do nothing
    """
    shown = "".join(_block(block, form) for block in blocks)
    body = shown or f"<pre>{escape(unescape(text))}</pre>"
    note = '<p class="also">also sent to the channel</p>' if also else ""
    mark = ' <span class="edited">(edited)</span>' if edited else ""
    return (
        f'<article><i>T</i><div>{note}<b class="who">Tidings</b> <span class="app">APP</span> '
        f"<time>{at.day} {at:%b %Y %H:%M} UTC</time>{body}{after}{mark}</div></article>"
    )


def picture_html(source: str, title: str, alternative: str) -> str:
    """A picture below a message.

    :param source: address, or a ``data:`` URL
    """
    return (
        f'<p class="ctx">{escape(title)}</p>'
        f'<img class="file" src="{escape(source)}" alt="{escape(alternative)}">'
    )


def _block(block: Mapping[str, Any], form: str) -> str:
    kind = block["type"]
    if kind == "header":
        return f"<h3>{escape(block['text']['text'])}</h3>"
    if kind == "divider":
        return "<hr>"
    if kind == "context":
        spans = "".join(f"<span>{_text(element)}</span>" for element in block["elements"])
        return f'<p class="ctx">{spans}</p>'
    if kind == "actions":
        return _buttons(block["elements"], form)
    if kind == "section":
        texts = [block["text"]] if "text" in block else []
        return "".join(f"<p>{_text(text)}</p>" for text in [*texts, *block.get("fields", [])])
    return "".join(_rich(element) for element in block["elements"])


def _buttons(elements: Sequence[Mapping[str, Any]], form: str) -> str:
    named = ((e["action_id"], e["text"]["text"]) for e in elements)
    buttons = "".join(
        f'<button name="action_id" value="{escape(name)}">{escape(label)}</button>'
        for name, label in named
    )
    if not form:
        return f'<div class="buttons">{buttons}</div>'
    return f'<form class="buttons" method="post" action="/press">{form}{buttons}</form>'


def _text(element: Mapping[str, Any]) -> str:
    if element["type"] == "plain_text":
        return escape(element["text"])
    shown = escape(unescape(element["text"]))
    shown = re.sub(r"\*([^*]+)\*", r"<b>\1</b>", shown)
    return re.sub(r"\b_([^_]+)_(?!\w)", r"<em>\1</em>", shown)


def _rich(element: Mapping[str, Any]) -> str:
    kind = element["type"]
    if kind == "rich_text_list":
        items = "".join(f"<li>{_inline(item['elements'])}</li>" for item in element["elements"])
        return f"<ul>{items}</ul>" if element["style"] == "bullet" else f"<ol>{items}</ol>"
    inner = _inline(element["elements"])
    if kind == "rich_text_quote":
        return f"<blockquote>{inner}</blockquote>"
    if kind == "rich_text_preformatted":
        return f'<pre class="code">{inner}</pre>'
    return f"<p>{inner}</p>"


def _inline(elements: Sequence[Mapping[str, Any]]) -> str:
    parts = []
    for element in elements:
        if element["type"] in _MENTIONS:
            who = escape(str(element[_MENTIONS[element["type"]]]))
            parts.append(f'<span class="at">@{who}</span>')
            continue
        shown = escape(element.get("text") or element.get("url", ""))
        style = element.get("style", {})
        for name, tag in (("bold", "b"), ("italic", "em"), ("strike", "s"), ("code", "code")):
            if style.get(name):
                shown = f"<{tag}>{shown}</{tag}>"
        if element["type"] == "link":
            shown = f'<a href="{escape(element["url"])}" rel="noreferrer">{shown}</a>'
        parts.append(shown)
    return "".join(parts)
