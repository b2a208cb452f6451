"""Writes a new topic into the watch list: added, and every other byte left as it is.

The lines of the topic are put behind those of the last one. What would come out is read
before it is written: a list that would be broken, or that would say anything else than
before beside the new topic, is never written.
"""

from __future__ import annotations

import difflib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node

from monitors.drafts.draft import Draft, as_yaml
from monitors.errors import ConfigError
from monitors.model import Topic, Watchlist
from monitors.watchlist.loading import files_of, first_mistake, read_texts


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file that has not been made yet.

    :param watchlist: the whole list as it would be
    """

    file: Path
    before: bytes
    after: bytes
    watchlist: Watchlist
    topic: Topic

    def diff(self) -> str:
        """What would change, as a unified diff."""
        old = self.before.decode("utf-8-sig").splitlines()
        new = self.after.decode("utf-8-sig").splitlines()
        name = str(self.file)
        return "\n".join(difflib.unified_diff(old, new, name, name, lineterm="", n=2))


def planned(watch: Path, draft: Draft) -> Edit:
    """The edit that adds ``draft`` to the list at ``watch``. Nothing is written.

    :raises ConfigError: the list is broken now, or would be with this topic
    """
    texts = {path: path.read_bytes() for path in files_of(watch) if path.is_file()}
    before, mistakes = read_texts(watch, texts)
    if mistakes:
        raise first_mistake(mistakes)
    if any(topic.id == draft.id for topic in before.topics):
        raise ConfigError(
            f"topic `{draft.id}`", "the watch list has one with this id", "Give it another id"
        )
    file = _home(texts)
    changed = _added(texts[file].decode("utf-8"), draft).encode("utf-8")
    after, mistakes = read_texts(watch, texts | {file: changed})
    if mistakes:
        first = mistakes[0]
        raise ConfigError(f"topic `{draft.id}`", first.problem, first.remedy)
    topic = next((topic for topic in after.topics if topic.id == draft.id), None)
    same = [topic for topic in after.topics if topic.id != draft.id] == list(before.topics)
    if topic is None or not same or after.sources != before.sources or not _says(topic, draft):
        raise ConfigError(
            str(file),
            "the topic cannot be added without changing something else",
            "Add these lines by hand under `topics:`\n" + as_yaml(draft),
        )
    return Edit(file, texts[file], changed, after, topic)


def write(edit: Edit) -> None:
    """Make the edit, whole or not at all.

    :raises ConfigError: the file was changed meanwhile, or cannot be written
    """
    if edit.file.read_bytes() != edit.before:
        raise ConfigError(
            str(edit.file), "it was changed meanwhile", "Nothing was written. Try again"
        )
    target = edit.file.resolve()  # a link stays a link
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(edit.after)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except OSError as error:
        with suppress(OSError):
            Path(name).unlink()
        raise ConfigError(
            str(edit.file), f"it cannot be written: {error.strerror}", "Check its permissions"
        ) from None


def _says(topic: Topic, draft: Draft) -> bool:
    """Whether what was read back is what was drafted."""
    return (topic.name, topic.description, topic.examples, topic.not_examples) == (
        draft.name,
        " ".join(draft.description.split()),
        draft.examples,
        draft.opposites,
    )


def _home(texts: dict[Path, bytes]) -> Path:
    """The file that the topic goes into: the last one that has topics."""
    with_topics = [path for path, text in sorted(texts.items()) if _topics(text.decode("utf-8"))]
    return with_topics[-1] if with_topics else max(texts)


def _topics(text: str) -> tuple[Node, Node] | None:
    """Key and value of the section ``topics``."""
    root = YAML(typ="safe", pure=True).compose(text)
    pairs = root.value if isinstance(root, MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == "topics"), None)


def _added(text: str, draft: Draft) -> str:
    found = _topics(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    if found is None:
        whole = text if text.endswith("\n") or not text else text + newline
        return whole + f"{newline}topics:{newline}" + as_yaml(draft).replace("\n", newline)
    key, value = found
    if isinstance(value, MappingNode) and value.flow_style:
        return _respelt(text, draft)
    lines = text.split("\n")
    if not isinstance(value, MappingNode):  # `topics:` and nothing
        indent, at, gap = 2, key.start_mark.line + 1, False
    else:
        indent = value.value[0][0].start_mark.column
        at = _end(lines, value, indent)
        gap = any(not line.strip() for line in lines[value.start_mark.line : at])
    block = as_yaml(draft, indent).rstrip("\n").split("\n")
    if newline == "\r\n":
        block = [f"{line}\r" for line in block]
    blank = "\r" if newline == "\r\n" else ""
    new = [blank, *block] if gap else block
    if at == len(lines):  # the last line does not end
        new = [*new, ""]
    return "\n".join([*lines[:at], *new, *lines[at:]])


def _end(lines: list[str], topics: MappingNode, indent: int) -> int:
    """The index of the line behind the last topic, with comments that belong to it."""
    end = min(int(topics.end_mark.line), len(lines))
    if topics.end_mark.column:  # the file ends in this line
        end += 1
    while end > 0:
        line = lines[end - 1]
        shallow = len(line) - len(line.lstrip()) < indent
        if line.strip() and not (line.lstrip().startswith("#") and shallow):
            break
        end -= 1
    return end


def _respelt(text: str, draft: Draft) -> str:
    """A section in braces is written anew, with its comments and its order."""
    from io import StringIO

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    document = yaml.load(text)
    entry = YAML(typ="safe", pure=True).load(as_yaml(draft))
    document["topics"].fa.set_block_style()
    document["topics"][draft.id] = entry[draft.id]
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()
