"""What a judge's server sent, as an opinion or as no answer. There is nothing in between."""

from __future__ import annotations

import json
from typing import Any

from monitors.errors import JudgeUnclear
from monitors.model import GROUNDS, Counsel, Ground, Opinion

_REMEDY = "The built-in decision stands. Name a model that can answer by a JSON schema"


def opinion(body: bytes, subject: str, name: str) -> Opinion:
    """The opinion in an answer of ``/chat/completions``.

    The content must be exactly one JSON object with ``verdict`` and ``reason``, both of the
    closed list, and a reason that goes with the verdict. Nothing of the answer is quoted in
    an error: it may repeat the article, or the key.

    :param subject: names the server in errors
    :param name: names the judge in the opinion
    :raises JudgeUnclear: it is anything else
    """
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
        said = json.loads(content, object_pairs_hook=_once)
    except (ValueError, TypeError, LookupError, RecursionError):
        raise JudgeUnclear(subject, "its answer is no JSON object", _REMEDY) from None
    if not isinstance(said, dict) or set(said) != {"verdict", "reason"}:
        raise JudgeUnclear(subject, "its answer has other keys than asked for", _REMEDY)
    try:
        counsel, ground = Counsel(said["verdict"]), Ground(said["reason"])
    except (ValueError, TypeError):
        raise JudgeUnclear(subject, "its answer is none of the list", _REMEDY) from None
    if ground not in GROUNDS[counsel]:
        raise JudgeUnclear(subject, "its reason does not go with its verdict", _REMEDY)
    return Opinion(counsel, ground, name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """:raises ValueError: a key comes twice, so that it is open which one holds."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found
