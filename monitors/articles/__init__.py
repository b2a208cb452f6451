"""From pages to articles: extract clean text, judge it, identify it, cut it into passages."""

from __future__ import annotations

from monitors.articles.extract import TrafilaturaExtractor, extract_bytes
from monitors.articles.identify import (
    article_id,
    canonical_url,
    fingerprint,
    identify,
    revised,
)
from monitors.articles.language import detect
from monitors.articles.passages import cut
from monitors.articles.quality import judge

__all__ = [
    "TrafilaturaExtractor",
    "article_id",
    "canonical_url",
    "cut",
    "detect",
    "extract_bytes",
    "fingerprint",
    "identify",
    "judge",
    "revised",
]
