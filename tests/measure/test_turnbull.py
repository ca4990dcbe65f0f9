"""Turnbull against the breast cosmesis data, lifelines, Kaplan-Meier, brute force and hand-made supports."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy.optimize import minimize

from actionday.measure.kaplan_meier import kaplan_meier
from actionday.measure.recipients_times import brackets
from actionday.measure.turnbull import Turnbull, crossing, knots, restricted, turnbull
from actionday.measure.turnbull_bootstrap import bootstrap
from actionday.measure.turnbull_smoothed import smoothed_median
from actionday.measure.turnbull_support import make_problem
from actionday.measure.worlds_of_referrals import referral_world

Array = np.ndarray


def _cosmesis(treatment: str) -> tuple[Array, Array]:
    """Breast cosmesis data (Finkelstein and Wolfe 1985): months to retraction, the standard example of brackets."""
    lines = (Path(__file__).parent / "data" / "cosmesis.csv").read_text("utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines if line.endswith(treatment)]
    return np.array([float(row[0]) for row in rows]), np.array([float(row[1]) for row in rows])


# Four decimals of the masses, as lifelines and a plain self-consistency iteration give them (both below). Of the printed
# literature only S(5) = 0.9537 for radiation (Fay and Shaw 2010, J. Stat. Softw. 36:2) was at hand; the brackets are those
# of SAS's sample library (ICLFTEX2), row for row.
RADIATION_MASS = {
    (4, 5): 0.0463,
    (6, 7): 0.0334,
    (7, 8): 0.0887,
    (11, 12): 0.0708,
    (24, 25): 0.0926,
    (33, 34): 0.0818,
    (38, 40): 0.1209,
    (46, 48): 0.4656,
}
BOTH_MASS = {
    (4, 5): 0.0433,
    (5, 8): 0.0433,
    (11, 12): 0.0692,
    (16, 17): 0.1454,
    (18, 19): 0.1411,
    (19, 20): 0.1157,
    (24, 25): 0.0999,
    (30, 31): 0.0709,
    (35, 36): 0.1608,
    (44, 48): 0.0552,
    (48, 60): 0.0552,
}


def _inside(left: Array, right: Array, fit: Turnbull) -> Array:
    """Which regions lie in which brackets, from the ends themselves and not from the code under test."""
    exact = left == right
    at = (fit.left[None, :] == left[:, None]) & (fit.right[None, :] == right[:, None])
    within = (fit.left[None, :] >= left[:, None]) & (fit.right[None, :] <= right[:, None])
    same_point = (fit.left == fit.right)[None, :] & (fit.left[None, :] <= left[:, None])
    return np.where(exact[:, None], at, within & ~same_point)


def _gap(left: Array, right: Array, fit: Turnbull, entry: Array | None = None) -> float:
    """The KKT gap per subject, computed densely."""
    inside = _inside(left, right, fit)
    slope = (inside / (inside @ fit.mass)[:, None]).sum(axis=0) - left.size
    if entry is not None:
        late = fit.left[None, :] >= entry[:, None]
        slope = slope + left.size - (late / (late @ fit.mass)[:, None]).sum(axis=0)
    assert np.abs(slope[fit.mass > 1e-3]).max() < 1e-2 * left.size  # flat where there is mass
    return float(slope.max()) / left.size


def _brackets(n: int, seed: int, exact: float = 0.0) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    life = random.weibull(1.2, n) * 60
    left, right = np.maximum(life - random.exponential(5, n), 0), life + random.exponential(5, n)
    right = np.where(random.random(n) < 0.15, np.inf, right)
    at = random.random(n) < exact
    return np.where(at, life, left), np.where(at, life, right)


@pytest.mark.parametrize(("treatment", "table"), [("radiation", RADIATION_MASS), ("both", BOTH_MASS)])
def test_breast_cosmesis_has_the_known_masses(treatment: str, table: dict[tuple[int, int], float]) -> None:
    fit = turnbull(*_cosmesis(treatment), tolerance=1e-9)
    used = fit.mass > 1e-6
    regions = list(zip(fit.left[used].tolist(), fit.right[used].tolist(), strict=True))
    assert regions == [tuple(map(float, region)) for region in table]
    assert fit.mass[used] == pytest.approx(list(table.values()), abs=5.1e-5)
    assert fit.converged
    assert fit.unique.all()


def _iterated(left: Array, right: Array) -> dict[tuple[float, float], float]:
    """Turnbull's self-consistency on every elementary interval, written out: slow, and nothing of the code under test."""
    points = np.unique(np.concatenate([left, right]))
    inside = ((left[:, None] <= points[:-1]) & (right[:, None] >= points[1:])).astype(float)
    mass = np.full(points.size - 1, 1 / (points.size - 1))
    for _ in range(20_000):
        mass = mass * (inside / (inside @ mass)[:, None]).mean(axis=0)
    return {(float(points[i]), float(points[i + 1])): float(mass[i]) for i in np.flatnonzero(mass > 1e-6)}


