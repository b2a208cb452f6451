"""Reading a watch list from a file, or from every YAML file of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node

from monitors.errors import WatchlistError
from monitors.model import Source, Topic, Watchlist
from monitors.watchlist.mending import SHAPES, indented, syntax, with_value
from monitors.watchlist.nodes import Notes, Reader, pairs_of
from monitors.watchlist.sources import read_sources
from monitors.watchlist.topics import (
    ChannelSettings,
    Defaults,
    all_channels,
    read_channels,
    read_defaults,
    read_topics,
)

SECTIONS = ("defaults", "channels", "sources", "topics")

_T = TypeVar("_T", Source, Topic)


def load_watchlist(path: Path | str) -> Watchlist:
    """The watch list at ``path``: a file, or a folder whose ``*.yaml`` files are merged.

    :raises WatchlistError: the first mistake, with how many more there are
    """
    found, mistakes = _read(Path(path))
    if mistakes:
        raise first_mistake(mistakes)
    return found


def first_mistake(mistakes: Sequence[WatchlistError]) -> WatchlistError:
    """The first of ``mistakes``, of which there are some, with how many more there are."""
    first = mistakes[0]
    others = len(mistakes) - 1
    if not others:
        return first
    more = f"{others} more mistake{'s' if others > 1 else ''}: run `tidings check`"
    remedy = f"{first.remedy.rstrip('.')} ({more})" if first.remedy else more
    return WatchlistError(first.path, first.line, first.problem, remedy, first.mended)


def problems(path: Path | str) -> list[WatchlistError]:
    """Every mistake in the watch list at ``path``, by file and line; empty where it is good."""
    return _read(Path(path))[1]


def read_texts(path: Path, texts: Mapping[Path, bytes]) -> tuple[Watchlist, list[WatchlistError]]:
    """The watch list that files with these contents make, and every mistake in it.

    :param path: the file or folder that they are, or were
    :param texts: a file that is missing here is read from the disk
    """
    return _read(path, texts)


@dataclass
class _Found:
    """What the files hold together."""

    defaults: Defaults = field(default_factory=Defaults)
    sources: list[tuple[Source, Reader]] = field(default_factory=list)
    topics: list[tuple[Topic, Reader]] = field(default_factory=list)


def _read(
    path: Path, texts: Mapping[Path, bytes] | None = None
) -> tuple[Watchlist, list[WatchlistError]]:
    notes: Notes = []
    files = sorted(texts) if texts else _files(path, notes)
    known = texts or {}
    documents = [(f, node) for f in files if (node := _parse(f, known.get(f), notes))]
    sections = [s for file, node in documents for s in _sections(file, node, notes)]
    found = _Found()
    found.defaults = read_defaults([r for name, r in sections if name == "defaults"])
    said: list[ChannelSettings] = []
    for name, reader in sections:
        if name == "channels":
            said += read_channels(reader, found.defaults)
    bases = _bases(said)
    for name, reader in sections:
        if name == "sources":
            found.sources += read_sources(reader, found.defaults)
        elif name == "topics":
            found.topics += read_topics(reader, found.defaults, bases)
    sources = _unique(found.sources, "source")
    topics = _unique(found.topics, "topic")
    channels = all_channels(topics, said, found.defaults)
    if documents and not notes:
        _require(path, sections, sources, topics, notes)
    notes.sort(key=lambda e: (e.path, e.line))
    return Watchlist(sources, topics, found.defaults.operators_channel, channels), notes


def _bases(said: Sequence[ChannelSettings]) -> dict[str, Defaults]:
    """What each channel's topics take; a channel that is there twice is noted."""
    first: dict[str, ChannelSettings] = {}
    for settings in said:
        name = settings.channel.name
        if name in first:
            place = f"{first[name].place.path}:{first[name].place.line}"
            settings.place.note(f"channel {name!r} is there already ({place})", "Keep one of them")
        first.setdefault(name, settings)
    return {name: settings.base for name, settings in first.items()}


def files_of(path: Path) -> list[Path]:
    """The files that a watch list consists of; ``path`` itself where it is no folder."""
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.iterdir() if p.suffix in (".yaml", ".yml") and p.is_file())


