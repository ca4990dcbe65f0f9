"""A small builder of SVG: one function, and everything that is not already SVG is escaped on its way in.

Not for: deciding what a figure says or how it is laid out; see `figures`.
"""

import math
from collections.abc import Iterable

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from actionday.brief.escape import svg

Floats = NDArray[np.float64]

_WIDTHS = {"narrow": "ijl.,:;|!'()[]tfrI1 ", "wide": "mwMW%@"}


def node(tag: str, *children: object, **attributes: object) -> Markup:
    """One element. ``cls`` stands for class, underscores for hyphens; None leaves an attribute out."""
    written = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    inside = Markup("").join(svg(child) for child in children)
    return Markup(f"<{tag}{written}>{inside}</{tag}>") if children else Markup(f"<{tag}{written}/>")  # noqa: S704


def text(x: float, y: float, words: str, cls: str = "", anchor: str | None = None) -> Markup:
    """A line of text with its baseline at y. `anchor`: start (default), middle or end."""
    return node("text", words, x=x, y=y, cls=cls or None, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, cls: str) -> Markup:
    """A straight line."""
    return node("line", x1=x1, y1=y1, x2=x2, y2=y2, cls=cls)


def path(d: str, cls: str) -> Markup:
    """A path by its commands."""
    return node("path", d=d, cls=cls)


def polyline(xs: Floats, ys: Floats) -> str:
    """Path commands through the points; NaN breaks the line."""
    commands, pen = [], "M"
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if math.isnan(x) or math.isnan(y):
            pen = "M"
            continue
        commands.append(f"{pen}{number(x)} {number(y)}")
        pen = "L"
    return "".join(commands)


def steps(xs: Floats, ys: Floats) -> str:
    """Path commands of a right-continuous step function: flat from each point to the next, then down."""
    if not len(xs):
        return ""
    corner_x, corner_y = np.repeat(xs, 2)[1:], np.repeat(ys, 2)[:-1]
    return polyline(corner_x, corner_y)


def area(xs: Floats, low: Floats, high: Floats, *, stepped: bool = False) -> str:
    """Path commands of the region between two lines. Points where either is NaN are left out."""
    kept = ~(np.isnan(low) | np.isnan(high))
    xs, low, high = xs[kept], low[kept], high[kept]
    if not len(xs):
        return ""
    if stepped:
        xs, low, high = np.repeat(xs, 2)[1:], np.repeat(low, 2)[:-1], np.repeat(high, 2)[:-1]
    outline = polyline(np.concatenate([xs, xs[::-1]]), np.concatenate([high, low[::-1]]))
    return f"{outline}Z"


def width_of(words: str, size: float = 12) -> float:
    """About how wide a text runs, in the units of `size`: an estimate, since the reader's font is not known."""
    ems = sum(0.3 if c in _WIDTHS["narrow"] else 0.86 if c in _WIDTHS["wide"] else 0.56 for c in words)
    return ems * size


def fit(words: str, room: float, size: float = 12) -> str:
    """The text, cut with an ellipsis where it would run wider than `room`."""
    if width_of(words, size) <= room:
        return words
    while words and width_of(words + "…", size) > room:
        words = words[:-1]
    return f"{words.rstrip()}…"


def number(value: float) -> str:
    """A coordinate: at most two decimals, no trailing zeros."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written


def group(parts: Iterable[Markup], **attributes: object) -> Markup:
    """Elements held together by a <g>."""
    return node("g", *parts, **attributes)


def _name(key: str) -> str:
    return "class" if key == "cls" else "viewBox" if key == "viewBox" else key.replace("_", "-")


def _value(value: object) -> str:
    return number(float(value)) if isinstance(value, (float, np.floating)) else str(svg(value))
