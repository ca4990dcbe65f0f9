"""Telegram Desktop exports as written: valid files that read back the same."""

import json
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
from actionday.observe.platforms.telegram.export import TelegramExport
from actionday.observe.reader import Source, staged_schema

READER = TelegramExport()


Read = Callable[..., Whole]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(data: bytes | dict[str, Any], zone: str | None = None, vantage: str | None = None) -> Whole:
        path = tmp_path / "result.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data, indent=1, ensure_ascii=False).encode())
        return conformance.read_whole(READER, Source(path, path.name, zone=zone, vantage=vantage))

    return reads


def chat(*messages: dict[str, Any], **head: object) -> dict[str, Any]:
    return {"name": "ba be", "type": "public_channel", "id": 1300000001, **head, "messages": list(messages)}


def message(number: int, **more: object) -> dict[str, Any]:
    base = {"id": number, "type": "message", "date": "2020-01-01T01:00:00", "date_unixtime": str(1577836800 + number)}
    return {**base, "text": f"da {number}", "text_entities": [], **more}


def account(*chats: dict[str, Any]) -> dict[str, Any]:
    return {"about": "ba", "chats": {"about": "ba", "list": list(chats)}}


def rows(whole: Whole, table: str = "posts") -> list[dict[str, Any]]:
    found = whole.tables.get(table)
    listed: list[dict[str, Any]] = found.to_pylist() if found is not None else []
    return listed


def column(whole: Whole, name: str, table: str = "posts") -> list[Any]:
    return [row[name] for row in rows(whole, table)]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    ["سا سي \u200f١٢٣", "да де 🙂", '{"}]\\', "\x00\x07\x1f", "\u2028\u2029", "(ba.)"]
)


NAMES = st.none() | TEXTS.filter(bool)


SECONDS = st.integers(1_400_000_000, 1_900_000_000)


NATIVES = st.integers(1, 10**9)


def _stamp(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


POSTS = st.fixed_dictionaries(
    {
        "chat": st.integers(1, 8),
        "native": st.integers(-(10**9), 10**9),
        "author": st.none() | NATIVES.map("telegram:account:{}".format) | NATIVES.map("telegram:channel:{}".format),
        "at": SECONDS,
        "at_offset": st.integers(-720, 840),
        "kind": st.sampled_from(["original", "forward", "service"]),
        "forward_from": st.none() | NATIVES.map("telegram:channel:{}".format),
        "forward_name": NAMES,
        "reply_to": st.none() | NATIVES.map(str),
        "action": st.sampled_from(["pin_message", "never_heard_of"]),
        "edited_at": st.none() | SECONDS,
        "text": TEXTS,
        "hrefs": st.none() | st.lists(TEXTS.filter(bool) | st.just("tg://user?id=7"), min_size=1, max_size=3),
        "media": st.none() | st.tuples(st.sampled_from(["photo", "file", "sticker"]), st.integers(0, 2**40)),
    }
)


def tables_of(posts: list[dict[str, Any]]) -> dict[str, pa.Table]:
    kept = {(row["chat"], row["native"]): row for row in posts}
    made, media = [], []
    for row in sorted(kept.values(), key=lambda row: (row["chat"], row["native"])):
        place = {"channel": f"telegram:channel:{row['chat']}", "platform": "telegram", "at": _stamp(row["at"])}
        forward, service = row["kind"] == "forward", row["kind"] == "service"
        made.append(
            {
                **row,
                **place,
                "native": str(row["native"]),
                "edited_at": _stamp(row["edited_at"]),
                "forward_from": row["forward_from"] if forward else None,
                "forward_name": row["forward_name"] if forward else None,
                "action": row["action"] if service else None,
                "n_media": int(row["media"] is not None),
            }
        )
        if row["media"]:
            kind, size = row["media"]
            media.append(
                {**place, "post": str(row["native"]), "kind": kind, "size": size, "name": "a/b.c", "position": 0}
            )
    numbers = sorted({row["chat"] for row in posts})
    channels = [
        {
            "subject": f"telegram:channel:{n}",
            "native": str(n),
            "platform": "telegram",
            "kind": "channel",
            "title": f"ba {n}",
        }
        for n in numbers
    ]
    return {
        name: pa.Table.from_pylist(listed, schema=staged_schema(name))
        for name, listed in (("posts", made), ("media", media), ("channels", channels))
    }


@given(st.lists(POSTS, max_size=25))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(tmp_path: Path, posts: list[dict[str, Any]]) -> None:
    tables = tables_of(posts)
    paths = READER.write(tables, tmp_path)
    sources = [Source(path, path.name) for path in paths]
    for path in paths:
        json.loads(path.read_bytes())
    back = [conformance.read_whole(READER, source) for source in sources]
    assert not any(whole.refused for whole in back if whole.tables)
    for name, table in tables.items():
        found = sorted(repr(row) for whole in back for row in rows(whole, name))
        assert found == sorted(map(repr, table.to_pylist()))


def test_many_chats_are_written_as_one_account(tmp_path: Path) -> None:
    channels = [
        {"subject": f"telegram:channel:{n}", "native": str(n), "platform": "telegram", "kind": "group", "handle": "ba"}
        for n in range(1, 9)
    ]
    other = {"subject": "matrix:channel:!ba:example.org", "platform": "matrix"}
    table = pa.Table.from_pylist([*channels, other], schema=staged_schema("channels"))
    (path,) = READER.write({"channels": table}, tmp_path)
    assert path.name == "result.json"
    written = json.loads(path.read_bytes())
    assert [one["type"] for one in written["chats"]["list"]] == ["public_supergroup"] * 8
    assert READER.recognise(path.read_bytes(), path.name).certainty >= 90


def test_only_the_last_version_of_a_post_is_written(tmp_path: Path) -> None:
    old: dict[str, Any] = {
        "channel": "telegram:channel:5",
        "native": "1",
        "platform": "telegram",
        "kind": "original",
        "text": "ba",
    }
    old |= {"at": _stamp(1_500_000_000), "n_media": 0}
    new = {**old, "edited_at": _stamp(1_500_000_100), "text": "be"}
    (path,) = READER.write({"posts": pa.Table.from_pylist([new, old], schema=staged_schema("posts"))}, tmp_path)
    assert column(conformance.read_whole(READER, Source(path, path.name)), "text") == ["be"]
