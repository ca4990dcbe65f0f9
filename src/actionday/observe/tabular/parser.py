"""DuckDB as a parser of JSON: connections that know no file and no network, renewed so that memory does not follow the file.

What a connection allocates a block stays with it in small pieces among others' and is not handed back before it closes:
after half a gigabyte that is 200 MB. Not for: queries over the archive.
"""

from types import TracebackType
from typing import Self

import duckdb

USES = 4
"""Blocks that one connection parses: opening one costs as much as a tenth of a block."""

_CONFIG = {"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False}


class Parser:
    """A context manager whose `connection` is asked for anew for every block."""

    def __init__(self) -> None:
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._left = 0

    def connection(self) -> duckdb.DuckDBPyConnection:
        """A connection for one block; what another call returned before may be closed."""
        if self._connection is None or not self._left:
            self._close()
            self._connection, self._left = duckdb.connect(config=_CONFIG), USES
        self._left -= 1
        return self._connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
