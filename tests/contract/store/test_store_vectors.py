from __future__ import annotations

import numpy as np
import pytest
from store_values import NOW, vector

from monitors.store import SqlStore
from monitors.store.columns import packed, unpacked


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


EIGHTHS = np.array([127, -127, 0, 1, -64, 3], dtype=np.float32)


@pytest.mark.parametrize("step", [2.0**-24, 2.0**-9, 0.125, 1.0, 32.0])
def test_numbers_of_eight_bits_take_a_byte_each_and_lose_nothing(step: float) -> None:
    row = EIGHTHS * np.float32(step)
    blob = packed(row)
    assert len(blob) == 1 + len(row)
    np.testing.assert_array_equal(unpacked([blob, blob]), [row, row])


FOURTHS = np.array([7, -7, 0, 1, -4, 3, 5, -1], dtype=np.float32)


@pytest.mark.parametrize("step", [2.0**-24, 2.0**-5, 1.0, 512.0])
def test_numbers_of_four_bits_take_half_a_byte_each_and_lose_nothing(step: float) -> None:
    row = FOURTHS * np.float32(step)
    blob = packed(row)
    assert len(blob) == 1 + len(row) // 2
    np.testing.assert_array_equal(unpacked([blob, packed(-row)]), [row, -row])


@pytest.mark.parametrize(
    "row",
    [
        [0.0] * 4,
        [3.0, 1.0],
        [7.0, 1.0, -7.0, 0.0, 2.0, 5.0],
        [1.0, 0.5, 0.25],
        [1.0, 1 / 3],
        [128.0, 1.0],
        [60000.0, 512.0],
        [2.0**-24, 2.0**-23],
    ],
    ids=["nothing", "two", "six", "odd", "thirds", "more than 127", "large", "tiny"],
)
def test_all_else_keeps_half_precision(row: list[float]) -> None:
    half = np.array(row, dtype=np.float16).astype(np.float32)
    np.testing.assert_array_equal(unpacked([packed(half)])[0], half)


def test_what_is_read_and_packed_again_is_the_same_bytes() -> None:
    """Numbers that are multiples only once they are halved: a copied database is compared."""
    row = EIGHTHS / 512 * np.float32(1.00001)
    once = packed(row)
    assert packed(unpacked([once])[0]) == once


def test_both_forms_of_a_model_lie_side_by_side(store: SqlStore) -> None:
    small, fine = EIGHTHS / 512, vector(2)[:6]
    store.vectors.put("m", {"small": small, "fine": fine}, NOW)
    found = store.vectors.get("m", ["small", "fine"])
    np.testing.assert_array_equal(found["small"], small)
    np.testing.assert_array_equal(found["fine"], fine.astype(np.float16).astype(np.float32))
