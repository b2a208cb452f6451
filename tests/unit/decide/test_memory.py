from __future__ import annotations

import numpy as np
from deciding_values import mention, vector
from hypothesis import given
from hypothesis import strategies as st

from monitors.decide.memory import Memory
from monitors.model import Facts


def test_an_empty_memory_has_no_rows() -> None:
    assert len(Memory()) == 0
    assert len(Memory().vectors()) == 0


@given(st.lists(st.integers(min_value=0, max_value=10_000), max_size=200))
def test_adding_keeps_order_and_vectors(numbers: list[int]) -> None:
    mentions = [mention(n, vector=vector(1, n, 0, 0)) for n in numbers]
    grown = Memory()
    for count, one in enumerate(mentions, 1):
        grown.add(one)
        assert len(grown) == count
    assert [m.article_id for m in grown.mentions] == [f"A-{n}" for n in numbers]
    if numbers:
        expected = np.stack([m.vector for m in mentions])
        assert np.array_equal(grown.vectors(), expected)
        assert np.array_equal(Memory(mentions).vectors(), expected)
        assert grown.vectors().dtype == np.float32


def test_a_row_that_was_handed_out_does_not_change() -> None:
    remembered = Memory([mention(1, vector=vector(1, 0, 0, 0))])
    rows = remembered.vectors()
    for number in range(200):
        remembered.add(mention(number, vector=vector(0, 1, 0, 0)))
    assert rows.tolist() == [[1, 0, 0, 0]]


def test_what_is_frequent_is_less_rare() -> None:
    common = Facts(
        terms=frozenset({"bank"}), names=frozenset({"lfrf"}), places=frozenset({"Kyiv"})
    )
    remembered = Memory([mention(n, facts=common) for n in range(5)])
    assert remembered.rarity("unseen") > remembered.rarity("bank") > 0
    assert remembered.name_rarity("unseen") > remembered.name_rarity("lfrf") > 0
    assert remembered.name_rarity("Kyiv") == remembered.name_rarity("lfrf")


@given(st.integers(min_value=1, max_value=100), st.integers(min_value=0, max_value=100))
def test_rarity_is_always_positive(with_term: int, without: int) -> None:
    told = [mention(n, facts=Facts(terms=frozenset({"bank"}))) for n in range(with_term)]
    assert Memory([*told, *(mention(n) for n in range(without))]).rarity("bank") > 0


def test_mentions_are_found_by_development_and_story() -> None:
    one, two = mention(1), mention(2, development_id="D-2")
    three = mention(3, development_id="D-3", story_id="S-3")
    remembered = Memory([one, two, three])
    assert remembered.of_development("D-1") == [one]
    assert remembered.of_story("S-1") == [one, two]
    assert remembered.of_story("nowhere") == []
