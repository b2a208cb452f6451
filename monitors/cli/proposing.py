"""What ``tidings check`` proposes for the address of a site, as lines for watch.yaml."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitors.cli import output

if TYPE_CHECKING:
    from datetime import datetime

    from monitors.model import Source
    from monitors.ports import Fetcher
    from monitors.sources.discover import Proposal


async def proposals(url: str, fetcher: Fetcher, now: datetime) -> list[Proposal]:
    """What can be watched of the site at ``url``; empty where it cannot be fetched either."""
    from monitors.errors import FetchError
    from monitors.sources.discover import discover

    try:
        return await discover(url, fetcher, now)
    except FetchError:
        return []


def show(found: list[Proposal], source: Source | None = None) -> None:
    """Print what was found, each with the line to paste.

    :param source: the one that is to be mended; its name, tier and language stay
    """
    for number, proposal in enumerate(found, start=1):
        name = source.name if source else _name(proposal, number)
        newest = f", newest {proposal.newest:%d %b %Y %H:%M}" if proposal.newest else ", no dates"
        title = f" “{proposal.title}”" if proposal.title else ""
        entries = output.count(proposal.entries, "entry", "entries")
        output.say(f"       {proposal.kind}{title}: {entries}{newest}")
        output.say(f"         {line(proposal, name, source)}", "bold")


def line(proposal: Proposal, name: str, source: Source | None = None) -> str:
    """``proposal`` as a line of watch.yaml's ``sources``."""
    from monitors.model import Tier

    fields = {"name": name, "kind": proposal.kind, "url": json.dumps(proposal.url)}
    if not re.fullmatch(r"\w[\w .-]*\w", name) or name.lower() in (
        "yes",
        "no",
        "on",
        "off",
        "null",
    ):
        fields["name"] = json.dumps(name, ensure_ascii=False)
    if source and source.tier is not Tier.PRESS:
        fields["tier"] = source.tier.value
    if source and source.language:
        fields["language"] = source.language
    return "- {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def addressed(text: str) -> str:
    """``text`` as an address: ``example.org`` is meant as a site."""
    return text if "://" in text else f"https://{text}"


def _name(proposal: Proposal, number: int) -> str:
    """The site's name, and from the second on what tells it from the first."""
    site = (urlsplit(proposal.url).hostname or proposal.url).removeprefix("www.")
    return site if number == 1 else f"{site} {proposal.title or number}"
