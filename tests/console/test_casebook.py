"""`ledger verify` as a person runs it, and `forget` over archive and casebook alike."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.console.test_forget import everything
from tests.console.test_main_job import actionday
from tests.servers.postgres import PASSWORD, Postgres, postgres

from actionday import playbook
from actionday.console.terminal.main import actionday as actionday_group
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import FixedClock, HomeError, Judged, Judgement, Relation, Secret, SubjectId, new_judgement_id
from actionday.settings import Credentials, Settings, load_settings
from actionday.stores.archive.home import HomePolicy, make_home

NOW = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK = FixedClock(NOW)
GONE, A, B = (SubjectId("telegram", "account", native) for native in ("987654321", "11", "22"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environment = {"ACTIONDAY_HOME": str(tmp_path / "case.d"), "ACTIONDAY_BY": "tester"}
    make_home(tmp_path / "case.d", HomePolicy(), NOW)
    return load_settings({**os.environ, **environment}, tmp_path)


def judge(settings: Settings, *pairs: tuple[SubjectId, SubjectId, str]) -> None:
    actor = actor_of(settings, CLOCK)
    made = [
        Judgement(new_judgement_id(), a, b, Judged.POSITIVE, Relation.SUCCESSOR, actor.id, NOW, why)
        for a, b, why in pairs
    ]
    with casebook_of(settings, CLOCK) as casebook:
        casebook.record(actor, made)


def verify(settings: Settings, *arguments: str, status: int = 0) -> str:
    return actionday("ledger", "verify", "--home", settings.home, *arguments, status=status)


def test_verify_prints_entries_and_a_head_that_shows_a_cut_later(settings: Settings) -> None:
    judge(settings, (A, B, "same voice"))
    told = verify(settings)
    assert "2 entries, whole" in told
    found: dict[str, Any] = json.loads(verify(settings, "--json"))
    assert (found["entries"], found["erased"], found["first_bad"]) == (2, 0, None)
    assert found["head"] in told
    judge(settings, (A, GONE, "same bio"))
    assert json.loads(verify(settings, "--json", "--head", found["head"]))["entries"] == 3
    noted = json.loads(verify(settings, "--json"))["head"]
    with closing(sqlite3.connect(settings.home / "casebook.sqlite")) as database, database:
        for statement in ("DROP TRIGGER ledger_no_delete", "DELETE FROM payload_subjects WHERE seq = 3",
                          "DELETE FROM payloads WHERE seq = 3", "DELETE FROM ledger WHERE seq = 3"):  # fmt: skip
            database.execute(statement)
    assert json.loads(verify(settings, "--json"))["entries"] == 2
    assert verify(settings, "--head", noted, status=3) == ""
    report = playbook.verify_casebook(settings, noted, None, CLOCK)
    assert report["first_bad"] == {"seq": 3, "reason": "it is missing; the noted head is entry 3"}


def test_there_may_be_no_casebook_yet_and_a_head_may_be_none(settings: Settings) -> None:
    assert "the first judgement makes it" in verify(settings, status=3)
    assert not (settings.home / "casebook.sqlite").exists()
    assert "is no head of a casebook" in verify(settings, "--head", "x", status=2)


def test_a_forgotten_subject_leaves_no_byte_in_the_casebook_either(settings: Settings) -> None:
    judge(settings, (GONE, A, "la li lo"), (A, B, "both name 987654321 in their bio"), (B, A, "same voice"))
    head = json.loads(verify(settings, "--json"))["head"]
    assert b"987654321" in everything(settings.home)
    told = json.loads(actionday("forget", str(GONE), "--home", settings.home, "--json", ACTIONDAY_BY="tester"))
    assert told["erased"]["casebook"] == {"erased": 1, "rewritten": 1}
    assert b"987654321" not in everything(settings.home)
    found = json.loads(verify(settings, "--json", "--head", head))
    assert (found["entries"], found["erased"], found["first_bad"]) == (5, 2, None)
    with casebook_of(settings, CLOCK) as casebook:
        assert casebook.lineage(actor_of(settings, CLOCK)).clusters == ((A, B),)
        assert [one.why for one in casebook.judgements(actor_of(settings, CLOCK))] == ["[erased]", "same voice"]


def test_forget_makes_no_casebook_where_there_is_none(settings: Settings) -> None:
    assert "casebook" not in playbook.forget(settings, str(GONE), "asked", CLOCK)["erased"]
    assert not (settings.home / "casebook.sqlite").exists()


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


def test_the_casebook_may_lie_on_a_server_whose_password_is_a_credential(settings: Settings, server: Postgres) -> None:
    url = server.emptied().replace(f":{PASSWORD}@", "@")
    password = Credentials({}, {"postgresql.password@127.0.0.1": PASSWORD})
    there = replace(settings, database=Secret(url), credentials=password)
    assert PASSWORD not in repr(there)
    judge(there, (GONE, A, "la li lo"))
    assert playbook.verify_casebook(there, None, None, CLOCK)["entries"] == 2
    assert playbook.forget(there, str(GONE), "asked", CLOCK)["erased"]["casebook"] == {"erased": 1, "rewritten": 0}
    told = actionday(
        "ledger", "verify", "--home", settings.home, "--json",
        ACTIONDAY_DATABASE=url, ACTIONDAY_CREDENTIAL_POSTGRESQL_PASSWORD=PASSWORD,
    )  # fmt: skip
    assert json.loads(told)["entries"] == 3
    refused = actionday("ledger", "verify", "--home", settings.home, status=3, ACTIONDAY_DATABASE=url)
    assert "the credential `postgresql.password`" in refused
    assert not (settings.home / "casebook.sqlite").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("assess", "add", "telegram:channel:1"),
        ("assess", "queue"),
        ("refer", "status"),
        ("campaign", "status", "A day"),
        ("intake", "list"),
        ("link", "lineage"),
        ("audit", "looks"),
        ("ledger", "verify"),
        ("person", "list"),
    ],
)
def test_where_no_home_is_nothing_is_made_and_the_way_to_one_is_told(words: tuple[str, ...], tmp_path: Path) -> None:
    said = CliRunner().invoke(actionday_group, [*words, "--home", str(tmp_path / "case.d")])
    assert isinstance(said.exception, HomeError)
    assert "actionday init --home" in str(said.exception)
    assert not (tmp_path / "case.d").exists()
