"""How a network hangs together before the day and after it: components, clustering, assortativity, new bridges, filled places.

On the ties that were seen, which are never all: counts and shares, no effect is claimed. Nobody is named: removed places and
who fills them are counted. Not for: strategies of removal, and reach by forward cascades.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from actionday.measure.communities import Ties
from actionday.measure.intervals import proportion
from actionday.records import Estimate

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
LEAD = "ties that were seen; those that were not are missing on both sides of the day"
FILLS = 0.5
"""Share of a removed one's neighbours that a newcomer must be tied to, to be counted as filling its place."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A network's figures; NaN where they are not defined."""

    nodes: int
    ties: int
    components: int
    giant: float  # share of nodes in the largest component
    clustering: float  # closed triples over triples
    assortativity: float  # correlation of degrees across ties


def shape(n: int, edges: tuple[Ints, Ints, Floats]) -> Shape:
    """Figures of the undirected graph of these ties; nodes without ties are left out."""
    graph = adjacency(n, edges)
    degree = np.asarray(graph.sum(axis=1)).ravel()
    used = degree > 0
    nodes = int(used.sum())
    if nodes == 0:
        return Shape(0, 0, 0, np.nan, np.nan, np.nan)
    kept = graph[used][:, used]
    count, label = connected_components(kept, directed=False)
    triples = float((degree * (degree - 1)).sum())
    closed = float((kept @ kept).multiply(kept).sum())
    source, target = kept.nonzero()
    own = degree[used]
    ends = own[source], own[target]
    constant = ends[0].std() == 0
    return Shape(
        nodes,
        len(source) // 2,
        int(count),
        float(np.bincount(label).max() / nodes),
        closed / triples if triples else np.nan,
        np.nan if constant else float(np.corrcoef(*ends)[0, 1]),
    )


def adjacency(n: int, edges: tuple[Ints, Ints, Floats]) -> csr_array:
    """Ones where two nodes are tied, either way; no loops."""
    a, b, _ = edges
    keep = a != b
    source, target = np.concatenate([a[keep], b[keep]]), np.concatenate([b[keep], a[keep]])
    graph = csr_array(coo_array((np.ones(len(source)), (source, target)), shape=(n, n)))
    graph.data[:] = 1.0
    return graph


def bridges(label: Ints, before: tuple[Ints, Ints, Floats], after: tuple[Ints, Ints, Floats]) -> tuple[int, int]:
    """Pairs of communities tied after the day, and how many of them were not tied before it."""
    earlier, later = _between(label, before), _between(label, after)
    return len(later), len(later - earlier)


def filled(n: int, made: Ties, removed: Flags, newcomers: Flags) -> tuple[int, int]:
    """Removed ones with at least two surviving neighbours, and of how many a newcomer is tied to half of these or more."""
    earlier, later = adjacency(n, made.before), adjacency(n, made.after)
    alive = ~removed
    around = earlier[removed][:, alive]
    many = np.asarray(around.sum(axis=1)).ravel()
    there = many >= 2
    if not there.any() or not newcomers.any():
        return int(there.sum()), 0
    shared = around[there] @ later[newcomers][:, alive].T
    most = np.asarray(shared.max(axis=1).todense()).ravel()
    return int(there.sum()), int((most >= FILLS * many[there]).sum())


def reconstitution(n: int, made: Ties, label: Ints, removed: Flags, newcomers: Flags) -> list[Estimate]:
    """All of it as estimates, before and after."""
    out = []
    for period, edges in (("before", made.recent), ("after", made.late)):
        out += _told(shape(n, edges), period)
    pairs, fresh = bridges(label, made.before, made.late)
    method = "pairs of communities tied in the window after, of which never tied before the day: share with Wilson's interval"
    out.append(_share("network_new_bridges", fresh, pairs, method))
    places, taken = filled(n, made, removed, newcomers)
    method = "removed ones with two or more surviving neighbours, half of whom are tied to one newcomer: share with Wilson's interval"
    out.append(_share("network_places_filled", taken, places, method))
    return out


def _told(found: Shape, period: str) -> list[Estimate]:
    plain = (
        ("network_nodes", float(found.nodes), "count"),
        ("network_ties", float(found.ties), "count"),
        ("network_components", float(found.components), "count"),
        ("network_giant", found.giant, "share"),
        ("network_clustering", found.clustering, "index, 1 = all triples closed"),
        ("network_assortativity", found.assortativity, "index, correlation of degrees"),
    )
    return [_plain(name, value, unit, found.nodes, period) for name, value, unit in plain]


def _plain(name: str, value: float, unit: str, n: int, period: str) -> Estimate:
    known = None if np.isnan(value) else value
    caveats = (LEAD,) if known is not None else (LEAD, "too few ties to tell")
    method = "count" if unit == "count" else "computed on the ties of posts in the window"
    return Estimate(name, known, known, known, unit, n, method, caveats=caveats, group={"period": period})


def _share(name: str, k: int, n: int, method: str) -> Estimate:
    value, low, high = proportion(k, n)
    caveats = (LEAD,) if n else (LEAD, "there was none to count")
    return Estimate(name, value, low, high, "share", n, method, caveats=caveats)


def _between(label: Ints, edges: tuple[Ints, Ints, Floats]) -> set[tuple[int, int]]:
    a, b, _ = edges
    one, two = label[a], label[b]
    apart = (one != two) & (one >= 0) & (two >= 0)
    low, high = np.minimum(one, two)[apart], np.maximum(one, two)[apart]
    return set(zip(low.tolist(), high.tolist(), strict=True))
