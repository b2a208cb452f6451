"""What operators read in the Prefect UI: run report, alerts, source health.

All three are Markdown, which both of Prefect's UIs render; tables of its own show either
escapes or no links. Headlines and error texts come from anywhere, so everything that is not
ours is escaped, and never stands in the text of a link, where one UI shows the escapes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from prefect.artifacts import acreate_markdown_artifact

from flows.markdown import address, counted, escape, pairs, table
from monitors.desk import Desk
from monitors.errors import StoreError
from monitors.ledger import ENDS, Account, Ledger, in_words
from monitors.model import AlertKind, Health, Pulse
from monitors.runs import RunReport
from monitors.storypages import story_link

LEDGER = ("left before", "listed", *(fate.value for fate in ENDS), "waiting")

SLOW = 1.0
"""Seconds from which on a source is named among the slowest."""

NOTHING_TO_DO = "Nothing to do"
"""So remedies begin where sending it again would not help."""

MOST = 100
"""Rows of one list in a report; the rest is counted."""

SOURCES = 300
"""Rows of the table of sources: each run writes it, and Prefect keeps them all for a month."""


async def publish(desk: Desk, report: RunReport) -> None:
    """Write the artifacts; each key keeps its history in the UI."""
    await _write("run-report", run_report(report, desk.report_url), report.headline())
    if report.alerts:
        shown = alerts(report, desk.report_url)
        await _write("alerts", shown, counted(len(report.alerts), "alert"))
    with suppress(StoreError):
        rows = await asyncio.to_thread(_health, desk)
        failing = sum(row["failures"] > 0 for row in rows)
        told = f"{counted(len(rows), 'source')}, {failing} failing"
        await _write("source-health", source_health(rows), told)


async def _write(key: str, markdown: str, description: str) -> None:
    await acreate_markdown_artifact(key=key, markdown=markdown, description=description)


# --- the run report ---------------------------------------------------------------------


def run_report(report: RunReport, report_url: str = "") -> str:
    """What the run did: what was told, what went wrong, then the numbers.

    :param report_url: where the report is served, for links to the pages of stories
    """
    held = (f"{_line(row, report_url)}: {escape(row['why'])}" for row in report.held)
    parts = [
        *_listed("Alerts", (_line(row, report_url) for row in report.alerts)),
        *_listed("Held back", held),
        *_listed("Messages that cannot be delivered", _dead(report)),
        *_listed(
            "Health of sources",
            (f"{escape(c['source'])} is {c['is']}: {c['why']}" for c in report.changes),
        ),
        *_listed(
            "Sources that failed",
            (f"{escape(name)}: {escape(line)}" for name, line in report.failures.items()),
        ),
        *_listed("Learnt from answers", (escape(line) for line in report.lessons)),
        *_listed("Notes", (escape(line) for line in _notes(report))),
        "## Numbers",
        table(["what", "how many"], _numbers(report)),
        *_times(report),
    ]
    rows = _ledger(report.ledger)
    if len(rows) > 1:
        parts += ["## Entries", table(*_filled(rows[: MOST + 1]))]
    if report.reasons or report.screened_out:
        decided = [*report.reasons.most_common(), ("concerns no topic", report.screened_out)]
        parts += ["## Decisions", table(["reason", "articles and topics"], decided)]
    times = f"{report.started:%d %b %Y %H:%M} UTC"
    return "\n\n".join([f"Run `{report.run_id}`, {times}.", *parts])


def _numbers(report: RunReport) -> list[tuple[str, str]]:
    rows = {
        "sources": f"{report.polled} asked, {report.not_modified} unchanged, "
        f"{len(report.failures)} failed",
        "entries": in_words(report.ledger.total),
        "judged by title and summary": pairs(report.ledger.total.bare),
        "put to the judge": pairs(report.judge),
        "messages": pairs(report.delivered),
    }
    return [(name, counts) for name, counts in rows.items() if counts]


def _times(report: RunReport) -> Iterable[str]:
    """Seconds by step, and the sources that were waited for."""
    if report.seconds:
        steps = [(name, f"{seconds:.1f}") for name, seconds in report.seconds.items()]
        yield from ("## Time", table(["step", "seconds"], steps))
    slow = [(escape(n), f"{s:.1f}") for n, s in report.slowest.items() if s >= SLOW]
    if slow:
        yield from ("## Slowest sources", table(["source", "seconds until its answer"], slow))


def _dead(report: RunReport) -> Iterable[str]:
    for row in report.messages:
        if row["outcome"] == "dead":
            line = f"No. {row['number']} to {escape(row['channel'])}, {escape(row['headline'])}"
            again = f" Once that is mended: `tidings outbox --requeue {row['number']}`"
            # Without an edit the story was told all the same.
            lasting = row["kind"] == AlertKind.EDIT.value or NOTHING_TO_DO in row["why"]
            yield f"{line}: {escape(row['why'])}{'' if lasting else again}"


def _notes(report: RunReport) -> list[str]:
    """The problems that nothing above has told: a message that is dead stands there by name."""
    told = [row["why"] for row in report.messages if row["outcome"] == "dead" and row["why"]]
    return [line for line in report.problems if not line.endswith(tuple(told))]


def _ledger(ledger: Ledger) -> list[tuple[str, ...]]:
    """The sum, then a row for each source with entries, those with most first."""
    accounts = {name: a for name, a in ledger.accounts.items() if a.carried or a.listed}
    busiest = sorted(accounts, key=lambda name: -accounts[name].listed)
    rows = [(escape(name), accounts[name]) for name in busiest]
    return [(name, *_figures(account)) for name, account in [("**all**", ledger.total), *rows]]


def _filled(rows: Sequence[tuple[str, ...]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Heads and rows without the columns in which nothing is: all of them do not fit."""
    heads = ("source", *LEDGER)
    kept = [i for i, cell in enumerate(rows[0]) if cell != "0" or heads[i] == "listed"]
    return [heads[i] for i in kept], [tuple(row[i] for i in kept) for row in rows]


