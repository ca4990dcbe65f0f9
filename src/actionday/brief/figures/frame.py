"""The paper that every figure is drawn on: its size, its name for readers who do not see it, and the synthetic mark."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from actionday.brief.origin import SYNTHETIC
from actionday.brief.svg import group, node, number, text

WIDE, NARROW = 720, 344
"""Widths in units of one CSS pixel: a page, and a phone. Each figure lays itself out for the width it gets."""

STYLES = 6
"""How many ways there are to tell series apart (colour, dash and marker change together)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a figure is drawn. `ident` begins every id in it and is unique on the page."""

    ident: str
    width: int = WIDE
    synthetic: bool = False

    @property
    def narrow(self) -> bool:
        """Whether this is the phone's version."""
        return self.width < 500


@dataclass(frozen=True, slots=True)
class Heading:
    """What a figure is called and what it shows, for readers who do not see it."""

    title: str
    description: str


def canvas(frame: Frame, height: float, heading: Heading, parts: Iterable[Markup]) -> Markup:
    """The finished figure. Its `title` and `desc` name it; synthetic worlds are named in the picture itself."""
    inside = list(parts)
    if frame.synthetic:
        height += 18
        inside.append(text(frame.width - 4, height - 5, SYNTHETIC, "synthetic", "end"))
    return node(
        "svg",
        node("title", heading.title, id=f"{frame.ident}-t"),
        node("desc", heading.description, id=f"{frame.ident}-d"),
        group(inside),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {frame.width} {round(height)}",
        role="img",
        aria_labelledby=f"{frame.ident}-t {frame.ident}-d",
        cls="fig narrow" if frame.narrow else "fig wide",
    )


def marker(x: float, y: float, shape: int, size: float, cls: str) -> Markup:
    """A point mark: 0 circle, 1 square, 2 diamond, 3 triangle up, 4 triangle down, 5 plus."""
    s, names = size, f"m {cls}"
    if shape % STYLES == 0:
        return node("circle", cx=x, cy=y, r=s, cls=names)
    if shape % STYLES == 1:
        return node("rect", x=x - 0.9 * s, y=y - 0.9 * s, width=1.8 * s, height=1.8 * s, cls=names)
    corners = _CORNERS[shape % STYLES]
    points = " ".join(f"{number(x + s * dx)},{number(y + s * dy)}" for dx, dy in corners)
    return node("polygon", points=points, cls=names)


_THIRD = 0.36
_CORNERS = {
    2: ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    3: ((0, -1.2), (1.2, 0.9), (-1.2, 0.9)),
    4: ((0, 1.2), (1.2, -0.9), (-1.2, -0.9)),
    5: tuple(
        (x, y)
        for x, y in (
            *((-_THIRD, -1.1), (_THIRD, -1.1), (_THIRD, -_THIRD), (1.1, -_THIRD), (1.1, _THIRD), (_THIRD, _THIRD)),
            *((_THIRD, 1.1), (-_THIRD, 1.1), (-_THIRD, _THIRD), (-1.1, _THIRD), (-1.1, -_THIRD), (-_THIRD, -_THIRD)),
        )
    ),
}
"""Corners of the marks that are polygons, in units of the mark's size."""