@pytest.mark.parametrize("treatment", ["radiation", "both"])
def test_breast_cosmesis_equals_lifelines_and_a_plain_iteration(treatment: str) -> None:
    left, right = _cosmesis(treatment)
    fit = turnbull(left, right, tolerance=1e-9)
    used = fit.mass > 1e-6
    plain = _iterated(left, right)
    assert list(plain) == list(zip(fit.left[used].tolist(), fit.right[used].tolist(), strict=True))
    assert fit.mass[used] == pytest.approx(list(plain.values()), abs=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = KaplanMeierFitter().fit_interval_censoring(left + 1e-6, right, tol=1e-10)
    falls = -np.diff(peer.survival_function_.iloc[:, 0].to_numpy())
    assert falls[falls > 1e-6] == pytest.approx(fit.mass[used], abs=1e-6)


def test_published_survival_at_five_months() -> None:
    assert turnbull(*_cosmesis("radiation")).survival_at(5.0) == pytest.approx((0.9537,) * 3, abs=5e-5)


@pytest.mark.filterwarnings("ignore")
def test_equals_lifelines_at_two_thousand() -> None:
    random = np.random.default_rng(8)
    life = random.weibull(1.2, 2_000) * 60
    left = np.maximum(np.floor(life / 7) * 7 - random.integers(0, 3, 2_000) * 7.0, 0)
    right = np.where(
        random.random(2_000) < 0.15, np.inf, np.floor(life / 7) * 7 + 7 + random.integers(0, 4, 2_000) * 7.0
    )
    fit = turnbull(left, right, tolerance=1e-10)
    # lifelines reads [left, right]: opened by a hair; S agrees to 1e-9 at every boundary
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = KaplanMeierFitter().fit_interval_censoring(left + 1e-6, right, tol=1e-9)
    days = np.arange(7.0, 140.0, 7.0)
    ours = np.array([fit.survival_at(t)[0] for t in days])
    theirs = peer.survival_function_["NPMLE_estimate_lower"].reindex(days).to_numpy()
    assert np.abs(ours - theirs).max() < 1e-9
    assert _gap(left, right, fit) <= 1e-9


@pytest.mark.parametrize("exact", [0.0, 0.4])
@pytest.mark.parametrize("n", [30, 600])
def test_the_gap_it_reports_is_the_gap(n: int, exact: float) -> None:
    left, right = _brackets(n, 3, exact)
    fit = turnbull(left, right)
    assert fit.converged
    assert fit.gap == pytest.approx(max(_gap(left, right, fit), 0.0), abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_brute_force_finds_nothing_better(seed: int) -> None:
    left, right = _brackets(9, seed, 0.2)
    fit = turnbull(left, right, tolerance=1e-9)
    inside = _inside(left, right, fit)

    def loss(logits: Array) -> float:
        mass = np.exp(logits - logits.max())
        return -float(np.log(inside @ (mass / mass.sum())).sum())

    starts = np.random.default_rng(seed).normal(size=(4, fit.mass.size))
    best = min(minimize(loss, start, method="L-BFGS-B", options={"maxiter": 500}).fun for start in starts)
    assert -fit.log_likelihood <= best + 1e-6
    assert -fit.log_likelihood == pytest.approx(best, abs=1e-3)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6), st.booleans()), min_size=2, max_size=25),
    st.integers(0, 10_000),
)
@settings(max_examples=60, deadline=None)
def test_weights_are_repetitions(rows: list[tuple[int, int, bool]], seed: int) -> None:
    left = np.array([float(a) for a, _, _ in rows])
    right = np.array([np.inf if open_ and width else float(a + width) for a, width, open_ in rows])
    times = np.random.default_rng(seed).integers(0, 4, left.size)
    assume(times.sum() > 0)
    weighted = turnbull(left, right, weight=times.astype(float), tolerance=1e-9)
    repeated = turnbull(np.repeat(left, times), np.repeat(right, times), tolerance=1e-9)
    assert np.allclose(weighted.mass, repeated.mass, atol=1e-6)
    assert (weighted.left == repeated.left).all()
    assert weighted.n == repeated.n == times.sum()


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=40, deadline=None)
def test_exact_times_give_kaplan_meier(seed: int, delayed: bool) -> None:
    random = np.random.default_rng(seed)
    n = 120
    life, watched = np.ceil(random.exponential(20, n)), np.ceil(random.exponential(30, n)) + 0.5
    time, gone = np.minimum(life, watched), life <= watched
    entry = random.uniform(0, 6, n) if delayed else np.zeros(n)
    entry[:30] = 0.0  # someone is at risk from the start, or nothing links the ages
    seen = entry < time
    time, gone, entry = time[seen], gone[seen], entry[seen]
    peer = kaplan_meier(time, gone, entry=entry)[0]
    fit = turnbull(time, np.where(gone, time, np.inf), entry=entry if delayed else None)
    assert fit.converged
    for day, survival in zip(peer.days, peer.survival, strict=True):
        if survival > 1e-6:
            assert fit.mass[fit.left > day].sum() == pytest.approx(survival, abs=1e-7)


