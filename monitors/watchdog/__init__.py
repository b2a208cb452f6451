"""Tells the operators when runs no longer succeed, from outside the runs.

It needs no Prefect and no outbox: what it must remember is in a small file, and it sends its
message itself. So it works also where the scheduler, the database or ``watch.yaml`` is what
is broken. ``tidings watchdog`` looks once, for cron or a systemd timer; ``python -m flows``
looks by itself.
"""

from __future__ import annotations

from monitors.watchdog.judging import PATIENCE, Finding, Known, Sight, judged
from monitors.watchdog.remembering import Notebook
from monitors.watchdog.watching import look, watching

__all__ = ["PATIENCE", "Finding", "Known", "Notebook", "Sight", "judged", "look", "watching"]
