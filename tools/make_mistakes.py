"""Write docs/mistakes.md: a mistake of each kind, and what ``tidings check`` says of it.

Each is a real run of the program, on files that are written for it. ``python
tools/make_mistakes.py`` writes the page; a test runs them again and compares.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from typer.testing import CliRunner

from monitors.cli.app import app
from monitors.demo.localslack import LocalSlack

CHANNELS = ("#news-alerts", "#harbour", "#news-ops")
SCOPES = "chat:write,channels:read,groups:read,channels:history,groups:history,files:write"

PAGE = Path(__file__).parents[1] / "docs" / "mistakes.md"

GOOD = """\
defaults:
  channel: "#news-alerts"
  operators_channel: "#news-ops"
  timezone: Europe/London
  quiet_hours: "22:00-07:00"
channels:
  "#harbour":
    digest: monday 08:00
sources:
  - name: The Harbour Gazette
    kind: feed
    url: https://gazette.example/feed.xml
    tier: wire
    every: 10m
  - {name: Port Authority, kind: page, url: "https://port.example/news", pattern: '/news/\\d+'}
topics:
  harbour-works:
    name: Harbour works
    description: The harbour is deepened, widened or closed.
    examples:
      - Dredgers arrive in the outer harbour
    channel: "#harbour"
    sensitivity: balanced
    at_most: 3/day
    keywords: {any: [harbour*, dredg*], none: [regatta]}
"""

HEAD = (
    """\
# Mistakes, and what is said of them

`tidings check` names every mistake with its file, its line, the reason, and what to write
instead. Below is a mistake of each kind: the lines that hold it, and what is printed. All are
real runs, made by `python tools/make_mistakes.py` and compared by a test. Under *write instead*
is the whole line with only the mistake mended, ready to be pasted over the old one. Of a line
that holds an address with a key or a password, only the part that changes is shown. A mistake
stops no installation that runs: [edits](operating.md#edits).
""".replace("\n", " ")
    .replace("  ", "\n\n")
    .rstrip()
    + "\n"
)

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Works</title><item>
<title>Dredgers arrive</title><link>https://port.example/1</link>
<pubDate>Tue, 18 Feb 2025 10:00:00 GMT</pubDate></item></channel></rss>"""

SITE = b"""<html><head><link rel="alternate" type="application/rss+xml" title="Works"
href="/works.xml"></head><body>Welcome</body></html>"""


@dataclass(frozen=True)
class Slip:
    """A mistake.

    :param right: what is replaced in the good file; empty: nothing
    :param wrong: by what
    :param env: what ``.env`` holds
    """

    title: str
    right: str = ""
    wrong: str = ""
    env: str = ""
    options: tuple[str, ...] = ("--offline",)
    slack: Mapping[str, object] = field(default_factory=dict)


SECTIONS: dict[str, list[Slip]] = {
    "`defaults`": [
        Slip("A key that is misspelt", "timezone: Europe", "timezoen: Europe"),
        Slip("A time zone that there is none of", "Europe/London", "Europe/Lodnon"),
        Slip("A distance from UTC", "Europe/London", "UTC+3"),
        Slip("Times in another form", '"22:00-07:00"', "22 to 7"),
        Slip("A channel without quotes", '  channel: "#news-alerts"', "  channel: #news-alerts"),
    ],
    "`channels`": [
        Slip("A channel that no topic is told in", '  "#harbour":\n', '  "#harbor":\n'),
        Slip("A channel's name without quotes", '  "#harbour":\n', "  #harbour:\n"),
        Slip("A digest on no day", "monday 08:00", "mondy 08:00"),
    ],
    "`sources`": [
        Slip("A needed key is missing", "    kind: feed\n", ""),
        Slip("A kind that there is none of", "kind: feed", "kind: rss"),
        Slip("An address without its beginning", "https://gazette.example", "gazette.example"),
        Slip("An interval without its unit", "every: 10m", "every: 10"),
        Slip("A pattern that is none", "'/news/\\d+'", "'/news/(\\d+'"),
        Slip("The same source twice", "name: Port Authority", "name: The Harbour Gazette"),
    ],
    "`topics`": [
        Slip("A key that is misspelt", "    examples:", "    exampels:"),
        Slip("A needed key is misspelt", "    description:", "    descripton:"),
        Slip("A needed key is missing", "    name: Harbour works\n", ""),
        Slip("An id with a blank", "  harbour-works:", "  Harbour Works:"),
        Slip("A choice that there is none of", "sensitivity: balanced", "sensitivity: balnced"),
        Slip("A budget in another form", "at_most: 3/day", "at_most: 3/dya"),
        Slip(
            "A single text where a list belongs",
            "    examples:\n      - Dredgers arrive in the outer harbour\n",
            "    examples: Dredgers arrive in the outer harbour\n",
        ),
        Slip("A headline that holds a colon", "- Dredgers arrive", "- Harbour: dredgers arrive"),
        Slip("A * inside a word", "dredg*", "dr*dge"),
    ],
    "YAML itself": [
        Slip("A text that holds a colon", "name: Harbour works", "name: Harbour: works"),
        Slip("A quote that is not closed", '    channel: "#harbour"', '    channel: "#harbour'),
        Slip("A tab", "    sensitivity:", "\tsensitivity:"),
        Slip("A colon that is missing", "    name: Harbour works", "    name Harbour works"),
        Slip("A sign that must be in quotes", "name: Harbour works", "name: @harbour"),
    ],
    "`.env`": [
        Slip("A name that nobody reads", env="TIDINGS_WACTH=watch.yaml\n"),
        Slip("No NAME=value", env="TIDINGS_CONTACT: desk@example.org\n"),
        Slip("A value that cannot be right", env="TIDINGS_FETCH_TIMEOUT=soon\n"),
        Slip("The other token", env="SLACK_BOT_TOKEN=xapp-1-A0\n"),
    ],
    "Slack": [
        Slip("A token that Slack does not know", env="SLACK_BOT_TOKEN=xoxb-old\n", options=()),
        Slip(
            "A channel that is misspelt, one that the app is not in, and a scope that is missing",
            '"#news-ops"',
            '"#newsops"',
            env="SLACK_BOT_TOKEN=xoxb-local\n",
            options=(),
            slack={
                "not_joined": {"harbour"},
                "scopes": "chat:write,channels:read,groups:read,channels:history,groups:history",
            },
        ),
    ],
    "The database": [
        Slip("An address that is none", env="TIDINGS_DATABASE_URL=mysql://localhost/tidings\n"),
        Slip("A file that is none", env="TIDINGS_DATABASE_URL=sqlite:///watch.yaml\n"),
    ],
    "Sources that are asked": [
        Slip(
            "The address of a site, not of its feed",
            "https://gazette.example/feed.xml",
            "http://127.0.0.1:8000/",
            env="TIDINGS_ALLOW_HOSTS=127.0.0.1\n",
            options=(),
        ),
        Slip(
            "An address in your own network, which is not to be asked",
            "https://gazette.example/feed.xml",
            "http://127.0.0.1:8000/works.xml",
            options=(),
        ),
    ],
}


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    with LocalSlack(CHANNELS, token="xoxb-local") as slack, _site() as port:  # noqa: S106
        for section, slips in SECTIONS.items():
            parts.append(f"## {section}\n")
            parts += [_shown(slip, slack, port) for slip in slips]
    return "\n".join(parts).rstrip() + "\n"


def _shown(slip: Slip, slack: LocalSlack, port: int) -> str:
    held = _lines(_watch(slip), slip.wrong) if slip.wrong else ""
    shown = f"```\n{held or slip.env.rstrip()}\n```\n\n" if held or slip.env else ""
    command = " ".join(["$ tidings check", *slip.options])
    said = told(slip, slack, port)
    return f"**{slip.title}**\n\n{shown}```console\n{command}\n{said}\n```\n"


def _lines(text: str, part: str) -> str:
    """The lines of ``text`` that ``part`` stands in."""
    at = text.index(part)
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at + len(part.rstrip("\n")))
    return text[start:end]


