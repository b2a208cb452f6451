"""Reading what a row holds as JSON, for :mod:`monitors.store.codec`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class UndecodableError(ValueError):
    """A stored value is not what this version can read."""


def parsed(text: str, kind: type[T]) -> T:
    """The value of a JSON text, which must be of this kind.

    :raises UndecodableError: it is not
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UndecodableError(f"no JSON: {error}") from error
    if not isinstance(found, kind):
        raise UndecodableError(f"a {type(found).__name__} where a {kind.__name__} belongs")
    return found


def load(
    text: str, kind: type[T], convert: Mapping[str, Callable[[Any], Any]], plain: Sequence[str]
) -> T:
    """Like :func:`build`, from a JSON text.

    :raises UndecodableError: it is no JSON object, or one that does not fit
    """
    return build(parsed(text, dict), kind, convert, plain)


def build(
    found: Any, kind: type[T], convert: Mapping[str, Callable[[Any], Any]], plain: Sequence[str]
) -> T:
    """Build a value from what was stored: fields taken ``plain``, others converted.

    What is not stored keeps the default of ``kind``, so that older rows can be read.

    :raises UndecodableError: ``found`` does not fit
    """
    try:
        fields = {name: found[name] for name in plain if name in found}
        fields.update({name: to(found[name]) for name, to in convert.items() if name in found})
        return kind(**fields)
    except (TypeError, ValueError, KeyError) as error:
        raise UndecodableError(f"no {kind.__name__}: {error}") from error
