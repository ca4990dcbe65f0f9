"""In which order confirmed findings are acted on under a budget, and what each takes away: a proposal, people choose.

A finding is the decision of a person on one subject with its own evidence. A place in a network only orders findings that
are there already; it never makes one, and a ground that speaks of nothing else is refused. A hypothetical plan covers
everything and tells counts alone: it names nobody, so it can be no list of targets.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actionday.measure.graph import Graph, Kind
from actionday.measure.order_kernels import by_cost
from actionday.measure.outcomes import Shape
from actionday.records import InputError

COLUMNS = ("subject", "ground", "confirmed_by")
NO_GROUND = {
    "betweenness", "bridge", "centrality", "central", "connected", "contact", "degree", "follower", "hub", "influence", "link",
    "linked", "member", "membership", "network", "network place", "network position", "none", "place in the network", "unknown",
}  # fmt: skip
"""Words that alone say where somebody stands or nothing at all."""

NOTE = "Order only, by structure: no effect is claimed, and people choose. Every subject stands on its own confirmed finding."
HYPOTHETICAL = (
    "Hypothetical: counts over everything that was seen, no names. It is no list of targets and cannot become one."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A confirmed decision on one subject: on which ground, by whom."""

    subject: str
    ground: str
    confirmed_by: str


def read_findings(path: Path) -> list[Finding]:
    """Findings from a table (CSV, UTF-8) with the columns subject, ground, confirmed_by. Raises InputError naming the line."""
    fix = f"a table with the columns {', '.join(COLUMNS)}"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if set(COLUMNS) - set(reader.fieldnames or ()):
                raise InputError(str(path), "is no table of findings", fix)
            rows = [[(row[name] or "").strip() for name in COLUMNS] for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(str(path), f"cannot be read: {error}", fix) from error
    for number, row in enumerate(rows, 2):
        for name, value in zip(COLUMNS, row, strict=True):
            if not value:
                raise InputError(str(path), f"no {name}", "a finding names all three", f"line {number}")
        if row[1].casefold() in NO_GROUND:
            reason = f"{row[1]!r} is no ground: a place in a network is a lead"
            raise InputError(
                str(path), reason, "name the legal or policy basis that the finding rests on", f"line {number}"
            )
    if not rows:
        raise InputError(str(path), "names no finding", fix)
    if len({row[0] for row in rows}) < len(rows):
        raise InputError(str(path), "names a subject twice", "one confirmed finding a subject")
    return [Finding(*row) for row in rows]


def plan(graph: Graph, findings: list[Finding], budget: float, cost: Mapping[Kind, float]) -> dict[str, Any]:
    """The findings within the budget, in order, each with its reason and what its removal takes after those above it.

    Order: most standing connections for the cost, counted anew after each. Gains come from the exact curves, with announced
    backups followed. `outside` are findings on subjects of which the network shows no connection, `over_budget` the others
    that were left out.
    """
    place = {name: at for at, name in enumerate(graph.names.to_pylist())}
    inside = {place[one.subject]: one for one in findings if one.subject in place}
    allowed = np.zeros(len(graph), np.bool_)
    allowed[list(inside)] = True
    order, spent, rows = _ordered(graph, allowed, budget, cost)
    planned = set(order.tolist())
    steps = [
        {"subject": inside[at].subject, "ground": inside[at].ground, "confirmed_by": inside[at].confirmed_by, **row}
        for at, row in zip(order.tolist(), rows, strict=True)
    ]
    return {
        "hypothetical": False,
        "budget": budget,
        "spent": float(spent[-1]) if len(spent) else 0.0,
        "steps": steps,
        "over_budget": sorted(one.subject for at, one in inside.items() if at not in planned),
        "outside": sorted(one.subject for one in findings if one.subject not in place),
        "note": NOTE,
    }


def hypothetical(graph: Graph, budget: float, cost: Mapping[Kind, float]) -> dict[str, Any]:
    """A plan over everything: how many of each kind and platform, and what would be left. Nobody is named."""
    order, spent, rows = _ordered(graph, np.ones(len(graph), np.bool_), budget, cost)
    counts: dict[tuple[str, str], int] = {}
    for at in order.tolist():
        key = (Kind(graph.kind[at]).name.lower(), graph.platforms[graph.platform[at]])
        counts[key] = counts.get(key, 0) + 1
    taken = {name: sum(row["gain"][name] for row in rows) for name in (rows[0]["gain"] if rows else ())}
    return {
        "hypothetical": True,
        "budget": budget,
        "spent": float(spent[-1]) if len(spent) else 0.0,
        "counts": [{"kind": kind, "platform": platform, "count": n} for (kind, platform), n in sorted(counts.items())],
        "taken": taken,
        "note": HYPOTHETICAL,
    }


def _ordered(
    graph: Graph, allowed: NDArray[np.bool_], budget: float, cost: Mapping[Kind, float]
) -> tuple[NDArray[np.int32], NDArray[np.float64], list[dict[str, Any]]]:
    price = np.array([cost.get(kind, 1.0) for kind in Kind])[graph.kind]
    whole = graph.connected()
    order, spent = by_cost(whole.start, whole.nodes, np.where(allowed, price, np.inf), budget)
    curves = Shape.of(graph.with_backups()).curves(order)
    standing = _standing(graph, order)
    rows = []
    for step, at in enumerate(order.tolist()):
        gain = {
            "giant": int(curves["giant"][step] - curves["giant"][step + 1]),
            "audience": int(curves["audience"][step] - curves["audience"][step + 1]),
            "leaderless": int(curves["leaderless"][step + 1] - curves["leaderless"][step]),
        }
        kind = Kind(graph.kind[at]).name.lower()
        rows.append({"kind": kind, "cost": float(price[at]), "gain": gain, "reason": _reason(standing[step], gain)})
    return order, spent, rows


def _standing(graph: Graph, order: NDArray[np.int32]) -> list[int]:
    """Connections that each still has when its turn comes."""
    whole = graph.connected()
    gone = np.zeros(len(graph), np.bool_)
    found = []
    for at in order.tolist():
        found.append(int((~gone[whole.nodes[whole.start[at] : whole.start[at + 1]]]).sum()))
        gone[at] = True
    return found


def _reason(standing: int, gain: Mapping[str, int]) -> str:
    parts = [f"{standing:,} standing connections at its turn"]
    parts.append(f"the giant component loses {gain['giant']:,}")
    if gain["audience"]:
        parts.append(f"{gain['audience']:,} ordinary users lose their last standing channel, announced backups counted")
    if gain["leaderless"] > 0:
        parts.append(f"{gain['leaderless']:,} channels are left without a known administrator")
    return "; ".join(parts)
