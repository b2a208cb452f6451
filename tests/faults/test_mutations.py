"""A few hundred of the documents that ``make mutations`` tries by the thousand."""

from __future__ import annotations

from benchmarks.mutations import LONGEST, MOST_MEMORY, page, run
from tests.support.mutations import mutant


def test_damaged_documents_are_read_or_refused_with_a_reason() -> None:
    tally, sandbox = run(150, seed=3)
    assert tally.crashes == []
    assert sum(tally.read.values()) + sum(c.total() for c in tally.refused.values()) == 150
    assert tally.slowest < LONGEST
    assert 0 < sandbox.peak <= MOST_MEMORY
    assert "150 documents" in page(tally, sandbox, 3)


def test_a_seed_gives_the_same_documents_again() -> None:
    assert [mutant(5, n) for n in range(40)] == [mutant(5, n) for n in range(40)]
    assert [mutant(5, n) for n in range(40)] != [mutant(6, n) for n in range(40)]
