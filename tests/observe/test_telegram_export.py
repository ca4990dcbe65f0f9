"""Telegram Desktop exports: every trap of the format, damage of every kind, and the way back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.platforms.telegram import examples, export, plan, scan, walk
from actionday.observe.platforms.telegram.export import TelegramExport
from actionday.observe.platforms.telegram.peers import peer
from actionday.observe.reader import Source

READER = TelegramExport()
Read = Callable[..., Whole]


SEEN = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(data: bytes | dict[str, Any], zone: str | None = None, vantage: str | None = None) -> Whole:
        path = tmp_path / "result.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data, indent=1, ensure_ascii=False).encode())
        return conformance.read_whole(READER, Source(path, path.name, zone=zone, vantage=vantage, seen_at=SEEN))

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


def test_a_channel_becomes_rows(read: Read) -> None:
    whole = read(examples.DESKTOP["result.json"])
    assert not whole.refused
    (channel,) = rows(whole, "channels")
    assert (channel["subject"], channel["kind"]) == ("telegram:channel:1300000001", "channel")
    assert channel["title"] == 'ba be bi {bo} "bu"'
    assert channel["created_at"] == datetime(2019, 11, 9, 12, tzinfo=UTC)
    born, plain, edited, forward = rows(whole)
    assert (born["kind"], born["action"]) == ("service", "create_channel")
    assert plain["author"] == "telegram:channel:1300000001"
    assert (plain["at"], plain["at_offset"]) == (datetime(2019, 11, 9, 13, tzinfo=UTC), 60)
    assert edited["edited_at"] == datetime(2019, 11, 9, 14, 30, tzinfo=UTC)
    assert (edited["text"], edited["hrefs"]) == ("ko ku ka ke", ["https://example.org/ba?x=1"])
    assert (forward["kind"], forward["forward_from"], forward["forward_name"]) == (
        "forward",
        "telegram:channel:1300000002",
        "ru ro",
    )
    assert (forward["reply_to"], forward["n_media"]) == ("3", 1)
    photo, video = rows(whole, "media")
    assert (photo["kind"], photo["size"], photo["width"]) == ("photo", 40960, 640)
    assert photo["name"].startswith("photos/")
    assert (video["kind"], video["name"], video["mime"], video["seconds"]) == ("video_file", None, "video/mp4", 30.0)


def test_an_account_gives_groups_and_left_channels_but_no_private_chats(read: Read) -> None:
    whole = read(examples.DESKTOP["account/result.json"], vantage="ba")
    assert column(whole, "subject", "channels") == ["telegram:channel:1300000003", "telegram:channel:1300000001"]
    assert column(whole, "kind", "channels") == ["group", "channel"]
    (refused,) = whole.refused
    assert (refused.reason, refused.raw) == ("private chat: not imported", "")
    assert "so" not in column(whole, "text")
    (owner,) = rows(whole, "memberships")
    assert (owner["account"], owner["role"]) == ("telegram:account:700000001", "owner")
    assert owner["from_at"] == datetime(2019, 11, 9, 12, tzinfo=UTC)
    named = {row["subject"]: row["display_name"] for row in rows(whole, "accounts")}
    assert named == {
        "telegram:account:700000001": "Ve Vo",
        "telegram:account:700000002": "Wa We",
        "telegram:account:700000003": None,
    }
    assert set(column(whole, "kind", "accounts")) == {"user"}
    dated = {row["display_name"]: row["seen_at"] for row in rows(whole, "accounts")}
    assert dated == {"Ve Vo": SEEN, "Wa We": SEEN, None: None}, "without a name the account was gone by then"


@pytest.mark.parametrize(
    "kind", ["personal_chat", "bot_chat", "saved_messages", "replies", "verification_codes", "", "new_kind"]
)
def test_what_is_not_known_to_be_a_public_venue_stays_out(read: Read, kind: str) -> None:
    whole = read(account(chat(message(1), type=kind, name="Ve Vo"), chat(message(2))))
    assert column(whole, "native") == ["2"]
    assert [one.raw for one in whole.refused] == [""]
    assert "not imported" in whole.refused[0].reason
    assert "Ve Vo" not in repr(whole.refused)


def test_old_exports_need_a_zone(read: Read) -> None:
    data = examples.DESKTOP["old/result.json"]
    assert READER.recognise(data, "result.json").needs == ("zone",)
    whole = read(data)
    assert not rows(whole)
    assert len(whole.refused) == 2
    assert all("declare the zone" in one.reason and "2019-" in one.raw for one in whole.refused)
    assert all("no IANA time zone" in one.reason for one in read(data, zone="Ba/Be").refused)
    summer, winter = rows(read(data, zone="Europe/Paris"))
    assert (summer["at"], summer["at_offset"]) == (datetime(2019, 6, 1, 10, tzinfo=UTC), 120)
    assert (winter["at"], winter["at_offset"]) == (datetime(2019, 12, 1, 11, tzinfo=UTC), 60)
    assert winter["text"] == "ti @tototo"
    assert summer["author"] == "telegram:channel:1300000004"


def test_wall_clocks_that_come_twice_are_the_first_and_skipped_ones_are_refused(read: Read) -> None:
    twice = {"id": 1, "type": "message", "date": "2019-10-27T02:30:00", "text": "ba"}
    never = {"id": 2, "type": "message", "date": "2019-03-31T02:30:00", "text": "be"}
    whole = read(chat(twice, never), zone="Europe/Paris")
    (first,) = rows(whole)
    assert (first["at"], first["at_offset"]) == (datetime(2019, 10, 27, 0, 30, tzinfo=UTC), 120)
    (refused,) = whole.refused
    assert "skipped" in refused.reason


def test_control_characters_escaped_the_telegram_way_are_read(read: Read) -> None:
    whole = read(examples.DESKTOP["escapes/result.json"])
    assert column(whole, "text")[1] == "da\x07 de\x1f \\x41"
    assert not whole.refused


def test_hidden_targets_are_kept(read: Read) -> None:
    text = [
        "ba ",
        {"type": "text_link", "text": "be", "href": "https://example.org/1"},
        {"type": "mention_name", "text": "Ve", "user_id": 77},
        {"type": "bold", "text": " bi"},
    ]
    button = {"type": "url", "text": "bo", "data": "https://example.org/2"}
    whole = read(
        chat(message(1, text=text, inline_bot_buttons=[[button, {"type": "callback", "data": ""}]]), message(2))
    )
    assert column(whole, "text") == ["ba beVe bi", "da 2"]
    assert column(whole, "hrefs") == [["https://example.org/1", "tg://user?id=77", "https://example.org/2"], None]


def test_forwards_with_and_without_ids(read: Read) -> None:
    whole = read(
        chat(
            message(1, forwarded_from="Ru"),
            message(2, forwarded_from=None),
            message(3, forwarded_from_id="user9"),
            message(4, forwarded_from="Ro", forwarded_from_id="channel8"),
            message(5),
        )
    )
    assert column(whole, "kind") == ["forward"] * 4 + ["original"]
    assert column(whole, "forward_from") == [None, None, "telegram:account:9", "telegram:channel:8", None]
    assert column(whole, "forward_name") == ["Ru", None, None, "Ro", None]


def test_service_posts_stay_raw(read: Read) -> None:
    whole = read(
        chat(
            message(
                1, type="service", action="migrate_from_group", title="bo", actor="ba be", actor_id="channel1300000001"
            ),
            message(2, type="service", action="never_heard_of", actor="Ve", actor_id="user5", text=""),
            message(3, type="service", action="invite_members", members=["Vo", None], actor="Ve", actor_id="user5"),
        )
    )
    assert column(whole, "action") == ["migrate_from_group", "never_heard_of", "invite_members"]
    assert set(column(whole, "kind")) == {"service"}
    assert "moves" not in whole.tables
    assert column(whole, "subject", "accounts") == ["telegram:account:5"]


def test_unsupported_messages_are_refused_and_odd_replies_dropped(read: Read) -> None:
    whole = read(
        chat(
            {"id": 1, "type": "unsupported"},
            message(2, reply_to_message_id=1),
            message(3, reply_to_message_id=1, reply_to_peer_id="channel5"),
        )
    )
    assert column(whole, "reply_to") == ["1", None]
    assert "unsupported" in whole.refused[0].reason


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("user7", "telegram:account:7"),
        ("channel7", "telegram:channel:7"),
        ("chat7", "telegram:channel:chat7"),
        (7, "telegram:account:7"),
        ((1 << 32) + 7, "telegram:channel:chat7"),
        ((2 << 32) + 7, "telegram:channel:7"),
        (-7, None),
        (0, None),
        (9 << 40, None),
        ("user0", None),
        ("user7\n", None),
        ("userx", None),
        (None, None),
    ],
)
def test_peers_are_read_in_every_spelling(value: str | int | None, known: str | None) -> None:
    assert peer(value) == known


def test_basic_groups_are_numbered_apart(read: Read) -> None:
    whole = read(chat(message(1), type="private_group", id=12))
    assert column(whole, "subject", "channels") == ["telegram:channel:chat12"]


def test_keys_in_another_order_are_read(read: Read) -> None:
    data = json.dumps(chat(message(1), message(2)), sort_keys=True).encode()
    assert READER.recognise(data, "result.json").certainty >= 80
    assert column(read(data), "native") == ["1", "2"]


@pytest.mark.parametrize("block", [64, 97, 1000])
def test_blocks_and_ranges_of_any_size_give_the_same_rows(
    read: Read, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    data = json.dumps(
        account(*(chat(*(message(k) for k in range(1, 40)), id=5 + c) for c in range(3))), indent=1
    ).encode()
    broken = data.replace(b'"id": 9,', b'"id": 9;', 1)
    expected = [rows(read(data)), rows(read(broken))]
    monkeypatch.setattr(walk, "BLOCK", block)
    assert [rows(read(data)), rows(read(broken))] == expected
    monkeypatch.setattr(walk, "RANGE_BYTES", 300)
    monkeypatch.setattr(walk, "PART_BYTES", 700)
    monkeypatch.setattr(plan, "PART_BYTES", 1000)
    monkeypatch.setattr(export, "RANGE_BYTES", 300)
    assert [rows(read(data)), rows(read(broken))] == expected


def test_large_files_are_cut_into_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "RANGE_BYTES", 1 << 12)
    for module in (walk, plan):
        monkeypatch.setattr(module, "PART_BYTES", 1 << 15)
    path = tmp_path / "result.json"
    path.write_text(json.dumps(chat(*(message(k) for k in range(1, 2000))), indent=1))
    parts = list(READER.parts(Source(path, path.name)))
    assert len(parts) > 5
    assert [part.start for part in parts] == sorted(part.start for part in parts)
    assert sum(part.weight for part in parts) <= path.stat().st_size
    read = [conformance.gather(READER.read(Source(path, path.name), part)) for part in parts]
    natives = [native for whole in read for native in whole.tables["posts"].column("native").to_pylist()]
    assert natives == [str(k) for k in range(1, 2000)]
    assert sum(whole.tables["channels"].num_rows for whole in read if "channels" in whole.tables) == 1


def test_the_scanner_is_not_fooled_by_strings() -> None:
    data = np.frombuffer(
        b'{"name": "]}{[\\"", "type": "x", "id": 1, "messages": [{"a": "}]\\\\"}, {"b": [{}]}]}', np.uint8
    )
    state, out = scan.new_state(scan.DESKTOP, 1 << 20), np.empty((64, 3), np.int64)
    end, count = scan.scan(data, 0, 0, state, out)
    assert end == len(data)
    assert [kind for kind, _, _ in out[:count].tolist()] == [scan.OPEN, scan.BOX, scan.CUT, scan.CLOSED, scan.SHUT]
    assert out[2, 2] == 2


def test_recognition_goes_by_content() -> None:
    for data in examples.DESKTOP.values():
        assert READER.recognise(data, "ba.txt").certainty >= 90
    contacts = json.dumps({"about": "ba", "personal_information": {"user_id": 1}, "contacts": {"list": []}}).encode()
    assert READER.recognise(contacts, "result.json").certainty >= 90
    for other in (b"[]", b'{"a": 1}', b"", b"\x89PNG", b"id,text\n1,ba\n", examples.DATASET["tgdataset_1.json"]):
        assert READER.recognise(other, "result.json").certainty == 0
