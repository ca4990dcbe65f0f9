"""Plain intervals against published values, scipy's own, and exact coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, poisson

from actionday.measure.intervals import count_interval, loglog_bounds, none_of, proportion, rate_ratio, z_value


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95]))
def test_wilson_equals_scipy(kn: tuple[int, int], level: float) -> None:
    k, n = kn
    value, low, high = proportion(k, n, level)
    other = binomtest(k, n).proportion_ci(level, method="wilson")
    assert (value, low, high) == pytest.approx((k / n, other.low, other.high), abs=1e-12)


def test_wilson_published_example() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611
    assert proportion(81, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert proportion(0, 20)[1:] == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_wilson_covers_as_it_says_in_the_world_of_denials() -> None:
    n, rate = 90, 0.3
    kept = [k for k in range(n + 1) if proportion(k, n)[1] <= rate <= proportion(k, n)[2]]  # type: ignore[operator]
    assert 0.93 <= binom.pmf(kept, n, rate).sum() <= 0.97


def test_nothing_observed_is_no_proportion() -> None:
    assert proportion(0, 0) == (None, None, None)
    with pytest.raises(ValueError, match="no proportion"):
        proportion(3, 2)


@pytest.mark.parametrize(("k", "low", "high"), [(0, 0.0, 3.6889), (10, 4.7954, 18.3904), (100, 81.3634, 121.6271)])
def test_garwood_published_values(k: int, low: float, high: float) -> None:
    assert count_interval(k) == pytest.approx((k, low, high), abs=1e-3)


@given(st.integers(1, 200))
def test_garwood_inverts_the_poisson_tails(k: int) -> None:
    _, low, high = count_interval(k)
    assert poisson.sf(k - 1, low) == pytest.approx(0.025, rel=1e-6)
    assert poisson.cdf(k, high) == pytest.approx(0.025, rel=1e-6)


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.1, 50), st.floats(0.1, 50))
def test_rate_ratio_turns_over_with_its_arguments(a: int, b: int, s: float, t: float) -> None:
    value, low, high = rate_ratio((a, s), (b, t))
    turned = rate_ratio((b, t), (a, s))
    assert None not in (value, low, high, *turned)
    assert (1 / value, 1 / high, 1 / low) == pytest.approx(turned, rel=1e-9)  # type: ignore[operator]
    assert low < value < high  # type: ignore[operator]


def test_rate_ratio_without_events() -> None:
    assert rate_ratio((0, 1.0), (0, 1.0)) == (None, None, None)
    value, low, high = rate_ratio((5, 1.0), (0, 1.0))
    assert value is None
    assert high is None
    assert low is not None
    assert low > 0
    with pytest.raises(ValueError, match="exposure"):
        rate_ratio((1, 0.0), (1, 1.0))


def test_rule_of_three() -> None:
    assert none_of(100) == pytest.approx(binomtest(0, 100).proportion_ci(0.95, method="exact").high, rel=1e-9)
    assert none_of(0) == 1.0


@given(st.floats(0.001, 0.999), st.floats(1e-6, 0.2))
def test_loglog_stays_inside_and_is_first_order_right(survival: float, error: float) -> None:
    low, high = loglog_bounds(np.array([survival]), np.array([error]), 0.95)
    assert 0 <= low[0] <= survival <= high[0] <= 1
    low, high = loglog_bounds(np.array([survival]), np.array([1e-7]), 0.95)
    assert high[0] - low[0] == pytest.approx(2 * z_value(0.95) * 1e-7, rel=1e-3)


def test_a_level_is_a_level() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        z_value(95.0)
