"""A topic as an operator drafts it, and as it stands in ``watch.yaml``."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, fields

from monitors.drafts.search import shared_words
from monitors.model import Article
from monitors.watchlist.mending import plain
from monitors.watchlist.values import slug

WIDTH = 92


@dataclass(frozen=True, slots=True)
class Draft:
    """What is written of a topic; empty fields are left out.

    :param opposites: near misses: what stands under ``not``
    """

    id: str
    name: str
    description: str
    examples: tuple[str, ...] = ()
    opposites: tuple[str, ...] = ()
    channel: str = ""
    sensitivity: str = ""
    at_most: str = ""


def id_of(name: str) -> str:
    """The id that a topic of this name gets."""
    return slug(name)


def proposed_description(name: str, examples: Sequence[Article]) -> str:
    """A description to begin with, from the name and the articles that were picked."""
    words = shared_words(examples)
    about = f" It is about {', '.join(words)}." if words else ""
    return f"{name}: a step is proposed, agreed, taken, delayed, refused or taken back.{about}"


def as_yaml(draft: Draft, indent: int = 2) -> str:
    """The lines of the topic, each ending with a line break.

    :param indent: how far the topic's id is indented
    """
    rows = [f"{draft.id}:", f"  name: {plain(draft.name)}"]
    rows += _description(draft.description)
    for key, texts in (("examples", draft.examples), ("not", draft.opposites)):
        if texts:
            rows += [f"  {key}:", *(f"    - {plain(text)}" for text in texts)]
    for field in fields(draft):
        if field.name in ("channel", "sensitivity", "at_most"):
            value = getattr(draft, field.name)
            rows += [f"  {field.name}: {plain(value)}"] if value else []
    return "".join(" " * indent + row + "\n" for row in rows)


def _description(text: str) -> list[str]:
    lines = textwrap.wrap(" ".join(text.split()), WIDTH, break_long_words=False)
    if len(lines) == 1:
        return [f"  description: {plain(lines[0])}"]
    return ["  description: >", *(f"    {line}" for line in lines)]
