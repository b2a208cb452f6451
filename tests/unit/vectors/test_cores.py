"""Groups of work, a core each."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from monitors.vectors.cores import side_by_side


@pytest.fixture
def cores() -> Iterator[int]:
    """Two cores, whatever this machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield 2
    torch.set_num_threads(before)


def test_two_groups_are_at_work_at_the_same_time_and_come_back_in_order(cores: int) -> None:
    both = threading.Barrier(cores, timeout=30)

    def work(group: str) -> str:
        both.wait()
        return group.upper()

    assert side_by_side(work, ["a", "b"]) == ["A", "B"]


def test_each_group_has_one_core_and_afterwards_all_cores_are_there_again(cores: int) -> None:
    assert side_by_side(lambda _: torch.get_num_threads(), [0, 1, 2]) == [1, 1, 1]
    assert torch.get_num_threads() == cores


def test_a_single_group_has_all_cores(cores: int) -> None:
    assert side_by_side(lambda _: torch.get_num_threads(), [0]) == [cores]


def test_what_fails_in_one_group_is_told_and_the_cores_are_given_back(cores: int) -> None:
    with pytest.raises(ValueError, match="a text of no kind"):
        side_by_side(_fail, ["x", "y"])
    assert torch.get_num_threads() == cores


def _fail(group: str) -> None:
    raise ValueError("a text of no kind")
