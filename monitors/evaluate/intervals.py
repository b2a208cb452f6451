"""Rates and delays with bootstrap intervals over developments.

What is resampled is a **unit**: a wanted development together with the alerts that told
it or told it again, or one false alert, which hit no development. So a development that
is drawn twice brings its alerts twice, and repeats of one development, which are not
independent, stay together. An alert on several developments is shared equally among them:
an alert that tells two is half an alert in each. Summed over all units, each once, this
gives the plain counts, so the estimates and the resamples come from the same formula.

The interval is the 2.5th to 97.5th percentile of the measure over the resamples in which
it is defined.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitors.evaluate.rulings import Judged, Ruling

Floats = NDArray[np.float64]
ALERTS, CORRECT, DUPLICATES, TOLD, WANTED = range(5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure and its 95% interval; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """What is resampled.

    :param counts: shape (n, 5): alerts, correct, duplicates, told, wanted
    :param delays: shape (n,), minutes; NaN where the unit was never told
    """

    counts: Floats
    delays: Floats


def units_of(judged: Judged, topics: Collection[str]) -> Units:
    """The units of ``topics``."""
    rows: dict[str, list[float]] = {
        development: [0.0, 0.0, 0.0, float(development in judged.delays), 1.0]
        for topic in topics
        for development in judged.wanted[topic]
    }
    false = 0
    for alert in judged.alerts:
        if alert.decision.topic not in topics:
            continue
        if alert.ruling is Ruling.FALSE:
            false += 1
        column = CORRECT if alert.ruling is Ruling.CORRECT else DUPLICATES
        for development in alert.about:
            rows[development][ALERTS] += 1 / len(alert.about)
            rows[development][column] += 1 / len(alert.about)
    counts = [*rows.values(), *([1.0, 0.0, 0.0, 0.0, 0.0] for _ in range(false))]
    delays = [*(judged.delays.get(d, np.nan) for d in rows), *([np.nan] * false)]
    return Units(np.array(counts, dtype=float).reshape(-1, 5), np.array(delays, dtype=float))


def estimate(units: Units, resamples: int, seed: int) -> dict[str, Estimate]:
    """Each measure with its interval, by name; rates from 0 to 1, delays in minutes.

    :param seed: the same seed and units give the same intervals
    """
    n = len(units.delays)
    values = _measure(units, np.arange(n).reshape(1, n))
    if n and resamples:
        draws = np.random.default_rng(seed).integers(n, size=(resamples, n))
        samples = _measure(units, draws)
    else:
        samples = dict.fromkeys(values, np.empty(0))
    return {name: _interval(float(values[name][0]), samples[name]) for name in values}


def _interval(value: float, samples: Floats) -> Estimate:
    defined = samples[~np.isnan(samples)]
    if np.isnan(value):
        return Estimate(None)
    if not len(defined):
        return Estimate(value)
    low, high = np.percentile(defined, [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def _measure(units: Units, draws: NDArray[np.intp]) -> dict[str, Floats]:
    """Every measure of each draw; ``draws`` holds indices of units, shape (r, n)."""
    sums = units.counts[draws].sum(axis=1)
    precision = _ratio(sums[:, CORRECT], sums[:, ALERTS])
    recall = _ratio(sums[:, TOLD], sums[:, WANTED])
    delays = np.sort(units.delays[draws], axis=1)  # NaN goes to the end
    return {
        "precision": precision,
        "recall": recall,
        "f1": _f1(precision, recall),
        "duplicate_rate": _ratio(sums[:, DUPLICATES], sums[:, ALERTS]),
        "delay_median": _quantile(delays, 0.5),
        "delay_p90": _quantile(delays, 0.9),
    }


def _f1(precision: Floats, recall: Floats) -> Floats:
    """The harmonic mean; 0 where nothing wanted was told, also with no alert at all."""
    p = np.where(np.isnan(precision), 0.0, precision)
    mean = np.divide(2 * p * recall, p + recall, out=np.zeros_like(p), where=p + recall > 0)
    return np.where(np.isnan(recall), np.nan, mean)


def _ratio(part: Floats, whole: Floats) -> Floats:
    # Shares of alerts are thirds and the like: what should be 0 may be a rounding error.
    return np.divide(part, whole, out=np.full_like(whole, np.nan), where=whole > 1e-9)


def _quantile(rows: Floats, q: float) -> Floats:
    """The quantile of each sorted row, leaving out NaN; linear between neighbours."""
    known = (~np.isnan(rows)).sum(axis=1)
    result = np.full(len(rows), np.nan)
    some = np.flatnonzero(known)
    place = q * (known[some] - 1)
    below = np.floor(place).astype(np.intp)
    above = np.ceil(place).astype(np.intp)
    low, high = rows[some, below], rows[some, above]
    result[some] = low + (high - low) * (place - below)
    return result