def _files(path: Path, notes: Notes) -> list[Path]:
    files = files_of(path)
    if not files:
        problem = "the folder has no *.yaml file"
        remedy = "Run `tidings init` to write one"
        notes.append(WatchlistError(str(path), 0, problem, remedy))
    return files


def _parse(file: Path, content: bytes | None, notes: Notes) -> Node | None:
    """The node tree of ``file``; None with a note where it cannot be read or is empty.

    :param content: what it holds; read where None
    """
    name = str(file)
    try:
        text = (file.read_bytes() if content is None else content).decode("utf-8-sig")
    except FileNotFoundError:
        problem, remedy = "there is no such file", "Run `tidings init` to write one"
        notes.append(WatchlistError(name, 0, problem, remedy))
        return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        notes.append(
            WatchlistError(name, 0, f"it cannot be read: {reason}", "Check its permissions")
        )
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        notes.append(WatchlistError(name, line, "it is not UTF-8", "Save the file as UTF-8"))
        return None
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        notes.append(_syntax_error(name, text, error))
        return None
    except RecursionError:
        problem = "it is no watch list: hundreds of lists or maps are nested in one another"
        notes.append(WatchlistError(name, 0, problem, "Run `tidings init` for an example"))
        return None
    if node is None:
        notes.append(
            WatchlistError(
                name, 0, "the file is empty", "Run `tidings init` in a new folder for an example"
            )
        )
    return node


def _syntax_error(name: str, text: str, error: YAMLError) -> WatchlistError:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    line = mark.line + 1 if mark else 0
    lines = text.splitlines()
    place, mended = syntax(text, error)
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    for number, written in enumerate(lines[: max(line, 1)], 1):
        if "\t" in written[: len(written) - len(written.lstrip())]:
            remedy = "Indent with spaces"
            problem, proper = "a tab is used to indent", indented(text, number)
            return WatchlistError(name, number, problem, remedy, proper)
    what = (getattr(error, "problem", None) or "it cannot be parsed").strip()
    remedy = "Check the indentation, and quote texts that hold a colon, # or begin with * & ! @"
    if shown.count(": ") > 1 and "{" not in shown:
        remedy = "Put the text in quotes: it holds a colon"
    if mended:
        line = place
    return WatchlistError(name, line, f"this is no YAML: {what}", remedy, mended)


def _sections(file: Path, node: Node, notes: Notes) -> list[tuple[str, Reader]]:
    reader = Reader(str(file), node, notes, "the file")
    return [(key, value) for key, value in pairs_of(reader, SECTIONS) if not value.is_empty()]


def _unique(found: Sequence[tuple[_T, Reader]], what: str) -> tuple[_T, ...]:
    """What was found, without those whose id is taken; each of them is noted."""
    first: dict[str, tuple[_T, Reader]] = {}
    for thing, reader in found:
        if thing.id not in first:
            first[thing.id] = (thing, reader)
            continue
        other = first[thing.id][1]
        where = f"line {other.line}" if other.path == reader.path else f"{other.path}:{other.line}"
        remedy = "Give one of them another name" + (" or an `id`" if what == "source" else "")
        mended = _other_id(what, thing.id, reader)
        reader.note(f"a {what} with id {thing.id!r} is there already ({where})", remedy, mended)
    return tuple(thing for thing, _ in first.values())


def _other_id(what: str, taken: str, reader: Reader) -> str:
    """The line with an id that is free in all likelihood."""
    other = f"{taken}-2"
    if what == "topic":
        return reader.renamed(other)
    for key, value in reader.node.value:
        if key.value == "id":
            return with_value(value, key, other)
    return reader.with_also("id", other)


def _require(
    path: Path,
    sections: Sequence[tuple[str, Reader]],
    sources: Sequence[Source],
    topics: Sequence[Topic],
    notes: Notes,
) -> None:
    lines = {name: (reader.path, reader.line) for name, reader in sections}
    for name, things in (("sources", sources), ("topics", topics)):
        if not things:
            where, line = lines.get(name, (str(path), 0))
            remedy = f"Add at least one under `{name}:`; `tidings init` writes an example"
            mended = f"{name}: {SHAPES[name]}"
            notes.append(WatchlistError(where, line, f"there are no {name}", remedy, mended))
