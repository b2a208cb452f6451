"""``topics``, ``sources``, ``alerts``, ``outbox`` and ``explain`` on a real database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cli_values import NOW, Program, Tidings

from monitors.cli import output
from monitors.model import Alert, AlertKind, DeliveryState, Entry, Fate, Poll, PollState
from monitors.store import SqlStore

LISTS = ("topics", "sources", "alerts", "outbox")


@pytest.mark.parametrize("command", LISTS)
def test_every_list_works_on_a_new_database(tidings: Tidings, command: str) -> None:
    assert tidings(command).exit_code == 0
    done = tidings(command, "--json")
    assert done.exit_code == 0
    json.loads(done.output)


@pytest.mark.parametrize("command", LISTS)
def test_every_list_gives_json_and_a_table_of_the_same(
    tidings: Tidings, filled: SqlStore, command: str
) -> None:
    json.loads(tidings(command, "--json").output)
    done = tidings(command)
    assert done.exit_code == 0
    assert "none yet" not in done.output


def test_topics_tell_what_each_has_told(tidings: Tidings, filled: SqlStore) -> None:
    relief, summit = json.loads(tidings("topics", "--json").output)
    assert (relief["id"], relief["alerts_7_days"], relief["stories"]) == ("relief", 1, 1)
    assert (summit["id"], summit["alerts_7_days"], summit["stories"]) == ("summit", 0, 0)
    assert not relief["watching"]
    assert "silent first look" in tidings("topics").output


def test_sources_tell_their_state_and_what_came_of_their_entries(
    tidings: Tidings, filled: SqlStore
) -> None:
    asked, idle = json.loads(tidings("sources", "--json").output)
    assert asked["name"] == "UN News"
    assert asked["articles"] == 4
    assert "polled_at" in asked
    assert idle["name"] == "Idle [red]wire"
    shown = tidings("sources").output
    assert "not asked yet" in shown
    assert "Idle [red]wire" in shown  # names are text, not markup


def test_alerts_show_reason_and_what_is_new(tidings: Tidings, filled: SqlStore) -> None:
    [row] = json.loads(tidings("alerts", "--json").output)
    assert row["article"] == "A-told"
    assert row["headline"] == "Title of told [bold]"
    assert row["reason"] == "new step"
    assert row["new"] == ["date: 9 May 2025", "figure: 20"]
    shown = tidings("alerts").output
    assert "Title of told [bold]" in shown
    assert "date: 9 May 2025; figure: 20" in shown
    assert "A-held" not in shown


def test_what_was_held_back_is_shown_with_its_explanation(
    tidings: Tidings, filled: SqlStore
) -> None:
    [row] = json.loads(tidings("alerts", "--held", "--json").output)
    assert row["article"] == "A-held"
    assert "because of not significant" in tidings("alerts", "--held").output


def test_alerts_of_another_topic_are_left_out(tidings: Tidings, filled: SqlStore) -> None:
    assert json.loads(tidings("alerts", "--topic", "summit", "--json").output) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["alerts", "--topic", "relieff"],
        ["alerts", "--held", "--topic", "relieff", "--json"],
        ["explain", "A-told", "--topic", "relieff"],
        ["topics", "--answers", "--topic", "relieff"],
    ],
    ids=" ".join,
)
def test_a_topic_that_is_misspelt_is_refused_not_found_empty(
    called: Program, filled: SqlStore, arguments: list[str]
) -> None:
    done = called(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tidings: topic `relieff`: there is none. Known are: relief, summit\n"


def test_what_is_stored_is_listed_without_a_watch_list_too(
    folder: Path, called: Program, filled: SqlStore
) -> None:
    (folder / "watch.yaml").unlink()
    assert "none yet" in called("alerts", "--topic", "summit").stdout
    assert "A-told" in called("alerts", "--topic", "relief").stdout
    assert "because of new step" in called("explain", "A-told", "--topic", "relief").stdout


def test_of_a_topic_that_is_watched_no_more_what_it_told_is_still_listed(
    folder: Path, called: Program, filled: SqlStore
) -> None:
    text = (folder / "watch.yaml").read_text("utf-8")
    (folder / "watch.yaml").write_text(text.replace("  relief:", "  easing:"), "utf-8")
    assert "A-told" in called("alerts", "--topic", "relief").stdout
    assert "because of new step" in called("explain", "A-told", "--topic", "relief").stdout


def test_the_outbox_shows_counts_and_problems(tidings: Tidings, filled: SqlStore) -> None:
    shown = json.loads(tidings("outbox", "--json").output)
    assert shown["counts"] == {"pending": 1, "dead": 1} | {
        name: 0 for name in shown["counts"] if name not in ("pending", "dead")
    }
    assert {row["state"] for row in shown["rows"]} == {"pending", "dead"}
    [dead] = json.loads(tidings("outbox", "--state", "dead", "--json").output)["rows"]
    assert dead["error"] == "channel_not_found: invite the bot"
    assert "channel_not_found" in tidings("outbox").output


def test_a_dead_message_is_queued_again(tidings: Tidings, filled: SqlStore) -> None:
    done = tidings("outbox", "--requeue", "2")
    assert done.exit_code == 0
    assert "1 message will be delivered again" in done.output
    assert filled.outbox.counts()[DeliveryState.PENDING] == 2


@pytest.mark.parametrize("number", ["1", "99"])
def test_only_dead_messages_are_queued_again(
    tidings: Tidings, filled: SqlStore, number: str
) -> None:
    done = tidings("outbox", "--requeue", number)
    assert done.exit_code == 1
    assert "Only dead messages" in done.output


@pytest.mark.parametrize("what", ["A-told", "https://news.example/told"])
def test_an_article_is_explained_by_id_and_by_url(
    tidings: Tidings, filled: SqlStore, what: str
) -> None:
    done = tidings("explain", what)
    assert done.exit_code == 0
    for said in (
        "Title of told [bold]",
        "https://news.example/told",
        "relief: alert · new step",
        "because of new step",
        "judge    tell: new and significant (small)",
        "The bank was delisted.",
        "date: 9 May 2025; figure: 20",
        "Talks on a delisting (A-before)",
        "kept out: caption",
        "lead 0.50",
    ):
        assert said in done.output, said


def test_an_explanation_as_json(tidings: Tidings, filled: SqlStore) -> None:
    told = json.loads(tidings("explain", "A-told", "--json").output)
    assert told["article"]["id"] == "A-told"
    assert told["article"]["first_seen"].endswith("+00:00")
    [decided] = told["decisions"]
    assert decided["reason"] == "new step"
    assert decided["judge"]["says"] == "tell"
    assert decided["scores"] == {"lead": 0.5, "same": 0.25}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["A-unfit"], "No topic's screen let it through"),
        (["A-told", "--topic", "summit"], "The screen of topic 'summit' did not let it through"),
        (["A-waiting"], "Not decided yet"),
    ],
)
def test_no_decision_is_explained_too(
    tidings: Tidings, filled: SqlStore, arguments: list[str], said: str
) -> None:
    filled.decisions.finish_baseline(["summit"], NOW - timedelta(days=1))
    done = tidings("explain", *arguments)
    assert done.exit_code == 0
    assert said in done.output


@pytest.mark.parametrize("finished", [False, True])
def test_an_article_older_than_the_topic_is_not_said_to_have_met_its_screen(
    tidings: Tidings, filled: SqlStore, finished: bool
) -> None:
    if finished:
        filled.decisions.finish_baseline(["summit"], NOW + timedelta(hours=1))
    said = tidings("explain", "A-told", "--topic", "summit").output
    assert "It was seen before topic 'summit' had finished its first look" in said
    assert "tidings backtest summit" in said
    assert "screen of topic" not in said


def test_an_explanation_for_one_topic_shows_only_its_messages(
    tidings: Tidings, filled: SqlStore
) -> None:
    told = Alert("K-3", AlertKind.STORY, "#news-alerts", NOW, "Held", ("relief",))
    filled.outbox.enqueue(replace(told, article_id="A-held"), NOW)
    assert "message 3" in tidings("explain", "A-held", "--topic", "relief").output
    assert "message 3" in tidings("explain", "A-held").output
    assert "message 3" not in tidings("explain", "A-held", "--topic", "summit").output


def test_the_path_names_every_step(tidings: Tidings, filled: SqlStore) -> None:
    """The entry, what came of it, the screen, the decision, the message."""
    said = tidings("explain", "A-held").output
    for words in (
        "entry      listed by un-news, first seen",
        "fate       new",
        "its text is there",
        "screen     near relief; decided for these",
        "the line of balanced is now",
        "message    none was queued",
    ):
        assert words in said, words


def test_a_message_is_explained_by_its_number_and_by_its_key(
    tidings: Tidings, filled: SqlStore
) -> None:
    about = replace(filled.outbox.rows(limit=10)[0].alert, key="K-3", article_id="A-told")
    filled.outbox.enqueue(about, NOW)
    for what in ("3", "K-3"):
        said = tidings("explain", what).output
        assert "Title of told [bold]" in said
        assert "message 3: story to #news-alerts · pending" in said
    plain = json.loads(tidings("explain", "A-told", "--json").output)
    [message] = plain["messages"]
    assert (message["id"], message["state"]) == (3, "pending")
    assert plain["entries"][0]["fate"] == "new"
    assert set(plain["decisions"][0]["lines"]) == {"match", "alert", "same"}


def test_an_entry_without_an_article_is_explained(tidings: Tidings, filled: SqlStore) -> None:
    url = "https://news.example/blocked"
    listed = Poll("un-news", PollState.OK, NOW, (Entry("un-news", url, "Blocked"),))
    state = filled.sources.states(["un-news"])["un-news"]
    filled.sources.save_poll(listed, state)
    [waiting] = filled.sources.pending(10)
    filled.sources.settle(waiting.id, Fate.BLOCKED, "the server answered 403")
    said = tidings("explain", url).output
    assert "fate       blocked: the server answered 403" in said
    assert "No article came of it" in said


def test_what_is_not_there_cannot_be_explained(called: Program, filled: SqlStore) -> None:
    for what, words in (
        ("99", "message 99: there is no such message"),
        ("2", "message 2: it is about no single article"),
        ("https://nowhere.example/", "no such article is stored"),
    ):
        answer = called("explain", what)
        assert answer.returncode == 1
        assert words in answer.stderr


def test_a_broken_watch_list_does_not_keep_from_explaining(
    tidings: Tidings, filled: SqlStore, folder: Path
) -> None:
    (folder / "watch.yaml").write_text("topics: [", "utf-8")
    said = tidings("explain", "A-told").output
    assert "relief: alert" in said
    assert "the line of" not in said


def test_lines_for_a_pipe_are_never_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("x " * 300)
    output.table("T", ["url", "b"], [["https://news.example/" + "x" * 150, "y " * 60]])
    shown = capsys.readouterr().out
    assert "x " * 299 in shown
    assert "https://news.example/" + "x" * 150 in shown


def test_counts_read_well() -> None:
    assert output.count(1, "source") == "1 source"
    assert output.count(0, "source") == "0 sources"
    assert output.pairs({"a": 3, "b": 0, "c": 1}) == "a 3, c 1"
