"""From a site's values to its pages. Pure: the same values, the same bytes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
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


def pages(site: Site) -> Iterator[tuple[str, str]]:
    """Every page: its path from the root of the report, and its HTML."""
    render = _Renderer(site)
    drawn = [charts.draw(topic.bars, number) for number, topic in enumerate(site.topics)]
    pictures = {t.id: Markup(svg) for t, svg in zip(site.topics, drawn, strict=True)}  # noqa: S704
    yield "index.html", render("index.html", "", here="index", charts=pictures)
    yield "quality.html", render("quality.html", "", here="quality")
    yield "sources/index.html", render("sources.html", "../", here="sources")
    for topic in site.topics:
        page = render("topic.html", "../", topic=topic, chart=pictures[topic.id])
        yield f"topics/{topic.page}", page
    for source in site.sources:
        yield f"sources/{source.page}", render("source.html", "../", source=source)
    for story in site.stories:
        yield f"stories/{story.page}", render("story.html", "../", story=story)


class _Renderer:
    """Renders templates with what all of them know."""

    def __init__(self, site: Site) -> None:
        style, script = _shipped("style.css"), _shipped("find.js")
        self._common: dict[str, Any] = {
            "site": site,
            "style": Markup(style),  # noqa: S704 - shipped, not from the net
            "script": Markup(script),  # noqa: S704
            "policy": policy(style, script),
            "describe": charts.describe,
            "stages": [stage.value for stage in Stage if stage is not Stage.NONE],
            "here": "",
        }

    def __call__(self, template: str, root: str, **values: Any) -> str:
        return _environment().get_template(template).render(self._common, root=root, **values)


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
