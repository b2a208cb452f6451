"""Decisions, developments, stories and mentions as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monitors.model import (
    Decision,
    Development,
    Mention,
    Passage,
    Reason,
    Stage,
    Story,
    Verdict,
)
from monitors.store.codec import (
    dump_facts,
    dump_opinion,
    dump_phrases,
    dump_scores,
    load_facts,
    load_opinion,
    load_passages,
    load_phrases,
    load_scores,
)
from monitors.store.decoding import UndecodableError

if TYPE_CHECKING:
    from sqlalchemy import Row


def story_row(story: Story) -> dict[str, Any]:
    """The row that holds ``story``."""
    return {
        "id": story.id,
        "topic_id": story.topic_id,
        "headline": story.headline,
        "opened_at": story.opened_at,
        "changed_at": story.changed_at,
    }


def development_row(development: Development) -> dict[str, Any]:
    """The row that holds ``development``."""
    return {
        "id": development.id,
        "story_id": development.story_id,
        "topic_id": development.topic_id,
        "article_id": development.article_id,
        "headline": development.headline,
        "stage": development.stage,
        "significance": development.significance,
        "founded_at": development.founded_at,
        "told": bool(development.told),
    }


def development(row: Row[Any]) -> Development:
    """The development in ``row``."""
    return Development(
        id=row.id,
        story_id=row.story_id,
        topic_id=row.topic_id,
        article_id=row.article_id,
        headline=row.headline,
        stage=Stage(row.stage),
        significance=row.significance,
        founded_at=row.founded_at,
        told=row.told,
    )


def mention_row(mention: Mention) -> dict[str, Any]:
    """The row that holds ``mention``."""
    return {
        "topic_id": mention.topic_id,
        "article_id": mention.article_id,
        "story_id": mention.story_id,
        "development_id": mention.development_id,
        "source_id": mention.source_id,
        "title": mention.title,
        "key_text": mention.key_text,
        "quote": mention.quote,
        "language": mention.language,
        "seen_at": mention.seen_at,
        "published": mention.published,
        "facts": dump_facts(mention.facts),
        "vector": mention.vector,
        "told": bool(mention.told),
        "first": bool(mention.first),
        "copy_of": mention.copy_of,
        "model_id": mention.model_id,
        "match": mention.match,
        "significance": mention.significance,
    }


def mention(row: Row[Any]) -> Mention:
    """The mention in ``row``, which also has its development's ``told``.

    :raises UndecodableError: its facts cannot be read
    """
    return Mention(
        topic_id=row.topic_id,
        story_id=row.story_id,
        development_id=row.development_id,
        article_id=row.article_id,
        source_id=row.source_id,
        title=row.title,
        key_text=row.key_text,
        quote=row.quote,
        language=row.language,
        seen_at=row.seen_at,
        published=row.published,
        facts=load_facts(row.facts),
        vector=row.vector,
        told=row.told or row.development_told,
        first=row.first,
        copy_of=row.copy_of,
        model_id=row.model_id,
        match=row.match or 0.0,  # of reports that were stored before these were, neither is known
        significance=row.significance or 0.0,
    )


def decision_row(decision: Decision, places: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The row that holds ``decision``.

    :param places: the article's passages, and where each stands in it: what is off topic, which
        most is, names the place of its passage instead of saying it once more
    """
    place = (places or {}).get(decision.passage)
    if decision.reason is not Reason.OFF_TOPIC:
        place = None
    return {
        "article_id": decision.article_id,
        "topic_id": decision.topic_id,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "score": decision.score,
        "passage": decision.passage if place is None else "",
        "place": place,
        "scores": dump_scores(decision.scores),
        "development_id": decision.development_id,
        "story_id": decision.story_id,
        "nearest": decision.nearest,
        "nearest_title": decision.nearest_title,
        "new_facts": dump_phrases(decision.new_facts),
        "explanation": decision.explanation,
        "opinion": None if decision.opinion is None else dump_opinion(decision.opinion),
    }


def decision(row: Row[Any]) -> Decision:
    """The decision in ``row``, with its article's ``passages`` where its passage stands there.

    The passage is empty where retention has dropped those of the article.

    :raises UndecodableError: its scores or its opinion cannot be read
    """
    return Decision(
        article_id=row.article_id,
        topic_id=row.topic_id,
        verdict=Verdict(row.verdict),
        reason=Reason(row.reason),
        decided_at=row.decided_at,
        score=row.score,
        passage=row.passage or _passage(row),
        scores=load_scores(row.scores),
        development_id=row.development_id,
        story_id=row.story_id,
        nearest=row.nearest,
        nearest_title=row.nearest_title,
        new_facts=load_phrases(row.new_facts),
        explanation=row.explanation,
        opinion=None if row.opinion is None else load_opinion(row.opinion),
    )


def passages_in(text: str | None) -> tuple[Passage, ...]:
    """An article's passages; none where there is no article, or what is stored is damaged."""
    try:
        return load_passages(text or "[]")
    except UndecodableError:
        return ()


def _passage(row: Row[Any]) -> str:
    """What stands at the row's place in its article, where the query has asked for that."""
    passages = passages_in(getattr(row, "passages", None))
    there = row.place is not None and row.place < len(passages)
    return passages[row.place].text if there else ""
