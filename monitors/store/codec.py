"""Values to JSON and back.

Every field is named here, so that renaming one in the model is noticed. Keys that a later
version wrote are ignored, fields that an earlier version did not write take their default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any

from monitors.model import (
    Activity,
    Alert,
    AlertKind,
    Counsel,
    Entry,
    Facts,
    Ground,
    Line,
    Opinion,
    Pace,
    Passage,
    PassageKind,
    Section,
    SourceRef,
    Stage,
    Tier,
    WebMemory,
)
from monitors.store.decoding import build, load, parsed

_KINDS = {kind.value: kind for kind in PassageKind}
_SURROGATE = re.compile("[\ud800-\udfff]")


def dump_entry(entry: Entry) -> str:
    """``entry`` as JSON."""
    return _dump(
        {
            "source_id": entry.source_id,
            "url": entry.url,
            "title": entry.title,
            "summary": entry.summary,
            "published": _time(entry.published),
            "published_raw": entry.published_raw,
            "language": entry.language,
            "paragraphs": list(entry.paragraphs),
        }
    )


def load_entry(text: str) -> Entry:
    """The entry in ``text``.

    :raises UndecodableError: it holds none
    """
    return load(
        text,
        Entry,
        {"published": _to_time, "paragraphs": tuple},
        ("source_id", "url", "title", "summary", "published_raw", "language"),
    )


def dump_web(web: WebMemory) -> str:
    """``web`` as JSON."""
    pace = web.pace
    return _dump(
        {
            "url": web.url,
            "full_at": _time(web.full_at),
            "listed_key": web.listed_key,
            "distrusted_until": _time(web.distrusted_until),
            "moved_to": web.moved_to,
            "moved_since": _time(web.moved_since),
            "moved_last": _time(web.moved_last),
            "moved_times": web.moved_times,
            "pace": {
                "ttl": None if pace.ttl is None else pace.ttl.total_seconds(),
                "skip_hours": list(pace.skip_hours),
                "skip_days": list(pace.skip_days),
            },
        }
    )


def load_web(text: str) -> WebMemory:
    """What ``text`` says is remembered of a source's server.

    :raises UndecodableError: it holds nothing of the kind
    """
    times = ("full_at", "distrusted_until", "moved_since", "moved_last")
    return load(
        text,
        WebMemory,
        dict.fromkeys(times, _to_time) | {"pace": _to_pace},
        ("url", "listed_key", "moved_to", "moved_times"),
    )


def _to_pace(found: Mapping[str, Any]) -> Pace:
    return build(found, Pace, {"ttl": _to_span, "skip_hours": tuple, "skip_days": tuple}, ())


def _to_span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def dump_passages(passages: Sequence[Passage]) -> str:
    """``passages`` as a JSON list."""
    return _dump([{"index": p.index, "kind": p.kind.value, "text": p.text} for p in passages])


def load_passages(text: str) -> tuple[Passage, ...]:
    """The passages in ``text``.

    :raises UndecodableError: it holds none
    """
    found = parsed(text, list)
    try:
        # Most of what a long look back decodes; `build` takes three times as long.
        return tuple(Passage(p["index"], _KINDS[p["kind"]], p["text"]) for p in found)
    except (TypeError, KeyError):
        return tuple(build(p, Passage, {"kind": PassageKind}, ("index", "text")) for p in found)


def dump_facts(facts: Facts) -> str:
    """``facts`` as JSON; sets are sorted, so that equal facts give equal text."""
    return _dump(
        {
            "stage": facts.stage.value,
            "cues": sorted(facts.cues),
            "direction": int(facts.direction),
            "names": sorted(facts.names),
            "places": sorted(facts.places),
            "numbers": sorted(facts.numbers),
            "ordinals": sorted(int(n) for n in facts.ordinals),
            "dates": sorted(day.isoformat() for day in facts.dates),
            "terms": sorted(facts.terms),
            "shown": dict(sorted(facts.shown.items())),
        }
    )


def load_facts(text: str) -> Facts:
    """The facts in ``text``.

    :raises UndecodableError: it holds none
    """
    return load(
        text,
        Facts,
        {
            "stage": Stage,
            "cues": frozenset,
            "names": frozenset,
            "places": frozenset,
            "numbers": frozenset,
            "ordinals": frozenset,
            "dates": lambda days: frozenset(date.fromisoformat(day) for day in days),
            "terms": frozenset,
            "shown": dict,
        },
        ("direction",),
    )


def dump_alert(alert: Alert) -> str:
    """``alert`` as JSON; equal alerts give equal text."""
    return _dump(
        {
            "key": alert.key,
            "kind": alert.kind.value,
            "channel": alert.channel,
            "created_at": _time(alert.created_at),
            "headline": alert.headline,
            "topic_ids": list(alert.topic_ids),
            "topic_names": list(alert.topic_names),
            "story_ids": list(alert.story_ids),
            "development_ids": list(alert.development_ids),
            "article_id": alert.article_id,
            "url": alert.url,
            "quote": alert.quote,
            "language": alert.language,
            "machine_translated": bool(alert.machine_translated),
            "unreadable": alert.unreadable,
            "novelty": alert.novelty,
            "against": alert.against,
            "stage": alert.stage.value,
            "sources": [_source(ref) for ref in alert.sources],
            "published": _time(alert.published),
            "body": list(alert.body),
            "significance": float(alert.significance),
            "mentions": list(alert.mentions),
            "label": alert.label,
            "sections": [_section(part) for part in alert.sections],
            "activity": [_activity(part) for part in alert.activity],
        }
    )


def load_alert(text: str) -> Alert:
    """The alert in ``text``.

    :raises UndecodableError: it holds none
    """
    return load(
        text,
        Alert,
        {
            "kind": AlertKind,
            "created_at": _to_time,
            "topic_ids": tuple,
            "topic_names": tuple,
            "story_ids": tuple,
            "development_ids": tuple,
            "stage": Stage,
            "sources": lambda refs: tuple(_to_source(ref) for ref in refs),
            "published": _to_time,
            "body": tuple,
            "significance": float,
            "mentions": tuple,
            "sections": lambda parts: tuple(_to_section(part) for part in parts),
            "activity": lambda parts: tuple(_to_activity(part) for part in parts),
        },
        (
            "key",
            "channel",
            "headline",
            "article_id",
            "url",
            "quote",
            "language",
            "machine_translated",
            "unreadable",
            "novelty",
            "against",
            "label",
        ),
    )


def dump_scores(scores: Mapping[str, float]) -> str:
    """Numbers by name as JSON, to 5 significant digits; numpy's numbers are taken too.

    The names that every decision has are written as in :data:`_SHORT`.
    """
    if not all(map(isfinite, scores.values())):
        return _dump({_SHORT.get(name, name): float(value) for name, value in scores.items()})
    return "{" + ",".join(f"{_quoted(n)}:{value:.5g}" for n, value in scores.items()) + "}"


_SHORT = {
    "confidence": "C",
    "examples": "E",
    "fit": "F",
    "fit over siblings": "FS",
    "headline over siblings": "HS",
    "keyword": "K",
    "keyword in lead": "KL",
    "no examples": "NE",
    "not": "N",
    "novelty": "V",
    "over not": "ON",
    "over siblings": "OS",
    "same": "M",
    "same way": "SW",
    "screen": "S",
    "significance": "G",
    "sources": "R",
    "story": "Y",
    "subject missing": "SM",
    "weight": "W",
}
"""Names of scores, which are in lower case, and what stands for them in the database: most
decisions are of what is off topic, and there names took more room than numbers. Names only
join this table; none ever leaves it or changes its letters."""

_LONG = {short: name for name, short in _SHORT.items()}


@lru_cache(maxsize=256)
def _quoted(name: str) -> str:
    """A name as JSON: there are a few dozen, in each of a thousand topics' decisions."""
    return json.dumps(_SHORT.get(name, name))


