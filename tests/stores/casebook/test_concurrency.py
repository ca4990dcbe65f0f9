"""Many writers, and writers that are killed: one chain without gap or fork, and whatever was acknowledged is in it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.people import ACTORS, ANN, CAT, said

from actionday.stores.casebook import Head

ROOT = Path(__file__).parents[3]


@contextmanager
def writer(place: Place, *numbers: int) -> Iterator[subprocess.Popen[str]]:
    """A process of `writer`, killed at the end of the block if it still runs."""
    command = [sys.executable, "-m", "tests.stores.casebook.writer", str(place.at), *map(str, numbers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_writers_that_open_and_write_at_once_make_one_chain(place: Place) -> None:
    with writer(place, 0, 20, 3) as first, writer(place, 1, 20, 3) as second, writer(place, 2, 20, 3) as third:
        processes = (first, second, third)
        assert [line(process) for process in processes] == ["open\n"] * 3
        for process in processes:
            go(process)
        said_by = [process.communicate(timeout=120)[0] for process in processes]
    heads = [Head.parse(one) for text_of in said_by for one in text_of.splitlines()]
    assert len({head.seq for head in heads}) == 60
    with place.open() as casebook:
        assert casebook.verify().entries == 1 + 3 * 60
        for head in heads:
            assert casebook.verify(head).fault is None
        assert len({one.id for one in casebook.judgements(ANN)}) == 180


def test_threads_share_a_casebook(place: Place) -> None:
    with place.open() as casebook:

        def judge(person: int) -> None:
            for number in range(10):
                casebook.record(ACTORS[0], [said(person * 100 + number, person, 6)])

        threads = [Thread(target=judge, args=(person,)) for person in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        report = casebook.verify()
        assert (report.entries, report.fault) == (41, None)


@pytest.mark.parametrize("statement", range(1, 13))
def test_a_writer_killed_amid_an_append_leaves_all_of_it_or_nothing(place: Place, statement: int) -> None:
    with place.open() as casebook:
        before = casebook.record(CAT, [])
    with writer(place, 0, 1, 4, statement) as process:
        assert line(process) == "open\n"
        go(process)
        acknowledged = process.communicate(timeout=60)[0]
    with place.open() as casebook:
        report = casebook.verify(Head.parse(acknowledged) if acknowledged else before)
        assert report.fault is None
        assert report.entries == (5 if acknowledged else 1), "nothing is there that was not acknowledged"
        assert casebook.record(ANN, [said(1, 0, 1)]).seq == report.entries + 1
    with place.sql() as engine, engine.begin() as connection:
        payloads = connection.execute(text("SELECT count(*) FROM payloads")).scalar_one()
        assert payloads == 2 * report.entries


@pytest.mark.parametrize("after", [1, 4, 9])
def test_what_was_acknowledged_before_a_kill_is_there(place: Place, after: int) -> None:
    with writer(place, 0, 400, 25) as process:
        assert line(process) == "open\n"
        go(process)
        heads = [Head.parse(line(process)) for _ in range(after)]
        process.kill()
        process.wait()
    with place.open() as casebook:
        for head in heads:
            report = casebook.verify(head)
            assert report.fault is None
            assert report.entries % 25 == 1, "calls are whole"
        assert report.entries >= heads[-1].seq
        assert casebook.record(ANN, [said(1, 0, 1)]).seq == report.entries + 1