@given(st.integers(0, 1_000), st.floats(0.01, 100))
@settings(max_examples=20, deadline=None)
def test_scaling_time_scales_the_support(seed: int, scale: float) -> None:
    left, right = _brackets(60, seed, 0.3)
    once, scaled = turnbull(left, right), turnbull(left * scale, right * scale)
    assert np.allclose(scaled.left, once.left * scale)
    assert np.allclose(scaled.mass, once.mass)


def test_masses_are_identified_without_entry_times() -> None:
    # the clique matrix of an interval graph has full column rank (Gentleman and Vandal 2002): check it by its rank
    for seed in range(20):
        left, right = _brackets(25, seed, 0.2)
        fit = turnbull(left, right)
        assert np.linalg.matrix_rank(_inside(left, right, fit).astype(float)) == fit.mass.size
        assert fit.unique.all()


def test_support_by_hand() -> None:
    left, right = np.array([0, 1, 3, 4, 6, 7.0]), np.array([2, 4, 5, 4, np.inf, np.inf])
    problem = make_problem(left, right)
    assert list(zip(problem.left, problem.right, strict=True)) == [(1, 2), (4, 4), (7, np.inf)]
    assert problem.lo.tolist() == [0, 0, 1, 1, 2, 2]
    assert problem.hi.tolist() == [1, 2, 2, 2, 3, 3]
    touching = make_problem(np.array([0.0, 7.0]), np.array([7.0, 14.0]))  # (0, 7] and (7, 14] do not meet
    assert list(zip(touching.left, touching.right, strict=True)) == [(0, 7), (7, 14)]


def test_frydmans_support_by_hand() -> None:
    # (1, 4] seen from 0, (3, 6] seen from 2: the entry at 2 ends a region, so (1, 2] competes with (3, 4]
    left, right, entry = np.array([1.0, 3.0]), np.array([4.0, 6.0]), np.array([0.0, 2.0])
    problem = make_problem(left, right, entry=entry)
    assert list(zip(problem.left, problem.right, strict=True)) == [(1, 2), (3, 4)]
    assert problem.after.tolist() == [0, 1]
    assert list(zip(*(getattr(make_problem(left, right), e) for e in ("left", "right")), strict=True)) == [(3, 4)]


