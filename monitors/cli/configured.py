"""The settings of this call, and what they change about the process."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitors.settings import Settings


def configured() -> Settings:
    """The settings; a log level that somebody set holds from here on.

    :raises SettingsError: a value is wrong
    """
    from monitors.settings import load_settings

    settings = load_settings()
    if "log_level" in settings.model_fields_set:
        logging.getLogger().setLevel(settings.log_level)
    return settings
