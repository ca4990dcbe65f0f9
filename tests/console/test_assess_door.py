"""`actionday init` and `actionday assess` as people and scripts use them: every command, in text and as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from tests.console.casedesk import CHANNEL, START, Desk, desk_at

from actionday.console.terminal.main import actionday
from actionday.records import FixedClock, UsageError

GROUND = (
    "--ground",
    "tco.2.7.c",
    "--quote",
    "come and join the club",
    "--true-purpose",
    "to recruit",
    "--why",
    "it asks to join",
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return desk_at(tmp_path)


class Door:
    """The command line, with the desk's home and clock."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk, self.monkeypatch = desk, monkeypatch
        monkeypatch.setattr("actionday.api.SystemClock", lambda: desk.clock)

    def run(self, *words: str, by: str = "Ann", given: str = "") -> str:
        self.monkeypatch.setenv("ACTIONDAY_BY", by)
        done = CliRunner().invoke(
            actionday, [*words, "--home", str(self.desk.home)], input=given, standalone_mode=False
        )
        if done.exception is not None:
            raise done.exception
        return done.output

    def json(self, *words: str, by: str = "Ann", given: str = "") -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self.run(*words, "--json", by=by, given=given))

    def keys(self, *pressed: str) -> None:
        left = list(pressed)
        self.monkeypatch.setattr(click, "getchar", lambda: left.pop(0))


