"""``tidings topics --answers`` and ``--undo``, and ``tidings listen``."""

from __future__ import annotations

import json

import pytest
from cli_values import NOW, Program, Tidings

from monitors.demo.localslack import LocalSlack
from monitors.model import Answer, AnswerKind, Receipt
from monitors.store import SqlStore


@pytest.fixture
def answered(filled: SqlStore) -> SqlStore:
    """Somebody muted the story, somebody else found the message useful."""
    for kind, who in ((AnswerKind.MUTE, "R-1"), (AnswerKind.USEFUL, "R-2")):
        given = Answer(kind, who, NOW, "K-1", "Title of told", ("relief",), ("S-1",), "A-told")
        assert filled.answers.add(given)
    return filled


def test_answers_are_listed_for_all_topics_or_one(tidings: Tidings, answered: SqlStore) -> None:
    useful, mute = json.loads(tidings("topics", "--answers", "--json").output)
    assert (useful["answer"], useful["who"], useful["article"]) == ("useful", "R-2", "A-told")
    assert (mute["answer"], mute["stories"], mute["undone_at"]) == ("mute story", ["S-1"], None)
    assert json.loads(tidings("topics", "--topic", "summit", "--json").output) == []
    shown = tidings("topics", "--topic", "relief").output
    assert "mute story" in shown
    assert "Title of told" in shown


def test_an_answer_can_be_undone_once(called: Program, answered: SqlStore) -> None:
    done = called("topics", "--undo", "1")
    assert done.returncode == 0
    assert done.stdout == "answer 1 (mute story) no longer counts: Title of told\n"
    assert answered.answers.muted() == frozenset()
    again = called("topics", "--undo", "1")
    assert again.returncode == 1
    assert "tidings topics --answers" in again.stderr


def test_undoing_is_shown_in_the_message(called: Program, answered: SqlStore) -> None:
    with LocalSlack(["#news-alerts"], rate_limit=False) as slack:
        posted = {"channel": "#news-alerts", "text": "Title of told"}
        sent = slack.workspace.answer("chat.postMessage", slack.token, posted)
        (delivery,) = answered.outbox.claim(NOW, NOW - NOW)
        answered.outbox.sent(delivery.id, Receipt(sent["channel"], sent["ts"]), NOW)
        secrets = {"SLACK_BOT_TOKEN": slack.token, "SLACK_API_URL": slack.api_url}
        assert called("topics", "--undo", "1", **secrets).returncode == 0
        (message,) = slack.messages
        assert "Useful: 1" in repr(message["blocks"])
        assert "muted" not in repr(message["blocks"])
        slack.fail_next("chat.update", "status", status=503)
        done = called("topics", "--undo", "2", **secrets)
        assert "next edit shows it" in done.stdout


def test_listening_without_an_app_token_says_what_is_missing(called: Program) -> None:
    done = called("listen")
    assert done.returncode == 2
    assert "SLACK_APP_TOKEN" in done.stderr
    assert "connections:write" in done.stderr
