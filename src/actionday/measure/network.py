"""A sketch of the network for a figure: the best-connected subjects under opaque numbers. A place in it is a lead, no ground.

Not for: removal strategies and reach, which need the whole network.
"""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.evidence import aliases, unify
from actionday.measure.references import resolve
from actionday.measure.schemas import EDGES, NODES
from actionday.measure.venues import sources
from actionday.records import Measure
from actionday.stores.archive.view import View

MOST_NODES = 150


def network_sketch(view: View, cohort: pa.Table) -> Measure:
    """NODES and EDGES among the at most 150 subjects with most neighbours.

    A node's number is its rank by degree (ties by id), the same for the same archive; the name is nowhere in the tables.
    """
    known = sources(cohort)
    edges = _among(edges_of(view), known)
    ends = ibis.union(
        edges.select(subject="source", other="target"), edges.select(subject="target", other="source"), distinct=True
    )
    ranked = ends.group_by("subject").agg(degree=ends.count())
    ranked = ranked.order_by(ibis.desc("degree"), "subject").limit(MOST_NODES)
    top = view.arrow(ranked.join(known, "subject").order_by(ibis.desc("degree"), "subject"))
    numbers = pa.array([str(number + 1) for number in range(len(top))], pa.string())
    nodes = pa.table(
        {
            "node": numbers,
            "platform": top["platform"],
            "kind": top["kind"],
            "organisation": top["organisation"],
            "gone": pc.is_valid(top["event"]),
            "degree": top["degree"],
        }
    ).cast(NODES)
    numbered = ibis.memtable(pa.table({"subject": top["subject"], "number": numbers}))
    return Measure("network", (), {"nodes": nodes, "edges": _numbered(view, edges, numbered)})


def _numbered(view: View, edges: ir.Table, numbered: ir.Table) -> pa.Table:
    left = numbered.select(source="subject", a="number")
    right = numbered.select(target="subject", b="number")
    kept = view.arrow(edges.join(left, "source").join(right, "target").select("a", "b", "kind", "weight"))
    table = pa.table({"source": kept["a"], "target": kept["b"], "kind": kept["kind"], "weight": kept["weight"]})
    order = np.lexsort(
        [table[name].to_numpy(zero_copy_only=False).astype(str) for name in ("kind", "target", "source")]
    )
    return table.take(pa.array(order)).cast(EDGES)


def _among(edges: ir.Table, known: ir.Table) -> ir.Table:
    """Edges between subjects of the cohort."""
    inside = edges.semi_join(known.select(source="subject"), "source")
    return inside.semi_join(known.select(target="subject"), "target")


def edges_of(view: View) -> ir.Table:
    """Directed edges: source, target (a subject id or a reference), kind (link | forward | move | role), weight."""
    posts, links, moves, held = (view.table(name) for name in ("posts", "links", "moves", "memberships"))
    moves = moves.filter(moves.kind != "withdrawn")
    alias = aliases(view)
    pointed = links.filter(links.target.notnull() & links["at"].notnull() & (links.kind != "talk"))
    passed = posts.filter(posts.forward_from.notnull() & (posts.kind == "forward"))
    gone = unify(moves.filter(moves["at"].notnull()), "subject", alias)
    mentions = ibis.union(
        _mentions(pointed, pointed.channel, pointed.target, "link"),
        _mentions(passed, passed.channel, passed.forward_from, "forward"),
        _mentions(gone, gone.subject, gone.target, "move"),
    )
    resolved = unify(resolve(view, mentions), "venue", alias)
    roles = unify(held.filter(held.role != "member"), "account", alias)
    every = ibis.union(
        resolved.select("source", "kind", "weight", target="venue"),
        roles.select(source="account", kind=ibis.literal("role"), weight=ibis.literal(1, "int64"), target="channel"),
    )
    every = every.filter(every.source != every.target)
    return every.group_by("source", "target", "kind").agg(weight=every.weight.sum())


def _mentions(table: ir.Table, source: ir.StringValue, target: ir.StringValue, kind: str) -> ir.Table:
    """Mentions by source and target, dated by the first of them: references are resolved as of then."""
    counted = table.group_by(source=source, target=target).agg(at=table["at"].min(), weight=table.count())
    return counted.mutate(kind=ibis.literal(kind)).select("source", "target", "at", "kind", "weight")
