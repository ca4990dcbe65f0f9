"""A day of twelve people, killed again and again: what was acknowledged is there exactly once, and everything else is as if it never began."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.working_day import PEOPLE, actor

from actionday.records import SystemClock
from actionday.records.case import Stage
from actionday.stores.casebook import Listing, open_casebook
from actionday.stores.casebook.case_rows import OVER

STEPS = 25
"""Turns that each person takes on a day that nobody kills."""
ROOT = Path(__file__).parents[3]


def begin(place: Place, seed: int, steps: int, acks: Path) -> subprocess.Popen[bytes]:
    words = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "tests.stores.casebook.working_day",
        str(place.at),
        str(seed),
        str(steps),
        str(acks),
    ]
    return subprocess.Popen(words, cwd=ROOT, env=dict(os.environ), stderr=subprocess.PIPE)


def said(acks: Path) -> list[str]:
    return acks.read_text("ascii").split("\n") if acks.exists() else []


def killed(place: Place, seed: int, acks: Path, rng: random.Random) -> None:
    """A day that is killed at a random number of acknowledged steps."""
    days, before = said(acks).count("READY"), len(said(acks))
    process = begin(place, seed, 10_000, acks)
    enough = before + rng.randrange(1, 120)
    while (said(acks).count("READY") == days or len(said(acks)) < enough) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, errors.decode()


def test_what_was_acknowledged_is_there_once_after_any_number_of_kills(
    place: Place, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    kills, acks, rng = pytestconfig.getoption("--day-kills"), tmp_path / "acks", random.Random(11)
    for number in range(kills):
        killed(place, number, acks, rng)
    done = begin(place, kills, STEPS, acks)
    _, errors = done.communicate()
    assert (done.returncode, errors.decode()) == (0, "")
    lines = [line for line in said(acks) if line]
    assert not [line for line in lines if line.startswith("BAD")]
    assert lines.count("READY") == kills + 1
    acknowledged = [line for line in lines if line not in ("READY", "DONE")]
    assert len(acknowledged) == len(set(acknowledged))
    with place.sql() as engine, engine.begin() as connection:
        there = Counter(connection.execute(text("SELECT id FROM ledger")).scalars())
    assert {there[one] for one in acknowledged} == {1}
    with open_casebook(place.at, bytes(range(32)), SystemClock()) as casebook:
        boss, cases = actor("boss"), casebook.cases
        report = casebook.verify()
        assert (report.fault, report.people, report.signed) == (None, len(PEOPLE), report.entries - 1)
        assert cases.rebuild(boss) == 0
        lines_of = cases.list(boss, Listing(frozenset(Stage), limit=100_000)).lines
        open_now = Counter(line.target for line in lines_of if line.stage not in OVER)
        assert set(open_now.values()) == {1}, "no target has two cases that are not over"
        assert {line.stage for line in lines_of} >= {Stage.FOUND, Stage.DISMISSED}
        for line in lines_of:
            readers = [one.by for one in cases.case(boss, line.case).readings]
            assert len(readers) == len(set(readers))
