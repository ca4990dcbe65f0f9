"""Drawing pairs to judge: what is drawn, with which probability, for whom; and learning from what was drawn, and from nothing else."""

from collections import Counter
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pytest
from tests.link.worlds import compared, laid, world

from actionday.link.draw import BANDS, Before, Plan, band_of, draw
from actionday.link.evaluate import codes
from actionday.link.learn import Labels, learn, updated
from actionday.link.linking import Linked, link, scored
from actionday.link.model import MATCHES
from actionday.link.propose import Rules
from actionday.link.score import bits, probabilities
from actionday.link.tables import Profiles
from actionday.link.train import train

NOBODY = Before(frozenset(), frozenset())


@lru_cache(maxsize=1)
def linked() -> Linked:
    candidates, levels = compared()
    return scored(laid(), train(laid(), levels).model, Rules(), candidates, levels)


@lru_cache(maxsize=1)
def truth() -> "np.ndarray":
    """By compared pair: whether it is of one operator."""
    earlier, later, _ = world().pairs()
    n = len(laid())
    a, b = linked().candidates.pairs
    tie = set(codes((earlier, later), n).tolist()) | set(codes((later, earlier), n).tolist())
    return np.array([code in tie for code in codes((a, b), n).tolist()])


def pairs_in(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table["subject"].to_pylist(), table["target"].to_pylist(), strict=True))


def test_the_probability_on_record_is_what_was_drawn_over_what_was_there() -> None:
    table = draw(linked(), Plan(90, ("a-ann",), controls=0.3, seed=4), NOBODY)
    proposed = linked().allowed & (linked().probability >= 0.5)
    bands = band_of(linked().probability)
    there = Counter(zip(proposed.tolist(), bands.tolist(), strict=True))
    mine = list(
        zip(
            [part == "proposal" for part in table["part"].to_pylist()],
            band_of(table["probability"].to_numpy()).tolist(),
            strict=True,
        )
    )
    taken = Counter(mine)
    assert table["sampling"].to_pylist() == [taken[key] / there[key] for key in mine]
    assert len(set(table["sampling"].to_pylist())) > 3
    again = draw(linked(), Plan(90, ("a-ann",), controls=0.3, seed=4), NOBODY)
    assert again.equals(table)
    assert pairs_in(draw(linked(), Plan(90, ("a-ann",), controls=0.3, seed=5), NOBODY)) != pairs_in(table)


def test_weighed_by_their_probabilities_the_drawn_stand_for_all() -> None:
    """Horvitz and Thompson: the sum of 1 / probability is, on average, the number of pairs, and of true ones the number of those."""
    wanted_n, wanted_true = len(linked().probability), int(truth().sum())
    place = {pair: row for row, pair in enumerate(_ids())}
    counts, trues = [], []
    for seed in range(150):
        table = draw(linked(), Plan(120, ("a-ann",), controls=0.4, seed=seed), NOBODY)
        weight = 1 / table["sampling"].to_numpy()
        rows = [place[pair] for pair in pairs_in(table)]
        counts.append(weight.sum())
        trues.append(weight[truth()[rows]].sum())
    assert np.mean(counts) == pytest.approx(wanted_n, rel=1e-6)
    error = np.std(trues) / np.sqrt(len(trues))
    assert np.mean(trues) == pytest.approx(wanted_true, abs=4 * error + 1)


def _ids() -> list[tuple[str, str]]:
    ids = linked().frame.profiles.subjects["subject"].to_pylist()
    a, b = linked().candidates.pairs
    return [(ids[x], ids[y]) for x, y in zip(a.tolist(), b.tolist(), strict=True)]


def test_a_tenth_are_controls_and_some_are_for_two() -> None:
    known = frozenset(_ids()[:40])
    table = draw(linked(), Plan(100, ("a-ann", "a-bob", "a-cat")), Before(frozenset(), known))
    once = table.group_by("pair").aggregate([("part", "min"), ("coder", "count"), ("coder", "count_distinct")])
    assert Counter(once["part_min"].to_pylist()) == {"proposal": 90, "below": 5, "known": 5}
    assert Counter(once["coder_count"].to_pylist()) == {1: 80, 2: 20}
    assert once["coder_count"].to_pylist() == once["coder_count_distinct"].to_pylist(), "nobody is asked twice"
    each = Counter(table["coder"].to_pylist())
    assert max(each.values()) - min(each.values()) <= 20
    below = table.filter(pa.compute.equal(table["part"], "below"))
    assert all(one < 0.5 for one in below["probability"].to_pylist()) or not linked().allowed.all()
    assert set(pairs_in(table.filter(pa.compute.equal(table["part"], "known")))) <= known


