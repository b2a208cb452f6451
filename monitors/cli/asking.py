"""``tidings explain``: the path of one article through every step, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.showing import opened

if TYPE_CHECKING:
    from monitors.model import Article, Decision


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)


def explain(
    what: Annotated[str, typer.Argument(help="An article id (A-...) or its URL.")],
    topic: Annotated[str, typer.Option(help="Only this topic (id).")] = "",
    as_json: output.AsJson = False,
) -> None:
    """Why an article did or did not alert: scores, passage, nearest told before, new facts."""
    from monitors.errors import TidingsError

    with opened() as (_, store):
        article = store.articles.find(what)
        if article is None:
            raise TidingsError(
                what,
                "no such article is stored",
                "Give its id (A-...) or the URL as its source lists it; tidings alerts lists ids",
            )
        decisions = store.decisions.decisions(article_id=article.id, topic_id=topic or None)
        waits = article.id in {other.id for other in store.articles.undecided(10_000)}
    if as_json:
        output.as_json(_plain(article, decisions))
        return
    _show_article(article)
    if not decisions:
        output.say(_why_none(topic, waits), "bold")
    for decision in decisions:
        _show_decision(decision)


def _why_none(topic: str, waits: bool) -> str:
    if waits:
        return "Not decided yet: the next run will."
    whose = f"The screen of topic {topic!r} did not let" if topic else "No topic's screen let"
    return f"{whose} it through: nothing in it comes near its words."


def _show_article(article: Article) -> None:
    from monitors.model import PassageKind

    output.say(article.title or "(no title)", "bold")
    output.say(f"  {article.url}")
    seen = article.first_seen.strftime("%d %b %Y %H:%M UTC")
    claimed = article.published.strftime("%d %b %Y %H:%M UTC") if article.published else "no date"
    if article.published and article.published_by:
        claimed += f" (by its {article.published_by.value})"
    output.say(
        f"  {article.id} · {article.source_id} · {article.language} · first seen {seen}"
        f" · says {claimed}" + (f" · revision {article.revision}" if article.revision else "")
    )
    about = [
        f"by {article.author}" if article.author else "",
        f"section {article.section}" if article.section else "",
        f"headline in {article.title_language}" if _is_mixed(article) else "",
        "translated by machine" if article.machine_translated else "",
    ]
    if any(about):
        output.say(f"  {' · '.join(filter(None, about))}")
    if not article.text_available:
        from monitors.articles.quality import PROBLEMS

        cause = article.unreadable or ""
        why = f"{cause}: {PROBLEMS[cause]}" if cause in PROBLEMS else "no page with it is listed"
        output.say(f"  text not available ({why}); judged by title and summary")
    kinds: dict[str, int] = {}
    for passage in article.passages:
        kinds[passage.kind.value] = kinds.get(passage.kind.value, 0) + 1
    kept_out = [k.value for k in PassageKind if not k.is_evidence and k.value in kinds]
    output.say(f"  passages: {output.pairs(kinds)}; kept out: {', '.join(kept_out) or 'none'}")


def _is_mixed(article: Article) -> bool:
    return article.title_language not in ("und", article.language)


def _show_decision(decision: Decision) -> None:
    output.say("")
    output.say(f"{decision.topic_id}: {decision.verdict.value} · {decision.reason.value}", "bold")
    output.say(f"  why      {decision.explanation}")
    if decision.opinion:
        said = decision.opinion
        output.say(f"  judge    {said.counsel.value}: {said.ground.value} ({said.judge})")
    output.say(f"  match    {decision.score:.2f}")
    output.say(f"  rests on “{decision.passage[:300]}”")
    if decision.new_facts:
        output.say(f"  new      {'; '.join(decision.new_facts)}")
    if decision.nearest:
        output.say(f"  nearest  {decision.nearest_title} ({decision.nearest})")
    if decision.story_id:
        output.say(f"  story    {decision.story_id}, development {decision.development_id}")
    scores = ", ".join(f"{name} {value:.2f}" for name, value in decision.scores.items())
    output.say(f"  scores   {scores}", "dim")


def _plain(article: Article, decisions: list[Decision]) -> dict[str, Any]:
    return {
        "article": {
            "id": article.id,
            "url": article.url,
            "title": article.title,
            "source": article.source_id,
            "language": article.language,
            "first_seen": article.first_seen,
            "published": article.published,
            "revision": article.revision,
            "text_available": article.text_available,
            "unreadable": article.unreadable,
            "published_by": article.published_by.value if article.published_by else None,
            "author": article.author,
            "section": article.section,
            "title_language": article.title_language,
            "machine_translated": article.machine_translated,
            "passages": [{"kind": p.kind.value, "text": p.text} for p in article.passages],
        },
        "decisions": [
            {
                "topic": decision.topic_id,
                "verdict": decision.verdict.value,
                "reason": decision.reason.value,
                "why": decision.explanation,
                "judge": _judge(decision),
                "score": decision.score,
                "passage": decision.passage,
                "new": list(decision.new_facts),
                "nearest": decision.nearest,
                "nearest_title": decision.nearest_title,
                "story": decision.story_id,
                "development": decision.development_id,
                "scores": dict(decision.scores),
            }
            for decision in decisions
        ],
    }


def _judge(decision: Decision) -> dict[str, str] | None:
    said = decision.opinion
    if said is None:
        return None
    return {"says": said.counsel.value, "because": said.ground.value, "name": said.judge}
