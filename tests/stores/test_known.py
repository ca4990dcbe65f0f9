"""Which rows are new: the set difference in order, whether the table's files are read for it or not."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday.stores.archive import known
from actionday.stores.archive.known import Known
from actionday.stores.archive.schemas import TABLES

SPEC = TABLES["quarantine"]
Keys = list[tuple[str | None, str | None]]
KEYS = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["x", "y", None])), max_size=12)


def table(rows: Keys, first: int = 0) -> pa.Table:
    loose = pa.schema([pa.field(field.name, field.type) for field in SPEC.schema])
    numbered = enumerate(rows, first)
    values = [{"row": i, "ingest": 1, "path": a, "position": b, "reason": "r"} for i, (a, b) in numbered]
    return pa.Table.from_pylist(values, schema=loose)


@pytest.fixture(autouse=True)
def _counts() -> Iterator[None]:
    """Constants that a test changes are what they were afterwards."""
    before = known._MANY, known._MOST
    yield
    known._MANY, known._MOST = before


@pytest.mark.parametrize(("many", "most"), [(0, 4_000_000), (10_000, 4_000_000), (0, 5), (0, 0)])
@settings(max_examples=40, deadline=None)
@given(old=KEYS, blocks=st.lists(KEYS, max_size=4))
def test_new_rows_are_the_set_difference_in_order(
    tmp_path_factory: pytest.TempPathFactory, many: int, most: int, old: Keys, blocks: list[Keys]
) -> None:
    """Blocks come one after another, written in between, into a table that had rows before or none."""
    known._MANY, known._MOST = many, most
    folder, files, seen = tmp_path_factory.mktemp("t"), [], set(old)
    if old:
        pq.write_table(table(old), folder / "old.parquet")
        files.append(str(folder / "old.parquet"))
    it = Known(SPEC)
    for number, block in enumerate(blocks):
        want = []
        for place, key in enumerate(block, 100 * number):
            if key not in seen:
                seen.add(key)
                want.append((place, key))
        got = it.new_rows(table(block, 100 * number), files, duckdb.connect())
        assert [(row["row"], (row["path"], row["position"])) for row in got.to_pylist()] == want
        if len(got):
            pq.write_table(got, folder / f"{number}.parquet")
            files.append(str(folder / f"{number}.parquet"))
        it.written()


def test_equal_hashes_of_unequal_keys_lose_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Known, "_hashed", lambda *_: np.zeros(3, np.uint64))
    it = Known(SPEC)
    keys: Keys = [("a", "x"), ("b", "x"), ("a", "x")]
    got = it.new_rows(table(keys), [], duckdb.connect())
    assert got["row"].to_pylist() == [0, 1]
    pq.write_table(got, tmp_path / "t.parquet")
    it.written()
    more: Keys = [("b", "x"), ("c", "x"), ("c", "y")]
    assert it.new_rows(table(more), [str(tmp_path / "t.parquet")], duckdb.connect())["row"].to_pylist() == [1, 2]
