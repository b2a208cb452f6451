"""Reads the pages of the guide, and does what they say in a prepared install.

A block marked ``console`` holds commands behind ``$`` with what they show: every line that is
shown must be in the output, in order; ``…`` stands for anything, a line of ``...`` for lines that
are left out. A block behind ``<!-- into FILE -->`` is written into that file: YAML is merged,
a line of ``.env`` replaces the one of its name.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitors import wiring
from monitors.cli import main
from monitors.desk import Desk
from monitors.settings import REMEDIES, Settings
from monitors.testing import judge_by_words
from tests.support.webserver import WebServer

SITE = "https://news.example"
"""What the guide calls a site of the reader's own; the local newsroom stands in for it."""

_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- into (?P<file>\S+) -->\n *)?```(?P<kind>\w+)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """A command with the lines that it shows, or a text that goes into a file."""

    command: str = ""
    shown: tuple[str, ...] = ()
    file: str = ""
    text: str = ""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    output: str


def steps(page: Path) -> Iterator[Step]:
    """What a page tells its reader to do, in order."""
    for block in _BLOCK.finditer(page.read_text("utf-8")):
        text = re.sub(rf"^{block['indent']}", "", block["text"], flags=re.MULTILINE)
        if block["file"]:
            yield Step(file=block["file"], text=text)
        elif block["kind"] in ("console", "bash"):
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE):
                command, *shown = part.strip().splitlines() or [""]
                if command:
                    yield Step(command, tuple(line for line in shown if line.strip() != "..."))


class Walk:
    """Goes through a page in ``folder``."""

    def __init__(self, folder: Path, web: WebServer) -> None:
        self.folder = folder
        self.web = web

    def do(self, step: Step) -> Done | None:
        """One step; None for a text that was written."""
        if step.file:
            self._write(self.folder / step.file, step.text)
            return None
        return self.run(step.command)

    def run(self, command: str) -> Done:
        """A command: ours in this process, as quick as that is, others in a shell."""
        words = shlex.split(command.replace(SITE, self.web.url("")), comments=True)
        with self._placed():
            if words[0] == "tidings":
                done = _ours(words[1:])
            else:
                ran = subprocess.run(
                    ["bash", "-c", command], capture_output=True, text=True, check=False
                )
                done = Done(ran.returncode, ran.stdout + ran.stderr)
        return Done(done.code, done.output.replace(self.web.url(""), SITE))

    @contextmanager
    def _placed(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch, contextlib.chdir(self.folder):
            for name in REMEDIES:
                patch.delenv(name, raising=False)
            yield

    def _write(self, path: Path, text: str) -> None:
        if path.name == ".env":
            names = {line.partition("=")[0] for line in text.splitlines()}
            before = path.read_text("utf-8").splitlines()
            kept = [line for line in before if line.partition("=")[0] not in names]
            path.write_text("\n".join([*kept, text]), "utf-8")
            return
        yaml = YAML()
        whole = yaml.load(path.read_text("utf-8"))
        _merge(whole, yaml.load(text.replace(SITE, self.web.url(""))))
        with path.open("w", encoding="utf-8") as file:
            yaml.dump(whole, file)


def missing(shown: tuple[str, ...], output: str) -> list[str]:
    """The lines of ``shown`` that ``output`` does not hold where they should be."""
    at, absent = 0, []
    flat = re.sub(r"[ \t]+", " ", output)
    for line in shown:
        pieces = re.split(r"\s*…\s*", re.sub(r"[ \t]+", " ", line.strip()))
        found = re.compile("[^\n]*".join(map(re.escape, pieces))).search(flat, at)
        if found is None:
            absent.append(line)
        else:
            at = found.end()
    return absent


@contextmanager
def quick_models() -> Iterator[None]:
    """Commands judge by words instead of loading the models."""
    real = wiring.open_desk

    @asynccontextmanager
    async def open_desk(settings: Settings, **options: Any) -> AsyncIterator[Desk]:
        async with real(settings, **options) as desk:
            judge_by_words(desk)
            yield desk

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "open_desk", open_desk)
        yield


def _ours(arguments: list[str]) -> Done:
    levels = {name: logging.getLogger(name).level for name in ("", "monitors")}
    output = io.StringIO()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["tidings", *arguments])
        patch.setitem(os.environ, "COLUMNS", "200")
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                main()
            except SystemExit as ended:
                code = ended.code
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    return Done(code if isinstance(code, int) else 1, output.getvalue())


def _merge(into: Any, more: Any) -> None:
    for key, value in more.items():
        if isinstance(value, list):
            into.setdefault(key, []).extend(value)
        elif isinstance(value, dict) and key in into:
            _merge(into[key], value)
        else:
            into[key] = value
