"""The ledger of a run: every entry that is read from a source ends in one counted fate.

An account is opened with the entries that earlier runs left waiting, takes in what the
source listed, and is closed with what still waits. In between each entry gets one fate::

    carried + listed  =  new + seen + revision + baseline + stale
                         + unreadable + blocked + failed  +  waiting

The two ends, ``carried`` and ``waiting``, are counted by the database and the rest by the
steps, so that an entry that was lost on the way shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitors.model import Fate

ENDS = tuple(fate for fate in Fate if fate is not Fate.WAITING)
"""The fates in which an entry ends."""

NOT_USABLE = "not usable as listed"
"""Why an entry is unreadable that its source lists without an address, or broken."""

COUNTS = ("polls", "failed_polls", "listed", *(fate.value for fate in ENDS), "bare")
"""What is kept of each source by the hour; ``bare`` are articles without their text."""


@dataclass
class Account:
    """The entries of one source in one run.

    :param polls: how often the source was asked, and in ``failed_polls`` how often in vain
    :param carried: entries that waited when the run began
    :param listed: entries that the answer held, those that are of no use included
    :param waiting: entries that wait when the run ends, as the database counts them
    :param fates: by :class:`~monitors.model.Fate`
    :param causes: why the unreadable ones are
    :param bare: articles that are judged by title and summary alone, by cause
    :param texts: articles whose text was had
    :param refused: pages that refused us
    :param screened: articles that came near a topic; in ``unscreened`` those that did not
    """

    polls: int = 0
    failed_polls: int = 0
    carried: int = 0
    listed: int = 0
    waiting: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    bare: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    refused: int = 0
    screened: int = 0
    unscreened: int = 0

    def end(self, fate: Fate, count: int = 1, cause: str = "") -> None:
        """``count`` entries end in ``fate``; waiting is no end, and is not counted here."""
        if count and fate is not Fate.WAITING:
            self.fates[fate.value] += count
            if cause:
                self.causes[cause] += count

    @property
    def missing(self) -> int:
        """Entries without a fate; below 0: fates without an entry. 0 where it adds up."""
        return self.carried + self.listed - self.fates.total() - self.waiting

    def counts(self) -> dict[str, int]:
        """The numbers of :data:`COUNTS` that are not 0."""
        found = {
            "polls": self.polls,
            "failed_polls": self.failed_polls,
            "listed": self.listed,
            **self.fates,
            "bare": self.bare.total(),
        }
        return {name: found[name] for name in COUNTS if found.get(name)}

    def as_json(self) -> dict[str, Any]:
        """What is not empty, as plain values."""
        plain = {
            "carried": self.carried,
            "listed": self.listed,
            "fates": ordered(self.fates),
            "waiting": self.waiting,
            "causes": dict(self.causes),
            "bare": dict(self.bare),
        }
        return {name: value for name, value in plain.items() if value}


@dataclass
class Ledger:
    """The accounts of a run, by source id.

    :param opened: whether what was carried has been counted
    :param contested: another run took over and ends entries at the same time, so that
        nothing can be said of whether this adds up
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    opened: bool = False
    contested: bool = False

    def of(self, source_id: str) -> Account:
        """The account of a source."""
        return self.accounts.setdefault(source_id, Account())

    def open(self, waiting: Mapping[str, int]) -> None:
        """Carry in what waits, once: a step that is tried again opens nothing anew."""
        if self.opened:
            return
        self.opened = True
        for source_id, count in waiting.items():
            self.of(source_id).carried = count

    def close(self, waiting: Mapping[str, int]) -> list[str]:
        """Carry out what waits.

        :returns: one line for each account that does not add up
        """
        for source_id in {*self.accounts, *waiting}:
            self.of(source_id).waiting = waiting.get(source_id, 0)
        if self.contested or not self.opened:
            return []
        return [_complaint(name, a) for name, a in self.accounts.items() if a.missing]

    @property
    def total(self) -> Account:
        """All accounts as one."""
        return total(self.accounts.values())

    def as_json(self) -> dict[str, Any]:
        """The accounts that are not empty, as plain values."""
        plain = {source_id: account.as_json() for source_id, account in self.accounts.items()}
        return {source_id: account for source_id, account in plain.items() if account}


def total(accounts: Iterable[Account]) -> Account:
    """The sum of ``accounts``."""
    found = Account()
    for account in accounts:
        found.polls += account.polls
        found.failed_polls += account.failed_polls
        found.carried += account.carried
        found.listed += account.listed
        found.waiting += account.waiting
        found.texts += account.texts
        found.refused += account.refused
        found.screened += account.screened
        found.unscreened += account.unscreened
        found.fates.update(account.fates)
        found.causes.update(account.causes)
        found.bare.update(account.bare)
    return found


def ordered(fates: Mapping[str, int]) -> dict[str, int]:
    """``fates`` in one order, without those that nothing ended in."""
    return {fate.value: fates[fate.value] for fate in ENDS if fates.get(fate.value)}


def in_words(account: Account) -> str:
    """What became of an account's entries, in one line for people."""
    came = f"{account.listed} listed"
    if account.carried:
        came += f", {account.carried} left by earlier runs"
    ends = [f"{count} {name}" for name, count in ordered(account.fates).items()]
    if account.causes:
        causes = ", ".join(f"{cause} {count}" for cause, count in account.causes.most_common())
        ends = [f"{end} ({causes})" if end.endswith(" unreadable") else end for end in ends]
    if account.waiting:
        ends.append(f"{account.waiting} still to be read")
    return f"{came}: {', '.join(ends)}" if ends else came


def _complaint(source_id: str, account: Account) -> str:
    came = account.carried + account.listed
    missing = account.missing
    what = f"{missing} without a fate" if missing > 0 else f"{-missing} fates too many"
    return (
        f"the ledger of source {source_id!r} does not add up: {came} entries came in "
        f"({account.carried} waited, {account.listed} listed), {account.fates.total()} ended, "
        f"{account.waiting} wait: {what}. This is a defect of Tidings: report it, with "
        "`tidings run --json`"
    )
