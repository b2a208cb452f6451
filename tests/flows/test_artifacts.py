"""What the artifacts say, without a server."""

from __future__ import annotations

import base64
import re
from datetime import UTC, date, datetime

from lxml import etree

from flows.artifacts import SOURCES, alerts, run_report, source_health
from flows.chart import chart
from monitors.model import Cause, Fate, Health, Pulse
from monitors.report.values import Bars
from monitors.runs import RunReport

NOON = datetime(2025, 2, 18, 12, tzinfo=UTC)


def report() -> RunReport:
    one = RunReport("R-1", NOON)
    row = {
        "topic": "Relief", "topic_id": "relief", "headline": "A *bank* is delisted",
        "source": "TASS", "reason": "new story", "why": "nothing told before", "article": "A-1",
        "url": "https://tass.example/1", "story": "S-1",
    }  # fmt: skip
    one.alerts.append(row)
    return one


def test_a_report_links_to_the_page_of_each_story_where_there_is_one() -> None:
    assert "its story" not in run_report(report())
    text = run_report(report(), "https://news.example/t/")
    assert re.search(r"\[its story\]\(https://news\.example/t/stories/[\w-]+\.html\)", text)
    assert r"**Relief**: A \*bank\* is delisted ([tass.example](https://tass.example/1)" in text


def test_a_report_names_steps_and_the_slowest_sources() -> None:
    one = report()
    one.seconds = {"collect": 3.21, "read": 12.0}
    one.slowest = {"TA|SS": 2.94, "AFP": 0.4}
    text = run_report(one)
    assert "| collect | 3.2 |\n| read | 12.0 |" in text
    assert "## Slowest sources" in text
    assert r"| TA\|SS | 2.9 |" in text
    assert "AFP" not in text


def test_of_thousands_of_sources_those_in_trouble_are_shown() -> None:
    """Each run writes the table, and Prefect keeps it for a month."""
    rows: list[dict[str, object]] = [{"name": f"S{n}", "failures": 0} for n in range(2000)]
    rows[1998] |= {"pulse": Pulse(health=Health.QUIET, cause=Cause.SILENT, since=NOON)}
    rows[1999] |= {"failures": 2, "last_error": "timeout"}
    text = source_health(rows)
    lines = [line for line in text.splitlines() if line.startswith("| S")]
    assert len(lines) == SOURCES
    assert lines[0].startswith("| S1999 | unknown, 2 failed in a row |")
    assert lines[1].startswith("| S1998 | **quiet** since 18 Feb 12:00")
    assert "And 1700 more: `tidings sources` lists them." in text
    assert "- S1999: timeout" in text
    few = source_health(rows[:3])
    assert " more: " not in few


def test_a_report_says_which_messages_are_dead_and_what_to_do() -> None:
    one = report()
    one.messages = [
        {"outcome": outcome, "number": number, "kind": kind, "headline": "<b>", "channel": "#a",
         "why": "archived."}
        for outcome, number, kind in (
            ("delivered", "6", "story"), ("dead", "7", "step"), ("dead", "8", "edit"),
        )
    ]  # fmt: skip
    text = run_report(one)
    assert "- No. 7 to \\#a, &lt;b&gt;: archived. Once that is mended" in text
    assert "tidings outbox --requeue 7" in text
    assert "No. 6" not in text
    assert "No. 8" in text
    assert "--requeue 8" not in text


def test_columns_in_which_nothing_is_are_left_out() -> None:
    one = report()
    account = one.ledger.of("tass")
    account.listed = 3
    account.end(Fate.NEW, 3)
    one.ledger.close({})
    text = run_report(one)
    assert "| source | listed | new |\n" in text
    assert "| tass | 3 | 3 |" in text


def test_a_dead_message_is_told_once_and_without_advice_that_leads_nowhere() -> None:
    one = report()
    why = "Slack refuses it (message_not_found). Nothing to do: the message stays as it is."
    dead = {"outcome": "dead", "number": "7", "kind": "step", "headline": "A", "channel": "#a"}
    one.messages = [dead | {"why": why}]
    one.problems = [f"alert 0dc9 to C0LOCAL: {why}", "the disk is full"]
    text = run_report(one)
    assert text.count("the message stays as it is") == 1
    assert "--requeue" not in text
    assert "## Notes\n\n- the disk is full\n" in text


def picture(shown: str) -> etree._Element:
    found = re.fullmatch(r"!\[([^\[\]]+)\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", shown)
    assert found is not None
    return etree.fromstring(base64.b64decode(found[2]))


def test_a_chart_is_a_picture_with_a_bar_for_each_count() -> None:
    shown = chart(Bars(date(2025, 2, 1), 1, (0, 3, 1, 0), (0, 1, 0, 0)))
    bars = picture(shown).findall("{*}rect")
    assert [round(float(bar.get("height", ""))) for bar in bars] == [98, 33, 33]
    assert "4 fitted the topic, 1 were told" in shown
    labels = [text.text for text in picture(shown).findall("{*}text")]
    assert labels == ["3", "0", "1 Feb", "2 Feb", "4 Feb"]


def test_a_chart_of_nothing_is_left_out_and_one_day_can_be_drawn() -> None:
    assert chart(Bars(date(2025, 2, 1), 1, (0, 0), (0, 0))) == ""
    assert len(picture(chart(Bars(date(2025, 2, 1), 1, (2,), (2,)))).findall("{*}rect")) == 2


def test_an_alert_links_to_the_page_of_its_story_where_a_report_is_served() -> None:
    page = "[Its story's page](https://news.example/tidings/stories/S-1.html)"
    assert page in alerts(report(), "https://news.example/tidings/")
    bare = alerts(report())
    assert "story's page" not in bare
    assert "`tidings explain A-1`" in bare
