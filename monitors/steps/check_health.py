"""Check the health of the sources that were asked or read in this run."""

from __future__ import annotations

from monitors.desk import Desk
from monitors.errors import StoreError
from monitors.health.judging import judged
from monitors.health.observing import Pages, after_pages
from monitors.ledger import Account
from monitors.runs import RunReport


def check_health(desk: Desk, report: RunReport) -> None:
    """Judge each source by its polls and by what came of its pages, and store the result.

    A change is a row of ``report.changes``. A database that fails here is a problem in the
    report; the next run judges anew.
    """
    now = desk.clock.now()
    names = {source.id: source.name for source in desk.watchlist.sources}
    touched = [source_id for source_id in report.ledger.accounts if source_id in names]
    try:
        states = desk.store.sources.states(touched)
        pulses = {}
        for source_id, state in states.items():
            if state.polled_at is None:
                continue
            pulse = after_pages(state.pulse, _pages(report.ledger.of(source_id)))
            pulse = judged(pulse, now, state.succeeded_at, state.last_entry_at)
            pulses[source_id] = (pulse, None)
            if pulse.health is not state.pulse.health:
                change = {"source": names[source_id], "id": source_id}
                change["was"] = state.pulse.health.value
                report.changes.append(
                    change | {"is": pulse.health.value, "why": pulse.cause.value}
                )
        desk.store.sources.save_pulses(pulses)
    except StoreError as error:
        report.problems.append(str(error))


def _pages(account: Account) -> Pages:
    return Pages(
        texts=account.texts,
        bare=account.bare.total(),
        refused=account.refused,
        unscreened=account.unscreened,
        screened=account.screened,
    )
