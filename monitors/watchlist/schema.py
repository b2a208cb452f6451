"""The form of ``watch.yaml`` as a JSON Schema, for editors: completion, hints, red lines.

Draft 7, which the YAML language server knows in full. What one value says of another (an id
that is taken, a channel without topics) is beyond it: that is for ``tidings check``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from monitors.model import Sensitivity, Stage, Tier
from monitors.watchlist import sources, topics, values

FILE_NAME = "watch.schema.json"

LINE = f"# yaml-language-server: $schema={FILE_NAME}"
"""The first line of a watch list that editors check with the schema beside it."""

Node = dict[str, Any]

_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#@:\[\]]+)"
_URL = rf"^[Hh][Tt][Tt][Pp][Ss]?://(?:[^\s/?#@]*@)?{_HOST}(?::\d*)?(?:[/?#]\S*)?$"


def schema() -> Node:
    """The schema of one file of a watch list."""
    sections = {
        "defaults": _mapping("What holds where nothing else is said.", _defaults()),
        "channels": {
            "description": "What holds for one channel as a whole, by its name.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": _whole(values.CHANNEL.pattern)},
            "additionalProperties": _mapping("A channel.", _channel()),
        },
        "sources": {
            "description": "Where news come from.",
            "type": ["array", "null"],
            "items": _source(),
        },
        "topics": {
            "description": "What somebody wants to be told, by id.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": _SLUG},
            "additionalProperties": _topic(),
        },
    }
    sections["defaults"]["type"] = ["object", "null"]
    whole = _mapping("What Tidings watches. After each edit: tidings check", sections)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "watch.yaml", **whole}


def text() -> str:
    """The schema as the file that ``tidings schema`` writes."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _defaults() -> Node:
    return {
        **_shared(),
        "every": _every(),
        "operators_channel": _channel_name("Where trouble is told, once."),
        "digest": _digest(),
    }


def _channel() -> Node:
    shared = _shared()
    kept = {key: shared[key] for key in ("at_most", "timezone", "quiet_hours", "urgent")}
    return {"digest": _digest(), **kept}


def _topic() -> Node:
    fields: Node = {
        "name": _text("The topic in a few words, as messages show it."),
        "description": _text("One or two sentences: what happens when it happens."),
        "examples": _texts("Headlines that you would want to be told."),
        "not": _texts("Near misses that you would not."),
        "keywords": _mapping(
            "Words beside the description. A * at the end matches any ending.",
            {
                "any": _texts("Bring an article past the screen, and weigh for a match."),
                "none": _texts("In title or lead, they keep an article out."),
            },
        ),
        **_shared(),
    }
    return _mapping("A topic: a name and a description are enough.", fields, topics.NEEDED)


def _source() -> Node:
    fields: Node = {
        "name": _text("The outlet, as messages show it."),
        "kind": _choice("How it lists its articles.", sources.KINDS),
        "url": _text("Address of the feed, sitemap or page; for a folder its path."),
        "tier": _enum("How close it stands to the facts.", Tier, Tier.PRESS),
        "language": _like(
            "Two letters, where it has only one: en, ru, de.", values.LANGUAGE.pattern
        ),
        "every": _every(),
        "pattern": {
            **_text("Regular expression that links to articles match. Kind page only."),
            "format": "regex",
        },
        "robots": _robots(),
        "id": {**_text("Made of the name where it is left out."), "pattern": _SLUG},
    }
    source = _mapping("A source.", fields, sources.NEEDED)
    source["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": "folder"}}, "required": ["kind"]},
            "else": {"properties": {"url": {"type": "string", "pattern": _URL}}},
        },
        {
            "if": {"properties": {"kind": {"const": "page"}}, "required": ["kind"]},
            "else": {"properties": {"pattern": False}},
        },
    ]
    return source


def _robots() -> Node:
    fields = {
        "ignore": {"description": "Fetch its pages all the same.", "enum": [True, False]},
        "because": _text("Why that is right, in words. Shown where it counts."),
    }
    robots = _mapping("Where robots.txt is not kept, and why.", fields, ("ignore",))
    robots["if"] = {"properties": {"ignore": {"const": True}}, "required": ["ignore"]}
    least = {"type": "string", "minLength": sources.LEAST_REASON}
    robots["then"] = {"required": ["because"], "properties": {"because": least}}
    return robots


def _shared() -> Node:
    """What defaults and topics may both say."""
    stages = [stage.value for stage in Stage if stage is not Stage.NONE]
    periods = "|".join(values.PERIODS)
    return {
        "channel": _channel_name('Where it is told; in quotes: "#news-alerts".'),
        "sensitivity": _enum("How readily it alerts.", Sensitivity, Sensitivity.BALANCED),
        "at_most": _like(
            "Alert budget: 3/day, 10/week. The rest goes into the digest.",
            rf"0*[1-9]\d{{0,3}}\s*(?:/|per|a)\s*(?:{periods})",
        ),
        "timezone": _text("IANA time zone, e.g. Europe/London."),
        "quiet_hours": _like(
            'Local times: "22:00-07:00". Alerts wait, and come as one digest.',
            rf"{_TIME}\s*[-–]\s*{_TIME}",
        ),
        "urgent": _one_or_more(_choice("Stages told in quiet hours as well.", stages)),
        "mention": _one_or_more(
            _like(
                '"@here", "@channel" or ids from Slack: on decisions and acts only.',
                values.MENTION.pattern,
            )
        ),
    }


def _every() -> Node:
    return _like("How often it is asked: 10m, 2h. Left out: adapts.", values.DURATION.pattern)


def _digest() -> Node:
    days = "|".join(_any_case(day) for day in ("daily", *values.WEEKDAYS))
    return _like("daily 08:00, monday 08:00, or off.", rf"{_any_case('off')}|(?:{days})\s+{_TIME}")


def _channel_name(description: str) -> Node:
    return _like(description, values.CHANNEL.pattern)


def _mapping(description: str, fields: Mapping[str, Node], needed: Sequence[str] = ()) -> Node:
    node: Node = {"description": description, "type": "object"}
    if needed:
        node["required"] = list(needed)
    return {**node, "properties": dict(fields), "additionalProperties": False}


def _text(description: str) -> Node:
    """Any single value: YAML takes 2025 for a number and yes for a truth."""
    return {
        "description": description,
        "type": ["string", "number", "boolean"],
        "pattern": r"\S",
    }


def _texts(description: str) -> Node:
    return {"description": description, "type": ["array", "null"], "items": _text(description)}


def _like(description: str, pattern: str) -> Node:
    return {"description": description, "type": "string", "pattern": _whole(pattern)}


def _choice(description: str, allowed: Sequence[str]) -> Node:
    return {"description": description, "enum": list(allowed)}


def _enum(description: str, kind: type[StrEnum], default: StrEnum) -> Node:
    return {
        **_choice(description, [member.value for member in kind]),
        "default": default.value,
    }


def _one_or_more(item: Node) -> Node:
    return {
        "description": item["description"],
        "anyOf": [item, {"type": "array", "items": item}],
    }


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _any_case(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter}]" for letter in word)
