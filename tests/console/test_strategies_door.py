"""The doors of strategies and plans: what is printed, and what is refused with its reason."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from actionday.console.terminal.main import actionday
from actionday.records import UsageError


@pytest.fixture
def star(tmp_path: Path) -> Path:
    path = tmp_path / "star.txt"
    path.write_text("".join(f"hub leaf{number}\n" for number in range(5)))
    return path


def asked(*arguments: str | Path) -> str:
    done = CliRunner().invoke(actionday, ["measure", *map(str, arguments)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.output


def test_strategies_of_a_bare_network_give_whole_curves(star: Path) -> None:
    found = json.loads(asked("strategies", "--edges", star, "--json", "--quiet"))
    (hub,) = (row for row in found["curves"] if row["strategy"] == "adaptive degree")
    assert hub["giant"] == [6, 1, 1, 1, 1, 1, 0]
    (row,) = (row for row in found["strategies"] if row["strategy"] == "adaptive degree")
    assert row["r"] == pytest.approx(5 / 36)
    said = asked("strategies", "--edges", star, "--quiet", "--budget", "2", "--cost", "node=2")
    assert "mixed under a budget: R 0.1667, 10 % never of 1 removals" in said
    assert "not an effect" in said


def test_a_plan_says_why_and_a_hypothetical_one_names_nobody(star: Path, tmp_path: Path) -> None:
    table = tmp_path / "findings.csv"
    table.write_text("subject,ground,confirmed_by\nleaf1,terms 4.2,ana\nhub,terms 4.2,ana\n")
    said = asked("plan", "--edges", star, "--budget", "1", "--findings", table, "--quiet")
    assert "1. hub (node, terms 4.2, ana): 5 standing connections at its turn; the giant component loses 5" in said
    assert "left out, over the budget: leaf1" in said
    said = asked("plan", "--edges", star, "--budget", "1", "--hypothetical", "--json", "--quiet")
    assert json.loads(said)["counts"] == [{"kind": "node", "platform": "", "count": 1}]
    assert "hub" not in said
    assert "leaf" not in said


def test_what_cannot_be_planned_is_said(star: Path) -> None:
    with pytest.raises(UsageError, match="--findings"):
        asked("plan", "--edges", star, "--budget", "1", "--quiet")
    with pytest.raises(UsageError, match="KIND=NUMBER"):
        asked("strategies", "--edges", star, "--cost", "channel", "--quiet")
    with pytest.raises(UsageError, match="above zero"):
        asked("strategies", "--edges", star, "--cost", "channel=0", "--quiet")
    with pytest.raises(UsageError, match="no kind of edge"):
        asked("strategies", "--edges", star, "--leave-out", "friendship", "--quiet")
