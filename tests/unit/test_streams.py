from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitors.errors import StreamError
from monitors.model import Tier
from monitors.streams import Label, Role, load_stream, topics_of

TOPICS = """\
relief:
  name: Relief
  description: >
    Sanctions are
    lifted.
  examples: [A bank is delisted, "Year: 2025"]
  not: [New sanctions]
  keywords: {any: [sanction*, 2025], none: [sport]}
embassy:
  name: Embassy
  description: Embassies reopen.
  not_examples: Another embassy
  keywords: [embassy]
"""
SOURCES = [
    {
        "id": "wire",
        "name": "The Wire",
        "lang": "en",
        "tier": "wire",
        "feed_kind": "rss",
        "carries": "summary only",
        "boilerplate": "agency",
    }
]
DEVELOPMENTS = {
    "d1": {
        "topic": "relief",
        "summary": "A bank is delisted",
        "significant": True,
        "parent": None,
        "stage": "in force",
    },
    "d2": {
        "topic": "relief",
        "summary": "A second bank",
        "significant": False,
        "parent": "d1",
        "stage": "announced",
    },
}


def article(id_: str, minute: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "source": "wire",
        "lang": "en",
        "published": f"2025-03-01T10:{minute:02}:00Z",
        "slug": f"news/{id_}",
        "title": f"Title of {id_}",
        "summary": "",
        "paragraphs": ["One.", "Two."],
        "kind": "news",
        "copy_of": None,
        "labels": {},
    } | fields


def write(
    folder: Path,
    articles: list[dict[str, Any]] | str,
    *,
    sources: object = SOURCES,
    developments: object = DEVELOPMENTS,
    topics: str = TOPICS,
) -> Path:
    text = articles
    if not isinstance(text, str):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in articles)
    (folder / "stream.jsonl").write_text(text, encoding="utf-8")
    (folder / "sources.json").write_text(json.dumps(sources, indent=1), encoding="utf-8")
    (folder / "developments.json").write_text(json.dumps(developments, indent=1), "utf-8")
    (folder / "topics.yaml").write_text(topics, encoding="utf-8")
    return folder


def test_a_good_stream_is_read_whole(tmp_path: Path) -> None:
    first = article(
        "a1", 0, labels={"relief": [{"development": "d1", "role": "first"}], "embassy": []}
    )
    # U+2028 ends a line for str.splitlines, but not for JSON.
    copy = article("a2", 5, copy_of="a1", invented=True, note="x", title="A\u2028B")
    stream = load_stream(write(tmp_path, [first, copy]))

    assert stream.name == tmp_path.name
    assert [a.id for a in stream.articles] == ["a1", "a2"]
    assert stream.articles[0].published == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert stream.articles[1].title == "A\u2028B"
    assert stream.articles[1].copy_of == "a1"
    assert stream.articles[1].invented
    assert not stream.articles[0].invented
    assert stream.labels == {"a1": {"relief": (Label("d1", Role.FIRST),)}}
    assert stream.sources["wire"].tier is Tier.WIRE
    assert stream.developments["d2"].parent == "d1"
    assert not stream.developments["d2"].significant


def test_articles_hold_no_labels(tmp_path: Path) -> None:
    labels = {"relief": [{"development": "d1", "role": "first"}]}
    stream = load_stream(write(tmp_path, [article("a1", 0, labels=labels)]))
    assert "d1" not in repr(stream.articles)


def test_other_time_zones_become_utc(tmp_path: Path) -> None:
    row = article("a1", 0, published="2025-03-01T13:00:00+03:00")
    stream = load_stream(write(tmp_path, [row]))
    assert stream.articles[0].published == datetime(2025, 3, 1, 10, tzinfo=UTC)


def test_topics_are_read_as_the_watch_list_holds_them(tmp_path: Path) -> None:
    relief, embassy = topics_of(write(tmp_path, []))
    assert relief.id == "relief"
    assert relief.description == "Sanctions are lifted."
    assert relief.examples == ("A bank is delisted", "Year: 2025")
    assert relief.not_examples == ("New sanctions",)
    assert relief.keywords.any == ("sanction*", "2025")
    assert relief.keywords.none == ("sport",)
    assert embassy.not_examples == ("Another embassy",)
    assert embassy.keywords.any == ("embassy",)
    assert embassy.keywords.none == ()


def test_topics_may_stand_below_the_word_topics(tmp_path: Path) -> None:
    text = "topics:\n  one: {name: One, description: The first}\n"
    (topic,) = topics_of(write(tmp_path, [], topics=text))
    assert (topic.id, topic.name) == ("one", "One")


