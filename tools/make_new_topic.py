"""Write docs/new-topic.md: a topic from nothing to its first alert, in a real terminal.

The demo's newsroom on this machine, some weeks of it, and a few invented articles on
arms-control talks. The questions of ``tidings topic new`` are answered in a pseudo-terminal;
then time goes on, and the topic tells what is new.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect

from monitors.demo.play import World, newsroom_folder, opened_world
from monitors.streams import LabelledStream, StreamArticle, load_stream

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "new-topic.md"
PORT = 8797
BEGIN = datetime(2025, 2, 12, 6, 0, tzinfo=UTC)
ADDED = datetime(2025, 2, 24, 9, 0, tzinfo=UTC)
AFTER = datetime(2025, 2, 26, 9, 0, tzinfo=UTC)
LATER = datetime(2025, 2, 28, 9, 0, tzinfo=UTC)

TEXTS = """
14 08:10
Envoys meet in Geneva on limits for nuclear warheads
Delegations of Russia and the United States met in Geneva on Friday to talk about limits for strategic nuclear warheads, the first such meeting in two years.
The treaty that caps deployed warheads ends next year. Both sides called the talks useful.

18 11:30
Moscow proposes to keep the warhead limits for another year
Russia proposed on Tuesday to keep the limits of the nuclear arms treaty for a year after it ends, if the United States does the same.
Washington said that it would study the proposal.

20 15:05
Submarine base shows its new missile boats to visitors
A naval base opened its gates on Thursday and showed two new nuclear submarines.
Families queued for hours in the snow. The boats leave for trials in the summer.

21 09:40
Arms control experts doubt that inspections will return soon
Former negotiators said at a conference that inspections of nuclear sites would be hard to bring back.
No decision is expected before the summer, one of them said.

25 10:20
Russia and United States sign agreement to keep nuclear warhead limits until 2031
Russia and the United States signed an agreement in Geneva on Tuesday to keep the limits for nuclear warheads until 2031 and to resume inspections of nuclear arms sites on 5 May.
The heads of both delegations signed it after ten days of arms control talks. It provides for eighteen inspections a year.

26 16:45
Russia suspends inspections of nuclear warheads, a day after it agreed to them
Russia suspended all inspections of its nuclear warheads on Wednesday and withdrew from the part of the agreement that allows them.
It gave no date for their return.
"""  # noqa: E501

ARTICLES = tuple(text.strip().split("\n") for text in TEXTS.split("\n\n"))
"""When, title, first and second paragraph."""

DESCRIPTION = (
    "Russia and the United States talk about limits for nuclear arms, or agree on limits, "
    "inspections or a treaty, keep them or give them up."
)

LOOKED_BACK = (
    "Two days later. The topic looks back first: what was stored counts as known, and nothing "
    "of it is sent."
)
TOLD = (
    "Two more days later it tells of a step back that came since. "
    "`tidings explain` says why of each."
)

HEAD = """\
# A new topic in a terminal

