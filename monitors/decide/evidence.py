"""What all reports of a development say together, where none of them was told yet.

Whether a development is on a topic, and is worth a message, is true of the development, not
of the one article that happens to be read; each report is a noisy reading of it. So a report
that joins others is weighed with them: log odds are averaged over all reports. Were each
weighed alone, what is wrong would get a chance more with each report; a mean gives none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from monitors.model import Match, Mention

_SUREST = 1e-6


def together(fit: Match, earlier: Sequence[Mention]) -> Match:
    """``fit``, with score and weight of all reports of its development.

    :param fit: of the report that is read now
    :param earlier: the reports before; one whose match or weight is not known says nothing
    """
    matches = [log_odds(mention.match) for mention in earlier if mention.match is not None]
    weights = [mention.weight for mention in earlier if mention.weight is not None]
    parts = dict(fit.parts)
    if "weight" in parts:
        parts["weight"] = _mean([parts["weight"], *weights])
    score = 1.0 / (1.0 + math.exp(-_mean([log_odds(fit.score), *matches])))
    return replace(fit, score=score, parts=parts)


def log_odds(probability: float) -> float:
    """Of a probability; finite for 0 and 1, too."""
    bounded = min(max(probability, _SUREST), 1.0 - _SUREST)
    return math.log(bounded / (1.0 - bounded))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
