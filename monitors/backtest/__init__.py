"""What a topic would have told: stored articles, replayed through the judge.

Nothing is fetched, sent or stored. :func:`backtest` is all of it; :mod:`monitors.cli` shows it.
"""

from __future__ import annotations

from monitors.backtest.candidates import Progress
from monitors.backtest.rates import Against, Rate, Version, against, as_json
from monitors.backtest.running import Backtest, backtest
from monitors.backtest.scratch import VectorsInMemory, bench_of

__all__ = [
    "Against",
    "Backtest",
    "Progress",
    "Rate",
    "VectorsInMemory",
    "Version",
    "against",
    "as_json",
    "backtest",
    "bench_of",
]
