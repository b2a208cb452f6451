"""The settings of this call, and what they change about the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitors.settings import Settings


def configured() -> Settings:
    """The settings; their log level holds from here on.

    :raises SettingsError: a value is wrong
    """
    from monitors import logs
    from monitors.settings import load_settings

    settings = load_settings()
    logs.configure(settings.log_level)
    return settings
