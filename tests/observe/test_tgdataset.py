"""TGDataset: values of either spelling, texts and files of one message, damage, and the way back."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.platforms.telegram import dataset_plan, dataset_rows, examples, tgdataset, walk
from actionday.observe.platforms.telegram.tgdataset import TgDataset
from actionday.observe.reader import Source, staged_schema

READER = TgDataset()
Read = Callable[..., Whole]


SEEN = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(data: bytes | dict[str, Any], zone: str | None = None, vantage: str | None = None) -> Whole:
        path = tmp_path / "tgdataset_1.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return conformance.read_whole(READER, Source(path, path.name, zone=zone, vantage=vantage, seen_at=SEEN))

    return reads


def text(**more: object) -> dict[str, Any]:
    entry = {"message": "ba", "date": 1500000000.0, "author": None, "is_forwarded": False, "forwarded_from_id": None}
    return {**entry, "forwarded_message_date": None, **more}


def file(**more: object) -> dict[str, Any]:
    entry = text(title="ba.pdf", extension=".pdf", media_id="BA", **more)
    del entry["message"]
    return entry


def channel(texts: dict[str, Any], files: dict[str, Any] | None = None, **more: object) -> dict[str, Any]:
    profile = {"username": "Babe", "creation_date": 1400000000.0, "title": "ba", "description": "", "scam": False}
    return {**profile, **more, "text_messages": texts, "generic_media": files or {}, "n_subscribers": 5}


def rows(whole: Whole, table: str = "posts") -> list[dict[str, Any]]:
    found = whole.tables.get(table)
    listed: list[dict[str, Any]] = found.to_pylist() if found is not None else []
    return listed


def test_channels_posts_and_files_become_rows(read: Read) -> None:
    whole = read(examples.DATASET["tgdataset_1.json"], vantage="ba")
    assert not whole.refused
    first, second = rows(whole, "channels")
    assert (first["subject"], first["handle"], first["title"]) == ("telegram:channel:1300000001", "Babebi", "ba be bi")
    assert (first["description"], first["members"], first["vantage"]) == ("du da {de}", 41, "ba")
    assert first["created_at"] == datetime(2019, 11, 9, 12, tzinfo=UTC)
    assert (second["members"], second["created_at"]) == (7, datetime(2019, 11, 8, 8, tzinfo=UTC))
    posts = {(row["channel"][-1], row["native"]): row for row in rows(whole)}
    assert set(posts) == {("1", "2"), ("1", "4"), ("1", "5"), ("2", "1")}
    assert (posts["1", "4"]["text"], posts["1", "4"]["n_media"]) == ('ru "ro" سا', 1)
    assert (posts["1", "4"]["kind"], posts["1", "4"]["forward_from"]) == ("forward", "telegram:channel:1300000002")
    assert (posts["1", "5"]["text"], posts["1", "5"]["n_media"]) == ("", 1)
    assert posts["1", "2"]["author"] == "telegram:channel:1300000001"
    assert posts["1", "2"]["at_offset"] is None
    assert (posts["2", "1"]["kind"], posts["2", "1"]["at"]) == (
        "original",
        datetime(2019, 11, 8, 9, 13, 20, tzinfo=UTC),
    )
    assert [(row["post"], row["name"], row["kind"]) for row in rows(whole, "media")] == [
        ("4", "do.pdf", "file"),
        ("5", None, "photo"),
    ]


def test_authors_are_people_where_they_are_named(read: Read) -> None:
    texts = {"1": text(author=77), "2": text(author="1300000001"), "3": text(author="None"), "4": text(author=77)}
    whole = read({"1300000001": channel(texts)})
    assert [row["author"] for row in rows(whole)] == [
        "telegram:account:77",
        "telegram:channel:1300000001",
        "telegram:channel:1300000001",
        "telegram:account:77",
    ]
    assert [(row["subject"], row["seen_at"]) for row in rows(whole, "accounts")] == [("telegram:account:77", None)]


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (1058253025, "telegram:channel:1058253025"),
        ("1058253025", "telegram:channel:1058253025"),
        (749891673, "telegram:account:749891673"),
        (5_000_000_000, "telegram:account:5000000000"),
        (9, "telegram:channel:9"),
        (0, None),
        (-5, None),
        ("None", None),
        (None, None),
        (1e300, None),
    ],
)
def test_bare_numbers_are_told_apart_by_their_size(value: int | float | str | None, known: str | None) -> None:
    assert dataset_rows.peer(value, 9) == known


def test_broken_entries_are_refused_alone(read: Read) -> None:
    texts = {
        "1": text(),
        "2": text(date=None),
        "3": text(date="ba"),
        "4": text(message=5),
        "five": text(),
        "6": text(date=9e18),
    }
    whole = read({"1300000001": channel({**texts, "7": text()})})
    assert [row["native"] for row in rows(whole)] == ["1", "7"]
    assert len(whole.refused) == 5
    assert all(one.raw and one.position for one in whole.refused)


def test_a_broken_profile_keeps_its_messages(read: Read) -> None:
    whole = read({"1300000001": channel({"1": text()}, title=7)})
    assert [row["native"] for row in rows(whole)] == ["1"]
    assert rows(whole, "channels")[0]["title"] is None
    assert "profile unreadable" in whole.refused[0].reason


def test_a_file_that_breaks_off_gives_what_stood_before(read: Read) -> None:
    data = json.dumps({"1300000001": channel({str(k): text() for k in range(1, 6)}, {"9": file()})}).encode()
    ends = [data.index(b"}", data.index(b'"%d": {' % k)) + 1 for k in range(1, 6)]
    for cut in range(data.index(b'"text_messages"') + 20, len(data) - 1, 11):
        whole = read(data[:cut])
        assert [row["native"] for row in rows(whole) if row["native"] != "9"] == [
            str(k) for k in range(1, 6) if ends[k - 1] <= cut
        ]
        assert any("breaks off" in one.reason for one in whole.refused)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"5": 7}', b"\xff\xfe", b'{"5": {"title": "ba"}}'])
def test_files_without_channels_say_so(read: Read, data: bytes) -> None:
    whole = read(data)
    assert not whole.rows
    assert whole.refused


def test_damage_never_moves_a_message_to_another_channel(read: Read) -> None:
    made = {
        str(5 + c): channel({str(k): text(message=f"{5 + c} {{") for k in range(1, 20)}, {"30": file()})
        for c in range(5)
    }
    data = json.dumps(made).encode()
    rng = random.Random(5)
    survived = 0
    for _ in range(80):
        at = rng.randrange(len(data))
        cut = rng.choice([1, 3, 60])
        posts = rows(read(data[:at] + rng.choice([b"", b'"', b"}", b"]", b"\xd0"]) + data[at + cut :]))
        survived += len(posts)
        for row in posts:
            name, _, rest = row["text"].partition(" ")
            if rest == "{" and name in made:
                assert row["channel"] == f"telegram:channel:{name}"
    assert survived > 80 * 100 * 0.9


@pytest.mark.parametrize("block", [64, 1000])
def test_blocks_and_ranges_of_any_size_give_the_same_rows(
    read: Read, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    texts, files = {str(k): text() for k in range(1, 40)}, {str(k): file() for k in range(30, 60)}
    data = {str(5 + c): channel(texts, files) for c in range(4)}
    whole = read(data)
    assert len(rows(whole)) == 4 * 59
    assert sum(row["n_media"] for row in rows(whole)) == 4 * 30
    expected = {name: sorted(map(repr, rows(whole, name))) for name in whole.tables}
    monkeypatch.setattr(walk, "BLOCK", block)
    for module in (walk, tgdataset):
        monkeypatch.setattr(module, "RANGE_BYTES", 300)
    for module in (walk, dataset_plan):
        monkeypatch.setattr(module, "PART_BYTES", 9000)
    again = read(data)
    assert {name: sorted(map(repr, rows(again, name))) for name in again.tables} == expected


def test_recognition_goes_by_content() -> None:
    assert READER.recognise(examples.DATASET["tgdataset_1.json"], "ba.txt").certainty >= 90
    for other in (b"{}", b'{"5": {"a": 1}}', b"", *examples.DESKTOP.values()):
        assert READER.recognise(other, "tgdataset_1.json").certainty == 0


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
ENTRIES = st.fixed_dictionaries(
    {
        "chat": st.integers(1_000_000_001, 1_000_000_004),
        "native": st.integers(1, 10**9),
        "author": st.none() | st.integers(1, 999_999_999),
        "at": st.integers(1_400_000_000, 1_900_000_000),
        "forward": st.none() | st.integers(0, 10**9),
        "text": TEXTS,
        "name": st.none() | TEXTS.filter(bool),
        "file": st.booleans(),
    }
)


@given(st.lists(ENTRIES, min_size=1, max_size=25))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    kept = {(row["chat"], row["native"]): row for row in entries}
    posts, media = [], []
    for row in kept.values():
        own = f"telegram:channel:{row['chat']}"
        place = {"channel": own, "platform": "telegram", "at": datetime.fromtimestamp(row["at"], UTC)}
        posts.append(
            {
                **place,
                "native": str(row["native"]),
                "author": f"telegram:account:{row['author']}" if row["author"] else own,
                "kind": "original" if row["forward"] is None else "forward",
                "forward_from": dataset_rows.peer(row["forward"], row["chat"]),
                "text": row["text"],
                "n_media": int(row["file"]),
            }
        )
        if row["file"]:
            kind = "file" if row["name"] else "photo"
            media.append({**place, "post": str(row["native"]), "kind": kind, "name": row["name"], "position": 0})
    tables = {
        name: pa.Table.from_pylist(made, schema=staged_schema(name))
        for name, made in (("posts", posts), ("media", media))
    }
    (path,) = READER.write(tables, tmp_path)
    json.loads(path.read_bytes())
    back = conformance.read_whole(READER, Source(path, path.name))
    assert not back.refused
    for name, table in tables.items():
        assert sorted(map(repr, rows(back, name))) == sorted(map(repr, table.to_pylist()))
