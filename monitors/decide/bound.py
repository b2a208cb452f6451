"""The best match that an article's vectors allow, whatever its text states."""

from __future__ import annotations

from collections.abc import Sequence

from monitors.decide.calibration import Calibration
from monitors.decide.match import match
from monitors.decide.reading import Reading, TopicProfile

FROM_FACTS = {
    "words": (0.0, 1.0),
    "subject": (0.0, 1.0),
    "subject missing": (0.0, 1.0),
    "same way": (-1.0, 1.0),
    "opinion": (0.0, 1.0),
    "roundup": (0.0, 1.0),
}
"""The parts of a match that rest on facts, each with the range that it can have."""


def best_match(
    reading: Reading,
    profile: TopicProfile,
    siblings: Sequence[TopicProfile],
    calibration: Calibration,
) -> float:
    """A bound that the score of :func:`monitors.decide.match.match` does not exceed.

    Facts are costly to find, and most articles fit no topic whatever they are.

    :param reading: its facts are not looked at
    """
    parts = dict(match(reading, profile, siblings, calibration).parts)
    for name, (low, high) in FROM_FACTS.items():
        if name == "words":  # several of a long topic's words count beyond 1
            high = max(1.0, len(profile.facts.terms) / 8.0)
        parts[name] = high if calibration.match.weights.get(name, 0.0) > 0 else low
    return calibration.match.probability(parts)


def least_match(calibration: Calibration) -> float:
    """The score from which on an article is at least a near miss, at any sensitivity."""
    return min(calibration.near_miss, *calibration.match_lines.values())
