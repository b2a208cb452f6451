"""Understand: everything is screened, only what passes is encoded with care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from monitors.decide.fit import TopicFit
from monitors.facts import facts_of
from monitors.model import (
    Article,
    Facts,
    Keywords,
    Passage,
    PassageKind,
    Topic,
    Vector,
    Watchlist,
)
from monitors.steps import understand as step
from monitors.steps.understand import (
    MAX_PASSAGES,
    PASSAGES,
    profiles,
    understand,
    vectors_to_compare,
)
from monitors.testing import WordEncoder
from monitors.vectors.cache import CachedEncoder
from tests.support.newsroom import BRIDGE, HARBOUR, NOW, SPORT, TENDER, WALKOUT, Newsroom


class Recorder(WordEncoder):
    """Remembers what it encoded."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vector:
        self.texts += texts
        return super().encode(texts)


class SideBySide(WordEncoder):
    """Another model, of two vectors and two numbers."""

    def __init__(self) -> None:
        super().__init__(2 * 64 + 2)
        self.model_id = "side by side"


@pytest.fixture
def careful(room: Newsroom) -> Recorder:
    """The careful encoder, once the topics are known."""
    profiles(room.desk)
    room.desk.reader = recorder = Recorder()
    return recorder


def _article(text: tuple[str, ...], kind: PassageKind = PassageKind.BODY) -> Article:
    title, *body = text
    pieces = [Passage(0, PassageKind.TITLE, title)] if title else []
    pieces += [Passage(i, kind, paragraph) for i, paragraph in enumerate(body, start=1)]
    name = f"A-{sum(map(len, text)):012x}"
    return Article(
        name, "courier", "https://x.example/a", title, tuple(pieces), "f", NOW, NOW, "en"
    )


class Unloaded:
    """A model that nothing may need."""

    model_id = WordEncoder().model_id

    @property
    def dimensions(self) -> int:
        raise AssertionError("the model is loaded")

    def encode(self, texts: Sequence[str]) -> Vector:
        raise AssertionError(f"the model is loaded for {texts}")


def test_topics_that_were_encoded_before_load_no_model(room: Newsroom) -> None:
    """Also one without examples: a run with nothing new stays a matter of seconds."""
    desk = room.desk
    desk.watchlist = replace(desk.watchlist, topics=(Topic("bare", "Bare", "Something happens."),))
    found = []
    for model in (WordEncoder(), Unloaded()):
        desk.reader = desk.matcher = CachedEncoder(model, desk.store.vectors, desk.clock)
        desk.profiles.clear()
        found.append(profiles(desk)["bare"])
    assert np.array_equal(found[0].about, found[1].about)
    assert found[1].examples.shape == found[1].not_examples.shape == (0, WordEncoder().dimensions)


def test_an_article_passes_the_screen_of_the_topics_that_it_may_concern(room: Newsroom) -> None:
    walkout, tender, sport = understand(room.desk, [_article(t) for t in (WALKOUT, TENDER, SPORT)])
    assert set(walkout.screened) == {"harbour"}
    assert set(tender.screened) == {"bridge"}
    assert sport.screened == {}


def test_what_concerns_no_topic_is_never_encoded_with_care(
    room: Newsroom, careful: Recorder
) -> None:
    [reading] = understand(room.desk, [_article(SPORT)])
    assert careful.texts == []
    assert reading.key_vector.shape == (0,)
    assert reading.passages == ()


def test_of_a_promising_article_lead_and_best_passages_are_encoded(
    room: Newsroom, careful: Recorder
) -> None:
    filler = tuple(f"Weather number {n} will be sunny and dry." for n in range(10))
    article = _article((WALKOUT[0], *filler, *WALKOUT[1:]))
    [reading] = understand(room.desk, [article])
    assert len(reading.passages) == PASSAGES
    [best] = reading.passages
    assert best.text in WALKOUT[1:]
    assert careful.texts == [article.lead, best.text]
    assert reading.all_vectors.shape == (1 + PASSAGES, careful.dimensions)
    assert np.allclose(np.linalg.norm(reading.all_vectors, axis=1), 1.0)


def test_a_reading_names_the_encoder_of_its_vectors(room: Newsroom, careful: Recorder) -> None:
    careful.model_id = "careful"
    [reading] = understand(room.desk, [_article(WALKOUT)])
    assert reading.model_id == "careful"


def test_reports_are_compared_by_the_adapted_encoder_where_it_has_learnt_to(
    room: Newsroom,
) -> None:
    desk = room.desk
    desk.matcher = SideBySide()
    size = 64
    fit = TopicFit("by hand", 10.0, 0.5, size)
    desk.calibration = replace(desk.calibration, fit=fit)
    [plain] = understand(desk, [_article(WALKOUT)])
    assert plain.compared_by is plain.key_vector
    assert plain.model_id == desk.reader.model_id

    desk.calibration = replace(desk.calibration, fit=replace(fit, usual=np.zeros(size)))
    [read] = understand(desk, [_article(WALKOUT)])
    assert read.compared_by.shape == (size,)
    assert read.model_id == "side by side"
    again = vectors_to_compare(desk, [read.key_text])
    np.testing.assert_allclose(again, [read.compared_by], atol=1e-6)


