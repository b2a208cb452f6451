"""The newsroom in which sources fail in every way: what is said of each, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from monitors.cli.sources import show_one, show_table
from monitors.demo.troubles import Troubled, play
from monitors.report.condition import rows_of
from monitors.store import open_store


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('troubles') / 'tidings.db'}")
    store.migrate()
    yield play(store, patience=0.25)
    store.close()


@pytest.fixture(scope="module")
def rows(world: Troubled) -> dict[str, dict[str, Any]]:
    found = rows_of(world.store, world.watchlist.sources, world.now)
    return {row["id"]: row for row in found}


@pytest.mark.parametrize(
    ("source", "state", "reason"),
    [
        ("meridian-wire", "healthy", "works"),
        ("compliance-desk", "healthy", "works"),
        ("capitol-ledger", "healthy", "works"),
        (
            "volga-press",
            "degraded",
            "lists only what is new: entries may be lost between two polls",
        ),
        ("spreekurier", "blocked", "refuses us"),
        ("depeche-du-quai", "dead", "does not answer"),
        ("dnipro-visnyk", "degraded", "does not answer"),
    ],
)
def test_each_source_is_in_its_state(
    rows: dict[str, dict[str, Any]], source: str, state: str, reason: str
) -> None:
    assert (rows[source]["state"], rows[source]["reason"]) == (state, reason)


def test_every_run_of_it_adds_up(world: Troubled) -> None:
    accounts = [a for report in world.reports for a in report.ledger.accounts.values()]
    assert len(accounts) > 300
    assert all(account.missing == 0 for account in accounts)
    assert not [line for r in world.reports for line in r.problems if "add up" in line]


def test_the_source_that_rolls_is_asked_more_often_and_the_written_one_is_not(
    world: Troubled, rows: dict[str, dict[str, Any]]
) -> None:
    rolling = rows["volga-press"]
    assert rolling["gaps"] >= 10
    gaps = [report for report in world.reports if report.gaps]
    assert len(gaps) == rolling["gaps"]
    pulse = world.store.sources.states(["volga-press"])["volga-press"].pulse
    assert pulse.every is not None
    assert pulse.every.total_seconds() < 15 * 60
    assert rows["compliance-desk"]["every"] == "1 h"


def test_the_source_that_lies_is_seen_through(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["capitol-ledger"]["distrusted_until"] is not None
    assert rows["capitol-ledger"]["entries"]


def test_operators_are_told_each_change_once(world: Troubled) -> None:
    headlines = [headline for headline, _ in world.told]
    assert len(headlines) == len(set(headlines))
    for headline in (
        "Source Spreekurier is blocked",
        "Source La Dépêche du Quai is degraded",
        "Source La Dépêche du Quai is dead",
        "Source Дніпровський вісник is degraded",
        "Source Агентство «Волга-Пресс» is degraded",
    ):
        assert headline in headlines


def test_the_table_names_state_reason_and_what_to_do(
    world: Troubled, rows: dict[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    show_table(list(rows.values()), world.now)
    shown = capsys.readouterr().out
    for said in ("blocked", "refuses us", "says “not modified” when it is", "a day", "seen",
                 "Spreekurier: http", "the server refuses us (403)"):  # fmt: skip
        assert said in shown, said


def test_the_detail_of_a_source_spells_its_polls(
    rows: dict[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    for row in rows.values():
        show_one(row)
    shown = capsys.readouterr().out
    for said in ("b refused", "t no answer", "g gap", "as written in the watch list",
                 "less often while it fails", "asked without validators until"):  # fmt: skip
        assert said in shown, said
