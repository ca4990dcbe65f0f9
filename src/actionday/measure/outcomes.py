"""What is left after each removal, by outcome: giant component, audience, forward cascade, leaderless channels, one click.

Not for: whom to remove (`removal_orders`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actionday.measure import graph_kernels
from actionday.measure.graph import Adjacency, Graph, Kind, Tie

SEEDS = 10
"""Nodes whose posts most others forward: where a cascade begins."""


def robustness(left: NDArray[np.int32] | NDArray[np.float64], n: int, before: int) -> float:
    """R of a curve of the giant component, in 0 to 1 (Schneider and others 2011)."""
    last = int(left[-1]) if len(left) else before
    return (float(left.sum(dtype=np.float64)) + last * (n - len(left))) / n**2


@dataclass(frozen=True, slots=True)
class Shape:
    """A network made ready for outcomes: neighbours by the kinds of ties that an outcome asks for."""

    whole: Adjacency
    roles: Adjacency
    onward: Adjacency
    backward: Adjacency
    flow: Adjacency
    source: Adjacency
    user: NDArray[np.bool_]
    channel: NDArray[np.bool_]
    counted: NDArray[np.float64]
    seeds: NDArray[np.int32]

    @classmethod
    def of(cls, graph: Graph, whole: Adjacency | None = None) -> "Shape":
        """`whole` is all neighbours where they are known already."""
        pointing = (Tie.LINK, Tie.FORWARD, Tie.MOVE)
        flow = graph.pointing([Tie.FORWARD], backwards=True)  # a post goes from whom is forwarded to who forwards
        seeds = np.argsort(-flow.degree, kind="stable")[:SEEDS]
        return cls(
            whole or graph.connected(), graph.connected([Tie.ROLE]), graph.pointing(pointing), graph.pointing(pointing, True),
            flow, graph.pointing([Tie.FORWARD]), graph.kind == Kind.USER, graph.kind == Kind.CHANNEL, graph.counted,
            seeds[flow.degree[seeds] > 0].astype(np.int32),
        )  # fmt: skip

    def giant(self, order: NDArray[np.int32]) -> tuple[int, NDArray[np.int32]]:
        """Giant component before any removal, and after each."""
        before, left = graph_kernels.giant(self.whole.start, self.whole.nodes, order)
        return int(before), left

    def curves(self, order: NDArray[np.int32]) -> dict[str, NDArray[np.float64]]:
        """Every outcome by name; the first entry is the state before any removal."""
        whole, ahead, behind = self.whole, self.onward, self.backward
        members = np.where(self.channel, _counted_neighbours(whole, self.user), 0)
        cascade = (self.flow.start, self.flow.nodes, self.source.start, self.source.nodes, order, self.seeds)
        stated = self.counted.sum() - np.concatenate([[0.0], np.cumsum(self.counted[order])])
        clicks = graph_kernels.one_click(ahead.start, ahead.nodes, behind.start, behind.nodes, order, members)
        return {
            "giant": _whole(self.giant(order)),
            "audience": _whole(graph_kernels.audience(whole.start, whole.nodes, order, self.user, self.channel)),
            "audience_stated": stated,
            "cascade": _whole(graph_kernels.cascade(*cascade)),
            "leaderless": _whole(
                (0, graph_kernels.leaderless(self.roles.start, self.roles.nodes, order, self.channel))
            ),
            "one_click": _whole((0, clicks)),
        }


def _counted_neighbours(whole: Adjacency, counts: NDArray[np.bool_]) -> NDArray[np.int64]:
    sums = np.concatenate([[0], np.cumsum(counts[whole.nodes], dtype=np.int64)])
    return sums[whole.start[1:]] - sums[whole.start[:-1]]


def _whole(curve: tuple[float, NDArray[np.generic]]) -> NDArray[np.float64]:
    return np.concatenate([[float(curve[0])], curve[1].astype(np.float64)])
