"""The command line: ``tidings``. No Prefect here; every command is a thin shell over the library.

Exit codes: 0 done, 1 failed, 2 usage or configuration error.
"""

from monitors.cli.app import main

__all__ = ["main"]
