"""Opening: the file is its owner's, a server that cannot be used is told without its password, other machines get checked TLS."""

import ssl
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url
from tests.records.judging import START
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.running import free_ports
from tests.stores.casebook.conftest import KEY, Place
from tests.stores.casebook.people import ANN, said

from actionday.records import FixedClock, HomeError, HomeLocked, SubjectId, UsageError
from actionday.stores.casebook import Erased, Erasure, casebook_exists, open_casebook
from actionday.stores.casebook.databases import FILE, _encryption
from actionday.stores.casebook.ledger import PAGE

CLOCK = FixedClock(START)


def test_the_file_lies_in_the_home_and_is_its_owners(tmp_path: Path) -> None:
    assert not casebook_exists(tmp_path)
    with Place(tmp_path).open() as casebook:
        casebook.record(ANN, [said(1, 0, 1)])
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("casebook.sqlite*")}
        assert set(files) == {FILE, f"{FILE}-wal", f"{FILE}-shm"}
        assert set(files.values()) == {0o600}
    assert casebook_exists(tmp_path)


def test_a_file_that_is_no_casebook_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("la li lo le la " * 100)
    with pytest.raises(HomeError, match="cannot be used: file is not a database"):
        Place(tmp_path).open()


def test_a_writer_that_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionday.stores.casebook.databases.PATIENCE", 0.01)
    place = Place(tmp_path)
    with place.open() as casebook, place.sql() as engine, engine.connect() as other:
        turn = other.execution_options(begin="BEGIN IMMEDIATE")
        with turn.begin(), pytest.raises(HomeLocked, match="somebody else"):
            casebook.record(ANN, [said(1, 0, 1)])
        assert casebook.record(ANN, [said(1, 0, 1)]).seq == 2


def test_errors_of_a_server_say_what_is_wrong_and_no_password(server: Postgres) -> None:
    (nobody,) = free_ports(1)
    good = server.emptied()
    attempts = {
        good.replace(f":{server.port}/", f":{nobody}/"): "cannot be used",
        good.replace(PASSWORD, PASSWORD + "-wrong"): "password authentication failed",
        good.replace("/postgres", "/nowhere"): "does not exist",
    }
    for url, says in attempts.items():
        with pytest.raises(HomeError, match=says) as told:
            open_casebook(url, KEY, CLOCK)
        assert PASSWORD not in str(told.value)
        assert "***" in str(told.value)


@pytest.mark.parametrize("url", ["mysql://a@b/c", "sqlite:///x.db", f"not a url {PASSWORD}"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="setting database") as told:
        open_casebook(url, KEY, CLOCK)
    assert PASSWORD not in str(told.value)


def test_other_machines_are_spoken_to_by_checked_tls_unless_told_otherwise() -> None:
    for url, checked in {
        "postgresql://u@db.example/x": True,
        "postgresql://u@127.0.0.1/x": False,
        "postgresql://u@/x": False,
        "postgresql://u@db.example/x?tls=no": False,
        "postgresql://u@localhost/x?tls=yes": True,
    }.items():
        context = _encryption(make_url(url)).get("ssl_context")
        assert (context is not None) is checked, url
        if context is not None:
            assert context.verify_mode is ssl.CERT_REQUIRED
            assert context.check_hostname


def test_a_casebook_of_several_pages_is_read_whole(tmp_path: Path) -> None:
    count = 2 * PAGE + 3
    made = [
        replace(said(number, 0, 1, f"reason {number}"), a=SubjectId("t", "channel", f"n{number}"))
        for number in range(count)
    ]
    with Place(tmp_path).open() as casebook:
        head = casebook.record(ANN, made)
        assert casebook.record(ANN, made) == head
        assert list(casebook.judgements(ANN)) == made
        report = casebook.verify(head)
        assert (report.entries, report.fault) == (count + 1, None)
        last = Erasure(frozenset({f"t:channel:n{count - 1}"}), frozenset({f"reason {PAGE}"}))
        assert casebook.erase(ANN, last) == Erased(entries=1, reasons=1)
        assert len(list(casebook.judgements(ANN))) == count - 1
        assert casebook.verify(head).fault is None
        assert casebook.erase(ANN, Erasure(frozenset(str(one.a) for one in made))) == Erased(count - 1, 0)
        assert list(casebook.judgements(ANN)) == []
        report = casebook.verify(head)
        assert (report.entries, report.erased, report.fault) == (count + 3, count, None)
