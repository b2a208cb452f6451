"""How ``tidings run`` shows a run's report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cli_values import Program

from monitors.cli.running import show
from monitors.model import Fate
from monitors.runs import RunReport


def shown(report: RunReport, capsys: pytest.CaptureFixture[str]) -> str:
    show(report)
    return capsys.readouterr().out


def report() -> RunReport:
    return RunReport("R-1", datetime(2025, 2, 18, tzinfo=UTC))


def test_a_quiet_run(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(report(), capsys)
    assert "0 new, 0 matched, 0 alerts" in text
    assert "0 sources asked, 0 unchanged\n  entries: 0 listed\n" in text


def test_everything_that_happened_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    full = report()
    full.polled = 3
    full.listed.update(new=2, seen=5)
    account = full.ledger.of("tass")
    account.listed, account.carried, account.waiting = 9, 1, 1
    account.end(Fate.NEW, 2)
    account.end(Fate.SEEN, 5)
    account.end(Fate.UNREADABLE, 2, "bot wall")
    account.bare["paywall"] = 1
    full.reasons["new story"] = 1
    full.verdicts["alert"] = 1
    full.judge.update(asked=3, changed=1)
    full.screened_out = 1
    full.alerts.append({"topic": "Relief", "headline": "Bank [red] delisted", "source": "TASS"})
    full.held.append({"topic": "Summit", "headline": "Perhaps", "why": "too weak"})
    full.failures["BBC"] = "BBC: the server answered 404"
    full.delivered["sent"] = 1
    full.problems = [f"problem {n}" for n in range(23)]
    full.seconds["read"] = 1.25
    text = shown(full, capsys)
    for said in (
        "3 sources asked, 0 unchanged",
        "entries: 9 listed, 1 left by earlier runs: 2 new, 5 seen, 2 unreadable (bot wall 2)",
        ", 1 still to be read",
        "judged by title and summary: paywall 1",
        "decisions: new story 1",
        "borderline, put to the judge: asked 3, changed 1",
        "1 article near no topic at all",
        "alert · Relief · Bank [red] delisted (TASS)",
        "held back · Summit · Perhaps: too weak",
        "source failed · BBC: the server answered 404",
        "delivery: sent 1",
        "problem 19",
        "and 3 more notes",
        "read 1.2 s",
    ):
        assert said in text, said
    assert "problem 20" not in text


def test_a_run_in_which_nothing_answers_ends_with_exit_code_1(called: Program) -> None:
    done = called("run", "--once", "--source", "un-news", TIDINGS_ALLOW_HOSTS="127.0.0.1")
    assert done.returncode == 1
    assert "no source answered, 0 new" in done.stdout
    assert "source failed · " in done.stdout
    assert done.stderr.splitlines()[-1].startswith("tidings: this run: no source answered (1 of 1")


def test_a_source_that_is_not_there_is_refused_with_those_that_are(called: Program) -> None:
    done = called("run", "--once", "--source", "un-new", "--source", "un-news")
    assert done.returncode == 2
    said = " ".join(done.stderr.replace("│", " ").split())
    assert "'un-new': no such source; known are" in said
    assert "un-news" in said
    assert "sources asked" not in done.stdout


def test_what_changed_in_the_health_of_sources_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    full = report()
    full.changes += [
        {"source": "TASS", "was": "healthy", "is": "blocked", "why": "refuses us"},
        {"source": "BBC", "was": "unknown", "is": "healthy", "why": "works"},
    ]
    text = shown(full, capsys)
    assert "TASS is blocked: refuses us" in text
    assert "BBC" not in text