def _figures(account: Account) -> tuple[str, ...]:
    ends = (str(account.fates.get(fate.value, 0)) for fate in ENDS)
    return (str(account.carried), str(account.listed), *ends, str(account.waiting))


def _line(row: Mapping[str, str], report_url: str) -> str:
    page = story_link(report_url, (row.get("story", ""),))
    story = f", [its story]({page})" if page else ""
    where = f"{address(row['url'])}{story}"
    return f"**{escape(row['topic'])}**: {escape(row['headline'])} ({where})"


def _listed(title: str, lines: Iterable[str]) -> list[str]:
    items = list(lines)
    if not items:
        return []
    shown = [f"- {item}" for item in items[:MOST]]
    if len(items) > MOST:
        shown.append(f"- and {len(items) - MOST} more")
    return [f"## {title}", "\n".join(shown)]


# --- alerts -----------------------------------------------------------------------------


def alerts(report: RunReport, report_url: str = "") -> str:
    """Each alert with its reason and where to read it. No table: its cells do not wrap.

    :param report_url: where the report is served, for a link to the page of each story
    """
    return "\n\n".join(_alert(row, report_url) for row in report.alerts)


def _alert(row: Mapping[str, str], report_url: str) -> str:
    page = story_link(report_url, (row.get("story", ""),))
    story = f" [Its story's page]({page}) shows why." if page else ""
    where = f"{escape(row['source'])}, {address(row['url'])}"
    return "\n\n".join(
        (
            f"### {escape(row['headline'])}",
            f"**{escape(row['topic'])}**, {row['reason']}: {escape(row['why'])}",
            f"{where}.{story} How it was decided: `tidings explain {row['article']}`",
        )
    )


# --- source health ----------------------------------------------------------------------


def source_health(rows: Sequence[Mapping[str, Any]]) -> str:
    """One row a source, those that fail first, then those that are not well; 300 at most."""
    ordered = sorted(rows, key=lambda row: (-row["failures"], _is_well(row)))
    heads = ["source", "state", "last success", "next poll", "entries", "articles", "alerts"]
    shown = [
        (
            escape(row["name"]),
            _state(row),
            _time(row.get("succeeded_at")),
            _time(row.get("next_poll_at")),
            pairs(row.get("entries") or {}),
            row.get("articles", 0),
            row.get("alerts", 0),
        )
        for row in ordered[:SOURCES]
    ]
    more = len(rows) - len(shown)
    rest = [f"And {more} more: `tidings sources` lists them."] if more else []
    failing = [row for row in rows if row["failures"]]
    problems = (f"{escape(row['name'])}: {escape(row.get('last_error') or '')}" for row in failing)
    return "\n\n".join([table(heads, shown), *rest, *_listed("What to do", problems)])


def _is_well(row: Mapping[str, Any]) -> bool:
    return (row.get("pulse") or Pulse()).health in (Health.HEALTHY, Health.UNKNOWN)


def _health(desk: Desk) -> list[dict[str, Any]]:
    """What is known of each source of the watch list."""
    known = {row["id"]: row for row in desk.store.sources.overview()}
    return [
        {"failures": 0} | dict(known.get(source.id, {})) | {"name": source.name}
        for source in desk.watchlist.sources
    ]


def _state(row: Mapping[str, Any]) -> str:
    pulse = row.get("pulse") or Pulse()
    state = pulse.health.value
    if not _is_well(row):
        state = f"**{state}** since {_time(pulse.since)}: {pulse.cause.value}"
    return f"{state}, {row['failures']} failed in a row" if row["failures"] else state


def _time(moment: Any) -> str:
    return f"{moment:%d %b %H:%M}" if moment else "-"