def load_scores(text: str) -> dict[str, float]:
    """Numbers by name.

    :raises UndecodableError: it holds none
    """
    found = parsed(text, dict)
    return {_LONG.get(name, str(name)): float(value) for name, value in found.items()}


def dump_opinion(opinion: Opinion) -> str:
    """``opinion`` as JSON."""
    return _dump(
        {
            "counsel": opinion.counsel.value,
            "ground": opinion.ground.value,
            "judge": opinion.judge,
        }
    )


def load_opinion(text: str) -> Opinion:
    """The opinion in ``text``.

    :raises UndecodableError: it holds none
    """
    return load(text, Opinion, {"counsel": Counsel, "ground": Ground}, ("judge",))


def dump_phrases(phrases: Iterable[str]) -> str:
    """Phrases as a JSON list."""
    return _dump(list(phrases))


def load_phrases(text: str) -> tuple[str, ...]:
    """Phrases in their order.

    :raises UndecodableError: it holds none
    """
    return tuple(parsed(text, list))


def dump_report(report: Mapping[str, Any]) -> str:
    """A run's report as JSON; times become ISO 8601 text, durations seconds."""
    return _dump(report)


def load_report(text: str) -> dict[str, Any]:
    """A run's report.

    :raises UndecodableError: it holds none
    """
    return dict(parsed(text, dict))


def _source(ref: SourceRef) -> dict[str, Any]:
    return {
        "name": ref.name,
        "url": ref.url,
        "tier": ref.tier.value,
        "language": ref.language,
        "independent": bool(ref.independent),
    }


def _to_source(found: Mapping[str, Any]) -> SourceRef:
    return build(found, SourceRef, {"tier": Tier}, ("name", "url", "language", "independent"))


_LINE = ("text", "note", "url", "article_id", "topic_id", "story_id")


def _section(part: Section) -> dict[str, Any]:
    lines = [{name: getattr(line, name) for name in _LINE} for line in part.lines]
    return {"title": part.title, "lines": lines, "more": int(part.more)}


def _to_section(found: Mapping[str, Any]) -> Section:
    lines = {"lines": lambda parts: tuple(build(part, Line, {}, _LINE) for part in parts)}
    return build(found, Section, lines, ("title", "more"))


def _activity(part: Activity) -> dict[str, Any]:
    return {
        "topic_id": part.topic_id,
        "name": part.name,
        "last": part.last.isoformat(),
        "told": list(part.told),
        "matched": list(part.matched),
    }


def _to_activity(found: Mapping[str, Any]) -> Activity:
    convert: dict[str, Callable[[Any], Any]] = {
        "last": date.fromisoformat,
        "told": tuple,
        "matched": tuple,
    }
    return build(found, Activity, convert, ("topic_id", "name"))


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _to_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)


_encoded = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
"""Made once: a thousand topics mean hundreds of values an article."""


def _dump(value: Any) -> str:
    text = _encoded(value)
    # Lone surrogates stay escaped (as NUL does anyway): databases take them, nothing is lost.
    return json.dumps(value, default=_plain) if _SURROGATE.search(text) else text
