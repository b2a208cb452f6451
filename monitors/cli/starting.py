"""``tidings init | schema``: the files that a person begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitors.cli import output
from monitors.cli.configured import configured
from monitors.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (init, schema):
        app.command()(command)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")] = Path(),
) -> None:
    """Write a first watch.yaml and .env; files that exist are left alone."""
    from importlib import resources

    from monitors.watchlist.schema import FILE_NAME, text

    starter = resources.files("monitors.cli").joinpath("starter")
    files = {
        "watch.yaml": starter.joinpath("watch.yaml").read_text("utf-8"),
        ".env": starter.joinpath("env.txt").read_text("utf-8"),
        FILE_NAME: text(),
    }
    for name, content in files.items():
        path = folder / name
        if path.exists():
            output.say(f"{path} exists and is left as it is")
            continue
        _write(path, content)
        output.say(f"{path} written")
    output.say("Next: edit watch.yaml, then tidings check, then tidings run")


def schema() -> None:
    """Write watch.schema.json beside the watch list: editors check and complete it with that."""
    from monitors.watchlist.loading import files_of
    from monitors.watchlist.schema import FILE_NAME, LINE, text

    watch = configured().watch
    target = (watch if watch.is_dir() else watch.parent) / FILE_NAME
    _write(target, text())
    output.say(f"{target} written")
    files = [path for path in files_of(watch) if path.is_file()]
    without = [path for path in files if "yaml-language-server:" not in _head(path)]
    if without:
        output.say(f"Put this line at the top of {', '.join(map(str, without))}:")
        output.say(LINE, "bold")


def _head(path: Path) -> str:
    """What an editor looks at for the line that names a schema."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline()


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600 if path.name == ".env" else 0o644)  # .env will hold a token
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            str(path),
            f"it cannot be written: {error.strerror}",
            "Name a folder in which you may write",
        ) from None
