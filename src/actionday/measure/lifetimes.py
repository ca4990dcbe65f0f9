"""How long did accounts and channels live, before the day and after it? Survival, medians, restricted means, tests.

Two clocks, kept apart; residual subjects, kept apart; brackets where ends are bracketed. The literature's naive mean
lifespan (last minus first sight, averaged) is printed beside, labelled. docs/methods/lifetimes.md derives it all.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from actionday.measure.comparison import Comparison, log_rank, score_test, scores
from actionday.measure.intervals import proportion, z_value
from actionday.measure.kaplan_meier import kaplan_meier
from actionday.measure.lifetimes_caveats import bracket_caveat, probing_caveat, sample_caveats
from actionday.measure.lifetimes_fit import FEWEST, Fitted, Settings, fit_sample
from actionday.measure.lifetimes_sample import Sample, samples
from actionday.measure.lifetimes_tables import curves_table, support_table, tidy_table
from actionday.measure.turnbull import turnbull
from actionday.records import Campaign, Estimate, Measure

HORIZON = 30.0
HORIZONS = {"survival_7d": 7.0, "survival_30d": HORIZON}
PERMUTATIONS = 999
NAIVE = "naive: the living count as ended and first sight as birth; only for comparison with the literature"


def measure_lifetimes(
    cohort: pa.Table, campaign: Campaign, by: str = "all", *, seed: int, level: float = 0.95, bootstrap: int = 200
) -> Measure:
    """Measure lifetimes by group of `by`: all | organisation | platform | kind | language.

    `cohort` has the schema COHORT. Estimates, each with group {clock, period, <by>: value}: survival_7d, survival_30d
    (probability), median_lifetime, rmst_30d (restricted mean to 30 d), naive_mean_lifespan (days); between periods
    rmst_difference_before_after (after minus before) and lifetimes_differ_p; between groups lifetimes_differ_p and
    rmst_difference_between. Tables: curves, support, lifetimes. What is not determined has value None and a caveat;
    an empty cohort gives such estimates and never fails. `bootstrap` draws and permutations follow from `seed` alone.
    """
    settings = Settings(level, bootstrap, seed)
    fitted = [fit_sample(sample, settings) for sample in samples(cohort, campaign, by)]
    estimates = estimates_of(fitted, settings)
    tables = {
        "curves": curves_table(fitted),
        "support": support_table(fitted),
        "lifetimes": tidy_table(cohort, campaign),
    }
    notes = (
        "Lifetimes end in (last present, first of the confirming misses]; moved, closed and removed all end one.",
        "Subjects of a first snapshot are residual: their age is unknown and they are never mixed with newly seen ones.",
    )
    return Measure("lifetimes", tuple(estimates), tables, notes)


def prepare() -> None:
    """Estimate two subjects for nothing, so that kernels are compiled, or loaded, before they are needed."""
    turnbull(np.array([1.0, 2.0]), np.array([2.0, np.inf]))
    kaplan_meier(np.array([1.0, 2.0]), np.array([True, False]))


def estimates_of(fitted: Sequence[Fitted], settings: Settings) -> list[Estimate]:
    """Every estimate from fitted samples: each sample's own, then between periods, then between groups."""
    probing = {clock: probing_caveat(f.sample for f in fitted if _clock(f) == clock) for clock in map(_clock, fitted)}
    estimates: list[Estimate] = []
    for one in fitted:
        estimates += sample_estimates(one, probing[_clock(one)])
    estimates += _between_periods(fitted, settings)
    return estimates + _between_groups(fitted, settings)


def sample_estimates(fitted: Fitted, more: tuple[str, ...] = ()) -> list[Estimate]:
    """The estimates of one sample; `more` caveats are added to each."""
    caveats = sample_caveats(fitted) + more
    made = [_survival(fitted, name, t, caveats) for name, t in HORIZONS.items()]
    made += [_median(fitted, caveats), _restricted(fitted, caveats)]
    if fitted.sample.label.clock == "since_first_seen":
        made.append(_naive(fitted))
    return made


