"""Where the pages of a report are, for those who write them and those who link to them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")


def file_name(identity: str) -> str:
    """The name of the page of ``identity``, without its folder; the same each time."""
    if _SAFE_NAME.fullmatch(identity):
        return f"{identity}.html"
    return f"x{hashlib.sha256(identity.encode('utf-8', 'replace')).hexdigest()[:20]}.html"


def story_path(story_id: str) -> str:
    """Where the page of a story is, from the root of the report."""
    return f"stories/{file_name(story_id)}"


def step_anchor(development_id: str) -> str:
    """The name of a step on its story's page."""
    return file_name(development_id).removesuffix(".html")


def story_link(report_url: str, story_ids: Sequence[str], development_id: str = "") -> str:
    """The address of a story's page; empty where no report is served, or there is no story.

    :param report_url: where the report is served, with a slash at its end; empty: nowhere
    :param story_ids: the first is linked
    :param development_id: the step of it that is meant, where one is
    """
    if not report_url or not story_ids or not story_ids[0]:
        return ""
    anchor = f"#{step_anchor(development_id)}" if development_id else ""
    return f"{report_url}{story_path(story_ids[0])}{anchor}"
