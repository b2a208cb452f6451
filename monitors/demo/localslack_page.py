"""The local Slack for the eye: channels, messages and threads on one plain page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from monitors.alerts.escape import unescape
from monitors.demo.localslack_workspace import Workspace

_MENTIONS = {"broadcast": "range", "user": "user_id", "usergroup": "usergroup_id"}
_STYLE = """
body{margin:0;font:15px/1.46 Lato,system-ui,sans-serif;color:#1d1c1d;display:flex;min-height:100vh}
nav{background:#3f0e40;color:#cfc3cf;padding:20px 16px;width:200px;flex:none}
nav h1{font-size:17px;color:#fff;margin:0 0 14px}nav a{color:inherit;display:block;padding:3px 0;
text-decoration:none}main{padding:8px 28px 40px;max-width:760px}
h2{border-bottom:1px solid #ddd;padding:10px 0;font-size:17px}
article{display:flex;gap:10px;padding:8px 0}article>i{background:#1164a3;color:#fff;
border-radius:6px;width:36px;height:36px;flex:none;font:700 18px/36px sans-serif;text-align:center}
article b.who{font-weight:900}article time,.edited,.ctx{color:#616061;font-size:12.5px}
.ctx span+span::before{content:"\\00b7";padding:0 6px}h3{margin:4px 0;font-size:17px}
blockquote{border-left:4px solid #ddd;margin:4px 0;padding:0 0 0 12px}
code{background:#f6f6f6;border:1px solid #ddd;border-radius:3px;color:#c01343;padding:0 3px}
.thread{border-left:2px solid #ddd;margin:0 0 8px 18px;padding-left:26px}
.also{color:#616061;font-size:12.5px}p{margin:2px 0;white-space:pre-wrap}ul{margin:2px 0}
pre{white-space:pre-wrap;font:inherit}pre.code{background:#f6f6f6;border:1px solid #ddd;
border-radius:4px;padding:8px;font:12px/1.5 ui-monospace,monospace}
.at{background:#fdf5d8;color:#1264a3}img.file{max-width:520px;border:1px solid #ddd;
border-radius:8px}
"""


def render(workspace: Workspace) -> str:
    """The page, with every text escaped."""
    names = sorted(workspace.channels)
    links = "".join(f'<a href="#{escape(name)}"># {escape(name)}</a>' for name in names)
    messages = workspace.snapshot()
    parts = []
    for name in names:
        channel_id = workspace.channels[name]
        own = [message for message in messages if message["channel"] == channel_id]
        body = "".join(_timeline(own)) or "<p>No messages yet.</p>"
        parts.append(f'<section id="{escape(name)}"><h2># {escape(name)}</h2>{body}</section>')
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta http-equiv="refresh" content="5"><title>Local Slack</title>'
        f"<style>{_STYLE}</style><nav><h1>Local newsroom</h1>{links}</nav>"
        f"<main>{''.join(parts)}</main></html>"
    )


def _timeline(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Messages oldest first, each with its thread below it."""
    for message in messages:
        if message.get("thread_ts", message["ts"]) != message["ts"]:
            continue
        yield _message(message)
        replies = [
            reply
            for reply in messages
            if reply.get("thread_ts") == message["ts"] and reply["ts"] != message["ts"]
        ]
        if replies:
            yield f'<div class="thread">{"".join(_message(reply) for reply in replies)}</div>'


def _message(message: Mapping[str, Any]) -> str:
    moment = datetime.fromtimestamp(float(message["ts"]), UTC)
    also = (
        '<p class="also">also sent to the channel</p>'
        if message.get("subtype") == "thread_broadcast"
        else ""
    )
    edited = ' <span class="edited">(edited)</span>' if "edited" in message else ""
    blocks = message.get("blocks")
    pictures = "".join(_picture(file) for file in message.get("files", ()))
    body = (
        "".join(_block(block) for block in blocks)
        if blocks
        else f"<pre>{escape(unescape(str(message['text'])))}</pre>"
    )
    return (
        f'<article><i>T</i><div>{also}<b class="who">Tidings</b> '
        f"<time>{moment:%d %b %Y %H:%M} UTC</time>{body}{pictures}{edited}</div></article>"
    )


def _picture(file: Mapping[str, Any]) -> str:
    return (
        f'<p class="ctx">{escape(str(file.get("title", "")))}</p><img class="file" '
        f'src="/files/{escape(str(file["id"]))}" alt="{escape(str(file.get("alt_txt", "")))}">'
    )


def _block(block: Mapping[str, Any]) -> str:
    kind = block["type"]
    if kind == "header":
        return f"<h3>{escape(block['text']['text'])}</h3>"
    if kind == "divider":
        return "<hr>"
    if kind == "context":
        spans = "".join(f"<span>{_text(element)}</span>" for element in block["elements"])
        return f'<p class="ctx">{spans}</p>'
    if kind == "actions":
        names = ((e["action_id"], e["text"]["text"]) for e in block["elements"])
        buttons = "".join(
            f'<button name="action_id" value="{escape(name)}">{escape(label)}</button>'
            for name, label in names
        )
        return f'<p class="buttons">{buttons}</p>'
    if kind == "section":
        texts = [block["text"]] if "text" in block else []
        return "".join(f"<p>{_text(text)}</p>" for text in [*texts, *block.get("fields", [])])
    return "".join(_rich(element) for element in block["elements"])


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
    return (
        f'<pre class="code">{inner}</pre>'
        if kind == "rich_text_preformatted"
        else f"<p>{inner}</p>"
    )


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
