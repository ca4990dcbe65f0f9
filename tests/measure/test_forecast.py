"""Forecasts against closed forms: scores, rates, paths, thresholds; and whole measures on small worlds."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from tests.measure.conftest import World

from actionday.measure.cohort import cohort
from actionday.measure.forecast import measure_forecast
from actionday.measure.forecast_held_back import beats
from actionday.measure.forecast_homes import stable_home
from actionday.measure.forecast_next import Chances, Drawn, logit_draws, thresholds
from actionday.measure.forecast_paths import Plan, outcome_range, simulate, start
from actionday.measure.forecast_rates import Lives, Rates, rates_of, weeks_before
from actionday.measure.forecast_scores import clear, crps, persistence, pit, seasonal, skill
from actionday.measure.forecast_threshold import (
    break_even,
    elasticity,
    extinction,
    growth,
    most_returns,
    share_needed,
    shares_over_platforms,
)
from actionday.measure.worlds_of_forecasts import HAZARDS, NOW, known_at, population, steady
from actionday.records import Campaign, Estimate, Measure

CERTAIN = 1e12
"""Counts and exposures that leave no doubt about a rate."""


def known_rates(hazard: float, arrive: float = 0.0, stood: float = 1.0) -> Rates:
    shape, exposure = np.full(3, hazard * CERTAIN), np.full(3, CERTAIN)
    come = round(arrive * CERTAIN)
    return Rates(shape, exposure, 0, 0, come, CERTAIN, stood * CERTAIN, (0.0, 0.0), (1.0, 1.0, 1.0), 12)


def lives_of(first: list[float], end: list[float], now: float) -> Lives:
    begun, ended = np.array(first), np.array(end)
    none = np.zeros(len(first), np.bool_)
    return Lives(begun, np.minimum(ended, now), np.where(ended <= now, ended, np.inf), ~none, none, none)


def test_crps_of_a_normal_is_the_closed_form() -> None:
    drawn = ndtri((np.arange(4_000) + 0.5) / 4_000)
    for came in (-1.5, 0.0, 0.4, 3.0):
        density = math.exp(-came * came / 2) / math.sqrt(2 * math.pi)
        known = (
            came * (2 * ndtr(came) - 1) + 2 * density - 1 / math.sqrt(math.pi)
        )  # Gneiting and Raftery 2007, eq. 21 ff.
        assert crps(drawn, came) == pytest.approx(known, abs=2e-3)
    assert crps(np.array([0.0]), 0.0) == 0


def test_crps_of_an_ensemble_is_that_of_all_pairs() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=9)
    pairs = np.abs(x[:, None] - x[None, :]).sum() / (9 * 8)
    assert crps(x, 0.3) == pytest.approx(np.abs(x - 0.3).mean() - pairs / 2)
    assert crps(np.array([4]), 7.0) == 3
    # fair: the expected score of two members is that of the law they are drawn from
    drawn = random.normal(size=(40_000, 2))
    mean = float(np.mean([crps(pair, 0.0) for pair in drawn[:8_000]]))
    law = quad(lambda t: (ndtr(t) - (t >= 0)) ** 2, -8, 8)[0]
    assert mean == pytest.approx(law, abs=0.02)


def test_places_of_what_came_are_even_where_the_law_is_right() -> None:
    random = np.random.default_rng(2)
    places = [pit(random.poisson(3.0, 400), float(random.poisson(3.0)), random) for _ in range(1_500)]
    assert np.mean(places) == pytest.approx(0.5, abs=0.03)
    assert np.histogram(places, 4, (0, 1))[0] / 1_500 == pytest.approx(np.full(4, 0.25), abs=0.04)


def test_skill_is_zero_against_itself_and_one_when_nothing_is_missed() -> None:
    scores = [1.0, 2.0, 3.0, 2.0, 1.0, 4.0, 2.0, 1.0, 3.0]
    same, perfect = skill(scores, scores, 4, 1), skill([0.0] * 9, scores, 4, 1)
    assert same is not None
    assert perfect is not None
    assert (same.value, same.low, same.high, beats(same)) == (0, 0, 0, False)
    assert (perfect.value, beats(perfect)) == (1, True)
    assert skill(scores[:7], scores[:7], 1, 1) is None
    noisy = skill([1.0, 5.0, 0.5, 6.0, 0.2, 4.0, 1.0, 3.0], [2.0] * 8, 1, 1)
    assert noisy is not None
    assert not beats(noisy), "better or worse by chance is no beating"


def test_weeks_leave_an_action_day_and_the_week_after_it_out_and_begin_anew_with_it() -> None:
    assert weeks_before(100.0, ()).tolist() == [100.0 - 7 * k for k in range(1, 13)]
    begun = weeks_before(100.0, [(50.0, 52.0)])
    assert begun.min() >= 52, "earlier weeks are left out where four weeks since the day are clear"
    assert not any(begin < 59 and begin + 7 > 50 for begin in begun)
    early = weeks_before(70.0, [(50.0, 52.0)])
    assert early.min() < 50, "one week since the day is too few: earlier ones are used"
    assert clear(59.0, 66.0, [(50.0, 52.0)])
    assert not clear(58.0, 65.0, [(50.0, 52.0)])


def test_rates_are_counts_over_exposure_by_hand() -> None:
    # ten from the beginning of a hundred settled days, two of which end; one arrives a day
    first = [0.0] * 10 + [float(day) + 0.5 for day in range(120)]
    end = [60.0, 70.0] + [1e9] * 128
    lives = replace(lives_of(first, end, 120.0), residual=np.arange(130) < 10)
    rates = rates_of(lives, 120.0, (), 0.0)
    assert rates is not None
    assert (rates.ends, rates.weeks, rates.arrivals, rates.days) == (2, 12, 84, 84.0)
    begin, settled = 120.0 - 21 - 84, 120.0 - 21
    spent = [8 * 84.0 + (60 - begin) + (70 - begin), 0.0, 0.0]  # those of the beginning are old at once
    for born in first[10:]:
        spent[1] += max(0.0, min(born + 7, settled) - max(born, begin))
        spent[2] += max(0.0, min(born + 30, settled) - max(born + 7, begin))
        spent[0] += max(0.0, settled - max(born + 30, begin))
    lent = sum(spent) / 2.5  # what the other bands lend to each
    assert rates.exposure == pytest.approx([spent[1] + lent, spent[2] + lent, spent[0] + lent])
    assert rates.shape.tolist() == [1, 1, 3]
    assert rates_of(lives, 30.0, (), 0.0) is None, "too few weeks"


def test_ends_that_are_not_settled_are_not_counted() -> None:
    lives = lives_of([0.0] * 50, [95.0] * 20 + [1e9] * 30, 100.0)
    rates = rates_of(lives, 100.0, (), 0.0)
    assert rates is not None
    assert rates.ends == 0, "day 95 lies within three weeks of day 100"


def test_paths_have_the_mean_of_a_linear_birth_death_process() -> None:
    begin = (np.array([0] * 30 + [2_000]), np.zeros(0, np.int64))
    still = Plan(0, 1, 0.0, 0)
    for ends, births in ((0.01, 0.0), (0.01, 0.02), (0.02, 0.01)):
        rates = known_rates(ends, births * 2_000, 2_000)
        found = simulate(rates, begin, 6, np.random.default_rng(3), (still, np.zeros(400), 1.0), 400)
        # by days: each brings `births` and ends with chance 1 - exp(-ends)
        per_day = math.exp(-ends) + births * math.exp(-ends)
        assert found.standing[:, -1].mean() == pytest.approx(2_000 * per_day**42, rel=0.01)
    fixed = simulate(known_rates(0.0, 5.0), begin, 2, np.random.default_rng(3), None, 400)
    assert fixed.arrivals[:, -1].mean() == pytest.approx(70, rel=0.02)
    assert (fixed.standing[:, -1] == 2_000 + fixed.arrivals[:, -1]).all()


def test_a_plan_takes_its_share_each_time_and_some_return() -> None:
    begin = (np.array([0] * 30 + [10_000]), np.zeros(0, np.int64))
    plan, back = Plan(0, 7, 0.1, 3), np.full(50, 0.25)
    found = simulate(known_rates(0.0), begin, 4, np.random.default_rng(4), (plan, back, 0.0), 50)
    left = 10_000 * (1 - 0.1 * 0.75) ** np.array([1, 2, 3, 3])
    assert found.standing.mean(axis=0) == pytest.approx(left, rel=0.005)


def test_break_even_by_hand() -> None:
    one = [np.array([value]) for value in (0.012, 0.008, 0.002, 0.25)]
    arrive, removed, other, back = one
    # without removals the returns go too: 0.012 - 0.25 * 0.008 - 0.002
    assert growth(arrive, removed, other, back)[0] == pytest.approx(0.008)
    rate = break_even(arrive, removed, other, back)
    assert rate[0] == pytest.approx(0.008 / 0.75)
    # at that rate numbers stand still: births of their own and returns equal ends
    own = 0.012 - 0.25 * 0.008
    assert own + rate[0] * 0.25 == pytest.approx(rate[0] + 0.002)
    assert break_even(arrive * 0, removed, other, back)[0] == 0
    share = share_needed(np.array([0.008]), 7, back)[0]
    assert math.exp(0.008 * 7) * (1 - share * 0.75) == pytest.approx(1), "what grows in a week is taken in a day"
    assert share_needed(np.array([0.5]), 30, back)[0] > 1, "no share is enough"
    assert most_returns(np.array([0.002]), np.array([0.008]))[0] == pytest.approx(0.25)


def test_below_the_threshold_clusters_outgrow_removals_and_above_it_they_die_out() -> None:
    assert extinction(0.01, 0.02, 5) == 1
    assert extinction(0.02, 0.01, 3) == pytest.approx(1 / 8)
    begin = (np.array([0] * 30 + [3]), np.zeros(0, np.int64))
    still = (Plan(0, 1, 0.0, 0), np.zeros(3_000), 1.0)
    paths = simulate(known_rates(0.05, 0.1), begin, 40, np.random.default_rng(5), still, 3_000)
    assert (paths.standing[:, -1] == 0).mean() == pytest.approx(extinction(0.1, 0.05, 3), abs=0.03)


def test_over_platforms_alone_it_is_the_fastest_grower_and_moves_make_it_harder() -> None:
    grows, back = np.array([[0.01, 0.03]]), np.array([0.2])
    apart = np.zeros((2, 2))
    once, turns = shares_over_platforms(grows, back, apart, 7.0)
    assert once[0] == pytest.approx(share_needed(grows[:, 1], 7.0, back)[0])
    assert turns[0] == pytest.approx(once[0])
    moved = shares_over_platforms(grows, back, np.array([[0.0, 0.3], [0.3, 0.0]]), 7.0)
    assert moved[0][0] > once[0]
    grown = np.array([[0.02, 0.02]])
    swap = np.array([[0.0, 0.4], [0.4, 0.0]])
    both = shares_over_platforms(grown, back, swap, 7.0)
    # alike platforms are one population that returns with chance 0.2 + 0.4
    assert both[0][0] == pytest.approx(share_needed(grown[:, 0], 7.0, back + 0.4)[0])


def test_how_arrivals_go_with_numbers() -> None:
    stood = np.linspace(100, 400, 40)
    for exponent in (0.0, 0.5, 1.0):
        found = elasticity(np.round(1e4 * (stood / 100) ** exponent), stood)
        assert found is not None
        assert found[0] == pytest.approx(exponent, abs=0.01)
    assert elasticity(np.full(40, 9.0), np.linspace(100, 120, 40)) is None
    lives = steady(1)
    begins = np.arange(NOW - 7, 7, -7.0)
    grows = elasticity(
        np.array([lives.arrived(begin, begin + 7) for begin in begins], np.float64),
        np.array([lives.standing(begin).sum() for begin in begins], np.float64),
    )
    assert grows is not None
    assert grows[1] <= 1 <= grows[2]


def test_baselines_know_what_was_known_and_leave_action_days_out() -> None:
    weekly = [float(7 * week + 1) for week in range(20) for _ in range(week + 1)]  # one more each week
    lives = lives_of(weekly, [1e9] * len(weekly), 140.0)
    same = persistence(lives, "arrivals", 140.0, 1, ())
    assert sorted(set(same.tolist())) == [20, 21], "20 in the last week, and one more each week (none before the first)"
    struck = persistence(lives, "arrivals", 140.0, 1, [(134.0, 135.0)])
    assert max(struck) == 20, "the last clear week had 19"
    assert persistence(lives, "ends", 140.0, 1, ()).tolist() == [0.0] * 25
    assert seasonal(lives, "arrivals", 140.0, 1, 0.0, ()).size == 0, "no year before was observed"
    old = lives_of([float(7 * week + 1) for week in range(70)], [1e9] * 70, 490.0)
    assert seasonal(old, "arrivals", 490.0, 2, 0.0, ()).tolist() == [2.0] * 5


def test_what_was_known_earlier_lags_behind_and_is_made_up_for() -> None:
    """Ends of the last two weeks are not known yet; those who stand are not overcounted for it."""
    off = []
    for seed in range(30):
        whole = population(seed)
        then = known_at(whole, NOW)
        assert then.standing(NOW).sum() > whole.standing(NOW).sum()
        rates = rates_of(then, NOW, (), 0.0)
        assert rates is not None
        paths = simulate(rates, start(then, NOW), 1, np.random.default_rng(seed), None, 200)
        off.append(paths.standing[:, 0].mean() - whole.standing(NOW + 7).sum())
    assert abs(np.mean(off)) < 3 * np.std(off) / np.sqrt(30)
    assert HAZARDS[0] > HAZARDS[2]


def test_small_parts() -> None:
    assert outcome_range(np.arange(1_000), 0.95) == (24, 974)
    assert stable_home(0, 0) == pytest.approx(0.5)
    assert stable_home(3, 6) == pytest.approx(0.5)
    assert stable_home(9, 10) > 0.99
    drawn = logit_draws(0.2, 0.1, 0.36, np.random.default_rng(1), 20_000)
    assert np.quantile(drawn, [0.025, 0.5, 0.975]) == pytest.approx([0.1, 0.2, 0.36], abs=0.01)


def test_without_a_chance_of_return_there_are_bounds_and_no_value() -> None:
    certain = Drawn(*(np.full(10, value) for value in (0.012, 0.008, 0.002)))
    known = {one.name: one for one in thresholds(certain, Chances(np.full(10, 0.25)), 5, ((), {}))}
    open_ = {one.name: one for one in thresholds(certain, Chances(None), 5, ((), {}))}
    assert known["break_even_removals"].value == pytest.approx(0.008 / 0.75)
    bounds = open_["break_even_removals"]
    assert bounds.value is None
    assert bounds.low == pytest.approx(0.010)
    assert bounds.high == pytest.approx((0.012 - 0.99 * 0.008 - 0.002) / 0.01)
    assert known["outgrows"].value == 1, "arrivals lie above ends"


def busy(world: World, weeks: int = 24, per_week: int = 6) -> None:
    """Channels that are found at a steady rate and looked at every other day; every third is removed after four weeks."""
    number = 0
    world.campaign = Campaign("day", world.at(2_000), world.at(2_001))
    for week in range(-weeks, 0):
        for k in range(per_week):
            born, number = 7.0 * week + k, number + 1
            gone = born + 28 if number % 3 == 0 and born + 34 < 0 else None
            subject = f"telegram:channel:{number}"
            days = np.arange(born, 0, 2.0)
            world.looks(subject, [day for day in days if gone is None or day < gone])
            if gone is not None:
                world.looks(subject, [gone, gone + 2, gone + 4], "removed_by_platform")


def by_name(made: Measure, name: str, **group: str) -> Estimate:
    (one,) = [e for e in made.estimates if e.name == name and dict(e.group) == group]
    return one


def test_a_steady_world_is_forecast_with_its_score(world: World) -> None:
    busy(world)
    view = world.view()
    back = Estimate("returned_30d_confirmed", 0.2, 0.1, 0.3, "probability", 60, "Aalen-Johansen")
    made = measure_forecast(view, cohort(view, world.campaign), world.campaign, returns=Measure("returns", (back,), {}))
    scores = made.tables["forecast_scores"].to_pylist()
    assert {(row["outcome"], row["weeks"]) for row in scores} >= {("arrivals", 1), ("ends", 4), ("standing", 4)}
    for row in scores:
        assert row["low"] <= row["median"] <= row["high"]
        assert 0 <= row["pit"] <= 1
    for outcome in ("ends", "arrivals", "standing"):
        for weeks in ("1", "4"):
            told = by_name(made, "forecast", outcome=outcome, weeks=weeks)
            own = by_name(made, "forecast_skill", outcome=outcome, weeks=weeks, against="persistence")
            won = own.low is not None and own.low > 0
            assert (told.value is not None) == won, "no number without beating persistence"
            assert told.caveats[0].startswith("beats persistence" if won else ("does not beat", "not scored"))
            assert own.value is None or "skill" in told.caveats[0]
    assert by_name(made, "arrivals").value == pytest.approx(6 / 7)
    chance, rate = by_name(made, "chance_of_return"), by_name(made, "break_even_removals")
    assert (chance.value, chance.low, chance.high) == (0.2, 0.1, 0.3)
    assert rate.value is not None
    assert any("persistence" in caveat for caveat in rate.caveats), "never without its score"
    planned = [one for one in made.estimates if one.name == "what_if_12w"]
    beaten = planned[0].caveats[-1].startswith("beats") or any(
        "beats persistence (standing, 4" in c for c in planned[0].caveats
    )
    assert (len(planned) == 4) == beaten
    assert (len(made.tables["forecast_paths"]) > 0) == beaten


def test_the_weeks_after_an_action_day_are_not_forecast(world: World) -> None:
    busy(world, weeks=10)
    day = Campaign("day", world.at(-12), world.at(-11))
    view = world.view()
    told = by_name(measure_forecast(view, cohort(view, day), day), "forecast", outcome="standing", weeks="1")
    assert told.value is None
    assert any("not settled" in caveat for caveat in told.caveats)


def test_an_archive_that_was_taken_at_once_cannot_be_scored(world: World) -> None:
    for number in range(40):
        world.posts(f"telegram:channel:{number}", np.arange(-60.0, -1.0, 10.0), ingest=1)
    view = world.view()
    campaign = replace(world.campaign, start=world.at(0), end=world.at(0) + timedelta(hours=1))
    told = by_name(measure_forecast(view, cohort(view, campaign), campaign), "forecast", outcome="arrivals", weeks="1")
    assert told.value is None
    assert told.caveats[0].startswith("not scored")


def test_an_empty_home_says_so(world: World) -> None:
    view = world.view()
    made = measure_forecast(view, cohort(view, world.campaign), world.campaign)
    assert {e.name for e in made.estimates} >= {"chance_of_return", "break_even_share"}
    assert all(e.value is None for e in made.estimates)
    assert len(made.tables["forecast_scores"]) == 0
