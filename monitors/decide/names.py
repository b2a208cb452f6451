"""Names of scores that are no part of the match of one article."""

from __future__ import annotations

WRITTEN = "match as written"
"""The match without what was learnt."""

LESSON = "nearest lesson"
"""The number of the lesson whose text is nearest to the article."""

NEARNESS = "nearness to lesson"
"""The cosine to that text."""

BEST = "best match"
"""The match of the report that fits best, where a development was held back before."""

MOVED = "line moved by"
"""How far the line of confidence was moved."""
