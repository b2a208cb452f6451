"""What operators read in the Prefect UI: run report, alerts, source health.

All three are Markdown, which both of Prefect's UIs render; tables of its own show either
escapes or no links. Headlines and error texts come from anywhere, so everything that is not
ours is escaped, and never stands in the text of a link, where one UI shows the escapes.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from prefect.artifacts import acreate_markdown_artifact

from monitors.desk import Desk
from monitors.errors import StoreError
from monitors.ledger import ENDS, Account, Ledger, in_words
from monitors.model import Health, Pulse
from monitors.redact import redact
from monitors.runs import RunReport
from monitors.storypages import story_link

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~])")
_LEAD = re.compile(r"^(\d*)([-.=])")
_BARE = re.compile(r"(https?|www|mailto|ftp)(?=[:.])|@", re.IGNORECASE)

LEDGER = ("left before", "listed", *(fate.value for fate in ENDS), "waiting")

MOST = 100
"""Rows of one list in a report; the rest is counted."""


def escape(text: str, limit: int = 300) -> str:
    """Text that is shown as it is written, in one line: no markup, HTML, link or ping."""
    flat = " ".join(text.split())
    if len(flat) > limit:
        flat = flat[: limit - 1].rstrip() + "…"
    escaped = _MARKUP.sub(r"\\\1", html.escape(flat, quote=False))
    escaped = _LEAD.sub(r"\1\\\2", escaped)
    # A bare address would become a link: what it says and where it leads may differ.
    return _BARE.sub(lambda found: f"{found[0]}\u200b", escaped)


async def publish(desk: Desk, report: RunReport) -> None:
    """Write the artifacts; each key keeps its history in the UI."""
    await _write("run-report", run_report(report), report.headline())
    if report.alerts:
        shown = alerts(report, desk.report_url)
        await _write("alerts", shown, _counted(len(report.alerts), "alert"))
    with suppress(StoreError):
        rows = await asyncio.to_thread(_health, desk)
        failing = sum(row["failures"] > 0 for row in rows)
        told = f"{_counted(len(rows), 'source')}, {failing} failing"
        await _write("source-health", source_health(rows), told)


async def _write(key: str, markdown: str, description: str) -> None:
    await acreate_markdown_artifact(key=key, markdown=markdown, description=description)


# --- the run report ---------------------------------------------------------------------


def run_report(report: RunReport) -> str:
    """What the run did: what was told, what went wrong, then the numbers."""
    parts = [
        *_listed("Alerts", (_line(row) for row in report.alerts)),
        *_listed("Held back", (f"{_line(row)}: {escape(row['why'])}" for row in report.held)),
        *_listed(
            "Health of sources",
            (f"{escape(c['source'])} is {c['is']}: {c['why']}" for c in report.changes),
        ),
        *_listed(
            "Sources that failed",
            (f"{escape(name)}: {escape(line)}" for name, line in report.failures.items()),
        ),
        *_listed("Learnt from answers", (escape(line) for line in report.lessons)),
        *_listed("Notes", (escape(line) for line in report.problems)),
        "## Numbers",
        _table(["what", "how many"], _numbers(report)),
    ]
    rows = _ledger(report.ledger)
    if len(rows) > 1:
        parts += ["## Entries", _table(["source", *LEDGER], rows[: MOST + 1])]
    if report.reasons or report.screened_out:
        decided = [*report.reasons.most_common(), ("concerns no topic", report.screened_out)]
        parts += ["## Decisions", _table(["reason", "articles and topics"], decided)]
    times = f"{report.started:%d %b %Y %H:%M} UTC"
    return "\n\n".join([f"Run `{report.run_id}`, {times}.", *parts])


def _numbers(report: RunReport) -> list[tuple[str, str]]:
    spent = {name: f"{seconds:.1f} s" for name, seconds in report.seconds.items()}
    rows = {
        "sources": f"{report.polled} asked, {report.not_modified} unchanged, "
        f"{len(report.failures)} failed",
        "entries": in_words(report.ledger.total),
        "judged by title and summary": _pairs(report.ledger.total.bare),
        "put to the judge": _pairs(report.judge),
        "messages": _pairs(report.delivered),
        "time": ", ".join(f"{name} {seconds}" for name, seconds in spent.items()),
    }
    return [(name, counts) for name, counts in rows.items() if counts]


def _ledger(ledger: Ledger) -> list[tuple[str, ...]]:
    """The sum, then a row for each source with entries, those with most first."""
    accounts = {name: a for name, a in ledger.accounts.items() if a.carried or a.listed}
    busiest = sorted(accounts, key=lambda name: -accounts[name].listed)
    rows = [(escape(name), accounts[name]) for name in busiest]
    return [(name, *_figures(account)) for name, account in [("**all**", ledger.total), *rows]]


def _figures(account: Account) -> tuple[str, ...]:
    ends = (str(account.fates.get(fate.value, 0)) for fate in ENDS)
    return (str(account.carried), str(account.listed), *ends, str(account.waiting))


def _line(row: Mapping[str, str]) -> str:
    return f"**{escape(row['topic'])}**: {escape(row['headline'])} ({_link(row['url'])})"


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
    where = f"{escape(row['source'])}, {_link(row['url'])}"
    return "\n\n".join(
        (
            f"### {escape(row['headline'])}",
            f"**{escape(row['topic'])}**, {row['reason']}: {escape(row['why'])}",
            f"{where}.{story} How it was decided: `tidings explain {row['article']}`",
        )
    )


# --- source health ----------------------------------------------------------------------


def source_health(rows: Sequence[Mapping[str, Any]]) -> str:
    """One row a source, those that fail first."""
    heads = ["source", "state", "last success", "next poll", "entries", "articles", "alerts"]
    shown = [
        (
            escape(row["name"]),
            _state(row),
            _time(row.get("succeeded_at")),
            _time(row.get("next_poll_at")),
            _pairs(row.get("entries") or {}),
            row.get("articles", 0),
            row.get("alerts", 0),
        )
        for row in sorted(rows, key=lambda row: -row["failures"])
    ]
    failing = [row for row in rows if row["failures"]]
    problems = (f"{escape(row['name'])}: {escape(row.get('last_error') or '')}" for row in failing)
    return "\n\n".join([_table(heads, shown), *_listed("What to do", problems)])


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
    if pulse.health not in (Health.HEALTHY, Health.UNKNOWN):
        state = f"**{state}** since {_time(pulse.since)}: {pulse.cause.value}"
    return f"{state}, {row['failures']} failed in a row" if row["failures"] else state


def _time(moment: Any) -> str:
    return f"{moment:%d %b %H:%M}" if moment else "-"


# --- Markdown ---------------------------------------------------------------------------


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _link(url: str) -> str:
    """A link that names its host."""
    address = redact(url)
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    if not address.startswith(("http://", "https://")) or not re.fullmatch(r"[\w.-]+", host):
        return escape(address)
    return f"[{host}]({quote(address, safe=':/?#@!$&,;=%+~.-_')})"


def _pairs(counts: Mapping[Any, Any]) -> str:
    return ", ".join(f"{count} {getattr(name, 'value', name)}" for name, count in counts.items())


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
