"""Enrolling people as they would: the first makes an administrator of themselves, the others hand in the keys they made."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.console.test_main_job import actionday
from tests.records.judging import START

from actionday.playbook.casebooks import people_called
from actionday.records import FixedClock, UsageError
from actionday.settings import load_settings
from actionday.stores.archive.home import HomePolicy, make_home

A, B = "telegram:channel:1", "telegram:channel:2"
WORD = "la li lo lu"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_home(tmp_path / "case.d", HomePolicy(), START)
    return tmp_path / "case.d"


class Desk:
    """Somebody's own computer: their key and its passphrase."""

    def __init__(self, home: Path, name: str, word: str = WORD) -> None:
        self.home, self.key = home, home.parent / f"{name}.pem"
        self._environment = {"ACTIONDAY_PERSON_KEY": str(self.key), "ACTIONDAY_CREDENTIAL_PERSON_PASSPHRASE": word}

    def __call__(self, *arguments: str, status: int = 0) -> str:
        return actionday(*arguments, "--home", self.home, status=status, **self._environment)

    def json(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self(*arguments, "--json"))


def test_a_team_is_enrolled_and_what_it_writes_is_signed(home: Path) -> None:
    ann, bob = Desk(home, "ann"), Desk(home, "bob")
    assert "self-declared identities" in ann("person", "list")
    assert "Ann: administrator" in ann("person", "add", "Ann", "--role", "administrator")
    assert stat.S_IMODE(ann.key.stat().st_mode) == 0o600
    assert b"PRIVATE KEY" in ann.key.read_bytes()
    assert b"ENCRYPTED" in ann.key.read_bytes()
    key = bob.json("person", "key")["key"]
    assert "nobody's who works here" in bob("link", "judge", A, B, "negative", "--why", "other words", status=2)
    ann(
        "person",
        "add",
        "Bob",
        "--role",
        "reviewer",
        "--role",
        "auditor",
        "--key",
        key,
        "--why",
        "joined the night shift",
    )
    made = bob.json("link", "judge", A, B, "negative", "--why", "other words")
    assert made["by"] == "Bob"
    assert "may not judge" in ann("link", "judge", A, B, "unsure", "--why", "other words", status=6)
    assert "may not enrol" in bob("person", "change", "Ann", "--role", "reviewer", status=6)
    found = bob.json("ledger", "verify")
    assert (found["people"], found["signed"], found["identities"], found["first_bad"]) == (2, 3, "enrolled", None)
    assert {one["name"]: one["roles"] for one in bob.json("person", "list")} == {
        "Ann": ["administrator"],
        "Bob": ["auditor", "reviewer"],
    }


def test_a_checkpoint_is_kept_and_compared(home: Path, tmp_path: Path) -> None:
    ann = Desk(home, "ann")
    assert "enrolled" in ann("ledger", "checkpoint", status=2)
    ann("person", "add", "Ann", "--role", "administrator", "--role", "reviewer")
    kept = tmp_path / "kept.json"
    ann("ledger", "checkpoint", "--out", str(kept))
    ann("link", "judge", A, B, "negative", "--why", "other words")
    assert ann.json("ledger", "verify", "--checkpoint", str(kept))["first_bad"] is None
    told = json.loads(kept.read_text())
    kept.write_text(json.dumps({**told, "signature": "00" * 64}))
    ann("ledger", "verify", "--checkpoint", str(kept), status=3)
    kept.write_text("{}")
    assert "is no checkpoint" in ann("ledger", "verify", "--checkpoint", str(kept), status=5)


def test_who_left_works_here_no_more(home: Path) -> None:
    ann, bob = Desk(home, "ann"), Desk(home, "bob")
    ann("person", "add", "Ann", "--role", "administrator")
    ann("person", "add", "Bob", "--role", "reviewer", "--key", bob.json("person", "key")["key"])
    bob("link", "judge", A, B, "negative", "--why", "other words")
    assert "works here no more" in ann("person", "change", "Bob", "--why", "left")
    assert "nobody's who works here" in bob("link", "judge", A, B, "unsure", "--why", "other words", status=2)
    assert ann.json("ledger", "verify")["first_bad"] is None
    assert "must be left" in ann("person", "change", "Ann", status=2)


def test_coders_are_people_who_work_here_where_any_are_enrolled(home: Path) -> None:
    settings = load_settings({"ACTIONDAY_HOME": str(home), "ACTIONDAY_BY": "tester"}, home)
    clock = FixedClock(START)
    assert list(people_called(settings, ["anybody"], clock).values()) == ["anybody"]
    ann, bob = Desk(home, "ann"), Desk(home, "bob")
    ann("person", "add", "Ann", "--role", "administrator")
    made = ann.json("person", "add", "Bob", "--role", "reviewer", "--key", bob.json("person", "key")["key"])
    assert people_called(settings, ["Bob"], clock) == {made["person"]: "Bob"}
    with pytest.raises(UsageError, match="0 people who work here go by anybody"):
        people_called(settings, ["anybody"], clock)


def test_mistakes_say_what_to_do(home: Path) -> None:
    ann = Desk(home, "ann")
    assert "8 characters" in Desk(home, "ann", "short")("person", "key", status=2)
    assert "is an administrator" in ann("person", "add", "Ann", "--role", "reviewer", status=2)
    ann("person", "add", "Ann", "--role", "administrator")  # with the key that is there by now
    assert "another" in Desk(home, "ann", "another word")("person", "change", "Ann", "--role", "auditor", status=5)
    assert "name another place" in ann("person", "key", status=2)
    assert "with --key" in ann("person", "add", "Bob", "--role", "reviewer", status=2)
    assert "no public key" in ann("person", "add", "Bob", "--role", "reviewer", "--key", "ed25519:00", status=2)
    assert "called Cat" in ann("person", "change", "Cat", "--role", "reviewer", status=2)
    assert "needs its passphrase" in actionday(
        "person", "change", "Ann", "--home", home, status=2, ACTIONDAY_PERSON_KEY=str(ann.key)
    )
    assert "name your key" in actionday(
        "link", "judge", A, B, "negative", "--why", "other words", "--home", home, status=2
    )


def test_answers_from_a_file_are_not_recorded_where_people_sign(home: Path, tmp_path: Path) -> None:
    ann = Desk(home, "ann")
    ann("person", "add", "Ann", "--role", "administrator")
    folder = tmp_path / "in"
    folder.mkdir()
    names = ("subject", "target", "judged", "relation", "judged_by", "judged_at")
    (folder / "answers.csv").write_text(",".join(names) + f"\n{A},{B},negative,,coder-1,2020-01-02T10:00:00Z\n")
    rules = "".join(f'{name} = "{name}"\n' for name in names)
    (folder / "answers.csv.map.toml").write_text(f'table = "link_judgements"\n\n[columns]\n{rules}')
    assert "carry nobody's signature" in ann("observe", "import", str(folder))
    assert ann.json("ledger", "verify")["entries"] == 2
