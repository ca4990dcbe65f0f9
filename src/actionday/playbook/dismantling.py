"""Removal strategies on a home's network, or on a bare edge list, and plans over confirmed findings.

Not for: effects of past days, which are history.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actionday.playbook.measuring import without_day
from actionday.playbook.orders import StrategyOrder
from actionday.records import Measure, UsageError
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

if TYPE_CHECKING:
    from actionday.measure.graph import Graph, Kind


def strategies(settings: Settings, order: StrategyOrder) -> Measure:
    """Every strategy on the network that was asked for. Raises HomeError without a home, UsageError for an unknown kind."""
    from actionday.measure.removal_orders import Wanted
    from actionday.measure.strategy import measure_strategies

    graph = _graph(settings, order)
    wanted = Wanted(order.most, order.budget, _costs(order.cost), order.seed)
    return measure_strategies(graph, wanted)


def plan(settings: Settings, order: StrategyOrder, findings: Path | None) -> dict[str, Any]:
    """Confirmed findings in order under the budget; without findings a hypothetical plan that names nobody."""
    from actionday.measure import plan as planning

    confirmed = None if findings is None else planning.read_findings(findings)
    graph = _graph(settings, order)
    if order.budget is None:
        raise UsageError("a plan needs a budget")
    if confirmed is None:
        return planning.hypothetical(graph, order.budget, _costs(order.cost))
    return planning.plan(graph, confirmed, order.budget, _costs(order.cost))


def _graph(settings: Settings, order: StrategyOrder) -> "Graph":
    from actionday.measure.cohort import cohort
    from actionday.measure.graph import Tie, read_edges
    from actionday.measure.graph_archive import graph_of

    order.progress.phase("reading the network", 1, "steps")
    if order.edges is not None:
        graph = read_edges(order.edges)
    else:
        view = Archive(open_home(settings.home), query_memory=settings.query_memory).view(None)
        campaign = order.campaign or without_day(view, order.clock)
        graph = graph_of(view, cohort(view, campaign), campaign)
    order.progress.advance(1)
    known = {tie.name.lower(): tie for tie in Tie}
    unknown = sorted(set(order.left_out) - set(known))
    if unknown:
        raise UsageError(f"no kind of edge {', '.join(unknown)}; one of {', '.join(known)}")
    return graph.without([known[name] for name in order.left_out]) if order.left_out else graph


def _costs(cost: Mapping[str, float]) -> "dict[Kind, float]":
    from actionday.measure.graph import Kind

    known = {kind.name.lower(): kind for kind in Kind}
    for name, price in cost.items():
        if name not in known:
            raise UsageError(f"no kind {name!r}; one of {', '.join(known)}")
        if not 0 < price < float("inf"):
            raise UsageError(f"the cost of {name} must be above zero")
    return {known[name]: price for name, price in cost.items()}
