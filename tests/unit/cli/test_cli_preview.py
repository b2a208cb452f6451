"""``tidings preview``: samples and stored messages, in three forms."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cli_values import NOW, Program, Tidings

from monitors.alerts.drafting import edit_key
from monitors.alerts.rules import OUR_BLOCKS, OUR_CHARACTERS, problems
from monitors.alerts.samples import samples
from monitors.model import AlertKind, Receipt
from monitors.store import SqlStore
from monitors.testing import sample_alert

HOSTILE = "<script>alert(1)</script> <!channel> \u202e"


@pytest.fixture
def told(store: SqlStore) -> SqlStore:
    """A story with an edit and a step, all sent."""
    later = NOW + timedelta(hours=1)
    for alert in (
        sample_alert("K-1", headline=HOSTILE),
        sample_alert("K-2", kind=AlertKind.STEP, headline="The step", article_id="A-step"),
        sample_alert(
            edit_key("S-1", "#news-alerts"),
            kind=AlertKind.EDIT,
            created_at=later,
            headline=f"Edited {HOSTILE}",
        ),
    ):
        store.outbox.enqueue(alert, NOW)
    for number in range(3):
        for delivery in store.outbox.claim(NOW, NOW - NOW + timedelta(minutes=1), 5):
            store.outbox.sent(delivery.id, Receipt("C1", f"{number}.000001"), NOW)
    return store


def test_samples_hold_every_kind_of_message_and_keep_slacks_rules() -> None:
    shown = samples()
    kinds = {item.alert.kind for item in shown}
    assert kinds == set(AlertKind) - {AlertKind.EDIT}
    for item in shown:
        found = problems(item.message.blocks, max_blocks=OUR_BLOCKS, max_characters=OUR_CHARACTERS)
        assert found == []


def test_samples_need_no_watch_list_and_no_database(tidings: Tidings, folder: Path) -> None:
    (folder / "watch.yaml").unlink()
    done = tidings("preview")
    assert done.exit_code == 0
    assert "[Mute story]" in done.output
    assert "Daily digest" in done.output
    assert not (folder / "var").exists()


def test_a_thread_is_shown_as_its_edits_left_it(tidings: Tidings, told: SqlStore) -> None:
    first, step = json.loads(tidings("preview", "S-1", "--json").output)
    assert (first["edited"], first["reply"], step["reply"]) == (True, False, True)
    assert "Edited" in repr(first["blocks"])
    shown = tidings("preview", "S-1").output
    assert shown.index("Edited") < shown.index("The step")


def test_one_message_is_shown_by_number_or_article(tidings: Tidings, told: SqlStore) -> None:
    (by_number,) = json.loads(tidings("preview", "2", "--json").output)
    (by_article,) = json.loads(tidings("preview", "A-step", "--json").output)
    assert by_number == by_article
    assert "The step" in repr(by_number["blocks"])


@pytest.mark.parametrize("theme", ["light", "dark", "both"])
def test_the_page_needs_nothing_else_and_is_escaped(
    tidings: Tidings, told: SqlStore, folder: Path, theme: str
) -> None:
    done = tidings("preview", "S-1", "--html", "page.html", "--theme", theme)
    assert done.exit_code == 0
    page = (folder / "page.html").read_text("utf-8")
    themes = ["light", "dark"] if theme == "both" else [theme]
    assert [t for t in ("light", "dark") if f'<section data-theme="{t}">' in page] == themes
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "src=" not in page
    assert "url(" not in page


def test_the_digests_chart_is_in_the_page(tidings: Tidings, folder: Path) -> None:
    tidings("preview", "--html", "page.html")
    assert 'src="data:image/png;base64,' in (folder / "page.html").read_text("utf-8")


def test_json_stays_json_while_a_page_is_written(called: Program, folder: Path) -> None:
    done = called("preview", "--json", "--html", "page.html")
    assert len(json.loads(done.stdout)) == len(samples())
    assert done.stderr == "page.html written\n"


def test_what_is_not_there_and_where_nothing_can_be_written(
    called: Program, told: SqlStore
) -> None:
    missing = called("preview", "S-none")
    assert (missing.returncode, "no such message" in missing.stderr) == (1, True)
    unwritable = called("preview", "--html", "nowhere/page.html")
    assert (unwritable.returncode, "cannot be written" in unwritable.stderr) == (2, True)
