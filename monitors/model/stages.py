"""How far a matter has got."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far a matter has got. Ordered loosely; ``REVERSED`` ends it."""

    NONE = "none"
    SPECULATED = "speculated"
    RUMOURED = "rumoured"
    PLANNED = "planned"
    ANNOUNCED = "announced"
    AGREED = "agreed"
    SIGNED = "signed"
    IN_FORCE = "in force"
    HELD = "held"
    DENIED = "denied"
    REVERSED = "reversed"


ACTS = frozenset({Stage.AGREED, Stage.SIGNED, Stage.IN_FORCE, Stage.HELD, Stage.REVERSED})
"""A decision was taken or something was done: more than words."""
