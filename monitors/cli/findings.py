"""How ``check`` and ``doctor`` show what they find, line by line."""

from __future__ import annotations

from collections.abc import Callable

from monitors.cli import output


def tell(good: bool, line: str, mended: str = "") -> None:
    """One finding.

    :param mended: what to write instead, line by line as it would stand in the file
    """
    output.say(f"{'ok  ' if good else 'BAD '} {line}", "" if good else "red")
    if mended:
        output.say("       write instead:")
        for row in mended.splitlines():
            output.say(row, "bold")


def attempt(what: str, work: Callable[[], str]) -> bool:
    """Run one check; an error of ours is its finding."""
    from monitors.errors import TidingsError

    try:
        tell(True, f"{what}: {work()}")
    except TidingsError as error:
        tell(False, str(error))
        return False
    return True
