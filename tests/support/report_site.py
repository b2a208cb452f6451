"""A report of an invented town, with something of everything that a page can show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from monitors.explain.path import Lines
from monitors.model import (
    Article,
    Decision,
    Development,
    Facts,
    Mention,
    Passage,
    PassageKind,
    Poll,
    PollState,
    Reason,
    Source,
    SourceState,
    Stage,
    Story,
    Tier,
    Topic,
    Verdict,
    Watchlist,
)
from monitors.ports import Outcome
from monitors.report.publishing import write_report
from monitors.store import SqlStore, open_store

NOW = datetime(2025, 4, 17, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WATCHLIST = Watchlist(
    (
        Source("courier", "Harbour Courier", "feed", "https://courier.example/rss", Tier.PRESS),
        Source("wire", "Coast Wire", "feed", "https://wire.example/rss", Tier.WIRE),
        Source("vestnik", "Портовый вестник", "feed", "https://vestnik.example/rss", Tier.PRESS),
    ),
    (
        Topic("harbour", "Harbour strike", "Dock workers walk out over wages."),
        Topic("ferry", "Island ferry", "Sailings, fares and ships of the island ferry."),
        Topic("bridge", "Albert bridge", "Repairs, costs and traffic on the bridge."),
    ),
)


@dataclass(frozen=True)
class Told:
    """A step, and the articles that report it: source, language, headline."""

    days_ago: float
    stage: Stage
    quote: str
    articles: tuple[tuple[str, str, str], ...]
    new: tuple[str, ...] = ()
    alerted: bool = True


STORIES: dict[tuple[str, str], tuple[Told, ...]] = {
    ("harbour", "S-strike"): (
        Told(
            9, Stage.ANNOUNCED,
            "Dock workers will walk out on Monday, their union said, unless wages rise by 9%.",
            (("courier", "en", "Dock workers announce a walkout over wages"),
             ("vestnik", "ru", "Докеры объявили забастовку из-за зарплат")),
            ("announced: walkout", "figure: 9%"),
        ),
        Told(
            2, Stage.AGREED,
            "Both sides accepted seven percent, and work is to begin again on Wednesday.",
            (("wire", "en", "Dock workers and owners agree on seven percent"),),
            ("agreed", "figure: 7%", "nearest: Dock workers announce a walkout over wages"),
        ),
    ),
    ("ferry", "S-fares"): (
        Told(
            5, Stage.IN_FORCE,
            "Neue Tarife für die Inselfähre gelten ab Donnerstag.",
            (("wire", "de", "Neue Tarife der Inselfähre in Kraft"),), ("in force",),
        ),
    ),
    ("ferry", "S-long"): (
        Told(
            20, Stage.NONE,
            "https://courier.example/" + "a-very-long-address-without-a-break" * 6,
            (("courier", "en", "Hafenschifffahrtsgesellschaftsvorstandsvorsitzender" * 2),),
            (), alerted=False,
        ),
    ),
    ("bridge", "S-bridge"): (
        Told(
            1, Stage.PLANNED,
            "اقترح المهندسون إغلاق الجسر أمام الشاحنات حتى الصيف.",
            (("vestnik", "ar", "مهندسون يقترحون إغلاق جسر ألبرت أمام الشاحنات"),), ("planned",),
        ),
    ),
}  # fmt: skip


SCORES = {
    "screen": 0.61,
    "lead": 0.82,
    "same": 0.12,
    "novelty": 0.9,
    "significance": 0.7,
    "confidence": 0.5,
}


def build(folder: Path) -> Path:
    """Write the report into ``folder / "site"``, and give that."""
    store = open_store(f"sqlite:///{folder / 'tidings.db'}")
    store.migrate()
    try:
        _fill(store)
        lines = {topic.id: Lines(0.5, 0.25, 0.6) for topic in WATCHLIST.topics}
        write_report(store, WATCHLIST, folder / "site", NOW, lines=lines)
    finally:
        store.close()
    return folder / "site"


def _fill(store: SqlStore) -> None:
    for source in WATCHLIST.sources:
        failed = source.id == "vestnik"
        state = SourceState(
            source.id, polled_at=NOW, last_error="the server answered 503" if failed else None
        )
        answer = PollState.FAILED if failed else PollState.OK
        store.sources.save_poll(Poll(source.id, answer, NOW), state)
    for (topic, story), steps in STORIES.items():
        for number, step in enumerate(steps):
            for place, (source_id, language, headline) in enumerate(step.articles):
                name = f"{story[2:]}-{number}-{place}"
                article = _article(name, step, source_id, language, headline)
                kept, _ = store.articles.save(article)
                store.decisions.record(_outcome(topic, story, number, step, kept))


def _article(name: str, step: Told, source_id: str, language: str, headline: str) -> Article:
    at = NOW - step.days_ago * DAY + timedelta(minutes=7 * name.endswith("1"))
    return Article(
        id=f"A-{name}",
        source_id=source_id,
        url=f"https://{source_id}.example/{name}",
        title=headline,
        passages=(Passage(0, PassageKind.LEAD, step.quote),),
        fingerprint=name,
        first_seen=at,
        published=at - timedelta(minutes=20),
        language=language,
    )


def _outcome(topic: str, story: str, number: int, step: Told, article: Article) -> Outcome:
    at, first = article.first_seen, article.id.endswith("-0")
    verdict, reason = _verdict(step, number, first=first)
    development = f"D-{story[2:]}-{number}"
    decision = Decision(
        article.id, topic, verdict, reason, at, 0.81, step.quote, SCORES, development, story,
        "A-before" if number else None, "What was told before" if number else "", step.new,
        f"{reason.value}: told from a test",
    )  # fmt: skip
    mention = Mention(
        topic, story, development, article.id, article.source_id, article.title, article.title,
        step.quote, article.language, at, at, Facts(), np.ones(1, dtype=np.float32),
        step.alerted, first,
    )  # fmt: skip
    if not first:
        return Outcome(article.id, decisions=(decision,), mentions=(mention,))
    headline = STORIES[topic, story][0].articles[0][2]
    began = NOW - STORIES[topic, story][0].days_ago * DAY
    founded = Development(
        development, story, topic, article.id, article.title, step.stage, 0.5, at, step.alerted
    )
    return Outcome(
        article.id,
        decisions=(decision,),
        stories=(Story(story, topic, headline, began, at),),
        developments=(founded,),
        mentions=(mention,),
    )


def _verdict(step: Told, number: int, *, first: bool) -> tuple[Verdict, Reason]:
    if not first:
        return Verdict.UPDATE, Reason.CORROBORATION
    if not step.alerted:
        return Verdict.DIGEST, Reason.NOT_SIGNIFICANT
    return Verdict.ALERT, Reason.NEW_STEP if number else Reason.NEW_STORY
