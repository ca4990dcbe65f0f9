"""Figures against known answers: intervals as statsmodels', calibration in closed form, truth followed through ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from actionday.link.evaluate import Judged, Truth, at_precision, calibration, evaluate, share
from actionday.records import UsageError


@given(st.integers(1, 5_000), st.data())
def test_intervals_are_wilson_s(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    found = share("x", hits, n)
    low, high = proportion_confint(hits, n, method="wilson")
    assert found.low == pytest.approx(max(low, 0), abs=1e-9)
    assert found.high == pytest.approx(min(high, 1), abs=1e-9)


def test_calibration_in_closed_form() -> None:
    p = np.repeat([0.2, 0.8], 100)
    y = np.concatenate([np.arange(100) < 20, np.arange(100) < 70])
    told = calibration(np.concatenate([p, [0.01]]), np.concatenate([y, [True]]))
    assert told["n"] == 200
    assert told["brier"] == pytest.approx(((p - y) ** 2).mean())
    assert told["brier_of_constant"] == pytest.approx(0.45 * 0.55)
    # ten bins of twenty, sorted by what was said and then by place: the first five are of 0.2, all hits in the first
    expected = np.mean([abs(row["said"] - row["value"]) for row in told["bins"]])
    assert told["expected_error"] == pytest.approx(expected)
    assert sum(row["n"] for row in told["bins"]) == 200


def judged(called: list[str], true: list[str], probability: list[float]) -> Judged:
    n = len(called)
    return Judged(
        np.array(called, object), np.array(true, object), np.array(probability), np.ones(n, bool), 1,
        {"script": np.array(["Latin"] * n, object)}, 0.5,
    )  # fmt: skip


def test_a_sibling_called_a_return_is_an_error() -> None:
    told = evaluate(judged(["successor", "successor", "sibling"], ["backup", "sibling", "sibling"], [0.9, 0.8, 0.7]))
    assert told["precision"]["value"] == pytest.approx(2 / 3)
    assert told["recall"]["value"] == pytest.approx(2 / 4)  # one was lost by blocking
    wrong = [row for row in told["by_relation"] if row["group"] == {"true": "sibling", "called": "return"}]
    assert wrong[0]["value"] == pytest.approx(0.5)


def test_recall_at_precision_by_hand() -> None:
    one = judged(
        ["successor"] * 5, ["successor", "successor", "unrelated", "successor", "unrelated"], [0.9, 0.8, 0.7, 0.6, 0.1]
    )
    assert at_precision(one, 1.0, 4)["value"] == pytest.approx(0.5)
    assert at_precision(one, 0.75, 4)["value"] == pytest.approx(0.75)
    assert at_precision(one, 0.75, 4)["threshold"] == pytest.approx(0.6)


def test_false_links_by_group() -> None:
    one = judged(["successor"] * 4, ["unrelated"] * 4, [0.9, 0.1, 0.1, 0.1])
    rows = evaluate(one)["by_group"]
    assert rows[0]["value"] == pytest.approx(0.25)
    assert rows[1]["group"] == {"script": "Latin"}
    assert rows[1]["times_overall"] == pytest.approx(1.0)


def life(subject: str, born: str, ended: str | None) -> dict[str, object]:
    return {"subject": subject, "born": born, "ended": ended, "platform": "x"}


def test_ties_are_followed() -> None:
    pairs = [
        {"from": "a", "to": "b", "kind": "successor"},
        {"from": "b", "to": "c", "kind": "successor"},
        {"from": "a", "to": "a", "kind": "rename"},
    ]
    lives = [
        life("a", "2019-01", "2019-02"),
        life("b", "2019-03", "2019-04"),
        life("c", "2019-05", None),
        life("d", "2019-01", None),
    ]
    truth = Truth.of({"pairs": pairs, "subjects": lives})
    assert truth.of_pair("c", "a") == "successor"
    assert truth.of_pair("a", "d") == "unrelated"
    assert truth.of_pair("a", "z") is None
    assert Truth.of({"pairs": pairs}).of_pair("a", "d") is None
    with pytest.raises(UsageError):
        Truth.of({"links": []})


def test_of_two_that_one_operator_ran_one_after_the_other_the_later_is_a_return() -> None:
    lives = [life("a", "2019-01", "2019-02"), life("b", "2019-03", None), life("c", "2019-01", "2019-09")]
    ties = [{"from": "a", "to": "b", "kind": "sibling"}, {"from": "a", "to": "c", "kind": "sibling"}]
    truth = Truth.of({"pairs": ties, "subjects": lives})
    assert truth.of_pair("a", "b") == "successor"
    assert truth.of_pair("a", "c") == "sibling"
    assert Truth.of({"pairs": ties}).of_pair("a", "b") == "sibling"  # nothing is known of their lives
