"""Log-rank against lifelines and R's published value; the score test against the cosmesis literature."""

from pathlib import Path

import numpy as np
import pytest
from lifelines.datasets import load_waltons
from lifelines.statistics import multivariate_logrank_test
from scipy.stats import chi2

from actionday.measure.comparison import log_rank, score_test, scores
from actionday.measure.turnbull import turnbull

Array = np.ndarray


def _exact(n: int, seed: int, effect: float = 1.0) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(seed)
    group = np.arange(n) % 3
    life, watched = random.exponential(np.where(group == 2, 20 * effect, 20.0)), random.uniform(0, 60, n)
    return np.ceil(np.minimum(life, watched)), life <= watched, group


def test_log_rank_equals_lifelines() -> None:
    for seed in range(5):
        time, gone, group = _exact(200, seed)
        ours, peer = log_rank(time, gone, group), multivariate_logrank_test(time, group, gone)
        assert ours.statistic == pytest.approx(peer.test_statistic, abs=1e-9)
        assert ours.p == pytest.approx(peer.p_value, abs=1e-9)
        assert ours.freedom == 2


def test_log_rank_published() -> None:
    # lifelines' documentation prints 122.25 for the walton data (its test of group miR-137 against control)
    data = load_waltons()
    group = (data["group"] == "control").to_numpy().astype(int)
    ours = log_rank(data["T"].to_numpy(float), data["E"].to_numpy(bool), group)
    assert ours.statistic == pytest.approx(122.25, abs=0.005)


def test_log_rank_with_delayed_entry_by_hand() -> None:
    # ends on days 3 (one of group 0) and 5 (one of group 1); the second of group 1 enters on day 4
    time, gone = np.array([3.0, 6.0, 5.0, 6.0]), np.array([True, False, True, False])
    group, entry = np.array([0, 0, 1, 1]), np.array([0.0, 0.0, 0.0, 4.0])
    ours = log_rank(time, gone, group, entry)
    excess = (1 - 2 / 3) + (0 - 1 / 3)  # at risk on day 3: 2 and 1; on day 5: 1 and 2
    spread = 2 / 3 * 1 / 3 + 1 / 3 * 2 / 3
    assert ours.statistic == pytest.approx(excess**2 / spread, abs=1e-12)
    assert log_rank(time, gone, group).statistic != pytest.approx(ours.statistic)


def test_log_rank_needs_two_groups() -> None:
    with pytest.raises(ValueError, match="two groups"):
        log_rank(np.array([1.0, 2.0]), np.array([True, True]), np.array([0, 0]))


def _cosmesis() -> tuple[Array, Array, Array]:
    lines = (Path(__file__).parent / "data" / "cosmesis.csv").read_text("utf-8").splitlines()[1:]
    left, right, treatment = zip(*(line.split(",") for line in lines), strict=True)
    return np.array(left, float), np.array(right, float), np.array([name == "both" for name in treatment], int)


def test_score_test_published_for_cosmesis() -> None:
    # Fay and Shaw 2010: permutation form, Sun's scores, p close to 0.007 (Z = -2.6684, p = 0.0076 by normal limit)
    left, right, group = _cosmesis()
    score = scores(turnbull(left, right, tolerance=1e-9), left, right)
    assert score.sum() == pytest.approx(0.0, abs=1e-6)
    result = score_test(score, group, 4_999, 1)
    assert result.statistic**0.5 == pytest.approx(2.6684, abs=1e-4)
    assert chi2.sf(result.statistic, 1) == pytest.approx(0.007622, abs=1e-6)
    assert result.p == pytest.approx(0.0076, abs=0.003)
    assert result.p == (1 + result.exceeding) / 5_000


def test_scores_of_exact_times_are_log_rank_scores() -> None:
    time, gone, group = _exact(150, 3)
    left, right = time, np.where(gone, time, np.inf)
    pooled = turnbull(left, right, tolerance=1e-10)
    score = scores(pooled, left, right)
    days = np.unique(time[gone])
    risk = np.array([(time >= d).sum() for d in days])
    died = np.array([(gone & (time == d)).sum() for d in days])
    for g in range(3):
        mine = group == g
        expected = sum(d * (mine & (time >= t)).sum() / r for t, d, r in zip(days, died, risk, strict=True))
        assert score[mine].sum() == pytest.approx((mine & gone).sum() - expected, abs=1e-6)


def test_score_test_rejects_at_its_level_and_finds_an_effect() -> None:
    found = []
    for effect in (1.0, 3.0):
        p = []
        for seed in range(60):
            time, gone, group = _exact(90, 100 + seed, effect)
            left = np.where(gone, np.maximum(time - 3, 0), time)
            right = np.where(gone, time, np.inf)
            p.append(score_test(scores(turnbull(left, right), left, right), group, 99, seed).p)
        found.append(float(np.mean(np.array(p) <= 0.05)))
    assert found[0] <= 0.13  # 60 draws at 0.05: above 7 with probability 0.01
    assert found[1] >= 0.8


def test_score_test_follows_its_seed() -> None:
    left, right, group = _cosmesis()
    score = scores(turnbull(left, right), left, right)
    assert score_test(score, group, 99, 5) == score_test(score, group, 99, 5)
    assert score_test(score, group, 99, 5).statistic == score_test(score, group, 99, 6).statistic
    with pytest.raises(ValueError, match="two groups"):
        score_test(score, np.zeros(94, int), 9, 1)


def test_equal_scores_never_differ() -> None:
    assert score_test(np.zeros(10), np.arange(10) % 2, 19, 1).p == 1.0
