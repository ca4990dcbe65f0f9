"""Expectation-maximisation: it climbs, it finds the weights that made the data, and few pairs leave what was expected."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.link.worlds import compared, laid

from actionday.link.evidence import FAMILIES
from actionday.link.model import BLOCKS, CLASSES, LEVELS, MATCHES, Model, reach
from actionday.link.score import bits, explain, from_bits, probabilities
from actionday.link.train import fit, patterns_of, starting_model, train


def model_of(random: np.random.Generator) -> Model:
    level = np.zeros((len(CLASSES), len(FAMILIES), LEVELS))
    for f, family in enumerate(FAMILIES):
        for k in range(len(CLASSES)):
            level[k, f, : len(family.levels)] = random.dirichlet(np.ones(len(family.levels)))
    return Model(random.dirichlet(np.ones(len(CLASSES))), level, random.uniform(0.3, 1, len(FAMILIES)), "test", 0)


def draw(model: Model, random: np.random.Generator, n: int) -> tuple["np.ndarray", "np.ndarray"]:
    """Pairs that blocking finds, drawn from a model: classes and levels."""
    kept_class, kept_levels, wanted = [], [], (model.share * n).astype(int)
    for k, count in enumerate(wanted):
        have = 0
        while have < count:
            size = 4 * count
            levels = np.full((size, len(FAMILIES)), -1, np.int8)
            for f in range(len(FAMILIES)):
                seen = random.random(size) < model.present[f]
                levels[seen, f] = random.choice(LEVELS, int(seen.sum()), p=model.level[k, f])
            found = np.zeros(size, bool)
            for name, first in BLOCKS.items():
                f = [family.name for family in FAMILIES].index(name)
                found |= levels[:, f] >= first
            levels = levels[found][: count - have]
            kept_levels.append(levels)
            kept_class.append(np.full(len(levels), k))
            have += len(levels)
    return np.concatenate(kept_class), np.concatenate(kept_levels)


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_every_step_climbs(seed: int) -> None:
    random = np.random.default_rng(seed)
    made = model_of(random)
    _, levels = draw(made, random, 400)
    start = starting_model(made.level[0], made.present)
    climbed = fit(start, *patterns_of(levels), steps=30, tolerance=0.0).likelihood
    assert np.all(np.diff(climbed) >= -1e-6 * np.abs(climbed[:-1]))


def test_it_finds_the_weights_that_made_the_data() -> None:
    random = np.random.default_rng(11)
    made = starting_model(model_of(random).level[0], np.full(len(FAMILIES), 0.8))
    sharp = made.level.copy()
    for f, family in enumerate(FAMILIES):  # strangers hardly ever agree
        size = len(family.levels)
        sharp[0, f, :size] = [0.96, *[0.04 / (size - 1)] * (size - 1)]
        sharp[3, f, :size] = sharp[3, f, :size][::-1]
    made = replace(made, level=sharp, share=np.array([0.5, 0.2, 0.1, 0.2]))
    which, levels = draw(made, random, 40_000)
    start = starting_model(made.level[0], made.present)
    found = fit(start, *patterns_of(levels), steps=400).model
    assert np.abs(found.level[3] - made.level[3]).max() < 0.04
    assert found.share[3] == pytest.approx(0.2, abs=0.02)
    said = probabilities(found, levels)
    assert ((said > 0.5) == (which == 3)).mean() > 0.97
    assert said.mean() == pytest.approx((which == 3).mean(), abs=0.02)


def test_few_pairs_leave_what_was_expected() -> None:
    made = starting_model(model_of(np.random.default_rng(2)).level[0], np.full(len(FAMILIES), 0.8))
    one = np.zeros((1, len(FAMILIES)), np.int8)
    one[0, 3] = 3
    found = fit(made, one, np.ones(1), steps=50).model
    assert np.abs(found.level[1:] - made.level[1:]).max() < 0.1


def test_the_share_blocking_finds_by_counting() -> None:
    random = np.random.default_rng(3)
    made = model_of(random)
    n, hit = 40_000, np.zeros(len(CLASSES))
    for k in range(len(CLASSES)):
        found = np.zeros(n, bool)
        for name, first in BLOCKS.items():
            f = [family.name for family in FAMILIES].index(name)
            levels = random.choice(LEVELS, n, p=made.level[k, f])
            found |= (random.random(n) < made.present[f]) & (levels >= first)
        hit[k] = found.mean()
    assert np.abs(reach(made.level, made.present) - hit).max() < 0.01


def test_probability_by_bayes_and_waterfall_that_adds_up() -> None:
    random = np.random.default_rng(4)
    made = model_of(random)
    _, levels = draw(made, random, 200)
    for row in levels[:50]:
        weight = made.share / reach(made.level, made.present)
        for f, level in enumerate(row.tolist()):
            if level >= 0:
                weight = weight * made.level[:, f, level]
        expected = weight[MATCHES].sum() / weight.sum()
        assert probabilities(made, row[None])[0] == pytest.approx(expected, rel=1e-9)
        steps = explain(made, row)
        assert sum(step.bits for step in steps) == pytest.approx(bits(made, row[None])[0], abs=1e-9)
        assert from_bits(np.array([steps[-1].total]))[0] == pytest.approx(expected, rel=1e-9)
        assert all(step.bits == 0.0 for step in steps if step.family != "prior" and step.level is None)


def test_weights_survive_json() -> None:
    made = train(laid(1_500), compared(1_500)[1], steps=20).model
    again = Model.from_json(made.to_json())
    assert again.version == made.version
    assert np.allclose(again.level, made.level, atol=1e-7)
    with pytest.raises(ValueError, match="another release"):
        Model.from_json(made.to_json().replace('"handle"', '"nickname"'))
