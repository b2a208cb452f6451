"""What a report of a large store costs the first time, and when nothing is new.

400 stories of two steps each, in SQLite. The baseline is the first
report, which makes and writes every page. What counts is the ratio; seconds depend on the
machine.
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from monitors.report.publishing import in_words, write_report
from monitors.store import open_store
from tests.support.report_values import NOW, WATCHLIST, fill

STORIES = 400
MOST = 0.5
"""Of the first report's time: reading the store is what both have in common."""


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        store = open_store(f"sqlite:///{folder / 'tidings.db'}")
        store.migrate()
        fill(store, stories=STORIES, title="Ministers agree on the next round of talks")
        seconds = []
        for hours, name in ((0, "first"), (1, "nothing new")):
            began = time.perf_counter()
            done = write_report(store, WATCHLIST, folder / "site", NOW + timedelta(hours=hours))
            seconds.append(time.perf_counter() - began)
            print(f"{name}: {in_words(done)}, {seconds[-1]:.1f} s")
        store.close()
    first, again = seconds
    print(f"nothing new takes {again / first:.2f} of the first")
    assert again < MOST * first


if __name__ == "__main__":
    main()
