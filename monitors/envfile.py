"""What is wrong with ``.env`` and the environment: every mistake, with its line.

A run stops at the first value that cannot be right (:mod:`monitors.settings`). Names that
nobody reads, and tokens in the wrong place, stop nothing: they are found here.
"""

from __future__ import annotations

import logging
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from rapidfuzz import fuzz, process

from monitors.errors import SettingsError
from monitors.settings import REMEDIES, SECRETS, Settings, wrong_values

# It says of a line that it is none, without its name; here that is said in full.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)

_OURS = ("TIDINGS_", "SLACK_", "JUDGE_")
_ALIKE = 75
_KINDS = {
    "SLACK_BOT_TOKEN": ("xoxb-", {"xapp-": "SLACK_APP_TOKEN"}),
    "SLACK_APP_TOKEN": ("xapp-", {"xoxb-": "SLACK_BOT_TOKEN"}),
}
"""How Slack's tokens begin, and where one belongs that begins otherwise."""


def mistakes(env_file: Path, environment: Mapping[str, str]) -> list[SettingsError]:
    """Every mistake in ``env_file``, which need not exist, and in ``environment``.

    No secret is shown.
    """
    bindings = _read(env_file)
    known = [str(field.validation_alias) for field in Settings.model_fields.values()]
    found: list[tuple[int, SettingsError]] = []
    lines: dict[str, int] = {}
    for binding in bindings:
        line = _line_of(binding)
        found += [(line, error) for error in _of_line(env_file, binding, known, lines)]
        if binding.key:
            lines[binding.key] = line
    written = {b.key: b.value or "" for b in bindings if b.key}
    for name, value in (written | dict(environment)).items():
        place = _place(env_file, name, lines, environment)
        found += [(lines.get(name, 0), e) for e in _of_token(place, name, value)]
    for name, problem in wrong_values(env_file):
        place = _place(env_file, name, lines, environment)
        mended = f"{name}={_right(name)}"
        error = SettingsError(f"{place}{name}", problem, REMEDIES.get(name, ""), mended)
        found.append((lines.get(name, 0), error))
    strange = (name for name in sorted(environment) if name.startswith("TIDINGS_"))
    for name in strange:  # one that is like none of ours may be somebody else's
        if name not in known and _likely(name, known, _ALIKE + 10):
            found.append((0, _unknown("the environment: ", name, "", known)))
    return [error for _, error in sorted(found, key=lambda each: each[0])]


def notes(env_file: Path) -> list[str]:
    """What is not wrong but should be known."""
    bindings = _read(env_file)
    found = []
    secret = any(b.key in SECRETS and b.value for b in bindings)
    if secret and stat.S_IMODE(env_file.stat().st_mode) & 0o077:
        found.append(f"{env_file}: others on this machine may read it: chmod 600 {env_file}")
    return found + [
        f"{env_file}:{_line_of(binding)}: Prefect reads {binding.key} from the environment "
        "only: export it where you start Tidings"
        for binding in bindings
        if (binding.key or "").startswith("PREFECT_")
    ]


def _read(env_file: Path) -> list[Binding]:
    try:
        with env_file.open(encoding="utf-8") as file:
            return list(parse_stream(file))
    except (OSError, UnicodeDecodeError):  # the first is told by wrong_values
        return []


def _line_of(binding: Binding) -> int:
    """Its line; the parser's is that of the blank lines before it."""
    text = binding.original.string
    return int(binding.original.line) + text[: len(text) - len(text.lstrip())].count("\n")


def _of_line(
    env_file: Path, binding: Binding, known: list[str], lines: Mapping[str, int]
) -> list[SettingsError]:
    place = f"{env_file}:{_line_of(binding)}: "
    if binding.error:
        text = binding.original.string.strip()
        loose = re.match(r"(?:export\s+)?([A-Za-z_]\w*)\s*[: ]\s*(.*)", text)
        mended = _line(loose[1], loose[2]) if loose else ""
        return [SettingsError(place.rstrip(": "), "this is no NAME=value", "", mended)]
    name = binding.key or ""
    if name in lines:
        problem = f"it is given already in line {lines[name]}, and the last one counts"
        return [SettingsError(f"{place}{name}", problem, "Keep one of them")]
    ours = name.upper().startswith(_OURS) or _likely(name, known, _ALIKE)
    if name and name not in known and ours:
        return [_unknown(place, name, binding.value or "", known)]
    return []


def _unknown(place: str, name: str, value: str, known: list[str]) -> SettingsError:
    likely = _likely(name, known, 60)
    remedy = f"Did you mean {likely}?" if likely else "docs/operating.md names all there are"
    mended = _line(likely, value) if likely else ""
    return SettingsError(f"{place}{name}", "nobody reads a variable of this name", remedy, mended)


def _likely(name: str, known: list[str], least: float) -> str:
    found = process.extractOne(name.upper(), known, scorer=fuzz.ratio, score_cutoff=least)
    return found[0] if found else ""


def _of_token(place: str, name: str, value: str) -> list[SettingsError]:
    begins, others = _KINDS.get(name, ("", {}))
    for prefix, owner in others.items():
        if value.strip().startswith(prefix):
            problem = f"this token begins with {prefix}, so it is that of {owner}"
            remedy = f"The token of {name} begins with {begins}"
            return [SettingsError(f"{place}{name}", problem, remedy, f"{owner}={prefix}...")]
    return []


def _place(
    env_file: Path, name: str, lines: Mapping[str, int], environment: Mapping[str, str]
) -> str:
    if name in environment:
        return "the environment: "
    return f"{env_file}:{lines[name]}: " if name in lines else ""


def _line(name: str, value: str) -> str:
    """A line of the file; a secret is not repeated."""
    shown = "..." if value and name in SECRETS else value
    return f"{name}={shown}"


def _right(name: str) -> str:
    """A value that is right: the default."""
    for field in Settings.model_fields.values():
        if field.validation_alias == name:
            return "" if field.default in (None, (), "") else str(field.default)
    return ""
