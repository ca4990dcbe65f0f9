"""The generating parameters can be recovered from the lives, and the variants are what they say."""

import math
from typing import Any

import numpy as np
import pytest

from actionday.measure.scenario import Hazard, Parameters, World, generate, survival
from actionday.measure.scenario.parameters import AGE_EDGES


@pytest.fixture(scope="module")
def world() -> World:
    return generate(3_000_000, 11, Parameters(backup_share=0.0))


def columns(world: World, platform: str, kind: str) -> dict[str, Any]:
    table = world.lives()
    keep = (table["platform"].to_numpy() == platform) & (table["kind"].to_numpy() == kind)
    born, ended = table["born"].to_numpy()[keep], table["ended"].to_numpy()[keep]
    return {"born": born, "ended": np.where(np.isnan(ended), np.inf, ended), "cause": table["cause"].to_numpy()[keep]}


def observed(world: World, life: dict[str, Any], begin: float, end: float) -> tuple[Any, Any, Any]:
    """Entry age, exit age and whether a background end was seen, for the calendar window [begin, end)."""
    entry = np.maximum(begin - life["born"], 0.0)
    leave = np.minimum(life["ended"], end) - life["born"]
    seen = (life["ended"] < end) & np.isin(life["cause"], ("background", "owner"))
    at_risk = (leave > entry) & (life["born"] < end)
    return entry[at_risk], leave[at_risk], seen[at_risk]


@pytest.mark.parametrize(
    ("platform", "kind"),
    [("telegram", "channel"), ("telegram", "user"), ("telegram", "admin"), ("telegram", "bot"), ("twitter", "user")],
)
def test_hazards_come_back_from_the_lives(world: World, platform: str, kind: str) -> None:
    parameters = world.parameters
    hazard, second = parameters.hazard(platform, kind), parameters.day(parameters.second.start)
    life = columns(world, platform, kind)
    edges = (0.0, *AGE_EDGES, 1e6)
    for factor, begin, end in ((1.0, 0.0, second), (parameters.hazard_after, second, float(parameters.days))):
        entry, leave, seen = observed(world, life, begin, end)
        for low, high, rate in zip(edges, edges[1:], (hazard.young, hazard.middle, hazard.old), strict=False):
            exposure = np.clip(np.minimum(leave, high) - np.maximum(entry, low), 0.0, None).sum()
            events = int((seen & (leave >= low) & (leave < high)).sum())
            expected = exposure * rate * (factor if platform == "telegram" else 1.0)
            assert abs(events - expected) < 4.5 * math.sqrt(max(expected, 1.0)), (low, begin)


def test_kaplan_meier_meets_the_closed_form(world: World) -> None:
    parameters = world.parameters
    life = columns(world, "twitter", "user")
    entry, leave, seen = observed(world, life, 0.0, float(parameters.days))
    times = np.sort(leave[seen])
    order_in, order_out = np.sort(entry), np.sort(leave)
    at_risk = np.searchsorted(order_in, times, side="left") - np.searchsorted(order_out, times, side="left")
    curve = np.cumsum(np.log1p(-1.0 / at_risk))
    for age in (1.0, 7.0, 30.0, 90.0, 180.0):
        estimate = math.exp(curve[np.searchsorted(times, age) - 1])
        assert estimate == pytest.approx(survival(parameters.hazard("twitter", "user"), age), abs=0.025)


def test_closed_form_by_hand() -> None:
    hazard = Hazard(0.1, 0.01, 0.001)
    assert survival(hazard, 0.0) == 1.0
    assert survival(hazard, 7.0) == pytest.approx(math.exp(-0.7))
    assert survival(hazard, 40.0) == pytest.approx(math.exp(-0.7 - 0.23 - 0.01))
    assert survival(hazard, 40.0, 2.0) == pytest.approx(math.exp(-2 * 0.94))


