"""Values for the store's tests, with every field filled."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from monitors.model import (
    Activity,
    Alert,
    AlertKind,
    Article,
    Counsel,
    DateEvidence,
    Decision,
    Development,
    Entry,
    Facts,
    Ground,
    Line,
    Mention,
    Opinion,
    Passage,
    PassageKind,
    Poll,
    PollState,
    Reason,
    Section,
    SourceRef,
    SourceState,
    Stage,
    Story,
    Tier,
    Verdict,
)
from monitors.ports import Outcome

NOW = datetime(2025, 2, 12, 14, 15, 16, 789012, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def entry(number: int = 1, source_id: str = "kremlin", **changes: Any) -> Entry:
    return replace(
        Entry(
            source_id=source_id,
            url=f"https://news.example/{number}?ref=feed",
            title=f"Переговоры {number}",
            summary="A summary with 'quotes' and\nlines",
            published=NOW - HOUR,
            published_raw="Wed, 12 Feb 2025 13:15:16 GMT",
            language="ru",
            paragraphs=("One.", "Zwei.", "Три."),
        ),
        **changes,
    )


def poll(*entries: Entry, at: datetime = NOW, source_id: str = "kremlin") -> Poll:
    return Poll(source_id, PollState.OK, at, entries=entries)


def state(source_id: str = "kremlin", **changes: Any) -> SourceState:
    return replace(
        SourceState(
            source_id=source_id,
            etag='"abc"',
            last_modified="Wed, 12 Feb 2025 13:15:16 GMT",
            polled_at=NOW,
            succeeded_at=NOW - MINUTE,
            next_poll_at=NOW + HOUR,
            failures=2,
            baseline_done=True,
            last_state=PollState.EMPTY,
            last_error="kremlin: nothing",
        ),
        **changes,
    )


def article(number: int = 1, **changes: Any) -> Article:
    url = changes.get("url", f"https://news.example/{number}")
    return replace(
        Article(
            id=f"A-{hashlib.sha256(url.encode()).hexdigest()[:12]}",
            source_id="kremlin",
            url=url,
            title=f"Talks {number}",
            passages=(
                Passage(0, PassageKind.TITLE, f"Talks {number}"),
                Passage(1, PassageKind.LEAD, "The talks were held in Riyadh."),
                Passage(2, PassageKind.CAPTION, "Фото: пресс-служба"),
            ),
            fingerprint=f"print-{number}",
            first_seen=NOW,
            published=NOW - HOUR,
            language="en",
            text_available=False,
            unreadable="paywall",
            machine_translated=True,
            title_language="ru",
            published_by=DateEvidence.JSON_LD,
            author="Jo Doe",
            section="World",
            baseline=True,
        ),
        **changes,
    )


FACTS = Facts(
    stage=Stage.SIGNED,
    cues=frozenset({"signed", "lifts"}),
    direction=1,
    names=frozenset({"lavrov", "rubio"}),
    places=frozenset({"riyadh"}),
    numbers=frozenset({"20 bank", "12%"}),
    ordinals=frozenset({2, 3}),
    dates=frozenset({date(2025, 5, 9), date(2025, 2, 18)}),
    terms=frozenset({"talk", "переговоры"}),
    shown={"riyadh": "Riyadh", "lavrov": "Лавров"},
)


def story(number: int = 1, **changes: Any) -> Story:
    return replace(
        Story(f"S-{number}", "sanctions", f"Story {number}", NOW - HOUR, NOW), **changes
    )


def development(number: int = 1, **changes: Any) -> Development:
    return replace(
        Development(
            id=f"D-{number}",
            story_id="S-1",
            topic_id="sanctions",
            article_id=f"A-{number}",
            headline=f"Step {number}",
            stage=Stage.AGREED,
            significance=0.75,
            founded_at=NOW,
            told=False,
        ),
        **changes,
    )


def vector(seed: int = 1, dimensions: int = 8) -> np.ndarray[Any, np.dtype[np.float32]]:
    raw = np.random.default_rng(seed).normal(size=dimensions).astype(np.float32)
    unit: np.ndarray[Any, np.dtype[np.float32]] = raw / np.linalg.norm(raw)
    return unit


def mention(number: int = 1, **changes: Any) -> Mention:
    return replace(
        Mention(
            topic_id="sanctions",
            story_id="S-1",
            development_id="D-1",
            article_id=f"A-{number}",
            source_id="kremlin",
            title=f"Talks {number}",
            key_text=f"Talks {number}. The talks were held in Riyadh.",
            quote="The talks were held in Riyadh.",
            language="ru",
            seen_at=NOW,
            published=NOW - HOUR,
            facts=FACTS,
            vector=vector(number),
            told=False,
            first=False,
            copy_of="A-9",
            model_id="builtin:small",
        ),
        **changes,
    )


def decision(number: int = 1, **changes: Any) -> Decision:
    return replace(
        Decision(
            article_id=f"A-{number}",
            topic_id="sanctions",
            verdict=Verdict.ALERT,
            reason=Reason.NEW_STEP,
            decided_at=NOW,
            score=0.625,
            passage="The talks were held in Riyadh.",
            scores={"lead": 0.5, "names": 0.25},
            development_id="D-1",
            story_id="S-1",
            nearest="A-9",
            nearest_title="Talks are planned",
            new_facts=("date: 9 May 2025", "место: Эр-Рияд"),
            explanation="A new date.",
            opinion=Opinion(Counsel.TELL, Ground.NEW, "small"),
        ),
        **changes,
    )


def alert(key: str = "K-1", kind: AlertKind = AlertKind.STORY, **changes: Any) -> Alert:
    return replace(
        Alert(
            key=key,
            kind=kind,
            channel="#sanctions",
            created_at=NOW,
            headline="Talks were held in Riyadh",
            topic_ids=("sanctions", "summit"),
            topic_names=("Sanctions relief", "Саммит"),
            story_ids=("S-1", "S-2"),
            development_ids=("D-1",),
            article_id="A-1",
            url="https://news.example/1",
            quote="The talks were held in Riyadh.",
            language="en",
            machine_translated=True,
            unreadable="paywall",
            novelty="new date: 9 May 2025",
            against="Talks are planned",
            stage=Stage.HELD,
            sources=(
                SourceRef("TASS", "https://tass.example/1", Tier.WIRE, "ru", True),
                SourceRef("Blog", "https://blog.example/1", Tier.BLOG, "en", False),
            ),
            published=NOW - HOUR,
            body=("one line", "zweite Zeile"),
            significance=0.75,
            mentions=("here", "U0123456789"),
            label="Digest",
            sections=(
                Section("Told", (Line("Переговоры", "n", "https://n.example", "A-1", "t"),), 3),
            ),
            activity=(Activity("t", "Саммит", date(2025, 2, 12), (0, 1), (2, 3)),),
        ),
        **changes,
    )


def outcome(number: int = 1, **changes: Any) -> Outcome:
    """An article that opened a story and alerts once."""
    return replace(
        Outcome(
            article_id=f"A-{number}",
            decisions=(decision(number),),
            stories=(story(),),
            developments=(development(),),
            mentions=(mention(number),),
            alerts=((alert(), NOW),),
        ),
        **changes,
    )
