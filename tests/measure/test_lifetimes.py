"""The measure end to end on small cohorts: clocks, periods, residual subjects, caveats, tables, empty input."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from actionday.measure.kaplan_meier import kaplan_meier
from actionday.measure.lifetimes import measure_lifetimes
from actionday.measure.schemas import COHORT, CURVES, SUPPORT, TIDY_LIFETIMES
from actionday.measure.worlds import CAMPAIGN, aged_world, bracketed_world, exact_world
from actionday.records import Campaign, Estimate, Measure

DAY = datetime(2019, 11, 21, tzinfo=UTC)
THE_DAY = Campaign("day", DAY, DAY + timedelta(days=3))


def _at(days: float | None) -> datetime | None:
    return None if days is None else DAY + timedelta(days=days)


def _row(number: int, seen: float, present: float, miss: float | None = None, **more: object) -> dict[str, Any]:
    """A subject with times in days from the day's start."""
    row = {
        "subject": f"telegram:channel:{number}",
        "platform": "telegram",
        "kind": "channel",
        "organisation": "none recorded",
        "first_seen": _at(seen),
        "residual": False,
        "last_present": _at(present),
        "first_miss": _at(miss),
        "event": None if miss is None else "removed",
        "exact": False,
        "basis": "observed",
        "blind": False,
        "n_looks": 5,
    }
    return {**row, **more}


def _cohort(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=COHORT)


def _measure(rows: list[dict[str, Any]], by: str = "all") -> Measure:
    return measure_lifetimes(_cohort(rows), THE_DAY, by, seed=1, bootstrap=40)


def _find(measure: Measure, name: str, **group: str) -> Estimate:
    found = [e for e in measure.estimates if e.name == name and group.items() <= dict(e.group).items()]
    assert len(found) == 1, [dict(e.group) for e in measure.estimates if e.name == name]
    return found[0]


def _says(estimate: Estimate, words: str) -> bool:
    return any(words in caveat for caveat in estimate.caveats)


NEW = {"clock": "since_first_seen", "period": "all", "all": "all"}
NAMES = {"survival_7d", "survival_30d", "median_lifetime", "rmst_30d", "naive_mean_lifespan"}


@pytest.mark.parametrize("by", ["all", "platform", "kind", "organisation", "language"])
def test_an_empty_cohort_gives_estimates_without_values(by: str) -> None:
    measure = measure_lifetimes(COHORT.empty_table(), THE_DAY, by, seed=1)
    assert {e.name for e in measure.estimates} >= NAMES
    assert all(e.value is None and e.caveats for e in measure.estimates)
    assert {name: table.schema for name, table in measure.tables.items()} == {
        "curves": CURVES,
        "support": SUPPORT,
        "lifetimes": TIDY_LIFETIMES,
    }
    assert all(len(table) == 0 for table in measure.tables.values())


@pytest.mark.parametrize("n", [1, 2, 4, 6])
@pytest.mark.parametrize("by", ["all", "kind"])
def test_a_tiny_cohort_never_fails(n: int, by: str) -> None:
    rows = [_row(k, -20 + k, -10 + k, -8 + k if k % 2 else None, created_at=_at(-30)) for k in range(n)]
    measure = _measure(rows, by)
    value = _find(measure, "survival_7d", clock="since_first_seen", period="all").value
    assert (value is None) == (n < 5)
    assert len(measure.tables["lifetimes"]) == 2 * n


def test_exact_ends_take_kaplan_meier() -> None:
    world = exact_world(3)
    measure = measure_lifetimes(world.cohort, world.campaign, seed=1)
    survival = _find(measure, "survival_30d", **NEW)
    assert survival.method.startswith("Kaplan-Meier")
    tidy = measure.tables["lifetimes"].filter(
        pa.compute.equal(measure.tables["lifetimes"]["clock"], "since_first_seen")
    )
    left, right = (tidy[name].to_numpy() for name in ("left", "right"))
    value, low, high = kaplan_meier(left, np.isfinite(right))[0].survival_at(30.0)
    assert (survival.value, survival.low, survival.high) == (value, low, high)
    assert survival.n == len(world.cohort)
    assert _find(measure, "lifetimes_differ_p", clock="since_first_seen").method == "log-rank test"
    assert set(measure.tables["curves"]["method"].to_pylist()) == {"kaplan-meier"}
    assert len(measure.tables["support"]) == 0


def test_brackets_take_turnbull_and_say_so() -> None:
    world = bracketed_world(3)
    measure = measure_lifetimes(world.cohort, world.campaign, seed=1, bootstrap=40)
    survival = _find(measure, "survival_30d", **NEW)
    assert "Turnbull, converged" in survival.method
    assert _says(survival, "wide brackets")
    assert _says(survival, "depending on where in their brackets")
    support = measure.tables["support"]
    of_all = support.filter(pa.compute.equal(support["period"], "all"))
    assert of_all["mass"].to_numpy().sum() == pytest.approx(1.0)
    assert of_all["unique"].to_pylist() == [True] * len(of_all)
    curves = measure.tables["curves"]
    assert curves["at_risk"].null_count == len(curves)
    for row in curves.to_pylist():
        assert 0 <= row["low"] <= row["survival"] <= row["high"] <= 1