def told(slip: Slip, slack: LocalSlack, port: int) -> str:
    """What ``tidings check`` prints, with its exit code."""
    with tempfile.TemporaryDirectory() as folder, _in(Path(folder), slack.api_url):
        for name, value in ({"not_joined": set(), "scopes": SCOPES} | dict(slip.slack)).items():
            setattr(slack.workspace, name, value)
        text = _watch(slip).replace(":8000/", f":{port}/")
        if not slip.options:  # sources are asked too: those that answer without the net
            text = _reachable(text)
        Path("watch.yaml").write_text(text, "utf-8")
        if slip.env:
            Path(".env").write_text(slip.env, "utf-8")
            Path(".env").chmod(0o600)
        done = CliRunner().invoke(app, ["check", *slip.options])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        output = done.output.rstrip().replace(f":{port}/", ":8000/")
        return f"{output}\n(exit code {done.exit_code})"


def _watch(slip: Slip) -> str:
    return GOOD.replace(slip.right, slip.wrong, 1) if slip.right else GOOD


def _reachable(text: str) -> str:
    """Sources are a folder, and the one that a mistake made local."""
    Path("saved").mkdir()
    address = '<link rel="canonical" href="https://gazette.example/1">'
    page = f"<html><head><title>Works</title>{address}</head><body>They begin.</body></html>"
    Path("saved/one.html").write_text(page, "utf-8")
    before, rest = text.split("sources:\n")
    sources, topics = rest.split("topics:\n")
    first = sources[: sources.index("  - {")]
    kept = first if "127.0.0.1" in first else ""
    saved = "  - {name: Saved, kind: folder, url: saved}\n"
    return f"{before}sources:\n{kept}{saved}topics:\n{topics}"


@contextmanager
def _site() -> Iterator[int]:
    """A web site on this machine that names its feed; yields its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = FEED if self.path == "/works.xml" else SITE
            kind = "application/rss+xml" if body is FEED else "text/html"
            found = self.path in ("/", "/works.xml")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody is to hear of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _in(folder: Path, slack: str) -> Iterator[None]:
    """Work in ``folder``, with nothing of ours in the environment but where Slack is."""
    before, here = dict(os.environ), Path.cwd()
    for name in [n for n in os.environ if n.startswith(("TIDINGS_", "SLACK_", "JUDGE_"))]:
        del os.environ[name]
    os.environ["SLACK_API_URL"] = slack
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.name} written")