@pytest.fixture
def door(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(desk, monkeypatch)


def test_init_says_who_the_unit_is_and_in_three_lines_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    door = Door(Desk(tmp_path / "new.d", FixedClock(START)), monkeypatch)
    words = ("init", "--kind", "ngo", "--name", "Friends", "--jurisdiction", "FR", "--basis", "statutes", "--size", "1")
    told = door.json(*words)
    assert (told["removal_orders"], told["readers"], len(told["next"])) == (False, 1, 3)
    shown = door.run(*words).splitlines()
    assert "a single reader" in shown[0]
    assert [line.split(": ")[0] for line in shown[1:4]] == [
        "say who works here, you first", "bring what came in", "read what waits",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="give it with --name"):
        door.run("init", "--kind", "ngo", "--jurisdiction", "FR", "--basis", "x", "--size", "1")


def test_a_day_at_the_terminal(door: Door, tmp_path: Path) -> None:
    table = tmp_path / "leads.csv"
    table.write_text("url,note\nhttps://t.me/garden_club,from a letter\nno link here,\n", "utf-8")
    shown = door.run("assess", "add", "--file", str(table), "https://t.me/other_club")
    assert f"subject {CHANNEL}: opened" in shown
    assert "1 nothing, 2 opened" in shown
    assert "nothing, 2 known" not in door.run("assess", "add", "--file", "-", given="https://t.me/other_club\n")
    told = door.json("assess", "queue")
    assert told["waiting"] == 2
    assert "confidence x" in door.run("assess", "queue")
    case = door.json("assess", "open")["case"]
    opened = door.run("assess", "open", case)
    assert "come and join the club" in opened
    assert opened.index("archive/posts.jsonl") < opened.index("stage first"), "evidence before anything else"
    door.run("assess", "judge", case, "ground_holds", *GROUND)
    assert "first" in door.run("assess", "undo", case)
    door.run("assess", "open", case)
    door.run("assess", "judge", case, "ground_holds", *GROUND)
    door.run("assess", "open", case, by="Ben")
    assert "taken back until" in door.run("assess", "judge", case, "ground_holds", *GROUND, by="Ben")
    assert case in door.run("assess", "list", "--stage", "found")
    assert "contested" in door.run(
        "assess", "contest", case, "--reference", "letter 1", "--why", "we are gardeners", by="Zoe"
    )
    assert "found" in door.run("assess", "decide", case, "reject", "--why", "the passage stands", by="Zoe")
    assert "contest_rejected: the passage stands" in door.run("assess", "show", case)
    out = tmp_path / "out"
    assert "the copy is in the ledger" in door.run(
        "assess", "evidence", case, "--out", str(out), "--purpose", "the court's file"
    )
    assert (out / "archive" / "posts.jsonl").exists()
    assert "export" in door.run("audit", "looks", by="Zoe")
    assert "opinions: not given" in door.run("assess", "agreement")
    assert "tco.2.7.a: Regulation (EU) 2021/784" in door.run("assess", "grounds")


def test_a_case_is_given_back_handed_on_escalated_held_sealed_and_closed(door: Door) -> None:
    case, other = (
        door.json("assess", "add", f"https://t.me/{name}_club")["lines"][0]["case"] for name in ("garden", "other")
    )
    door.run("assess", "open", case)
    assert "first" in door.run("assess", "release", case)
    door.run("assess", "open", case)
    assert "first" in door.run("assess", "hand-on", case, "Ben")
    assert "first" in door.run("assess", "escalate", case, "--why", "I cannot tell", by="Ben")
    (held,) = door.json(
        "assess",
        "hold",
        "url:https://x.example/1",
        "--authority",
        "Office",
        "--until",
        "2026-12-01",
        "--why",
        "inquiry",
    )["holds"]
    assert held["hold"] in door.run("assess", "holds")
    assert "lifted by Ann" in door.run("assess", "lift", held["hold"], "--why", "over")
    assert "nothing is held" in door.run("assess", "holds")
    assert "CALL 17 now" in door.run("assess", "threat", case, "--why", "names a place")
    assert "without a copy" in door.run("assess", "seal", case, "--why", "a child is shown")
    assert "closed" in door.run("assess", "close", other, "--why", "gone")
    assert CHANNEL in door.run("assess", "find", CHANNEL, "--case", case)
    with pytest.raises(UsageError, match="no time such as"):
        door.run("assess", "hold", CHANNEL, "--authority", "Office", "--until", "soon", "--why", "x")


def answers(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def case_of(door: Door) -> str:
    found: str = door.json("assess", "add", "https://t.me/garden_club")["lines"][0]["case"]
    return found


@pytest.mark.parametrize(
    ("keys", "said", "stage", "shows"),
    [
        (["n"], ("1,4", "a lesson about gardens", "yes", "high", "it teaches"), "second", "(protected)"),
        (
            ["g"],
            ("", "to recruit", "tco.2.7.c", "come and join the club", "", "medium", "it asks"),
            "second",
            "tco.2.7.c",
        ),
        (["x", "u"], ("7", "six", "6", "unclear", "maybe", "low", "no context"), "second", "(doubt)"),
        (["l", "q"], (), "first", "nothing"),
        (["t", "t"], ("names a place",), "first", "CALL 17 now"),
        (["c", "c"], ("a child is shown",), "first", "Sealed"),
        (["c", "l", "q"], (), "first", "goes back"),
    ],
)
def test_a_person_reads_by_keys_and_article_1_3_is_asked(
    door: Door, keys: Sequence[str], said: Sequence[str], stage: str, shows: str
) -> None:
    case = case_of(door)
    door.keys(*keys)
    shown = door.run("assess", "open", case, "--judge", given=answers(*said))
    assert door.json("assess", "show", case)["stage"] == stage
    if shows != "nothing":
        assert shows in shown
    if said and keys[0] not in "tc":
        assert "Art. 1(3): might it serve one of these?" in shown


def test_a_form_that_does_not_stand_is_asked_again(door: Door) -> None:
    case = case_of(door)
    door.keys("g", "q")
    said = answers("3", "art", "yes", "tco.2.7.c", "come and join the club", "", "medium", "it asks")
    assert "not recorded" in door.run("assess", "open", case, "--judge", given=said)
    assert door.json("assess", "show", case)["stage"] == "first"


def test_a_person_and_a_program_are_not_asked_at_once(door: Door) -> None:
    with pytest.raises(UsageError, match="take one"):
        door.run("assess", "open", "--judge", "--json")
    with pytest.raises(UsageError, match="take one"):
        door.run("assess", "evidence", "c-1", "--file", "x", "--out", "y")
