"""The two databases a casebook may lie in: how each is opened, how writers take turns, what a consistent read is, how erased bytes go.

Writers take turns over the whole of a transaction, so there is never a gap or a fork: SQLite by BEGIN IMMEDIATE, PostgreSQL by an advisory
lock that ends with the transaction. Not for: what is written (see `ledger`). No parameter and no password is shown in an error.
"""

import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError

from actionday.records import HomeError, HomeLocked, Secret, UsageError

FILE = "casebook.sqlite"
PATIENCE = 60
"""Seconds that a writer waits for its turn."""
_TURN = int.from_bytes(b"actionda", "big")
_UNUSABLE = ("08", "28", "3D", "53", "57", "58")
"""Classes of SQLSTATE that say that the server cannot be used: connection, authorisation, no such database, resources, stopped, system."""
_TURN_NOT_HAD = "55P03"


class Database(Protocol):
    """Where a casebook lies."""

    engine: Engine
    shown: str

    def writing(self) -> AbstractContextManager[Connection]:
        """A write transaction that nobody else's overlaps; committed at the end of the block."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A read of one moment."""
        ...

    def scrub(self) -> None:
        """Rewrite what holds payloads, so that the bytes of deleted ones go."""
        ...


class Sqlite:
    """A file in the home, in WAL mode, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self.shown = str(path)
        path.touch(mode=0o600)
        url = URL.create("sqlite", database=str(path))
        self.engine = create_engine(
            url, hide_parameters=True, connect_args={"timeout": PATIENCE, "isolation_level": None}
        )
        event.listen(self.engine, "connect", _set_up)
        event.listen(self.engine, "begin", _begin)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Database`."""
        with _telling(self.shown), self.engine.connect() as connection:
            turn = connection.execution_options(begin="BEGIN IMMEDIATE")
            with turn.begin():
                yield turn

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Database`."""
        with _telling(self.shown), self.engine.connect() as connection, connection.begin():
            yield connection

    def scrub(self) -> None:
        """See `Database`. Raises HomeLocked where somebody reads for too long: erase again then."""
        with _telling(self.shown), self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            cursor = raw.cursor()
            cursor.execute("VACUUM")
            (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
        if busy:
            raise HomeLocked(f"{self.shown} is being read; what was erased is still in its log: run `forget` again")


class Postgresql:
    """A database on a server, one a home."""

    def __init__(self, url: URL) -> None:
        self.shown = url.render_as_string(hide_password=True)
        self.engine = create_engine(
            url.set(drivername="postgresql+pg8000", query={}),
            hide_parameters=True,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            # A driver without a password trips over a server that asks for one; with an empty one it is refused by name.
            connect_args=_encryption(url) | ({} if url.password else {"password": ""}),
        )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Database`."""
        with _telling(self.shown), self.engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See `Database`."""
        with _telling(self.shown), self.engine.connect() as connection:
            snapshot = connection.execution_options(isolation_level="REPEATABLE READ")
            with snapshot.begin():
                yield snapshot

    def scrub(self) -> None:
        """See `Database`. The server's write-ahead log and backups are its operator's."""
        with _telling(self.shown), self.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            raw.rollback()  # the pool's ping began a transaction, and this cannot run in one
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql(f"SET lock_timeout = '{PATIENCE}s'")
            for table in ("payloads", "payload_subjects"):
                alone.exec_driver_sql(f"VACUUM FULL {table}")


def database_at(place: Path | str, password: Secret | None = None) -> Database:
    """The database in a home's folder, or at a URL. Raises UsageError for a URL that is no PostgreSQL one."""
    if isinstance(place, Path):
        return Sqlite(place / FILE)
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise UsageError("setting database is no URL: write postgresql://user@host/name") from None
    if url.get_backend_name() != "postgresql":
        raise UsageError(f"setting database: a casebook lies in the home or on PostgreSQL, not on {url.drivername}")
    try:
        import pg8000  # noqa: F401
    except ImportError:
        raise UsageError("a casebook on PostgreSQL needs: pip install 'actionday[postgres]'") from None
    if url.password is None and password is not None:
        url = url.set(password=password.reveal())
    return Postgresql(url)


def _encryption(url: URL) -> dict[str, Any]:
    """Checked TLS to every other machine, unless the URL says ``?tls=no``."""
    near = not url.host or url.host in ("localhost", "127.0.0.1", "::1")
    plain = near if "tls" not in url.query else url.query["tls"] == "no"
    return {} if plain else {"ssl_context": ssl.create_default_context()}


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's own
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "temp_store = MEMORY", "cache_size = -65536"):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


@contextmanager
def _telling(shown: str) -> Iterator[None]:
    """Turn what says that a database cannot be used into our own errors; refusals by triggers and faults of ours pass."""
    try:
        yield
    except DBAPIError as error:
        facts = error.orig.args[0] if error.orig and error.orig.args else ""
        state = str(facts.get("C", "")) if isinstance(facts, dict) else ""
        says = str(facts.get("M", "")) if isinstance(facts, dict) else str(facts)
        if state == _TURN_NOT_HAD or "database is locked" in says:
            raise HomeLocked(f"the casebook at {shown} is being written by somebody else; try again") from error
        broken = isinstance(error, DatabaseError) and ("not a database" in says or "malformed" in says)
        if isinstance(error, InterfaceError | OperationalError) or state[:2] in _UNUSABLE or broken:
            fix = "; its password is the credential `postgresql.password`" if state[:2] == "28" else ""
            raise HomeError(f"the casebook at {shown} cannot be used: {says}{fix}") from error
        raise
