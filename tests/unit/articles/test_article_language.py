from __future__ import annotations

import pytest

from monitors.articles.language import detect, normalise, script_of

LONG = {
    "en": "Ministers agreed on Tuesday that the ferry line between both ports will reopen.",
    "ru": "Министры договорились во вторник, что паромная линия между двумя портами откроется.",
    "uk": "Міністри домовилися у вівторок, що поромна лінія між двома портами знову відкриється.",
    "de": (
        "Die Minister einigten sich am Dienstag darauf, dass die Fähre zwischen den Häfen fährt."
    ),
    "fr": "Les ministres ont convenu mardi que la ligne de ferry entre les deux ports rouvrira.",
    "es": "Los ministros acordaron el martes que la línea de ferry entre ambos puertos reabrirá.",
    "it": (
        "I ministri hanno concordato martedì che la linea di traghetti tra i due porti riaprirà."
    ),
    "pl": (
        "Ministrowie uzgodnili we wtorek, że linia promowa między oboma portami zostanie otwarta."
    ),
}


@pytest.mark.parametrize(("code", "text"), LONG.items())
def test_sentences_are_recognised(code: str, text: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("Lavrov", "de", "de"),
        ("Лавров прибыл", "en", "ru"),
        ("Лавров прибув до столиці", "ru-RU", "ru"),
        ("Das Treffen der Minister", "ru", "de"),
        ("", "fr-CA", "fr"),
        ("12:30 — 45%", None, "und"),
        ("", None, "und"),
        ("", "nonsense-code", "und"),
        ("会谈开始", "en", "zh"),
        ("회담", None, "ko"),
        ("会談が始まった", None, "ja"),
        (LONG["ru"], "uk", "ru"),
    ],
)
def test_the_hint_counts_where_the_text_is_short_and_the_script_agrees(
    text: str, hint: str | None, expected: str
) -> None:
    assert detect(text, hint) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [("en-GB", "en"), ("ru_RU", "ru"), ("eng", "en"), ("UA", "uk"), ("nb", "no"), ("x", None),
     ("english", None), (None, None), ("xyz", None)],
)  # fmt: skip
def test_codes_are_normalised(written: str | None, code: str | None) -> None:
    assert normalise(written) == code


def test_the_script_is_that_of_most_letters() -> None:
    assert script_of("NATO и ЕС обсудили") == "CYRILLIC"
    assert script_of("2025!") is None
