"""A queue of a million cases: `python -m benchmarks.cases [--cases 1000000] [--rounds 2000] [--json OUT]`.

Pages of the queue and decisions, each beside a bare single-row query or insert on the same database, in turn, in the same run, on SQLite
and on PostgreSQL. Ratios of the 99th percentile; the bar is ten. People are enrolled, so a decision is signed, and it is on the disk as a
bare insert is. Cases are opened by the casebook on SQLite; PostgreSQL gets the same rows by COPY and is analysed.
"""

import argparse
import csv
import io
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text
from tests.servers.postgres import postgres

from actionday.records import Actor, ActorId, Enrolment, EntryId, Permission, Role, SystemClock, new_entry_id
from actionday.records.case_event import CaseEvent, CaseStep, Opening, Priority
from actionday.records.reading import Confidence, Opinion, Protection, Reading
from actionday.stores.casebook import Casebook, Listing, open_casebook
from actionday.stores.casebook.databases import Database, database_at
from actionday.stores.casebook.tables import CASES, METADATA
from benchmarks.results import write_result

KEY = bytes(range(32))
CLOCK = SystemClock()
BATCH = 5_000
PEOPLE = 12
WARM = 50
"""Rounds before those that count."""
FREE = Protection(frozenset(), False, False, "gardening")
NOTHING = Reading(Opinion.NO_GROUND, FREE, Confidence.HIGH, "it is about gardens")


def person(number: int) -> tuple[Actor, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32)
    who = Actor(ActorId(f"a-{number + 1:032x}"), f"Person {number}", frozenset(Permission), private.sign)
    return who, private


def fill(casebook: Casebook, count: int) -> float:
    """Open so many cases, then enrol people. Returns seconds."""
    rng, begun = np.random.default_rng(5), time.perf_counter()
    start = datetime(2026, 11, 25, tzinfo=UTC)
    who, _ = person(0)
    for first in range(0, count, BATCH):
        openings = []
        for number in range(first, min(first + BATCH, count)):
            case, shares = new_entry_id("c"), rng.uniform(0.05, 1.0, 3)
            seen = start - timedelta(hours=float(rng.exponential(200)))
            priority = Priority(float(shares[0]), float(shares[1]), float(shares[2]), seen)
            campaign = f"day {number % 20}" if number % 3 else ""
            opening = Opening(f"telegram:channel:{number}", "telegram", "pasted", priority, campaign=campaign)
            openings.append(CaseEvent(case, case, CaseStep.OPENED, CLOCK.now(), who.id, opening=opening))
        casebook.cases.open(who, openings)
    for number in range(PEOPLE):
        one, private = person(number)
        roles = frozenset({Role.ADMINISTRATOR, Role.REVIEWER})
        key = private.public_key().public_bytes_raw()
        casebook.enrol(
            person(0)[0], Enrolment(EntryId(f"p-{number:032x}"), one.id, key, roles, CLOCK.now(), one.name, "new")
        )
    return time.perf_counter() - begun


def copy(source: Database, target: Database) -> None:
    """All rows of all tables, by COPY."""
    with source.reading() as reading, target.writing() as writing:
        writing.execute(text("DELETE FROM casebook"))
        writing.execute(text("ALTER TABLE ledger DISABLE TRIGGER USER"))
        writing.execute(text("DELETE FROM ledger"))
        raw: Any = writing.connection.dbapi_connection  # a driver's own, which takes a stream
        for table in METADATA.sorted_tables:
            rows = reading.execute(select(table).order_by(*table.primary_key.columns))
            while part := rows.fetchmany(50_000):
                stream = io.StringIO()
                write = csv.writer(stream)
                write.writerows(
                    ["\\N" if cell is None else f"\\x{cell.hex()}" if isinstance(cell, bytes) else cell for cell in row]
                    for row in part
                )
                stream.seek(0)
                names = ", ".join(f'"{column.name}"' for column in table.columns)
                raw.cursor().execute(
                    f"COPY {table.name} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", stream=stream
                )
        writing.execute(text("ALTER TABLE ledger ENABLE TRIGGER USER"))
        writing.execute(text("ANALYZE"))


def timed(call: Callable[[], object], into: list[float]) -> None:
    begun = time.perf_counter()
    call()
    into.append(time.perf_counter() - begun)


def measure(casebook: Casebook, database: Database, rounds: int) -> dict[str, Any]:
    """Pages and decisions beside their bare peers, in turn."""
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT)"))
    with database.reading() as connection:
        ids = connection.execute(select(CASES.c.id).limit(rounds)).scalars().all()
    took: dict[str, list[float]] = {name: [] for name in ("page", "query", "next", "decision", "insert")}
    after = None
    for turn in range(-WARM, rounds):
        if turn == 0:
            took = {name: [] for name in took}  # statements are compiled and pages of the database are in memory by now
        who, _ = person(turn % PEOPLE)
        asked = Listing(after=after if turn % 10 else None)

        def query(turn: int = turn) -> object:
            with database.reading() as connection:
                return connection.execute(select(CASES).where(CASES.c.id == ids[turn % len(ids)])).one()

        def insert() -> None:
            with database.writing() as connection:
                connection.execute(
                    text("INSERT INTO bare VALUES (:id, :body)"), {"id": secrets.token_hex(16), "body": "x" * 300}
                )

        timed(query, took["query"])
        begun = time.perf_counter()
        page = casebook.cases.list(who, asked)
        took["page"].append(time.perf_counter() - begun)
        after = page.next
        begun = time.perf_counter()
        case = casebook.cases.next(who, CLOCK.now() + timedelta(hours=1))
        took["next"].append(time.perf_counter() - begun)
        assert case is not None
        read = CaseEvent(new_entry_id("k"), case.id, CaseStep.READ, CLOCK.now(), who.id, reading=NOTHING)
        timed(lambda who=who, read=read: casebook.cases.follow(who, read), took["decision"])  # type: ignore[misc]
        timed(insert, took["insert"])
    percentiles = {
        name: {f"p{p}": float(np.percentile(values, p) * 1000) for p in (50, 99)} for name, values in took.items()
    }
    return {
        "milliseconds": percentiles,
        "page_to_query": {p: percentiles["page"][p] / percentiles["query"][p] for p in ("p50", "p99")},
        "decision_to_insert": {p: percentiles["decision"][p] / percentiles["insert"][p] for p in ("p50", "p99")},
        "next_to_insert": {p: percentiles["next"][p] / percentiles["insert"][p] for p in ("p50", "p99")},
    }


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--cases", type=int, default=1_000_000)
    asks.add_argument("--rounds", type=int, default=2_000)
    asks.add_argument("--json", type=Path)
    told = asks.parse_args()
    result: dict[str, Any] = {"cases": told.cases, "rounds": told.rounds}
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        with open_casebook(Path(folder), KEY, CLOCK) as casebook:
            result["fill_seconds"] = fill(casebook, told.cases)
            here = database_at(Path(folder))
            url = server.emptied()
            open_casebook(url, KEY, CLOCK).close()
            there = database_at(url)
            copy(here, there)
            result["sqlite"] = measure(casebook, here, told.rounds)
        with open_casebook(url, KEY, CLOCK) as casebook:
            result["postgresql"] = measure(casebook, there, told.rounds)
        here.engine.dispose()
        there.engine.dispose()
    write_result(told.json, "python -m benchmarks.cases", result)


if __name__ == "__main__":
    main()
