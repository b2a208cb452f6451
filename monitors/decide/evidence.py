"""What the reports of a development that readers do not know say together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitors.model import Mention


@dataclass(frozen=True, slots=True)
class Evidence:
    """How surely a development is on the topic and worth a message.

    :param match: of the report that fits best, 0 to 1
    :param significance: of the report that tells most, 0 to 1
    :param reports: how many there are
    :param sources: how many independent ones; copies and translations count as what they copy
    """

    match: float
    significance: float
    reports: int = 1
    sources: int = 1

    def confidence(self, novelty: float) -> float:
        """Match times novelty times significance, its odds times the root of the sources.

        Independent sources report what matters: two raise .45 to .54, four to .62. The root
        and not the number itself, since they read each other.
        """
        alone = self.match * novelty * self.significance
        sure = alone * math.sqrt(self.sources)
        return sure / (1.0 - alone + sure)

    def describe(self, novelty: float) -> str:
        """The parts of a confidence, in words."""
        parts = (
            f"match {self.match:.2f}, novelty {novelty:.2f}, significance {self.significance:.2f}"
        )
        if self.reports == 1:
            return parts
        return f"{parts}; the best of {self.reports} reports, independent sources: {self.sources}"


def together(
    match: float, significance: float, earlier: Sequence[Mention], sources: int
) -> Evidence:
    """The evidence of a report and of those before it.

    The best of each part counts, not its mean: one outlet leads with the step, another buries
    it under its story's background, and neither takes anything from what the first has said.

    :param match: by this report alone, like ``significance``
    :param earlier: mentions of the same development
    :param sources: independent ones, this one among them
    """
    return Evidence(
        max(match, *(mention.match for mention in earlier)) if earlier else match,
        max(significance, *(m.significance for m in earlier)) if earlier else significance,
        1 + len(earlier),
        max(1, sources),
    )
