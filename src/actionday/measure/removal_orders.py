"""The strategies by name: whom each would remove, in which order. No strategy knows more than the network it is given.

Not for: what is left after each removal (`strategy`), and the compiled orders themselves (`order_kernels`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from actionday.measure import order_kernels
from actionday.measure.graph import Adjacency, Graph, Kind, Tie
from actionday.measure.graph_kernels import neighbours_of

Nodes = NDArray[np.int32]

EXACT_PATHS = 200_000_000
"""Nodes times edges up to which betweenness is exact; beyond, from as many seeded pivots as fit."""

LARGEST_BALLS = 200_000_000
"""Nodes times edges up to which collective influence is computed: in larger networks hubs put everybody near everybody."""

RADIUS = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """How far to look: at most so many removals a strategy, a budget with a cost by kind (one where not given), a seed, which checks."""

    most: int | None = None
    budget: float | None = None
    cost: Mapping[Kind, float] = field(default_factory=dict)
    seed: int = 7
    checks: bool = True


@dataclass(frozen=True, slots=True)
class Order:
    """One strategy's removals, first to last, what is spent after each (None: one each), and what to know of it."""

    name: str
    nodes: Nodes
    spent: NDArray[np.float64] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every strategy works on: `edges` counts neighbours both ways."""

    graph: Graph
    whole: Adjacency
    most: int
    seed: int
    through: NDArray[np.float64]
    pivots: str  # what to say where betweenness was estimated

    def are(self, *kinds: Kind) -> NDArray[np.bool_]:
        """Nodes of these kinds; none named: all."""
        return np.isin(self.graph.kind, [int(kind) for kind in kinds]) if kinds else np.ones(len(self.graph), np.bool_)

    def by(self, score: NDArray[np.float64] | NDArray[np.int64], allowed: NDArray[np.bool_]) -> Nodes:
        """Allowed nodes by falling score, ties by number."""
        who = np.flatnonzero(allowed)
        return who[np.argsort(-score[who], kind="stable")][: self.most].astype(np.int32)


def _paths(graph: Graph, whole: Adjacency, seed: int) -> tuple[NDArray[np.float64], str]:
    """Betweenness, and how it was computed."""
    n, edges = len(graph), max(1, len(whole.nodes))
    pivots, fit = np.arange(n, dtype=np.int32), max(1, EXACT_PATHS // edges)
    if fit >= n:
        return order_kernels.betweenness(whole.start, whole.nodes, pivots), ""
    chosen = np.sort(np.random.default_rng(seed).choice(pivots, fit, replace=False))
    return order_kernels.betweenness(whole.start, whole.nodes, chosen), f"paths from {fit} seeded pivots"


def all_orders(graph: Graph, whole: Adjacency, wanted: Wanted) -> list[Order]:
    """Every strategy that this network has nodes for."""
    if not len(graph):
        return []
    most = len(graph) if wanted.most is None else wanted.most
    ground = Ground(graph, whole, most, wanted.seed, *_paths(graph, whole, wanted.seed))
    orders = _general(ground)
    for kind, strategies in BY_KIND.items():
        if (graph.kind == kind).any():
            orders += [strategy(ground) for strategy in strategies]
    if wanted.budget is not None:
        orders.append(_mixed(ground, wanted))
    return [*orders, *_platforms(ground, orders)]


def _general(ground: Ground) -> list[Order]:
    whole, every = ground.whole, ground.are()
    found = [
        Order("degree", ground.by(whole.degree, every)),
        Order("adaptive degree", order_kernels.adaptive_degree(whole.start, whole.nodes, every, ground.most)),
        Order("core degree", core_then_forest(ground)),
        Order("betweenness", ground.by(ground.through, every), note=ground.pivots),
    ]
    if len(ground.graph) * len(whole.nodes) <= LARGEST_BALLS:
        order = order_kernels.collective_influence(whole.start, whole.nodes, every, RADIUS, ground.most)
        found.append(Order("collective influence", order))
    return found


def core_then_forest(ground: Ground) -> Nodes:
    """CoreHD: most neighbours in the 2-core while there is one, then adaptive degree in the forest that is left."""
    graph, whole = ground.graph, ground.whole
    first = order_kernels.core_degree(whole.start, whole.nodes)
    stands = np.ones(len(graph), np.bool_)
    stands[first] = False
    between = stands[graph.source] & stands[graph.target]
    rest = Adjacency(*neighbours_of(len(graph), graph.source[between], graph.target[between], True))
    then = order_kernels.adaptive_degree(rest.start, rest.nodes, stands, len(graph))
    return np.concatenate([first, then])[: ground.most]


def _by_size(kind: Kind, name: str) -> Callable[[Ground], Order]:
    return lambda ground: Order(name, ground.by(ground.whole.degree, ground.are(kind)))


def _channels_by_size(ground: Ground) -> Order:
    """By stated audience where the platform states it, else by connections."""
    size = np.maximum(ground.graph.counted, ground.whole.degree)
    return Order("channels by size", ground.by(size, ground.are(Kind.CHANNEL)))


def _channels_by_reach(ground: Ground) -> Order:
    whole = ground.whole
    counts = ground.are(Kind.USER)
    order = order_kernels.new_reach(whole.start, whole.nodes, ground.are(Kind.CHANNEL), counts, ground.most)
    return Order("channels by new reach", order)


def _among(kind: Kind, name: str) -> Callable[[Ground], Order]:
    return lambda ground: Order(name, ground.by(ground.through, ground.are(kind)), note=ground.pivots)


def _admins(ground: Ground) -> Order:
    drawn = np.random.default_rng(ground.seed).permutation(np.flatnonzero(ground.are(Kind.ADMIN)))
    return Order("administrators", drawn[: ground.most].astype(np.int32), note=f"in random order, seed {ground.seed}")


def _admins_by_channels(ground: Ground) -> Order:
    held = ground.graph.connected([Tie.ROLE]).degree
    return Order("administrators by channels held", ground.by(held, ground.are(Kind.ADMIN)))


def _mixed(ground: Ground, wanted: Wanted) -> Order:
    cost = np.ones(len(ground.graph))
    for kind, price in wanted.cost.items():
        cost[ground.graph.kind == kind] = price
    nodes, spent = order_kernels.by_cost(ground.whole.start, ground.whole.nodes, cost, float(wanted.budget or 0))
    return Order("mixed under a budget", nodes[: ground.most], spent[: ground.most])


def _platforms(ground: Ground, orders: list[Order]) -> list[Order]:
    """The adaptive order once more, one platform after another: the largest first."""
    platform = ground.graph.platform
    size = np.bincount(platform, minlength=len(ground.graph.platforms))
    if (size > 0).sum() < 2:
        return []
    rank = np.argsort(np.argsort(-size, kind="stable"), kind="stable")
    at_once = next(order for order in orders if order.name == "adaptive degree")
    turn = np.argsort(rank[platform[at_once.nodes]], kind="stable")
    note = "the adaptive degree's removals, which take all platforms at once, in turns"
    return [Order("adaptive degree, platform after platform", at_once.nodes[turn], note=note)]


BY_KIND: dict[Kind, list[Callable[[Ground], Order]]] = {
    Kind.CHANNEL: [_channels_by_size, _channels_by_reach, _among(Kind.CHANNEL, "channels by betweenness")],
    Kind.ADMIN: [_admins, _admins_by_channels, _among(Kind.ADMIN, "administrators by bridging")],
    Kind.USER: [_by_size(Kind.USER, "ordinary users")],
    Kind.BOT: [_by_size(Kind.BOT, "bots")],
}
