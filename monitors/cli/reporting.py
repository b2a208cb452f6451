"""``tidings report | quality``: what was told as a web site, and how good it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.showing import opened

if TYPE_CHECKING:
    from monitors.report.card import QualityCard, Rate, Tally


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (report, quality):
        app.command()(command)


def report(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The folder; TIDINGS_REPORT_DIR where nothing is said."),
    ] = None,
    days: Annotated[int, typer.Option(help="How far back.", min=1, max=3650)] = 90,
    as_of: Annotated[
        str, typer.Option(help="As it was at this time, e.g. 2025-02-18T14:00.")
    ] = "",
) -> None:
    """Write a web site of stories, sources and quality: plain files that a browser opens."""
    from monitors.cli.running import clock_at
    from monitors.clock import SystemClock
    from monitors.errors import SettingsError
    from monitors.explain.path import known_lines
    from monitors.report.publishing import in_words, write_report
    from monitors.watchlist import load_watchlist

    with opened() as (settings, store):
        folder = out or settings.report_dir
        if folder is None:
            raise SettingsError(
                "TIDINGS_REPORT_DIR", "no folder is named", "Set it, or call with --out FOLDER"
            )
        watchlist = load_watchlist(settings.watch)
        lines = known_lines(settings, watchlist.topics)
        now = (clock_at(as_of) or SystemClock()).now()
        done = write_report(store, watchlist, folder, now, days, lines)
    output.say(f"{in_words(done)}; open {folder / 'index.html'}")


def quality(
    days: Annotated[int, typer.Option(help="How far back.", min=1, max=3650)] = 7,
    as_json: output.AsJson = False,
) -> None:
    """How good the last days were: what readers answered, delays, and samples to look at."""
    from monitors.clock import SystemClock
    from monitors.report.gather import card_of
    from monitors.watchlist import load_watchlist

    with opened() as (settings, store):
        card = card_of(store, load_watchlist(settings.watch), SystemClock().now(), days)
    if as_json:
        output.as_json(_plain(card))
        return
    _show(card)


def _show(card: QualityCard) -> None:
    from monitors.report.pages import percent

    output.table(
        f"Messages of {card.since:%d %b %Y} to {card.until:%d %b %Y}",
        ["topic", "sent", "answered", "useful", "not new", "not relevant"],
        [
            (tally.name, tally.told, tally.answered, percent(tally.precision),
             percent(tally.duplicates), f"{tally.not_relevant:g}")
            for tally in (card.total, *card.topics)
        ],
    )  # fmt: skip
    output.say("In brackets: 95% intervals.", "dim")
    output.say(_delay(card))
    if card.missed.labelled:
        output.say(
            f"Of {output.count(card.missed.labelled, 'decision')} that told nobody and "
            f"{'was' if card.missed.labelled == 1 else 'were'} labelled, "
            f"{percent(card.missed.rate)} should have been told."
        )
    for line in card.lessons:
        output.say(f"Learnt · {line}")
    if card.samples:
        output.table(
            "Not told: was that right?",
            ["topic", "rests on", "reason", "fits", "explain"],
            [
                (d.topic_id, d.passage[:160], d.reason.value, d.score, d.article_id)
                for d in card.samples
            ],
        )
        output.say(
            "tidings explain ARTICLE says why; tidings label ARTICLE TOPIC useful says that it "
            "should have been told, not-new or not-relevant that it was right.",
            "dim",
        )


def _delay(card: QualityCard) -> str:
    from monitors.health.words import span

    delay = card.delay
    if delay.median is None or delay.slow is None:
        return "First seen to Slack: no message was sent in this time."
    held = f"; {delay.held} more were held back on purpose" if delay.held else ""
    return (
        f"First seen to Slack: half within {span(delay.median)}, nine of ten within "
        f"{span(delay.slow)} ({output.count(delay.messages, 'message')}{held})."
    )


def _plain(card: QualityCard) -> dict[str, Any]:
    delay = card.delay
    return {
        "since": card.since,
        "until": card.until,
        "total": _tally(card.total),
        "topics": [_tally(tally) for tally in card.topics],
        "delay": {
            "messages": delay.messages,
            "held": delay.held,
            "median_seconds": _seconds(delay.median),
            "p90_seconds": _seconds(delay.slow),
        },
        "missed": {
            "labelled": card.missed.labelled,
            "wanted": card.missed.wanted,
            "rate": _rate(card.missed.rate),
        },
        "lessons": list(card.lessons),
        "samples": [
            {
                "article": d.article_id,
                "topic": d.topic_id,
                "reason": d.reason.value,
                "score": d.score,
                "passage": d.passage,
            }
            for d in card.samples
        ],
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "topic": tally.topic_id or None,
        "sent": tally.told,
        "answered": tally.answered,
        "useful": tally.useful,
        "not_new": tally.not_new,
        "not_relevant": tally.not_relevant,
        "precision": _rate(tally.precision),
        "duplicates": _rate(tally.duplicates),
    }


def _rate(rate: Rate | None) -> dict[str, float] | None:
    return None if rate is None else {"value": rate.value, "low": rate.low, "high": rate.high}


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()
