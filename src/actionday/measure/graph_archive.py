"""The network as an archive shows it: accounts, channels, memberships, roles, forwards, links, moves, announced backups.

Subjects that nobody ever saw (a link's reference that could not be resolved) are no nodes: what is not known to be there
cannot be removed. Not for: the sketch in the brief (`network`).
"""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.measure.evidence import aliases, offices, part, unify
from actionday.measure.graph import Graph, Kind, Tie, of_ends
from actionday.measure.network import edges_of
from actionday.measure.references import resolve
from actionday.records import Campaign
from actionday.stores.archive.view import View

TIES = {"member": Tie.MEMBER, "role": Tie.ROLE, "forward": Tie.FORWARD, "link": Tie.LINK, "move": Tie.MOVE}


def graph_of(view: View, cohort: pa.Table, campaign: Campaign) -> Graph:
    """The network as it stood when the day began: who had confirmed gone by then is left out.

    A backup counts as announced if the announcement is dated at or before the day's start.
    """
    gone = cohort.filter(
        pc.fill_null(
            pc.and_(pc.is_valid(cohort["event"]), pc.less(cohort["first_miss"], pa.scalar(campaign.start))), False
        )
    )
    left = ibis.memtable(gone.select(["subject"]))
    edges = view.arrow(_standing(_edges(view), _known(view), left).order_by("source", "target", "kind"))
    names, source, target = of_ends(_text(edges["source"]), _text(edges["target"]))
    kind, platform, counted, platforms = _nodes(view, names)
    tie = _codes(edges["kind"], {name: int(tie) for name, tie in TIES.items()})
    tie[(kind[source] == Kind.BOT) | (kind[target] == Kind.BOT)] = Tie.BOT
    return Graph(kind, platform, counted, source, target, tie, platforms, names, *_backups(view, campaign, names))


def _known(view: View) -> ir.Table:
    """Every subject of which the archive holds more than a mention."""
    alias = aliases(view)
    places = {
        "accounts": ["subject"], "channels": ["subject"], "memberships": ["account", "channel"],
        "posts": ["channel"], "sightings": ["subject"],
    }  # fmt: skip
    found = [
        unify(view.table(table).select(subject=column), "subject", alias).distinct()
        for table, columns in places.items()
        for column in columns
    ]
    return ibis.union(*found, distinct=True)


def _edges(view: View) -> ir.Table:
    held = view.table("memberships")
    members = unify(held.filter(held.role == "member"), "account", aliases(view))
    joined = members.select(source="account", target="channel", kind=ibis.literal("member")).distinct()
    every = ibis.union(edges_of(view).select("source", "target", "kind"), joined)
    return every.filter(every.source != every.target)


def _standing(edges: ir.Table, known: ir.Table, gone: ir.Table) -> ir.Table:
    for end in ("source", "target"):
        edges = edges.semi_join(known.select(**{end: "subject"}), end).anti_join(gone.select(**{end: "subject"}), end)
    return edges


def _nodes(
    view: View, names: pa.Array
) -> tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.float64], tuple[str, ...]]:
    """Kind, platform and stated audience by node: of several snapshots the largest audience."""
    asked = ibis.memtable(pa.table({"subject": names, "place": pa.array(range(len(names)), pa.int64())}))
    channels = view.table("channels")
    size = channels.group_by("subject").agg(size=channels.members.max())
    rows = asked.left_join(offices(view), "subject").drop("subject_right").left_join(size, "subject")
    rows = rows.mutate(
        kind=ibis.ifelse(part(rows.subject, 1) == "channel", "channel", rows.office.fill_null("user")),
        platform=part(rows.subject, 0),
        counted=rows["size"].fill_null(0).cast("float64"),
    )
    table = view.arrow(rows.select("place", "kind", "platform", "counted").order_by("place"))
    kind = _codes(table["kind"], {one.name.lower(): int(one) for one in Kind})
    platforms = tuple(sorted(set(pc.unique(table["platform"]).to_pylist())))
    codes = _codes(table["platform"], {name: at for at, name in enumerate(platforms)}).astype(np.int32)
    return kind, codes, table["counted"].to_numpy(), platforms


def _backups(view: View, campaign: Campaign, names: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    moves = view.table("moves")
    before = moves["at"].notnull() & (moves["at"] <= ibis.literal(campaign.start, "timestamp('UTC')"))
    told = unify(moves.filter((moves.kind == "announced") & before), "subject", aliases(view))
    told = resolve(view, told.select("subject", "target", "at")).select("subject", "venue").distinct()
    pairs = view.arrow(told.filter(told.subject != told.venue).order_by("subject", "venue"))
    ends = [pc.index_in(_text(pairs[column]), names) for column in ("subject", "venue")]
    both = pc.and_(pc.is_valid(ends[0]), pc.is_valid(ends[1]))
    first, second = (end.filter(both).to_numpy(zero_copy_only=False).astype(np.int32) for end in ends)
    return first, second


def _codes(column: pa.ChunkedArray, codes: dict[str, int]) -> NDArray[np.uint8]:
    encoded = pa.chunked_array(column).combine_chunks().dictionary_encode()
    table = np.array([codes[word] for word in encoded.dictionary.to_pylist()], np.uint8)
    return table[encoded.indices.to_numpy()] if len(encoded) else np.empty(0, np.uint8)


def _text(column: pa.ChunkedArray) -> pa.Array:
    return pa.chunked_array(column).combine_chunks().cast(pa.string())