def test_doses_come_back_community_by_community(world: World) -> None:
    table, parameters = world.lives(), world.parameters
    truth = world.truth()
    second = parameters.day(parameters.second.start)
    born, ended = table["born"].to_numpy(), table["ended"].to_numpy()
    cause, community = table["cause"].to_numpy(), table["community"].to_numpy()
    for kind in ("channel", "user", "admin", "bot"):
        mine = (table["kind"].to_numpy() == kind) & (table["platform"].to_numpy() == "telegram")
        # of those there when the day began: hit by the day, or still there after it
        there = mine & (born < second) & ~(ended < second)
        hit = there & (cause == "second_day")
        through = hit | (there & ~(ended < second + 2))
        dose = np.array([c["second"][kind] for c in truth["doses"]])
        expected = dose[community[through]]
        spread = math.sqrt(float((expected * (1 - expected)).sum()))
        assert abs(int(hit.sum()) - float(expected.sum())) < 4.5 * spread
        assert dose.std() > 0.08


def test_denials_come_back_by_destination(world: World) -> None:
    for row in world.truth()["destinations"]:
        chance = row["probability"]["denied_7"]
        spread = math.sqrt(row["opened"] * chance * (1 - chance))
        assert abs(row["denied_7"] - row["opened"] * chance) < 4.5 * spread + 1, row["platform"]
        assert row["denied_1"] <= row["denied_7"] <= row["denied_30"] <= row["opened"]


def test_more_elsewhere_after_the_day_and_less_at_home(world: World) -> None:
    change = world.truth()["activity"]["change"]
    assert change["telegram"] < -0.6
    table = world.lives()
    moved = table["born"].to_numpy()[table["origin"].to_numpy() == "migration"]
    second = world.parameters.day(world.parameters.second.start)
    assert (moved >= second).mean() > 0.4


def test_no_effect_leaves_the_second_day_out() -> None:
    world = generate(500_000, 2, Parameters(no_effect=True))
    table, truth = world.lives(), world.truth()
    assert "second_day" not in set(table["cause"].to_pylist())
    assert "first_day" in set(table["cause"].to_pylist())
    assert abs(truth["activity"]["change"]["telegram"]) < 0.1
    assert {tuple(c["second"].values()) for c in truth["doses"]} == {(0.0, 0.0, 0.0, 0.0)}
    assert {r["period"] for r in truth["concentration"]} == {"before"}
    assert truth["observer"]["blind_vantages"] == ["collector-2"]


def test_only_the_observer_goes_blind() -> None:
    world = generate("tiny", 2, Parameters(only_observer_goes_blind=True))
    truth = world.truth()
    assert truth["observer"] | {"gone_private": 0, "at": ""} == {
        "blinded": True,
        "blind_vantages": ["collector-1", "collector-2"],
        "sighted_vantages": [],
        "at": "",
        "nothing_removed_on_second_day": True,
        "gone_private": 0,
    }
    assert "second_day" not in set(world.lives()["cause"].to_pylist())
    assert abs(truth["activity"]["change"]["telegram"]) < 0.25
    blind_from = world.parameters.instant(world.parameters.blind_from)
    states = set()
    for export in world.exports():
        posts = export.tables.get("posts")
        if posts is not None and posts["platform"][0].as_py() == "telegram" and export.reader != "table":
            assert max(posts["at"].to_pylist()) < blind_from
        if export.reader == "sightings":
            looks = export.tables["sightings"].to_pylist()
            states |= {r["state"] for r in looks if r["platform"] == "telegram" and r["at"] >= blind_from}
    assert states == {"private_or_prober_blocked", "unreachable"}


def test_an_observer_may_keep_his_sight() -> None:
    from dataclasses import replace

    parameters = Parameters()
    world = generate("tiny", 2, replace(parameters, observer=replace(parameters.observer, blinded=())))
    assert world.truth()["observer"]["blinded"] is False
    assert world.truth()["observer"]["sighted_vantages"] == ["collector-1", "collector-2"]
