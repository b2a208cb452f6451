"""What every adapter of the Encoder port promises."""

from __future__ import annotations

import numpy as np
import pytest

from monitors.calibration import load_fit
from monitors.decide.fit import unit
from monitors.model import Vector
from monitors.ports import Encoder
from monitors.vectors.encoder import SentenceEncoder

PLAIN = ["The bank was delisted.", "Heavy rain in the north.", "Actors leave the theatre."]
HALF = 2e-3
"""Cached vectors are kept in half precision."""


def test_rows_are_float32_unit_vectors_of_the_promised_length(encoder: Encoder) -> None:
    rows = encoder.encode(PLAIN)
    assert rows.dtype == np.float32
    assert rows.shape == (3, encoder.dimensions)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=HALF)


def test_no_texts_give_no_rows_of_the_right_length(encoder: Encoder) -> None:
    rows = encoder.encode([])
    assert rows.shape == (0, encoder.dimensions)
    assert rows.dtype == np.float32


def test_rows_are_in_the_order_of_the_texts(encoder: Encoder) -> None:
    rows = encoder.encode(PLAIN)
    turned = encoder.encode(list(reversed(PLAIN)))
    assert np.allclose(rows, turned[::-1], atol=HALF)
    assert not np.allclose(rows, turned, atol=10 * HALF)


def test_texts_of_very_different_length_keep_their_order(encoder: Encoder) -> None:
    texts = ["Short.", "A much longer text on banks. " * 8, "", "Rain."]
    rows = encoder.encode(texts)
    for at, text in enumerate(texts):
        assert float(rows[at] @ encoder.encode([text])[0]) > 0.99


def test_duplicates_have_the_same_row(encoder: Encoder) -> None:
    one, _, two = encoder.encode([PLAIN[0], PLAIN[1], PLAIN[0]])
    assert np.array_equal(one, two)


def test_the_same_text_has_the_same_vector_again(encoder: Encoder) -> None:
    first, again = encoder.encode(PLAIN[:1]), encoder.encode(PLAIN[:1])
    assert np.allclose(first, again, atol=1e-5)


ODD = [
    "", " \n\t", "\0", "a\0b", "🙂🇺🇦👩‍👩‍👧", "\ud800 half a character", "\u202e\u200b",
    "12 %", "漢字", "سلام",
]  # fmt: skip


def test_odd_texts_have_a_vector_and_spoil_no_other(encoder: Encoder) -> None:
    *odd, plain = encoder.encode([*ODD, PLAIN[0]])
    assert np.isfinite(odd).all()
    assert np.linalg.norm(odd, axis=1) == pytest.approx(1.0, abs=HALF)
    assert float(plain @ encoder.encode(PLAIN[:1])[0]) > 0.99


def test_what_follows_a_nul_counts(encoder: Encoder) -> None:
    cut, whole = encoder.encode(["bank\0heavy rain in the north", "bank"])
    assert float(cut @ whole) < 0.98


def test_a_hundred_thousand_characters_are_cut_and_do_no_harm(encoder: Encoder) -> None:
    rows = encoder.encode(["слово " * 16_667, "x" * 100_000])
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=HALF)


SANCTIONS = [
    "The sanctions on the bank were lifted",
    "Heavy rain flooded the farms",
    "Санкции с банка были сняты",
    "Die Sanktionen gegen die Bank wurden aufgehoben",
    "Les sanctions contre la banque ont été levées",
    "Se levantaron las sanciones contra el banco",
]

ADAPTED = "builtin:e5-topics"


def test_translations_are_nearer_than_other_news(encoder: Encoder) -> None:
    rows = encoder.encode(SANCTIONS)
    # Of an adapted encoder topics and events; how much news weigh is never compared.
    parts = [rows[:, :384], rows[:, 384:768]] if encoder.model_id.startswith(ADAPTED) else [rows]
    for part in parts:
        english, other, *translations = unit(part)
        assert (np.stack(translations) @ english > english @ other + 0.05).all()


STEPS = [
    (
        "Regulator clears the merger of Alfa and Beta. The decision ends an inquiry of a year.",
        "Регулятор разрешил слияние «Альфы» и «Беты». Решением завершено годичное расследование.",
        "Regulator opens an inquiry into the merger of Alfa and Beta. It may take a year.",
    ),
    (
        "Airline grounds all its Falco jets after an engine fire. No one was hurt.",
        "Fluggesellschaft lässt alle Falco-Jets nach Triebwerksbrand am Boden.",
        "Airline puts its Falco jets back into service after an engine check.",
    ),
    (
        "Central bank raises its key rate by half a point to 6 percent.",
        "La banque centrale relève son taux directeur d'un demi-point, à 6 %.",
        "Central bank keeps its key rate unchanged at 5.5 percent.",
    ),
    (
        "Dock workers end their strike at the northern harbour after eight days.",
        "Докеры прекратили забастовку в северном порту после восьми дней.",
        "Dock workers begin a strike at the northern harbour, the union says.",
    ),
]
"""A report, the same in another language, and another step of the affair in the same words."""


def test_a_translation_is_nearer_than_the_next_step_to_the_adapted_encoder() -> None:
    plain, adapted = SentenceEncoder("builtin:e5-small"), SentenceEncoder(ADAPTED)
    learnt = load_fit()

    def ahead(rows: Vector) -> float:
        """By how much the translation is nearer."""
        return float(rows[0] @ rows[1] - rows[0] @ rows[2])

    before = [ahead(unit(plain.encode(texts))) for texts in STEPS]
    after = [ahead(learnt.events(adapted.encode(texts))) for texts in STEPS]
    assert np.mean(before) < 0.0, "the plain model goes by words"
    assert np.mean(after) > 0.05


def test_the_model_is_named(encoder: Encoder) -> None:
    assert encoder.model_id in (
        "builtin:use3",
        "builtin:use3-short",
        "builtin:e5-small",
        "builtin:e5-topics@test",
    )
