"""What would be left: removals by strategy, and every outcome after each of them. Structure, not an effect.

Curves are whole and exact for the network given; nothing here says what people would do once a place is gone, apart
from following a backup that had been announced. No strategy is claimed to be the best, or near it: on small networks
`bound` says how far it may be. Not for: what a removal did (that is history), and whom to refer (a place in a network is
no ground).
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.graph import Graph
from actionday.measure.outcomes import Shape, robustness
from actionday.measure.removal_orders import Order, Wanted, all_orders
from actionday.measure.schemas import REMOVAL_CURVES, STRATEGIES
from actionday.measure.strategy_checks import bound_of, stability
from actionday.records import Estimate, Measure

NOTE = "Structure, not an effect: what would be left of the network that was seen, if nobody reacted. No guarantee is claimed."
DRAWS = 20
DISMANTLED = 0.1


def measure_strategies(graph: Graph, wanted: Wanted) -> Measure:
    """Estimates `robustness` (R) and `removals_to_10_percent` by strategy, tables STRATEGIES and REMOVAL_CURVES.

    R is the sum over N removals of the share of nodes in the giant component after each, divided by N; where a strategy
    removes fewer than N nodes the last share stands for the rest. Curves with `backups` let the audience follow.
    """
    whole = graph.connected()
    orders = all_orders(graph, whole, wanted)
    shapes = {False: Shape.of(graph, whole)}
    if len(graph.backup_source):
        shapes[True] = Shape.of(graph.with_backups())
    rows, curves = [], []
    for order in orders:
        for backups, shape in shapes.items():
            curve = shape.curves(order.nodes)
            n, left = len(graph), curve["giant"][1:]
            hits = np.flatnonzero(left <= DISMANTLED * n)
            steps = int(hits[0]) + 1 if len(hits) else None
            rows.append({
                "strategy": order.name, "backups": backups, "removals": len(left), "r": robustness(left, n, int(curve["giant"][0])),
                "to_10_percent": steps, "note": order.note,
            })  # fmt: skip
            curves.append(_tidy(order, backups, curve))
    estimates = [*_estimates(rows, len(graph)), *_drawn(graph, shapes[False], wanted)]
    notes = [NOTE]
    if wanted.checks:
        estimates += stability(graph, orders, shapes[False], wanted)
        estimates += bound_of(graph, orders, shapes[False])
    tables = {
        "strategies": pa.Table.from_pylist(rows, STRATEGIES),
        "removal_curves": pa.concat_tables(curves) if curves else REMOVAL_CURVES.empty_table(),
    }
    return Measure("strategies", tuple(estimates), tables, tuple(notes))


def _tidy(order: Order, backups: bool, curve: Mapping[str, NDArray[np.float64]]) -> pa.Table:
    steps = len(order.nodes) + 1
    spent = order.spent if order.spent is not None else np.arange(1, steps, dtype=np.float64)
    return pa.table(
        {
            "strategy": pa.array([order.name]).take(pa.array(np.zeros(steps, np.int64))),
            "backups": np.full(steps, backups),
            "removal": np.arange(steps),
            "spent": np.concatenate([[0.0], spent]),
            **curve,
        }
    ).cast(REMOVAL_CURVES)


def _estimates(rows: list[dict[str, object]], n: int) -> list[Estimate]:
    found = []
    for row in rows:
        group = {"strategy": str(row["strategy"]), "backups": "followed" if row["backups"] else "not followed"}
        for name, key, unit in (("robustness", "r", "share"), ("removals_to_10_percent", "to_10_percent", "removals")):
            value = row[key]
            number = float(value) if isinstance(value, int | float) else None
            why = () if number is not None else ("the giant component never falls to a tenth of the nodes",)
            note = (str(row["note"]),) if row["note"] else ()
            found.append(
                Estimate(name, number, number, number, unit, n, "exact curve", caveats=(*why, *note), group=group)
            )
    return found


def _drawn(graph: Graph, shape: Shape, wanted: Wanted) -> list[Estimate]:
    """R of random removal: the mean of the draws, and between which values 95 % of them lie."""
    rng, n = np.random.default_rng(wanted.seed), len(graph)
    most = n if wanted.most is None else min(n, wanted.most)
    if n == 0:
        return []
    values = []
    for _ in range(DRAWS):
        before, left = shape.giant(rng.permutation(n).astype(np.int32)[:most])
        values.append(robustness(left, n, before))
    low, high = np.quantile(values, [0.025, 0.975])
    group, caveats = (
        {"strategy": "random", "backups": "not followed"},
        (f"interval of {DRAWS} draws, seed {wanted.seed}",),
    )
    return [
        Estimate(
            "robustness", float(np.mean(values)), low, high, "share", n, "random draws", caveats=caveats, group=group
        )
    ]