def test_the_same_seed_gives_the_same_numbers() -> None:
    world = bracketed_world(5)
    one, same = (measure_lifetimes(world.cohort, world.campaign, seed=4, bootstrap=30) for _ in range(2))
    assert one.estimates == same.estimates
    assert all(one.tables[name].equals(same.tables[name]) for name in one.tables)
    other = measure_lifetimes(world.cohort, world.campaign, seed=5, bootstrap=30)
    assert _find(one, "rmst_30d", **NEW).low != _find(other, "rmst_30d", **NEW).low


def test_residual_subjects_stay_apart() -> None:
    new = [_row(k, -20, -15, -14) for k in range(10)]
    old = [_row(50 + k, -20, -1) for k in range(8)]
    for row in old:
        row["residual"] = True
    measure = _measure(new + old)
    assert _find(measure, "survival_7d", **NEW).value == 0.0
    assert _find(measure, "survival_7d", **NEW).n == 10
    assert _says(_find(measure, "survival_7d", **NEW), "8 subjects of a first snapshot")
    apart = _find(measure, "survival_7d", **{**NEW, "all": "all, residual"})
    assert (apart.value, apart.n) == (1.0, 8)
    assert _says(apart, "residual: there at the first snapshot")
    clocks = measure.tables["lifetimes"]["clock"].to_pylist()
    assert clocks.count("since_first_seen, residual") == 8


def test_nobody_gone_has_the_binomial_bound() -> None:
    estimate = _find(_measure([_row(k, -20, -1) for k in range(30)]), "survival_7d", **NEW)
    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert estimate.low == pytest.approx(0.025 ** (1 / 30))


def test_before_is_followed_until_the_day_and_after_begins_after_it() -> None:
    rows = [_row(k, -30, -20, -19) for k in range(5)]  # gone before the day
    rows += [_row(10 + k, -30, -1, 1) for k in range(6)]  # bracket over the day's start
    rows += [_row(20 + k, -30, 20) for k in range(7)]  # outlive it
    rows += [_row(30 + k, 5, 8, 9) for k in range(8)]  # enter after it
    rows += [_row(40 + k, 1, 8, 9) for k in range(9)]  # enter during it
    measure = _measure(rows)
    n = {period: _find(measure, "survival_7d", **{**NEW, "period": period}).n for period in ("all", "before", "after")}
    assert n == {"all": 35, "before": 18, "after": 8}
    before = _find(measure, "survival_7d", **{**NEW, "period": "before"})
    assert _says(before, "6 ended in a bracket over the day's start")
    support = measure.tables["support"].to_pylist()
    assert [(r["left"], r["right"]) for r in support if r["period"] == "before" and np.isfinite(r["right"])] == [
        (10, 11)
    ]
    difference = _find(measure, "rmst_difference_before_after", clock="since_first_seen")
    assert difference.value is None  # after the day no one was followed for 30 days and outlived it
    assert difference.group["period"] == "after minus before"
    assert sorted(set(measure.tables["lifetimes"]["period"].to_pylist())) == ["after", "before", "during"]


def test_before_cuts_survivors_at_their_last_look() -> None:
    # weekly looks on days -30, -23, ... -2, 5: an end after -2 could not have counted, so nor may survival beyond it
    rows = [_row(k, -30, -23, -16) for k in range(5)] + [_row(9 + k, -30, 5, n_looks=6) for k in range(10)]
    measure = _measure(rows)
    ends = [r["left"] for r in measure.tables["support"].to_pylist() if r["period"] == "before"]
    assert max(ends) == pytest.approx(28.0)


def test_an_effect_of_the_day_is_found_with_its_interval() -> None:
    world = exact_world(11, n=600)
    measure = measure_lifetimes(world.cohort, world.campaign, seed=1)
    difference = _find(measure, "rmst_difference_before_after", clock="since_first_seen")
    truth = world.truth[("rmst_difference_before_after", "since_first_seen", "after minus before")]
    assert difference.low < truth < difference.high < 0  # type: ignore[operator]
    assert _find(measure, "lifetimes_differ_p", clock="since_first_seen").value < 1e-6  # type: ignore[operator]


def test_age_is_conditional_and_uses_known_creations_only() -> None:
    world = aged_world(3)
    measure = measure_lifetimes(world.cohort, world.campaign, seed=1)
    aged = _find(measure, "survival_30d", clock="age", period="all")
    assert _says(aged, "given survival to age")
    truth = world.truth[("survival_30d", "age", "all")]
    assert aged.low < truth < aged.high  # type: ignore[operator]
    assert not [e for e in measure.estimates if e.name == "naive_mean_lifespan" and e.group["clock"] == "age"]
    without = world.cohort.set_column(5, COHORT.field(5), pa.nulls(len(world.cohort), COHORT.field(5).type))
    gone = _find(measure_lifetimes(without, world.campaign, seed=1), "survival_30d", clock="age", period="all")
    assert (gone.value, gone.n) == (None, 0)


