"""Load what was learnt for a model: ``monitors/calibration/``.

``general-news.jsonl`` is the shipped sample of general news; ``<model>.json`` the learnt
numbers, with where they come from; ``<model>.npz`` the vectors of the sample.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from monitors.decide.calibration import Calibration, Logistic
from monitors.decide.fit import TopicFit, unit
from monitors.errors import NotCalibrated
from monitors.model import Sensitivity, Vector

FORM = 2
"""What the numbers of a calibration weigh; those of another form are refused. 2: vectors as the
model gives them; before, the mean of a language's news was subtracted."""


def folder() -> Traversable:
    """Where the files are."""
    return resources.files("monitors").joinpath("calibration")


def file_stem(model_id: str) -> str:
    """The name of a model's files: ``builtin:e5-small`` gives ``builtin-e5-small``."""
    return "".join(c if c.isalnum() else "-" for c in model_id)


@cache
def general_news() -> list[tuple[str, str]]:
    """The shipped sample: (language, text), a headline and lead each."""
    lines = folder().joinpath("general-news.jsonl").read_text("utf-8").splitlines()
    rows = (json.loads(line) for line in lines)
    return [(row["lang"], row["text"]) for row in rows]


MATCHER = "builtin:e5-topics"
"""The encoder that was adapted to topics."""

WEIGHT = "builtin-e5-weight"
"""The files of its second adapter, which tells what is worth a message."""

EVENTS = "builtin-e5-events"
"""Those of its third, which tells reports of one development from others."""


ADAPTERS = (file_stem(MATCHER), WEIGHT, EVENTS)
"""The files of all adapters, in the order in which they read a text."""


_LAYOUT = b"two vectors and log odds"
"""What stands in a vector beside what: changed with it, so that those of before are not taken
for its like."""


@cache
def adapter_digest() -> str:
    """Names the shipped adapters, 12 hex digits: vectors of others are not their own."""
    packed = [folder().joinpath(f"{stem}.npz").read_bytes() for stem in ADAPTERS]
    return hashlib.sha256(b"".join([*packed, _LAYOUT])).hexdigest()[:12]


@cache
def load_fit() -> TopicFit:
    """The numbers that go with :data:`MATCHER`."""
    match = json.loads(folder().joinpath(f"{file_stem(MATCHER)}.json").read_text("utf-8"))
    usual = _array(EVENTS, "usual")
    return TopicFit(
        model_id=MATCHER,
        scale=float(match["scale"]),
        bias=float(match["bias"]),
        size=len(usual),
        usual=usual,
    )


def _array(stem: str, name: str) -> Vector:
    packed = folder().joinpath(f"{stem}.npz").read_bytes()
    with np.load(BytesIO(packed), allow_pickle=False) as arrays:
        found: Vector = arrays[name].astype(np.float32)
    return found


@cache
def load_calibration(model_id: str, own: Path | None = None) -> Calibration:
    """What was learnt for ``model_id``.

    :param own: folder of what the operator had learnt; what is shipped comes first
    :raises NotCalibrated: nothing was
    """
    stem = file_stem(model_id)
    places: list[Traversable] = [folder(), own] if own else [folder()]
    for place in places:
        numbers, vectors = place.joinpath(f"{stem}.json"), place.joinpath(f"{stem}.npz")
        if numbers.is_file() and vectors.is_file():
            break
    else:
        raise NotCalibrated(
            model_id,
            "no thresholds are known for this model",
            f"Use builtin:e5-small, or learn them: tidings calibrate {model_id} STREAM STREAM ...",
        )
    with np.load(BytesIO(vectors.read_bytes()), allow_pickle=False) as arrays:
        rows = arrays["vectors"].astype(np.float32)
    learnt = json.loads(numbers.read_text("utf-8"))
    if learnt.get("form") != FORM:
        raise NotCalibrated(
            model_id,
            f"{numbers.name} was learnt by an earlier version, which weighed other things",
            f"Learn the numbers again: tidings calibrate {model_id} STREAM STREAM ...",
        )
    return assemble(model_id, learnt, rows)


def assemble(model_id: str, numbers: Mapping[str, Any], rows: Vector) -> Calibration:
    """A calibration from its parts.

    :param numbers: the parsed JSON file
    :param rows: vectors of the sample of general news, shape (n, d)
    """
    expected = len(general_news())
    if len(rows) != expected:
        raise NotCalibrated(
            model_id,
            f"its vectors stand for {len(rows)} texts, the sample has {expected}",
            "Run tidings calibrate again",
        )
    lines = numbers["lines"]
    return Calibration(
        model_id=model_id,
        background=unit(rows),
        match=_logistic(numbers["match"]),
        same=_logistic(numbers["same"]),
        significance=_logistic(numbers["significance"]),
        match_lines={Sensitivity(name): line for name, line in lines["match"].items()},
        alert_lines={Sensitivity(name): line for name, line in lines["alert"].items()},
        same_line=lines["same"],
        story_line=lines["story"],
        near_miss=lines["near miss"],
        fit=load_fit(),
    )


def _logistic(numbers: Mapping[str, Any]) -> Logistic:
    return Logistic(float(numbers["bias"]), dict(numbers["weights"]))
