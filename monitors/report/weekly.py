"""The quality card of a week, told to the operators once it is over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from monitors.health.words import span
from monitors.model import Alert, AlertKind, Decision, Watchlist
from monitors.ports import Store
from monitors.report.card import QualityCard, Rate
from monitors.report.gather import card_of

WEEK = timedelta(days=7)
_SAMPLES = 3
_LESSONS = 5
_HEADLINE = 90


def tell_week(store: Store, watchlist: Watchlist, now: datetime) -> bool:
    """Queue the card of the last whole week, Monday to Sunday in UTC, once.

    Nothing is queued without an ``operators_channel``, for a week in which nothing was sent,
    and where it was queued before.

    :returns: whether it was queued now
    :raises StoreError: the database cannot be read or written
    """
    channel = watchlist.operators_channel
    if channel is None:
        return False
    monday = now.date() - timedelta(days=now.weekday())
    until = datetime.combine(monday, time(), UTC)
    key = hashlib.sha256(f"quality card {monday.isoformat()}".encode()).hexdigest()[:40]
    if store.outbox.find(key) is not None:
        return False
    card = card_of(store, watchlist, until, WEEK.days)
    if not card.total.told:
        return False
    articles = {decision.article_id for decision in card.samples[:_SAMPLES]}
    found = {name: article for name in articles if (article := store.articles.find(name))}
    titles = {name: article.title for name, article in found.items()}
    return store.outbox.enqueue(week_notice(card, channel, key, titles, now), now)


def week_notice(
    card: QualityCard, channel: str, key: str, titles: Mapping[str, str], now: datetime
) -> Alert:
    """A week's card as a message to the operators.

    :param titles: article id to headline, of the samples
    """
    first, last = card.since, card.until - timedelta(days=1)
    headline = f"How {first:%d %b} to {last:%d %b %Y} went"
    return Alert(key, AlertKind.NOTICE, channel, now, headline, body=tuple(_lines(card, titles)))


def _lines(card: QualityCard, titles: Mapping[str, str]) -> list[str]:
    total = card.total
    lines = [f"{_count(total.told, 'message')}, {total.answered} of them answered"]
    if total.answered:
        lines[0] += f": useful {_share(total.precision)}, not new {_share(total.duplicates)}"
    delay = card.delay
    if delay.median is not None and delay.slow is not None:
        lines.append(
            f"First seen to Slack: half within {span(delay.median)}, nine of ten within "
            f"{span(delay.slow)}"
        )
    if card.missed.labelled:
        labelled = _count(card.missed.labelled, "decision")
        lines.append(f"Of {labelled} that told nobody, labelled: {card.missed.wanted} missed")
    lines += [f"Learnt: {line}" for line in card.lessons[:_LESSONS]]
    if len(card.lessons) > _LESSONS:
        lines.append(f"and {len(card.lessons) - _LESSONS} more: tidings quality")
    return [*lines, *(_sample(decision, titles) for decision in card.samples[:_SAMPLES])]


def _sample(decision: Decision, titles: Mapping[str, str]) -> str:
    title = titles.get(decision.article_id, "") or decision.passage
    short = title if len(title) <= _HEADLINE else f"{title[: _HEADLINE - 1].rstrip()}…"
    return (
        f"Not told ({decision.reason.value}): {short}. Was that right? tidings label "
        f"{decision.article_id} {decision.topic_id} useful, not-new or not-relevant"
    )


def _share(rate: Rate | None) -> str:
    return "-" if rate is None else f"{rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
