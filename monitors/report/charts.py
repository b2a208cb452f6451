"""How busy a topic was, as an SVG that takes its colours from the page.

matplotlib draws it. What it writes as styles becomes attributes and classes: the page's
policy allows no styles but its own, and its style sheet knows light and dark.
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

from lxml import etree

from monitors.report.values import Bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_WIDTH, _HEIGHT = 4.4, 1.15
"""Inches: small, so that its letters can be read on a phone as well."""
_CLASSES = {"#00aa01": "matched", "#00aa02": "told", "#00aa03": "ink", "#00aa04": "rule"}
"""Colours that stand for classes until they are replaced."""
_MATCHED, _TOLD, _INK, _RULE = _CLASSES
_KEPT = frozenset({"fill", "stroke", "stroke-width", "text-anchor", "opacity"})
_DROPPED = ("metadata", "style", "title")


def draw(bars: Bars, number: int) -> str:
    """The chart as an ``svg`` element; empty where nothing happened.

    :param number: of the chart on its page, so that no two share an id
    """
    if not any(bars.matched):
        return ""
    # Imported here: other commands need not wait for it.
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tidings"}):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        _plot(figure.subplots(), bars)
        file = io.BytesIO()
        # Without program and date the same numbers give the same bytes.
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return _themed(file.getvalue(), number)


def describe(bars: Bars) -> str:
    """The chart in words."""
    span = "day" if bars.days == 1 else f"{bars.days} days"
    last = bars.first + timedelta(days=bars.days * len(bars.matched) - 1)
    busiest = max(range(len(bars.matched)), key=bars.matched.__getitem__)
    peak = bars.first + timedelta(days=bars.days * busiest)
    return (
        f"Articles for each {span} from {_day(bars.first)} to {_day(last)} {last:%Y}: "
        f"{sum(bars.matched)} fitted the topic, {sum(bars.told)} were told. "
        f"Most fitted from {_day(peak)} on: {bars.matched[busiest]}."
    )


def _plot(axes: Axes, bars: Bars) -> None:
    from matplotlib.ticker import MaxNLocator

    places = range(len(bars.matched))
    for counts, color in ((bars.matched, _MATCHED), (bars.told, _TOLD)):
        some = [at for at in places if counts[at]]
        axes.bar(some, [counts[at] for at in some], width=0.8, color=color)
    axes.set_xlim(-0.6, len(places) - 0.4)
    axes.patch.set_visible(False)
    ticks = sorted({0, len(places) // 2, len(places) - 1})
    labels = [_day(bars.first + timedelta(days=bars.days * at)) for at in ticks]
    axes.set_xticks(ticks, labels)
    written = axes.get_xticklabels()
    written[0].set_horizontalalignment("left")
    written[-1].set_horizontalalignment("right")
    axes.tick_params(length=0, colors=_INK, labelsize=9)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=2))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_RULE)


def _day(day: object) -> str:
    return f"{day:%d %b}".removeprefix("0")


def _themed(svg: bytes, number: int) -> str:
    """``svg`` without styles: with attributes, and classes where a colour stands for one."""
    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True))
    for element in list(root.iter()):
        if (
            not isinstance(element.tag, str)
            or element.tag.removeprefix(_SVG) in _DROPPED
            or not element.tag.startswith(_SVG)
        ):
            element.getparent().remove(element)
        else:
            _restyle(element)
            _renumber(element, f"c{number}-")
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("class", "chart")
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _restyle(element: etree._Element) -> None:
    classes = set()
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name in ("fill", "stroke") and value in _CLASSES:
            classes.add(f"{name}-{_CLASSES[value]}")
        elif name in _KEPT:
            element.set(name, value)
    if classes:
        element.set("class", " ".join(sorted(classes)))


def _renumber(element: etree._Element, prefix: str) -> None:
    if "id" in element.attrib:
        element.set("id", prefix + element.attrib["id"])
    for name in (_LINK, "clip-path"):
        if name in element.attrib:
            element.set(name, element.attrib[name].replace("#", f"#{prefix}", 1))
