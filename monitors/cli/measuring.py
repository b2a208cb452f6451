"""``tidings metrics``: numbers for Prometheus."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from monitors.cli.showing import opened


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(metrics)


def metrics(
    listen: Annotated[
        str,
        typer.Option(help="Serve them at HOST:PORT until stopped, instead of printing them."),
    ] = "",
) -> None:
    """Print numbers of runs, sources and messages for Prometheus, or serve them."""
    import threading

    from monitors.clock import SystemClock
    from monitors.metrics import exposition, registry
    from monitors.watchlist import load_watchlist

    with opened() as (settings, store):
        topics = load_watchlist(settings.watch).topics
        if not listen:
            sys.stdout.write(exposition(store, topics, SystemClock()))
            return
        from prometheus_client import start_http_server

        host, port = _place(listen)
        try:
            server, _ = start_http_server(port, host, registry(store, topics, SystemClock()))
        except OSError as error:
            raise typer.BadParameter(
                f"{listen}: {error.strerror}", param_hint="--listen"
            ) from None
        try:
            threading.Event().wait()
        finally:
            server.shutdown()
            server.server_close()


def _place(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise typer.BadParameter(
            f"{listen!r} is no place; write it like 127.0.0.1:9464", param_hint="--listen"
        )
    return host.strip("[]"), int(port)
