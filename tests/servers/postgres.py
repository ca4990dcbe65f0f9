"""PostgreSQL from Debian on loopback: a cluster in a temporary folder, one database that tests empty, a password that nobody may print.

The server refuses to be root; then it runs as Debian's user `postgres`, in a folder that this user may enter.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from tests.servers.running import free_ports, need, running

USER, PASSWORD = "unit", "sesame-open-sesame"
_FIX = "apt-get install postgresql"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    port: int
    folder: Path

    def url(self, database: str) -> str:
        """The URL of a database, password and all."""
        url = URL.create("postgresql", USER, PASSWORD, "127.0.0.1", self.port, database)
        return url.render_as_string(hide_password=False)

    def emptied(self) -> str:
        """The URL of the one database, after everything in it went."""
        engine = create_engine(self.url("postgres").replace("postgresql:", "postgresql+pg8000:"))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        return self.url("postgres")

    def written(self) -> bytes:
        """Every byte of its databases' files, after what it holds in memory was written; not its log of writes."""
        engine = create_engine(self.url("postgres").replace("postgresql:", "postgresql+pg8000:"))
        with engine.connect() as connection:
            connection.execute(text("CHECKPOINT"))
        engine.dispose()
        return b"\0".join(
            path.read_bytes() for path in sorted((self.folder / "db" / "base").rglob("*")) if path.is_file()
        )


def _programs() -> Path:
    """The folder of the newest PostgreSQL that Debian installed, or of the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else Path(need("initdb", _FIX)).parent


@contextmanager
def postgres() -> Iterator[Postgres]:
    """PostgreSQL with an empty cluster. A machine that loses power may lose it: nothing is synced."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    root = os.geteuid() == 0
    other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if root else []
    try:
        (folder / "password").write_text(PASSWORD)
        if root:
            shutil.chown(folder, "postgres", "postgres")
            shutil.chown(folder / "password", "postgres", "postgres")
        initdb = [*other, str(programs / "initdb"), "-D", str(folder / "db"), "-U", USER, "-E", "UTF8", "--locale=C"]
        initdb += ["--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, timeout=120)
        (port,) = free_ports(1)
        command = [*other, str(programs / "postgres"), "-D", str(folder / "db"), "-p", str(port)]
        for option in ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60"):
            command += ["-c", option]
        answers = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        with running(command, folder, lambda: subprocess.run(answers, check=False, timeout=30).returncode == 0):
            yield Postgres(port, folder)
    finally:
        shutil.rmtree(folder)
