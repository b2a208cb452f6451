"""What is scored: one record for each article and topic, and its JSON Lines form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from monitors.model import Decision, Verdict
from monitors.rows import Row, parse_json, read_text


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One verdict on an article of a stream and a topic.

    :param development: the system's own id of what it took the article to report
    :param passage: the text that the verdict rests on
    :param nearest: the earlier article or development it was compared with
    """

    article: str
    topic: str
    verdict: Verdict
    reason: str = ""
    development: str | None = None
    score: float | None = None
    passage: str = ""
    nearest: str | None = None


def record_of(decision: Decision, stream_ids: Mapping[str, str]) -> DecisionRecord:
    """The record of a pipeline's decision.

    :param stream_ids: the pipeline's article ids to those of the stream
    :raises KeyError: the decided article is not among them
    """
    nearest = decision.nearest
    return DecisionRecord(
        article=stream_ids[decision.article_id],
        topic=decision.topic_id,
        verdict=decision.verdict,
        reason=decision.reason.value,
        development=decision.development_id,
        score=decision.score,
        passage=decision.passage,
        nearest=stream_ids.get(nearest, nearest) if nearest is not None else None,
    )


def write_decisions(path: Path, decisions: Iterable[DecisionRecord]) -> None:
    """Write one JSON object a line, UTF-8."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for decision in decisions:
            file.write(json.dumps(asdict(decision), ensure_ascii=False) + "\n")


def read_decisions(path: Path) -> list[DecisionRecord]:
    """Read what :func:`write_decisions` or any other system wrote.

    Only ``article``, ``topic`` and ``verdict`` are needed; further fields are ignored.

    :raises StreamError: with file and line
    """
    return [
        _record(Row(f"{path}:{number}", parse_json(line, path, number)))
        for number, line in enumerate(read_text(path).split("\n"), start=1)
        if line.strip()
    ]


def _record(row: Row) -> DecisionRecord:
    score = row.data.get("score")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int | float)):
        raise row.error(f"score {score!r} is no number")
    return DecisionRecord(
        article=row.text("article"),
        topic=row.text("topic"),
        verdict=Verdict(row.choice("verdict", tuple(Verdict))),
        reason=_text(row.data.get("reason")) or "",
        development=_text(row.data.get("development")),
        score=score,
        passage=_text(row.data.get("passage")) or "",
        nearest=_text(row.data.get("nearest")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
