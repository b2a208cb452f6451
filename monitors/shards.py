"""Which worker asks which host: sources and pages shared out so that a host has one worker.

A host falls into one of 1,024 slots, and a slot to the shard with the highest hash
(rendezvous hashing: Thaler and Ravishankar 1998, doi:10.1109/90.663936). With one shard more
or fewer only the slots move that must. Everything here is a pure function of names: workers
agree without asking each other.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from monitors.errors import SettingsError

SLOTS = 1024
MOST = 256
"""More shards than this would leave some without slots of their own."""

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of ``of``, counted from 1; one of one is everything."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def whole(self) -> bool:
        """Whether nothing is shared out."""
        return self.of == 1

    @property
    def slots(self) -> frozenset[int]:
        """The slots of this shard; empty where it has all."""
        if self.whole:
            return frozenset()
        return frozenset(s for s in range(SLOTS) if _owners(self.of)[s] == self.number)

    @property
    def others(self) -> list[Shard]:
        """The other shards of the same whole."""
        return [Shard(n, self.of) for n in range(1, self.of + 1) if n != self.number]

    def has(self, url: str) -> bool:
        """Whether the host of ``url`` is asked by this shard."""
        return self.whole or _owners(self.of)[slot_of(url)] == self.number


WHOLE = Shard()


def slot_of(url: str) -> int:
    """The slot of the host of ``url``: name and port as budgets of hosts know it.

    What has no host, such as a folder, is a host by itself.
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return _hash(url) % SLOTS
    return _hash(host.removesuffix(_DEFAULT_PORTS.get(parts.scheme, "")) or url) % SLOTS


def shard_of(text: str) -> Shard:
    """The shard that an operator names: ``2/4``; nothing is everything.

    :raises SettingsError: it is no such thing
    """
    if not text.strip():
        return WHOLE
    found = re.fullmatch(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*", text)
    number, of = (int(part) for part in found.groups()) if found else (0, 0)
    if not 1 <= number <= of <= MOST:
        raise SettingsError(
            f"the shard {text!r}",
            "it is none",
            f"Write 1/4 to 4/4 for four workers; {MOST} at most",
        )
    return Shard(number, of)


@lru_cache(maxsize=8)
def _owners(of: int) -> tuple[int, ...]:
    """The shard of each slot, counted from 1."""
    return tuple(
        max(range(1, of + 1), key=lambda number: _hash(f"{slot}:{number}"))
        for slot in range(SLOTS)
    )


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8])
