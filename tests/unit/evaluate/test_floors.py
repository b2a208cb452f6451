"""Floors rise by themselves and fall only for a reason that stays in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import floors
from benchmarks.traps import TRAPS, Sprung

TRAP = TRAPS[0]


def row(right: int, wrong: int = 1, trap: str = TRAP, stream: str = "s") -> Sprung:
    names = [f"a{n}" for n in range(right + wrong)]
    return Sprung(trap, stream, tuple(names[:right]), dict.fromkeys(names[right:], "missed"))


@pytest.fixture
def pinned(tmp_path: Path) -> dict[str, object]:
    path = tmp_path / "floors.json"
    floors.save(floors.pinned(floors.load(path), {"s": 0.6}, [row(4)]), path)
    return floors.load(path)


def test_floors_lie_a_little_under_what_was_reached(pinned: dict[str, object]) -> None:
    assert pinned["f1"] == {"s": round(0.6 - floors.MARGIN, 3)}
    assert pinned["traps"][TRAP] == {"s": 4}  # type: ignore[index]
    assert pinned["lowered"] == []


def test_what_reaches_its_floor_passes(pinned: dict[str, object]) -> None:
    assert floors.below(pinned, {"s": 0.58}, [row(4 - floors.SLACK)]) == []
    assert floors.below(pinned, {"new": 0.1}, [row(0, stream="new")]) == []


def test_what_falls_below_is_named(pinned: dict[str, object]) -> None:
    lines = floors.below(pinned, {"s": 0.5}, [row(3 - floors.SLACK)])
    assert len(lines) == 2
    assert "s: F1 0.500 is below its floor of 0.57" in lines[0]
    assert TRAP in lines[1]


def test_without_a_reason_floors_only_rise(pinned: dict[str, object]) -> None:
    fallen = floors.pinned(pinned, {"s": 0.4}, [row(1)])
    assert fallen == pinned
    risen = floors.pinned(pinned, {"s": 0.8, "t": 0.5}, [row(6)])
    assert risen["f1"] == {"s": 0.77, "t": 0.47}
    assert risen["traps"][TRAP] == {"s": 6}


def test_a_reason_lets_them_fall_and_stays(pinned: dict[str, object], tmp_path: Path) -> None:
    fallen = floors.pinned(pinned, {"s": 0.5}, [row(2)], reason="labels were corrected")
    assert fallen["f1"] == {"s": 0.47}
    (entry,) = fallen["lowered"]
    assert entry["reason"] == "labels were corrected"
    assert entry["what"] == {"s": [0.57, 0.47], f"{TRAP}, s": [4, 2]}
    path = tmp_path / "again.json"
    floors.save(fallen, path)
    again = floors.pinned(floors.load(path), {"s": 0.4}, [], reason="another model")
    assert [told["reason"] for told in again["lowered"]] == [
        "labels were corrected",
        "another model",
    ]


def test_a_reason_without_a_fall_is_not_told(pinned: dict[str, object]) -> None:
    assert floors.pinned(pinned, {"s": 0.9}, [row(5)], reason="in case")["lowered"] == []
