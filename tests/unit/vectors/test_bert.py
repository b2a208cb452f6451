"""Matrices of 8 bits a number against those of 32."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from monitors.vectors.bert import LARGEST, Linear, Rounded, multiplies_eight_bits


def drawn(rows: int, columns: int, seed: int) -> torch.Tensor:
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))


@given(st.integers(1, 40), st.integers(0, 1000))
def test_products_are_off_by_the_rounding_and_no_more(tokens: int, seed: int) -> None:
    states, weight = drawn(tokens, 32, seed), drawn(48, 32, seed + 1)
    whole = Linear(weight, drawn(1, 48, seed + 2)[0])
    off = (Rounded.of(whole)(states) - whole(states)).abs()
    # Half a step of either factor times the other, over all that is summed.
    by_states = states.abs().amax(dim=1, keepdim=True) * weight.abs().sum(dim=1)
    by_weight = weight.abs().amax(dim=1) * states.abs().sum(dim=1, keepdim=True)
    assert (off <= 0.51 / LARGEST * (by_states + by_weight) + 1e-4).all()


@pytest.mark.parametrize("largest", [1.0, 1e-3, 1e4])
def test_whole_numbers_of_the_steps_come_out_exactly(largest: float) -> None:
    states = torch.arange(-LARGEST, LARGEST + 1).float()[None] * largest / LARGEST
    weight = torch.full((3, 2 * LARGEST + 1), 0.5)
    weight[1, :LARGEST] = 0.0
    whole = Linear(weight, torch.zeros(3))
    assert torch.allclose(Rounded.of(whole)(states), whole(states), atol=largest * 1e-3)


@pytest.mark.parametrize("found", [{}, {"avx512_vnni": True}, {"avx_vnni": True}])
def test_who_cannot_multiply_them_comes_to_the_same(
    found: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Linear(drawn(48, 384, 1), drawn(1, 48, 2)[0])
    expected = Rounded.of(whole)(drawn(5, 384, 3))
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    assert multiplies_eight_bits() is bool(found)
    plain = replace(Rounded.of(whole), native=False)
    assert torch.allclose(plain(drawn(5, 384, 3)), expected, atol=1e-3)


def test_a_torch_that_cannot_tell_multiplies_in_32_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not Rounded.of(Linear(drawn(4, 8, 1), torch.zeros(4))).native


def test_of_nothing_the_bias_is_left() -> None:
    whole = Linear(drawn(4, 8, 1), torch.tensor([1.0, 2.0, 3.0, 4.0]))
    assert torch.equal(Rounded.of(whole)(torch.zeros(2, 8)), whole.bias.expand(2, 4))
    empty = Rounded.of(Linear(torch.zeros(4, 8), whole.bias))
    assert torch.equal(empty(drawn(2, 8, 3)), whole.bias.expand(2, 4))


def test_a_change_of_low_rank_is_added_in_32_bits() -> None:
    down, up, states = drawn(2, 8, 1), drawn(4, 2, 2), drawn(5, 8, 3)
    still = Linear(drawn(4, 8, 4), torch.zeros(4))
    moved = Linear(still.weight, still.bias, down, up)
    change = Rounded.of(moved)(states) - Rounded.of(still)(states)
    assert torch.allclose(change, states @ down.T @ up.T, atol=1e-4)
