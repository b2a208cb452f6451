"""Imported by the server that killed processes are forked from: loads what takes seconds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.newsroom import WALKOUT, html, opened, url_of

with TemporaryDirectory() as _folder, opened(Path(_folder)) as _room:
    # A whole run: language model, lexicons and extraction are then in memory.
    _room.publish("courier", "walkout", title=WALKOUT[0])
    _room.pages.pages[url_of("courier", "walkout")] = html(*WALKOUT)
    _room.run()
