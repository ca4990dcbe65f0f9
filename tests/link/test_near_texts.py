"""Near-duplicates against comparing all with all; skewed data; the table `fingerprints` end to end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.link.texts import as_sets, changed, components, family, grouped, index, sketched, words

from actionday.link.near_texts import bands_for, near_texts
from actionday.records import Silent, UsageError


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.sampled_from([8, 14, 40]), st.sampled_from([0.5, 0.7, 0.8, 0.9, 1.0]))
def test_groups_are_the_components_of_comparing_all_with_all(seed: int, length: int, threshold: float) -> None:
    minwise, sizes, sets = sketched(family(seed, 12, length))
    forest = near_texts(minwise, sizes, lambda numbers: as_sets(sets, numbers), threshold, Silent())
    truth = components(sets, threshold)
    found = grouped(forest.texts, forest.groups)
    for tie in forest.ties.to_pylist():
        real = index(sets[tie["a"]], sets[tie["b"]])
        assert tie["exact"]
        assert real >= threshold
        assert tie["jaccard"] == pytest.approx(real, abs=1e-6)
    assert all(any(group <= whole for whole in truth) for group in found), "nothing is joined that is not alike"
    # by chance a pair right at the threshold may be missed, once in a thousand at most by the choice of bands
    assert sum(map(len, found)) >= sum(map(len, truth)) - 1
    assert len(forest.ties) == len(forest.texts) - len(found), "a spanning forest has no tie too many"


def test_sets_that_are_cut_off_are_estimated_and_say_so() -> None:
    minwise, sizes, sets = sketched(family(3, 60, 40))
    assert sizes.min() > 64
    forest = near_texts(minwise, sizes, lambda numbers: as_sets(sets, numbers, most=64), 0.8, Silent())
    ties = forest.ties.to_pylist()
    errors = np.array([tie["jaccard"] - index(sets[tie["a"]], sets[tie["b"]]) for tie in ties])
    assert len(ties) > 40
    assert not any(tie["exact"] for tie in ties)
    assert np.abs(errors).max() < 4 * np.sqrt(0.8 * 0.2 / 128)
    assert abs(errors.mean()) < 0.02


@pytest.mark.parametrize("variants", [50, 3_000])
def test_a_hub_of_thousands_of_variants_is_one_group_with_as_few_ties(variants: int) -> None:
    rng = np.random.default_rng(5)
    text = " ".join(words(rng, 30))
    texts = list(dict.fromkeys([*(f"{text} {number}" for number in range(variants)), *family(6, 20, 12)]))
    minwise, sizes, sets = sketched(texts)
    forest = near_texts(minwise, sizes, lambda numbers: as_sets(sets, numbers), 0.8, Silent())
    groups = grouped(forest.texts, forest.groups)
    assert frozenset(range(variants)) in groups
    assert len(forest.ties) < len(texts)


def test_a_template_that_is_not_alike_enough_joins_nothing() -> None:
    rng = np.random.default_rng(8)
    half = " ".join(words(rng, 12))
    texts = [f"{half} {' '.join(words(rng, 12))}" for _ in range(1_500)]
    minwise, sizes, sets = sketched(texts)
    forest = near_texts(minwise, sizes, lambda numbers: as_sets(sets, numbers), 0.8, Silent())
    assert all(index(sets[tie["a"]], sets[tie["b"]]) >= 0.8 for tie in forest.ties.to_pylist())
    assert len(forest.ties) == 0


def test_crowds_still_find_the_pairs_within_them() -> None:
    """One template, half alike throughout, so that buckets are crowded; within it pairs that are near-duplicates."""
    rng = np.random.default_rng(9)
    stem = " ".join(words(rng, 24))
    pairs = []
    for _ in range(400):
        one = f"{stem} {' '.join(words(rng, 8))}"
        pairs += [one, changed(rng, one, 1)]
    minwise, sizes, sets = sketched(list(dict.fromkeys(pairs)))
    forest = near_texts(minwise, sizes, lambda numbers: as_sets(sets, numbers), 0.9, Silent())
    found, truth = grouped(forest.texts, forest.groups), components(sets, 0.9)
    assert len(truth) > 100
    assert sum(map(len, found)) >= 0.99 * sum(map(len, truth))


def test_bands_miss_at_most_one_pair_in_a_thousand_at_the_threshold() -> None:
    for threshold in np.linspace(0.5, 1, 51):
        bands = bands_for(float(threshold))
        assert bands.missed(float(threshold)) <= 1e-3
        assert bands.rows * bands.count <= 64
    assert (bands_for(0.8).rows, bands_for(0.8).count) == (4, 16)
    with pytest.raises(UsageError, match="threshold"):
        bands_for(0.4)


def test_nothing_and_one_text_are_no_trouble() -> None:
    minwise, sizes, sets = sketched(family(1, 1, 12)[:1])
    for n in (0, 1):
        forest = near_texts(minwise[:n], sizes[:n], lambda numbers: as_sets(sets, numbers), 0.8, Silent())
        assert (len(forest.ties), len(forest.texts)) == (0, 0)