def _survival(fitted: Fitted, name: str, t: float, caveats: tuple[str, ...]) -> Estimate:
    value, low, high = fitted.survival_at(t)
    said = caveats + bracket_caveat(fitted, t) + (_why_not(fitted, t) if value is None else ())
    return _estimate(fitted, name, (value, low, high), "probability", said, ", log-log interval")


def _median(fitted: Fitted, caveats: tuple[str, ...]) -> Estimate:
    value, low, high = fitted.curve.median() if fitted.curve is not None else (None, None, None)
    said = caveats
    if fitted.curve is not None and value is None:
        said += ("more than half outlive follow-up",)
    elif value is not None and high is None:
        said += ("the upper limit lies beyond follow-up",)
    return _estimate(fitted, "median_lifetime", (value, low, high), "days", said, ", band inverted at 1/2")


def _restricted(fitted: Fitted, caveats: tuple[str, ...]) -> Estimate:
    value, error = _mean(fitted)
    if value is None or error is None:
        return _estimate(fitted, "rmst_30d", (None, None, None), "days", caveats + _why_not(fitted, HORIZON), "")
    half = z_value(fitted.level) * error
    bounds = (value, max(value - half, fitted.origin), min(value + half, HORIZON))
    said = caveats if error > 0 else (*caveats, "nobody was gone within 30 d: the interval has no width")
    return _estimate(fitted, "rmst_30d", bounds, "days", said, ", normal interval")


def _naive(fitted: Fitted) -> Estimate:
    spans, level = fitted.sample.naive, fitted.level
    method = "naive mean of last minus first sight, normal interval"
    group = fitted.sample.label.as_dict()
    if spans.size < FEWEST:
        said = (NAIVE, f"fewer than {FEWEST} subjects ({spans.size})")
        return Estimate("naive_mean_lifespan", None, None, None, "days", spans.size, method, level, said, group)
    mean, half = float(spans.mean()), z_value(level) * float(spans.std(ddof=1)) / spans.size**0.5
    low = max(mean - half, 0.0)
    return Estimate("naive_mean_lifespan", mean, low, mean + half, "days", spans.size, method, level, (NAIVE,), group)


def _between_periods(fitted: Sequence[Fitted], settings: Settings) -> list[Estimate]:
    made: list[Estimate] = []
    before = {(_clock(f), f.sample.label.group): f for f in fitted if f.sample.label.period == "before"}
    for after in (f for f in fitted if f.sample.label.period == "after"):
        label = after.sample.label
        earlier = before.get((label.clock, label.group))
        if earlier is None:
            continue
        pair = _same_origin([earlier, after], settings)
        group = {"clock": label.clock, "period": "after minus before", label.by: label.group}
        made.append(_difference("rmst_difference_before_after", pair, group))
        made.append(_differ(pair, {**group, "period": "before against after"}, settings))
    return made


def _between_groups(fitted: Sequence[Fitted], settings: Settings) -> list[Estimate]:
    made: list[Estimate] = []
    for clock in sorted({_clock(f) for f in fitted}):
        for residual in (False, True):
            compared = [
                f
                for f in fitted
                if _clock(f) == clock and f.sample.label.period == "all" and _is_residual(f) == residual and f.curve
            ]
            if len(compared) < 2:
                continue
            compared = _same_origin(compared, settings)
            by, kind = compared[0].sample.label.by, "residual" if residual else "groups"
            group = {"clock": clock, "period": "all", by: f"between {kind}"}
            made.append(_differ(compared, group, settings))
            largest = max(compared, key=lambda f: f.n)
            for other in (f for f in compared if f is not largest):
                name = f"{other.sample.label.group} minus {largest.sample.label.group}"
                made.append(_difference("rmst_difference_between", [largest, other], {**group, by: name}))
    return made


