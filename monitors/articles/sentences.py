"""Cutting long paragraphs at sentence ends, in any language that writes them with a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONG = 600
TARGET = 500

_END = re.compile(r"(?:[.!?…]+[\"'»”’“)\]]*(?=\s)|[。！？]+[」』”）]*)\s*")
_ABBREVIATIONS = frozenset(
    re.findall(
        r"\S+",
        """
        mr mrs ms dr prof st sen rep gov gen col lt sgt capt jr sr vs etc no vol fig inc ltd co
        corp jan feb mar apr jun jul aug sep sept oct nov dec approx est dept
        г гг им ул д стр тыс млн млрд трлн руб долл проф акад ген см напр
        bzw ca evtl ggf nr str usw hr fr abs
        м mm mme mlle av env sra srta ud uds pág art núm sig dott avv ing tel
        тис див ім вул р рр np tzw godz ul tj nt dhr mevr blz bijv
        """,
    )
)


def sentences(text: str) -> list[str]:
    """``text`` cut behind its sentences; initials and abbreviations do not end one."""
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if _is_end(text, start, match):
            found.append(text[start : match.end()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return [s for s in found if s]


def pieces(text: str, long: int = LONG, target: int = TARGET) -> list[str]:
    """``text`` whole where it has at most ``long`` characters, else in parts of ``target``.

    Parts end where sentences do; only a sentence longer than ``target`` is cut inside.
    """
    if len(text) <= long:
        return [text]
    parts: list[str] = []
    for sentence in sentences(text):
        for chunk in _chunks(sentence, target):
            if parts and len(parts[-1]) + 1 + len(chunk) <= target:
                parts[-1] = f"{parts[-1]} {chunk}"
            else:
                parts.append(chunk)
    return parts


def _is_end(text: str, start: int, match: re.Match[str]) -> bool:
    if not match[0].startswith("."):
        return True
    if match.end() < len(text) and text[match.end()].islower():
        return False
    before = text[start : match.start()]
    word = before.rsplit(None, 1)[-1].lstrip("(\"'«„“") if before.strip() else ""
    if len(word) == 1 and word.isalpha() and word.isupper():  # an initial
        return False
    if re.fullmatch(r"(?:\w\.)+\w", word):  # U.S., т.е., z.B.
        return False
    if re.fullmatch(r"\d{1,2}", word):  # the German and Polish ordinal: am 9. Mai
        return not re.match(r"[^\W\d_]", text[match.end() : match.end() + 1])
    return word.lower() not in _ABBREVIATIONS


def _chunks(sentence: str, target: int) -> Iterator[str]:
    while len(sentence) > target:
        cut = -1
        for mark in ("; ", ": ", ", ", " "):
            cut = sentence.rfind(mark, target // 2, target)
            if cut > 0:
                cut += len(mark)
                break
        if cut <= 0:
            cut = target
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
