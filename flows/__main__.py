"""``python -m flows``: everything on one machine.

Starts a Prefect server unless ``PREFECT_API_URL`` names one, registers the deployments and
serves them until it is stopped.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from flows.server import (
    CLIENT,
    LOGIN,
    SETTINGS,
    home,
    running_server,
    say,
    share_login,
    stop_in_order,
)
from monitors.errors import ConfigError, SettingsError, TidingsError

HOST = "PREFECT_SERVER_API_HOST"
PORT = "PREFECT_SERVER_API_PORT"


def main() -> None:
    """Serve; needs a readable watch list before anything is started."""
    stop_in_order()  # first, since threads that are there already would get the signal
    try:
        _run()
    except KeyboardInterrupt:
        say("stopped.")
    except TidingsError as error:
        sys.stderr.write(f"tidings: {error}\n")
        sys.exit(2 if isinstance(error, ConfigError) else 1)


def _run() -> None:
    from monitors.opening import watchlist_of
    from monitors.settings import load_settings

    watching = watchlist_of(load_settings())
    if watching.outdated:
        say(watching.outdated)
    watchlist = watching.watchlist
    counts = f"{len(watchlist.topics)} topics, {len(watchlist.sources)} sources"
    for name, value in (SETTINGS | CLIENT).items():
        os.environ.setdefault(name, value)
    share_login()
    if api := os.environ.get("PREFECT_API_URL"):
        _serve(counts, api.removesuffix("/api"), None)
        return
    host, port = _host(), _port()
    # For the flows as well: a profile of somebody's other Prefect is not meant here.
    os.environ["PREFECT_HOME"] = str(home())
    say("starting a Prefect server (about 15 s) ...")
    with running_server(host, port) as server:
        os.environ["PREFECT_API_URL"] = server.api
        _serve(counts, server.page, server.check)


def _serve(counts: str, page: str, check: Callable[[], None] | None) -> None:
    # Imported late: Prefect reads its settings when it is imported.
    from flows.schedules import EVERY
    from flows.serving import serve
    from monitors.listening import listening
    from monitors.settings import load_settings
    from monitors.watchdog import watching

    settings = load_settings()
    say(f"watching {counts}. Run history: {page}  Stop with Ctrl-C.")
    with listening(settings, say), watching(settings, EVERY, say):
        serve(check)


def _host() -> str:
    """Where the server listens: this machine only, unless it asks for a login."""
    written = os.environ.get(HOST) or "127.0.0.1"
    if written not in ("127.0.0.1", "localhost", "::1") and LOGIN not in os.environ:
        raise SettingsError(
            HOST,
            f"on {written} anybody who reaches this machine could start runs",
            f"Set {LOGIN}=user:password as well, or leave it out",
        )
    return written


def _port() -> int:
    written = os.environ.get(PORT) or "4200"
    if not written.isdecimal() or not 0 < int(written) < 65536:
        raise SettingsError(PORT, f"it is no port ({written!r})", "Use a number such as 4200")
    return int(written)


if __name__ == "__main__":
    main()
