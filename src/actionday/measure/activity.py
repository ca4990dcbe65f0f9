"""Removals and posts around the day: counts side by side, and the change of posts on a constant panel.

Every before/after rests on `coverage`: where that says "not identified", the change is given without numbers, and only
its bounds remain.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from actionday.measure.change import Ratio, ratio
from actionday.measure.coverage import Scene, coverage_of, if_identified, look, named_events, shares
from actionday.measure.days import dates
from actionday.measure.placebo import FEWEST, Placebo, placebo_windows, placebos
from actionday.measure.posting import KINDS, Compared, Daily, compare, daily, labels_of, unseen_by_day
from actionday.measure.removals import NOTHING, removal_estimates, removals_by_day
from actionday.measure.schemas import POSTS_BY_DAY
from actionday.measure.sight import Bools
from actionday.records import Campaign, Estimate, Measure
from actionday.stores.archive.view import View

_CHANGE = (
    "daily rate after / before on the constant panel; interval clustered by channel"
    " (linearised ratio estimator, Cochran 1977), never narrower than Poisson"
)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the estimates are computed from."""

    cohort: pa.Table
    scene: Scene
    posts: Daily
    compared: Compared
    panel: Bools  # channels readable on every day of both windows
    placebo: Placebo


def measure_activity(
    view: View, cohort: pa.Table, campaign: Campaign, by: str = "all", *, coverage: Measure | None = None
) -> Measure:
    """Removals by day, posts by day and their change. `coverage` saves measuring it again if it is at hand."""
    scene = look(view, cohort, campaign)
    coverage = coverage_of(view, cohort, campaign, scene) if coverage is None else coverage
    removals = removals_by_day(view, cohort)
    counted = removal_estimates(view, cohort, campaign, by)
    facts = _facts(view, cohort, scene)
    changes: list[Estimate] = []
    limits: list[Estimate] = []
    for label, members in labels_of(cohort, by):
        group = {} if by == "all" else {by: label}
        changes += [_change(facts, kind, members, group) for kind in KINDS]
        limits += [limit for kind in KINDS for limit in _limits(facts, kind, members, group)]
    everybody = np.ones(len(cohort), bool)
    for kind in KINDS:
        changes += _against_placebo(facts, kind, _ratio(facts, kind, everybody))
    notes = (*named_events(campaign), _covered(facts.scene))
    estimates = (*counted, *if_identified(changes, coverage), *limits)
    return Measure("activity", estimates, {"removals_by_day": removals, "posts_by_day": _posts_by_day(facts)}, notes)


def _facts(view: View, cohort: pa.Table, scene: Scene) -> _Facts:
    windows = scene.windows
    earlier = placebo_windows(windows, scene.seen.first)
    first = min([windows.before_first, *(w.before_first for w in earlier)])
    posts = daily(view, cohort, first, max(windows.after_last, windows.before_last))
    channels = cohort["kind"].to_numpy(zero_copy_only=False) == "channel"
    panel = channels & scene.seen.throughout(windows.before_first, windows.after_last)
    return _Facts(
        cohort, scene, posts, compare(posts, scene.seen, windows), panel, placebos(posts, scene.seen, earlier)
    )


def _posts_by_day(facts: _Facts) -> pa.Table:
    windows = facts.scene.windows
    days = facts.scene.by_day["day"].cast(pa.int32()).to_numpy().astype(np.int64)
    if len(days) == 0:
        return POSTS_BY_DAY.empty_table()
    every, constant = facts.posts.by_day(days), facts.posts.by_day(days, facts.panel)
    high = every + unseen_by_day(facts.compared.rate, facts.scene.seen, windows)
    panel, readable = (facts.scene.by_day[name].to_numpy() for name in ("panel", "panel_readable"))
    share = np.divide(readable, panel, out=np.full(len(days), np.nan), where=panel > 0)
    parts = []
    for column, kind in enumerate(KINDS):
        for name, count, most, covered in (
            ("all", every, high, share),
            ("constant", constant, constant, np.ones(len(days))),
        ):
            seen = count[:, column].astype(np.int64)
            parts.append(
                pa.table(
                    {
                        "day": dates(days),
                        "kind": pa.array([kind] * len(days)),
                        "panel": pa.array([name] * len(days)),
                        "count": seen,
                        "low": seen,
                        "high": np.rint(most[:, column]).astype(np.int64),
                        "coverage": pa.array(covered, from_pandas=True),
                    }
                ).cast(POSTS_BY_DAY)
            )
    return pa.concat_tables(parts)


