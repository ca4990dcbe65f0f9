"""Returns: the estimators against lifelines and closed forms, outcomes on small worlds, and the three figures side by side."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from lifelines import AalenJohansenFitter
from scipy.stats import kendalltau
from tests.measure.conftest import World

from actionday.measure.aalen_johansen import aalen_johansen, pooled
from actionday.measure.cohort import cohort
from actionday.measure.returns import Judged, measure_returns
from actionday.measure.returns_audience import kendall, order_rank
from actionday.measure.returns_figures import Asked, figures, incidence_estimates
from actionday.measure.returns_imputation import design
from actionday.measure.returns_outcomes import MOVED, NOTHING, RETURNED, Outcomes, outcomes, renamed
from actionday.measure.schemas import TABLES
from actionday.measure.worlds_of_incidence import RETURNING, Returning, removals_world
from actionday.records import (
    LEAD,
    NOTHING_JUDGED,
    ActorId,
    Estimate,
    Judgement,
    JudgementId,
    Measure,
    NoneOf,
    Relation,
    SubjectId,
)
from actionday.records import Judged as Answer

RELATIONS = {Answer.NEGATIVE: Relation.UNRELATED, Answer.UNSURE: None, Answer.NONE: None}


def say(
    a: str,
    b: str,
    answer: Answer = Answer.POSITIVE,
    relation: Relation = Relation.SUCCESSOR,
    sampling: float | None = None,
) -> Judgement:
    who = ActorId(f"a-{'coder' if sampling else 'analyst'}")
    kind = RELATIONS.get(answer, relation)
    at = datetime(2020, 3, 1, tzinfo=UTC)
    ends = SubjectId.parse(a), SubjectId.parse(b)
    return Judgement(JudgementId(f"j-{a}-{b}-{who}"), ends[0], ends[1], answer, kind, who, at, "", sampling)


def channel(number: int) -> str:
    return f"telegram:channel:{number}"


@pytest.mark.parametrize("seed", range(3))
def test_incidence_is_lifelines(seed: int) -> None:
    random = np.random.default_rng(seed)
    time, cause = random.exponential(10, 300), random.integers(0, 3, 300).astype(np.int8)
    mine = aalen_johansen(time, cause)
    for kind in (1, 2):
        peer = AalenJohansenFitter(calculate_variance=True).fit(time, cause, event_of_interest=kind)
        for t in (1.0, 5.0, 20.0):
            found = mine.at(t, kind)
            assert found is not None
            assert found[0] == pytest.approx(float(peer.predict(t)), abs=1e-12)
            variance = peer.variance_[peer.variance_.index <= t].iloc[-1]
            assert found[1] ** 2 == pytest.approx(float(np.ravel(variance)[0]), rel=1e-9)


def test_without_censoring_it_is_a_share_with_its_binomial_variance() -> None:
    time, cause = np.array([1.0, 1.0, 2.0, 3.0, 4.0]), np.array([1, 2, 1, 1, 2], np.int8)
    mine = aalen_johansen(time, cause)
    assert mine.at(0.5, 1) == (0.0, 0.0)
    for t, share in ((1.0, 0.2), (2.5, 0.4), (50.0, 0.6)):
        found = mine.at(t, 1)
        assert found is not None
        assert found[0] == pytest.approx(share)
        assert found[1] == pytest.approx((share * (1 - share) / 5) ** 0.5)
    censored = aalen_johansen(time, np.array([1, 1, 0, 0, 0], np.int8))
    assert censored.at(4.0, 1) is not None
    assert censored.at(4.1, 1) is None, "nobody was followed for longer"
    assert aalen_johansen(np.empty(0), np.empty(0, np.int8)).at(0.0, 1) is None


def test_rubins_rules_by_hand() -> None:
    found = pooled([(0.2, 0.1), (0.4, 0.1)])
    between = 0.02 * 1.5
    assert found.value == pytest.approx(0.3)
    assert found.error == pytest.approx((0.01 + between) ** 0.5)
    assert found.freedom == pytest.approx((1 + 0.01 / between) ** 2)
    assert pooled([(0.5, 0.1), (0.5, 0.1)]).half(0.95) == pytest.approx(0.196, abs=1e-3)
    value, low, high = pooled([(0.0, 0.0)] * 5).share(0.95, 10)
    assert (value, low) == (0.0, 0.0)
    assert high == pytest.approx(1 - 0.025 ** (1 / 10))


def test_ranks_of_the_median_and_the_trend() -> None:
    assert [order_rank(n, 0.95) for n in (5, 6, 10, 20)] == [None, 0, 1, 5]
    assert kendall(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == pytest.approx((10.0, 50 / 3))
    tied = np.array([1.0, 1.0, 2.0, 3.0, 2.0, 5.0, 4.0])
    score, variance = kendall(tied)
    peer = kendalltau(np.arange(7), tied, method="asymptotic")
    assert 2 * (1 - _normal(abs(score) / variance**0.5)) == pytest.approx(peer.pvalue, rel=1e-6)


def _normal(z: float) -> float:
    from statistics import NormalDist

    return NormalDist().cdf(z)


def small_world(world: World) -> World:
    """Channels 1 to 6 are removed between day 1 and 2 and watched to day 60; 11 to 16 begin later or were there before."""
    for number in range(1, 7):
        world.looks(channel(number), (-20, 0, 1))
        world.looks(channel(number), (2, 3, 4), "removed_by_platform")
    for number, day in ((11, 10.0), (12, -20.0), (14, 30.0), (15, 1.5)):
        world.looks(channel(number), (day, 60.0))
    world.looks("xmpp:channel:13@example.org", (12.0, 60.0))
    world.add("moves", 5, subject=channel(3), target="xmpp:channel:13@example.org", platform="telegram", kind="announced",
              target_platform="xmpp")  # fmt: skip
    return world


def read(world: World, judgements: Iterable[Judgement | NoneOf]) -> Outcomes:
    view = world.view()
    return outcomes(view, cohort(view, world.campaign), world.campaign, renamed(view, judgements))


def outcome(some: Outcomes, number: int) -> tuple[int, float]:
    (row,) = np.flatnonzero(some.subject == channel(number))
    begun = datetime(2019, 11, 21, tzinfo=UTC).timestamp() / 86_400
    return int(some.links.cause[row]), round(float(some.links.at[row] - begun), 6)


def test_who_came_back_when(world: World) -> None:
    small_world(world)
    some = read(world, [
        say(channel(1), channel(11)),
        say(channel(2), channel(12), relation=Relation.BACKUP),
        say(channel(4), channel(99)),
        say(channel(5), channel(14), Answer.UNSURE),
        say(channel(6), channel(14), Answer.NEGATIVE),
    ])  # fmt: skip
    assert len(some) == 6
    assert outcome(some, 1) == (RETURNED, 10.0)
    assert outcome(some, 2) == (RETURNED, 1.0), "a backup takes over at once"
    assert outcome(some, 3) == (MOVED, 5.0), "by its own word, which nobody has to judge"
    assert [outcome(some, n)[0] for n in (4, 5, 6)] == [NOTHING] * 3
    assert some.links.unknown.tolist() == [s in (channel(4), channel(5)) for s in some.subject], (
        "never seen, and unsure"
    )
    assert set(some.strata["period"].tolist()) == {"window"}


def test_whoever_was_looked_into_and_found_without_a_return_counts_as_labelled(world: World) -> None:
    subject, other = (SubjectId.parse(channel(number)) for number in (6, 14))
    at = datetime(2020, 1, 5, tzinfo=UTC)
    for among in ((), (other,)):
        none = NoneOf(JudgementId("j-none"), subject, among, ActorId("a-coder"), at, "", 0.25)
        some = read(small_world(world), [none])
        (row,) = np.flatnonzero(some.subject == channel(6))
        assert (some.drawn[row], bool(some.sample.told[row]), int(some.sample.cause[row])) == (0.25, True, NOTHING)
        assert not some.everyday.told[row]
        assert np.isnan(some.drawn).sum() == len(some) - 1


def test_a_return_within_the_bracket_cuts_it(world: World) -> None:
    some = read(small_world(world), [say(channel(1), channel(15))])
    random = np.random.default_rng(1)
    from actionday.measure.returns_imputation import removal

    row = some.subject.tolist().index(channel(1))
    dates = np.stack([removal(random, some, some.links) for _ in range(200)]) - some.left
    assert dates[:, row].max() <= 0.5 < np.delete(dates, row, axis=1).max()


def test_a_negative_beats_a_positive_and_the_same_operator_elsewhere_has_moved(world: World) -> None:
    small_world(world)
    some = read(world, [
        say(channel(1), channel(11)), say(channel(1), channel(11), Answer.NEGATIVE, sampling=0.5),
        say(channel(2), "xmpp:channel:13@example.org", relation=Relation.SAME_OPERATOR),
        say(channel(4), channel(14), relation=Relation.SIBLING),
        say(channel(5), channel(12)),
    ])  # fmt: skip
    assert outcome(some, 1)[0] == NOTHING
    row = some.subject.tolist().index(channel(1))
    assert (some.everyday.cause[row], some.sample.cause[row], some.drawn[row]) == (RETURNED, NOTHING, 0.5)
    assert outcome(some, 2) == (MOVED, 12.0)
    assert outcome(some, 4)[0] == NOTHING, "a sibling is no return"
    assert outcome(some, 5) == (RETURNED, 1.0)


def measured(world: World, judgements: Iterable[Judgement], by: str = "all", shuffle: int | None = None) -> Measure:
    view = world.view(shuffle)
    return measure_returns(view, cohort(view, world.campaign), world.campaign, by, Judged(list(judgements)))


def test_the_measure_is_the_same_in_any_order_and_says_that_a_link_is_a_lead(world: World) -> None:
    small_world(world)
    for day, size in ((0, 100), (11, 40), (20, 60)):
        for number in (1, 11):
            world.add("channels", day, subject=channel(number), platform="telegram", members=size)
    judgements = [say(channel(1), channel(11)), say(channel(2), channel(12), relation=Relation.BACKUP)]
    first = measured(world, judgements)
    Random(1).shuffle(judgements)
    again = measured(world, judgements[::-1], shuffle=3)
    assert first.estimates == again.estimates
    for name in ("incidence", "lives", "generations"):
        assert first.tables[name].schema == TABLES[name]
        assert first.tables[name].equals(again.tables[name])
    assert LEAD in first.notes
    assert first.tables["lives"]["life"].to_pylist() == [1, 2, 1, 2]
    assert first.tables["lives"]["before"].to_pylist() == [None, channel(1), None, channel(2)] or first.tables["lives"][
        "before"
    ].to_pylist() == [None, channel(2), None, channel(1)]
    assert first.tables["generations"].to_pylist()[1] == {
        "life": 2,
        "platform": "telegram",
        "kind": "channel",
        "count": 2,
    }
    by_platform = measured(world, judgements, "platform")
    assert {e.group.get("platform") for e in by_platform.estimates} == {"telegram", "xmpp"}


def named(estimates: Iterable[Estimate]) -> dict[str, Estimate]:
    return {e.name: e for e in estimates if not e.group}


def test_without_judgements_or_without_a_sample_it_says_so(world: World) -> None:
    (only,) = measured(small_world(world), []).estimates
    assert (only.value, only.caveats) == (None, (NOTHING_JUDGED,))
    found = named(measured(world, [say(channel(1), channel(11))]).estimates)
    corrected = found["returned_30d_corrected"]
    assert corrected.value is None
    assert corrected.caveats == ("not measured here: no judgement has a sampling probability",)
    confirmed, bounds = found["returned_30d_confirmed"], found["returned_30d_bounds"]
    assert confirmed.value == pytest.approx(1 / 6)
    assert bounds.value is None
    assert bounds.low is not None
    assert bounds.high is not None
    assert bounds.low < 1 / 6 < 5 / 6 < bounds.high, "all but the one that moved may be back"


def test_the_correction_moves_the_confirmed_figure_towards_the_truth() -> None:
    asked = Asked(0.95, 1, {})
    worlds = [named(incidence_estimates(figures(removals_world(seed), asked), asked)) for seed in range(8)]
    truth = RETURNING.incidence("returned", 30)
    means = {f: np.mean([w[f"returned_30d_{f}"].value or 0.0 for w in worlds]) for f in ("confirmed", "corrected")}
    assert abs(means["corrected"] - truth) < 0.02 < truth - means["confirmed"]
    for one in worlds:
        bounds, corrected = one["returned_30d_bounds"], one["returned_30d_corrected"]
        assert bounds.low is not None
        assert bounds.high is not None
        assert corrected.value is not None
        assert bounds.low <= corrected.value <= bounds.high


def test_a_sample_of_everybody_leaves_nothing_to_impute_and_a_sample_of_certain_ones_measures_nothing() -> None:
    whole = design(removals_world(1, 60, Returning(sampled=1.0)))
    assert whole.lacking == ""
    assert not any(rows.size for rows in whole.recipients.values())
    few = design(removals_world(1, 60, Returning(sampled=0.02)))
    assert "are needed" in few.lacking
    some = removals_world(2, 200)
    some.drawn[~np.isnan(some.drawn)] = 1.0
    assert "0 labelled without a link" in design(some).lacking, "whoever was drawn for certain stands for nobody else"


def test_the_same_seed_gives_the_same_figures() -> None:
    asked = Asked(0.95, 3, {})
    some = removals_world(5, 120)
    first, again = (list(incidence_estimates(figures(some, asked), asked)) for _ in range(2))
    other = list(incidence_estimates(figures(some, Asked(0.95, 4, {})), asked))
    assert first == again
    assert first != other


def test_time_runs_from_the_removal_not_from_the_first_miss(world: World) -> None:
    some = read(small_world(world), [say(channel(1), channel(11))])
    found = named(incidence_estimates(figures(some, Asked(0.95, 1, {})), Asked(0.95, 1, {})))
    assert found["returned_7d_confirmed"].value == 0.0
    late = world.campaign.start + timedelta(days=10)
    assert late > world.campaign.end
    assert found["returned_30d_confirmed"].value == pytest.approx(1 / 6)