def test_delayed_entry_against_brute_force() -> None:
    random = np.random.default_rng(5)
    life, entry = random.weibull(1.2, 400) * 30, random.uniform(0, 15, 400)
    entry[:40] = 0.0
    seen = life > entry
    life, entry = life[seen][:60], entry[seen][:60]
    left, right = np.maximum(np.floor(life / 4) * 4, entry), np.floor(life / 4) * 4 + 4
    fit = turnbull(left, right, entry=entry, tolerance=1e-9)
    inside = _inside(left, right, fit)
    late = fit.left[None, :] >= entry[:, None]

    def loss(logits: Array) -> float:
        mass = np.exp(logits - logits.max())
        return -float(np.log((inside @ mass) / (late @ mass)).sum())

    starts = random.normal(size=(4, fit.mass.size))
    best = min(minimize(loss, start, method="L-BFGS-B", options={"maxiter": 2_000}).fun for start in starts)
    assert -fit.log_likelihood <= best + 1e-5
    assert -fit.log_likelihood == pytest.approx(best, abs=1e-2)
    assert fit.gap <= 1e-9
    assert fit.gap == pytest.approx(max(_gap(left, right, fit, entry), 0.0), abs=1e-7)


def test_a_gap_in_the_risk_set_is_said() -> None:
    # one outlives day 5, and no one is under observation from 5 to 10: whether it went in between is not determined
    left, right = np.array([1, 2, 5, 11, 12.0]), np.array([3, 5, np.inf, 14, 15.0])
    apart = turnbull(left, right, entry=np.array([0, 0, 0, 10, 10.0]))
    assert list(zip(apart.left, apart.right, strict=True)) == [(2, 3), (5, 10), (12, 14)]
    assert apart.unique.tolist() == [True, False, False]
    assert apart.mass[0] == pytest.approx(2 / 3)
    linked = turnbull(left, right, entry=np.array([0, 0, 0, 0, 10.0]))
    assert linked.unique.all()


def test_not_converged_is_said() -> None:
    left, right = _brackets(400, 1)
    fit = turnbull(left, right, most=1)
    assert not fit.converged
    assert fit.gap > 1e-6


def test_values_between_bounds_and_beyond_follow_up() -> None:
    fit = turnbull(np.array([0.0, 0.0, 20.0]), np.array([10.0, 10.0, np.inf]))
    assert fit.survival_at(5.0) == pytest.approx((2 / 3, 1 / 3, 1.0))
    assert fit.limit == 20.0
    assert np.isnan(fit.survival_at(25.0)[0])
    assert fit.median_at() == pytest.approx(7.5)
    assert fit.given(5.0).mass == pytest.approx([0.5, 0.5])
    assert turnbull(np.array([5.0]), np.array([np.inf])).median_at() is None


def test_restricted_mean_of_regions_by_integration() -> None:
    left, right, grid = np.array([0, 3, 8, 8.0]), np.array([4, 3, 12, np.inf]), np.linspace(0, 1, 200_001)
    for horizon in (2.0, 3.5, 10.0, 20.0):
        for a, b, value in zip(left, right, restricted(left, right, horizon), strict=True):
            spread = a + (b - a) * grid if np.isfinite(b) else np.full(2, np.inf)
            assert value == pytest.approx(np.minimum(spread, horizon).mean(), abs=1e-4)


def test_polyline_and_crossing() -> None:
    days, survival = knots(np.array([0.0, 5.0]), np.array([2.0, 5.0]), np.array([0.25, 0.75]))
    assert days.tolist() == [0, 2, 5, 5]
    assert survival.tolist() == [1, 0.75, 0.75, 0]
    assert crossing(days, survival) == 5.0
    assert crossing(days, survival, 0.9) == pytest.approx(0.8)
    assert crossing(days, survival, -0.1) is None


