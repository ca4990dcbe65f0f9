"""Effects: estimators against other implementations and closed forms, warnings, and the scenario's known dose-response."""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from statsmodels.regression.linear_model import OLS, WLS

from actionday.measure.autocorrelated import fit
from actionday.measure.change import ratio
from actionday.measure.cohort import cohort
from actionday.measure.communities import joined, propagate
from actionday.measure.designs import difference, interrupted
from actionday.measure.dose import Response, coinciding, combined, holm, joint_p, slopes
from actionday.measure.effect import measure_effect
from actionday.measure.reconstitution import bridges, shape
from actionday.measure.scenario import generate
from actionday.measure.worlds_of_effects import DAYS, KINDS, channels_world, dose_world
from actionday.records import load_campaign
from actionday.stores.archive.view import View

if TYPE_CHECKING:
    from tests.measure.conftest import World


def edges(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, b = np.array(pairs, np.int64).T
    return a, b, np.ones(len(a))


def test_without_autocorrelation_it_is_near_least_squares() -> None:
    random = np.random.default_rng(3)
    x = np.column_stack([np.ones(400), np.arange(400) >= 200])
    y = x @ [1.0, 0.5] + random.standard_normal(400)
    found, plain = fit(y, x, np.array([0.0, 1.0])), OLS(y, x).fit()
    assert found is not None
    assert found.value == pytest.approx(plain.params[1], abs=0.02)
    assert found.high - found.low == pytest.approx(np.diff(plain.conf_int()[1])[0], rel=0.15)
    assert abs(found.autocorrelation) < 0.15


def test_missing_days_are_missing_and_not_zeros() -> None:
    before, after = np.full(DAYS, 100.0), np.full(DAYS, 60.0)
    before, after = before + np.resize([1.0, -1.0, 2.0], DAYS), after + np.resize([-2.0, 1.0, 1.0], DAYS)
    whole = interrupted(before, after, 2)
    before[3:9], after[10] = np.nan, np.nan
    gaps = interrupted(before, after, 2)
    assert whole is not None
    assert gaps is not None
    assert whole.value == pytest.approx(-0.4, abs=0.05)
    assert gaps.value == pytest.approx(whole.value, abs=0.05)
    assert gaps.n == whole.n - 7


def test_difference_in_differences_is_the_ratio_of_ratios() -> None:
    early, late, after, treated = channels_world(5, -0.3)
    found = difference(early + late, after, treated, (DAYS, DAYS))
    mine = [ratio((early + late)[rows], after[rows], DAYS, DAYS) for rows in (treated, ~treated)]
    assert found is not None
    assert mine[0].value is not None
    assert mine[1].value is not None
    assert found.value == pytest.approx(mine[0].value / mine[1].value - 1)
    spread = [
        (np.log(one.high or 0) - np.log(one.low or 1)) / 2 for one in mine
    ]  # each group's own, by linearisation: together they make the whole's
    assert (np.log1p(found.high) - np.log1p(found.low)) / 2 == pytest.approx(np.hypot(*spread), rel=0.05)


def test_slopes_are_weighted_least_squares_and_their_sum() -> None:
    made, _ = dose_world(11)
    own = slopes(made, KINDS, 1)
    x = np.column_stack([np.ones(len(made.doses)), made.doses])
    plain = WLS(made.outcome, x, weights=made.weight).fit(cov_type="HC3", use_t=True)
    assert [s.value for s in own] == pytest.approx(plain.params[1:].tolist())
    assert [s.low for s in own] == pytest.approx(plain.conf_int()[1:, 0].tolist())
    value, low, high = combined(made, (0, 1))
    assert value == pytest.approx(own[0].value + own[1].value)
    assert low < value < high


def test_all_slopes_together_agree_with_walds_test_where_that_holds() -> None:
    random = np.random.default_rng(5)
    doses = random.random((400, 3))
    flat = Response(random.normal(size=400), doses, np.ones(400))
    steep = Response(flat.outcome + 0.28 * doses[:, 1], doses, np.ones(400))
    for made in (flat, steep):
        outcome, x = made.scaled()
        known = OLS(outcome, x).fit(cov_type="HC3").f_test(np.eye(4)[1:])
        assert joint_p(made, 1) == pytest.approx(float(known.pvalue), abs=0.04)
    assert joint_p(flat, 1) == joint_p(flat, 1)
    strong = Response(flat.outcome + 9 * doses[:, 0], doses, np.ones(400))
    assert joint_p(strong, 1, 99) == 0.01, "as small as 99 draws allow"


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_doses_that_coincide_or_do_not_differ_are_named() -> None:
    random = np.random.default_rng(1)
    dose = random.random((40, 3))
    assert coinciding(dose, KINDS) == {}
    dose[:, 1] = dose[:, 0] + 0.01 * random.random(40)
    dose[:, 2] = 0.5
    told = coinciding(dose, KINDS)
    assert "inflation" in told["users"]
    assert "hardly differs" in told["channels"]
    assert set(coinciding(dose[:19], KINDS)) == set(KINDS)


def test_two_cliques_and_a_bridge_are_two_communities_and_newcomers_join_theirs() -> None:
    clique = [(a, b) for base in (0, 5) for a in range(base, base + 5) for b in range(a + 1, base + 5)]
    label = propagate(12, edges(*clique, (4, 5)))
    assert len(set(label[:5].tolist())) == len(set(label[5:10].tolist())) == 1
    assert label[0] != label[9]
    known = np.arange(12) < 10
    later = joined(label, known, edges((10, 1), (10, 2), (10, 7), (11, 10)))
    assert later[10] == label[0]
    assert later[11] == -1
    assert bridges(later, edges((4, 5)), edges((4, 6))) == (1, 0)
    assert bridges(later, edges((0, 1)), edges((4, 6))) == (1, 1)


def test_the_shape_of_a_triangle_with_a_tail() -> None:
    found = shape(6, edges((0, 1), (1, 2), (0, 2), (2, 3)))
    assert (found.nodes, found.ties, found.components, found.giant) == (4, 4, 1, 1.0)
    assert found.clustering == pytest.approx(3 / 5)
    assert found.assortativity == pytest.approx(-5 / 7)
    assert shape(3, (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))).nodes == 0


