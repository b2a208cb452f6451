"""Small matrix products: one thread while it is asked for, then as many as before."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from monitors.onecore import on_one_core

assert np.__version__  # its library is what is looked for


def _threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if _is_blas(library)}


def _is_blas(library: dict[str, object]) -> bool:
    return library["user_api"] == "blas"


def test_products_use_one_thread_and_afterwards_as_many_as_before() -> None:
    with threadpool_limits(2, user_api="blas"):
        with on_one_core():
            assert _threads() == {1}
        assert _threads() == {2}
