"""The archive: unique at rest, numbered, readable at old versions, its fixture opens."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from actionday.records import HomeError, HomeLocked, UsageError
from actionday.stores.archive import erasure
from actionday.stores.archive.archive import Archive, numbered, row_numbers
from actionday.stores.archive.home import HomePolicy, make_home, open_home, pseudonym_key
from actionday.stores.archive.schemas import FORMAT_VERSION, TABLES
from actionday.stores.archive.subjects import resolve
from actionday.stores.archive.view import View

NOW = datetime(2019, 11, 22, 12, tzinfo=UTC)


def sightings(*subjects: str | None, vantage: str | None = "v1") -> pa.Table:
    rows = [
        {
            "subject": subject,
            "platform": "telegram",
            "at": NOW,
            "state": "present",
            "basis": "probe",
            "vantage": vantage,
        }
        for subject in subjects
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["sightings"].payload)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(make_home(tmp_path / "home", HomePolicy(), NOW))


def test_writing_again_adds_nothing_and_overlaps_merge(archive: Archive) -> None:
    first = numbered("sightings", sightings("telegram:channel:1", "telegram:channel:2"), 1, 0)
    assert archive.append("sightings", first) == 2
    assert archive.append("sightings", first) == 0
    overlapping = numbered("sightings", sightings("telegram:channel:2", "telegram:channel:3"), 2, 0)
    assert archive.append("sightings", overlapping) == 1
    view = archive.view()
    table = view.arrow(view.table("sightings").order_by("row"))
    assert table["subject"].to_pylist() == ["telegram:channel:1", "telegram:channel:2", "telegram:channel:3"]
    assert table["ingest"].to_pylist() == [1, 1, 2]


def test_compacting_small_files_keeps_every_row(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actionday.stores.archive.archive._COMPACT_ABOVE", 3)
    for number in range(3):
        archive.append("sightings", numbered("sightings", sightings(f"telegram:channel:{number}"), 1, number))
    archive.compact()
    assert len(archive.files("sightings")) == 3
    archive.append("sightings", numbered("sightings", sightings("telegram:channel:3"), 1, 3))
    archive.compact()
    assert len(archive.files("sightings")) == 1
    view = archive.view()
    subjects = view.arrow(view.table("sightings").order_by("row"))["subject"].to_pylist()
    assert subjects == [f"telegram:channel:{number}" for number in range(4)]


def test_equal_rows_of_one_write_are_written_once(archive: Archive) -> None:
    rows = numbered("sightings", sightings("telegram:channel:1"), 1, 0)
    assert archive.append("sightings", pa.concat_tables([rows, rows])) == 1


def test_null_equals_null_in_keys(archive: Archive) -> None:
    rows = numbered("sightings", sightings("telegram:channel:1", "telegram:channel:1", vantage=None), 1, 0)
    assert archive.append("sightings", rows) == 1
    assert archive.append("sightings", numbered("sightings", sightings("telegram:channel:1", vantage=None), 2, 0)) == 0


def test_row_numbers_never_meet() -> None:
    assert row_numbers(1, 0, 3).to_pylist() == [2**40, 2**40 + 1, 2**40 + 2]
    assert row_numbers(1, 1, 1)[0].as_py() == 2**40 + 2**20


def test_old_versions_can_be_read_and_the_log_holds_no_values(archive: Archive) -> None:
    archive.append("sightings", numbered("sightings", sightings("telegram:channel:101"), 1, 0))
    before = archive.versions()
    archive.append("sightings", numbered("sightings", sightings("telegram:channel:102"), 2, 0))
    assert archive.view(before).table("sightings").count().to_pyarrow().as_py() == 1
    assert archive.counts()["sightings"] == 2
    log = b"".join(path.read_bytes() for path in (archive.home.archive / "sightings" / "_delta_log").iterdir())
    assert b"telegram:channel:101" not in log


def test_a_home_is_made_once_and_keeps_its_policy(tmp_path: Path) -> None:
    home = make_home(tmp_path / "h", HomePolicy("hash", "unit"), NOW)
    assert make_home(tmp_path / "h", HomePolicy("hash", "unit"), NOW).id == home.id
    with pytest.raises(UsageError, match="fixed when it is made"):
        make_home(tmp_path / "h", HomePolicy("text", "unit"), NOW)
    with pytest.raises(UsageError):
        HomePolicy("text", "research")


def test_a_foreign_folder_a_missing_home_and_a_newer_home_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "letter.txt").write_text("mine")
    with pytest.raises(HomeError, match="not a home"):
        make_home(tmp_path / "x", HomePolicy(), NOW)
    with pytest.raises(HomeError) as told:
        open_home(tmp_path / "none")
    assert len(str(told.value).splitlines()) == 3
    make_home(tmp_path / "h", HomePolicy(), NOW)
    facts = json.loads((tmp_path / "h" / "home.json").read_text())
    (tmp_path / "h" / "home.json").write_text(json.dumps({**facts, "format": FORMAT_VERSION + 1}))
    with pytest.raises(HomeError, match="update actionday"):
        open_home(tmp_path / "h")


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    home = make_home(tmp_path / "h", HomePolicy(), NOW)
    with home.writing(), pytest.raises(HomeLocked), home.writing():
        pass


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = pseudonym_key(tmp_path / "keys")
    assert len(key) == 32
    assert pseudonym_key(tmp_path / "keys") == key
    assert (tmp_path / "keys" / "pseudonym.key").stat().st_mode & 0o077 == 0


def test_a_view_over_small_tables_fills_in_what_is_missing() -> None:
    view = View.of(
        {"sightings": pa.table({"subject": ["a"], "platform": ["p"], "at": pa.array([NOW], pa.timestamp("us", "UTC"))})}
    )
    table = view.arrow(view.table("sightings"))
    assert table.schema.names == TABLES["sightings"].schema.names
    assert table["state"].to_pylist() == [None]
    assert view.arrow(view.table("posts")).num_rows == 0


def test_a_table_of_an_older_release_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path / "h", HomePolicy(), NOW)
    full = TABLES["sightings"]
    older = replace(full, columns=full.columns[:-3])

    def look(subject: str, **more: object) -> pa.Table:
        row = {"subject": subject, "platform": "telegram", "at": NOW, "state": "present", "basis": "probe", **more}
        return numbered("sightings", pa.Table.from_pylist([row], schema=TABLES["sightings"].payload), 1, len(subject))

    monkeypatch.setitem(TABLES, "sightings", older)
    for subject in ("telegram:channel:11", "telegram:channel:222"):
        Archive(home).append("sightings", look(subject))
    monkeypatch.setitem(TABLES, "sightings", full)
    assert Archive(home).view().table("sightings").slot.count().to_pyarrow().as_py() == 0
    gone = resolve(Archive(home), "telegram:channel:11")
    erasure.forget(Archive(home), gone, bytes(32), "tester", NOW, "asked")
    Archive(home).append("sightings", look("telegram:channel:3333", slot=NOW, identity="telegram:channel:222"))
    gone = resolve(Archive(home), "telegram:channel:222")
    erasure.forget(Archive(home), gone, bytes(32), "tester", NOW, "asked")
    view = Archive(home).view()
    (row,) = view.arrow(view.table("sightings")).to_pylist()
    assert (row["subject"], row["slot"]) == ("telegram:channel:3333", NOW)
    assert row["identity"] != "telegram:channel:222"
