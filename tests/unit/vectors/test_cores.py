"""Groups of work, a core each."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from monitors.vectors.cores import divided, side_by_side


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


@pytest.mark.parametrize("count", [1, 2, 3, 16, 61])
def test_work_is_divided_in_order_and_no_core_gets_much_more_than_another(
    cores: int, count: int
) -> None:
    sizes = [20 + 37 * number % 110 for number in range(count)]
    groups = divided(sizes, 512)
    assert [place for group in groups for place in group] == list(range(count))
    totals = [sum(sizes[place] for place in group) for group in groups]
    assert count == 1 or len(totals) % cores == 0
    assert max(totals) - min(totals) <= 2 * max(sizes)
    assert max(totals) <= 512 + max(sizes)


def test_no_work_is_no_group(cores: int) -> None:
    assert divided([], 512) == []