def _ratio(facts: _Facts, kind: str, members: Bools) -> Ratio:
    column, rows, windows = KINDS.index(kind), facts.panel & members, facts.scene.windows
    before, after = facts.compared.before[rows, column], facts.compared.after[rows, column]
    return ratio(before, after, windows.days_before, windows.days_after)


def _change(facts: _Facts, kind: str, members: Bools, group: dict[str, str]) -> Estimate:
    found = _ratio(facts, kind, members)
    caveats = [_covered(facts.scene), f"{int((facts.panel & members).sum())} channels in the constant panel"]
    if found.value is None:
        caveats.append("no channel of the constant panel posted this before the day" if len(facts.cohort) else NOTHING)
    name = f"posts_change_{kind}"
    return Estimate(
        name, found.value, found.low, found.high, "ratio", found.n, _CHANGE, caveats=tuple(caveats), group=group
    )


def _limits(facts: _Facts, kind: str, members: Bools, group: dict[str, str]) -> list[Estimate]:
    """The change over all channels seen before the day, under either assumption about what went unseen."""
    column, windows, c = KINDS.index(kind), facts.scene.windows, facts.compared
    before, after = c.before[members, column], c.after[members, column]
    lost_before, lost_after = c.unseen_before[members, column], c.unseen_after[members, column]
    days = windows.days_before, windows.days_after
    out = []
    for name, found, says in (
        ("stopped", ratio(before, after, *days), "none of what went unseen went on"),
        (
            "continued",
            ratio(before + lost_before, after + lost_after, *days),
            "all of what went unseen went on at its own earlier rate",
        ),
    ):
        caveats: tuple[str, ...] = ("a bound, not an estimate of the change: " + says, _covered(facts.scene))
        if found.value is None:
            caveats = (*caveats, "no channel was seen to post this before the day")
        full = f"posts_change_{kind}_if_unseen_{name}"
        method = "daily rate after / before over all channels; interval clustered by channel"
        out.append(
            Estimate(full, found.value, found.low, found.high, "ratio", found.n, method, caveats=caveats, group=group)
        )
    return out


def _against_placebo(facts: _Facts, kind: str, found: Ratio) -> list[Estimate]:
    """The change relative to ordinary dates, and the day's rank among them (1 = the largest fall)."""
    name, usual = f"posts_change_{kind}", facts.placebo.of(kind)
    n = len(usual)
    caveats = (f"{n} placebo dates, a week apart, with overlapping windows: they count for less than their number",)
    relative = "change / median change at placebo dates; interval from their 2.5 % and 97.5 % quantiles"
    if n < FEWEST or not found.value:
        why = (*caveats, f"needs at least {FEWEST} placebo dates and posts in both windows")
        return [
            Estimate(f"{name}_against_placebo", None, None, None, "ratio", n, relative, caveats=why),
            Estimate(f"{name}_placebo_rank", None, None, None, f"of {n + 1}", n, "rank", caveats=why),
        ]
    low, middle, high = np.quantile(usual, [0.025, 0.5, 0.975])
    value = found.value
    rank = 1.0 + float((usual < value).sum())
    return [
        Estimate(
            f"{name}_against_placebo",
            float(value / middle),
            float(value / high),
            float(value / low),
            "ratio",
            n,
            relative,
            caveats=caveats,
        ),
        Estimate(
            f"{name}_placebo_rank", rank, rank, rank, f"of {n + 1}", n, "rank, 1 = the largest fall", caveats=caveats
        ),
    ]


def _covered(scene: Scene) -> str:
    before, after = (f"{share:.0%}" if share is not None else "not observed" for share in shares(scene))
    return f"coverage {before} before, {after} after"
