"""What readers said of each article of a topic, from the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitors.decide.lessons import Answered, opinion_of
from monitors.model import Answer
from monitors.ports import Store

MOST = 500
"""Articles that are looked at, the last answered first."""

_ANSWERS = 5000


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was said of a topic.

    :param articles: those that somebody answered lately, the last answered first
    :param agreed: numbers of all answers that most people agree with
    :param seen: numbers of all answers that were looked at
    """

    articles: tuple[Answered, ...]
    agreed: frozenset[int]
    seen: frozenset[int]

    def standing(self, numbers: Collection[int]) -> set[int]:
        """Those of ``numbers`` that count. What is too old to be looked at does."""
        return {n for n in numbers if n in self.agreed or n not in self.seen}


def gathered(store: Store, topic_id: str, since: datetime) -> Gathered:
    """What readers said of the articles of a topic.

    :param since: articles that were answered last before this are left out
    :raises StoreError: the database cannot be read
    """
    by_article: defaultdict[str, list[Answer]] = defaultdict(list)
    rows = store.answers.rows(topic_id, _ANSWERS)
    for answer in rows:
        if answer.article_id and answer.undone_at is None:
            by_article[answer.article_id].append(answer)
    articles: list[Answered] = []
    agreed: set[int] = set()
    for article_id, answers in by_article.items():  # rows come newest first, and so do these
        opinion, same = opinion_of(answers)
        agreed.update(answer.id for answer in same)
        counted = same or answers
        at = max(answer.at for answer in counted)
        if at < since or len(articles) >= MOST:
            continue
        article = store.articles.find(article_id)
        decisions = store.decisions.decisions(article_id=article_id, topic_id=topic_id, limit=1)
        scores = decisions[0].scores if decisions else {}
        articles.append(
            Answered(
                article_id=article_id,
                headline=answers[0].headline,
                text=article.lead if article else "",
                language=article.language if article else "",
                opinion=opinion,
                answers=tuple(sorted(answer.id for answer in same)),
                people=frozenset(answer.who for answer in same),
                at=at,
                confidence=scores.get("confidence"),
                same=scores.get("same"),
            )
        )
    return Gathered(tuple(articles), frozenset(agreed), frozenset(a.id for a in rows))
