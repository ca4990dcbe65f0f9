"""Files of `rooms.export`: derived ids, numbered people, rooms that are not public, and broken lines."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.platforms.rocketchat.export import HIDDEN, NOTHING, RocketChatExport
from actionday.observe.platforms.rocketchat.workspace import room_of_name
from actionday.observe.reader import Source, staged_schema

READER = RocketChatExport()
CHANNEL = {"workspace": "chat.example.org", "room": "lorem", "kind": "channel"}
ROOM, BASE = "rocketchat:channel:chat.example.org/lorem", "rocketchat:account:chat.example.org/"


def line(**more: object) -> bytes:
    return json.dumps({"msg": "ba", "username": "lorem", "ts": "2019-11-22T10:00:00.000Z", **more}).encode()


def read(
    folder: Path,
    data: bytes,
    mapping: dict[str, Any] | None = None,
    name: str = "lorem.json",
    private_basis: str | None = None,
) -> Whole:
    path = folder / "file.json"
    path.write_bytes(data)
    return conformance.read_whole(
        READER, Source(path, name, mapping=CHANNEL if mapping is None else mapping, private_basis=private_basis)
    )


def test_messages_become_posts_with_files_and_people(tmp_path: Path) -> None:
    whole = read(tmp_path, READER.examples()["lorem.json"])
    posts = whole.tables["posts"].to_pylist()
    assert [(post["author"], post["text"]) for post in posts] == [
        (f"{BASE}@lorem", "lorem ipsum https://t.me/loremipsum"),
        (f"{BASE}@dolor", "lorem"),
        (f"{BASE}@dolor", "lorem"),
        (f"{BASE}@dolor", ""),
    ]
    assert {post["channel"] for post in posts} == {ROOM}
    assert posts[0]["at"] == datetime(2019, 11, 22, 10, 0, 0, 123_000, UTC)
    assert len({post["native"] for post in posts}) == 4, "equal messages are two"
    (file,) = whole.tables["media"].to_pylist()
    assert (file["kind"], file["name"], file["mime"], file["size"]) == ("photo", "ba.png", "image/png", 2048)
    assert set(whole.tables["accounts"]["handle"].to_pylist()) == {"lorem", "dolor"}
    assert not whole.refused


def test_exports_that_overlap_give_the_same_ids(tmp_path: Path) -> None:
    lines = [line(msg=word, ts=f"2019-11-22T10:00:0{n}.000Z") for n, word in enumerate(("ba", "du", "ki"))]
    first, second = (read(tmp_path, b"\n".join(part)) for part in (lines[:2], lines[1:]))
    assert first.tables["posts"]["native"][1] == second.tables["posts"]["native"][0]


def test_ids_are_what_they_have_always_been(tmp_path: Path) -> None:
    assert read(tmp_path, line()).tables["posts"]["native"].to_pylist() == ["71cfa4eae1ce819dc9e856fe"]


def test_numbered_people_are_flagged_and_kept_apart_by_file(tmp_path: Path) -> None:
    one, two = (
        read(tmp_path, line(username="User_1", ts=f"2019-11-2{day}T10:00:00.000Z"), kind)
        for day, kind in ((2, None), (3, None))
    )
    assert [refused.reason for refused in one.refused] == [HIDDEN]
    assert one.tables["posts"]["author"] != two.tables["posts"]["author"]
    assert "accounts" not in one.tables


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({}, "which workspace"),
        ({"workspace": "not a host"}, "must be a host name"),
        ({"workspace": 7}, "must be a host name"),
        ({**CHANNEL, "room": "a/b"}, "must be a room's name"),
        ({**CHANNEL, "kind": "public"}, "one of channel, group, direct"),
        ({**CHANNEL, "public_rooms": "x"}, "must be a list"),
        ({**CHANNEL, "kind": "direct"}, "2 messages of a room that is a direct"),
        ({**CHANNEL, "kind": "group"}, "2 messages of a room that is a group"),
        ({"workspace": "chat.example.org"}, "2 messages of a room that is not declared a channel"),
    ],
)
def test_what_is_not_declared_public_is_not_read(tmp_path: Path, mapping: dict[str, Any], words: str) -> None:
    whole = read(tmp_path, line(msg="secret") + b"\n" + line(msg="secret"), mapping)
    assert not whole.rows
    (refused,) = whole.refused
    assert words in refused.reason
    assert "secret" not in refused.raw


def test_a_direct_room_is_read_on_a_basis(tmp_path: Path) -> None:
    assert read(tmp_path, line(), {**CHANNEL, "kind": "direct"}, private_basis="order 7").rows


def test_a_room_that_nothing_names_is_refused(tmp_path: Path) -> None:
    mapping = {"workspace": "chat.example.org", "kind": "channel"}
    assert "which room" in read(tmp_path, line(), mapping, name="messages.json").refused[0].reason
    assert read(tmp_path, line(), mapping, name="x/lorem/messages.json").tables["posts"]["channel"][0].as_py() == ROOM


@pytest.mark.parametrize(
    ("name", "room"),
    [("lorem.json", "lorem"), ("lorem.zip!/messages.json", "lorem"), ("a b.json", ""), ("messages.json", "")],
)
def test_a_room_is_named_by_its_file_or_folder(name: str, room: str) -> None:
    assert room_of_name(name) == room


NOT_JSON = "not a JSON object"
BROKEN: dict[str, tuple[bytes, str]] = {
    "truncated": (line()[:30], NOT_JSON),
    "a number": (b"7", NOT_JSON),
    "a list": (b"[1]", NOT_JSON),
    "a word": (b"null", NOT_JSON),
    "single quotes": (b"{'msg': 'ba'}", NOT_JSON),
    "two objects": (line() + line(), NOT_JSON),
    "control sign": (b'{"msg": "ba\x01"}', NOT_JSON),
    "lone surrogate": (b'{"msg": "\\ud800", "username": "a", "ts": "x"}', NOT_JSON),
    "deep and open": (b'{"a":' * 50_000, NOT_JSON),
    "not UTF-8": (line(msg="ba").replace(b'"ba"', b'"b\xe9"'), "not UTF-8"),
    "no writer": (line(username=None), "no author"),
    "writer of blanks": (line(username="a b"), "no author"),
    "writer is an object": (line(username={"a b": 1}), "no author"),
    "writer with a slash": (line(username="a/b"), "no author"),
    "writer is empty": (line(username=""), "no author"),
    "writer is huge": (line(username="a" * 5_000), "no author"),
    "no time": (line(ts=None), "no time"),
    "time is a word": (line(ts="noon"), "not a time"),
    "impossible day": (line(ts="2019-02-31T10:00:00.000Z"), "not a time"),
    "before 1970": (line(ts="1919-11-22T10:00:00.000Z"), "year outside"),
    "no zone": (line(ts="2019-11-22T10:00:00"), "wall-clock time without zone"),
    "small number for a time": (line(ts=7), "a bare number"),
    "time is a list": (line(ts=[1]), "not a time"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_refused_alone(tmp_path: Path, name: str) -> None:
    broken, words = BROKEN[name]
    whole = read(tmp_path, b"\n".join([line(msg="first"), broken, line(msg="last")]))
    assert whole.tables["posts"]["text"].to_pylist() == ["first", "last"]
    (refused,) = whole.refused
    assert words in refused.reason
    assert refused.position.endswith(" 2")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"{}\n{}", b'{"a": 1}'])
def test_a_file_without_messages_says_so(tmp_path: Path, data: bytes) -> None:
    assert NOTHING in [refused.reason for refused in read(tmp_path, data).refused]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), whole_first=st.booleans())
def test_arbitrary_bytes_never_raise(tmp_path: Path, data: bytes, whole_first: bool) -> None:
    start = line() + b"\n" if whole_first else b""
    assert 0 <= READER.recognise(start + data, "lorem.json").certainty <= 100
    read(tmp_path, start + data)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
POST = st.fixed_dictionaries(
    {
        "author": st.sampled_from([f"{BASE}@lorem", f"{BASE}@dolor.sit"]),
        "at": st.integers(1_300_000_000_000, 1_900_000_000_000),
        "text": TEXT,
        "hrefs": st.none()
        | st.lists(st.sampled_from(["https://a.example/x", "https://b.example"]), min_size=1, unique=True),
    }
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(POST, min_size=1, max_size=6))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, made: list[dict[str, Any]]) -> None:
    posts = [
        {
            **one,
            "native": str(n),
            "channel": ROOM,
            "platform": "rocketchat",
            "at": one["at"] * 1_000,
            "kind": "original",
            "n_media": 0,
        }
        for n, one in enumerate(made)
    ]
    table = pa.Table.from_pylist(posts, schema=staged_schema("posts"))
    path, _ = READER.write({"posts": table}, tmp_path_factory.mktemp("written"))
    back = conformance.read_whole(READER, Source(path, path.name, mapping=CHANNEL))
    assert not back.refused
    assert back.tables["posts"].drop_columns("native").to_pylist() == table.drop_columns("native").to_pylist()
