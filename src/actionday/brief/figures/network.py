"""The network sketch: a seeded force layout, organisations by colour, kinds by shape, what is gone hollow and crossed.

A sketch shows how things hang together before and after, nothing else: places are the layout's, and no node has a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from actionday.brief.figures.frame import STYLES, Frame, Heading, canvas, marker
from actionday.brief.svg import Floats, group, line, path, text, width_of

_ROUNDS = 260


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by place: style (colour), shape, whether gone, degree; edges as pairs of places with weights."""

    style: NDArray[np.int64]
    shape: NDArray[np.int64]
    gone: NDArray[np.bool_]
    degree: Floats
    edges: NDArray[np.int64]
    weight: Floats


def network(
    frame: Frame, heading: Heading, graph: Graph, key: tuple[Sequence[str], Sequence[str]], places: Floats
) -> Markup:
    """The sketch with its key: names of the styles (organisations) and of the shapes (kinds). `places` are `layout`'s."""
    tall = 300.0 if frame.narrow else 420.0
    where = _fitted(places, frame.width, tall)
    dense = " dense" if len(graph.edges) > 3 * max(len(graph.style), 1) else ""
    thick = np.clip(0.5 + 0.35 * np.log1p(graph.weight), 0.5, 2.4)
    parts = [
        path(
            f"M{where[a, 0]:.1f} {where[a, 1]:.1f}L{where[b, 0]:.1f} {where[b, 1]:.1f}",
            f"edge{dense} w{1 + int(w > 1) + int(w > 1.6)}",
        )
        for (a, b), w in zip(graph.edges.tolist(), thick.tolist(), strict=True)
    ]
    size = np.clip(2.6 + 1.1 * np.sqrt(graph.degree), 3, 8 if frame.narrow else 10)
    for place in np.argsort(graph.degree)[::-1].tolist():
        x, y, s = float(where[place, 0]), float(where[place, 1]), float(size[place])
        parts.append(_node(x, y, int(graph.style[place]), int(graph.shape[place]), s, gone=bool(graph.gone[place])))
    drawn, height = _key(frame, key, tall + 14)
    return canvas(frame, tall + 14 + height, heading, [*parts, drawn])


def layout(n: int, edges: NDArray[np.int64], weight: Floats, seed: int) -> Floats:
    """Places of `n` nodes, shape (n, 2), by Fruchterman and Reingold's forces with a pull to the middle; same seed, same places."""
    random = np.random.default_rng(seed)
    where = random.normal(size=(n, 2))
    if n < 2:
        return where
    ideal = 1.6 / np.sqrt(n)
    pull = np.clip(np.log1p(weight), 0.5, 3.0)[:, None]
    for step in range(_ROUNDS):
        across, down = (np.subtract.outer(axis, axis) for axis in where.T)
        force = ideal**2 / np.maximum(across * across + down * down, 1e-4)
        move = np.stack([(across * force).sum(axis=1), (down * force).sum(axis=1)], axis=1)
        if len(edges):
            along = where[edges[:, 0]] - where[edges[:, 1]]
            drag = along * np.sqrt((along**2).sum(axis=1, keepdims=True)) / ideal * pull
            np.add.at(move, edges[:, 0], -drag)
            np.add.at(move, edges[:, 1], drag)
        move -= 0.9 * where
        length = np.maximum(np.sqrt((move**2).sum(axis=1, keepdims=True)), 1e-9)
        heat = 0.16 * (1 - step / _ROUNDS) + 0.002
        where = where + move / length * np.minimum(length, heat)
    return np.asarray(where, dtype=np.float64)


def _fitted(where: Floats, width: float, tall: float) -> Floats:
    if not len(where):
        return where
    # the outermost points are held at the edge so that one stray node does not shrink the rest
    low, high = np.quantile(where, 0.01, axis=0), np.quantile(where, 0.99, axis=0)
    share = np.clip((where - low) / np.maximum(high - low, 1e-9), -0.02, 1.02)
    return np.asarray(share * (width - 36, tall - 36) + (18, 18), dtype=np.float64)


def _node(x: float, y: float, style: int, shape: int, size: float, *, gone: bool) -> Markup:
    drawn = marker(x, y, shape, size, f"node o{style % STYLES}{' gone' if gone else ''}")
    if not gone:
        return drawn
    r = size * 0.62
    return group([drawn, line(x - r, y - r, x + r, y + r, f"strike s{style % STYLES}")])


def _key(frame: Frame, key: tuple[Sequence[str], Sequence[str]], top: float) -> tuple[Markup, float]:
    styles, shapes = key
    entries = [(name, f"node o{i}", 0) for i, name in enumerate(styles)]
    entries += [(name, "node plain", i) for i, name in enumerate(shapes) if name]
    entries.append(("gone", "", 0))
    parts, x, y = [], 14.0, top + 8
    for name, cls, shape in entries:
        wide = 16 + width_of(name, 12) + 16
        if x + wide > frame.width:
            x, y = 14.0, y + 20
        parts.append(marker(x, y, shape, 5, cls) if cls else _node(x, y, STYLES - 1, 0, 5.5, gone=True))
        parts.append(text(x + 13, y + 4, name, "label"))
        x += wide
    return group(parts), y - top + 18
