"""`forget` and `retention`: no byte of a subject stays under the home, and everything else does."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from actionday.records import UsageError, name_hash, subject_hash
from actionday.stores.archive.archive import Archive, numbered
from actionday.stores.archive.erasure import forget, retain
from actionday.stores.archive.home import HomePolicy, make_home
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.subjects import Subject, resolve

NOW = datetime(2019, 11, 22, 12, tzinfo=UTC)
KEY = bytes(range(32))
GONE, STAYS = "telegram:account:987654321", "telegram:account:1"
NEEDLES = (b"987654321", b"sunny_painter", b"Sunny Painter")


def write(archive: Archive, name: str, rows: list[dict[str, object]], ingest: int = 1) -> None:
    loose = pa.schema([pa.field(field.name, field.type) for field in TABLES[name].payload])
    archive.append(name, numbered(name, pa.Table.from_pylist(rows, schema=loose), ingest, 0))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    store = Archive(make_home(tmp_path / "home", HomePolicy("text", "host"), NOW))
    write(store, "accounts", [
        {"subject": GONE, "platform": "telegram", "native": "987654321", "handle": "Sunny_Painter", "display_name": "Sunny Painter", "seen_at": NOW},
        {"subject": STAYS, "platform": "telegram", "native": "1", "handle": "other", "bio": "friend of @sunny_painter", "seen_at": NOW},
    ])  # fmt: skip
    channel = "telegram:channel:5"
    write(
        store,
        "memberships",
        [{"account": a, "channel": channel, "platform": "telegram", "role": "admin"} for a in (GONE, STAYS)],
    )
    write(store, "posts", [
        {"channel": channel, "native": "1", "platform": "telegram", "author": GONE, "at": NOW, "kind": "original", "text": "la li lo", "text_sha256": b"own"},
        {"channel": channel, "native": "2", "platform": "telegram", "author": STAYS, "at": NOW, "kind": "original", "text": "thanks Sunny Painter (@Sunny_Painter @Sunny_Painter)!", "text_sha256": b"thanks"},
        {"channel": channel, "native": "3", "platform": "telegram", "author": STAYS, "at": NOW, "kind": "forward", "forward_from": GONE, "text": "la li lo", "text_sha256": b"shared"},
        {"channel": channel, "native": "4", "platform": "telegram", "author": GONE, "at": NOW, "kind": "original", "text": "ta ta", "text_sha256": b"shared"},
    ])  # fmt: skip
    write(store, "links", [
        {"channel": channel, "post": "1", "platform": "telegram", "author": GONE, "kind": "url", "url": "https://a.example", "position": 0},
        {"channel": channel, "post": "2", "platform": "telegram", "author": STAYS, "kind": "handle", "target": "telegram:@sunny_painter", "position": 0},
        {"channel": channel, "post": "2", "platform": "telegram", "author": STAYS, "kind": "url", "url": "https://b.example", "position": 1},
    ])  # fmt: skip
    write(store, "fingerprints", [{"digest": d, "kind": "text"} for d in (b"own", b"thanks", b"shared")])
    write(
        store,
        "quarantine",
        [{"path": "a.json", "position": "row 3", "reason": "no time", "raw": '{"from": "Sunny Painter"}'}],
    )
    write(
        store,
        "ingests",
        [{"phase": "done", "path": "ChatExport_sunny_painter/result.json", "sha256": "00", "format": "t"}],
    )
    return store


def bytes_under(folder: Path) -> bytes:
    """Every byte under a folder, Parquet files decoded besides, since their pages are compressed."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.append(str(path).encode() + path.read_bytes())
            if path.suffix == ".parquet":
                found.append(json.dumps(pq.read_table(path).to_pylist(), default=str).encode())
            if path.suffix == ".gz":
                found.append(zlib.decompress(path.read_bytes(), 47))
    return b"\0".join(found)


