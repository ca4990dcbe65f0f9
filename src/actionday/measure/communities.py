"""Communities of accounts and channels before the day, from ties that were there before it, and who joined them later.

Label propagation (Raghavan, Albert and Kumara 2007), weighted by the ties and by how many neighbours both ends share, the best tied first, so that
the same archive gives the same communities. Only evidence from before the day forms them; who came later joins the
community it has most ties with. A place in a community is a lead, never a ground.
Not for: what a community lost and regained (`community_table`).
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_array

from actionday.measure.evidence import aliases, staged, unify
from actionday.measure.references import resolve
from actionday.records import Campaign
from actionday.stores.archive.view import View

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ROUNDS = 40
PERIODS = ("before", "after", "recent", "late")
PERSON = 3.0
"""A role or a membership counts as much as three mentions: it is declared, a mention may be a quarrel."""


@dataclass(frozen=True, slots=True)
class Ties:
    """Ties between subjects of the cohort by position: `a`, `b`, weight.

    `before` the day and `after` it hold all there are; `recent` and `late` only what was posted within the windows before and
    after it, which are compared.
    """

    before: tuple[Ints, Ints, Floats]
    after: tuple[Ints, Ints, Floats]
    recent: tuple[Ints, Ints, Floats]
    late: tuple[Ints, Ints, Floats]


def ties(view: View, cohort: pa.Table, campaign: Campaign) -> Ties:
    """Forwards, links, memberships and authorship between subjects of the cohort, both ends on one platform."""
    base = ibis.memtable(
        pa.table({"subject": cohort["subject"], "position": pa.array(np.arange(len(cohort), dtype=np.int64))})
    )
    pairs = _pairs(view, campaign)
    left, right = base.select(source="subject", a="position"), base.select(target="subject", b="position")
    kept = pairs.inner_join(left, "source").inner_join(right, "target")
    kept = kept.filter(kept.a != kept.b).group_by("a", "b").agg(**{name: kept[name].sum() for name in PERIODS})
    table = view.arrow(kept.order_by("a", "b"))
    a, b = (table[name].to_numpy().astype(np.int64) for name in ("a", "b"))
    weights = [table[name].to_numpy().astype(np.float64) for name in PERIODS]
    return Ties(*((a[w > 0], b[w > 0], w[w > 0]) for w in weights))


def propagate(n: int, edges: tuple[Ints, Ints, Floats]) -> Ints:
    """A label for each of n nodes, numbered from 0; nodes without ties are communities of their own."""
    a, b, weight = edges
    graph = coo_array(
        (np.concatenate([weight, weight]), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n)
    )
    graph = graph.tocsr()
    there = graph.astype(np.bool_).astype(np.float64)
    graph = (graph + graph * (there @ there)).tocsr()  # a tie counts once more for each neighbour that both ends share
    strength = np.asarray(graph.sum(axis=1)).ravel()
    order = np.lexsort((np.arange(n), -strength)).astype(np.int64)
    label = np.arange(n, dtype=np.int64)
    _spread(graph.indptr.astype(np.int64), graph.indices.astype(np.int64), graph.data, order, label)
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def joined(label: Ints, known: NDArray[np.bool_], edges: tuple[Ints, Ints, Floats]) -> Ints:
    """Labels of those who are not `known`: the one they have most ties with among the known; -1 where there is none."""
    a, b, weight = edges
    out = np.where(known, label, -1)
    source, target = np.concatenate([a, b]), np.concatenate([b, a])
    both = np.concatenate([weight, weight])
    use = ~known[source] & known[target]
    winner = _votes(source[use], label[target[use]], both[use], len(label))
    return np.where(known, out, winner)


@njit(cache=True)
def _spread(begin: Ints, neighbour: Ints, weight: Floats, order: Ints, label: Ints) -> None:
    """Rounds over all nodes, the best tied first; each takes the label with most weight around it and keeps its own on a tie."""
    votes = np.zeros(len(label))
    for _ in range(ROUNDS):
        changed = False
        for node in order:
            for place in range(begin[node], begin[node + 1]):
                votes[label[neighbour[place]]] += weight[place]
            best = label[node]
            for place in range(begin[node], begin[node + 1]):
                other = label[neighbour[place]]
                if votes[other] > votes[best] or (votes[other] == votes[best] and best != label[node] and other < best):
                    best = other
            for place in range(begin[node], begin[node + 1]):
                votes[label[neighbour[place]]] = 0.0
            if best != label[node]:
                label[node] = best
                changed = True
        if not changed:
            break


def _votes(source: Ints, voted: Ints, weight: Floats, n: int) -> Ints:
    """The label with most weight for each source; ties go to the smallest label; -1 without votes."""
    pair, inverse = np.unique(np.stack([source, voted]), axis=1, return_inverse=True)
    total = np.bincount(inverse.reshape(-1), weights=weight, minlength=pair.shape[1])
    order = np.lexsort((pair[1], -total, pair[0]))
    first = np.ones(len(order), np.bool_)
    first[1:] = pair[0][order][1:] != pair[0][order][:-1]
    out = np.full(n, -1, np.int64)
    out[pair[0][order][first]] = pair[1][order][first]
    return out


def _pairs(view: View, campaign: Campaign) -> ir.Table:
    """Pairs with the weight of their ties in each of PERIODS: source, target, and these."""
    posts, links, held = (view.table(name) for name in ("posts", "links", "memberships"))
    alias = aliases(view)
    first, start, end, last = (
        ibis.literal(at, "timestamp('UTC')")
        for at in (campaign.before[0], campaign.start, campaign.end, campaign.after[1])
    )

    def weighed(table: ir.Table, weight: float, *, posted: bool = True) -> ir.Table:
        """By pair; `at` is the first mention, so that references are resolved as of then. A person's tie counts `weight` once."""
        at = table["at"]
        inside = {"before": at < start, "after": at > end}
        inside |= {"recent": (at >= first) & (at < start) & posted, "late": (at > end) & (at <= last) & posted}
        sums = {name: rows.cast("float64").sum() for name, rows in inside.items()}
        counted = table.group_by("source", "target").agg(at=at.min(), **sums)
        if weight == 1:
            return counted
        return counted.mutate(**{name: (counted[name] > 0).cast("float64") * weight for name in PERIODS})

    passed = posts.filter(posts.forward_from.notnull() & (posts.kind == "forward"))
    named = links.filter(links.target.notnull() & (links.kind != "talk") & links["at"].notnull())
    mentions = ibis.union(
        passed.select("at", source="channel", target="forward_from"),
        named.select("at", source="channel", target="target"),
    )
    spoken = unify(staged(view, resolve(view, staged(view, weighed(mentions, 1)))), "venue", alias)
    held = held.mutate(at=ibis.coalesce(held.from_at, held.seen_at))
    roles = unify(held.filter(held["at"].notnull()), "account", alias).select("at", source="account", target="channel")
    wrote = unify(posts.filter(posts.author.notnull()), "author", alias).select("at", source="author", target="channel")
    columns = ["source", "target", *PERIODS]
    parts = [spoken.select("source", *PERIODS, target="venue")]
    parts += [staged(view, weighed(roles, PERSON, posted=False)), staged(view, weighed(wrote, PERSON))]
    return ibis.union(*(one.select(columns) for one in parts))
