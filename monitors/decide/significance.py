"""Would an analyst want a message? What the article says of itself, and how surely it is
what the topic asks for.
"""

from __future__ import annotations

from monitors.decide.reading import Reading
from monitors.model import Stage, Tier

LEARNT = ("weight", "fit")
"""Features that the shipped regression is learnt from, both of the adapted encoder: whether the
article reports something done, and how well it fits. Of what is on a topic the side matters
(apologies, schedules) fit less well than what its description names; with the weight alone
held-out F1 is .79 instead of .80. With the cues of the lexicons beside the weight it fell from
.70 to .66: there are too few examples to weigh thirty words. Calibrations set by hand may use all.
"""

_TITLE_CUES = (
    "speculated",
    "rumoured",
    "planned",
    "announced",
    "agreed",
    "signed",
    "in_force",
    "held",
    "denied",
    "reversed",
    "opinion",
    "speculation",
    "talking_point",
    "roundup",
    "negation",
    "eases",
    "imposes",
)
_BODY_CUES = ("speculated", "rumoured", "opinion", "speculation", "talking_point", "signed")
_TIERS = {Tier.OFFICIAL: 1.0, Tier.WIRE: 0.7, Tier.PRESS: 0.4, Tier.BLOG: 0.0}


def significance_features(
    reading: Reading, match_score: float, topic_features: dict[str, float]
) -> dict[str, float]:
    """Named features, all but weight and fit, which are log odds, between about 0 and 1."""
    cues, facts = reading.facts.cues, reading.facts
    features = {f"title {cue}": float(cue in cues) for cue in _TITLE_CUES}
    features |= {f"body {cue}": float(f"body {cue}" in cues) for cue in _BODY_CUES}
    features |= {
        "tier": _TIERS[reading.tier],
        "match": match_score,
        "headline": min(topic_features.get("headline", 0.0) / 5.0, 2.0),
        "question": float(reading.article.title.rstrip().endswith("?")),
        "dated": float(bool(facts.dates)),
        "figures": min(len(facts.numbers), 3) / 3.0,
        "no cue": float(facts.stage is Stage.NONE),
        "weight": topic_features.get("weight", 0.0),
        "fit": topic_features.get("fit", 0.0),
    }
    return features
