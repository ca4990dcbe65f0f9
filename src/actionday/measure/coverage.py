"""What the observer could see: the first question of every before/after, because an action day blinds observers too.

*Coverage* is the share of the known subjects, those confirmed gone left out, that were in sight. A subject that was removed
is not missing: we know what became of it. One that went private, or whose vantage was lost, is.
Not for: whether a removal happened (`cohort`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import ibis
import numpy as np
import pyarrow as pa

from actionday.measure.change import Ratio, ratio
from actionday.measure.days import as_days, date_of, dates
from actionday.measure.evidence import looks, part, snapshots
from actionday.measure.posting import Compared, compare, daily, labels_of
from actionday.measure.schemas import COVERAGE_BY_DAY
from actionday.measure.sight import GAPS, LEAST_DAYS, MOST_DAYS, Floats, Ints, Sight, sight
from actionday.measure.windows import Windows, nominal, observed
from actionday.records import UNSEEN, Campaign, Estimate, Measure
from actionday.stores.archive.view import View

DROP = 0.05
"""A fall of coverage by less than this is not asked about."""

PREFIX = "not identified: "


@dataclass(frozen=True, slots=True)
class Scene:
    """What `coverage` and `activity` look at together: windows, sight, coverage by day, vantages alive by platform and day."""

    windows: Windows
    seen: Sight
    by_day: pa.Table
    vantages: Mapping[str, Ints]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Change of all posts by the channels seen before: if what went unseen had stopped, and if it had gone on."""

    stopped: Ratio
    continued: Ratio


def measure_coverage(view: View, cohort: pa.Table, campaign: Campaign, by: str = "all") -> Measure:
    """Coverage by day and before/after, and whether a before/after can be told at all (estimate `identified`: 1 or 0).

    Groups of `by` get their own coverage, and platforms their own vantages; the verdict is one for all.
    """
    return coverage_of(view, cohort, campaign, look(view, cohort, campaign), by)


def coverage_of(view: View, cohort: pa.Table, campaign: Campaign, scene: Scene, by: str = "all") -> Measure:
    """`measure_coverage` of a scene that was looked at already."""
    before, after = shares(scene)
    reasons = _reasons(view, cohort, scene, before, after)
    coinciding = named_events(campaign)
    estimates = [
        _share("coverage_before", before, scene, after=False),
        _share("coverage_after", after, scene, after=True),
        *_vantages(scene),
        Estimate(
            "identified",
            None if len(cohort) == 0 else float(not reasons),
            None if len(cohort) == 0 else float(not reasons),
            None if len(cohort) == 0 else float(not reasons),
            "1 = yes, 0 = no",
            len(cohort),
            "bounds of the change of posts (Manski), and whose silence they rest on",
            caveats=(*(PREFIX + reason for reason in reasons), *coinciding),
        ),
        *_by_group(scene, cohort, by),
    ]
    return Measure("coverage", tuple(estimates), {"coverage_by_day": scene.by_day}, coinciding)


def _by_group(scene: Scene, cohort: pa.Table, by: str) -> list[Estimate]:
    """Coverage of each group, and of a platform the vantages alive on it."""
    found: list[Estimate] = []
    for label, members in labels_of(cohort, by) if by != "all" else ():
        seen = scene.seen.of(members)
        days = scene.by_day["day"].cast(pa.int32()).to_numpy()
        alive = scene.vantages.get(label, np.zeros(len(days), np.int64)) if by == "platform" else None
        group = replace(scene, seen=seen, by_day=_by_day(seen, days, scene.windows, alive))
        before, after = shares(group)
        made = [
            _share("coverage_before", before, group, after=False),
            _share("coverage_after", after, group, after=True),
        ]
        made += _vantages(replace(group, vantages={})) if by == "platform" else []
        found += [replace(estimate, group={by: label}) for estimate in made]
    return found


def not_identified(estimate: Estimate, reason: str) -> Estimate:
    """The estimate without its numbers, saying why. `reason` may carry the prefix already."""
    said = reason if reason.startswith(PREFIX) else PREFIX + reason
    return replace(estimate, value=None, low=None, high=None, caveats=(*estimate.caveats, said))


def reasons_against(coverage: Measure) -> tuple[str, ...]:
    """Why `measure_coverage` said "not identified"; empty where it did not."""
    return tuple(
        caveat
        for e in coverage.estimates
        if e.name == "identified"
        for caveat in e.caveats
        if caveat.startswith(PREFIX)
    )


def if_identified(estimates: Iterable[Estimate], coverage: Measure) -> tuple[Estimate, ...]:
    """The estimates as they are, or all without numbers where coverage forbids any before/after."""
    reasons = reasons_against(coverage)
    return tuple(not_identified(e, "; ".join(reasons)) if reasons else e for e in estimates)


