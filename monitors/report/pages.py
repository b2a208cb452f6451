"""From a site's values to its pages. Pure: the same values, the same bytes.

Only the three lists say when the report was made: another page changes when what it shows
does.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from monitors.health.words import span
from monitors.model import Mark, Stage
from monitors.report import charts
from monitors.report.card import Rate
from monitors.report.sharing import words
from monitors.report.values import Bars, Site

FOLDERS = ("stories", "topics", "sources")
_DIGEST = re.compile(rb'<meta name="tidings-page" content="([0-9a-f]+)">')


@dataclass(frozen=True, slots=True)
class Page:
    """A page that can be made.

    :param path: from the root of the report
    :param digest: of all that it shows; it stands at the start of its HTML
    :param render: makes its HTML
    """

    path: str
    digest: str
    render: Callable[[], str]


def digest_in(head: bytes) -> str | None:
    """The digest in the first bytes of a page; None where there is none."""
    found = _DIGEST.search(head)
    return found[1].decode() if found else None


def pages(site: Site) -> Iterator[Page]:
    """Every page. Those that lead to others come last, so that what they name is there."""
    page = _Pages()
    for story in site.stories:
        yield page(f"stories/{story.page}", "story.html", story=story)
    for source in site.sources:
        yield page(f"sources/{source.page}", "source.html", source=source)
    drawn = [charts.draw(topic.bars, number) for number, topic in enumerate(site.topics)]
    pictures = {t.id: Markup(svg) for t, svg in zip(site.topics, drawn, strict=True)}  # noqa: S704
    for topic in site.topics:
        yield page(f"topics/{topic.page}", "topic.html", topic=topic, chart=pictures[topic.id])
    yield page("sources/index.html", "sources.html", here="sources", site=site)
    yield page("quality.html", "quality.html", here="quality", site=site)
    yield page("index.html", "index.html", here="index", site=site, charts=pictures)


class _Pages:
    """Pages of templates, with what all of these know."""

    def __init__(self) -> None:
        style, script = _shipped("style.css"), _shipped("find.js")
        self._common: dict[str, Any] = {
            "style": Markup(style),  # noqa: S704 - shipped, not from the net
            "script": Markup(script),  # noqa: S704
            "policy": policy(style, script),
            "describe": charts.describe,
            "stages": [stage.value for stage in Stage if stage is not Stage.NONE],
        }

    def __call__(self, path: str, template: str, *, here: str = "", **values: Any) -> Page:
        shown = repr((path, sorted(values.items())))
        digest = hashlib.sha256(f"{_edition()}{shown}".encode("utf-8", "replace")).hexdigest()[:32]
        known = self._common | values
        root = "../" if "/" in path else ""

        def render() -> str:
            made = _environment().get_template(template)
            return made.render(known, root=root, here=here, digest=digest)

        return Page(path, digest, render)


@cache
def _edition() -> str:
    """Changes with this room: another version may show the same values otherwise."""
    room = resources.files("monitors.report")
    whole = hashlib.sha256()
    for folder in (room, room.joinpath("templates")):
        files = [file for file in folder.iterdir() if file.is_file()]
        for file in sorted(files, key=lambda file: file.name):
            whole.update(file.read_bytes())
    return whole.hexdigest()


def policy(style: str, script: str) -> str:
    """The Content-Security-Policy of every page: our style, our script, nothing else.

    Both are named by what they are, not by where they come from, so that it holds for files
    as it does for a server.
    """
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _shipped(name: str) -> str:
    return resources.files("monitors.report").joinpath("templates", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_shipped),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        moment=_moment, day=_day, iso=datetime.isoformat, span=_span, percent=percent,
        plural=_plural, polls=_polls, bar=_bar, clip=_clip,
    )  # fmt: skip
    return environment


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%b %Y %H:%M} UTC"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _span(duration: timedelta) -> str:
    return span(duration)


def percent(rate: Rate | None) -> str:
    """A share with its interval, for people."""
    if rate is None:
        return "no answers"
    return f"{rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%})"


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _bar(bars: Bars, number: int) -> str:
    """The first day of a bar."""
    first = bars.first + timedelta(days=bars.days * number)
    return f"{first.day} {first:%b %Y}"


def _clip(text: str) -> str:
    return words(text, 400)


def _polls(marks: str) -> list[tuple[str, int, bool]]:
    """How the last polls went: words, how many, whether they failed; the commonest first."""
    counted = [(mark, marks.count(mark.value)) for mark in Mark if mark.value in marks]
    counted.sort(key=lambda pair: -pair[1])
    return [(m.name.lower().replace("_", " "), n, m.failed) for m, n in counted]
