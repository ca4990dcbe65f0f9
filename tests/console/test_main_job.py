"""The main job as a stranger would run it: scenario, run, run again, measure, stats, forget, reproduce."""

import csv
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from actionday import playbook
from actionday.measure.cohort import cohort
from actionday.records import Judged, SystemClock, load_campaign
from actionday.settings import load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

MEASURES = ("activity", "lifetimes", "migration", "coverage", "returns", "effect", "recipients", "forecast")


def actionday(*arguments: str | Path, status: int = 0, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "actionday", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **environment},
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    if status == 0:
        assert done.stderr == "", "silent when it is not a terminal"
    return done.stdout if status == 0 else done.stderr


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    actionday("scenario", folder / "exports", "--size", "tiny", "--seed", "3")
    (folder / "exports" / "notes.txt").write_text("la li lo\n")
    (folder / "exports" / "bad.json").write_text(
        '{"name": "Venue", "type": "public_channel", "id": 9, "messages": [{"id": 1, "type"'
    )
    return folder


@pytest.fixture(scope="module")
def first(world: Path) -> dict[str, Any]:
    out = actionday(
        "run",
        world / "exports",
        "--campaign",
        world / "exports" / "day.toml",
        "--home",
        world / "case.d",
        "--out",
        world / "brief",
        "--json",
    )
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_folder_of_exports_becomes_a_brief(world: Path, first: dict[str, Any]) -> None:
    assert {item["format"] for item in first["import"]["read"]} >= {
        "telegram_export",
        "table",
        "fourcat",
        "tgdataset",
        "sightings",
        "snapshots",
        "announced",
    }
    names = {Path(file).name for file in first["brief"]}
    assert {"index.html", "brief.json"} <= names
    assert "annex.html" not in names
    passed = {item["name"]: item["reason"] for item in first["import"]["passed_over"]}
    assert "notes.txt" in passed
    assert first["import"]["quarantined"] >= 1, "the broken export's break is reported"


def test_the_second_run_reads_only_what_is_new(world: Path, first: dict[str, Any]) -> None:
    extra = world / "exports" / "late.csv"
    extra.write_text("subject,at,state,vantage\ntelegram:channel:424242,2019-12-01T10:00:00Z,present,v9\n")
    again = json.loads(
        actionday(
            "run",
            world / "exports",
            "--campaign",
            world / "exports" / "day.toml",
            "--home",
            world / "case.d",
            "--out",
            world / "brief2",
            "--json",
        )
    )
    assert [item["file"] for item in again["import"]["read"]] == ["late.csv"]
    assert again["import"]["rows"] == {"sightings": 1}
    before = first["import"]
    assert len(again["import"]["known"]) == len(before["read"]) + len(before["known"]), (
        "equal files count as known at once"
    )


@pytest.mark.parametrize("measure", MEASURES)
def test_every_estimate_carries_its_uncertainty(measure: str, world: Path, first: dict[str, Any]) -> None:
    with_day: list[str | Path] = ["--campaign", world / "exports" / "day.toml", "--by", "platform"]
    for extra in ([], with_day):
        found = json.loads(actionday("measure", measure, "--home", world / "case.d", "--json", *extra))
        assert found["estimates"]
        for estimate in found["estimates"]:
            assert set(estimate) == {"name", "group", "value", "low", "high", "level", "unit", "n", "method", "caveats"}
            if estimate["value"] is None:
                assert estimate["caveats"], estimate
            elif estimate["low"] is not None and estimate["high"] is not None:
                assert estimate["low"] <= estimate["value"] <= estimate["high"], estimate


def test_stats_count_every_table(world: Path, first: dict[str, Any]) -> None:
    found = json.loads(actionday("archive", "stats", "--home", world / "case.d", "--json"))
    assert found["tables"]["posts"] > 0
    assert found["tables"]["quarantine"] == sum(found["quarantine"].values()) > 0
    assert found["unfinished"] == []


def test_a_brief_is_reproduced_and_a_changed_one_is_noticed(world: Path, first: dict[str, Any]) -> None:
    assert json.loads(actionday("reproduce", world / "brief", "--home", world / "case.d", "--json"))["same"]
    brief = json.loads((world / "brief" / "brief.json").read_text())
    changed = next(e for e in brief["estimates"] if isinstance(e["value"], float) and e["value"] > 0)
    changed["value"] *= 1.01
    forged = world / "forged"
    forged.mkdir(exist_ok=True)
    (forged / "brief.json").write_text(json.dumps(brief))
    assert actionday("reproduce", forged, "--home", world / "case.d", status=1) == ""


