"""A desk that reads what is stored, and neither fetches, sends nor stores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import datetime

from monitors.desk import Desk
from monitors.model import Vector, Watchlist
from monitors.ports import VectorStore
from monitors.vectors.cache import CachedEncoder


class VectorsInMemory:
    """A vector store that reads from another, and keeps what is new to itself.

    :ivar fresh: how many vectors had to be made
    """

    def __init__(self, stored: VectorStore, *, keep: bool = False) -> None:
        self._stored = stored
        self._keep = keep
        self._mine: dict[tuple[str, str], Vector] = {}
        self.fresh = 0

    def get(self, model_id: str, keys: Collection[str]) -> dict[str, Vector]:
        """See the port."""
        mine = {k: self._mine[model_id, k] for k in keys if (model_id, k) in self._mine}
        return mine | self._stored.get(model_id, [key for key in keys if key not in mine])

    def put(self, model_id: str, vectors: Mapping[str, Vector], now: datetime) -> None:
        """See the port. Given to the other store only where the caller asked to keep them."""
        self.fresh += len(vectors)
        if self._keep:
            self._stored.put(model_id, vectors, now)
        else:
            self._mine |= {(model_id, key): vector for key, vector in vectors.items()}


def bench_of(desk: Desk, watchlist: Watchlist, vectors: VectorsInMemory) -> Desk:
    """``desk`` for another watch list, its encoders on ``vectors``, without a judge.

    Profiles are made anew: they belong to the definitions of a watch list's topics.
    """
    over = {
        each.name: encoder.over(vectors)
        for each in fields(desk)
        if isinstance(encoder := getattr(desk, each.name), CachedEncoder)
    }
    anew: dict[str, dict[str, object]] = {
        each.name: {} for each in fields(desk) if each.name in ("profiles", "screens")
    }
    changes: dict[str, object] = {"watchlist": watchlist, "judge": None, **over, **anew}
    return replace(desk, **changes)  # type: ignore[arg-type]