def test_no_byte_of_a_forgotten_subject_stays(archive: Archive) -> None:
    assert all(needle.lower() in bytes_under(archive.home.path).lower() for needle in NEEDLES)
    forget(archive, resolve(archive, GONE), KEY, "tester", NOW)
    left = bytes_under(archive.home.path).lower()
    assert [needle for needle in NEEDLES if needle.lower() in left] == []


def test_what_is_others_stays(archive: Archive) -> None:
    forget(archive, resolve(archive, GONE), KEY, "tester", NOW)
    view = archive.view()
    posts = {row["native"]: row for row in view.arrow(view.table("posts")).to_pylist()}
    assert sorted(posts) == ["2", "3"]
    assert posts["2"]["text"] == "thanks [erased] (@[erased] @[erased])!"
    assert posts["3"]["forward_from"] is None
    assert posts["3"]["at"] == NOW
    assert sorted(view.arrow(view.table("fingerprints"))["digest"].to_pylist()) == [b"shared", b"thanks"]
    assert view.arrow(view.table("links"))["url"].to_pylist() == ["https://b.example"]
    assert view.arrow(view.table("memberships"))["account"].to_pylist() == [STAYS]
    assert view.arrow(view.table("accounts"))["bio"].to_pylist() == ["friend of @[erased]"]
    assert view.arrow(view.table("ingests"))["path"].to_pylist() == ["ChatExport_[erased]/result.json"]


def test_the_erasure_record_names_nobody_and_counts(archive: Archive) -> None:
    forget(archive, resolve(archive, "telegram:@sunny_painter"), KEY, "tester", NOW, "asked in writing")
    view = archive.view()
    rows = view.arrow(view.table("erasures")).to_pylist()
    assert {row["subject_hash"] for row in rows if row["kind"] == "forget"} == {
        subject_hash(KEY, GONE),
        subject_hash(KEY, "telegram:@sunny_painter"),
    }
    counts = json.loads(rows[0]["counts"])
    assert counts["posts"] == {"erased": 2, "rewritten": 2}
    assert rows[0]["by"] == "tester"


def test_forgetting_twice_is_harmless_and_unknown_subjects_leave_a_record(archive: Archive) -> None:
    forget(archive, resolve(archive, GONE), KEY, "tester", NOW)
    before = archive.counts()
    again = forget(archive, resolve(archive, GONE), KEY, "tester", NOW + timedelta(hours=1))
    assert all(counts == {"erased": 0, "rewritten": 0} for counts in again.values())
    after = archive.counts()
    assert {k: v for k, v in after.items() if k != "erasures"} == {k: v for k, v in before.items() if k != "erasures"}


def test_a_handle_of_several_subjects_must_be_told_apart(archive: Archive) -> None:
    write(
        archive,
        "accounts",
        [{"subject": "telegram:account:77", "platform": "telegram", "handle": "sunny_painter", "seen_at": NOW}],
        2,
    )
    with pytest.raises(UsageError, match="2 subjects"):
        resolve(archive, "telegram:@sunny_painter")


def test_a_subject_is_found_by_what_a_person_has_in_hand(archive: Archive) -> None:
    for asked in (GONE, "telegram:@Sunny_Painter", "@sunny_painter", "sunny_painter", "sunny painter"):
        assert resolve(archive, asked).ids == {GONE}, asked
    for identity in ("matrix:account:@a:example.org", "telegram:channel:@known_by_handle"):
        assert resolve(archive, identity).ids == {identity}, "an id may hold the signs of a handle"
    with pytest.raises(UsageError, match="nobody here is called"):
        resolve(archive, "Rainy Painter")
    assert "Sun" in resolve(archive, GONE, frozenset({"Sun"})).names


