"""The guide to an action day is run as it stands, by the people it names."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from tests.console.casework_home import CAMPAIGN, Office, office_at

from actionday.playbook.recipients import recipients_of

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "campaigns.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.S | re.M)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    found = office_at(tmp_path)
    (registry,) = blocks("toml")
    (found.home / "recipients.toml").write_text(registry)
    return found


def test_every_line_runs_in_order(office: Office, tmp_path: Path) -> None:
    office.find(1, 2, 3)
    lines = [line for block in blocks("console") for line in block.splitlines()]
    references: list[str] = []
    for line in lines:
        who, _, command = line.partition("$ actionday ")
        words = [references[0] if word == "REF" else word for word in shlex.split(command)]
        told = office.run(who.capitalize(), *words)
        references += re.findall(r"^([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})  r-", told, re.M)
    assert len(lines) > 15
    assert len(references) == 3
    assert (tmp_path / "answer.json").exists()
    status = office.json("Dora", "campaign", "status", CAMPAIGN)
    assert (status["stage"], status["targets"], status["dropped"]) == (
        "closed",
        3,
        0,
    )  # it was closed before the contest


def test_the_registry_of_the_guide_is_one(office: Office) -> None:
    (registry,) = blocks("toml")
    assert set(recipients_of(office.settings("Ann"))) == set(tomllib.loads(registry))


def test_commands_that_need_a_partner_are_there(office: Office) -> None:
    text = GUIDE.read_text("utf-8").partition("## With other units")[2]
    for command in re.findall(r"^actionday campaign (\w+)", text, re.M):
        assert "NAME" in office.run("Ann", "campaign", command, "--help") or command == "plan"
