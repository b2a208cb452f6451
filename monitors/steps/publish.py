"""Publish: brings the report up to date, so that a message's link finds its story's page.

Only where messages link there: else a report a day, of the maintain flow, is new enough. It
comes after telling: news first. A report that cannot be written is a note in the run's
report, and the next run tries again.
"""

from __future__ import annotations

from monitors.desk import Desk
from monitors.errors import TidingsError
from monitors.explain.path import lines_of
from monitors.report.publishing import write_report
from monitors.runs import RunReport


def publish(desk: Desk, report: RunReport) -> None:
    """Write the report where a folder and its address are set, and the run decided or told."""
    if desk.report_dir is None or not desk.report_url:
        return
    if not report.reasons and not report.delivered:
        return
    lines = lines_of(desk.calibration, desk.watchlist.topics)
    try:
        write_report(desk.store, desk.watchlist, desk.report_dir, desk.clock.now(), lines=lines)
    except TidingsError as error:
        report.problems.append(f"report: {error}")