def test_bootstrap_follows_its_seed_and_covers_its_estimate() -> None:
    fit = turnbull(*_brackets(300, 2, 0.2))
    one, same, other = bootstrap(fit, 60, 7), bootstrap(fit, 60, 7), bootstrap(fit, 60, 8)
    assert (one.draws == same.draws).all()
    assert (one.draws != other.draws).any()
    assert one.failed == 0
    assert one.draws.sum(axis=1) == pytest.approx(np.ones(60))
    value, low, high = one.survival_at(30.0)
    assert low < value < high  # type: ignore[operator]
    median = one.median()
    assert median[1] < median[0] < median[2]  # type: ignore[operator]
    with pytest.raises(ValueError, match="two draws"):
        bootstrap(fit, 1, 7)


def test_bootstrap_error_is_the_binomials_where_there_is_one_look() -> None:
    # everyone is looked at once, on day 10: S(10) is a proportion
    left, right = np.repeat([0.0, 10.0], [60, 140]), np.repeat([10.0, np.inf], [60, 140])
    drawn = bootstrap(turnbull(left, right), 2_000, 3)
    assert drawn.estimate.survival_at(10.0)[0] == pytest.approx(0.7)
    assert drawn.draws[:, 0].std(ddof=1) == pytest.approx((0.3 * 0.7 / 200) ** 0.5, rel=0.05)
    mean, error = drawn.restricted_mean(10.0)
    assert mean == pytest.approx(0.3 * 5 + 0.7 * 10)
    assert error == pytest.approx(5 * (0.3 * 0.7 / 200) ** 0.5, rel=0.05)


def test_large_samples_are_drawn_smaller_with_the_same_error(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = np.repeat([0.0, 10.0], [600, 1_400]), np.repeat([10.0, np.inf], [600, 1_400])
    fit = turnbull(left, right)
    monkeypatch.setattr("actionday.measure.turnbull_bootstrap.MOST_DRAWN", 200)
    error = bootstrap(fit, 2_000, 3).draws[:, 0].std(ddof=1)
    assert error == pytest.approx((0.3 * 0.7 / 2_000) ** 0.5, rel=0.05)


@pytest.mark.parametrize(
    ("left", "right", "weight", "entry"),
    [
        ([], [], None, None),
        ([2.0], [1.0], None, None),
        ([np.nan], [1.0], None, None),
        ([0.0], [1.0], [-1.0], None),
        ([0.0], [1.0], [0.0], None),
        ([1.0], [2.0], None, [1.5]),
        ([1.0], [1.0], None, [1.0]),
    ],
)
def test_refuses_what_it_cannot_use(
    left: list[float], right: list[float], weight: list[float] | None, entry: list[float] | None
) -> None:
    weights, entries = (None if part is None else np.array(part) for part in (weight, entry))
    with pytest.raises(ValueError, match=r"bracket|weights|nothing"):
        turnbull(np.array(left), np.array(right), weights, entries)


def test_a_smoothed_bootstrap_has_the_spread_that_worlds_have() -> None:
    """Looks at other hours for each: the interval's width is that of the estimate's own scatter, and it follows its seed."""
    medians, widths = [], []
    for seed in range(40):
        rows, _ = referral_world(seed)
        left, right = brackets(rows)
        fit = turnbull(left, right)
        value, low, high = smoothed_median(fit, left, right, 40, seed)
        assert value is not None
        assert low is not None
        assert high is not None
        assert low < value < high
        medians.append(np.log(value))
        widths.append((np.log(high) - np.log(low)) / (2 * 1.96))
    assert np.mean(widths) == pytest.approx(np.std(medians, ddof=1), rel=0.25)
    assert smoothed_median(fit, left, right, 10, 1) == smoothed_median(fit, left, right, 10, 1)
    assert smoothed_median(fit, left, right, 10, 1) != smoothed_median(fit, left, right, 10, 2)
    nobody = np.full(30, np.inf)
    still = turnbull(np.arange(30.0), nobody)
    assert smoothed_median(still, np.arange(30.0), nobody, 5, 1) == (None, None, None)
