"""Many small matrix products, on one core."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

import numpy as np  # noqa: F401  (its library is what is looked for)
from threadpoolctl import ThreadpoolController


def on_one_core() -> AbstractContextManager[object]:
    """Within it numpy's products use one thread.

    A product of an article with a thousand topics takes a fraction of a millisecond. Divided
    among threads it is no sooner there, and the others then keep their cores busy for some 30
    milliseconds, waiting for the next one: more than all else that deciding costs, and half of
    a backtest's processor time.
    """
    limit: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limit


@cache
def _libraries() -> ThreadpoolController:
    """Looked for once, which takes milliseconds."""
    return ThreadpoolController()
