"""Groups of work side by side, a core each."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import torch

from monitors.onecore import on_one_core

Group = TypeVar("Group")
Made = TypeVar("Made")


def divided(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Places of pieces of work, in groups of about the same size, as many for each core.

    One group more would leave the other cores idle until it is done.

    :param sizes: of each piece, positive
    :param most: size of a group, about; groups are smaller where cores would get none
    """
    cores, whole = torch.get_num_threads(), sum(sizes)
    count = cores * max(1, math.ceil(whole / (most * cores)))
    groups: list[list[int]] = [[] for _ in range(count)]
    before = 0
    for place, size in enumerate(sizes):
        groups[int((before + size / 2) * count / whole)].append(place)
        before += size
    return [group for group in groups if group]


def side_by_side(work: Callable[[Group], Made], groups: Sequence[Group]) -> list[Made]:
    """``work`` on each group, in order, on as many cores as torch may use.

    A core for each group wastes less than all cores on one group after the other, which wait
    for each other after every product and leave to one what is no product. A single group
    gets all cores.
    """
    cores = torch.get_num_threads()
    if len(groups) < 2 or cores < 2:
        return [work(group) for group in groups]
    one_core = partial(torch.set_num_threads, 1)
    try:
        with (
            on_one_core(),
            ThreadPoolExecutor(cores, initializer=one_core) as pool,
        ):
            return list(pool.map(work, groups))
    finally:
        torch.set_num_threads(cores)  # parts of what the threads set is the whole process's
        _give_back()


def _give_back() -> None:
    """Return memory that only the groups needed, where the C library can (glibc).

    Else some 70 MB stay with a process that waits for the next run.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
