"""Spilling: into the home, each engine apart, nothing left behind, not even by a killed process."""

import gc
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.home import Home, HomePolicy, make_home
from actionday.stores.archive.schemas import TABLES, TIME
from actionday.stores.archive.spill import Spill

NOW = datetime(2019, 11, 22, 12, tzinfo=UTC)
ROWS = 600_000


def name(number: int) -> str:
    return f"telegram:channel:{number:040d}"


def filled(path: Path) -> Home:
    home = make_home(path, HomePolicy(), NOW)
    names = pa.array([name(number) for number in range(ROWS)])
    columns = {
        "subject": names,
        "platform": pa.repeat("telegram", ROWS),
        "at": pa.repeat(pa.scalar(NOW, TIME), ROWS),
        "state": pa.repeat("present", ROWS),
        "basis": pa.repeat("probe", ROWS),
    }
    schema = TABLES["sightings"].payload
    rows = pa.table([columns.get(field.name, pa.nulls(ROWS, field.type)) for field in schema], schema=schema)
    Archive(home).append_bulk("sightings", numbered("sightings", rows, 1, 0))
    return home


def test_a_query_larger_than_its_memory_spills_into_the_home_and_leaves_nothing(tmp_path: Path) -> None:
    home = filled(tmp_path / "case.d")
    view = Archive(home, query_memory=120 << 20).view()
    view.connection.raw_sql("SET threads = 2")
    looks = view.table("sightings")
    ordered = view.connection.raw_sql(view.connection.compile(looks.order_by(looks.subject.reverse())))
    least = [row[2] for row in ordered.fetchmany(10)]
    spilled = [path for path in home.spill.rglob("*") if path.suffix == ".tmp"]
    assert spilled
    assert least == sorted((name(number) for number in range(ROWS)), key=lambda text: text[::-1])[:10]
    del view, looks, ordered
    gc.collect()
    assert not home.spill.exists()


def test_engines_do_not_share_a_folder(tmp_path: Path) -> None:
    one, other = Spill(tmp_path / "spill"), Spill(tmp_path / "spill")
    assert one.folder is not None
    assert other.folder is not None
    assert one.folder != other.folder
    assert one.folder.is_dir()
    assert other.folder.is_dir()


def test_what_a_killed_process_spilled_is_swept(tmp_path: Path) -> None:
    root = tmp_path / "spill"
    code = (
        "import os, sys; from pathlib import Path; from actionday.stores.archive.spill import Spill\n"
        "kept = Spill(Path(sys.argv[1])); (kept.folder / 'duckdb_temp_storage-0.tmp').write_text('rows'); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(root)], check=False).returncode == 9
    assert list(root.rglob("*.tmp"))
    fresh = Spill(root)
    assert not list(root.rglob("*.tmp"))
    assert fresh.folder is not None


def test_a_place_that_cannot_be_written_bars_spilling(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert Spill(blocked / "spill").option == ""