def test_a_name_that_is_a_word_of_ours_spares_ids_and_kinds(archive: Archive) -> None:
    hostile = "telegram:channel:77"
    row = {"subject": hostile, "platform": "telegram", "native": "77", "handle": "channel", "title": "Original", "seen_at": NOW}  # fmt: skip
    write(archive, "channels", [row, {**row, "subject": "telegram:channel:78", "native": "78", "handle": "b", "title": "My original"}])  # fmt: skip
    write(
        archive,
        "affiliations",
        [{"subject": "telegram:channel:78", "organisation": "Original", "stance": "official"}],
    )
    forget(archive, resolve(archive, hostile), KEY, "tester", NOW)
    view = archive.view()
    left = view.arrow(view.table("channels")).to_pylist()
    assert [(row["subject"], row["title"]) for row in left] == [("telegram:channel:78", "My [erased]")]
    posts = view.arrow(view.table("posts")).to_pylist()
    assert {(row["channel"], row["kind"]) for row in posts} == {("telegram:channel:5", "original"), ("telegram:channel:5", "forward")}  # fmt: skip
    assert view.arrow(view.table("affiliations"))["organisation"].to_pylist() == ["Original"]


def test_a_number_that_is_also_anothers_spares_the_other(archive: Archive) -> None:
    write(archive, "channels", [{"subject": "telegram:channel:987654321", "platform": "telegram", "native": "987654321", "title": "Other", "seen_at": NOW}])  # fmt: skip
    forget(archive, resolve(archive, GONE), KEY, "tester", NOW)
    view = archive.view()
    assert view.arrow(view.table("channels"))["subject"].to_pylist() == ["telegram:channel:987654321"]


def test_the_hash_that_stands_for_a_forwards_name_goes_with_the_name(archive: Archive) -> None:
    row = {"channel": "telegram:channel:5", "native": "9", "platform": "telegram", "at": NOW, "kind": "forward", "forward_name": name_hash(KEY, "Sunny Painter")}  # fmt: skip
    write(archive, "posts", [row], 2)
    forget(archive, resolve(archive, GONE), KEY, "tester", NOW)
    view = archive.view()
    assert name_hash(KEY, "Sunny Painter") not in view.arrow(view.table("posts"))["forward_name"].to_pylist()


def test_names_that_hold_the_subjects_name_are_other_names(archive: Archive) -> None:
    longer = [f"telegram:channel:{number}" for number in (5, 51, 512)]
    for number, channel in enumerate(longer, 2):
        write(
            archive,
            "channels",
            [{"subject": channel, "platform": "telegram", "native": channel[17:], "handle": "painter", "seen_at": NOW}],
            number,
        )
    counts = forget(archive, Subject(frozenset({"telegram:channel:51"}), names=frozenset({"Al"})), KEY, "tester", NOW)
    assert counts["channels"] == {"erased": 1, "rewritten": 0}
    view = archive.view()
    assert sorted(view.arrow(view.table("channels"))["subject"].to_pylist()) == [
        "telegram:channel:5",
        "telegram:channel:512",
    ]
    assert counts["posts"]["rewritten"] == 0, "a name of two letters is not taken out of words"


def test_retention_erases_by_age_with_what_hangs_on_it(archive: Archive) -> None:
    old = NOW - timedelta(days=400)
    write(
        archive,
        "posts",
        [{"channel": "telegram:channel:5", "native": "old", "platform": "telegram", "at": old, "kind": "original"}],
        2,
    )
    write(
        archive,
        "links",
        [{"channel": "telegram:channel:5", "post": "old", "platform": "telegram", "kind": "url", "position": 0}],
        2,
    )
    counts = retain(archive, {"posts": 365}, "tester", NOW)
    assert counts["posts"]["erased"] == 1
    assert counts["links"]["erased"] == 1
    view = archive.view()
    assert "old" not in view.arrow(view.table("posts"))["native"].to_pylist()
    assert view.arrow(view.table("erasures"))["kind"].to_pylist() == ["retention"]
    with pytest.raises(UsageError, match="knows no time"):
        retain(archive, {"erasures": 1}, "tester", NOW)
