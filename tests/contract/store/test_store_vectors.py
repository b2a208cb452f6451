from __future__ import annotations

import numpy as np
from store_values import NOW, vector

from monitors.store import SqlStore


def test_vectors_come_back_in_half_precision_as_float32(store: SqlStore) -> None:
    store.vectors.put("m", {"a": vector(1), "b": vector(2)}, NOW)
    found = store.vectors.get("m", ["a", "b", "c"])
    assert set(found) == {"a", "b"}
    assert found["a"].dtype == np.float32
    np.testing.assert_array_equal(found["a"], vector(1).astype(np.float16).astype(np.float32))


def test_vectors_of_another_model_are_not_mixed_in(store: SqlStore) -> None:
    store.vectors.put("m", {"a": vector(1)}, NOW)
    assert store.vectors.get("other", ["a"]) == {}


def test_keys_already_there_are_left_alone(store: SqlStore) -> None:
    store.vectors.put("m", {"a": vector(1)}, NOW)
    store.vectors.put("m", {"a": vector(2), "b": vector(2)}, NOW)
    found = store.vectors.get("m", ["a", "b"])
    np.testing.assert_allclose(found["a"], vector(1), atol=1e-3)
    np.testing.assert_allclose(found["b"], vector(2), atol=1e-3)


def test_nothing_and_thousands_are_fine(store: SqlStore) -> None:
    store.vectors.put("m", {}, NOW)
    assert store.vectors.get("m", []) == {}
    store.vectors.put("m", {str(n): vector(n) for n in range(1500)}, NOW)
    assert len(store.vectors.get("m", [str(n) for n in range(1500)])) == 1500
