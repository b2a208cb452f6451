"""``tidings explain``: the path of one article through every step, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitors.cli import output
from monitors.cli.showing import opened

if TYPE_CHECKING:
    from monitors.explain.path import Path
    from monitors.explain.words import Row
    from monitors.model import Article, Decision, Delivery, Listing


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(explain)


def explain(
    what: Annotated[
        str, typer.Argument(help="An article (A-...), its URL, or a message (number).")
    ],
    topic: Annotated[str, typer.Option(help="Only this topic (id).")] = "",
    as_json: output.AsJson = False,
) -> None:
    """Why an article did or did not alert: its path through every step, with all that counted."""
    from monitors.explain.path import path_of

    with opened() as (settings, store):
        found = path_of(store, settings, what, topic)
    if as_json:
        output.as_json(_plain(found))
    else:
        _show(found, topic)


def _show(path: Path, topic: str) -> None:
    if path.article is None:
        output.say(path.listings[0].url, "bold")
        for listing in path.listings:
            _show_listing(listing)
        output.say("No article came of it, so nothing was decided.", "bold")
        return
    _show_article(path.article, path.listings)
    _show_screen(path)
    if not path.decisions:
        output.say(_why_none(topic, path), "bold")
    for decision in path.decisions:
        _show_decision(path, decision)
    for row in path.deliveries:
        _show_delivery(row)
    if path.decisions and not path.deliveries:
        output.say("")
        output.say("message    none was queued")


def _why_none(topic: str, path: Path) -> str:
    if path.waits:
        return "Not decided yet: the next run will."
    if path.older:
        # Of what does not fit, looking back writes nothing: how near it came is not known.
        return (
            f"It was seen before topic {topic!r} had finished its first look, which has not "
            f"found it to fit. tidings backtest {topic} shows what the topic would have told."
        )
    whose = f"The screen of topic {topic!r} did not let" if topic else "No topic's screen let"
    return f"{whose} it through: nothing in it comes near its words."


def _rows(rows: Iterable[Row], width: int) -> None:
    for name, said in rows:
        output.say(f"  {name:<{width}} {said}", "" if name else "dim")


def _show_listing(listing: Listing) -> None:
    from monitors.explain.words import entry_row

    said = f": {listing.detail}" if listing.detail else ""
    tries = f", {output.count(listing.attempts, 'failed try', 'failed tries')}"
    fate = f"{listing.fate.value}{tries if listing.attempts else ''}{said}"
    seen = entry_row(listing.source_id, listing.first_seen, baseline=listing.baseline)
    _rows([seen, ("fate", fate)], 10)


def _show_article(article: Article, listings: tuple[Listing, ...]) -> None:
    from monitors.explain.words import text_row
    from monitors.model import PassageKind

    output.say(article.title or "(no title)", "bold")
    output.say(f"  {article.url}")
    seen = f"{output.moment(article.first_seen)} UTC"
    claimed = f"{output.moment(article.published)} UTC" if article.published else "no date"
    output.say(
        f"  {article.id} · {article.source_id} · {article.language} · first seen {seen}"
        f" · says {claimed}" + (f" · revision {article.revision}" if article.revision else "")
    )
    for listing in listings:
        _show_listing(listing)
    _rows([text_row(article.text_available, article.unreadable)], 10)
    kinds: dict[str, int] = {}
    for passage in article.passages:
        kinds[passage.kind.value] = kinds.get(passage.kind.value, 0) + 1
    kept_out = [k.value for k in PassageKind if not k.is_evidence and k.value in kinds]
    output.say(f"  passages   {output.pairs(kinds)}; kept out: {', '.join(kept_out) or 'none'}")


def _show_screen(path: Path) -> None:
    if not path.decisions:
        return
    passed = [
        f"{decision.topic_id} {decision.scores['screen']:.2f}"
        if "screen" in decision.scores
        else decision.topic_id
        for decision in path.decisions
    ]
    output.say(f"  screen     near {', '.join(passed)}; decided for these")


def _show_decision(path: Path, decision: Decision) -> None:
    from monitors.explain.words import decision_rows

    topic, lines = path.topics.get(decision.topic_id), path.lines.get(decision.topic_id)
    told_before = path.told_before.get(decision.topic_id, 0)
    output.say("")
    output.say(f"{decision.topic_id}: {decision.verdict.value} · {decision.reason.value}", "bold")
    _rows(decision_rows(decision, topic, lines, told_before), 8)


def _show_delivery(row: Delivery) -> None:
    output.say("")
    alert = row.alert
    output.say(
        f"message {row.id}: {alert.kind.value} to {alert.channel} · {row.state.value}", "bold"
    )
    if row.hold:
        output.say(f"  held     {row.hold.value}")
    if row.sent_at:
        output.say(f"  sent     {output.moment(row.sent_at)} UTC")
    elif row.state.value == "pending":
        output.say(f"  due      {output.moment(row.not_before)} UTC")
    if row.attempts:
        output.say(f"  tries    {row.attempts}")
    if row.error:
        output.say(f"  problem  {row.error}")


def _plain(path: Path) -> dict[str, Any]:
    article = path.article
    return {
        "entries": [
            {
                "source": listing.source_id,
                "url": listing.url,
                "first_seen": listing.first_seen,
                "baseline": listing.baseline,
                "fate": listing.fate.value,
                "attempts": listing.attempts,
                "detail": listing.detail,
            }
            for listing in path.listings
        ],
        "article": _plain_article(article) if article else None,
        "waits": path.waits,
        "decisions": [_plain_decision(path, decision) for decision in path.decisions],
        "messages": [_plain_delivery(row) for row in path.deliveries],
    }


def _plain_article(article: Article) -> dict[str, Any]:
    return {
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
        "passages": [{"kind": p.kind.value, "text": p.text} for p in article.passages],
    }


def _plain_decision(path: Path, decision: Decision) -> dict[str, Any]:
    lines = path.lines.get(decision.topic_id)
    return {
        "topic": decision.topic_id,
        "verdict": decision.verdict.value,
        "reason": decision.reason.value,
        "why": decision.explanation,
        "judge": _judge(decision),
        "score": decision.score,
        "lines": {"match": lines.match, "alert": lines.alert, "same": lines.same}
        if lines
        else None,
        "told_before": path.told_before.get(decision.topic_id),
        "passage": decision.passage,
        "new": list(decision.new_facts),
        "nearest": decision.nearest,
        "nearest_title": decision.nearest_title,
        "story": decision.story_id,
        "development": decision.development_id,
        "scores": dict(decision.scores),
    }


def _plain_delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.alert.kind.value,
        "channel": row.alert.channel,
        "state": row.state.value,
        "held": row.hold.value if row.hold else None,
        "attempts": row.attempts,
        "due": row.not_before,
        "sent_at": row.sent_at,
        "problem": row.error,
    }


def _judge(decision: Decision) -> dict[str, str] | None:
    said = decision.opinion
    if said is None:
        return None
    return {"says": said.counsel.value, "because": said.ground.value, "name": said.judge}
