"""Public fakes: the ports in memory, for tests of whatever uses them.

They keep the promises that ``monitors.ports`` states and pass the same contract suites as
the real adapters.
"""

from __future__ import annotations

from monitors.testing.alerts import sample_alert
from monitors.testing.encoders import WordEncoder, judge_by_words, plain_calibration
from monitors.testing.fetcher import FakeFetcher
from monitors.testing.judge import ScriptedJudge
from monitors.testing.notifier import MemoryNotifier
from monitors.testing.outbox import MemoryOutbox
from monitors.testing.times import SteppingTime

__all__ = [
    "FakeFetcher",
    "MemoryNotifier",
    "MemoryOutbox",
    "ScriptedJudge",
    "SteppingTime",
    "WordEncoder",
    "judge_by_words",
    "plain_calibration",
    "sample_alert",
]