def named_events(campaign: Campaign) -> tuple[str, ...]:
    """A caveat for each event that coincided with the day."""
    return tuple(
        f"coincides with the day: {event.title} ({event.kind}, {event.at:%Y-%m-%d}); effects of both cannot be told apart"
        for event in campaign.coinciding()
    )


def windows_of(coverage: Measure, campaign: Campaign) -> Windows:
    """The windows that a coverage measure covered; the campaign's own where nothing was observed."""
    asked = nominal(campaign)
    days = coverage.tables["coverage_by_day"]["day"].cast(pa.int32()).to_numpy()
    if len(days) == 0:
        return asked
    return replace(asked, before_first=int(days.min()), after_last=int(days.max()))


def look(view: View, cohort: pa.Table, campaign: Campaign) -> Scene:
    """Windows cut to what was observed, sight of each subject, and the table COVERAGE_BY_DAY."""
    seen = sight(view, cohort)
    empty = np.isnan(seen.first) or np.isnan(seen.ended) or len(cohort) == 0
    windows = nominal(campaign) if empty else observed(campaign, seen.first, seen.ended)
    days = nominal(campaign).days[:0] if empty else windows.days
    everywhere, by_platform = _vantages_by_day(view, days)
    return Scene(windows, seen, _by_day(seen, days, windows, everywhere), by_platform)


def _by_day(seen: Sight, days: Ints, windows: Windows, vantages: Ints | None) -> pa.Table:
    """In `panel`: subjects that were in sight during the window before, from their first day on until confirmed gone.
    `panel_readable`: of these, in sight.
    """
    begun, seen_to = np.floor(seen.begun), np.floor(seen.seen_to(float(windows.after_last + 1)))
    ends = np.where(seen.gone, np.floor(seen.first_miss), np.inf)
    known = (begun <= windows.before_last) & (seen_to >= windows.before_first)
    veiled = (seen.unseen_day <= seen_to[seen.unseen_subject]) & (seen.unseen_day >= begun[seen.unseen_subject])
    hidden = _per_day(seen.unseen_day[veiled], days)
    hidden_known = _per_day(seen.unseen_day[veiled & known[seen.unseen_subject]], days)
    # (begun, seen_to]: a subject that ends on a day was still in sight that day
    readable = _alive(begun, seen_to, days) - hidden
    blind = _alive(np.floor(seen.last[seen.blind]) + 1, np.full(int(seen.blind.sum()), np.inf), days)
    columns = {
        "day": dates(days),
        "vantages": vantages if vantages is not None else np.zeros(len(days), np.int64),
        "readable": readable,
        "gone_private": blind + hidden,
        "gone": _alive(ends[seen.gone], np.full(int(seen.gone.sum()), np.inf), days),
        "panel_readable": _alive(begun[known], np.minimum(seen_to, ends - 1)[known], days) - hidden_known,
        "panel": _alive(begun[known], (ends - 1)[known], days),
    }
    return pa.table(columns).cast(COVERAGE_BY_DAY)


def _alive(first: Floats, last: Floats, days: Ints) -> Ints:
    """How many of the inclusive day ranges [first, last] hold each day; ranges with last < first hold none."""
    real = last >= first
    begun = np.searchsorted(np.sort(first[real]), days, side="right")
    ended = np.searchsorted(np.sort(last[real]), days, side="left")
    return np.asarray(begun - ended, np.int64)


def _per_day(values: Ints, days: Ints) -> Ints:
    if len(days) == 0:
        return np.zeros(0, np.int64)
    inside = values[(values >= days[0]) & (values <= days[-1])]
    return np.bincount(inside - days[0], minlength=len(days)).astype(np.int64)


def _vantages_by_day(view: View, days: Ints) -> tuple[Ints, dict[str, Ints]]:
    """Named vantages between their first and last look that told anything, with the grace of their own cadence.

    Over all platforms, and on each: a vantage that is blind on one platform may still see another.
    """
    seen, shown = looks(view), snapshots(view)
    told = seen.filter(~seen.state.isin(sorted(UNSEEN)) & (seen.vantage != "")).select("vantage", "subject", "at")
    every = ibis.union(told, shown.filter(shown.vantage.notnull()).select("vantage", "subject", "at"))
    every = every.mutate(platform=part(every.subject, 0))

    def spans_by(*keys: str) -> pa.Table:
        spans = every.group_by(*keys).agg(first=every["at"].min(), last=every["at"].max(), n=every["at"].nunique())
        return view.arrow(spans.order_by(*keys))

    apart = spans_by("vantage", "platform")
    names = apart["platform"].to_numpy(zero_copy_only=False)
    platforms = {str(name): _alive_by_day(apart.filter(pa.array(names == name)), days) for name in sorted(set(names))}
    return _alive_by_day(spans_by("vantage"), days), platforms


