"""Removals by day: what was observed, what is only inferred, and what a platform announced; side by side, never summed.

A removal is the platform's own act. What was closed, moved or went by nobody-knows-whom is counted apart.
"""

from collections import defaultdict
from collections.abc import Iterable

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.cohort import NOBODY
from actionday.measure.days import as_days, date_of, dates, day_number
from actionday.measure.endings import reinstated
from actionday.measure.evidence import looks
from actionday.measure.posting import labels_of
from actionday.measure.schemas import REMOVALS_BY_DAY
from actionday.measure.sight import Bools
from actionday.records import Campaign, Estimate
from actionday.stores.archive.view import View

_KEYS = ("day", "platform", "kind", "organisation", "basis")
_OTHER_ENDS = {"closed": "closed_by_owner", "moved": "moved_elsewhere", "gone": "gone_actor_unknown"}
NOTHING = "nothing was observed"


def removals_by_day(view: View, cohort: pa.Table) -> pa.Table:
    """The table REMOVALS_BY_DAY over everything known, sorted. Inferred ends are dated by the last sign of life."""
    removed = cohort.filter(_is(cohort, "event", "removed"))
    inferred = cohort.filter(_is(cohort, "basis", "inferred"))
    parts = [
        _counted(removed, "first_miss", "observed"),
        _counted(inferred, "last_present", "inferred"),
        _announced(view),
    ]
    return pa.concat_tables(parts).cast(REMOVALS_BY_DAY).sort_by([(key, "ascending") for key in _KEYS])


def removal_estimates(view: View, cohort: pa.Table, campaign: Campaign, by: str) -> list[Estimate]:
    """Counts inside the day's window by group, with the bounds that the times of looking leave."""
    out = []
    for label, members in labels_of(cohort, by):
        rows = cohort.filter(pa.array(members))
        group = {} if by == "all" else {by: label}
        out.append(_observed(rows, campaign, "removed", "removals_observed", group))
        out.append(_inferred(rows, campaign, group))
        if by == "all":
            out += [_observed(rows, campaign, event, name, group) for event, name in _OTHER_ENDS.items()]
    return [*out, *_announced_estimates(view, campaign), _reinstated(view, cohort, campaign)]


def _is(cohort: pa.Table, column: str, value: str) -> pa.Array:
    return pc.fill_null(pc.equal(cohort[column], value), False)


def _counted(rows: pa.Table, dated_by: str, basis: str) -> pa.Table:
    days = np.floor(as_days(rows[dated_by])).astype(np.int32)
    table = pa.table({"day": dates(days), **{name: rows[name] for name in ("platform", "kind", "organisation")}})
    counted = table.group_by(["day", "platform", "kind", "organisation"]).aggregate([([], "count_all")])
    return pa.table(
        {
            **{name: counted[name] for name in ("day", "platform", "kind", "organisation")},
            "basis": pa.array([basis] * len(counted), pa.string()),
            "count": counted["count_all"],
        }
    )


def _announced(view: View) -> pa.Table:
    """Announced counts by day, platform and kind. Two announcers of the same day are not added: the larger one stands."""
    told = view.table("announced")
    largest = told.group_by("platform", "day", kind=told.kind.fill_null("all")).agg(count=told["count"].max())
    table = view.arrow(largest)
    size = len(table)
    return pa.table(
        {
            **{name: table[name] for name in ("day", "platform", "kind")},
            "organisation": pa.array([NOBODY] * size, pa.string()),
            "basis": pa.array(["announced"] * size, pa.string()),
            "count": table["count"],
        }
    )


def _observed(rows: pa.Table, campaign: Campaign, event: str, name: str, group: dict[str, str]) -> Estimate:
    method = "count of ends first missed inside the window; low: certainly inside, high: possibly, given when looks were made"
    if len(rows) == 0:
        return Estimate(name, None, None, None, "subjects", 0, method, caveats=(NOTHING,), group=group)
    hit = np.asarray(_is(rows, "event", event))
    left, right = as_days(rows["last_present"]), as_days(rows["first_miss"])
    start, end = _window(campaign)
    value = int((hit & _inside(right, start, end)).sum())
    low = int((hit & _inside(left, start, end) & _inside(right, start, end)).sum())
    high = int((hit & (left <= end) & (right >= start)).sum())
    return Estimate(name, value, low, high, "subjects", len(rows), method, group=group)


