"""The nearest other topic, found for all topics at once, is the one that a loop finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from deciding_values import CALIBRATION, TOPIC, profile, reading, vector

from monitors.decide.fit import TopicFit, unit
from monitors.decide.match import match
from monitors.decide.reading import TopicProfile, closeness
from monitors.decide.siblings import Company, Siblings

LEARNT = TopicFit("fit", 12.0, 0.3, 4)


def topics(count: int) -> list[TopicProfile]:
    draw = np.random.default_rng(7)

    def rows(number: int) -> np.ndarray:
        return unit(draw.normal(size=(number, 4)).astype(np.float32))

    def one(n: int) -> TopicProfile:
        topic = replace(TOPIC, id=f"t{n}")
        return profile(topic, about=rows(2), examples=rows(1 + n % 3), fit=rows(1 + n % 2))

    return [one(n) for n in range(count)]


@pytest.mark.parametrize("count", [2, 3, 40])
def test_the_nearest_sibling_is_that_of_a_loop(count: int) -> None:
    watched = topics(count)
    company = Company(watched)
    for article in (reading(), replace(reading(2), fit_vector=vector(1, 2, 3, 4))):
        for own in watched:
            others = [other for other in watched if other is not own]
            rows = article.all_vectors
            anywhere, headline = company.without(own.topic.id).nearest(article)
            assert anywhere == pytest.approx(
                max(closeness(rows, other.positive).max() for other in others)
            )
            assert headline == pytest.approx(
                max(closeness(rows[:1], other.positive)[0] for other in others)
            )
            if len(article.fit_vector):
                best = company.without(own.topic.id).best_fit(article, LEARNT)
                means = [LEARNT.matches(article.fit_vector, o.fit).mean() for o in others]
                assert best == pytest.approx(max(means))


@pytest.mark.parametrize("negatives", [0, 2])
@pytest.mark.parametrize("examples", [0, 3])
def test_how_near_a_topic_is_does_not_depend_on_its_company(examples: int, negatives: int) -> None:
    draw = np.random.default_rng(5)
    article = reading()
    rows = article.all_vectors

    def texts(number: int) -> np.ndarray:
        return unit(draw.normal(size=(number, 4)).astype(np.float32))

    own = profile(about=texts(2), examples=texts(examples), not_examples=texts(negatives))
    company = Company([*topics(5), own]).without(own.topic.id)
    near = company.beside(article, own)
    positive, negative = closeness(rows, own.positive), closeness(rows, own.not_examples)
    assert near.best == positive.argmax()
    assert near[1:] == pytest.approx(
        (
            positive.max(),
            positive[0],
            closeness(rows, own.about).max(),
            closeness(rows, own.examples).max(),
            negative[near.best],
            (positive - negative).max() if negatives else 0.0,
        )
    )
    assert company.beside(article, replace(own)) == near
    other = replace(own, examples=texts(2))
    assert company.beside(article, other) == Company([other]).without(own.topic.id).beside(
        article, other
    )


def test_a_company_gives_the_match_that_a_list_gives() -> None:
    watched = topics(12)
    learnt = replace(CALIBRATION, fit=LEARNT)
    article = replace(reading(), fit_vector=vector(*range(10)))
    for own in watched:
        others = [other for other in watched if other is not own]
        company = Company(watched).without(own.topic.id)
        assert list(company) == others
        together, alone = match(article, own, company, learnt), match(article, own, others, learnt)
        assert together.score == pytest.approx(alone.score)
        assert together.parts == pytest.approx(alone.parts)


def test_what_readers_taught_one_topic_is_not_held_against_another() -> None:
    own, other = topics(2)
    learnt = reading().all_vectors[:1]
    taught = replace(other, examples=np.vstack([other.examples, learnt]), untaught=other)
    article, plain = reading(), Company([own, other])
    company = Company([own, taught])
    assert company.without(own.topic.id).nearest(article) == pytest.approx(
        plain.without(own.topic.id).nearest(article)
    )
    near = company.without(other.topic.id).beside(article, taught)
    assert near.headline == pytest.approx(1.0)
    assert near.headline > plain.without(other.topic.id).beside(article, other).headline


def test_a_topic_alone_has_no_siblings() -> None:
    alone = Company(topics(1)).without("t0")
    assert (len(alone), alone.nearest(reading())) == (0, (0.0, 0.0))
    assert len(Siblings.of([])) == 0


def test_a_topic_without_vectors_is_near_to_nothing() -> None:
    bare = profile(replace(TOPIC, id="bare"), about=np.empty((0, 4), dtype=np.float32))
    own = profile(about=vector(-1, 0, 0, 0)[None])
    assert Company([own, bare]).without(own.topic.id).nearest(reading()) == (0.0, 0.0)
