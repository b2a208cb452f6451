"""Notify: queue what the operators must know, once for each change."""

from __future__ import annotations

from monitors.alerts.doubt import PATIENCE
from monitors.alerts.notices import draft_notices
from monitors.desk import Desk
from monitors.errors import StoreError
from monitors.model import DeliveryState
from monitors.runs import RunReport

_MOST_DEAD = 1000


def notify_operators(desk: Desk, report: RunReport) -> None:
    """Queue notices for the watch list's ``operators_channel``; without one, do nothing.

    A database that fails here is a problem in the report, and the next run tries again.
    """
    channel = desk.watchlist.operators_channel
    if channel is None:
        return
    sources, outbox, now = desk.watchlist.sources, desk.store.outbox, desk.clock.now()
    try:
        states = desk.store.sources.states([source.id for source in sources])
        dead = outbox.rows([DeliveryState.DEAD], _MOST_DEAD)
        if desk.on_unknown == "hold":
            doubtful = outbox.rows([DeliveryState.UNKNOWN], _MOST_DEAD)
            dead += [row for row in doubtful if (row.sending_since or now) + PATIENCE <= now]
        known = outbox.troubles()
        broken = desk.outdated
        notices = draft_notices(channel, sources, states, dead, known, now, broken=broken)
        if notices.alerts or notices.troubles != known:
            outbox.notify(notices.alerts, notices.troubles, now)
    except StoreError as error:
        report.problems.append(str(error))