def test_age_needs_twenty_at_risk() -> None:
    rows = [_row(k, -20, -15, -14, created_at=_at(-25)) for k in range(12)]
    aged = _find(_measure(rows), "survival_30d", clock="age", period="all")
    assert aged.value is None
    assert _says(aged, "never 20 at risk")
    old = [_row(k, -20, -15 + k / 9, -14 + k / 9, created_at=_at(-60)) for k in range(40)]
    measure = _measure(old)
    late = _find(measure, "survival_30d", clock="age", period="all")
    assert late.value is None
    assert _says(late, "nothing is known below age 40.0 d")
    assert _find(measure, "median_lifetime", clock="age", period="all").value > 40  # type: ignore[operator]


def test_brackets_under_delayed_entry_have_no_test() -> None:
    world = aged_world(3, bracketed=True)
    measure = measure_lifetimes(world.cohort, world.campaign, seed=1, bootstrap=30)
    test = _find(measure, "lifetimes_differ_p", clock="age")
    assert test.value is None
    assert _says(test, "no test is offered")
    assert _find(measure, "rmst_difference_before_after", clock="age").value is not None


def test_censoring_reasons_are_counted() -> None:
    rows = [_row(k, -20, -15, -14) for k in range(6)]
    rows += [
        _row(10, -20, -15, blind=True),
        _row(11, -20, -15, -14, event=None),
        _row(12, -20, -15, -14, basis="inferred"),
    ]
    measure = _measure(rows)
    survival = _find(measure, "survival_7d", **NEW)
    for words in ("1 lost from sight", "1 missed but not confirmed", "1 ends only inferred"):
        assert _says(survival, words)
    events = measure.tables["lifetimes"]
    censored = [r["subject"] for r in events.to_pylist() if r["event"] is None]
    assert censored == [f"telegram:channel:{k}" for k in (10, 11, 12)]
    assert all(np.isinf(r["right"]) == (r["event"] is None) for r in events.to_pylist())


def test_unequal_probing_is_said() -> None:
    daily = [_row(k, -20, -15 + k % 5, -14 + k % 5, kind="bot", n_looks=6 + k % 5) for k in range(10)]
    weekly = [_row(20 + k, -20, -6, 1, n_looks=3) for k in range(10)]
    measure = _measure(daily + weekly, "kind")
    test = _find(measure, "lifetimes_differ_p", clock="since_first_seen", kind="between groups")
    assert _says(test, "unequal probing: a look every 1 d for bot")
    assert test.method.startswith("score test")
    assert test.low < test.value < test.high  # type: ignore[operator]
    level = _measure([dict(row, n_looks=6) for row in daily], "kind")
    assert not any(_says(e, "unequal probing") for e in level.estimates)


def test_groups_are_compared_with_the_largest() -> None:
    rows = [_row(k, -60, -60 + 5 + k, exact=True, kind="bot") for k in range(20)]
    rows += [_row(50 + k, -60, -60 + 20 + k, exact=True) for k in range(30)]
    for row in rows:
        row.update(event="removed", first_miss=row["last_present"])
    measure = _measure(rows, "kind")
    difference = _find(measure, "rmst_difference_between", kind="bot minus channel")
    assert difference.value == pytest.approx(
        np.minimum(5 + np.arange(20), 30).mean() - np.mean([min(20 + k, 30) for k in range(30)])
    )
    test = _find(measure, "lifetimes_differ_p", clock="since_first_seen", kind="between groups")
    assert test.value < 0.01  # type: ignore[operator]


def test_the_naive_mean_is_labelled() -> None:
    naive = _find(_measure([_row(k, -20, -20 + k, -19 + k) for k in range(10)]), "naive_mean_lifespan", **NEW)
    assert naive.value == pytest.approx(4.5)
    assert "naive" in naive.method
    assert _says(naive, "naive: the living count as ended")


def test_many_subjects_are_rounded_outward_and_agree() -> None:
    world = bracketed_world(2, n=2_500, every=1.0, jitter=0.8)
    measure = measure_lifetimes(world.cohort, world.campaign, seed=1, bootstrap=20)
    survival = _find(measure, "survival_30d", **NEW)
    truth = world.truth[("survival_30d", "since_first_seen", "after")]
    assert survival.value == pytest.approx(truth, abs=0.03)
    left = measure.tables["support"]["left"].to_numpy() * 24
    assert np.allclose(left, np.round(left), atol=1e-6)


def test_a_cohort_may_be_chunked() -> None:
    world = exact_world(3)
    halves = pa.concat_tables([world.cohort.slice(0, 100), world.cohort.slice(100)])
    whole, cut = (measure_lifetimes(c, CAMPAIGN, seed=1) for c in (world.cohort, halves))
    assert whole.estimates == cut.estimates
