"""The report that messages link to is as new as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.support.newsroom import SPORT, TENDER, WALKOUT, Newsroom

BASE = "https://news.example/tidings/"


@pytest.fixture
def folder(room: Newsroom, tmp_path: Path) -> Path:
    """Where the report is, once a run wrote it."""
    room.desk.report_url, room.desk.report_dir = BASE, tmp_path / "site"
    return tmp_path / "site"


def links(value: Any) -> list[str]:
    """The addresses of all links of a message."""
    if isinstance(value, dict):
        own = [value["url"]] if value.get("type") == "link" else []
        return own + links(list(value.values()))
    return (
        [url for part in value for url in links(part)] if isinstance(value, (list, tuple)) else []
    )


def test_the_link_of_a_message_leads_to_a_page_that_says_why(room: Newsroom, folder: Path) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    [page] = [url for url in links(room.sent[0].blocks) if url.startswith(BASE)]
    tree = html.parse(folder / page.removeprefix(BASE)).getroot()
    assert tree.xpath("string(//h1)") == WALKOUT[0]
    [why] = tree.xpath("//details[@open]//dl")
    names = [name.text for name in why.xpath("dt")]
    for name in ("Verdict", "Because", "Entry", "Text", "Fits the topic", "Rests on", "Weighed"):
        assert name in names
    said = " ".join(why.text_content().split())
    assert room.decision("walkout").explanation in said
    assert room.decision("walkout").passage[:100] in said
    assert "the line of balanced is now" in said


def test_a_run_that_decides_nothing_writes_nothing(room: Newsroom, folder: Path) -> None:
    room.begin()
    assert not folder.exists()
    room.publish("courier", "sport", SPORT)
    room.run()
    assert not folder.exists()


def test_without_an_address_runs_write_no_report(room: Newsroom, folder: Path) -> None:
    room.desk.report_url = ""
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.run()
    assert not folder.exists()
    assert "tidings explain" in str(room.sent[0].blocks)


def test_a_folder_that_cannot_be_written_is_a_note_and_stops_nothing(
    room: Newsroom, folder: Path
) -> None:
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    report = room.run()
    assert len(room.sent) == 1
    [note] = [line for line in report.problems if line.startswith("report: ")]
    assert "something else than a report" in note


def test_every_link_has_its_page(room: Newsroom, folder: Path) -> None:
    room.begin()
    room.publish("courier", "walkout", WALKOUT)
    room.publish("wire", "tender", TENDER)
    room.run()
    pages = {path.name for path in (folder / "stories").iterdir()}
    linked = {url.rsplit("/")[-1] for url in links([m.blocks for m in room.sent]) if BASE in url}
    assert linked <= pages
    assert len(linked) == 2
