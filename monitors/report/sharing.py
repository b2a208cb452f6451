"""What may leave this machine in a report: harmless text, links without secrets."""

from __future__ import annotations

import re

from monitors.alerts.escape import clean, safe_url
from monitors.redact import masked


def link(url: str) -> str:
    """``url`` as it may be shared: http(s) only, secrets masked; empty where there is none."""
    safe = safe_url(url)
    return masked(safe) if safe else ""


def words(text: str, limit: int) -> str:
    """``text`` on one line without anything that is not seen. Markup stays as it is written:
    the templates escape it.
    """
    return clean(text, limit)


def language_tag(code: str) -> str:
    """``code`` for a ``lang`` attribute; empty where the language is not known."""
    return (
        code if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code) and code != "und" else ""
    )
