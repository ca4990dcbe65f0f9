"""Kaplan-Meier against lifelines, statsmodels, the ECDF and a published table."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
from statsmodels.duration.survfunc import SurvfuncRight

from actionday.measure.kaplan_meier import KaplanMeier, first_age_at_risk, kaplan_meier, kaplan_meier_grid

Array = np.ndarray


def _data(n: int, seed: int = 4) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(seed)
    life, watched = random.weibull(0.8, n) * 60, random.uniform(0, 200, n)
    return np.minimum(life, watched), life <= watched, random.integers(0, 5, n)


def _lifelines(curve: KaplanMeier, time: Array, gone: Array, entry: Array | None = None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = KaplanMeierFitter().fit(time, gone, entry=entry)
        bounds = peer.confidence_interval_survival_function_.loc[curve.days].to_numpy()
        table = peer.event_table.loc[curve.days]
        survival = peer.survival_function_.loc[curve.days].to_numpy()[:, 0]
    alive = curve.survival > 0
    assert np.abs(curve.survival - survival).max() < 1e-9
    assert np.abs(curve.low - bounds[:, 0])[alive].max() < 1e-9
    assert np.abs(curve.high - bounds[:, 1])[alive].max() < 1e-9
    assert (curve.gone == table["observed"]).all()
    assert (curve.at_risk == table["at_risk"]).all()


@pytest.mark.parametrize("rounding", [False, True])
def test_equals_lifelines_by_stratum(rounding: bool) -> None:
    time, gone, group = _data(4_000)
    time = np.ceil(time * 24) / 24 if rounding else time
    for s, curve in enumerate(kaplan_meier(time, gone, group)):
        _lifelines(curve, time[group == s], gone[group == s])


def test_grid_equals_the_exact_path_and_lifelines() -> None:
    time, gone, group = _data(4_000)
    time = np.ceil(time * 24) / 24
    for s, (grid, exact) in enumerate(
        zip(kaplan_meier_grid(time, gone, group), kaplan_meier(time, gone, group), strict=True)
    ):
        for name in ("days", "survival", "low", "high", "greenwood", "at_risk", "gone"):
            assert np.allclose(getattr(grid, name), getattr(exact, name), rtol=0, atol=1e-12)
        assert (grid.n, grid.last) == (exact.n, exact.last)
        _lifelines(grid, time[group == s], gone[group == s])


def test_strata_in_threads_equal_strata_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    time, gone, group = _data(3_000)
    alone = kaplan_meier(time, gone, group)
    monkeypatch.setattr("actionday.measure.kaplan_meier.THREADS_FROM", 1)
    for a, b in zip(alone, kaplan_meier(time, gone, group), strict=True):
        assert (a.low == b.low).all()
        assert (a.days == b.days).all()


def test_equals_statsmodels_with_delayed_entry() -> None:
    time, gone, _ = _data(3_000)
    entry = np.random.default_rng(1).uniform(-5, 30, time.size)
    late = (entry < time) & (time > 3)  # enough at risk from the first end on
    time, gone, entry = time[late], gone[late], np.maximum(entry[late], 0)
    curve, peer = kaplan_meier(time, gone, entry=entry)[0], SurvfuncRight(time, gone.astype(int), entry=entry)
    assert np.abs(curve.survival - peer.surv_prob).max() < 1e-9
    assert np.abs(curve.survival * np.sqrt(curve.greenwood) - peer.surv_prob_se).max() < 1e-9
    assert (curve.at_risk == peer.n_risk).all()


def test_equals_lifelines_with_delayed_entry() -> None:
    time, gone, _ = _data(3_000)
    entry = np.where(np.arange(3_000) < 1_000, 0.0, np.random.default_rng(1).uniform(0, 30, 3_000))
    late = entry < time
    _lifelines(kaplan_meier(time[late], gone[late], entry=entry[late])[0], time[late], gone[late], entry[late])


def test_published_table() -> None:
    # 6-MP arm of Freireich et al. 1963, as in Klein and Moeschberger 2003, table 4.1: survival and its standard error
    time = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35], float)
    gone = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
    curve = kaplan_meier(time, gone)[0]
    assert curve.days.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.628, 0.538, 0.448], abs=6e-4)
    error = curve.survival * np.sqrt(curve.greenwood)
    assert error == pytest.approx([0.076, 0.087, 0.096, 0.107, 0.114, 0.128, 0.135], abs=6e-4)
    assert curve.median()[:2] == (23, 13)
    assert curve.median()[2] is None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
@settings(max_examples=60)
def test_without_censoring_it_is_the_ecdf(times: list[float]) -> None:
    time = np.array(times)
    curve = kaplan_meier(time, np.ones(time.size, bool))[0]
    for t in [*times, 0.0, 50.0, 101.0]:
        assert curve.survival_at(t)[0] == pytest.approx((time > t).mean(), abs=1e-12)


@given(st.integers(0, 10_000), st.floats(0.01, 1000))
@settings(max_examples=30)
def test_scaling_time_scales_the_curve(seed: int, scale: float) -> None:
    time, gone, _ = _data(80, seed)
    once, scaled = kaplan_meier(time, gone)[0], kaplan_meier(time * scale, gone)[0]
    assert np.allclose(scaled.days, once.days * scale)
    assert np.allclose(scaled.low, once.low)
    mean, error = once.restricted_mean(20.0)
    mean_scaled, error_scaled = scaled.restricted_mean(20.0 * scale)
    if mean is not None and error is not None:
        assert (mean_scaled, error_scaled) == pytest.approx((mean * scale, error * scale))


def test_restricted_mean_equals_lifelines_and_the_plain_mean() -> None:
    time, gone, _ = _data(500)
    mean, error = kaplan_meier(time, gone)[0].restricted_mean(40.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = restricted_mean_survival_time(KaplanMeierFitter().fit(time, gone), t=40.0)
    assert mean == pytest.approx(peer, abs=1e-9)
    everyone = kaplan_meier(time, np.ones(500, bool))[0].restricted_mean(40.0)
    cut = np.minimum(time, 40.0)
    assert everyone[0] == pytest.approx(cut.mean())
    assert everyone[1] == pytest.approx(cut.std(ddof=1) / 500**0.5, rel=0.01)
    assert error is not None
    assert error > everyone[1]  # type: ignore[operator]


def test_conditional_on_an_origin() -> None:
    random = np.random.default_rng(2)
    life = random.weibull(1.2, 4_000) * 40
    entry = np.maximum(random.uniform(-10, 20, 4_000), 5.0)
    seen = life > entry
    curve = replace(kaplan_meier(life[seen], np.ones(seen.sum(), bool), entry=entry[seen])[0], origin=5.0)
    truth = np.exp(-((30 / 40) ** 1.2) + (5 / 40) ** 1.2)
    _, low, high = curve.survival_at(30.0)
    assert low < truth < high
    mean, error = curve.restricted_mean(30.0)
    assert mean == pytest.approx(np.minimum(life[life > 5], 30).mean(), abs=4 * error)  # type: ignore[operator]


def test_where_nothing_is_estimated() -> None:
    curve = kaplan_meier(np.array([3.0, 5.0]), np.array([True, False]))[0]
    assert curve.survival_at(6.0) == (None, None, None)
    assert curve.restricted_mean(6.0) == (None, None)
    assert curve.survival_at(1.0) == (1.0, 1.0, 1.0)
    assert curve.survival_at(5.0)[0] == 0.5
    dead = kaplan_meier(np.array([3.0, 5.0]), np.array([True, True]))[0]
    assert dead.survival_at(6.0)[:2] == (0.0, 0.0)
    assert dead.high[-1] == dead.high[0] > 0
    empty = kaplan_meier(np.array([]), np.array([], bool))[0]
    assert (empty.n, empty.median()) == (0, (None, None, None))
    assert kaplan_meier_grid(np.array([]), np.array([], bool))[0].n == 0


def test_refuses_what_it_cannot_use() -> None:
    one, yes = np.array([1.0]), np.array([True])
    for time in (np.array([-1.0]), np.array([np.nan]), np.array([np.inf])):
        with pytest.raises(ValueError, match="times are finite"):
            kaplan_meier(time, yes)
        with pytest.raises(ValueError, match="times are finite"):
            kaplan_meier_grid(time, yes)
    with pytest.raises(ValueError, match="one value for each"):
        kaplan_meier(one, np.array([True, False]))
    with pytest.raises(ValueError, match="stratum"):
        kaplan_meier(one, yes, np.array([-1]))
    with pytest.raises(ValueError, match="entry"):
        kaplan_meier(one, yes, entry=np.array([1.0]))


def test_first_age_at_risk() -> None:
    entry = np.array([0.0, 1.0, 2.0, 3.0])
    assert first_age_at_risk(np.array([1.5, 9.0, 9.0, 9.0]), entry, 3) == 3.0
    assert first_age_at_risk(np.array([2.5, 9.0, 9.0, 9.0]), entry, 3) == 2.0
    assert first_age_at_risk(np.array([9.0] * 4), entry, 5) is None
