"""``watch.yaml``: what is watched, and where. Read strictly; every mistake has its line."""

from __future__ import annotations

from monitors.watchlist.loading import load_watchlist, problems
from monitors.watchlist.sources import KINDS

__all__ = ["KINDS", "load_watchlist", "problems"]
