"""Markdown that shows what it is given as it is written.

Headlines and error texts come from anywhere, so everything that is not ours is escaped, and
never stands in the text of a link, where one of Prefect's UIs shows the escapes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from monitors.redact import redact

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~])")
_LEAD = re.compile(r"^(\d*)([-.=])")
_BARE = re.compile(r"(https?|www|mailto|ftp)(?=[:.])|@", re.IGNORECASE)


def escape(text: str, limit: int = 300) -> str:
    """Text that is shown as it is written, in one line: no markup, HTML, link or ping."""
    flat = " ".join(text.split())
    if len(flat) > limit:
        flat = flat[: limit - 1].rstrip() + "…"
    escaped = _MARKUP.sub(r"\\\1", html.escape(flat, quote=False))
    escaped = _LEAD.sub(r"\1\\\2", escaped)
    # A bare address would become a link: what it says and where it leads may differ.
    return _BARE.sub(lambda found: f"{found[0]}\u200b", escaped)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def address(url: str) -> str:
    """A link that names its host."""
    address = redact(url)
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    if not address.startswith(("http://", "https://")) or not re.fullmatch(r"[\w.-]+", host):
        return escape(address)
    return f"[{host}]({quote(address, safe=':/?#@!$&,;=%+~.-_')})"


def pairs(counts: Mapping[Any, Any]) -> str:
    """``3 sent, 1 dead``."""
    return ", ".join(f"{count} {getattr(name, 'value', name)}" for name, count in counts.items())


def counted(number: int, noun: str) -> str:
    """``1 alert``, ``2 alerts``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