def test_a_brief_is_reproduced_from_the_judgements_of_its_day(world: Path, first: dict[str, Any]) -> None:
    brief = json.loads((world / "brief" / "brief.json").read_text())
    assert brief["casebook"].startswith("casebook:")
    assert any(e["name"] == "returned_30d_confirmed" and e["value"] for e in brief["estimates"])
    with (world / "exports" / "judgements" / "links" / "link_judgements.csv").open() as file:
        said = [
            row for row in csv.DictReader(file) if row["relation"] == "successor" and row["subject"] != row["target"]
        ]
    settings = load_settings({**os.environ, "ACTIONDAY_HOME": str(world / "case.d")}, world)
    for row in said[:8]:
        order = playbook.JudgingOrder(row["subject"], row["target"], Judged.NEGATIVE, None, "a namesake")
        made = playbook.judge(settings, order, SystemClock())
    assert made["head"] != brief["casebook"]
    assert "answers" in {one["kind"] for one in made["conflicts"]}
    measured = json.loads(actionday("measure", "returns", "--home", world / "case.d", "--json"))
    now, then = (
        next(e["n"] for e in told if e["name"] == "days_lost_median")
        for told in (measured["estimates"], brief["estimates"])
    )
    assert now < then, "fewer are back"
    assert json.loads(actionday("reproduce", world / "brief", "--home", world / "case.d", "--json"))["same"]


def test_effects_are_in_a_brief_on_request_and_reproduced_with_it(world: Path, first: dict[str, Any]) -> None:
    def names(folder: Path) -> set[str]:
        return {e["name"] for e in json.loads((folder / "brief.json").read_text())["estimates"]}

    day, out = world / "exports" / "day.toml", world / "effects"
    actionday("run", world / "exports", "--campaign", day, "--home", world / "case.d", "--out", out, "--effects")
    assert names(out) - names(world / "brief") >= {"effect_its", "effect_did", "reach_regained_30d_per_dose"}
    assert json.loads(actionday("reproduce", out, "--home", world / "case.d", "--json"))["same"]


def test_nobody_lives_on_because_a_data_set_holds_old_posts(world: Path, first: dict[str, Any]) -> None:
    """Data sets of posts are taken long after them; that does not show their authors alive at that time."""
    settings = load_settings({**os.environ, "ACTIONDAY_HOME": str(world / "case.d")}, world)
    day = load_campaign(world / "exports" / "day.toml")
    people = cohort(Archive(open_home(settings.home)).view(), day).to_pylist()
    truth = json.loads((world / "exports" / "truth.json").read_text())["subjects"]
    ended = {one["subject"]: datetime.fromisoformat(one["ended"]) for one in truth if one["ended"]}
    known = [one for one in people if one["subject"] in ended]
    assert len(known) > 100
    late = timedelta(days=1)  # an operator's last message may be dated by a wall clock
    assert [o["subject"] for o in known if o["last_present"] > ended[o["subject"]] + late] == []


def test_what_recipients_did_is_what_the_scenario_says_they_did(world: Path, first: dict[str, Any]) -> None:
    truth = json.loads((world / "exports" / "truth.json").read_text())["referrals"]
    day = world / "exports" / "day.toml"
    found = json.loads(actionday("measure", "recipients", "--home", world / "case.d", "--campaign", day, "--json"))
    whole = {one["name"]: one for one in found["estimates"] if not one["group"]}
    assert truth["sent"] > 50
    assert whole["referred_sent"]["value"] == truth["sent"]
    assert whole["removed_share_claimed"]["value"] == pytest.approx(truth["claimed_removed"] / truth["sent"])
    assert whole["wrongful_share"]["n"] == truth["audited"]
    told = {
        "removed_share_seen": truth["removed"] / truth["sent"],
        "wrongful_share": truth["wrongful_share"],
        "median_hours_to_act_seen": truth["median_hours_to_act"],
    }
    for name, value in told.items():
        assert whole[name]["low"] <= value <= whole[name]["high"], (name, value, whole[name])
    routes = {one["group"].get("route"): one["value"] for one in found["estimates"] if one["name"] == "referred_sent"}
    assert {row["route"]: row["sent"] for row in truth["by_route"]}.items() <= routes.items()


def test_a_brief_is_no_directory(world: Path, first: dict[str, Any]) -> None:
    handles = set()
    for file in (world / "case.d" / "archive").glob("*/*.parquet"):
        table = pq.read_table(file)
        for column in ("handle", "native"):
            if column in table.column_names:
                handles |= {value for value in table[column].to_pylist() if value and len(value) > 7}
    assert len(handles) > 50
    for file in (world / "brief").rglob("*"):
        if file.is_file():
            words = set(re.findall(r"[\w.@:!#-]{8,}", file.read_text("utf-8")))
            assert not words & handles, f"{file.name} names subjects"