def test_what_was_drawn_is_not_drawn_again_and_few_pairs_give_few() -> None:
    first = draw(linked(), Plan(50, ("a-ann",)), NOBODY)
    second = draw(linked(), Plan(50, ("a-ann",)), Before(frozenset(pairs_in(first)), frozenset()))
    assert not set(pairs_in(first)) & set(pairs_in(second))
    everything = draw(linked(), Plan(10_000_000, ("a-ann",), controls=0.5), NOBODY)
    assert len(everything) == len(linked().probability)
    assert set(everything["sampling"].to_pylist()) == {1.0}
    assert len(draw(linked(), Plan(20, ("a-ann",)), Before(frozenset(_ids()), frozenset()))) == 0


def test_whoever_goes_by_a_real_name_is_never_drawn() -> None:
    subjects = linked().frame.profiles.subjects
    real = pa.array(np.arange(len(subjects)) % 2 == 0)
    at = subjects.schema.get_field_index("real_name")
    profiles = replace(linked().frame.profiles, subjects=subjects.set_column(at, "real_name", real))
    spared = replace(linked(), frame=replace(linked().frame, profiles=profiles))
    table = draw(spared, Plan(10_000_000, ("a-ann",), controls=0.5), NOBODY)
    named = set(subjects["subject"].filter(real).to_pylist())
    assert len(table)
    assert not named & {one for pair in pairs_in(table) for one in pair}


def test_bands_hold_their_edges() -> None:
    assert band_of(np.array([0.0, 0.05, 0.4999, 0.5, 0.99, 1.0])).tolist() == [0, 1, 2, 3, 6, 6]
    assert len(BANDS) == 8


def labelled(size: int = 800, seed: int = 3) -> Labels:
    """True answers about drawn pairs, each standing for 1 / probability."""
    table = draw(linked(), Plan(size, ("a-ann",), controls=0.5, seed=seed), NOBODY)
    place = {pair: row for row, pair in enumerate(_ids())}
    pairs = pairs_in(table)
    match = tuple(bool(truth()[place[pair]]) for pair in pairs)
    subject, target = zip(*pairs, strict=True)
    return Labels(subject, target, match, tuple((1 / table["sampling"].to_numpy()).tolist()))


def test_the_same_labels_in_any_order_make_the_same_model() -> None:
    labels, model = labelled(), linked().model
    learned = learn(laid(), model, labels)
    order = np.random.default_rng(2).permutation(len(labels.match)).tolist()
    mixed = Labels(
        *(tuple(column[i] for i in order) for column in (labels.subject, labels.target, labels.match, labels.weight))
    )
    assert learn(laid(), model, mixed).version == learned.version
    assert learned.version != model.version
    assert f"{len(labels.match)} answers about drawn pairs" in learned.trained_on
    assert np.array_equal(learned.level[0], model.level[0]), "strangers stay as they were counted"
    assert learned.level[1:].sum(axis=2) == pytest.approx(np.ones(learned.level[1:].shape[:2]))


def test_no_labels_or_labels_about_others_leave_the_model_as_it_is() -> None:
    model = linked().model
    assert learn(laid(), model, Labels((), (), (), ())) is model
    assert (
        learn(laid(), model, Labels(("telegram:channel:none",), ("telegram:channel:never",), (True,), (1.0,))) is model
    )


def test_wrong_weights_are_pulled_to_what_the_labels_say() -> None:
    """A model whose share of operators is ten times too high is nearer to the truth after labels: log loss over all pairs."""
    levels, true = linked().levels, truth()
    share = linked().model.share.copy()
    share[MATCHES] = np.minimum(10 * share[MATCHES], 0.9)
    wrong = replace(linked().model, share=share / share.sum())

    def loss(model: object) -> float:
        p = np.clip(probabilities(model, levels), 1e-9, 1 - 1e-9)  # type: ignore[arg-type]
        return float(-np.mean(np.where(true, np.log(p), np.log(1 - p))))

    assert loss(learn(laid(), wrong, labelled())) < loss(wrong)


def test_weights_of_labels_matter_by_their_proportions_alone() -> None:
    labels, model = labelled(300), linked().model
    match, weight = np.array(labels.match), np.array(labels.weight)
    levels = linked().levels[: len(match)]
    assert bits(updated(model, levels, match, 7 * weight), levels) == pytest.approx(
        bits(updated(model, levels, match, weight), levels)
    )


def test_a_run_with_labels_scores_with_what_it_learned() -> None:
    profiles = Profiles.of(world().tables())
    labels = labelled()
    assert link(profiles).model.version == linked().model.version
    assert link(profiles, labels=labels).model.version == learn(laid(), linked().model, labels).version
