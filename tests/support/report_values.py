"""A newsroom in a database, with texts that mean harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from monitors.model import (
    Alert,
    AlertKind,
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
    Receipt,
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
from monitors.store import SqlStore

NOW = datetime(2025, 4, 17, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \u202e\x00 </style>'
SECRET = "https://user:hunter2@news.example/a?id=1&token=s3cr3t"

WATCHLIST = Watchlist(
    sources=(
        Source("wire", "Wire <b>", "feed", "https://u:pw@wire.example/rss?key=abc123", Tier.WIRE),
        Source("own", "Own folder", "folder", "/srv/private/pages"),
    ),
    topics=(
        Topic("relief", "Relief <i>", "Sanctions are lifted.", channel="#hush-hush"),
        Topic("quiet", "Quiet", "Nothing happens."),
    ),
)


def fill(store: SqlStore, stories: int = 1, title: str = EVIL) -> None:
    """Stories of two steps each; the first step was told."""
    for source, problem in (("wire", "503 <b>"), ("own", "/srv/private: gone")):
        state = SourceState(source, polled_at=NOW, last_state=PollState.OK, last_error=problem)
        store.sources.save_poll(Poll(source, PollState.OK, NOW), state)
    for number in range(stories):
        for step in (1, 2):
            store.decisions.record(_outcome(store, number, step, title))
    for delivery in store.outbox.claim(NOW, HOUR, 10_000):
        store.outbox.sent(delivery.id, Receipt("C-1", f"{delivery.id}.0"), NOW - 60 * HOUR)


def _outcome(store: SqlStore, number: int, step: int, title: str) -> Outcome:
    at = NOW - timedelta(days=3) + step * HOUR
    kept, _ = store.articles.save(
        Article(
            id=f"A-{number}-{step}", source_id="wire",
            url=f"{SECRET}&n={number}-{step}", title=title,
            passages=(Passage(0, PassageKind.LEAD, title),), fingerprint=f"{number}-{step}",
            first_seen=at, language="ru",
        )
    )  # fmt: skip
    story, development = f"S-{number}", f"D-{number}-{step}"
    common: dict[str, Any] = {"topic_id": "relief", "story_id": story}
    told = step == 1
    return Outcome(
        kept.id,
        decisions=(
            Decision(
                article_id=kept.id, verdict=Verdict.ALERT if told else Verdict.NONE,
                reason=Reason.NEW_STORY if told else Reason.NOT_SIGNIFICANT, decided_at=at,
                score=0.75, passage=title, scores={"lead": 0.5}, nearest="A-0",
                nearest_title=title, new_facts=(title,), explanation=title,
                development_id=development, **common,
            ),
        ),
        stories=(Story(story, "relief", title, at, at),),
        developments=(
            Development(
                id=development, article_id=kept.id, headline=title, stage=Stage.SIGNED,
                significance=0.5, founded_at=at, told=told, **common,
            ),
        ),
        mentions=(
            Mention(
                development_id=development, article_id=kept.id, source_id="wire", title=title,
                key_text=title, quote=title, language="ru", seen_at=at, published=None,
                facts=Facts(), vector=np.ones(1, dtype=np.float32), told=told, **common,
            ),
        ),
        alerts=((_alert(f"K-{number}", story, development, kept.id, at, title), at),)
        if told else (),
    )  # fmt: skip


def _alert(
    key: str, story: str, development: str, article: str, at: datetime, title: str
) -> Alert:
    return Alert(
        key, AlertKind.STORY, "#hush-hush", at, title, ("relief",), ("Relief",), (story,),
        (development,), article,
    )  # fmt: skip
