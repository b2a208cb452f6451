"""The ``sources:`` section."""

from __future__ import annotations

from pathlib import Path

from monitors.model import Source, Tier
from monitors.sources import READERS
from monitors.watchlist import values
from monitors.watchlist.mending import EXAMPLES, SHAPES, without
from monitors.watchlist.nodes import Reader, absent, pairs_of
from monitors.watchlist.topics import Defaults

KINDS = tuple(READERS)
"""The kinds of source that there are readers for."""

KEYS = ("name", "kind", "url", "tier", "language", "every", "pattern", "robots", "id")
NEEDED = ("name", "kind", "url")
ROBOTS_KEYS = ("ignore", "because")
LEAST_REASON = 10
"""Letters of the reason why robots.txt may be ignored."""


def read_sources(reader: Reader, defaults: Defaults) -> list[tuple[Source, Reader]]:
    """The sources that are well formed, each with its place."""
    found = [(_read(item, defaults), item) for item in reader.items()]
    return [(source, item) for source, item in found if source is not None]


def _read(item: Reader, defaults: Defaults) -> Source | None:
    before = len(item.notes)
    fields = dict(pairs_of(item.called("a source"), KEYS))
    if len(item.notes) == before or fields:
        for key in absent(item, fields, NEEDED, KEYS):
            mended = item.with_also(key, EXAMPLES[key])
            item.note(f"the source has no `{key}`", f"Add `{key}:`", mended)
    name = fields["name"].text() if "name" in fields else None
    kind = values.one_of(fields["kind"], KINDS) if "kind" in fields else None
    url = _address(fields["url"], kind) if "url" in fields else None
    tier = values.choice(fields["tier"], Tier) if "tier" in fields else Tier.PRESS
    language = values.language(fields["language"]) if "language" in fields else None
    every = values.duration(fields["every"]) if "every" in fields else defaults.every
    pattern = values.pattern(fields["pattern"]) if "pattern" in fields else None
    if pattern is not None and kind not in ("page", None):
        fields["pattern"].note(
            f"`pattern` has no meaning for kind {kind}",
            "Leave it out, or use kind page",
            without(item.node, "pattern"),
        )
    because = _robots(fields["robots"]) if "robots" in fields else ""
    source_id = _id(fields.get("id"), name, item)
    if len(item.notes) > before or not (name and kind and url and tier and every):
        return None
    adaptive = defaults.adaptive and "every" not in fields
    return Source(source_id, name, kind, url, tier, language, every, pattern, because, adaptive)


def _robots(reader: Reader) -> str:
    """Why the source's pages are fetched whatever robots.txt says; empty where it is kept."""
    shown, mended = f"Write `robots: {SHAPES['robots']}`", reader.shaped()
    before = len(reader.notes)
    fields = dict(pairs_of(reader, ROBOTS_KEYS))
    ignore = fields["ignore"].text() if "ignore" in fields else None
    because = (fields["because"].text() or "").strip() if "because" in fields else ""
    if len(reader.notes) > before:
        return ""
    if ignore not in ("true", "false"):
        reader.note("`robots` says with `ignore` whether robots.txt is ignored", shown, mended)
    elif ignore == "true" and len(because) < LEAST_REASON:
        reader.note("`robots` does not say why robots.txt may be ignored", shown, mended)
    return because if ignore == "true" else ""


def _id(written: Reader | None, name: str | None, item: Reader) -> str:
    if written is None:
        made = values.slug(name or "")
        if name and not made:
            mended = item.with_also("id", EXAMPLES["id"])
            item.note(
                f"no id can be made of the name {name!r}", "Add `id:` in plain letters", mended
            )
        return made
    text = written.text() or ""
    if text and values.slug(text) != text:
        proper = values.slug(text)
        remedy = f"Did you mean `{proper}`?" if proper else "Use a-z, 0-9 and hyphens"
        mended = written.instead(proper or EXAMPLES["id"])
        written.note(f"{text!r} is no id: only a-z, 0-9 and hyphens", remedy, mended)
    return text


def _address(reader: Reader, kind: str | None) -> str | None:
    """The URL; for a folder its path, taken from where the file lies."""
    if kind != "folder":
        return values.url(reader)
    text = reader.text()
    return None if text is None else str(Path(reader.path).parent / Path(text).expanduser())