def _alive_by_day(vantages: pa.Table, days: Ints) -> Ints:
    first, last = as_days(vantages["first"]), as_days(vantages["last"])
    gaps = np.maximum(vantages["n"].to_numpy().astype(np.float64) - 1, 1)
    grace = np.clip(GAPS * (last - first) / gaps, LEAST_DAYS, MOST_DAYS)
    horizon = float(days[-1]) if len(days) else 0.0
    until = np.where(last + grace >= horizon, np.maximum(last, horizon), last)
    return _alive(np.floor(first), np.floor(until), days)


def shares(scene: Scene) -> tuple[float | None, float | None]:
    """Coverage before and after: readable subject-days over subject-days. None where a window was not observed."""
    day = scene.by_day["day"].cast(pa.int32()).to_numpy()
    panel, readable = (scene.by_day[name].to_numpy() for name in ("panel", "panel_readable"))

    def share(rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float | None:
        total = int(panel[rows].sum())
        return float(readable[rows].sum() / total) if total else None

    return share(day <= scene.windows.before_last), share(day >= scene.windows.after_first)


def bounds(compared: Compared, windows: Windows) -> Bounds:
    """Bounds of the change of original and forwarded posts together."""
    parts = (compared.before, compared.after, compared.unseen_before, compared.unseen_after)
    before, after, lost_before, lost_after = (part[:, :2].sum(axis=1) for part in parts)
    days = windows.days_before, windows.days_after
    return Bounds(ratio(before, after, *days), ratio(before + lost_before, after + lost_after, *days))


def _reasons(view: View, cohort: pa.Table, scene: Scene, before: float | None, after: float | None) -> tuple[str, ...]:
    if len(cohort) == 0:
        return ("nothing was observed",)
    windows = scene.windows
    if windows.days_before == 0 or before is None:
        return ("nothing was observed before the day",)
    if windows.days_after == 0:
        return ("nothing was observed after the day",)
    if after is None or before - after < DROP:
        return ()
    fell = f"coverage fell from {before:.0%} to {after:.0%}"
    struck = scene.seen.gone & (scene.seen.first_miss >= windows.before_last + 1)
    if not struck.any():
        return (f"{fell}, and everything that is missing went unseen, nothing was seen to be removed",)
    posts = daily(view, cohort, windows.before_first, windows.after_last)
    limits = bounds(compare(posts, scene.seen, windows), windows)
    low, high = limits.stopped.low, limits.continued.high
    if low is None or high is None:
        return (f"{fell}, and there are no posts to bound the change with",)
    if low <= 1 <= high:
        return (f"{fell}, and the bounds of the change of posts, {low:.2f} to {high:.2f} times, include no change",)
    return ()


def _share(name: str, value: float | None, scene: Scene, *, after: bool) -> Estimate:
    windows = scene.windows
    first, last = (windows.after_first, windows.after_last) if after else (windows.before_first, windows.before_last)
    caveats = () if value is not None else ("no subject was known in this window, or the window was not observed",)
    said = f"days {date_of(first)} to {date_of(last)}" if last >= first else "no day of this window was observed"
    method = "readable subject-days over subject-days of the known, those confirmed gone left out"
    return Estimate(name, value, value, value, "share", len(scene.seen.last), method, caveats=(said, *caveats))


def _lost(scene: Scene, day: Ints) -> tuple[str, ...]:
    """Platforms on which fewer vantages are alive at the end than were before the day."""
    ends = [np.flatnonzero(day == place) for place in (scene.windows.before_last, scene.windows.after_last)]
    if not all(map(len, ends)):
        return ()
    counts = {platform: [int(alive[end[0]]) for end in ends] for platform, alive in scene.vantages.items()}
    return tuple(f"fewer on {name}: {b} before the day, {a} after" for name, (b, a) in counts.items() if a < b)


def _vantages(scene: Scene) -> list[Estimate]:
    day = scene.by_day["day"].cast(pa.int32()).to_numpy()
    alive = scene.by_day["vantages"].to_numpy()
    out = []
    for name, place in (("vantages_before", scene.windows.before_last), ("vantages_after", scene.windows.after_last)):
        hit = alive[day == place]
        value = float(hit[0]) if len(hit) and alive.any() else None
        caveats: tuple[str, ...] = () if value is not None else ("no source names its vantage",)
        if name == "vantages_after":
            caveats += _lost(scene, day)
        method = "count on the window's last day; alive from its first to its last look that told anything"
        out.append(Estimate(name, value, value, value, "vantages", int(alive.max(initial=0)), method, caveats=caveats))
    return out
