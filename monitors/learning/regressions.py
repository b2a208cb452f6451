"""The small regressions behind ``tidings calibrate``: their examples, and how they are fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

TIMES = ("days", "hours", "two days", "same source", "busy")
"""Features that an archive cannot know."""

FOR = {
    "match": (
        "about", "examples", "topic", "headline", "over not", "over siblings",
        "headline over siblings", "words", "subject", "keyword", "keyword in lead", "screen",
        "fit", "fit over siblings", "same way",
    ),
    "same": (
        "lead", "words", "names", "numbers shared", "dates shared", "copy", "hours", "two days",
    ),
    "significance": ("weight", "fit"),
}  # fmt: skip
"""Features that never speak against what a regression tells, by its name, and"""

AGAINST = {
    "match": ("not", "subject missing", "opinion"),
    "same": (
        "names new", "names gone", "numbers differ", "dates differ", "places differ",
        "ordinals differ", "other way", "stage differs", "negation differs", "same source",
        "days", "busy",
    ),
    "significance": (),
}  # fmt: skip
"""that never speak for it. Features that say much the same get opposite weights by accidents of
few streams: nearer to a topic's description was less surely on it, and what shared most words
less surely the same."""


@dataclass
class Examples:
    """Rows of one regression: features, label, and the stream they come from.

    :param archives: streams without publication times
    """

    rows: list[dict[str, float]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    archives: set[str] = field(default_factory=set)

    def without(self, group: str) -> Examples:
        """All but the examples of one stream."""
        kept = [i for i, other in enumerate(self.groups) if other != group]
        return Examples(
            [self.rows[i] for i in kept],
            [self.labels[i] for i in kept],
            [self.groups[i] for i in kept],
            self.archives,
        )

    def archived(self) -> np.ndarray:
        """Which rows come from an archive, shape (n,)."""
        return np.array([group in self.archives for group in self.groups], dtype=bool)

    def table(self) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
        """Feature names; values, shape (n, f); labels; groups."""
        names = sorted({key for row in self.rows for key in row})
        x = np.array([[row.get(key, 0.0) for key in names] for row in self.rows])
        return names, x, np.array(self.labels), np.array(self.groups)

    def add(self, features: dict[str, float], label: bool, group: str) -> None:
        """One more example."""
        self.rows.append(dict(features))
        self.labels.append(int(label))
        self.groups.append(group)


@dataclass
class Data:
    """The examples of all regressions."""

    match: Examples = field(default_factory=Examples)
    same: Examples = field(default_factory=Examples)
    stories: list[tuple[float, bool]] = field(default_factory=list)
    """of each new development: cosine of its nearest neighbour, and whether it is of its story"""
    significance: Examples = field(default_factory=Examples)

    def without(self, group: str) -> Data:
        """All but the examples of one stream."""
        return Data(
            self.match.without(group),
            self.same.without(group),
            self.stories,
            self.significance.without(group),
        )


def teaching(topics: Sequence[str]) -> list[str]:
    """The topics of an archive that teach: all but every third, to be measured on."""
    return [topic for place, topic in enumerate(topics) if place % 3 != 2]


def draw_times(examples: Examples, group: str) -> None:
    """Give the pairs of an archive without publication times those of pairs that have them.

    Drawn among pairs with the same label, so that time weighs neither more nor less than in
    the streams that know it.
    """
    examples.archives.add(group)
    rng = np.random.default_rng(7)
    known = [i for i, other in enumerate(examples.groups) if other != group]
    by_label = {y: [i for i in known if examples.labels[i] == y] for y in (0, 1)}
    for i, other in enumerate(examples.groups):
        if other == group and by_label[examples.labels[i]]:
            drawn = examples.rows[int(rng.choice(by_label[examples.labels[i]]))]
            examples.rows[i] |= {name: drawn[name] for name in TIMES}


def learn(data: Data, say: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Fit all regressions.

    :param say: told how well each does on streams it has not seen, and its weights
    """
    names = ("match", "same", "significance")
    return {name: _fit(name, getattr(data, name), say) for name in names}


def _fit(name: str, examples: Examples, say: Callable[[str], None] | None) -> dict[str, Any]:
    names, x, y, model = _signed(name, examples)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - np.sum(model.coef_[0] * mean / spread))
    if say:
        truth, out = _held_out_pairs(x, y, examples)
        say(
            f"{name}: {len(y)} examples, {y.mean():.2f} positive, held-out "
            f"AUC {roc_auc_score(truth, out):.3f}, AP {average_precision_score(truth, out):.3f}"
        )
        for key, scaled in sorted(
            zip(names, model.coef_[0], strict=True), key=lambda p: -abs(p[1])
        ):
            say(f"    {key:22} {scaled:+.2f}")
    table = {key: round(float(weight), 4) for key, weight in zip(names, weights, strict=True)}
    return {"bias": round(bias, 4), "weights": table}


def _signed(
    name: str, examples: Examples
) -> tuple[list[str], np.ndarray, np.ndarray, LogisticRegression]:
    """A regression without the features that would speak for what they speak against.

    :returns: the features that are left, their values, the labels, and the regression
    """
    names, x, y, _ = examples.table()
    while True:
        model = _model(x, y, examples.archived())
        wrong = [
            -weight if feature in FOR[name] else weight if feature in AGAINST[name] else 0.0
            for feature, weight in zip(names, model.coef_[0], strict=True)
        ]
        if len(names) == 1 or not max(wrong) > 0:
            return names, x, y, model
        worst = wrong.index(max(wrong))
        names, x = names[:worst] + names[worst + 1 :], np.delete(x, worst, axis=1)


def _held_out_pairs(
    x: np.ndarray, y: np.ndarray, examples: Examples
) -> tuple[np.ndarray, np.ndarray]:
    """Labels of own streams, and predictions of regressions fitted without the stream."""
    groups = np.array(examples.groups)
    out, archived = np.full(len(y), np.nan), examples.archived()
    for group in sorted(set(groups) - examples.archives):
        inside = groups != group if len(set(groups)) > 1 else groups == group
        model = _model(x[inside], y[inside], archived[inside])
        out[groups == group] = model.predict_proba(_scaled(x[inside], x[groups == group]))[:, 1]
    known = ~np.isnan(out)
    return y[known], out[known]


def _scaled(reference: np.ndarray, rows: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = (rows - reference.mean(axis=0)) / (reference.std(axis=0) + 1e-6)
    return scaled


def _model(x: np.ndarray, y: np.ndarray, archived: np.ndarray) -> LogisticRegression:
    # An archive without times must not outweigh the streams that decisions are made on.
    weights = np.where(archived, 0.3, 1.0)
    return LogisticRegression(C=0.1, max_iter=3000).fit(_scaled(x, x), y, sample_weight=weights)


def surest(stories: list[tuple[float, bool]], right: float = 0.9) -> float:
    """The lowest cosine from which nearest neighbours are of the same story in ``right``."""
    for line in np.arange(0.2, 0.9, 0.01):
        above = [together for cosine, together in stories if cosine >= line]
        if not above or np.mean(above) >= right:
            return round(float(line), 2)
    return 0.9
