"""An alert to send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from monitors.model import Alert, AlertKind, SourceRef, Stage, Tier


def sample_alert(key: str = "alert-1", **changes: Any) -> Alert:
    """A realistic alert with invented content.

    :param changes: fields of :class:`~monitors.model.Alert` that differ
    """
    sources: Iterable[SourceRef] = (
        SourceRef("Neva Courier", "https://courier.example/a1", Tier.PRESS, "ru", True),
        SourceRef("Harbour Wire", "https://wire.example/77", Tier.WIRE, "en", True),
    )
    alert = Alert(
        key=key,
        kind=AlertKind.STORY,
        channel="#news-alerts",
        created_at=datetime(2025, 2, 18, 14, 15, tzinfo=UTC),
        headline="Two capitals agree to restore the staff of their embassies",
        topic_ids=("embassy-restoration",),
        topic_names=("Embassy restoration",),
        story_ids=("S-1",),
        development_ids=("D-1",),
        article_id="A-0123456789ab",
        url="https://courier.example/a1",
        quote="Стороны договорились восстановить численность посольств.",
        language="ru",
        novelty="agreed: staff numbers at both embassies",
        against="Ministers discuss the work of embassies",
        stage=Stage.AGREED,
        sources=tuple(sources),
        published=datetime(2025, 2, 18, 13, 50, tzinfo=UTC),
    )
    return replace(alert, **changes)
