"""What the command line's tests call."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime

from typer.testing import Result

Tidings = Callable[..., Result]
Program = Callable[..., "subprocess.CompletedProcess[str]"]

NOW = datetime.now(UTC).replace(microsecond=0)
"""The commands ask the machine's clock what "the last 7 days" are."""
