"""YAML nodes that know their line: the reader's hands.

Nodes are read instead of Python objects because they keep the line of every key and value,
and every duplicate of a key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitors.errors import WatchlistError
from monitors.watchlist import mending

Notes = list[WatchlistError]

_ALIKE = 60
_SHAPES = {MappingNode: "a mapping of keys", SequenceNode: "a list", ScalarNode: "a single value"}


@dataclass(frozen=True)
class Reader:
    """A node, the file that it is in, and where its mistakes are noted.

    :param what: the node in words, for error texts
    :param key: the key that it is the value of
    """

    path: str
    node: Node
    notes: Notes
    what: str
    key: Node | None = None

    @property
    def line(self) -> int:
        """1-based line of the value, or of its key where the value begins below it."""
        node = self.node if self.key is None else self.key
        return int(node.start_mark.line) + 1

    def note(self, problem: str, remedy: str = "", mended: str = "") -> None:
        """Note a mistake on this line.

        :param mended: what to write instead
        """
        self.notes.append(WatchlistError(self.path, self.line, problem, remedy, mended))

    def of(self, node: Node, what: str, key: Node | None = None) -> Reader:
        """The reader of a part."""
        return Reader(self.path, node, self.notes, what, key)

    def called(self, what: str) -> Reader:
        """The same by another name."""
        return replace(self, what=what)

    def instead(self, text: str) -> str:
        """The line with another value."""
        return mending.with_value(self.node, self.key, mending.plain(text))

    def example(self) -> str:
        """The line with a value that is right for its key; empty where none is known."""
        name = str(self.key.value) if isinstance(self.key, ScalarNode) else ""
        text = mending.EXAMPLES.get(name)
        return self.instead(text) if text else ""

    def shaped(self, otherwise: str = "") -> str:
        """The line with a value that has the parts its key asks for.

        :param otherwise: the value, which is YAML, where none is known for this key
        """
        name = str(self.key.value) if isinstance(self.key, ScalarNode) else ""
        value = mending.SHAPES.get(name, otherwise)
        return mending.with_value(self.node, self.key, value) if value else ""

    def with_also(self, key: str, value: str) -> str:
        """The mapping's first line with another key."""
        return mending.with_more(self.node, key, mending.plain(value), self.key)

    def renamed(self, key: str) -> str:
        """The line with another key."""
        return mending.with_key(self.key, mending.plain(key)) if self.key is not None else ""

    def is_empty(self) -> bool:
        """Whether nothing is written, or ``null``."""
        return isinstance(self.node, ScalarNode) and str(self.node.tag).endswith(":null")

    def text(self) -> str | None:
        """The value as text; noted and None where it is a list, a mapping or nothing."""
        if not isinstance(self.node, ScalarNode):
            cut = mending.cut_at_colon(self.node)
            if cut:
                remedy = "Put the text in quotes: it holds a colon"
                self.note(f"{self.what} must be text, not {shape(self.node)}", remedy, cut)
                return None
            first = self.node.value[0] if self.node.value else None
            only = str(first.value) if isinstance(first, ScalarNode) else ""
            self.note(
                f"{self.what} must be text, not {shape(self.node)}",
                "Write a single value",
                self.instead(only) if only else "",
            )
            return None
        value = " ".join(str(self.node.value).split())
        if self.is_empty() or not value:
            behind = mending.behind(self.key) if self.key is not None else ""
            hidden = re.match(r"\s*(#[^\s#]+)", behind)
            self.note(
                f"{self.what} is empty",
                'Write a value; in quotes where it begins with #, e.g. "#news-alerts"',
                self.instead(hidden[1]) if hidden else self.example(),
            )
            return None
        return value

    def items(self) -> list[Reader]:
        """The elements of a list; noted and empty where it is none."""
        if not isinstance(self.node, SequenceNode):
            text = str(self.node.value) if isinstance(self.node, ScalarNode) else ""
            mended = self.shaped(f"[{mending.plain(text)}]" if text else "")
            problem = f"{self.what} must be a list, not {shape(self.node)}"
            self.note(problem, "Begin each with `- `", mended)
            return []
        return [self.of(n, f"entry {i} of {self.what}") for i, n in enumerate(self.node.value, 1)]

    def texts(self) -> tuple[str, ...]:
        """The texts of a list."""
        if self.is_empty():
            return ()
        return tuple(text for item in self.items() if (text := item.text()) is not None)


def shape(node: Node) -> str:
    """What kind of node it is, in words."""
    return next((words for kind, words in _SHAPES.items() if isinstance(node, kind)), "that")


def pairs_of(reader: Reader, allowed: Sequence[str] | None = None) -> Iterator[tuple[str, Reader]]:
    """Keys and values of a mapping; unknown and repeated keys are noted and left out.

    :param allowed: the keys there may be; any key where None
    """
    node = reader.node
    if not isinstance(node, MappingNode):
        example = f"`{allowed[0]}: ...`" if allowed else "`key: value`"
        problem = f"{reader.what} must be a mapping of keys, not {shape(node)}"
        reader.note(problem, f"Write e.g. {example}", reader.shaped(_described(reader, allowed)))
        return
    seen: dict[str, int] = {}
    for key_node, value in node.value:
        key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
        part = reader.of(value, f"`{key}`", key_node)
        if not key:
            part.note("a key is missing or no text", "Write a word and a colon")
        elif key in seen:
            part.note(f"`{key}` is given twice (first in line {seen[key]})", "Keep one of them")
        elif allowed is not None and key not in allowed:
            likely = likely_of(key, allowed)
            mended = part.renamed(likely) if likely else ""
            part.note(f"unknown key `{key}` in {reader.what}", suggest(key, allowed), mended)
        else:
            seen[key] = part.line
            yield key, part


def _described(reader: Reader, allowed: Sequence[str] | None) -> str:
    """A topic of which only the description is written, as a mapping."""
    key, node = reader.key, reader.node
    if "description" not in (allowed or ()) or not isinstance(node, ScalarNode) or key is None:
        return ""
    name = mending.plain(str(key.value).replace("-", " ").capitalize())
    text = str(node.value) or mending.EXAMPLES["description"]
    return f"{{name: {name}, description: {mending.plain(text)}}}"


def absent(
    reader: Reader, found: Collection[str], needed: Sequence[str], allowed: Sequence[str]
) -> list[str]:
    """The keys of ``needed`` that are neither ``found`` nor, by all appearances, misspelt.

    A misspelt key is noted on its own line by :func:`pairs_of`; that it is also missing
    would only lead away from there.
    """
    pairs = reader.node.value if isinstance(reader.node, MappingNode) else []
    written = {str(key.value) for key, _ in pairs if isinstance(key, ScalarNode)}
    misspelt = {likely_of(key, allowed) for key in written.difference(allowed)}
    return [key for key in needed if key not in found and key not in misspelt]


def suggest(written: str, allowed: Sequence[str]) -> str:
    """The likely spelling, else what there is to choose from."""
    likely = likely_of(written, allowed)
    return f"Did you mean `{likely}`?" if likely else f"Known are: {', '.join(allowed)}"


def likely_of(written: str, allowed: Sequence[str]) -> str | None:
    """The one of ``allowed`` that ``written`` is most like; None where it is like none."""
    from rapidfuzz import fuzz, process  # late: a list without mistakes needs none of it

    found = process.extractOne(written.lower(), allowed, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return found[0] if found else None
