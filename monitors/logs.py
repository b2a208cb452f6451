"""Logging: which lines are shown, and none with a secret in it."""

from __future__ import annotations

import logging
import traceback

LOGGER = "monitors"


def configure(level: str) -> None:
    """Show what Tidings itself logs from ``level`` on.

    Libraries keep their levels: below WARNING some of them log addresses, headers and
    statements as they are, and these hold secrets.

    :param level: DEBUG, INFO, WARNING, ERROR or CRITICAL
    """
    logging.getLogger(LOGGER).setLevel(level)


def unforeseen(log: logging.Logger, what: str, error: BaseException) -> None:
    """Log an error that nobody expected: its type and place.

    Not its text, which may hold anything: an address with a key, a header, a token.

    :param what: what failed; holds no secret
    """
    place = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s: unexpected %s at\n%s", what, type(error).__name__, place)
