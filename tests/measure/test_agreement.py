"""Krippendorff's alpha against his published example, a computation written otherwise, and what it says where it can say nothing."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.measure.agreement import alpha_of, coincidences, krippendorff


def units(rows: list[list[str]]) -> list[list[str]]:
    """Units from one row of values a coder; `*` stands for missing."""
    return [[value for value in column if value != "*"] for column in zip(*rows, strict=True)]


def published() -> list[list[str]]:
    """Section C of "Computing Krippendorff's Alpha-Reliability" (2011): four observers, twelve units, nominal alpha .743."""
    observers = (
        "1 2 3 3 2 1 4 1 2 * * *",
        "1 2 3 3 2 2 4 1 2 5 * 3",
        "* 3 3 3 2 3 4 2 2 5 1 *",
        "1 2 3 3 2 4 4 1 2 5 1 *",
    )
    return units([row.split() for row in observers])


def slow_alpha(found: list[list[str]]) -> float:
    """By pairs of values, one after the other: observed over expected disagreement."""
    paired = [unit for unit in found if len(unit) > 1]
    values = [value for unit in paired for value in unit]
    n = len(values)
    observed = sum(sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in paired) / n
    expected = sum(a != b for a, b in permutations(values, 2)) / (n * (n - 1))
    return 1 - observed / expected


def test_the_published_example() -> None:
    told = krippendorff("alpha", published())
    assert told.value == pytest.approx(0.743, abs=5e-4)
    assert told.n == 11, "a unit with one value says nothing"
    assert None not in (told.low, told.value, told.high)
    assert sorted([told.high, told.value, told.low], key=lambda one: one or 0) == [told.low, told.value, told.high]


def test_the_published_example_of_two_observers() -> None:
    """Section B of the same: two observers, twelve units, five values, nominal alpha .692."""
    first, second = list("aabbdcccedda"), list("babbbccceddd")
    told = krippendorff("alpha", units([first, second]))
    assert told.value == pytest.approx(0.692, abs=5e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=12))
def test_it_is_that_of_a_slow_computation(found: list[list[str]]) -> None:
    told = krippendorff("alpha", found, seed=1)
    paired = [unit for unit in found if len(unit) > 1]
    if len({value for unit in paired for value in unit}) < 2:
        assert told.value is None
        assert told.caveats
    else:
        assert told.value == pytest.approx(slow_alpha(found))
        assert told.n == len(paired)


def test_perfect_agreement_is_one_and_chance_is_near_nothing() -> None:
    assert krippendorff("alpha", [["a", "a"], ["b", "b"]] * 20).value == pytest.approx(1.0)
    random = np.random.default_rng(5)
    told = krippendorff("alpha", [list(map(str, random.integers(0, 2, 2))) for _ in range(4_000)])
    assert told.value == pytest.approx(0.0, abs=0.05)
    assert told.low is not None
    assert told.high is not None
    assert told.low < 0 < told.high


def test_the_interval_covers_at_its_level() -> None:
    """Two coders who each repeat the truth with probability .85: alpha of a great many units, inside 95 % of intervals of 80."""
    random = np.random.default_rng(11)

    def sample(n: int) -> list[list[str]]:
        truth = random.random(n) < 0.5
        said = [np.where(random.random(n) < 0.85, truth, ~truth) for _ in range(2)]
        return [[str(a), str(b)] for a, b in zip(*said, strict=True)]

    whole = alpha_of(coincidences(sample(200_000), ["False", "True"]).sum(axis=0))
    assert whole is not None
    found = [krippendorff("alpha", sample(80), seed=k) for k in range(100)]
    inside = sum(one.low is not None and one.high is not None and one.low <= whole <= one.high for one in found)
    assert inside >= 0.88 * len(found)
