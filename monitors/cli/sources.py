"""``tidings sources``: how each source is, and all that is known of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.showing import opened

DAY = timedelta(days=1)
_STYLES = {
    "healthy": "green", "quiet": "yellow", "empty": "yellow", "degraded": "yellow",
    "blocked": "red", "dead": "red", "gone": "red",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sources)


def sources(
    source: Annotated[
        str, typer.Argument(help="The id or name of one source, for all that is known of it.")
    ] = "",
    as_json: output.AsJson = False,
) -> None:
    """Each source: its state and why, when it is asked next, what became of its entries."""
    from monitors.clock import SystemClock
    from monitors.report.condition import rows_of
    from monitors.watchlist import load_watchlist

    with opened() as (settings, store):
        watchlist = load_watchlist(settings.watch)
        wanted = [s for s in watchlist.sources if not source or source in (s.id, s.name)]
        if not wanted:
            known = ", ".join(s.id for s in watchlist.sources)
            raise typer.BadParameter(f"{source!r} is no source; known are {known}")
        now = SystemClock().now()
        rows = rows_of(store, wanted, now)
    if as_json:
        output.as_json(rows[0] if source else rows)
    elif source:
        show_one(rows[0])
    else:
        show_table(rows, now)


def show_table(rows: list[dict[str, Any]], now: datetime) -> None:
    """All sources, and below what to do about those that are unwell."""
    heads = ["source", "state", "reason", "since", "last new", "cadence", "next poll", "last day"]
    output.table(
        "Sources (times in UTC)",
        heads,
        [
            (
                row["name"],
                row["state"],
                _reason(row, now),
                _when(row["since"]),
                _when(row["last_entry_at"]),
                row["cadence"],
                _next(row["next_poll_at"], now),
                _ledger(row),
            )
            for row in rows
        ],
        styles={"state": _STYLES},
    )
    unwell = [row for row in rows if row["to_do"] or row["failures"]]
    for row in unwell:
        output.say(f"{row['name']}: {row['problem'] or row['to_do']}", "dim")
    if unwell:
        output.say("All that is known of one: tidings sources ID", "dim")


def _reason(row: dict[str, Any], now: datetime) -> str:
    parts = [row["reason"] if row["polled_at"] else "not asked yet"]
    if row["failures"] and row["state"] in ("healthy", "unknown"):
        several = row["failures"] > 1
        parts.append(
            f"its last {row['failures']} polls failed" if several else "its last poll failed"
        )
    if row["distrusted_until"] and row["distrusted_until"] > now:
        parts.append("says “not modified” when it is")
    if row["last_gap_at"] and now - row["last_gap_at"] < DAY:
        parts.append(f"{output.count(row['gaps'], 'gap')}, asked every {row['every']}")
    return "; ".join(parts)


def _ledger(row: dict[str, Any]) -> str:
    from monitors.ledger import ordered

    ends = output.pairs(ordered(row["last_day"]))
    waits = f", {row['waiting']} waiting" if row["waiting"] else ""
    return (ends or "-") + waits


def show_one(row: dict[str, Any]) -> None:
    """One source."""
    from monitors.ledger import ordered

    output.say(f"{row['name']} ({row['id']}) · {row['kind']} · {row['tier']}", "bold")
    output.say(f"  {row['url']}")
    since = f" since {_when(row['since'])}" if row["since"] else ""
    day = row["last_day"]
    lines = {
        "state": f"{row['state']}{since}: {row['reason']}",
        "to do": row["to_do"],
        "problem": row["problem"],
        "polls": _spelled(row["polls"]),
        "asked": f"every {row['every']} ({row['every_because']}"
        + ("; less often while it fails" if row["failures"] else "")
        + f"), last {_when(row['polled_at'])}, "
        f"next {_when(row['next_poll_at'])}",
        "answered": _when(row["answered_at"]),
        "publishes": row["last_entry_at"]
        and f"{row['cadence']}, last new {_when(row['last_entry_at'])}"
        + (f", longest usual silence {row['usual_silence']}" if row["usual_silence"] else ""),
        "lists": row["window"] and f"{output.count(row['window'], 'entry', 'entries')} at a time"
        + (f"; {output.count(row['gaps'], 'gap')}, the last {_when(row['last_gap_at'])}"
           if row["gaps"] else ""),
        "server": _server(row),
        "last day": f"{output.count(day.get('polls', 0), 'poll')}, {day.get('failed_polls', 0)} "
        f"failed; {day.get('listed', 0)} entries listed: "
        f"{output.pairs(ordered(day)) or 'none'}"
        + (f"; {day['bare']} by title and summary alone" if day.get("bare") else ""),
        "entries": output.pairs({getattr(f, "value", f): n for f, n in row["entries"].items()}),
        "waiting": f"{row['waiting']} still to be read" if row["waiting"] else "",
        "gave": f"{output.count(row['articles'], 'article')}, "
        f"{output.count(row['alerts'], 'alert')}",
    }  # fmt: skip
    for name, value in lines.items():
        if value:
            style = _STYLES.get(row["state"], "") if name == "state" else ""
            output.say(f"  {name:<10}{value}", style)


def _server(row: dict[str, Any]) -> str:
    parts = []
    if row["distrusted_until"]:
        until = _when(row["distrusted_until"])
        parts.append(f"says “not modified” when it is: asked without validators until {until}")
    if row["moved_to"]:
        parts.append(f"moved to {row['moved_to']}")
    return "; ".join(parts)


def _spelled(marks: str) -> str:
    """The marks with what they mean."""
    from monitors.model import Mark

    if not marks:
        return ""
    meant = ", ".join(
        f"{mark.value} {mark.name.lower().replace('_', ' ')}" for mark in Mark if mark in marks
    )
    return f"{marks}  ({meant}; the newest last)"


def _when(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b %H:%M}" if moment else "-"


def _next(due: datetime | None, now: datetime) -> str:
    if due is None or due <= now:
        return "next run"
    return f"{due:%H:%M}" if due - now < DAY / 2 else _when(due)