LABEL = {"development": "d1", "role": "first"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"source": "nobody"}, "source 'nobody' is unknown"),
        ({"id": "a1"}, "the id 'a1' is used twice"),
        ({"published": "2025-03-01T09:00:00Z"}, "published before the one above"),
        ({"published": "2025-03-01T10:30:00"}, "has no time zone"),
        ({"published": "yesterday"}, "is no time"),
        ({"title": " "}, "title is empty"),
        ({"title": 7}, "title is no text"),
        ({"paragraphs": "One."}, "paragraphs is no list"),
        ({"paragraphs": ["One.", ""]}, "paragraphs is no list of non-empty texts"),
        ({"copy_of": "a3"}, "copy_of 'a3' names no earlier article"),
        ({"copy_of": "a2"}, "copy_of 'a2' names no earlier article"),
        ({"invented": "no"}, "invented is neither true nor false"),
        ({"labels": []}, "labels is no object"),
        ({"labels": {"sport": [LABEL]}}, "topic 'sport' is unknown"),
        ({"labels": {"relief": LABEL}}, "are no list"),
        ({"labels": {"relief": ["d1"]}}, "this is no object"),
        ({"labels": {"relief": [LABEL | {"development": "d9"}]}}, "'d9' is unknown"),
        ({"labels": {"relief": [LABEL | {"role": "last"}]}}, "role 'last' is unknown"),
        ({"labels": {"embassy": [LABEL]}}, "belongs to topic 'relief', not 'embassy'"),
    ],
)
def test_a_mistake_in_an_article_names_file_and_line(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    rows = [article("a1", 10), article("a2", 20, **change), article("a3", 30)]
    with pytest.raises(StreamError, match=problem) as caught:
        load_stream(write(tmp_path, rows))
    assert caught.value.subject == f"{tmp_path / 'stream.jsonl'}:2"


@pytest.mark.parametrize("field", ["id", "lang", "slug", "summary", "kind", "labels"])
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    row = article("a1", 0)
    del row[field]
    with pytest.raises(StreamError, match=rf"stream.jsonl:1: the field '{field}' is missing"):
        load_stream(write(tmp_path, [row]))


def test_bad_json_names_its_line_past_blank_ones(tmp_path: Path) -> None:
    text = json.dumps(article("a1", 0)) + '\n\n{"id": \n'
    with pytest.raises(StreamError, match=r"stream.jsonl:3: this is no JSON"):
        load_stream(write(tmp_path, text))


def test_a_bad_source_names_its_line(tmp_path: Path) -> None:
    sources = [SOURCES[0], SOURCES[0] | {"id": "blog", "feed_kind": "gopher"}]
    with pytest.raises(StreamError, match="feed_kind 'gopher' is unknown") as caught:
        load_stream(write(tmp_path, [], sources=sources))
    lines = (tmp_path / "sources.json").read_text().splitlines()
    number = int(caught.value.subject.rpartition(":")[2])
    assert '"blog"' in lines[number - 1]
    assert "rss, atom, sitemap, jsonfeed" in caught.value.remedy


def test_two_sources_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="'wire' is used twice"):
        load_stream(write(tmp_path, [], sources=[*SOURCES, *SOURCES]))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"topic": "sport"}, "topic 'sport' is unknown"),
        ({"parent": "d7"}, "parent 'd7' is unknown"),
        ({"significant": 1}, "significant is neither true nor false"),
    ],
)
def test_a_bad_development_names_its_line(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    developments = DEVELOPMENTS | {"d2": DEVELOPMENTS["d2"] | change}
    with pytest.raises(StreamError, match=problem) as caught:
        load_stream(write(tmp_path, [], developments=developments))
    lines = (tmp_path / "developments.json").read_text().splitlines()
    number = int(caught.value.subject.rpartition(":")[2])
    assert lines[number - 1].strip() == '"d2": {'


def test_a_development_written_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [])
    one = json.dumps(DEVELOPMENTS["d1"])
    (tmp_path / "developments.json").write_text(f'{{"d1": {one},\n"d1": {one}}}')
    with pytest.raises(StreamError, match=r"developments.json:2: the key 'd1' stands twice"):
        load_stream(tmp_path)


@pytest.mark.parametrize(
    ("topics", "line", "problem"),
    [
        ("one:\n  name: [\n", 3, "this is no YAML"),
        ("one: {name: A, description: B}\none: {name: A, description: B}\n", 2, "duplicate key"),
        ("a: {name: A, description: B}\nb:\n  name: B\n", 2, "'description' is missing"),
        ("a: {name: A, description: B, examples: [x: y]}\n", 1, "something that is no text"),
        ("a: nothing\n", 1, "this is no object"),
        ("- a\n", 1, "there are no topics"),
        ("", 1, "there are no topics"),
    ],
)
def test_a_bad_topic_names_its_line(tmp_path: Path, topics: str, line: int, problem: str) -> None:
    with pytest.raises(StreamError, match=problem) as caught:
        topics_of(write(tmp_path, [], topics=topics))
    assert caught.value.subject == f"{tmp_path / 'topics.yaml'}:{line}"


def test_a_missing_folder_or_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="there is no such folder"):
        load_stream(tmp_path / "nowhere")
    write(tmp_path, [])
    (tmp_path / "sources.json").unlink()
    with pytest.raises(StreamError, match=r"sources.json: cannot be read"):
        load_stream(tmp_path)


def test_a_file_in_another_charset_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [])
    (tmp_path / "stream.jsonl").write_bytes(
        json.dumps({"id": "х"}, ensure_ascii=False).encode("cp1251")
    )
    with pytest.raises(StreamError, match="this is no UTF-8 text"):
        load_stream(tmp_path)
