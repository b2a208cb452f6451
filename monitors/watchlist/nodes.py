"""YAML nodes that know their line: the reader's hands.

Nodes are read instead of Python objects because they keep the line of every key and value,
and every duplicate of a key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitors.errors import WatchlistError

Notes = list[WatchlistError]

_ALIKE = 60
_SHAPES = {MappingNode: "a mapping of keys", SequenceNode: "a list", ScalarNode: "a single value"}


@dataclass(frozen=True)
class Reader:
    """A node, the file that it is in, and where its mistakes are noted.

    :param what: the node in words, for error texts
    """

    path: str
    node: Node
    notes: Notes
    what: str
    key_line: int = 0

    @property
    def line(self) -> int:
        """1-based line of the value, or of its key where the value begins below it."""
        return self.key_line or int(self.node.start_mark.line) + 1

    def note(self, problem: str, remedy: str = "") -> None:
        """Note a mistake on this line."""
        self.notes.append(WatchlistError(self.path, self.line, problem, remedy))

    def of(self, node: Node, what: str, key: Node | None = None) -> Reader:
        """The reader of a part."""
        line = int(key.start_mark.line) + 1 if key is not None else 0
        return Reader(self.path, node, self.notes, what, line)

    def is_empty(self) -> bool:
        """Whether nothing is written, or ``null``."""
        return isinstance(self.node, ScalarNode) and str(self.node.tag).endswith(":null")

    def text(self) -> str | None:
        """The value as text; noted and None where it is a list, a mapping or nothing."""
        if not isinstance(self.node, ScalarNode):
            self.note(f"{self.what} must be text, not {shape(self.node)}", "Write a single value")
            return None
        value = " ".join(str(self.node.value).split())
        if self.is_empty() or not value:
            self.note(
                f"{self.what} is empty",
                'Write a value; in quotes where it begins with #, e.g. "#news-alerts"',
            )
            return None
        return value

    def items(self) -> list[Reader]:
        """The elements of a list; noted and empty where it is none."""
        if not isinstance(self.node, SequenceNode):
            self.note(
                f"{self.what} must be a list, not {shape(self.node)}", "Begin each with `- `"
            )
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
        reader.note(
            f"{reader.what} must be a mapping of keys, not {shape(node)}", f"Write e.g. {example}"
        )
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
            part.note(f"unknown key `{key}` in {reader.what}", suggest(key, allowed))
        else:
            seen[key] = part.line
            yield key, part


def absent(
    reader: Reader, found: Collection[str], needed: Sequence[str], allowed: Sequence[str]
) -> list[str]:
    """The keys of ``needed`` that are neither ``found`` nor, by all appearances, misspelt.

    A misspelt key is noted on its own line by :func:`pairs_of`; that it is also missing
    would only lead away from there.
    """
    pairs = reader.node.value if isinstance(reader.node, MappingNode) else []
    written = {str(key.value) for key, _ in pairs if isinstance(key, ScalarNode)}
    misspelt = {_likely(key, allowed) for key in written.difference(allowed)}
    return [key for key in needed if key not in found and key not in misspelt]


def suggest(written: str, allowed: Sequence[str]) -> str:
    """The likely spelling, else what there is to choose from."""
    likely = _likely(written, allowed)
    return f"Did you mean `{likely}`?" if likely else f"Known are: {', '.join(allowed)}"


def _likely(written: str, allowed: Sequence[str]) -> str | None:
    found = process.extractOne(written.lower(), allowed, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return found[0] if found else None
