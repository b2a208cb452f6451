"""Two families of articles: a strike, which is wanted, and a festival that sounds like it."""

from __future__ import annotations

from dataclasses import replace

from monitors.decide.calibration import Logistic
from monitors.lessons.force import as_written, in_force
from monitors.lessons.teaching import Pass, teach
from monitors.model import Answer, AnswerKind, Article, Lesson, LessonState, Verdict
from tests.support.newsroom import HARBOUR, Newsroom, url_of

STRIKE = (
    (
        "Dock workers at the harbour walk out over wages",
        "Dock workers at the harbour began a strike over wages after talks with the port failed.",
    ),
    (
        "Harbour strike: arbitrator invited by dock workers and port owners",
        "An arbitrator has been invited by dock workers to mediate the harbour strike over wages.",
    ),
    (
        "Harbour strike spreads: crane drivers walk out",
        "Crane drivers walk out at the harbour in support of dock workers in strike over wages.",
    ),
    (
        "Dock workers end their harbour strike over wages",
        "The dock workers end the strike at the harbour after owners raised wages by a tenth.",
    ),
)
FESTIVAL = (
    (
        "Harbour festival: dock workers walk in lantern parade at the harbour",
        "Lantern parade and fireworks: dock workers walk through the harbour at the festival.",
    ),
    (
        "Harbour festival opens: dock workers strike up the lantern parade",
        "Fireworks at the harbour: the parade of dock workers walks the quay for the festival.",
    ),
    (
        "Lantern festival at the harbour: dock workers walk the parade again",
        "Families watch dock workers walk in the lantern parade at the harbour before fireworks.",
    ),
    (
        "Harbour festival closes with dock workers in lantern parade and fireworks",
        "The festival at the harbour ends as dock workers walk in the parade under fireworks.",
    ),
    (
        "Fireworks end the harbour festival after dock workers walk the lantern parade",
        "The lantern parade of dock workers at the harbour closed the festival with fireworks.",
    ),
)
Text = tuple[str, ...]


class Readers:
    """A newsroom, what its readers answer, and passes that learn from it.

    Only what is nearly word for word alike is known.
    """

    def __init__(self, room: Newsroom, earlier: Readers | None = None) -> None:
        same = Logistic(-8.0, {"lead": 8.0})
        room.desk.calibration = replace(room.desk.calibration, same=same)
        self.room = room
        self.store = room.store
        self._written = room.desk.watchlist
        self._slugs: dict[Text, str] = dict(earlier._slugs) if earlier else {}

    def tell(self, *texts: Text) -> list[bool]:
        """Publish, run as a new process would, and say which of them alerted."""
        return [self._tell(text) for text in texts]

    def _tell(self, text: Text) -> bool:
        slug = self._slugs[text] = f"text-{len(self._slugs)}"
        self.room.publish("wire", slug, text)
        self.next_run()
        self.room.run()
        self.room.later(60 * 26)
        return self.room.decision(slug).verdict is Verdict.ALERT

    def next_run(self) -> None:
        """What a new process has: nothing in memory, and what is in force."""
        desk = self.room.desk
        desk.watchlist = in_force(as_written(self._written), self.store.lessons)
        desk.profiles.clear()
        desk.screens.clear()

    def article(self, text: Text) -> Article:
        found = self.store.articles.find(url_of("wire", self._slugs[text]))
        assert found is not None
        return found

    def answer(self, kind: AnswerKind, *texts: Text, who: str = "R-1") -> None:
        for text in texts:
            article, now = self.article(text), self.room.clock.now()
            key = f"K-{article.id}"
            made = Answer(kind, who, now, key, article.title, (HARBOUR.id,), (), article.id)
            self.store.answers.add(made)

    def learn(self, **options: float) -> Pass:
        done = teach(self.room.desk, **options)
        assert done.problems == []
        return done

    def lessons(self, *states: LessonState) -> list[Lesson]:
        return list(reversed(self.store.lessons.rows(HARBOUR.id, states)))
