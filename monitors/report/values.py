"""What the pages show, in values that hold no secret and no text that is not cleaned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitors.report.card import QualityCard


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Why an article did what it did.

    :param rows: its way through the steps: a name, empty where the row before goes on, and
        what is said
    """

    verdict: str
    reason: str
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One article that reports a step.

    :param page: file of its source's page; empty where the source is no longer watched
    :param url: empty where there is none that may be shared
    :param copied: whether it repeats another article nearly word for word
    """

    id: str
    source: str
    page: str
    title: str
    url: str
    host: str
    lang: str
    language: str
    seen_at: datetime
    published: datetime | None
    copied: bool
    verdict: Verdicts | None


@dataclass(frozen=True, slots=True)
class Step:
    """A development.

    :param anchor: its place on the story's page
    :param told_at: when its message was sent, where one was
    """

    id: str
    anchor: str
    headline: str
    lang: str
    stage: str
    founded_at: datetime
    told: bool
    told_at: datetime | None
    quote: str
    quote_lang: str
    new: tuple[str, ...]
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A chain of steps.

    :param page: its file, in ``stories/``
    :param stages: those of its steps, the newest last
    :param languages: code to name, of all articles
    :param find: what a search looks at, beside what the list shows
    """

    id: str
    page: str
    topic_id: str
    topic: str
    topic_page: str
    headline: str
    lang: str
    opened_at: datetime
    changed_at: datetime
    told: bool
    stages: tuple[str, ...]
    languages: Mapping[str, str]
    sources: tuple[str, ...]
    steps: tuple[Step, ...]
    find: str


@dataclass(frozen=True, slots=True)
class Bars:
    """How busy a topic was.

    :param first: the first day; each bar stands for ``days`` days
    :param matched: articles that fitted the topic, told or not
    :param told: those of them that were told
    """

    first: date
    days: int
    matched: tuple[int, ...]
    told: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What is watched for.

    :param left_out: how many stories the page does not show, being older
    """

    id: str
    page: str
    name: str
    description: str
    bars: Bars
    stories: tuple[Story, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """How a source is.

    :param state: what ``tidings sources --json`` says of it
    :param url: empty where it may not be shared, as the folders of this machine
    """

    page: str
    state: Mapping[str, Any]
    url: str
    stories: tuple[Story, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that a report shows.

    :param since: what changed earlier is left out
    :param left_out: whether there are more stories than it shows
    """

    made_at: datetime
    since: datetime
    topics: tuple[Topic, ...]
    stories: tuple[Story, ...]
    sources: tuple[Source, ...]
    card: QualityCard
    left_out: bool = False
