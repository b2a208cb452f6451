"""How busy each topic was, as a picture for a digest."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from monitors.alerts.escape import clean
from monitors.model import Activity, Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TOPICS = 8
_NAME = 34
_WIDTH, _ROW = 7.2, 0.62
_DPI = 144
_MATCHED, _TOLD, _INK = "#c9d7e8", "#1264a3", "#1d1c1d"


def draw(activity: Sequence[Activity]) -> Picture | None:
    """A row of bars for each topic, a bar a day; None where nothing happened.

    Light: articles that fitted the topic. Dark: those that were told.
    """
    shown = activity[:_MOST_TOPICS]
    if not any(day for one in shown for day in one.matched):
        return None
    # Imported here: a run without a digest need not wait for it.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, 0.75 + _ROW * len(shown)), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(len(shown), 1, sharex=True, sharey=True, squeeze=False)
    for axes, one in zip(rows[:, 0], shown, strict=True):
        _row(axes, one)
    days = len(shown[0].matched)
    last = shown[0].last
    ticks = sorted({0, days // 2, days - 1})
    labels = [f"{last - timedelta(days=days - 1 - at):%d %b}" for at in ticks]
    rows[-1, 0].set_xticks(ticks, labels, fontsize=8, color=_INK)
    figure.suptitle(
        f"Articles a day that fitted (light) and were told (dark), {days} days",
        fontsize=9,
        color=_INK,
    )
    file = io.BytesIO()
    # Without the software's name and version the same numbers give the same bytes.
    figure.savefig(file, format="png", metadata={"Software": None})
    return Picture(
        name=f"tidings-activity-{last.isoformat()}.png",
        title=f"Activity of {len(shown)} topic{'' if len(shown) == 1 else 's'}, {days} days",
        alternative=describe(shown),
        png=file.getvalue(),
    )


def describe(activity: Sequence[Activity]) -> str:
    """The chart in words, for those who cannot see it."""
    parts = [
        f"{clean(one.name, _NAME)}: {sum(one.told)} told of {sum(one.matched)} that fitted"
        for one in activity
    ]
    return "; ".join(parts)[:900]


def _row(axes: Axes, one: Activity) -> None:
    from matplotlib.ticker import MaxNLocator

    days = range(len(one.matched))
    axes.bar(days, one.matched, width=0.82, color=_MATCHED)
    axes.bar(days, one.told, width=0.82, color=_TOLD)
    axes.set_title(_name(one), loc="left", fontsize=8.5, color=_INK, pad=2, parse_math=False)
    axes.tick_params(axis="y", labelsize=6.5, length=0, colors=_INK)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=2))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#dddddd")


def _name(one: Activity) -> str:
    """The topic's name, or its id where the font has no letters for it."""
    from matplotlib import font_manager

    name = clean(one.name, _NAME)
    font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    known = font.get_charmap()
    return name if all(ord(char) in known for char in name) else one.topic_id