def test_an_annex_names_subjects_and_goes_when_one_is_forgotten(
    world: Path, first: dict[str, Any], tmp_path: Path
) -> None:
    home = tmp_path / "case.d"
    day = world / "exports" / "day.toml"
    actionday(
        "run",
        world / "exports" / "telegram",
        world / "exports" / "profiles",
        "--campaign",
        day,
        "--home",
        home,
        "--out",
        tmp_path / "b",
        "--identify",
        "test",
        ACTIONDAY_KEYS=str(tmp_path / "keys"),
    )
    annex = tmp_path / "b" / "annex.html"
    assert "TLP:AMBER+STRICT" in annex.read_text("utf-8")
    found = json.loads(
        actionday("forget", "telegram:channel:1", "--home", home, "--json", ACTIONDAY_KEYS=str(tmp_path / "keys"))
    )
    assert found["annexes_deleted"] == [str(annex)]


def test_errors_name_the_thing_and_the_fix(tmp_path: Path) -> None:
    told = actionday("archive", "stats", "--home", tmp_path / "none", status=3)
    assert len(told.strip().splitlines()) == 3
    assert "observe import" in told
    day = tmp_path / "day.toml"
    day.write_text('name = "x"\n[window]\nstart = 2019-11-22\nend = 2019-11-23\n')
    assert "window.start must be a date-time with its zone" in actionday(
        "run", tmp_path, "--campaign", day, "--out", tmp_path / "b", status=5
    )
    assert "no such file or folder" in actionday(
        "observe", "import", tmp_path / "gone", "--home", tmp_path / "h", status=5
    )
    assert "no such format" in actionday(
        "observe", "import", day, "--as", "nonsense", "--home", tmp_path / "h", status=5
    )
    assert "Usage" in actionday("measure", "happiness", status=2)
    told = actionday("run", tmp_path, "--campaign", day, "--out", tmp_path / "b", "--identify", " ", status=2)
    assert "takes the reason" in told
    assert "a number of posts" in actionday("scenario", tmp_path / "w", "--size", "nonsense", status=2)
    assert not (tmp_path / "w").exists()
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n")
    home = ("--home", tmp_path / "h")
    assert "cannot be read" in actionday("observe", "import", table, "--map", tmp_path / "no.toml", *home, status=5)
    assert "no IANA time zone" in actionday("observe", "import", table, "--zone", "Nowhere/Land", *home, status=2)


def test_a_folder_in_which_nothing_can_be_read_makes_no_brief(tmp_path: Path) -> None:
    folder, day = tmp_path / "exports", tmp_path / "day.toml"
    folder.mkdir()
    (folder / "notes.bin").write_bytes(bytes(range(256)))
    day.write_text('name = "x"\n[window]\nstart = 2019-11-22T00:00:00Z\nend = 2019-11-23T00:00:00Z\n')
    brief = ("--campaign", day, "--out", tmp_path / "b", "--home", tmp_path / "h")
    told = actionday("run", folder, *brief, status=5)
    assert "nothing in it can be read" in told
    assert "notes.bin" in told
    assert not (tmp_path / "b").exists()


def test_a_mapping_that_does_not_fit_is_said_and_nothing_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    (tmp_path / "m.toml").write_text("rows = 3")
    told = actionday("observe", "import", tmp_path / "t.csv", "--map", tmp_path / "m.toml", "--home", tmp_path / "h")
    assert "refused: the mapping of t.csv: " in told
    assert "new rows: 1 quarantine" in told


@pytest.mark.skipif(os.name != "posix" or sys.platform == "darwin", reason="file names are text there")
def test_a_file_name_that_is_no_text_is_read_and_written_with_its_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    content = b"subject,at,state,vantage\ntelegram:channel:1,2019-12-01T10:00:00Z,present,v\n"
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv")).write_bytes(content)
    found = json.loads(actionday("observe", "import", folder, "--home", tmp_path / "h", "--json"))
    assert [(item["file"], item["rows"]) for item in found["read"]] == [("caf\\xe9.csv", {"sightings": 1})]


def test_formats_and_inspect_speak_json(world: Path) -> None:
    found = json.loads(actionday("observe", "formats", "--json"))
    declared = {point.name for point in entry_points(group="actionday.readers")}
    assert {one["name"] for one in found["formats"]} == declared
    assert {"table", "telegram_export", "element_export", "xmpp_export", "activitypub", "warc"} <= declared
    assert found["isolation"]["audit_hook"]
    (one,) = json.loads(actionday("observe", "inspect", world / "exports" / "bad.json", "--json"))
    assert one["format"] == "telegram_export"
    (one,) = json.loads(actionday("observe", "inspect", world / "exports" / "day.toml", "--json"))
    assert (one["format"], one["says"]) == (None, "stands beside exports and holds none itself")
