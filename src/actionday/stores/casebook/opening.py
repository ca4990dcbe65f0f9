"""Opens a home's casebook, makes it on first use, and brings an older one forward. Whose it is shows by the home's key."""

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, insert, select

from actionday.records import ActorId, Clock, EntryId, HomeError, HomeLocked, Secret, key_check
from actionday.stores.casebook.casebook import Casebook
from actionday.stores.casebook.chain import GENESIS, Entry, Kind, moment
from actionday.stores.casebook.databases import FILE, PATIENCE, database_at
from actionday.stores.casebook.ledger import Means
from actionday.stores.casebook.schema import STEPS, bring_forward
from actionday.stores.casebook.sql_casebook import SqlCasebook
from actionday.stores.casebook.tables import CASEBOOK, LEDGER

NOBODY = ActorId("a-" + "0" * 32)
"""Who writes the first entry."""


def casebook_exists(place: Path | str) -> bool:
    """Whether a home's folder has a casebook; a database on a server is taken to have one."""
    return not isinstance(place, Path) or (place / FILE).exists()


def open_casebook(place: Path | str, key: bytes, clock: Clock, password: Secret | None = None) -> Casebook:
    """Open the casebook in a home's folder or at a PostgreSQL URL (a database of its own), and make it where there is none.

    `key` is the home's; `password` is the server's where the URL has none. Raises HomeError for a database that cannot be used, that a newer release made, or that is another home's.
    """
    means = Means(key, clock, secrets.token_bytes)
    with _alone(place):
        database = database_at(place, password)
        try:
            with database.writing() as connection:
                if bring_forward(connection) == 0:
                    _begin(connection, means)
                _check(connection, key, database.shown)
        except BaseException:
            database.engine.dispose()
            raise
    return SqlCasebook(database, means)


@contextmanager
def _alone(place: Path | str) -> Iterator[None]:
    """Making the file and turning on its log is not one step for SQLite; two that make it wait for each other here."""
    if not isinstance(place, Path):
        yield
        return
    try:
        with FileLock(place / "casebook.lock", timeout=PATIENCE):
            yield
    except Timeout as error:
        raise HomeLocked(f"the casebook in {place} is being opened by somebody else; try again") from error


def _begin(connection: Connection, means: Means) -> None:
    """The row that says which casebook it is, and the first entry, which says the same inside the chain."""
    name = str(uuid.UUID(bytes=means.randomness(16), version=4))
    connection.execute(insert(CASEBOOK).values(version=len(STEPS), id=name, key_check=key_check(means.key)))
    at = moment(means.clock.now())
    entry = Entry(1, EntryId(name), Kind.MADE.value, at, NOBODY, None, None, None, GENESIS, "")
    entry = replace(entry, hash=entry.digest)
    connection.execute(insert(LEDGER), [{column.name: getattr(entry, column.name) for column in LEDGER.c}])


def _check(connection: Connection, key: bytes, shown: str) -> None:
    if connection.execute(select(CASEBOOK.c.key_check)).scalar_one() != key_check(key):
        raise HomeError(
            f"the casebook at {shown} was made with another key: it is another home's, or this home's keys lie elsewhere (setting `keys`)"
        )
