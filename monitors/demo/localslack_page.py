"""The local Slack for the eye: channels, messages and threads on one plain page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from monitors.alerts.html import STYLE, message_html, picture_html
from monitors.demo.localslack_workspace import Workspace

_STYLE = """
body{margin:0;display:flex;min-height:100vh}
nav{background:var(--side);color:var(--sideink);padding:20px 16px;width:200px;flex:none}
nav h1{font-size:17px;color:#fff;margin:0 0 14px}nav a{color:inherit;display:block;padding:3px 0}
main{padding:8px 28px 40px;max-width:760px}
h2{border-bottom:1px solid var(--line);padding:10px 0;font-size:17px}
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
        f'<style>{STYLE}{_STYLE}</style><body data-theme="light">'
        f"<nav><h1>Local newsroom</h1>{links}</nav><main>{''.join(parts)}</main></html>"
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
    pictures = (
        picture_html(
            f"/files/{file['id']}", str(file.get("title", "")), str(file.get("alt_txt", ""))
        )
        for file in message.get("files", ())
    )
    return message_html(
        message.get("blocks") or (),
        str(message["text"]),
        datetime.fromtimestamp(float(message["ts"]), UTC),
        also=message.get("subtype") == "thread_broadcast",
        edited="edited" in message,
        after="".join(pictures),
        form=f'<input type="hidden" name="ts" value="{escape(str(message["ts"]))}">',
    )