def test_captions_and_recaps_are_no_evidence(room: Newsroom) -> None:
    for kind in (PassageKind.CAPTION, PassageKind.RECAP, PassageKind.BOILERPLATE):
        [reading] = understand(room.desk, [_article((SPORT[0], *WALKOUT[1:]), kind)])
        assert reading.screened == {}


def test_a_keyword_passes_the_screen_whatever_the_encoder_says(room: Newsroom) -> None:
    topic = Topic(
        "ports", "Ports", "Stevedores down tools.", keywords=Keywords(any=("goalkeep*",))
    )
    room.desk.watchlist = Watchlist(room.desk.watchlist.sources, (topic, HARBOUR))
    [reading] = understand(room.desk, [_article(SPORT)])
    assert set(reading.screened) == {"ports"}
    assert len(reading.key_vector)


def test_articles_without_text_or_title_get_a_reading_too(room: Newsroom) -> None:
    empty = Article("A-1", "courier", "https://x.example/e", "", (), "f", NOW)
    readings = understand(room.desk, [empty, _article(WALKOUT), empty])
    assert [bool(reading.screened) for reading in readings] == [False, True, False]
    assert understand(room.desk, []) == []
    assert [reading.screened for reading in understand(room.desk, [empty])] == [{}]


def test_a_very_long_article_is_screened_up_to_a_limit(room: Newsroom) -> None:
    room.desk.screen = screen = Recorder()
    lines = tuple(f"Line {n} of the harbour strike." for n in range(200))
    understand(room.desk, [_article((WALKOUT[0], *lines))])
    assert sum(text.startswith("Line ") for text in screen.texts) == MAX_PASSAGES - 1


def test_topics_are_encoded_once(room: Newsroom, careful: Recorder) -> None:
    assert set(profiles(room.desk)) == {"harbour", "bridge"}
    assert careful.texts == []


def test_a_source_that_left_the_watch_list_keeps_its_id_as_name(room: Newsroom) -> None:
    room.desk.watchlist = Watchlist((), (HARBOUR, BRIDGE))
    [reading] = understand(room.desk, [_article(WALKOUT)])
    assert reading.source_name == "courier"


def test_a_text_whose_facts_cannot_be_read_is_judged_without_them(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = step.facts_of

    def fails(title: str, *rest: object) -> Facts:
        if title == WALKOUT[0]:
            raise OverflowError("date out of range")
        return real(title, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(step, "facts_of", fails)
    odd, sound = understand(room.desk, [_article(WALKOUT), _article(TENDER)])
    assert odd.facts == Facts()
    assert set(odd.screened) == {"harbour"}
    assert sound.facts.numbers


def test_no_facts_are_looked_for_where_nothing_will_be_decided(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They need the dictionary of the article's language, which may take seconds to load."""
    asked: list[str] = []

    def noted(title: str, *rest: object) -> Facts:
        asked.append(title)
        return facts_of(title, *rest)  # type: ignore[arg-type]

    profiles(room.desk)
    monkeypatch.setattr(step, "facts_of", noted)
    walkout, sport = understand(room.desk, [_article(WALKOUT), _article(SPORT)])
    assert (bool(walkout.screened), bool(sport.screened)) == (True, False)
    assert asked == [WALKOUT[0]]


def test_the_day_of_an_article_without_a_date_is_when_it_was_first_seen(room: Newsroom) -> None:
    text = ("Dock workers at the harbour strike on Friday 7 March over wages",)
    article = _article(text)
    dated = understand(room.desk, [article])[0].facts.dates
    assert dated == {(NOW + timedelta(days=4)).date()}


def test_the_items_of_a_roundup_are_read_each_for_itself(room: Newsroom) -> None:
    title = "Five things to know this morning"
    (read,) = understand(room.desk, [_article((title, *WALKOUT[1:], *SPORT[1:]))])
    assert [part.key_text for part in read.parts] == [*WALKOUT[1:], *SPORT[1:]]
    assert [part.item.text for part in read.parts if part.item] == [*WALKOUT[1:], *SPORT[1:]]
    assert read.parts[0].facts == facts_of(WALKOUT[1], "", "en", NOW.date())
    vector = room.desk.reader.encode([WALKOUT[1]])[0]
    np.testing.assert_allclose(read.parts[0].key_vector, vector, atol=1e-6)
    assert len(read.parts[0].passage_vectors) == 0


def test_the_first_sentence_of_an_item_is_its_title(room: Newsroom) -> None:
    news = "The data agency has opened proceedings against the operator."
    asked = "It wants to know why so many records were lost."
    item = f"5. Phones. {news} {asked}"
    (read,) = understand(room.desk, [_article(("Five things to know", WALKOUT[1], item))])
    assert read.parts[1].facts == facts_of(f"5. Phones. {news}", asked, "en", NOW.date())
    assert read.parts[1].facts != facts_of(item, "", "en", NOW.date())


def test_no_other_article_is_taken_apart(room: Newsroom) -> None:
    (read,) = understand(room.desk, [_article(WALKOUT)])
    assert read.parts == ()
