"""Articles a day as a small picture inside Markdown.

An SVG in a data address: both of Prefect's UIs show it, and neither loads anything for it. Its
colours are seen on light and dark ground.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

from monitors.report.charts import describe
from monitors.report.values import Bars

_WIDTH, _HEIGHT, _FOOT, _LEFT = 720, 120, 18, 26
_FITTED, _TOLD, _INK = "#8fb3d9", "#d9822b", "#8a8a8a"


def chart(bars: Bars) -> str:
    """The bars as an image with its description; empty where nothing happened.

    Pale: articles that fitted the topic. Strong: those that were told.
    """
    if not any(bars.matched):
        return ""
    picture = base64.b64encode(_svg(bars).encode()).decode()
    words = describe(bars).replace("[", "(").replace("]", ")")
    return f"![{words}](data:image/svg+xml;base64,{picture})"


def _svg(bars: Bars) -> str:
    most = max(*bars.matched, *bars.told, 1)
    frame = f'width="{_WIDTH}" height="{_HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame} ',
        f'font-family="sans-serif" font-size="11" fill="{_INK}">',
        *_columns(bars.matched, most, _FITTED),
        *_columns(bars.told, most, _TOLD),
        f'<path stroke="{_INK}" d="M{_LEFT} {_HEIGHT - _FOOT}.5H{_WIDTH}"/>',
        f'<text x="{_LEFT - 5}" y="12" text-anchor="end">{most}</text>',
        f'<text x="{_LEFT - 5}" y="{_HEIGHT - _FOOT}" text-anchor="end">0</text>',
        *_dates(bars),
        "</svg>",
    ]
    return "".join(parts)


def _columns(counts: tuple[int, ...], most: int, color: str) -> Iterator[str]:
    room = (_WIDTH - _LEFT) / len(counts)
    full = _HEIGHT - _FOOT - 4
    for at, count in enumerate(counts):
        if count:
            height = max(full * count / most, 1.5)
            yield (
                f'<rect x="{_LEFT + at * room + room * 0.1:.1f}" '
                f'y="{_HEIGHT - _FOOT - height:.1f}" '
                f'width="{room * 0.8:.1f}" height="{height:.1f}" fill="{color}"/>'
            )


def _dates(bars: Bars) -> Iterator[str]:
    last = len(bars.matched) - 1
    room = (_WIDTH - _LEFT) / len(bars.matched)
    anchors = {0: "start", last // 2: "middle", last: "end"}
    for at, anchor in anchors.items():
        day = bars.first + timedelta(days=bars.days * at)
        x = _LEFT + room * (at + {"start": 0, "middle": 0.5, "end": 1}[anchor])
        yield (
            f'<text x="{x:.0f}" y="{_HEIGHT - 4}" text-anchor="{anchor}">{day.day} {day:%b}</text>'
        )
