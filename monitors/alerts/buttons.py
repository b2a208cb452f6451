"""The buttons below a message, what was answered, and what a click says.

Pure. Whoever clicks sends a payload through Slack; nothing in it is believed but who, where
and which button, and these only in the form that Slack gives them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitors.model import Answer, AnswerKind, Message

UNMUTE = "tidings_unmute"
ACTIONS: Mapping[str, AnswerKind] = {
    "tidings_useful": AnswerKind.USEFUL,
    "tidings_not_new": AnswerKind.NOT_NEW,
    "tidings_not_relevant": AnswerKind.NOT_RELEVANT,
    "tidings_mute": AnswerKind.MUTE,
}
_LABELS: Mapping[AnswerKind, str] = {
    AnswerKind.USEFUL: "Useful",
    AnswerKind.NOT_NEW: "Not new",
    AnswerKind.NOT_RELEVANT: "Not relevant",
    AnswerKind.MUTE: "Mute story",
}

_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_TEAM = re.compile(r"[TE][A-Z0-9]{2,20}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,20}")
_TS = re.compile(r"\d{1,12}\.\d{6}")


@dataclass(frozen=True, slots=True)
class Click:
    """Which button somebody pressed below which message.

    :param kind: None takes back that the story was muted
    :param who: an opaque id, no name
    """

    kind: AnswerKind | None
    who: str
    channel_id: str
    ts: str


def with_buttons(message: Message, answers: Sequence[Answer], *, muted: bool) -> Message:
    """``message`` with what was answered and the buttons; one without blocks stays as it is."""
    if not message.blocks:
        return message
    shown = [*message.blocks]
    line = _answered(answers, muted)
    if line:
        text = {"type": "plain_text", "text": line, "emoji": False}
        shown.append({"type": "context", "block_id": "tidings_answers", "elements": [text]})
    actions = {name: _LABELS[kind] for name, kind in ACTIONS.items()}
    if muted:
        del actions["tidings_mute"]
        actions[UNMUTE] = "Unmute story"
    elements = [_button(name, label) for name, label in actions.items()]
    shown.append({"type": "actions", "block_id": "tidings_actions", "elements": elements})
    return replace(message, blocks=tuple(shown))


def read_click(payload: object) -> Click | str:
    """What a payload of Slack's ``block_actions`` says, or why it is refused."""
    if not isinstance(payload, Mapping) or payload.get("type") != "block_actions":
        return "it is no click on a button"
    actions = payload.get("actions")
    if not isinstance(actions, list) or len(actions) != 1:
        return "it does not hold one action"
    name = _part(actions[0], "action_id")
    if name not in ACTIONS and name != UNMUTE:
        return "the button is none of ours"
    user, team = _part(payload.get("user"), "id"), _part(payload.get("team"), "id")
    container = payload.get("container")
    channel_id, ts = _part(container, "channel_id"), _part(container, "message_ts")
    if not _USER.fullmatch(user) or (team and not _TEAM.fullmatch(team)):
        return "it does not say who clicked"
    if not _CHANNEL.fullmatch(channel_id) or not _TS.fullmatch(ts):
        return "it does not say below which message"
    return Click(ACTIONS.get(name), opaque_id(team, user), channel_id, ts)


def opaque_id(team: str, user: str) -> str:
    """The same for the same person, and no name: a hash of workspace and user."""
    return "R-" + hashlib.sha256(f"tidings\x1f{team}\x1f{user}".encode()).hexdigest()[:12]


def _answered(answers: Sequence[Answer], muted: bool) -> str:
    counts: Counter[AnswerKind] = Counter(
        answer.kind for answer in answers if answer.kind is not AnswerKind.MUTE
    )
    parts = [f"{_LABELS[kind]}: {counts[kind]}" for kind in AnswerKind if counts[kind]]
    if muted:
        since = [answer.at for answer in answers if answer.kind is AnswerKind.MUTE]
        when = f" since {_moment(min(since))}" if since else ""
        parts.append(f"Story muted{when}: no more messages of it")
    return "  ·  ".join(parts)


def _moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def _button(name: str, label: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label, "emoji": False}
    return {"type": "button", "action_id": name, "text": text}


def _part(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""
