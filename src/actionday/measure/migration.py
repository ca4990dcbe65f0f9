"""Where operators, audiences, links and talk went, what became of the places, and how concentrated the links are."""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from actionday.measure.concentration import EVERYBODY, concentration, indices
from actionday.measure.coverage import if_identified, measure_coverage, named_events, windows_of
from actionday.measure.days import as_days, day_of
from actionday.measure.destinations import destination_estimates, destinations, follow
from actionday.measure.flows import flows, judged, outlinks
from actionday.measure.posting import labels_of
from actionday.measure.venues import EXPLICIT, INFERRED, venues
from actionday.measure.windows import Windows
from actionday.records import Campaign, Estimate, Measure
from actionday.stores.archive.view import View

_COUNTED = {
    EXPLICIT: "pairs of subject and venue that a subject or its server declared, first named within the day's windows",
    INFERRED: "pairs named in at least two own posts within 30 days of the subject's end, and not declared",
}


def measure_migration(
    view: View, cohort: pa.Table, campaign: Campaign, by: str = "all", *, coverage: Measure | None = None
) -> Measure:
    """Flows by week, destinations to their end, and concentration. `coverage` saves measuring it again if it is at hand."""
    coverage = measure_coverage(view, cohort, campaign) if coverage is None else coverage
    named = venues(view, cohort)
    windows = windows_of(coverage, campaign)
    followed = follow(view, cohort, campaign, named)
    tables = {
        "flows": flows(view, cohort, named),
        "destinations": destinations(followed),
        "concentration": concentration(view, cohort),
    }
    estimates = (
        *_operators(view, cohort, named, windows, by),
        *destination_estimates(followed, by),
        *_indices(view, cohort, windows, coverage),
    )
    return Measure("migration", estimates, tables, named_events(campaign))


def _operators(view: View, cohort: pa.Table, named: ir.Table, windows: Windows, by: str) -> list[Estimate]:
    """Counts over both windows and the day itself: whoever expects to be removed names the new place beforehand."""
    table = view.arrow(named.select("signal", "at", "platform", "kind", "organisation", "language"))
    day = np.floor(as_days(table["at"]))
    inside = (day >= windows.before_first) & (day <= windows.after_last)
    signals = table["signal"].to_numpy(zero_copy_only=False)
    out = []
    for label, _ in labels_of(cohort, by):
        own = np.ones(len(table), bool)
        if by != "all":
            own = table[by].to_numpy(zero_copy_only=False) == label
        for signal in (EXPLICIT, INFERRED):
            value = int((own & inside & (signals == signal)).sum()) if len(cohort) else None
            caveats = () if value is not None else ("nothing was observed",)
            if signal == INFERRED:
                caveats = (*caveats, "a link is a lead: it shows where someone pointed, not that they went")
            out.append(
                Estimate(
                    signal,
                    value,
                    value,
                    value,
                    "pairs",
                    int(own.sum()),
                    _COUNTED[signal],
                    caveats=caveats,
                    group={} if by == "all" else {by: label},
                )
            )
    return out


def _indices(view: View, cohort: pa.Table, windows: Windows, coverage: Measure) -> list[Estimate]:
    """Concentration in both windows, by organisation; without numbers where a before/after is not identified."""
    links = outlinks(view.table("links"), judged(cohort))
    day = day_of(links["at"])
    before = (day >= windows.before_first) & (day <= windows.before_last)
    after = (day >= windows.after_first) & (day <= windows.after_last)
    inside = links.filter(before | after).mutate(period=ibis.ifelse(before, 0, 1))
    rows = indices(view, inside).to_pylist()
    method = "Herfindahl-Hirschman index of links over destination platforms; delta method, channels as clusters"
    out = [
        Estimate(
            ("hhi_before", "hhi_after")[row["period"]],
            row["hhi"],
            row["low"],
            row["high"],
            "index, 1 = one destination",
            row["n"],
            method,
            group={} if row["organisation"] == EVERYBODY else {"organisation": row["organisation"]},
        )
        for row in rows
    ]
    have = {estimate.name for estimate in out}
    out += [
        Estimate(
            name, None, None, None, "index, 1 = one destination", 0, method, caveats=("no links to other platforms",)
        )
        for name in ("hhi_before", "hhi_after")
        if name not in have
    ]
    return list(if_identified(out, coverage))