def _difference(name: str, pair: Sequence[Fitted], group: dict[str, str]) -> Estimate:
    (first, e1), (second, e2) = _mean(pair[0]), _mean(pair[1])
    n, level, said = sum(f.n for f in pair), pair[0].level, _joint_caveats(pair)
    method = f"difference of restricted means to 30 d ({pair[0].method}; {pair[1].method}), normal interval"
    if first is None or second is None or e1 is None or e2 is None:
        said += tuple(dict.fromkeys(text for f in pair if _mean(f)[0] is None for text in _why_not(f, HORIZON)))
        return Estimate(name, None, None, None, "days", n, method, level, said, group)
    value, half = second - first, z_value(level) * float(np.hypot(e1, e2))
    return Estimate(name, value, value - half, value + half, "days", n, method, level, said, group)


def _differ(compared: Sequence[Fitted], group: dict[str, str], settings: Settings) -> Estimate:
    said = _joint_caveats(compared)
    n = sum(f.n for f in compared)
    result, why = _compare(compared, settings.seed_for("differ", *group.values()))
    if result is None:
        return Estimate(
            "lifetimes_differ_p", None, None, None, "probability", n, "none", settings.level, (*said, why), group
        )
    low = high = None
    if result.permutations:
        _, low, high = proportion(result.exceeding + 1, result.permutations + 1, settings.level)
        said += ("the interval is the permutations' own error; they assume that groups were looked at alike",)
    return Estimate(
        "lifetimes_differ_p", result.p, low, high, "probability", n, result.method, settings.level, said, group
    )


def _compare(compared: Sequence[Fitted], seed: int) -> tuple[Comparison | None, str]:
    parts = [f.sample for f in compared]
    if any(f.curve is None for f in compared):
        return None, f"a group has fewer than {FEWEST} subjects or never enough at risk"
    if not any(part.gone for part in parts):
        return None, "nobody was gone"
    left, right, entry = (np.concatenate([getattr(p, name) for p in parts]) for name in ("left", "right", "entry"))
    group = np.repeat(np.arange(len(parts)), [p.n for p in parts])
    aged = parts[0].label.clock == "age"
    if all(part.exact for part in parts):
        if not aged:
            return log_rank(left, np.isfinite(right), group), ""
        counted = (left > compared[0].origin) & (entry < left)
        entry = np.maximum(entry, compared[0].origin)
        return log_rank(left[counted], np.isfinite(right[counted]), group[counted], entry[counted]), ""
    if aged:
        return None, "no test is offered for brackets under delayed entry: read the difference of restricted means"
    pooled = turnbull(left, right)
    return score_test(scores(pooled, left, right), group, PERMUTATIONS, seed), ""


def _same_origin(compared: Sequence[Fitted], settings: Settings) -> list[Fitted]:
    # ages are compared from the same age on: the latest of the samples' own
    origin = max(f.origin for f in compared)
    return [f if f.origin == origin or f.curve is None else fit_sample(f.sample, settings, origin) for f in compared]


def _joint_caveats(compared: Iterable[Fitted]) -> tuple[str, ...]:
    found: list[str] = []
    parts: list[Sample] = []
    for f in compared:
        parts.append(f.sample)
        found += [f"{f.sample.label.group} ({f.sample.label.period}): {text}" for text in sample_caveats(f)]
    return tuple(dict.fromkeys(found)) + probing_caveat(parts)


def _why_not(fitted: Fitted, t: float) -> tuple[str, ...]:
    if fitted.curve is None:
        return ()
    if fitted.origin > 0 and t <= fitted.origin:
        return (f"nothing is known below age {fitted.origin:.1f} d",)
    return (f"follow-up ends before {t:.0f} d",)


def _mean(fitted: Fitted) -> tuple[float | None, float | None]:
    if fitted.curve is None or fitted.origin >= HORIZON:
        return None, None
    return fitted.curve.restricted_mean(HORIZON)


def _estimate(
    fitted: Fitted,
    name: str,
    interval: tuple[float | None, float | None, float | None],
    unit: str,
    caveats: tuple[str, ...],
    method: str,
) -> Estimate:
    value, low, high = interval
    label = fitted.sample.label.as_dict()
    return Estimate(name, value, low, high, unit, fitted.n, fitted.method + method, fitted.level, caveats, label)


def _clock(fitted: Fitted) -> str:
    return fitted.sample.label.clock


def _is_residual(fitted: Fitted) -> bool:
    return fitted.sample.label.group.endswith(", residual")
