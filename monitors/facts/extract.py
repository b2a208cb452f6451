"""All facts of a text at once."""

from __future__ import annotations

import re
from datetime import date

from monitors.facts.datelines import without_agency
from monitors.facts.dates import dates_in, months
from monitors.facts.lexicon import lexicon
from monitors.facts.names import bare, called, name_key, names_in
from monitors.facts.numbers import numbers_in, ordinals_in
from monitors.facts.places import places_in
from monitors.facts.terms import is_common_word, terms_in
from monitors.model import Facts, Stage

_STRONGEST_FIRST = (
    Stage.REVERSED,
    Stage.DENIED,
    Stage.SIGNED,
    Stage.IN_FORCE,
    Stage.AGREED,
    Stage.HELD,
    Stage.PLANNED,
    Stage.ANNOUNCED,
)
_WEAK = (Stage.RUMOURED, Stage.SPECULATED)

_CLAUSES = re.compile(r"[;；؛]\s*")
"""Between the news of a headline and what it adds, in whatever script."""


def facts_of(title: str, body: str, language: str, today: date | None) -> Facts:
    """The facts of an article's title and of what follows it.

    Stage and direction are read from the title, and from the body where the title has none:
    a headline says what is new, a body also what was.

    :param language: ISO 639-1 code; without a lexicon for it there are no cues
    :param today: the article's date, to resolve "18 February"
    """
    title_dates, bare_title = dates_in(title, language, today)
    body_dates, bare_body = dates_in(without_agency(body), language, today)
    dates = title_dates | body_dates
    text = f"{bare_title}. {bare_body}" if body else bare_title
    names = {**names_in(bare_title, language), **names_in(bare_body, language)}
    places = places_in(text)
    place_keys = {name_key(word) for place in places for word in place.split()}
    numbers = numbers_in(text, language)
    people = {
        key
        for key, name in names.items()
        if key not in place_keys
        and not bare_body.endswith(name)  # where the lead was cut, perhaps in a word
        and not _is_time_or_place(name, language)
    }
    shown = {
        key: _as_written(name)
        for key, name in called(text, people).items()
        if any(_is_telling(word, language) for word in name.split())
    }
    shown |= numbers
    shown |= {day.isoformat(): f"{day.day} {day:%B %Y}" for day in dates}
    # Without the dates: May is a month more often than it is a doubt.
    title_cues, body_cues = _cues(bare_title, language), _cues(bare_body, language)
    if title_cues & {"eases", "imposes"}:
        direction = _direction(title_cues, bare_title, language)
    else:
        direction = _direction(body_cues, bare_body, language)
    return Facts(
        stage=_stage_of_title(bare_title, language) or _stage(body_cues) or Stage.NONE,
        cues=title_cues | {f"body {cue}" for cue in body_cues},
        direction=direction,
        names=frozenset(names) - place_keys,
        places=places,
        numbers=frozenset(numbers),
        ordinals=ordinals_in(text, language),
        dates=dates,
        terms=terms_in(text, language),
        shown=shown,
    )


def _as_written(name: str) -> str:
    """Without a genitive's ending; an abbreviation gets its last dot back (U.S.)."""
    name = bare(name)
    return f"{name}." if "." in name and name.isupper() else name


def _is_time_or_place(name: str, language: str) -> bool:
    """A month and a place (DOHA, Эр-Рияде) are no names to a reader."""
    plain = bare(name)
    return plain.lower() in months(language) or bool(places_in(plain) or places_in(plain.title()))


def _is_telling(word: str, language: str) -> bool:
    """An ordinary word (House) is no name by itself."""
    plain = bare(word)
    return plain.isupper() or not is_common_word(plain.lower(), language)


def _cues(text: str, language: str) -> frozenset[str]:
    lowered = text.lower()
    words = lexicon(language)
    groups = (*words.stage.items(), *words.tone.items(), *words.direction.items())
    return frozenset(name for name, pattern in groups if pattern.search(lowered))


def _stage_of_title(title: str, language: str) -> Stage | None:
    """That of the clause that has got furthest: "they agree; no summit is likely this week"."""
    found = {_stage(_cues(clause, language)) for clause in _CLAUSES.split(title)}
    return next((stage for stage in (*_STRONGEST_FIRST, *_WEAK) if stage in found), None)


def _stage(cues: frozenset[str]) -> Stage | None:
    # "may lift" is speculation, whatever is lifted.
    for stage in (*_WEAK, *_STRONGEST_FIRST):
        if stage.name.lower() in cues:
            return stage
    return None


def _direction(cues: frozenset[str], text: str, language: str) -> int:
    """The way that more words of ``text`` go; 0 where it says as much for both."""
    if not {"eases", "imposes"} <= cues:
        return int("eases" in cues) - int("imposes" in cues)
    lowered = text.lower()
    ways = lexicon(language).direction
    eases, imposes = (len(ways[name].findall(lowered)) for name in ("eases", "imposes"))
    return (eases > imposes) - (imposes > eases)
