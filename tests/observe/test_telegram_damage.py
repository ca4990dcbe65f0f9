"""Damaged Telegram Desktop exports: what stands whole is read, the rest is refused where it stood."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.platforms.telegram.export import TelegramExport
from actionday.observe.reader import Source

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


def test_broken_messages_are_refused_alone(read: Read) -> None:
    bad = [
        message(2, width="wide"),
        message(3, text=5),
        message(4, id="four"),
        message(5, date_unixtime="9" * 30),
        message(6, type="neither"),
        message(7, date_unixtime=str(1 << 40)),
    ]
    whole = read(chat(message(1), *bad, message(8)))
    assert column(whole, "native") == ["1", "8"]
    assert len(whole.refused) == len(bad)
    assert all(one.raw and one.reason for one in whole.refused)
    assert whole.refused[0].position.startswith("byte ")


def test_text_that_is_not_utf8_is_refused_alone(read: Read) -> None:
    data = (
        json.dumps(chat(message(1), message(2, text="@@"), message(3)), indent=1).encode().replace(b"@@", b"\xff\xc3")
    )
    whole = read(data)
    assert column(whole, "native") == ["1", "3"]
    (refused,) = whole.refused
    assert "UTF-8" in refused.reason


@pytest.mark.parametrize(
    "garbage", [b"@#%\x07 du \xd0", b"null, 7, ", b'"du", ', b"\0\0\0\0", b"}]", b"]]", b'"du": ', b"{{{"]
)
def test_garbage_between_messages_costs_only_itself(read: Read, garbage: bytes) -> None:
    data = json.dumps(chat(*(message(k) for k in range(1, 8))), indent=1).encode()
    at = data.index(b'{\n   "id": 4')
    whole = read(data[:at] + garbage + data[at:])
    assert set(column(whole, "native")) >= {"1", "2", "4", "5", "6", "7"}
    assert whole.refused


def test_a_file_that_breaks_off_gives_what_stood_before(read: Read) -> None:
    data = json.dumps(chat(*(message(k) for k in range(1, 6))), indent=1).encode()
    ends = [data.index(b"}", data.index(b'"id": %d' % k)) + 1 for k in range(1, 6)]
    for cut in range(data.index(b"["), len(data) - 1, 7):
        whole = read(data[:cut])
        assert column(whole, "native") == [str(k) for k in range(1, 6) if ends[k - 1] <= cut]
        (refused,) = whole.refused
        assert "breaks off" in refused.reason
        assert refused.position.startswith("byte ")


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"messages": 5}', b"\xff\xfe", b'{"chats": {"list": []}}', b"null"]
)
def test_files_without_chats_say_so(read: Read, data: bytes) -> None:
    whole = read(data)
    assert not whole.rows
    assert whole.refused


def damage(data: bytes, rng: random.Random, way: int) -> bytes:
    """One wound, behind the first chat's header."""
    at = rng.randrange(data.index(b"[", data.index(b'"messages"')) + 1, len(data))
    if way == 0:
        at = data.find(rng.choice([b'"', b"{", b"}", b"]", b"[", b",", b":"]), at)
        return data[:at] + bytes([rng.choice(b'x"{}[] ')]) + data[at + 1 :] if at >= 0 else data
    if way == 1:
        return data[:at] + data[at + rng.randrange(1, 100) :]
    if way == 2:
        return data[:at] + bytes(rng.randrange(1, 300)) + data[at + 200 :]
    return data[:at] + rng.randbytes(40) + data[at:]


@pytest.mark.parametrize("layout", ["chat", "account"])
@pytest.mark.parametrize("indent", [1, None])
def test_damage_stays_local_and_never_moves_a_message_to_another_chat(
    read: Read, layout: str, indent: int | None
) -> None:
    chats = [
        chat(*(message(k, text=f"{c} {k} {{") for k in range(1, 30)), id=1300000001 + c, name=f"ba {c}")
        for c in range(6)
    ]
    whole_file = account(*chats) if layout == "account" else chats[0]
    data = json.dumps(whole_file, indent=indent).encode()
    rng = random.Random(11)
    for trial in range(60):
        posts = rows(read(damage(data, rng, trial % 4)))
        kept = {(row["channel"], row["native"]) for row in posts}
        for row in posts:
            author, _, rest = row["text"].partition(" ")
            if rest.partition(" ")[0] == row["native"] and author.isdigit():  # the text itself is sound
                assert row["channel"] == f"telegram:channel:{1300000001 + int(author)}"
        if layout == "chat":
            assert len(kept) >= 29 - 4


def test_a_hole_that_may_hide_a_header_gives_nothing_to_the_wrong_chat(read: Read) -> None:
    first, second = (
        chat(*(message(k, text=name) for k in range(1, 9)), id=ident, name=name)
        for name, ident in (("ba", 5), ("du", 6))
    )
    data = json.dumps(account(first, second), indent=1).encode()
    start = data.rindex(b'"text": "ba"')
    end = data.index(b'"id": 3', data.index(b'"name": "du"'))
    whole = read(data[:start] + bytes(end - start) + data[end:])
    assert {row["text"] for row in rows(whole) if row["channel"] == "telegram:channel:5"} == {"ba"}
    assert "du" not in column(whole, "text")
    assert any("nobody knows whose" in one.reason for one in whole.refused)


def test_a_damaged_name_does_not_cost_the_chat(read: Read) -> None:
    data = json.dumps(chat(message(1)), indent=1).encode().replace(b'"ba be"', b'"ba be')
    whole = read(data)
    assert column(whole, "channel") == ["telegram:channel:1300000001"]
    assert column(whole, "title", "channels") == [None]


def test_damage_in_a_private_chat_quotes_nothing(read: Read) -> None:
    data = json.dumps(account(chat(message(1, text="secret"), type="personal_chat")), indent=1).encode()
    whole = read(data[: data.index(b"secret") + 4])
    assert whole.refused
    assert all(one.raw == "" for one in whole.refused)
