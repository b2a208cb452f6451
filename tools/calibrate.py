"""Learn the shipped numbers again, after a change of facts, features or lexicons.

    python tools/calibrate.py [--archive FOLDER]

Writes ``monitors/calibration/builtin-e5-small.json`` and ``.npz`` from the repository's
streams. Any other model: ``tidings calibrate``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from monitors.learning.calibrating import Material, calibrate

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", nargs="*", type=Path, default=[])
    chosen = parser.parse_args()
    benchmarks = ROOT / "benchmarks"
    own = sorted(p.parent for p in (benchmarks / "streams").glob("*/stream.jsonl"))
    material = Material(
        streams=[ROOT / "monitors" / "demo" / "newsroom", *own],
        archives=chosen.archive,
    )
    cache = ROOT / "var" / "calibrate.db"
    folder = ROOT / "monitors" / "calibration"
    calibrate("builtin:e5-small", "builtin:use3-short", material, cache, folder, print)


if __name__ == "__main__":
    main()
