"""``make attacks``: try every attack and write ``docs/attacks.md``."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.support.attack_table import FORMS, all_attacks, warm_up
from tests.support.attacks import CAP, DEADLINE, Attack, Outcome, attempt

PAGE = Path(__file__).parents[2] / "docs" / "attacks.md"


def main() -> int:
    asyncio.run(warm_up())
    outcomes = [asyncio.run(attempt(attack)) for attack in all_attacks()]
    page = page_of(outcomes)
    PAGE.write_text(page, "utf-8")
    print(page)
    wrong = [outcome for outcome in outcomes if not outcome.held]
    for outcome in wrong:
        print(f"NOT HELD: {outcome}", file=sys.stderr)
    return len(wrong) > 0


def page_of(outcomes: list[Outcome]) -> str:
    """The page: one row a group, and what was not refused because nothing is wrong with it."""
    rows = []
    for group in dict.fromkeys(outcome.attack.group for outcome in outcomes):
        some = [outcome for outcome in outcomes if outcome.attack.group == group]
        rows.append(
            f"| {group} | {len(some)} | {sum(o.refused for o in some)} "
            f"| {sum(o.held and not o.refused for o in some)} "
            f"| {sum(not o.held for o in some)} | {max(o.seconds for o in some):.1f} "
            f"| {max(o.received for o in some) / 1000:.0f} |"
        )
    total = len(outcomes)
    refused = sum(o.refused for o in outcomes)
    harmless = [o.attack for o in outcomes if o.held and not o.refused]
    return f"""# The attack table

Written by `make attacks`; the same attacks are tests in `tests/faults/test_attack_table.py`.

{total} attacks: {refused} refused, {len(harmless)} answered within all bounds, \
{sum(not o.held for o in outcomes)} not held.

A body may have {CAP / 1e6:g} MB here, and a fetch {DEADLINE:g} s: the real bounds \
(10 MB and 14 s), scaled down so that the table takes a minute. An attack is held when it ends \
in an error of ours that names it, within 15 s, with at most twice the bound of bytes from the \
wire and of memory (a robots.txt has its own bound, 500 KiB), and when no address was dialled \
but the server of the attack itself.

| attacks | tried | refused | answered within bounds | not held | longest, s | most received, kB |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}

Answered, because there is something to read, and no bound is passed: {_listed(harmless)}.

Forms of addresses: {", ".join(FORMS)}.
"""


def _listed(attacks: list[Attack]) -> str:
    return "; ".join(f"{attack.group}, {attack.name}" for attack in attacks) or "none"


if __name__ == "__main__":
    sys.exit(main())
