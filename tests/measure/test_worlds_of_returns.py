"""The synthetic world of returns is as it says, and its own likelihood ratio tells returns apart as no one could better."""

import numpy as np
import pytest

from actionday.measure.worlds_of_names import COMMON_STEMS, STEMS, chance_of_name, chance_of_stem
from actionday.measure.worlds_of_returns import LEVELS, ReturnWorld, return_world
from actionday.measure.worlds_of_returns_oracle import log_ratio


@pytest.fixture(scope="module")
def hard() -> ReturnWorld:
    return return_world(20_000, "hard", 8)


def test_shares_and_times(hard: ReturnWorld) -> None:
    assert (hard.origin >= 0).sum() == 1_400
    assert hard.twin.sum() == 400
    back = np.flatnonzero((hard.origin >= 0) & ~hard.twin)
    assert np.isfinite(hard.ended[hard.origin[back]]).all()
    assert (hard.busy >= hard.begun).all()
    assert (hard.seen_begun >= hard.begun).all()
    assert (hard.community[back] == hard.community[hard.origin[back]]).all()
    ready = hard.begun[back] < hard.ended[hard.origin[back]]
    assert ready.mean() == pytest.approx(0.08, abs=0.03)


def test_handles_are_as_similar_as_said(hard: ReturnWorld) -> None:
    back = np.flatnonzero((hard.origin >= 0) & ~hard.twin)
    alike = hard.names.stem[back] == hard.names.stem[hard.origin[back]]
    assert alike.mean() == pytest.approx(LEVELS["hard"].handle, abs=0.03)


def test_names_have_the_chances_that_are_said(hard: ReturnWorld) -> None:
    stem = hard.names.stem
    common = stem < COMMON_STEMS
    counted = np.bincount(stem[common], minlength=COMMON_STEMS)[:10] / len(hard)
    first = np.array([np.flatnonzero(stem == k)[0] for k in range(10)])
    assert counted == pytest.approx(chance_of_stem(hard.names, first), rel=0.5)
    assert chance_of_stem(hard.names, np.flatnonzero(~common)[:1])[0] == pytest.approx(0.7 / STEMS)
    assert (chance_of_name(hard.names, np.arange(100)) <= 1).all()


def test_same_seed_same_world() -> None:
    one, other = return_world(2_000, "easy", 4).tables(), return_world(2_000, "easy", 4).tables()
    assert all(one[name].equals(other[name]) for name in one)
    assert not return_world(2_000, "easy", 5).tables()["subjects"].equals(one["subjects"])


def test_the_ratio_tells_returns_from_neighbours(hard: ReturnWorld) -> None:
    earlier, later, back = hard.pairs()
    earlier, later = earlier[back], later[back]
    random = np.random.default_rng(1)
    by_home = np.argsort(hard.community, kind="stable")
    place = np.empty(len(hard), np.int64)
    place[by_home] = np.arange(len(hard))
    stranger = by_home[np.minimum(place[earlier] + random.integers(1, 5, len(earlier)), len(hard) - 1)]
    kept = hard.origin[stranger] != earlier
    true, false = log_ratio(hard, earlier, later), log_ratio(hard, earlier[kept], stranger[kept])
    # a likelihood ratio of at least r among the unrelated is at most 1 / r as frequent
    for r in (1.0, 10.0, 1_000.0):
        homes = len(np.bincount(hard.community))
        assert (false >= np.log(r * homes)).mean() <= 3.0 / r + 0.01
    assert np.median(true) > np.log(1e6)
    assert (true[:, None] > false[None, :200]).mean() > 0.97
