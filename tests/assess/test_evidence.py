"""Evidence: what is gathered, that it is kept whole and unchanged, how a source differs later, and that erasing reaches it."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from actionday.assess import (
    NEWEST,
    Frozen,
    Origin,
    Piece,
    Wanted,
    copy_items,
    differences,
    drop_evidence,
    files_below,
    forget_evidence,
    freeze,
    keep,
    kept_since,
    read_items,
)
from actionday.assess.evidence import FOLDER
from actionday.records import EntryId, HomeError, InputError
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.view import View

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
CASE, OTHER = EntryId("c-" + "1" * 32), EntryId("c-" + "2" * 32)
CHANNEL, WRITER = "telegram:channel:1", "telegram:account:5"


def table(name: str, *rows: dict[str, object]) -> pa.Table:
    told = [{"row": number, "ingest": 1, **row} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(told, schema=TABLES[name].schema)


def post(number: int, channel: str = CHANNEL, author: str | None = None) -> dict[str, object]:
    return {"channel": channel, "native": str(number), "platform": "telegram", "author": author, "kind": "original",
            "at": AT + timedelta(minutes=number), "text": f"harmless text {number}"}  # fmt: skip


def world(title: str = "A title", posts: int = 3) -> View:
    return View.of(
        {
            "channels": table("channels", {"subject": CHANNEL, "platform": "telegram", "title": title, "seen_at": AT}),
            "posts": table("posts", *(post(number) for number in range(posts)), post(9000, "telegram:channel:2", WRITER)),
            "media": table("media", {"channel": CHANNEL, "post": "1", "platform": "telegram", "position": 0, "sha256": b"ab"}),
            "ingests": table("ingests", {"phase": "begun", "path": "/secret/place", "sha256": "f" * 64, "format": "telegram_export"}),
        }
    )  # fmt: skip


def frozen(home: Path, pieces: list[Piece], case: EntryId = CASE, subjects: tuple[str, ...] = ("hash",)) -> Frozen:
    return keep(home, Origin(case, AT, subjects), pieces)


def rows(pieces: list[Piece], name: str) -> list[dict[str, object]]:
    (piece,) = [one for one in pieces if one.name == f"archive/{name}.jsonl"]
    return [json.loads(line) for line in piece.body.splitlines()]


def test_each_target_gets_its_own_rows_with_where_they_came_from_and_one_that_is_unknown_gets_nothing() -> None:
    wanted = {
        "a": Wanted((CHANNEL,)),
        "b": Wanted((WRITER,)),
        "c": Wanted(("telegram:channel:99",)),
        "d": Wanted((CHANNEL,), ("2",)),
    }
    found = freeze(world(), wanted)
    assert [row["native"] for row in rows(found["a"], "posts")] == ["0", "1", "2"]
    assert rows(found["a"], "media")[0]["sha256"] == "6162"
    assert rows(found["a"], "scope") == [{"posts": 3, "taken": 3, "newest": NEWEST, "subjects": [CHANNEL]}]
    assert rows(found["a"], "sources")[0]["sha256"] == "f" * 64
    assert [row["native"] for row in rows(found["b"], "posts")] == ["9000"]
    assert found["c"] == []
    assert [row["native"] for row in rows(found["d"], "posts")] == ["2"]
    assert not any(b"secret" in piece.body for pieces in found.values() for piece in pieces)
    assert freeze(world(), wanted) == found


def test_of_many_posts_the_newest_are_taken_and_the_rest_is_counted() -> None:
    found = freeze(world(posts=NEWEST + 5), {"a": Wanted((CHANNEL,)), "b": Wanted((CHANNEL,), ("0",))})
    (scope,) = rows(found["a"], "scope")
    assert (scope["posts"], scope["taken"]) == (NEWEST + 5, NEWEST)
    assert {row["native"] for row in rows(found["a"], "posts")} == {str(n) for n in range(5, NEWEST + 5)}
    assert [row["native"] for row in rows(found["b"], "posts")] == ["0"]


def test_evidence_is_kept_whole_read_only_and_the_same_again_is_the_same(tmp_path: Path) -> None:
    pieces = freeze(world(), {"a": Wanted((CHANNEL,))})["a"]
    first = frozen(tmp_path, pieces)
    assert frozen(tmp_path, pieces) == first
    assert list(read_items(tmp_path, CASE, first)) == sorted(pieces, key=lambda one: one.name)
    files = [path for path in (tmp_path / FOLDER).rglob("*") if path.is_file()]
    assert len(files) == len(pieces) + 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o400}
    assert kept_since(tmp_path) == {CASE: AT}


@pytest.mark.parametrize("changed", [True, False])
def test_evidence_that_was_changed_or_lost_is_refused(tmp_path: Path, changed: bool) -> None:
    kept = frozen(tmp_path, [Piece("archive/posts.jsonl", b"{}\n")])
    path = tmp_path / FOLDER / CASE / "items" / kept.items[0].sha256
    path.unlink()
    if changed:
        path.write_bytes(b"{ }\n")
    with pytest.raises(HomeError, match="was changed" if changed else "is missing"):
        list(read_items(tmp_path, CASE, kept))


def test_given_files_and_folders_are_kept_with_the_hash_of_the_copy(tmp_path: Path) -> None:
    archived = tmp_path / "auto-archiver"
    (archived / "sub").mkdir(parents=True)
    (archived / "page.warc").write_bytes(b"WARC/1.1\r\n")
    (archived / "sub" / "shot.png").write_bytes(b"png")
    given = files_below([archived, archived / "page.warc"])
    kept = keep(tmp_path / "home", Origin(CASE, AT, ()), [], given)
    assert [one.name for one in kept.items] == [
        "given/auto-archiver/page.warc",
        "given/auto-archiver/sub/shot.png",
        "given/page.warc",
    ]
    out = tmp_path / "out"
    assert {path.read_bytes() for path in copy_items(tmp_path / "home", CASE, kept, out)} == {b"WARC/1.1\r\n", b"png"}
    with pytest.raises(InputError, match="no file"):
        files_below([tmp_path / "nothing"])


def test_a_name_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    kept = frozen(tmp_path, [Piece("../../away", b"x")])
    with pytest.raises(HomeError, match="outside"):
        copy_items(tmp_path, CASE, kept, tmp_path / "out")
    with pytest.raises(HomeError, match="no id of a case"):
        list(read_items(tmp_path, EntryId("../x"), kept))


def test_a_source_that_changed_shows_as_rows_that_are_new_and_gone() -> None:
    before = freeze(world(), {"a": Wanted((CHANNEL,))})["a"]
    after = freeze(world(title="Another title", posts=2), {"a": Wanted((CHANNEL,))})["a"]
    assert differences(before, before) == []
    found = {one.table: one for one in differences(before, after)}
    assert set(found) == {"channels", "posts"}
    assert (found["posts"].new, found["posts"].gone) == (0, 1)
    assert [row["title"] for row in (*found["channels"].gone_rows, *found["channels"].new_rows)] == [
        "A title",
        "Another title",
    ]


def test_forgetting_takes_the_folder_of_who_is_forgotten_and_items_of_others_that_name_them(tmp_path: Path) -> None:
    frozen(tmp_path, [Piece("archive/posts.jsonl", b"theirs\n")], CASE, ("theirs",))
    kept = frozen(
        tmp_path,
        [Piece("a", b"names them\n"), Piece("b", b"names nobody\n"), Piece("c", b"\xff\xfe")],
        OTHER,
        ("other",),
    )
    for told in ({"folders": 1, "items": 1}, {"folders": 0, "items": 0}):
        assert forget_evidence(tmp_path, frozenset({"theirs"}), lambda text: "names them" in text) == told
    assert not (tmp_path / FOLDER / CASE).exists()
    assert [one.name for one in read_items(tmp_path, OTHER, kept)] == ["b", "c"]
    assert drop_evidence(tmp_path, [OTHER, CASE]) == 1
    assert kept_since(tmp_path) == {}
