"""Small worlds for deciding: hand-made vectors, and a calibration that is set by hand.

The passage's first component is how well it fits the topic; the key vector, in the other
dimensions, is the event. So topic match and likeness are set apart from each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from monitors.decide.calibration import Calibration, Logistic
from monitors.decide.memory import Memory
from monitors.decide.reading import Reading, TopicProfile
from monitors.facts import facts_of
from monitors.model import (
    Article,
    Facts,
    Mention,
    Passage,
    PassageKind,
    Sensitivity,
    Tier,
    Topic,
    Vector,
)

NOW = datetime(2025, 2, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TOPIC = Topic("relief", "Sanctions relief", "Sanctions are lifted.")

CALIBRATION = Calibration(
    model_id="by hand",
    background=np.eye(4, dtype=np.float32)[3:],
    match=Logistic(-5.0, {"about": 10.0}),
    same=Logistic(-8.0, {"lead": 10.0, "ordinals differ": -6.0, "dates differ": -6.0}),
    significance=Logistic(-1.0, {"title signed": 3.0, "weight": 1.0}),
    match_lines={Sensitivity.STRICT: 0.8, Sensitivity.BALANCED: 0.5, Sensitivity.BROAD: 0.3},
    alert_lines={Sensitivity.STRICT: 0.6, Sensitivity.BALANCED: 0.3, Sensitivity.BROAD: 0.1},
    same_line=0.5,
    story_line=0.5,
)


def vector(*components: float) -> Vector:
    raw = np.array(components, dtype=np.float32)
    unit: Vector = raw / np.linalg.norm(raw)
    return unit


def facts(title: str, language: str = "en", body: str = "") -> Facts:
    return facts_of(title, body, language, NOW.date())


def article(number: int = 1, title: str = "Bank is delisted", **changes: Any) -> Article:
    return replace(
        Article(
            id=f"A-{number}",
            source_id="tass",
            url=f"https://news.example/{number}",
            title=title,
            passages=(
                Passage(0, PassageKind.TITLE, title),
                Passage(1, PassageKind.LEAD, f"Lead of {number}."),
                Passage(2, PassageKind.BODY, f"Body of {number}."),
            ),
            fingerprint=f"print-{number}",
            first_seen=NOW,
            language="en",
        ),
        **changes,
    )


def reading(
    number: int = 1,
    *,
    fit: float = 1.0,
    event: Vector | None = None,
    stated: Facts | None = None,
    tier: Tier = Tier.WIRE,
    **changes: Any,
) -> Reading:
    """An article whose body fits the topic by ``fit`` and reports ``event``."""
    written = article(number, **changes)
    return Reading(
        article=written,
        tier=tier,
        source_name=written.source_id.upper(),
        key_text=written.lead,
        key_vector=vector(0, 1, 0, 0) if event is None else event,
        passages=(written.passages[2],),
        passage_vectors=vector(fit, 0, 0, (1 - fit**2) ** 0.5)[None],
        screened={TOPIC.id: 0.4},
        facts=Facts(cues=frozenset({"signed"})) if stated is None else stated,
    )


def profile(topic: Topic = TOPIC, **changes: Any) -> TopicProfile:
    nothing = np.empty((0, 4), dtype=np.float32)
    return replace(
        TopicProfile(
            topic=topic,
            about=vector(1, 0, 0, 0)[None],
            examples=nothing,
            not_examples=nothing,
            level=(0.0, 1.0),
            facts=Facts(),
            subject={},
        ),
        **changes,
    )


def mention(number: int = 90, **changes: Any) -> Mention:
    return replace(
        Mention(
            topic_id=TOPIC.id,
            story_id="S-1",
            development_id="D-1",
            article_id=f"A-{number}",
            source_id="reuters",
            title=f"Earlier {number}",
            key_text=f"Earlier {number}",
            quote="",
            language="en",
            seen_at=NOW - HOUR,
            published=None,
            facts=Facts(),
            vector=vector(0, 1, 0, 0),
            told=True,
        ),
        **changes,
    )


def memory(*mentions: Mention) -> Memory:
    return Memory(mentions)


MAY = date(2025, 5, 9)
