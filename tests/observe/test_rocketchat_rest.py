"""Answers of Rocket.Chat's REST API: what is public, who holds which role, what is never picked out, and broken rows."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe import conformance
from actionday.observe.conformance import SEEN_AT, Whole
from actionday.observe.platforms.rocketchat import examples
from actionday.observe.platforms.rocketchat.rest import NOTHING, RocketChatApi
from actionday.observe.reader import Source

READER = RocketChatApi()
MAPPING = {"workspace": "chat.example.org", "public_rooms": ["GENERAL"]}
ROOM, BASE = "rocketchat:channel:chat.example.org/GENERAL", "rocketchat:account:chat.example.org/"
USER = {"_id": "loremId", "username": "lorem"}


def message(**more: object) -> bytes:
    whole = {"_id": "m1", "rid": "GENERAL", "msg": "ba", "ts": "2019-11-22T10:00:00.000Z", "u": USER, **more}
    return json.dumps(whole).encode()


def read(folder: Path, data: bytes, mapping: dict[str, Any] | None = None, private_basis: str | None = None) -> Whole:
    path = folder / "file.json"
    path.write_bytes(data)
    said = MAPPING if mapping is None else mapping
    return conformance.read_whole(
        READER, Source(path, "file.json", mapping=said, seen_at=SEEN_AT, private_basis=private_basis)
    )


def answer(**more: object) -> bytes:
    return json.dumps({**deepcopy(examples.ANSWER), **more}).encode()


def reasons(whole: Whole) -> list[str]:
    return [one.reason for one in whole.refused]


def test_a_channels_messages_roles_and_people_are_read(tmp_path: Path) -> None:
    whole = read(tmp_path, answer(), {})
    posts = whole.tables["posts"].to_pylist()
    assert [(post["native"], post["author"], post["text"]) for post in posts] == [
        ("m1", f"{BASE}loremId", "lorem https://t.me/loremipsum"),
        ("m2", f"{BASE}dolorId", "ipsum"),
        ("m3", f"{BASE}dolorId", ""),
    ]
    assert {post["channel"] for post in posts} == {ROOM}
    assert (posts[0]["hrefs"], posts[1]["reply_to"]) == (["https://t.me/loremipsum"], "m1")
    assert posts[1]["edited_at"] is not None
    assert whole.tables["media"].to_pylist()[0]["name"] == "ba.png"
    assert whole.tables["memberships"].select(["account", "channel", "role"]).to_pylist() == [
        {"account": f"{BASE}loremId", "channel": ROOM, "role": "owner"}
    ]
    kinds = {row["subject"]: row["kind"] for row in whole.tables["accounts"].to_pylist()}
    assert kinds[f"{BASE}botId"] == "bot"
    (channel,) = whole.tables["channels"].to_pylist()
    assert (channel["subject"], channel["handle"], channel["members"]) == (ROOM, "lorem", 12)


def test_a_user_that_was_deactivated_is_a_sighting(tmp_path: Path) -> None:
    (look,) = read(tmp_path, answer(), {}).tables["sightings"].to_pylist()
    assert (look["subject"], look["state"]) == (f"{BASE}ametId", "suspended_reversible")


def test_private_and_encrypted_messages_are_counted(tmp_path: Path) -> None:
    whole = read(tmp_path, answer(), {})
    assert sorted(reasons(whole)) == [
        "1 messages of a room that is end-to-end encrypted: not imported",
        "1 messages of a room that is private: not imported",
    ]
    assert not any(one.raw for one in whole.refused)


def test_a_basis_opens_private_rooms(tmp_path: Path) -> None:
    assert "m6" in read(tmp_path, answer(), {}, private_basis="order 7").tables["posts"]["native"].to_pylist()


@pytest.mark.parametrize("kind", ["p", "d", "l"])
def test_a_description_goes_before_a_declaration(tmp_path: Path, kind: str) -> None:
    rooms = [{"_id": "GENERAL", "name": "lorem", "t": kind}]
    assert "posts" not in read(tmp_path, answer(channels=rooms)).tables


def test_an_encrypted_room_is_not_public(tmp_path: Path) -> None:
    rooms = [{"_id": "GENERAL", "name": "lorem", "t": "c", "encrypted": True}]
    assert "posts" not in read(tmp_path, answer(channels=rooms), {}).tables


def test_a_room_of_which_nothing_is_told_is_not_read(tmp_path: Path) -> None:
    whole = read(tmp_path, message(), {"workspace": "chat.example.org"})
    assert not whole.rows
    assert "not told to be public" in reasons(whole)[0]


def test_secrets_of_users_are_never_kept(tmp_path: Path) -> None:
    user = {**USER, "services": {"password": {"bcrypt": "s3cret"}}, "emails": [{"address": "s3cret@example.org"}]}
    for data in (
        answer(users=[user]),
        answer(users=[user])[:-40],
        json.dumps({"user": user, "success": True}).encode(),
    ):
        whole = read(tmp_path, data)
        assert "s3cret" not in repr({name: table.to_pylist() for name, table in whole.tables.items()})
        assert "s3cret" not in repr(whole.refused)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [({}, "which workspace"), ({"workspace": "a b"}, "host name"), ({**MAPPING, "public_rooms": [1]}, "a list of")],
)
def test_a_mapping_that_does_not_do_is_refused(tmp_path: Path, mapping: dict[str, Any], words: str) -> None:
    whole = read(tmp_path, message(), mapping)
    assert not whole.rows
    assert words in reasons(whole)[0]


@pytest.mark.parametrize("ts", ["2019-11-22T10:00:00.000Z", {"$date": 1574416800000}])
def test_times_come_in_two_forms(tmp_path: Path, ts: object) -> None:
    post = read(tmp_path, message(ts=ts)).tables["posts"].to_pylist()[0]
    assert post["at"].isoformat() == "2019-11-22T10:00:00+00:00"


FIELDS: dict[str, tuple[dict[str, object], str]] = {
    "no id": ({"_id": None}, "no id"),
    "id of blanks": ({"_id": " "}, "no id"),
    "id is an object": ({"_id": {"a": 1}}, "no id"),
    "id is a list": ({"_id": [1]}, "no id"),
    "no writer": ({"u": None}, "no author"),
    "writer is text": ({"u": "lorem"}, "no author"),
    "writer without id": ({"u": {"username": "lorem"}}, "no author"),
    "writer's id has a colon": ({"u": {"_id": "a:b"}}, "no author"),
    "writer's id is huge": ({"u": {"_id": "a" * 500}}, "no author"),
    "writer's id is an object": ({"u": {"_id": {"a b": 1}}}, "no author"),
    "no time": ({"ts": None}, "no time"),
    "time is a word": ({"ts": "noon"}, "not a time"),
    "time is an object": ({"ts": {"date": 1}}, "not a time"),
    "time is a list": ({"ts": [1]}, "not a time"),
    "impossible day": ({"ts": "2019-02-31T10:00:00.000Z"}, "not a time"),
    "before 1970": ({"ts": "1919-11-22T10:00:00.000Z"}, "year outside"),
    "no zone": ({"ts": "2019-11-22T10:00:00"}, "wall-clock time without zone"),
    "room is unknown": ({"rid": "elsewhere"}, "not told to be public"),
    "room is an object": ({"rid": {"a": 1}}, "not told to be public"),
    "room is huge": ({"rid": "a" * 5_000}, "not told to be public"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_broken_message_is_refused_alone(tmp_path: Path, name: str) -> None:
    fields, words = FIELDS[name]
    whole = read(tmp_path, b"\n".join([message(_id="a"), message(**fields), message(_id="z")]))
    assert whole.tables["posts"]["native"].to_pylist() == ["a", "z"]
    (reason,) = reasons(whole)
    assert words in reason


@pytest.mark.parametrize("bad", [b'{"_id":', b'{"a":' * 50_000, b"]", b'{"_id": "m\xe9", "rid": "GENERAL"}'])
def test_what_stood_before_a_break_is_kept(tmp_path: Path, bad: bytes) -> None:
    whole = read(tmp_path, message(_id="a") + b"\n" + bad)
    assert whole.tables["posts"]["native"].to_pylist() == ["a"]
    assert whole.refused


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"success": true}', b'{"messages": 7}'])
def test_a_file_without_anything_says_so(tmp_path: Path, data: bytes) -> None:
    assert NOTHING in reasons(read(tmp_path, data))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), whole_first=st.booleans())
def test_arbitrary_bytes_never_raise(tmp_path: Path, data: bytes, whole_first: bool) -> None:
    start = message() + b"\n" if whole_first else b""
    assert 0 <= READER.recognise(start + data, "x.json").certainty <= 100
    read(tmp_path, start + data)