A whole session, from nothing to the first alert: the demo's newsroom, watched with its three
topics, gets a fourth one on arms-control talks. What stands behind a question is what was
typed; all else is printed. It was recorded by `python tools/make_new_topic.py` in a real
terminal, without colours. {typed} characters were typed; {words} words are to be read.
"""


def main() -> None:
    """Record the session and write the page."""
    with tempfile.TemporaryDirectory(prefix="tidings-") as folder:
        stream = _stream()
        with opened_world(Path(folder), PORT, stream) as world:
            world.slack.workspace.add_channel("arms-control")
            for moment in (BEGIN, ADDED):
                world.clock.set(moment)
                _terminal(world, f"tidings run --as-of {moment:%Y-%m-%dT%H:%MZ}", [])
            session = _session(world)
    PAGE.write_text(_page(session), "utf-8")
    print(f"{PAGE.name} written")


def _stream() -> LabelledStream:
    """Three weeks of some outlets, and the articles on arms control."""
    whole = load_stream(newsroom_folder())
    outlets = list(dict.fromkeys(a.source for a in whole.articles if a.language == "en"))[:2]
    kept = [
        article
        for article in whole.articles
        if article.source in outlets and article.published < LATER and article.copy_of is None
    ]
    for number, (at, title, summary, more) in enumerate(ARTICLES):
        day, _, clock = at.partition(" ")
        published = datetime.fromisoformat(f"2025-02-{day}T{clock}:00+00:00")
        kept.append(
            StreamArticle(
                id=f"arms-{number}",
                source=outlets[number % len(outlets)],
                language="en",
                published=published,
                slug=f"arms-{number}",
                title=title,
                summary=summary,
                paragraphs=(summary, more),
                invented=True,
            )
        )
    ordered = tuple(sorted(kept, key=lambda article: article.published))
    sources = {name: whole.sources[name] for name in outlets}
    return replace(whole, articles=ordered, sources=sources)


def _session(world: World) -> list[tuple[str, str, str]]:
    """Commands, what their terminals showed, and a sentence before each."""
    # An hour later: what was first seen at the very moment is not yet looked back on.
    new = f"tidings topic new --as-of {ADDED + timedelta(hours=1):%Y-%m-%dT%H:%MZ}"
    answers = [
        ("What is it called", "Arms control talks"),
        ("Words to look for", 'warhead, inspections, "nuclear arms"'),
        ("Which would you want", "1 2"),
        ("Which are near misses", ""),
        ("Other words", "submarine"),
        ("Which would you want", ""),
        ("Which are near misses", "1"),
        ("Other words", ""),
        (
            "Description",
            DESCRIPTION,
        ),
        ("Where is it told", "#arms-control"),
        ("Sensitivity", ""),
        ("Write it", "yes"),
    ]
    parts = [(new, _terminal(world, new, answers), "")]
    for moment, why in (
        (AFTER, LOOKED_BACK),
        (LATER, TOLD),
    ):
        world.clock.set(moment)
        command = f"tidings run --as-of {moment:%Y-%m-%dT%H:%MZ}"
        parts.append((command, _terminal(world, command, []), why))
    parts.append(("tidings outbox", _terminal(world, "tidings outbox", []), "What Slack has:"))
    return parts


def _terminal(world: World, command: str, answers: list[tuple[str, str]]) -> str:
    """Run ``command`` in a pseudo-terminal, answer its questions, and return what it showed."""
    settings = world.settings
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(settings.watch.parent),
        "TERM": "dumb",
        "OMP_NUM_THREADS": "1",
        "TIDINGS_WATCH": "watch.yaml",
        "TIDINGS_DATABASE_URL": "sqlite:///tidings.db",
        "TIDINGS_ALLOW_HOSTS": "127.0.0.1",
        "TIDINGS_HOST_SPACING": "0",
        "TIDINGS_MESSAGE_SPACING": "0",
        "TIDINGS_LOG_LEVEL": "ERROR",
        "SLACK_BOT_TOKEN": world.slack.token,
        "SLACK_API_URL": world.slack.api_url,
    }
    screen = io.StringIO()
    code = "import sys; from monitors.cli import main; main()"
    child = pexpect.spawn(
        sys.executable,
        ["-c", code, *command.split()[1:]],
        cwd=str(settings.watch.parent),
        env=environment,
        encoding="utf-8",
        timeout=540,
        dimensions=(50, 110),
    )
    child.logfile_read = screen
    for question, answer in answers:
        child.expect(question)
        time.sleep(0.2)  # the prompt ends, as a person waits for it
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    if child.exitstatus:
        raise SystemExit(f"{command}: {screen.getvalue()}")
    return _plain(screen.getvalue())


def _plain(shown: str) -> str:
    """What a terminal shows once it has come to rest: no control codes, no overwritten lines."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r\n", "\n")
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.split("\n")]
    kept = [line for line in lines if "━" not in line]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _page(session: list[tuple[str, str, str]]) -> str:
    blocks = []
    for command, shown, why in session:
        blocks.append(f"{why}\n\n" * bool(why) + f"```console\n$ {command}\n{shown}\n```\n")
    body = "\n".join(blocks)
    typed = sum(map(len, re.findall(r"(?:\]|\)|\?|for|Description): (.*)", session[0][1])))
    head = HEAD.format(typed=typed + len(session[0][0]), words=len(session[0][1].split()))
    prose = " ".join(head.split("\n\n", 1)[1].split())
    return f"{head.splitlines()[0]}\n\n{prose}\n\n{body}"


if __name__ == "__main__":
    main()
