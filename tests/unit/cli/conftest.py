from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cli_values import NOW, Program, Tidings
from typer.testing import CliRunner, Result

from monitors.cli.app import app, main
from monitors.model import (
    Alert,
    AlertKind,
    Article,
    Counsel,
    Decision,
    Entry,
    Ground,
    Opinion,
    Passage,
    PassageKind,
    Poll,
    PollState,
    Reason,
    SourceState,
    Story,
    Verdict,
)
from monitors.ports import Outcome
from monitors.store import SqlStore, open_store

WATCH = """\
sources:
  - {name: UN News, kind: feed, url: "https://news.example/rss", tier: official}
  - {name: "Idle [red]wire", kind: feed, url: "https://wire.example/rss", tier: wire}
topics:
  relief:
    name: Sanctions relief
    description: Sanctions are lifted.
    examples: [A bank is delisted]
  summit:
    name: Summit
    description: A summit is planned.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a watch list, nothing from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("TIDINGS_WATCH", "TIDINGS_DATABASE_URL", "SLACK_BOT_TOKEN", "TIDINGS_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "watch.yaml").write_text(WATCH, "utf-8")
    return tmp_path


@pytest.fixture
def tidings(folder: Path) -> Iterator[Tidings]:
    """Runs a command in this process."""
    level = logging.getLogger("monitors").level

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    yield call
    logging.getLogger("monitors").setLevel(level)


@pytest.fixture
def program(folder: Path) -> Program:
    """Runs the whole program, as a shell would."""
    code = "from monitors.cli import main; main()"
    root = str(Path(__file__).parents[3])

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", code, *arguments],
            cwd=folder,
            env={"PATH": "", "PYTHONPATH": root, "HOME": str(folder), **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call


@pytest.fixture
def called(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Program]:
    """Runs the program's entry point in this process: as :func:`program`, but quicker."""
    levels = {name: logging.getLogger(name).level for name in ("", "monitors")}

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["tidings", *arguments])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess(list(arguments), code, shown.out, shown.err)

    yield call
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def store(folder: Path) -> Iterator[SqlStore]:
    """The database that the commands find, with its schema."""
    (folder / "var").mkdir()
    opened = open_store(f"sqlite:///{folder / 'var' / 'tidings.db'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """One article that alerted, one that was held back, one that fits nothing, one undecided."""
    entries = tuple(
        Entry("un-news", f"https://news.example/{name}", f"Title of {name}")
        for name in ("told", "held", "unfit", "waiting")
    )
    state = SourceState("un-news", polled_at=NOW, last_state=PollState.OK, baseline_done=True)
    store.sources.save_poll(Poll("un-news", PollState.OK, NOW, entries=entries), state)
    for pending in store.sources.pending(10):
        name = pending.entry.url.rsplit("/", 1)[1]
        store.articles.save(article(name, entry_id=pending.id))
    store.decisions.record(Outcome(
        "A-told", (decision("told", Verdict.ALERT, Reason.NEW_STEP),), (STORY,),
        alerts=((alert("K-1"), NOW),),
    ))  # fmt: skip
    store.decisions.record(Outcome(
        "A-held", (decision("held", Verdict.DIGEST, Reason.NOT_SIGNIFICANT),)
    ))  # fmt: skip
    store.decisions.record(Outcome("A-unfit"))
    store.outbox.enqueue(alert("K-2"), NOW)
    store.outbox.kill(2, "channel_not_found: invite the bot")
    return store


STORY = Story("S-1", "relief", "Title of told", NOW - timedelta(hours=1), NOW)


def article(name: str, entry_id: int | None = None) -> Article:
    return Article(
        id=f"A-{name}",
        source_id="un-news",
        url=f"https://news.example/{name}",
        title=f"Title of {name} [bold]",
        passages=(
            Passage(0, PassageKind.TITLE, f"Title of {name} [bold]"),
            Passage(1, PassageKind.LEAD, "The bank was delisted."),
            Passage(2, PassageKind.CAPTION, "Photo: press"),
        ),
        fingerprint=f"print-{name}",
        first_seen=NOW,
        published=NOW - timedelta(hours=1),
        language="en",
        entry_id=entry_id,
    )


def decision(name: str, verdict: Verdict, reason: Reason) -> Decision:
    return Decision(
        article_id=f"A-{name}",
        topic_id="relief",
        verdict=verdict,
        reason=reason,
        decided_at=NOW,
        score=0.75,
        passage="The bank was delisted.",
        scores={"lead": 0.5, "same": 0.25},
        development_id="D-1",
        story_id="S-1",
        nearest="A-before",
        nearest_title="Talks on a delisting",
        new_facts=("date: 9 May 2025", "figure: 20"),
        explanation=f"because of {reason.value}",
        opinion=Opinion(Counsel.TELL, Ground.NEW, "small"),
    )


def alert(key: str) -> Alert:
    return Alert(key, AlertKind.STORY, "#news-alerts", NOW, "Title of told [bold]", ("relief",))
