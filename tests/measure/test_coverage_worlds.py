"""Fifty worlds with known truth: an interval that covers 42 or fewer of them is broken. (`make coverage` does 1,000.)"""

import math

import numpy as np
import pytest
from benchmarks.coverage_worlds import COUNTS, HIGH, LOW, bar_of
from scipy.integrate import quad

from actionday.measure.schemas import COHORT
from actionday.measure.worlds import AGED, WORLDS, Weibull, given

FIRST_SEED, SIZE, TOO_FEW = 20_191_121, 50, 42


@pytest.mark.parametrize("name", list(COUNTS))
def test_intervals_cover(name: str) -> None:
    hits = COUNTS[name](range(FIRST_SEED, FIRST_SEED + SIZE))
    assert hits
    assert {estimand: n for estimand, n in hits.items() if n <= TOO_FEW and bar_of(estimand) == (LOW, HIGH)} == {}
    rare = {estimand: n for estimand, n in hits.items() if bar_of(estimand)[1] < LOW}
    assert {estimand: n for estimand, n in rare.items() if n > SIZE - TOO_FEW} == {}
    found = {estimand: n for estimand, n in hits.items() if estimand.endswith(": power")}
    assert {estimand: n for estimand, n in found.items() if n < SIZE / 2} == {}


@pytest.mark.parametrize("name", list(WORLDS))
def test_worlds_follow_their_seed(name: str) -> None:
    world, same, other = WORLDS[name](1), WORLDS[name](1), WORLDS[name](2)
    assert world.cohort.equals(same.cohort)
    assert not world.cohort.equals(other.cohort)
    assert world.cohort.schema == COHORT
    assert world.campaign.synthetic
    assert world.truth


@pytest.mark.parametrize("life", [AGED, Weibull(0.9, 20.0)])
def test_the_truth_by_integration(life: Weibull) -> None:
    assert life.restricted_mean(30.0) == pytest.approx(quad(life.survival, 0, 30)[0], abs=1e-6)
    assert life.survival(life.median()) == pytest.approx(0.5)
    told = given(life, 5.0)
    assert told["survival_30d"] == pytest.approx(life.survival(30) / life.survival(5))
    assert told["rmst_30d"] == pytest.approx(
        5 + quad(lambda t: life.survival(t) / life.survival(5), 5, 30)[0], abs=1e-6
    )
    assert life.survival(told["median_lifetime"]) == pytest.approx(life.survival(5) / 2)
    draws = life.draw(np.random.default_rng(1), 40_000)
    assert (draws > 10).mean() == pytest.approx(life.survival(10), abs=4 * math.sqrt(0.25 / 40_000))
