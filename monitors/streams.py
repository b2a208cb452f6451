"""Labelled news streams: what outlets published, and what an analyst wanted to be told.

A stream is a folder with ``stream.jsonl``, ``developments.json``, ``sources.json`` and
``topics.yaml``. The labels are kept apart from the articles, so that code which must not
see them is handed ``stream.articles`` and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from monitors.errors import StreamError
from monitors.model import Keywords, Tier, Topic
from monitors.rows import Row, line_of, parse_json, read_text

FEED_KINDS = ("rss", "atom", "sitemap", "jsonfeed")
CARRIES = ("full text", "summary only", "title only")


class Role(StrEnum):
    """How an article stands to a development."""

    FIRST = "first"
    REPEAT = "repeat"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class StreamArticle:
    """One article of a stream, without its labels.

    :param slug: path of the page below the outlet's address; the same slug from the same
        outlet later is a corrected re-publication of the same URL
    :param kind: ``news``, ``opinion``, ``wirecopy``, ``correction`` and so on
    :param copy_of: id of the article that this one copies or translates
    """

    id: str
    source: str
    language: str
    published: datetime
    slug: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    kind: str = "news"
    copy_of: str | None = None
    invented: bool = False


@dataclass(frozen=True, slots=True)
class StreamSource:
    """An outlet of a stream.

    :param feed_kind: one of ``FEED_KINDS``
    :param carries: one of ``CARRIES``: what the feed holds of each article
    :param boilerplate: a word for the style of its pages
    """

    id: str
    name: str
    language: str
    tier: Tier
    feed_kind: str
    carries: str
    boilerplate: str


@dataclass(frozen=True, slots=True)
class StreamDevelopment:
    """One materially new step of a topic.

    :param significant: whether an analyst would want a message for it
    :param parent: id of the step before
    """

    id: str
    topic: str
    summary: str
    significant: bool
    parent: str | None
    stage: str


@dataclass(frozen=True, slots=True)
class Label:
    """That an article reports a development, and how."""

    development: str
    role: Role


@dataclass(frozen=True, slots=True)
class LabelledStream:
    """A whole stream.

    :param articles: sorted by ``published``
    :param labels: article id to topic id to labels; off-topic articles are absent
    """

    name: str
    articles: tuple[StreamArticle, ...]
    sources: Mapping[str, StreamSource]
    topics: tuple[Topic, ...]
    developments: Mapping[str, StreamDevelopment]
    labels: Mapping[str, Mapping[str, tuple[Label, ...]]]


def load_stream(folder: Path | str) -> LabelledStream:
    """Read and check a labelled stream.

    Fields that the format does not name are ignored.

    :raises StreamError: at the first mistake, with file and line
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise StreamError(
            str(folder),
            "there is no such folder",
            "Name one that holds stream.jsonl, developments.json, sources.json and topics.yaml",
        )
    topics = topics_of(folder)
    topic_ids = {topic.id for topic in topics}
    sources = _read_sources(folder / "sources.json")
    developments = _read_developments(folder / "developments.json", topic_ids)
    articles: dict[str, StreamArticle] = {}
    labels: dict[str, Mapping[str, tuple[Label, ...]]] = {}
    previous: datetime | None = None
    path = folder / "stream.jsonl"
    # Not splitlines(): it also breaks at characters that JSON allows inside a string.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        row = Row(f"{path}:{number}", parse_json(line, path, number))
        article = _article(row)
        if article.id in articles:
            raise row.error(f"the id {article.id!r} is used twice", "Give each article its own id")
        if article.source not in sources:
            raise row.error(
                f"source {article.source!r} is unknown",
                f"sources.json has {', '.join(sorted(sources)) or 'none'}",
            )
        if previous is not None and article.published < previous:
            raise row.error(
                "this article was published before the one above it", "Sort by published"
            )
        if article.copy_of is not None and article.copy_of not in articles:
            raise row.error(
                f"copy_of {article.copy_of!r} names no earlier article",
                "Name the id of an article above, or null",
            )
        previous = article.published
        articles[article.id] = article
        if found := _labels(row, topic_ids, developments):
            labels[article.id] = found
    return LabelledStream(
        name=folder.resolve().name,
        articles=tuple(articles.values()),
        sources=sources,
        topics=topics,
        developments=developments,
        labels=labels,
    )


def topics_of(folder: Path | str, name: str = "topics.yaml") -> tuple[Topic, ...]:
    """The topics of a file in ``folder``, as the watch list would hold them.

    Negative examples may be called ``not`` or ``not_examples``; ``keywords`` may be a
    list, which means ``any``, or a mapping with ``any`` and ``none``.

    :param name: of the file: another one may hold the same topics in another language
    :raises StreamError: with file and line
    """
    path = Path(folder) / name
    try:
        document = YAML(typ="rt").load(read_text(path))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise StreamError(f"{path}:{line}", f"this is no YAML: {error.problem}") from error
    except YAMLError as error:
        raise StreamError(str(path), f"this is no YAML: {error}") from error
    if isinstance(document, Mapping) and set(document) == {"topics"}:
        document = document["topics"]
    if not isinstance(document, Mapping) or not document:
        raise StreamError(
            f"{path}:1", "there are no topics", "Write a mapping of topic id to name, description"
        )
    return tuple(
        _topic(str(key), value, f"{path}:{document.lc.key(key)[0] + 1}")  # type: ignore[attr-defined]
        for key, value in document.items()
    )


