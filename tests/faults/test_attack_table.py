"""The attack table: everything is refused, in time and within twice the bound.

``docs/attacks.md`` is written from the same attacks by ``make attacks``.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.support.attack_table import CODES, FORMS, all_attacks, warm_up
from tests.support.attacks import Attack, attempt, refused_address

ATTACKS = all_attacks()


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """What is loaded at the first fetch or the first parse is no attack's memory."""
    asyncio.run(warm_up())


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.group}: {attack.name}")
def test_an_attack_is_refused_in_time_and_within_bounds(attack: Attack) -> None:
    outcome = asyncio.run(attempt(attack))
    assert outcome.elsewhere == ()
    assert outcome.held, outcome
    if attack.group.startswith("address"):
        assert refused_address(outcome), outcome


def test_every_form_is_tried_in_every_way() -> None:
    assert len(FORMS) >= 21
    ways = Counter(attack.group for attack in ATTACKS if attack.name in FORMS)
    redirects = {f"address, by redirect {code}" for code in CODES}
    others = {"direct", "by DNS", "by DNS among others", "by rebinding"}
    assert ways == dict.fromkeys(redirects | {f"address, {way}" for way in others}, len(FORMS))


def test_what_is_no_attack_comes_through() -> None:
    asyncio.run(warm_up())