def test_an_empty_archive_gives_reasons_and_no_numbers(world: "World") -> None:
    view = world.view()
    found = measure_effect(view, cohort(view, world.campaign), world.campaign)
    shown = [e for e in found.estimates if not e.name.startswith("network_")]
    assert {e.value for e in shown} == {None}
    assert all(e.caveats for e in shown)


def test_a_coinciding_event_leaves_designs_against_time_without_a_number(world: "World") -> None:
    for number in range(12):
        channel = f"telegram:channel:{number}"
        gone = number < 4
        world.posts(channel, np.arange(-70, 1 if gone else 38, 0.25).tolist())
        world.looks(channel, range(-70, 0))
        world.looks(channel, range(1, 36), "removed_by_platform" if gone else "present")
    view = world.view()
    people = cohort(view, world.campaign)
    plain = {e.name: e for e in measure_effect(view, people, world.campaign).estimates}
    assert plain["effect_its"].value == pytest.approx(-1 / 3, abs=0.1)
    world.coinciding(1, "outage", "Outage")
    told = {e.name: e for e in measure_effect(view, people, world.campaign).estimates}
    assert told["effect_its"].value is None
    assert any("Outage" in caveat for caveat in told["effect_its"].caveats)


def test_the_scenarios_dose_response_lies_in_its_intervals(tmp_path: Path) -> None:
    made = generate("demo", 7)
    parts = defaultdict(list)
    for piece in made.archive_tables():
        for name, table in piece.items():
            parts[name].append(table)
    view = View.of({name: pa.concat_tables(tables) for name, tables in parts.items()})
    (tmp_path / "day.toml").write_text(made.day_toml())
    campaign = load_campaign(tmp_path / "day.toml")
    found = measure_effect(view, cohort(view, campaign), campaign)
    slope = {(e.name, e.group["kind"]): e for e in found.estimates if e.name.startswith("reach_")}
    truth = {(row["days"], row["kind"]): row["slope"] for row in made.truth()["dose_response"]}
    for days in (7, 30):
        both = slope[f"reach_regained_{days}d_per_dose", "users and administrators"]
        assert both.low is not None
        assert both.high is not None
        assert both.low <= truth[days, "users"] + truth[days, "administrators"] <= both.high


def test_weights_decide_whom_a_slope_listens_to() -> None:
    dose = np.linspace(0, 1, 40)[:, None]
    outcome = np.where(np.arange(40) % 2, -dose[:, 0], dose[:, 0])
    heavy = np.where(np.arange(40) % 2, 1e6, 1.0)
    (found,) = slopes(Response(outcome, dose, heavy), ["channels"], 1)
    assert found.value == pytest.approx(-1, abs=0.01)
