"""The line that opens a wire report: place, day and the agency's name."""

from __future__ import annotations

import re

_AGENCY = re.compile(
    r"\A(?P<where>\s*[^\W\d_][^()/.!?]{1,60}?(?:\.\s*)?)"
    r"(?:\([^()]{2,40}\)\s*[-–—]{1,2}\s|/[^()/]{2,40}/\.?\s)"
)
"""LISBON, April 3 (Agency) - ...; МОСКВА, 25 февраля. /Агентство/. ..."""


def without_agency(text: str) -> str:
    """``text`` without the agency's name in its dateline; place and day stay.

    Whose report it is, is no part of the news: another agency's name would be a new one.
    """
    match = _AGENCY.match(text)
    return f"{match['where'].rstrip()} - {text[match.end() :]}" if match else text
