"""Every test here runs on a casebook in a home and on one in PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from tests.records.judging import START
from tests.servers.postgres import Postgres, postgres

from actionday.records import FixedClock
from actionday.stores.casebook import Casebook, open_casebook
from actionday.stores.casebook.databases import database_at
from actionday.stores.casebook.tables import METADATA

KEY = bytes(range(32))
TRIGGERS = {
    "sqlite": [
        "DROP TRIGGER ledger_no_update", "DROP TRIGGER ledger_no_delete", "DROP TRIGGER ledger_in_order",
        "DROP TRIGGER payloads_no_update", "DROP TRIGGER payloads_no_replace",
        "DROP TRIGGER publications_no_update", "DROP TRIGGER publications_no_delete",
    ],
    "postgresql": [
        "DROP TRIGGER ledger_append_only ON ledger", "DROP TRIGGER ledger_in_order ON ledger",
        "DROP TRIGGER payloads_no_update ON payloads", "DROP TRIGGER publications_append_only ON publications",
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a casebook lies: a home's folder, or a URL."""

    at: Path | str

    def open(self, clock: FixedClock | None = None) -> Casebook:
        """Open it with the tests' key."""
        return open_casebook(self.at, KEY, clock or FixedClock(START))

    @contextmanager
    def sql(self) -> Iterator[Engine]:
        """The database itself, past the casebook."""
        engine = database_at(self.at).engine
        try:
            yield engine
        finally:
            engine.dispose()

    def tamper(self, *statements: str) -> None:
        """What somebody does who owns the database: triggers off, then SQL."""
        with self.sql() as engine, engine.begin() as connection:
            for statement in (*TRIGGERS[engine.dialect.name], *statements):
                connection.execute(text(statement))

    def dump(self) -> str:
        """All rows of all tables, as text."""
        tables = list(METADATA.tables)
        with self.sql() as engine, engine.begin() as connection:
            rows = [row for name in tables for row in connection.execute(text(f"SELECT * FROM {name}"))]
        return "\n".join(repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]) for row in rows)


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Place]:
    """Makes an empty place on one of the databases; the one before it is given up."""
    if request.param == "postgresql":
        running: Postgres = request.getfixturevalue("server")
        return lambda: Place(running.emptied())

    def folder() -> Place:
        home = tmp_path / f"home{len(list(tmp_path.iterdir()))}"
        home.mkdir()
        return Place(home)

    return folder


@pytest.fixture
def place(places: Callable[[], Place]) -> Place:
    return places()
