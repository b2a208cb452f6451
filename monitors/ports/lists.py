"""What the lists of the command line read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from monitors.model import Delivery, DeliveryState, Verdict
from monitors.model.listed import Told, Watched


class Lists(Protocol):
    """Reads only. Beside the store, since a list must be there at once: see its adapters."""

    def decided(self, verdict: Verdict, topic_id: str | None, limit: int) -> list[Told]:
        """Decisions with this verdict, newest first.

        :raises StoreError: the database cannot be read; so do all methods
        """
        ...

    def watched(self, topic_ids: Collection[str], since: datetime) -> Mapping[str, Watched]:
        """Every topic that was asked for, also one that no run has seen.

        :param since: from when on alerts are counted
        """
        ...

    def deliveries(self, states: Collection[DeliveryState], limit: int) -> list[Delivery]:
        """Messages in these states, newest first."""
        ...

    def counts(self) -> Mapping[DeliveryState, int]:
        """Messages by state; states without any count 0."""
        ...

    def muted(self) -> frozenset[str]:
        """Stories that readers muted."""
        ...
