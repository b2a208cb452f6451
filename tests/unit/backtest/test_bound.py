"""The bound is never below the match, so that no article is lost by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitors.calibration import load_calibration
from monitors.decide.bound import FROM_FACTS, best_match, least_match
from monitors.decide.match import match
from monitors.decide.reading import Reading
from monitors.model import Facts
from monitors.steps.understand import profiles, understand
from tests.support.newsroom import HARBOUR, Newsroom, url_of

LEARNT = load_calibration("builtin:e5-small")


def readings(room: Newsroom) -> list[Reading]:
    slugs = {"wire": ("walkout", "tender"), "herald": ("opinion", "ballot"), "courier": ("maybe",)}
    found = [
        room.store.articles.find(url_of(s, slug)) for s, all_ in slugs.items() for slug in all_
    ]
    return understand(room.desk, [article for article in found if article])


@pytest.mark.parametrize("sign", [-1.0, 1.0], ids=["every weight turned", "as they are"])
def test_no_match_is_above_its_bound(room: Newsroom, sign: float) -> None:
    known = profiles(room.desk)
    plain = room.desk.calibration
    weights = LEARNT.match.weights | plain.match.weights
    turned = replace(
        plain, match=replace(plain.match, weights={n: sign * w for n, w in weights.items()})
    )
    passed = [r for r in readings(room) if HARBOUR.id in r.screened]
    assert passed
    for reading in passed:
        score = match(reading, known["harbour"], [known["bridge"]], turned).score
        bare = replace(reading, facts=Facts())
        assert best_match(bare, known["harbour"], [known["bridge"]], turned) >= score


def test_every_part_of_a_match_that_follows_the_facts_is_known(room: Newsroom) -> None:
    known, plain = profiles(room.desk), room.desk.calibration
    for reading in (r for r in readings(room) if len(r.key_vector)):
        full = match(reading, known["harbour"], [known["bridge"]], plain).parts
        bare = replace(reading, facts=Facts())
        other = match(bare, known["harbour"], [known["bridge"]], plain).parts
        changed = {name for name in full if not np.isclose(full[name], other[name])}
        assert changed <= set(FROM_FACTS)


def test_the_least_match_lies_below_every_line() -> None:
    assert least_match(LEARNT) <= min(LEARNT.match_lines.values())
    assert least_match(LEARNT) <= LEARNT.near_miss
