"""Which of some rows a table has not got yet: by the rows' natural keys, exactly, and without reading the table where that can be.

Hashes of the keys of a table that is not large are kept while it is written. A row whose hash is new is new; only the others are
looked up in the table's files. Not for: writing (`archive`).
"""

from typing import Self

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from actionday.stores.archive.schemas import TableSpec

_MOST = 4_000_000
"""Hashes kept of a table, eight bytes each. Of a larger one none are kept, and every row is looked up."""

_MANY = 5_000
"""Fewer rows than these are not worth the reading of all keys."""

_Hashes = npt.NDArray[np.uint64]


class Known:
    """What is known of one table's keys, as long as nobody else writes to it."""

    def __init__(self, spec: TableSpec) -> None:
        self._spec = spec
        self._hashes: _Hashes | None = None  # sorted
        self._coming: _Hashes = np.empty(0, np.uint64)

    def new_rows(self, rows: pa.Table, files: list[str], engine: duckdb.DuckDBPyConnection) -> pa.Table:
        """The rows whose key stands neither in `files`, which are the table's, nor earlier in `rows`. Nulls equal nulls in keys."""
        self._coming = np.empty(0, np.uint64)
        if not len(rows):
            return rows
        connection = engine.cursor()
        try:
            is_new = self._is_new(rows, files, connection)
        finally:
            connection.close()
        return rows if is_new.all() else rows.filter(pa.array(is_new))

    def written(self) -> Self:
        """What `new_rows` gave is in the table now."""
        if self._hashes is not None and self._coming.size:
            both = np.concatenate([self._hashes, self._coming])
            self._hashes = np.sort(both, kind="stable") if both.size <= _MOST else None  # two runs are merged
        return self

    def _is_new(self, rows: pa.Table, files: list[str], connection: duckdb.DuckDBPyConnection) -> npt.NDArray[np.bool_]:
        if not files:
            self._hashes = np.empty(0, np.uint64)
        elif self._hashes is None and len(rows) >= _MANY:
            self._hashes = self._read(files, connection)
        if self._hashes is None:
            return _looked_up(self._spec, rows, files, connection)
        connection.register("fresh", rows.select(list(self._spec.unique)))
        hashes = self._hashed("fresh", connection)
        there = _among(hashes, self._hashes)
        doubtful = there | _repeated(hashes)
        is_new = ~doubtful
        if doubtful.any():
            some = rows.filter(pa.array(doubtful))
            is_new[doubtful] = _looked_up(self._spec, some, files if there.any() else [], connection)
        self._coming = np.sort(hashes[is_new])
        return is_new

    def _read(self, files: list[str], connection: duckdb.DuckDBPyConnection) -> _Hashes | None:
        given = {"files": files}
        count = connection.execute("SELECT count(*) FROM read_parquet($files)", given).fetchone()
        if count is None or count[0] > _MOST:
            return None
        return np.sort(self._hashed("read_parquet($files)", connection, given))

    def _hashed(
        self, table: str, connection: duckdb.DuckDBPyConnection, parameters: dict[str, list[str]] | None = None
    ) -> _Hashes:
        keys = ", ".join(f'"{key}"' for key in self._spec.unique)
        found = connection.execute(f"SELECT hash({keys}) AS h FROM {table}", parameters).to_arrow_table()
        return np.asarray(found["h"].to_numpy(), np.uint64)


def _among(hashes: _Hashes, known: _Hashes) -> npt.NDArray[np.bool_]:
    """Which of the hashes stand among the known, which are sorted."""
    places = np.searchsorted(known, hashes)
    found = places < known.size
    found[found] = known[places[found]] == hashes[found]
    return found


def _repeated(hashes: _Hashes) -> npt.NDArray[np.bool_]:
    """Which of the hashes stand there twice."""
    order = np.argsort(hashes)
    same = np.flatnonzero(np.diff(hashes[order]) == 0)
    found = np.zeros(hashes.size, bool)
    found[order[same]] = found[order[same + 1]] = True
    return found


def _looked_up(
    spec: TableSpec, rows: pa.Table, files: list[str], connection: duckdb.DuckDBPyConnection
) -> npt.NDArray[np.bool_]:
    """Which rows' keys stand neither in the files nor in an earlier row, looked up by their keys."""
    connection.register("fresh", rows.append_column("_place", pa.array(np.arange(len(rows)))))
    same = " AND ".join(f'(f."{key}" IS NOT DISTINCT FROM k."{key}")' for key in spec.unique)
    keys = ", ".join(f'"{key}"' for key in spec.unique)
    query = f"SELECT min(_place) AS _place FROM fresh GROUP BY {keys}"
    # A mask, for to filter a table of many chunks costs a twentieth of taking rows from it by number.
    is_new = np.zeros(len(rows), bool)
    is_new[connection.execute(query).to_arrow_table()["_place"].to_numpy()] = True
    if files:
        lead = spec.unique[0]
        values = pc.unique(rows[lead])
        # Few lead values prune row groups by their statistics; many would only slow the scan. IN never finds a null.
        prune = f'WHERE k."{lead}" IN (SELECT unnest($values))' if len(values) <= 64 and not values.null_count else ""
        existing = (
            f"SELECT f._place FROM fresh f SEMI JOIN (SELECT {keys} FROM read_parquet($files) k {prune}) k ON {same}"
        )
        parameters = {"files": files} | ({"values": values.to_pylist()} if prune else {})
        is_new[connection.execute(existing, parameters).to_arrow_table()["_place"].to_numpy()] = False
    return is_new
