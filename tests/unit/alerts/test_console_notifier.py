from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from monitors.alerts.compose import compose
from monitors.alerts.notify.console import ConsoleNotifier
from monitors.clock import FixedClock
from monitors.model import Alert, AlertKind, Delivery, DeliveryState, Message
from monitors.testing import sample_alert

NOW = datetime(2025, 2, 18, 14, 15, tzinfo=UTC)


class Terminal:
    def __init__(self, *, colour: bool = False) -> None:
        self.out = io.StringIO()
        console = Console(file=self.out, width=300, force_terminal=colour, highlight=False)
        self.notifier = ConsoleNotifier(console, FixedClock(NOW))

    def show(self, alert: Alert, thread_ts: str | None = None, *, plain: bool = False) -> str:
        delivery = Delivery(1, alert, DeliveryState.SENDING, NOW, thread_ts=thread_ts, plain=plain)
        receipt = self.notifier.send(compose(delivery))
        return receipt.ts

    @property
    def text(self) -> str:
        return self.out.getvalue()


def test_a_message_is_shown_with_channel_topic_headline_quote_and_sources() -> None:
    terminal = Terminal()
    terminal.show(sample_alert())
    for part in [
        "#news-alerts",
        "Embassy restoration",
        "Two capitals agree to restore the staff of their embassies",
        "▌ Стороны договорились восстановить численность посольств.",
        "New: agreed: staff numbers at both embassies",
        "Until now: Ministers discuss the work of embassies",
        "Stage: agreed",
        "tidings explain A-0123456789ab",
    ]:
        assert part in " ".join(terminal.text.replace("│", " ").split())


def test_a_reply_is_indented_under_the_headline_of_its_parent() -> None:
    terminal = Terminal()
    parent = terminal.show(sample_alert(headline="The first step"))
    terminal.show(sample_alert("k2", kind=AlertKind.STEP, headline="The second"), parent)
    title = next(line for line in terminal.text.splitlines() if line.startswith("    ┌"))
    assert "The first step" in title


def test_a_reply_to_an_earlier_run_says_so() -> None:
    terminal = Terminal()
    terminal.show(sample_alert("k2", kind=AlertKind.STEP), "1.000001")
    assert "an earlier message" in terminal.text


def test_an_edit_takes_two_lines() -> None:
    terminal = Terminal()
    parent = terminal.show(sample_alert())
    before = len(terminal.text.splitlines())
    terminal.show(sample_alert("k2", kind=AlertKind.EDIT), parent)
    assert len(terminal.text.splitlines()) - before <= 3
    assert "edited: Two capitals" in terminal.text


def test_a_message_without_blocks_shows_its_lines() -> None:
    terminal = Terminal()
    terminal.show(sample_alert(headline="a < b & c"), plain=True)
    assert "Embassy restoration: a < b & c" in terminal.text
    assert "Why? tidings explain" in terminal.text


def test_a_hostile_message_cannot_command_the_terminal() -> None:
    terminal = Terminal(colour=True)
    evil = "[red]x[/red] \x1b]0;owned\x07 \x1b[2J"
    blocks = ({"type": "header", "text": {"type": "plain_text", "text": evil}},)
    terminal.notifier.send(Message("k", f"#c{evil}", evil, blocks))
    terminal.notifier.send(Message("k2", "#c", evil))
    assert "\x1b]0" not in terminal.text
    assert "\x1b[2J" not in terminal.text
    assert "\x07" not in terminal.text
    assert "[red]x[/red]" in terminal.text


def test_receipts_differ_even_when_the_clock_stands_still() -> None:
    terminal = Terminal()
    stamps = {terminal.show(sample_alert(f"k{index}")) for index in range(5)}
    assert len(stamps) == 5