def _topic(topic_id: str, value: object, where: str) -> Topic:
    row = Row(where, value)
    keywords = row.data.get("keywords") or ()
    if not isinstance(keywords, Mapping):
        keywords = {"any": keywords}
    examples = row.data.get("not", row.data.get("not_examples"))
    return Topic(
        id=topic_id,
        name=" ".join(row.text("name").split()),
        description=" ".join(row.text("description").split()),
        examples=_strings(row.data.get("examples"), row),
        not_examples=_strings(examples, row),
        keywords=Keywords(
            any=_strings(keywords.get("any"), row), none=_strings(keywords.get("none"), row)
        ),
    )


def _strings(value: object, row: Row) -> tuple[str, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(item, list | Mapping) or item is None for item in items):
        raise row.error("a list holds something that is no text", "Put quotes around it")
    return tuple(" ".join(str(item).split()) for item in items)


def _read_sources(path: Path) -> dict[str, StreamSource]:
    text = read_text(path)
    rows = parse_json(text, path)
    if not isinstance(rows, list):
        raise StreamError(f"{path}:1", "this is no list", "Write a list of outlets")
    sources: dict[str, StreamSource] = {}
    for value in rows:
        source_id = value.get("id") if isinstance(value, dict) else None
        row = Row(f"{path}:{line_of(text, json.dumps(source_id, ensure_ascii=False))}", value)
        source = StreamSource(
            id=row.text("id"),
            name=row.text("name"),
            language=row.text("lang"),
            tier=Tier(row.choice("tier", tuple(Tier))),
            feed_kind=row.choice("feed_kind", FEED_KINDS),
            carries=row.choice("carries", CARRIES),
            boilerplate=row.text("boilerplate"),
        )
        if source.id in sources:
            raise row.error(f"the id {source.id!r} is used twice", "Give each outlet its own id")
        sources[source.id] = source
    return sources


def _read_developments(path: Path, topic_ids: set[str]) -> dict[str, StreamDevelopment]:
    text = read_text(path)
    rows = parse_json(text, path)
    if not isinstance(rows, dict):
        raise StreamError(f"{path}:1", "this is no object", "Write development id to its fields")
    developments: dict[str, StreamDevelopment] = {}
    for key, value in rows.items():
        row = Row(f"{path}:{line_of(text, json.dumps(key, ensure_ascii=False))}", value)
        development = StreamDevelopment(
            id=key,
            topic=row.choice("topic", tuple(sorted(topic_ids))),
            summary=row.text("summary", may_be_empty=True),
            significant=row.flag("significant"),
            parent=row.text_or_none("parent"),
            stage=row.text("stage", may_be_empty=True),
        )
        if development.parent is not None and development.parent not in rows:
            raise row.error(
                f"parent {development.parent!r} is unknown", "Name a development of this file"
            )
        developments[key] = development
    return developments


def _article(row: Row) -> StreamArticle:
    return StreamArticle(
        id=row.text("id"),
        source=row.text("source"),
        language=row.text("lang"),
        published=row.moment("published"),
        slug=row.text("slug"),
        title=row.text("title"),
        summary=row.text("summary", may_be_empty=True),
        paragraphs=row.texts("paragraphs"),
        kind=row.text("kind"),
        copy_of=row.text_or_none("copy_of"),
        invented=row.flag("invented", default=False),
    )


def _labels(
    row: Row, topic_ids: set[str], developments: Mapping[str, StreamDevelopment]
) -> dict[str, tuple[Label, ...]]:
    value = row.need("labels")
    if not isinstance(value, dict):
        raise row.error("labels is no object", "Write {} for an article that is off topic")
    found: dict[str, tuple[Label, ...]] = {}
    for topic, entries in value.items():
        if topic not in topic_ids:
            raise row.error(f"topic {topic!r} is unknown", "Name a topic of topics.yaml")
        if not isinstance(entries, list):
            raise row.error(f"the labels of topic {topic!r} are no list")
        labels = [_label(Row(row.where, entry), topic, developments) for entry in entries]
        if labels:
            found[topic] = tuple(labels)
    return found


def _label(row: Row, topic: str, developments: Mapping[str, StreamDevelopment]) -> Label:
    development = row.text("development")
    if development not in developments:
        raise row.error(f"development {development!r} is unknown", "Name one of developments.json")
    owner = developments[development].topic
    if owner != topic:
        raise row.error(f"development {development!r} belongs to topic {owner!r}, not {topic!r}")
    return Label(development, Role(row.choice("role", tuple(Role))))
