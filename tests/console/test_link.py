"""`actionday link` as a stranger would run it: run, returns, explain, evaluate, forget."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.console.test_main_job import actionday

from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linked")
    actionday("scenario", folder / "exports", "--size", "20000", "--seed", "3")
    actionday("observe", "import", folder / "exports", "--home", folder / "case.d")
    return folder


@pytest.fixture(scope="module")
def done(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(actionday("link", "run", "--home", home / "case.d", "--json"))
    return found


@pytest.fixture(scope="module")
def lead(home: Path, done: dict[str, Any]) -> dict[str, Any]:
    truth = json.loads((home / "exports" / "truth.json").read_text())
    for pair in truth["pairs"]:
        if pair["kind"] in ("successor", "backup"):
            found = json.loads(actionday("link", "returns", pair["from"], "--home", home / "case.d", "--json"))
            scored = [lead for lead in found["leads"] if lead["rule"] == "scored"]
            if scored:
                return dict(scored[0])
    raise AssertionError("nothing proposed about anyone who came back")


def test_before_any_run_it_says_what_to_do(home: Path, tmp_path: Path) -> None:
    actionday("observe", "import", home / "exports" / "day.toml", "--home", tmp_path / "case.d", status=0)
    assert "link run" in actionday("link", "returns", "telegram:channel:1", "--home", tmp_path / "case.d", status=2)


def test_a_run_proposes_and_says_what_it_cut(done: dict[str, Any]) -> None:
    assert done["compared"] > 100
    assert sum(done["proposals"].values()) > 0
    assert {row["key"] for row in done["cut"]} >= {"links", "handle"}
    assert "never a ground" in done["note"]


def test_the_same_data_give_the_same_model(home: Path, done: dict[str, Any], lead: dict[str, Any]) -> None:
    again = json.loads(actionday("link", "run", "--home", home / "case.d", "--json"))
    assert again["model"] == done["model"]
    assert again["proposals"] == done["proposals"]


def test_returns_carry_evidence(lead: dict[str, Any]) -> None:
    assert lead["probability"] >= 0.5
    assert len(lead["evidence"]) >= 2
    assert lead["wrong_of_100"] == "not measured here"


def test_explain_adds_up(home: Path, lead: dict[str, Any]) -> None:
    pair = (lead["target"], lead["subject"])
    told = json.loads(actionday("link", "explain", *pair, "--home", home / "case.d", "--json"))
    assert (told["subject"], told["target"], told["relation"]) == (lead["subject"], lead["target"], lead["relation"])
    assert told["probability"] == pytest.approx(lead["probability"], abs=1e-6)
    assert sum(step["bits"] for step in told["steps"]) == pytest.approx(lead["weight"], abs=1e-4)
    assert told["why_not"] is None
    text = actionday("link", "explain", *pair, "--home", home / "case.d")
    assert "never a ground" in text
    assert "bits" in text
    assert "not compared" not in text
    assert "itself" in actionday("link", "explain", pair[0], pair[0], "--home", home / "case.d", status=2)
    assert "not among" in actionday("link", "explain", "x:account:1", pair[0], "--home", home / "case.d", status=2)


def test_a_handle_is_as_good_as_an_id_and_strangers_are_named(home: Path, done: dict[str, Any]) -> None:
    view = Archive(open_home(home / "case.d")).view()
    channels = view.table("channels")
    alone = channels.filter(channels.handle.notnull()).group_by("handle").agg(n=channels.subject.nunique())
    some = channels.join(alone.filter(alone.n == 1), "handle").order_by("subject").limit(1)
    (row,) = view.arrow(some.select("subject", "platform", "handle")).to_pylist()
    asked = f"{row['platform']}:@{row['handle']}"
    called = json.loads(actionday("link", "returns", asked, "--home", home / "case.d", "--json"))
    assert called["subject"] == row["subject"]
    told = actionday("link", "returns", "telegram:channel:999", "--home", home / "case.d", status=2)
    assert "never seen here" in told
    assert "no profile" in actionday("link", "returns", "telegram:@nobody_at_all", "--home", home / "case.d", status=2)


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("[]", "pairs"),
        ('{"pairs": [{"from": "a"}]}', "pair 1"),
        ('{"pairs": [{"from": "a", "to": "b", "kind": "cousin"}]}', "cousin"),
        ('{"pairs": [], "subjects": [{"subject": "a"}]}', "subject of the truth"),
    ],
)
def test_a_truth_that_is_none_is_named(home: Path, tmp_path: Path, told: str, word: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(told)
    said = actionday("link", "evaluate", "--truth", path, "--home", home / "case.d", status=5)
    assert word in said
    assert "truth.json" in said


def test_evaluate_prints_intervals(home: Path, tmp_path: Path, lead: dict[str, Any]) -> None:
    truth = home / "exports" / "truth.json"
    told = json.loads(actionday("link", "evaluate", "--truth", truth, "--home", home / "case.d", "--json"))
    for name in ("precision", "recall", "blocking_recall"):
        assert 0 <= told[name]["low"] <= told[name]["value"] <= told[name]["high"] <= 1
    assert told["calibration"]["bins"]
    assert {tuple(row["group"]) for row in told["by_group"]} >= {(), ("script",), ("language",), ("name_frequency",)}
    mine = tmp_path / "mine.json"
    pair = {"from": lead["subject"], "to": lead["target"], "kind": lead["relation"]}
    mine.write_text(json.dumps({"pairs": [pair]}))
    told = json.loads(actionday("link", "evaluate", "--truth", mine, "--home", home / "case.d", "--json"))
    assert (told["precision"]["value"], told["precision"]["n"], told["recall"]["value"]) == (1.0, 1, 1.0)
    assert "never a ground" in actionday("link", "evaluate", "--truth", mine, "--home", home / "case.d")
    actionday("link", "evaluate", "--truth", home / "nothing.json", "--home", home / "case.d", status=5)


def test_who_goes_by_a_real_name_is_left_out(home: Path, tmp_path: Path, lead: dict[str, Any]) -> None:
    spared = tmp_path / "spared.txt"
    spared.write_text(lead["target"] + "\n")
    run = ("link", "run", "--home", home / "case.d", "--real-names", spared, "--json")
    actionday(*run)
    found = json.loads(actionday("link", "returns", lead["target"], "--home", home / "case.d", "--json"))
    assert [one for one in found["leads"] if one["rule"] == "scored"] == []


def test_forgetting_reaches_proposals(home: Path, lead: dict[str, Any]) -> None:
    actionday("link", "run", "--home", home / "case.d")
    told = json.loads(actionday("forget", lead["target"], "--home", home / "case.d", "--json"))
    assert told["erased"]["proposals"]["erased"] >= 1
    found = actionday("link", "returns", lead["subject"], "--home", home / "case.d")
    assert lead["target"] not in found
