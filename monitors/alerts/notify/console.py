"""The terminal, showing messages as Slack would: for a machine without a Slack token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from monitors.alerts.escape import clean, cut, unescape
from monitors.clock import Clock, SystemClock
from monitors.model import Message, Picture, Receipt

_INDENT = 4
_WIDEST = 100
_MENTIONS = {"broadcast": "range", "user": "user_id", "usergroup": "usergroup_id"}


class ConsoleNotifier:
    """Prints messages. What it printed is certain, so that nothing is ever in doubt.

    :param console: where to print; standard output where none is given
    :param clock: dates the receipts
    """

    def __init__(self, console: Console | None = None, clock: Clock | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._clock = clock or SystemClock()
        self._sent: dict[tuple[str, str], Receipt] = {}
        self._headlines: dict[str, str] = {}
        self._last = 0

    def send(self, message: Message) -> Receipt:
        """Print ``message``; an edit only in two lines. Never fails."""
        headline = _headline(message)
        if message.edits is not None:
            self._print(self._edit(message, headline))
            return Receipt(message.channel, message.edits)
        receipt = Receipt(message.channel, self._stamp())
        self._sent[message.channel, message.alert_key] = receipt
        self._headlines[receipt.ts] = headline
        self._print(self._panel(message))
        return receipt

    def find(self, channel: str, alert_key: str, since: datetime) -> Receipt | None:
        """What this process printed under ``alert_key``; it knows of no other."""
        receipt = self._sent.get((channel, alert_key))
        recent = receipt is not None and float(receipt.ts) >= since.timestamp()
        return receipt if recent else None

    def illustrate(self, receipt: Receipt, picture: Picture) -> None:
        """Nothing: the message shows the same in characters."""

    def _panel(self, message: Message) -> RenderableType:
        body = Group(*(list(_blocks(message.blocks)) or [Text(_line(message.text, lines=True))]))
        title = Text(f" {clean(message.channel, 80)} ", "bold cyan")
        if message.thread_ts is None:
            return Panel(body, title=title, title_align="left", box=box.ROUNDED, padding=(0, 1))
        parent = self._headlines.get(message.thread_ts, "an earlier message")
        title.append(f"{cut(parent, 60)} ", "dim")
        panel = Panel(body, title=title, title_align="left", box=box.SQUARE, padding=(0, 1))
        return Padding(panel, (0, 0, 0, _INDENT))

    def _edit(self, message: Message, headline: str) -> RenderableType:
        contexts = [block for block in message.blocks if block.get("type") == "context"]
        line = Text("edited: ", "yellow").append(headline, "bold")
        facts = _context(contexts[-1]) if contexts else Text(_line(message.text))
        return Padding(Group(line, facts), (0, 0, 0, 2))

    def _print(self, shown: RenderableType) -> None:
        self._console.print(shown, width=min(self._console.width, _WIDEST))

    def _stamp(self) -> str:
        """Like Slack's: seconds with six digits, never the same twice."""
        self._last = max(self._last + 1, int(self._clock.now().timestamp() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def _headline(message: Message) -> str:
    for block in message.blocks:
        if block.get("type") == "header":
            return clean(str(block["text"]["text"]), 150)
    return _line(message.text)


def _blocks(blocks: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    for block in blocks:
        kind = block.get("type")
        if kind == "header":
            yield Text(clean(str(block["text"]["text"])), "bold")
        elif kind == "context":
            yield _context(block)
        elif kind == "actions":
            labels = (clean(str(e["text"]["text"]), 75) for e in block["elements"])
            yield Text("  ".join(f"[{label}]" for label in labels), "dim")
        elif kind == "section":
            yield Text.assemble(_element(block["text"]))
        elif kind == "rich_text":
            for element in block["elements"]:
                yield from _rich(element)


def _context(block: Mapping[str, Any]) -> Text:
    parts = [_element(element)[0] for element in block["elements"]]
    return Text("  ·  ".join(parts), "dim")


def _element(element: Mapping[str, Any]) -> tuple[str, str]:
    text = clean(str(element.get("text", "")))
    if element.get("type") == "mrkdwn":
        return unescape(text).replace("*", "").strip("_"), ""
    return text, ""


def _rich(element: Mapping[str, Any]) -> Iterator[RenderableType]:
    kind = element.get("type")
    if kind == "rich_text_list":
        for item in element["elements"]:
            yield Text("• ").append_text(_inline(item["elements"]))
    elif kind == "rich_text_preformatted":
        for line in str(element["elements"][0].get("text", "")).split("\n"):
            yield Text(clean(line), "cyan")
    elif kind == "rich_text_quote":
        quote = Panel(_inline(element["elements"]), box=_BAR, style="italic", padding=(0, 1))
        yield quote
    else:
        yield _inline(element["elements"])


def _inline(elements: Sequence[Mapping[str, Any]]) -> Text:
    line = Text()
    for element in elements:
        style = " ".join(
            name for name in ("bold", "italic") if (element.get("style") or {}).get(name)
        )
        if element.get("type") == "link":
            url = clean(str(element["url"]))
            line.append(clean(str(element.get("text", url))), "underline")
            line.append(f" <{url}>", "dim")
        elif element.get("type") in _MENTIONS:
            who = next((element[key] for key in _MENTIONS.values() if key in element), "")
            line.append(f"@{clean(str(who), 20)}", "bold yellow")
        else:
            text = str(element.get("text", ""))
            if text == "\n":
                line.append(text)
                continue
            # Spaces at the ends part this piece from its neighbours.
            before, after = text[:1].isspace(), text[-1:].isspace()
            line.append(f"{' ' * before}{clean(text)}{' ' * after}", style)
    return line


def _line(text: str, *, lines: bool = False) -> str:
    """Text of a message without blocks, which is escaped for Slack."""
    if lines:
        return "\n".join(clean(unescape(part)) for part in text.split("\n"))
    return clean(unescape(text.split("\n")[0]), 150)


_BAR = box.Box("    \n▌   \n    \n▌   \n    \n    \n▌   \n    \n")
