"""What did the day change, and did dose make a difference? Designs against time, and dose-response across communities.

A day against a day is descriptive: whatever else happened then is in it. The finding is the dose-response: communities, fixed from
before the day, of which different shares were removed. Where assumptions fail there is no number but the reason.
docs/methods/effect.md derives it. Not for: structure (what would be left), and returns of single accounts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from actionday.measure.communities import Ties, ties
from actionday.measure.community_table import DOSES, HORIZONS, Communities, tabulate
from actionday.measure.coverage import (
    Scene,
    coverage_of,
    look,
    named_events,
    not_identified,
    reasons_against,
)
from actionday.measure.designs import Effect, difference, discontinuity, interrupted
from actionday.measure.dose import Response, coinciding, combined, holm, joint_p, slopes
from actionday.measure.effect_series import Facts, accounted, groups, series, sums, targeted_platforms
from actionday.measure.effect_tables import effect_days, placebo_table
from actionday.measure.placebo import FEWEST, placebo_windows
from actionday.measure.posting import daily
from actionday.measure.reconstitution import reconstitution
from actionday.measure.windows import Windows
from actionday.records import Campaign, Estimate, Measure
from actionday.records.preregistration import Analysis, Frozen, Standing, untargeted_of
from actionday.records.preregistration import registered as is_registered
from actionday.stores.archive.view import View

Made = tuple[Effect | None, Sequence[float]]
DESCRIPTIVE = (
    "descriptive: a day against a day; kind of removal and day coincide, and so does whatever else happened then"
)
ANCHOR = (
    "contrary anchor: Wright et al. 2016, on accounts that resurge after suspension, find that suspending does not settle it "
    "(recalled, not checked against the text); read a positive number beside it"
)
OUTCOMES = ("effect_its", "effect_rdit", "effect_did", "reach_regained_7d_per_dose", "reach_regained_30d_per_dose")
"""What `campaign freeze` can fix of this measure."""
REGISTERED = "registered before the day"
NOT_REGISTERED = "not pre-registered: outcomes, windows and comparison were not fixed in the ledger before the day"
SIGNIFICANT = 0.05
_DESIGNS = {
    "its": "interrupted time series: level and slope change, AR(1) errors averaged over the autocorrelation (Zellner and Tiao 1964)",
    "rdit": "regression discontinuity in time: two local lines of 14 days, AR(1) errors as above (Hausman and Rapson 2018)",
    "did": "difference in differences: ratio of ratios, Poisson regression, channels as clusters",
}
_DOSE = (
    "least squares across communities, weighted by their reach before, all kinds in one regression, HC3 errors, Student's t; p by permuted residuals (Freedman and Lane "
    "1983), Holm over the family"
)


@dataclass(frozen=True, slots=True)
class Study:
    """Everything the estimates are made from."""

    cohort: pa.Table
    campaign: Campaign
    scene: Scene
    facts: Facts
    made: Ties
    table: Communities
    against: tuple[str, ...]  # why coverage forbids any before and after
    seed: int


def measure_effect(
    view: View,
    cohort: pa.Table,
    campaign: Campaign,
    *,
    coverage: Measure | None = None,
    registered: Sequence[Frozen] = (),
    seed: int = 7,
) -> Measure:
    """Effects by three designs, the dose-response family, the network before and after; tables for the figures.

    `registered` is what was fixed before days in the ledger; an effect that is not among it says so.
    """
    study = _study(view, cohort, campaign, coverage, seed)
    found = {name: _design(study, make) for name, make in _ESTIMATORS.items()}
    estimates = [one for name, made in found.items() for one in _told(study, name, made)]
    estimates += _doses(study)
    seen = study.facts.seen
    day = study.scene.windows.before_last + 1
    removed = (study.table.labels >= 0) & seen.gone & (seen.first_miss >= day)
    removed &= seen.first_miss < study.scene.windows.after_first + 1
    newcomers = (study.table.labels >= 0) & (seen.begun >= day)
    estimates += reconstitution(len(cohort), study.made, study.table.labels, removed, newcomers)
    tables = {"effect_days": effect_days(study.facts, study.scene.windows), "effect_placebos": placebo_table(found)}
    marked = tuple(_marked(one, campaign, registered) for one in estimates)
    return Measure("effect", marked, tables, (*named_events(campaign), DESCRIPTIVE, ANCHOR))


def _marked(one: Estimate, campaign: Campaign, fixed: Sequence[Frozen]) -> Estimate:
    """An effect with what was fixed of it beforehand; what is no effect (a p, a count of ties) as it is."""
    if one.name not in OUTCOMES:
        return one
    made = Analysis(one.name, campaign.days_before, campaign.days_after, untargeted_of(campaign), one.method)
    found = is_registered(made, campaign, fixed)
    words = {Standing.REGISTERED: REGISTERED, Standing.AFTER_THE_FACT: "registered only after the day had begun"}
    said = words.get(found.standing, NOT_REGISTERED)
    if found.standing is Standing.DIFFERS:
        said = f"registered before the day, and made otherwise: {', '.join(found.differs)}"
    return replace(one, caveats=(*one.caveats, said))


def _study(view: View, cohort: pa.Table, campaign: Campaign, coverage: Measure | None, seed: int) -> Study:
    scene = look(view, cohort, campaign)
    coverage = coverage_of(view, cohort, campaign, scene) if coverage is None else coverage
    windows = scene.windows
    earlier = placebo_windows(windows, scene.seen.first)
    first = min([windows.before_first, *(w.before_first for w in earlier)])
    posts = daily(view, cohort, first, max(windows.after_last, windows.before_last))
    facts = Facts(posts, scene.seen, *groups(cohort, campaign))
    made = ties(view, cohort, campaign)
    table = tabulate(cohort, facts, made, windows, targeted_platforms(cohort, campaign))
    return Study(cohort, campaign, scene, facts, made, table, reasons_against(coverage), seed)


def _its(study: Study, windows: Windows) -> Effect | None:
    made = series(study.facts, study.facts.treated, windows)
    return interrupted(made.before, made.after, windows.after_first - windows.before_last - 1)


def _rdit(study: Study, windows: Windows) -> Effect | None:
    made = series(study.facts, study.facts.treated, windows)
    return discontinuity(made.before, made.after, windows.after_first - windows.before_last - 1)


def _did(study: Study, windows: Windows) -> Effect | None:
    return _difference(study, windows, study.facts.treated, study.facts.others)


_ESTIMATORS: dict[str, Callable[[Study, Windows], Effect | None]] = {"its": _its, "rdit": _rdit, "did": _did}


def _difference(
    study: Study,
    windows: Windows,
    treated: np.ndarray[tuple[int], np.dtype[np.bool_]],
    others: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> Effect | None:
    members = (treated | others) & accounted(study.facts.seen, windows)
    before = sums(study.facts, members, windows.before_first, windows.before_last)
    after = sums(study.facts, members, windows.after_first, windows.after_last)
    return difference(before, after, treated[members], (windows.days_before, windows.days_after))


def _design(study: Study, make: Callable[[Study, Windows], Effect | None]) -> Made:
    """The effect at the day, and at placebo dates before it."""
    windows = study.scene.windows
    if windows.days_before < 10 or windows.days_after < 10:
        return None, ()
    usual = [make(study, one) for one in placebo_windows(windows, study.scene.seen.first)]
    return make(study, windows), [one.value for one in usual if one is not None]


def _told(study: Study, name: str, made: Made) -> list[Estimate]:
    """The effect, its rank among placebo dates and the tests of its assumptions."""
    found, usual = made
    n = len(usual)
    caveats = [DESCRIPTIVE, f"{n} placebo dates before the day, a week apart, with overlapping windows"]
    reasons = _reasons(study, name, found)
    title, p_name = f"effect_{name}", f"effect_{name}_placebo_p"
    if found is None:
        whole = Estimate(title, None, None, None, "relative change", 0, _DESIGNS[name], caveats=tuple(caveats))
    else:
        caveats += [] if reasons else [f"p {found.p:.3f} if there were no effect"]
        whole = Estimate(
            title,
            found.value,
            found.low,
            found.high,
            "relative change",
            found.n,
            _DESIGNS[name],
            caveats=tuple(caveats),
        )
    for reason in reasons:
        whole = not_identified(whole, reason)
    p = None
    if found is not None and n >= FEWEST and not reasons:
        p = float((1 + sum(abs(u - np.median(usual)) >= abs(found.value - np.median(usual)) for u in usual)) / (1 + n))
    said = () if p is not None else ("; ".join(reasons) or f"needs at least {FEWEST} placebo dates",)
    method = "randomisation over dates: share of dates, the day among them, that lie as far from the median"
    return [whole, Estimate(p_name, p, None, None, "p", n, method, caveats=said)]


def _reasons(study: Study, name: str, found: Effect | None) -> list[str]:
    """Why a design has no number: coverage, coinciding events, trends before, a regression to the mean, too little data."""
    out = list(study.against)
    out += [f"{event.title} ({event.kind}) coincides with the day" for event in study.campaign.coinciding()]
    if found is None:
        out.append(
            "too few days, channels or posts in both windows"
            if study.facts.treated.any()
            else "no targeted channel was seen"
        )
    if name == "did":
        p = trends_before(study)
        if p is not None and p <= SIGNIFICANT:
            out.append(f"the groups' posts were not parallel before the day (p {p:.3f})")
    elif (unusual := unusual_before(study)) is not None:
        out.append(unusual)
    return out


def trends_before(study: Study) -> float | None:
    """The p value of the same difference in differences between the two halves of the window before."""
    w = study.scene.windows
    middle = (w.before_first + w.before_last) // 2
    halves = Windows(w.before_first, middle, middle + 1, w.before_last)
    found = _difference(study, halves, study.facts.treated, study.facts.others)
    return None if found is None else found.p


def unusual_before(study: Study) -> str | None:
    """Named where the window before lies far out among earlier windows: what follows falls back by itself."""
    windows = study.scene.windows
    earlier = [windows.shifted(-k * windows.days_before) for k in range(1, 7)]
    earlier = [w for w in earlier if w.before_first >= study.scene.seen.first]
    levels = [
        float(np.nanmean(made.before))
        for w in earlier
        if (made := series(study.facts, study.facts.treated, w)).channels
    ]
    own = series(study.facts, study.facts.treated, windows)
    if len(levels) < 3 or own.channels == 0 or np.isnan(own.before).all():
        return None
    z = (float(np.nanmean(own.before)) - np.mean(levels)) / (
        np.std(levels, ddof=1) * np.sqrt(1 + 1 / len(levels)) or np.inf
    )
    return (
        f"posting before the day was unusual ({z:+.1f} deviations of earlier months): regression to the mean"
        if abs(z) > 4
        else None
    )


def _doses(study: Study) -> list[Estimate]:
    """The family: each kind at each horizon, adjusted by Holm; users and administrators together; the trend test."""
    names, out = list(DOSES), list[Estimate]()
    usable = ~np.isnan(study.table.earlier)
    p = (
        joint_p(Response(study.table.earlier[usable], study.table.doses[usable], study.table.reach[usable]), study.seed)
        if usable.sum() > len(names) + 2
        else None
    )
    method = "Wald test that doses do not go with the change from the first to the second half before the day, HC3 errors, wild bootstrap"
    few = () if p is not None else ("too few communities",)
    out.append(Estimate("dose_trend_before_p", p, None, None, "p", int(usable.sum()), method, caveats=few))
    trend = (
        [f"doses already went with the trend before the day (p {p:.3f})"] if p is not None and p <= SIGNIFICANT else []
    )
    shared = [*study.against, *trend]
    told, ps = list[Estimate](), list[float]()
    for days in HORIZONS:
        made, own = _horizon(study, days, names, shared)
        told += made
        ps += own
    adjusted = iter(holm(ps))
    for estimate in told:
        if estimate.value is None or "kind" not in estimate.group or estimate.group["kind"] not in DOSES:
            out.append(estimate)
            continue
        p_holm = next(adjusted)
        out.append(replace(estimate, caveats=(*estimate.caveats, f"p {p_holm:.3f} after Holm over {len(ps)} slopes")))
    return out


def _horizon(study: Study, days: int, names: list[str], shared: list[str]) -> tuple[list[Estimate], list[float]]:
    y, x = study.table.regained[days], study.table.doses
    known = ~np.isnan(y)
    y, x = y[known], x[known]
    made = Response(y, x, study.table.reach[known])
    name, unit = f"reach_regained_{days}d_per_dose", "share of reach"
    against = coinciding(x, names)
    enough = len(y) > len(names) + 4 and not shared and len(against) < len(names)
    found = {s.name: s for s in slopes(made, names, study.seed + days)} if enough else {}
    caveats = (
        "all removed against none removed of the kind, the other kinds' shares held; communities are taken to be independent",
        *(
            f"{event.title} coincides with the day: taken to strike all communities alike"
            for event in study.campaign.coinciding()
        ),
        ANCHOR,
    )
    out, ps = list[Estimate](), list[float]()
    for kind in names:
        group = {"kind": kind}
        slope = found.get(kind)
        reasons = [*shared, *([against[kind]] if kind in against else [])]
        if slope is None or reasons:
            empty = Estimate(name, None, None, None, unit, len(y), _DOSE, caveats=caveats, group=group)
            out.append(not_identified(empty, "; ".join(reasons) or "the other kinds' doses cannot be told apart"))
            continue
        ps.append(slope.p)
        said = (f"p {slope.p:.3f} by permutation", *caveats)
        out.append(Estimate(name, slope.value, slope.low, slope.high, unit, slope.n, _DOSE, caveats=said, group=group))
    group = {"kind": "users and administrators"}
    reasons = [*shared, *(against[kind] for kind in names[:2] if kind in against)]
    if not found or reasons:
        empty = Estimate(name, None, None, None, unit, len(y), _DOSE, caveats=caveats, group=group)
        out.append(not_identified(empty, "; ".join(reasons) or "; ".join(dict.fromkeys(against.values()))))
    else:
        value, low, high = combined(made, (0, 1))
        out.append(
            Estimate(name, value, low, high, unit, len(y), _DOSE + "; sum of both slopes", caveats=caveats, group=group)
        )
    return out, ps
