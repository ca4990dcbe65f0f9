"""How far a strategy's figures can be trusted: its rank when edges are missing, its distance from the best possible.

Not for: the sampling error of a measure of history; the network given is taken as it is but for the edges left out here.
"""

import numpy as np
import scipy.optimize as so
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import kendalltau

from actionday.measure.graph import Graph
from actionday.measure.outcomes import Shape, robustness
from actionday.measure.removal_orders import Order, Wanted, all_orders
from actionday.records import Estimate

MISSING = (0.1, 0.3, 0.5)
DRAWS = 10

LARGEST_CHECKED = 50_000
"""Edges up to which strategies are ordered anew on thinned networks."""

LARGEST_SOLVED = 400
"""Channels up to which the best possible removals are looked for, and ties to users, a hundred times that."""

SECONDS = 10.0


def stability(graph: Graph, orders: list[Order], shape: Shape, wanted: Wanted) -> list[Estimate]:
    """Rank correlation (Kendall's tau) of strategies by R: ordered on a network with edges missing, judged on the whole.

    For each share missing: mean over seeded draws and the range of 95 % of them; and how often the first stays first.
    """
    n = len(graph)
    if len(orders) < 3 or len(graph.source) > LARGEST_CHECKED:
        return []
    rng = np.random.default_rng(wanted.seed)
    truth = _r_by_name(orders, shape, n)
    found = []
    for share in MISSING:
        taus, firsts = [], []
        for _ in range(DRAWS):
            seen = graph.thinned(share, rng)
            told = _r_by_name(all_orders(seen, seen.connected(), wanted), shape, n)
            names = [name for name in truth if name in told]
            taus.append(float(kendalltau([truth[name] for name in names], [told[name] for name in names])[0]))
            firsts.append(min(names, key=truth.__getitem__) == min(names, key=told.__getitem__))
        known = [tau for tau in taus if np.isfinite(tau)]
        low, high = np.quantile(known, [0.025, 0.975]) if known else (None, None)
        group = {"edges_missing": f"{share:.0%}"}
        how = f"{DRAWS} draws, orders from what is seen, R on the whole network"
        mean = float(np.mean(known)) if known else None
        tied = () if known else ("all strategies are equal",)
        found.append(Estimate("rank_stability", mean, low, high, "tau", len(truth), how, caveats=tied, group=group))
        kept = float(np.mean(firsts))
        few = ("a share of few draws, without interval",)
        found.append(Estimate("first_stays_first", kept, None, None, "share", DRAWS, how, caveats=few, group=group))
    return found


def _r_by_name(orders: list[Order], shape: Shape, n: int) -> dict[str, float]:
    rows = {}
    for order in orders:
        before, left = shape.giant(order.nodes)
        rows[order.name] = robustness(left, n, before)
    return rows


def bound_of(graph: Graph, orders: list[Order], shape: Shape) -> list[Estimate]:
    """On small networks: audience that each channel strategy takes with a tenth of the channels, beside an upper bound.

    The bound is that of an integer programme (HiGHS): no removal of so many channels can take more.
    """
    channels, users = np.flatnonzero(shape.channel), np.flatnonzero(shape.user)
    ties = _memberships(shape, channels, users)
    if not 0 < len(channels) <= LARGEST_SOLVED or not 0 < ties.nnz <= LARGEST_SOLVED * 100:
        return []
    budget = max(1, len(channels) // 10)
    most, proven = audience_bound(ties, budget)
    found = []
    for order in orders:
        if not order.name.startswith("channels"):
            continue
        curve = shape.curves(order.nodes[:budget])["audience"]
        lost = int(curve[0] - curve[-1])
        group = {"strategy": order.name, "removals": str(budget)}
        gap = 0.0 if most == 0 else 1.0 - lost / most
        why = () if proven else (f"the solver stopped after {SECONDS:.0f} s: the bound may be loose",)
        how = "1 - lost / bound of an integer programme"
        found.append(Estimate("gap_to_bound", gap, 0.0, gap, "share", int(most), how, 1.0, why, group))
    return found


def audience_bound(ties: sp.csr_array, budget: int) -> tuple[float, bool]:
    """No `budget` channels removed take more users' last channel than this; and whether it is known to be attained.

    `ties`: users by channels, non-zero where a user is in a channel. A user is lost only if every channel of theirs goes.
    """
    joined = ties[np.diff(ties.indptr) > 0].tocoo()
    (n, m), pairs = joined.shape, joined.nnz
    rows = np.concatenate([np.arange(pairs), np.arange(pairs)])
    columns = np.concatenate([joined.coords[0], n + joined.coords[1]])
    signs = np.concatenate([np.ones(pairs), -np.ones(pairs)])
    lost_only_if_gone = so.LinearConstraint(sp.csr_array((signs, (rows, columns)), shape=(pairs, n + m)), -np.inf, 0)
    within = so.LinearConstraint(np.concatenate([np.zeros(n), np.ones(m)])[None, :], 0, budget)
    solved = so.milp(
        np.concatenate([-np.ones(n), np.zeros(m)]),
        integrality=np.concatenate([np.zeros(n), np.ones(m)]),
        bounds=so.Bounds(0, 1),
        constraints=[lost_only_if_gone, within],
        options={"time_limit": SECONDS},
    )
    bound = -float(solved.mip_dual_bound) if solved.mip_dual_bound is not None else float(n)
    return float(np.floor(bound + 1e-6)), solved.status == 0


def _memberships(shape: Shape, channels: NDArray[np.int64], users: NDArray[np.int64]) -> sp.csr_array:
    whole = shape.whole
    n = len(whole.start) - 1
    every = sp.csr_array((np.ones(len(whole.nodes), np.int8), whole.nodes, whole.start), shape=(n, n))
    return every[users][:, channels].tocsr()