def _inside(moments: np.ndarray[tuple[int], np.dtype[np.float64]], start: float, end: float) -> Bools:
    return np.asarray((moments >= start) & (moments <= end))


def _window(campaign: Campaign) -> tuple[float, float]:
    start, end = (as_days(pa.array([at], pa.timestamp("us", tz="UTC")))[0] for at in (campaign.start, campaign.end))
    return float(start), float(end)


def _inferred(rows: pa.Table, campaign: Campaign, group: dict[str, str]) -> Estimate:
    method = "channels that posted steadily and fell silent unwatched, dated by their last sign of life"
    caveats = ("inferred from silence, never counted as observed",)
    if len(rows) == 0:
        return Estimate(
            "removals_inferred", None, None, None, "subjects", 0, method, caveats=(*caveats, NOTHING), group=group
        )
    start, end = _window(campaign)
    hit = np.asarray(_is(rows, "basis", "inferred")) & _inside(as_days(rows["last_present"]), start, end)
    value = int(hit.sum())
    return Estimate(
        "removals_inferred", value, value, value, "subjects", len(rows), method, caveats=caveats, group=group
    )


def _announced_estimates(view: View, campaign: Campaign) -> list[Estimate]:
    """One estimate per announcing platform; a single empty one where nothing was announced."""
    told = view.arrow(
        view.table("announced").select("platform", "day", "kind", "count", "total", "announcer")
    ).to_pylist()
    method = "the platform's own counts inside the window, as announced"
    if not told:
        caveat = ("no announced counts",)
        return [Estimate("removals_announced", None, None, None, "subjects", 0, method, caveats=caveat)]
    first, last = day_number(campaign.start), day_number(campaign.end)
    largest: dict[tuple[str, int, str], int] = defaultdict(int)
    for row in told:
        key = (row["platform"], day_number(row["day"]), row["kind"] or "all")
        largest[key] = max(largest[key], row["count"])
    out = []
    for platform in sorted({row["platform"] for row in told}):
        inside = [count for (name, day, _), count in largest.items() if name == platform and first <= day <= last]
        value = float(sum(inside))
        caveats = ("announced, not observed", *checksum_caveats(r for r in told if r["platform"] == platform))
        group = {"platform": platform}
        out.append(
            Estimate(
                "removals_announced", value, value, value, "subjects", len(inside), method, caveats=caveats, group=group
            )
        )
    return out


def checksum_caveats(rows: Iterable[dict[str, object]]) -> tuple[str, ...]:
    """Where an announcer's own running total of the month differs from the days it announced."""
    months: dict[tuple[str, str, str], dict[int, tuple[int, int | None]]] = defaultdict(dict)
    for row in rows:
        day = row["day"]
        key = (str(row["announcer"] or "?"), str(row["kind"] or "all"), f"{day:%Y-%m}")
        months[key][day_number(day)] = (row["count"], row["total"])  # type: ignore[arg-type,assignment]
    said = []
    for (announcer, kind, month), days in sorted(months.items()):
        totals = [(day, total) for day, (_, total) in days.items() if total is not None]
        if not totals:
            continue
        last, total = max(totals)
        known = sum(count for day, (count, _) in days.items() if day <= last)
        if known != total:
            said.append(
                f"{announcer} ({kind}): {month} adds up to {known} over {len(days)} announced days,"
                f" its own total on {date_of(last)} says {total}"
            )
    return tuple(said)


def _reinstated(view: View, cohort: pa.Table, campaign: Campaign) -> Estimate:
    method = "subjects confirmed gone and present again later; their lifetime runs on"
    if len(cohort) == 0:
        return Estimate("reinstated", None, None, None, "subjects", 0, method, caveats=(NOTHING,))
    known = ibis.memtable(cohort)
    last = known.filter(~known.exact).select("subject", last_seen="last_present")
    back = view.arrow(reinstated(looks(view), view.table("posts"), last, campaign.confirmations))
    value = len(back)
    return Estimate("reinstated", value, value, value, "subjects", len(cohort), method)
