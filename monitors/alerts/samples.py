"""A sample message of each kind, with invented news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from monitors.alerts.buttons import with_buttons
from monitors.alerts.preview import Shown, one
from monitors.model import (
    Activity,
    Alert,
    AlertKind,
    Answer,
    AnswerKind,
    Delivery,
    DeliveryState,
    Line,
    Section,
    SourceRef,
    Stage,
    Tier,
)

_NOW = datetime(2025, 2, 18, 14, 15, tzinfo=UTC)
_COURIER = SourceRef("Neva Courier", "https://courier.example/a1", Tier.PRESS, "ru", True)
_WIRE = SourceRef("Harbour Wire", "https://wire.example/77", Tier.WIRE, "en", True)
_STORY = Alert(
    key="sample-story",
    kind=AlertKind.STORY,
    channel="#embassies",
    created_at=_NOW,
    headline="Two capitals agree to restore the staff of their embassies",
    topic_ids=("embassies",),
    topic_names=("Embassy restoration",),
    story_ids=("S-sample",),
    article_id="A-0123456789ab",
    url=_COURIER.url,
    quote="Стороны договорились восстановить численность посольств.",
    language="ru",
    novelty="agreed: staff numbers at both embassies",
    stage=Stage.AGREED,
    sources=(_COURIER, _WIRE),
    published=_NOW - timedelta(minutes=25),
)
_STEP = replace(
    _STORY,
    key="sample-step",
    kind=AlertKind.STEP,
    created_at=_NOW + timedelta(days=9, hours=4),
    headline="Working groups on the embassies meet in Istanbul",
    url=_WIRE.url,
    quote="The talks lasted six hours, and both sides will meet again in March.",
    language="en",
    novelty="held; place: Istanbul; second round: March",
    against=_STORY.headline,
    stage=Stage.HELD,
    sources=(_WIRE,),
    published=_NOW + timedelta(days=9, hours=3, minutes=40),
)
_OTHER = replace(
    _STORY,
    key="sample-muted",
    headline="Consulate in a third city may open again, a paper writes",
    story_ids=("S-other",),
    stage=Stage.RUMOURED,
    quote="",
    novelty="nothing told before on this topic reports it",
    sources=(_COURIER,),
)
_DIGEST = Alert(
    key="sample-digest",
    kind=AlertKind.DIGEST,
    channel="#embassies",
    created_at=_NOW + timedelta(days=10),
    headline="2 told, 3 held back",
    label="Daily digest",
    topic_names=("Embassy restoration",),
    sections=(
        Section(
            "Told",
            (
                Line(_STEP.headline, "new step", _WIRE.url, _STEP.article_id, "embassies"),
                Line(_OTHER.headline, "new story", _OTHER.url, _OTHER.article_id, "embassies"),
            ),
        ),
        Section(
            "Held back",
            (
                Line("Ministers praise the pace of the talks", "not significant"),
                Line("Envoy expects visas to be easier by summer", "over budget"),
            ),
            more=1,
        ),
    ),
    activity=(
        Activity(
            "embassies",
            "Embassy restoration",
            date(2025, 2, 28),
            (0, 0, 1, 0, 0, 2, 0),
            (1, 0, 4, 2, 1, 6, 3),
        ),
    ),
)
_NOTICE = Alert(
    key="sample-notice",
    kind=AlertKind.NOTICE,
    channel="#news-ops",
    created_at=_NOW,
    headline="1 message was not delivered",
    body=(
        "No. 17 to #embassies, “Two capitals agree”: Slack refuses it (not_in_channel)",
        "Once that is mended: tidings outbox --requeue 17",
    ),
)


def samples() -> list[Shown]:
    """An edited story, its step, a muted story, a digest, a notice."""
    muted = Answer(AnswerKind.MUTE, "R-1", _NOW + timedelta(minutes=5), _OTHER.key)
    useful = [Answer(AnswerKind.USEFUL, f"R-{n}", _NOW, _STORY.key) for n in (1, 2)]
    edited = replace(_STORY, stage=Stage.HELD)
    drawn = [
        replace(_sample(edited), edited=True),
        _sample(_STEP, thread_ts="1.000000"),
        _sample(_OTHER),
    ]
    answers: Sequence[tuple[list[Answer], bool]] = ((useful, False), ([], False), ([muted], True))
    with_answers = [
        replace(item, message=with_buttons(item.message, given, muted=is_muted))
        for item, (given, is_muted) in zip(drawn, answers, strict=True)
    ]
    return [*with_answers, _sample(_DIGEST), _sample(_NOTICE)]


def _sample(alert: Alert, thread_ts: str | None = None) -> Shown:
    row = Delivery(1, alert, DeliveryState.SENT, alert.created_at, thread_ts=thread_ts)
    return one(row)
