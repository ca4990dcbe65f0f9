"""Telegram Desktop's HTML pages: what ends up where, what is refused and why, and that no damage raises."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actionday import playbook
from actionday.observe import conformance
from actionday.observe.orders import ImportOptions
from actionday.observe.platforms.telegram.html import TelegramHtml
from actionday.observe.reader import Source, staged_schema
from actionday.records import FixedClock, Silent
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

READER = TelegramHtml()
FILES = READER.examples()
CHANNEL = "telegram:channel:1300000001"
SAID = {"channel": CHANNEL, "kind": "channel"}
PAGE = FILES["messages.html"]


def read(
    folder: Path, data: bytes, mapping: dict[str, Any] | None = SAID, zone: str | None = None
) -> conformance.Whole:
    path = folder / "messages.html"
    path.write_bytes(data)
    source = Source(path, path.name, zone=zone, mapping=mapping, seen_at=conformance.SEEN_AT, vantage="desk")
    return conformance.check_chunks(READER, source)


def rows(whole: conformance.Whole, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = whole.tables[table].to_pylist() if table in whole.tables else []
    return found


def test_a_channel_is_read(tmp_path: Path) -> None:
    whole = read(tmp_path, PAGE)
    two, three, four = rows(whole, "posts")
    assert [post["native"] for post in (two, three, four)] == ["2", "3", "4"]
    assert {post["author"] for post in (two, three, four)} == {CHANNEL}, "its own name is the channel's"
    assert two["text"] == "da de di\ndu do"
    assert (two["at"], two["at_offset"]) == (datetime(2019, 11, 9, 13, tzinfo=UTC), 60)
    assert (three["text"], three["hrefs"]) == ("ko ku ka ke @dadedi", ["https://example.org/ba?x=1&y=2"])
    assert (four["kind"], four["forward_name"], four["forward_from"], four["reply_to"]) == (
        "forward",
        "ru ro",
        None,
        "3",
    )
    assert four["text"] == "سا سي شا صا 🙂"
    media = [(one["post"], one["kind"], one["name"]) for one in rows(whole, "media")]
    assert media == [("3", "photo", "photos/photo_1@09-11-2019_15-00-00.jpg"), ("4", "video_file", None)]
    (channel,) = rows(whole, "channels")
    assert (channel["subject"], channel["title"], channel["handle"]) == (CHANNEL, 'ba be & "bo"', None)
    assert [one.reason for one in whole.refused] == [
        "1 service messages, of which this format says no time: not imported"
    ]


def test_people_are_known_by_name_within_their_chat(tmp_path: Path) -> None:
    said = {"channel": "telegram:channel:@momamo", "kind": "group"}
    whole = read(tmp_path, FILES["group/messages2.html"], said)
    one, two, three, four = rows(whole, "posts")
    (who,) = rows(whole, "accounts")
    assert re.fullmatch(r"telegram:account:derived:[0-9a-f]{24}", who["subject"])
    assert who["display_name"] == "Ve Vo", "without the bot it came through"
    assert one["author"] == two["author"] == who["subject"], "a joined message has the author of the one before"
    assert (three["author"], three["kind"], three["forward_name"]) == (None, "forward", None)
    assert four["author"] == "telegram:channel:@momamo", "the group itself speaks: an anonymous admin"
    assert four["text"] == "ma\n  mo"
    assert two["text"] == "#lo le"
    assert two["at"] - one["at"] == timedelta(seconds=3)
    assert rows(whole, "channels")[0]["handle"] == "momamo"
    elsewhere = read(tmp_path, FILES["group/messages2.html"], {"channel": CHANNEL, "kind": "group"})
    assert rows(elsewhere, "accounts")[0]["subject"] != who["subject"], "the same name elsewhere is nobody's proof"


def test_old_pages_need_a_zone(tmp_path: Path) -> None:
    old = FILES["old/messages.html"]
    assert READER.recognise(old, "messages.html").needs == ("mapping", "zone")
    refused = read(tmp_path, old)
    assert not refused.rows
    assert len(refused.refused) == 2
    assert all("zone" in one.reason for one in refused.refused)
    summer, winter = rows(read(tmp_path, old, SAID, "Europe/Paris"), "posts")
    assert (summer["at_offset"], winter["at_offset"]) == (120, 60)
    assert summer["at"] == datetime(2019, 6, 1, 10, tzinfo=UTC)


def test_pages_without_messages_are_known_for_what_they_are() -> None:
    other = PAGE.replace(b'class="history"', b"").replace(b'class="message ', b'class="entry ')
    opinion = READER.recognise(other, "export_results.html")
    assert (opinion.certainty, opinion.says) == (0, "a page of a Telegram export that holds no messages")
    assert READER.recognise(b"<html><body>ba</body></html>", "ba.html").says == ""


MAPPINGS: dict[str, dict[str, Any] | None] = {
    "does not say which chat": None,
    "None is no channel": {"kind": "channel"},
    "'1300000001' is no channel": {**SAID, "channel": "1300000001"},
    "'telegram:account:7' is no channel": {**SAID, "channel": "telegram:account:7"},
    "'telegram:channel:0' is no channel": {**SAID, "channel": "telegram:channel:0"},
    "'telegram:channel:@x y' is no channel": {**SAID, "channel": "telegram:channel:@x y"},
    "7 is no channel": {**SAID, "channel": 7},
    "None is no kind": {"channel": CHANNEL},
    "'private' is no kind": {**SAID, "kind": "private"},
    "unknown key 'rows'": {**SAID, "rows": []},
}


@pytest.mark.parametrize("says", MAPPINGS)
def test_what_is_not_said_to_be_a_channel_or_group_is_not_read(tmp_path: Path, says: str) -> None:
    whole = read(tmp_path, PAGE, MAPPINGS[says])
    assert not whole.rows
    (refused,) = whole.refused
    assert says in refused.reason
    assert refused.raw == "", "it may be private"


def cut(words: bytes, keep: int = 0) -> bytes:
    """The page up to some words."""
    return PAGE[: PAGE.index(words) + keep]


DAMAGED: dict[str, tuple[bytes, list[str], str]] = {
    # what is done to the page: the page, the messages that are left, what is said
    "cut inside of a text": (cut("سا".encode(), 4), ["2", "3"], "the page breaks off here"),
    "cut inside of a tag": (cut(b'id="message4"', 6), ["2"], "message 3: the page breaks off here"),
    "cut before the first message": (cut(b'id="message2"'), [], "the page breaks off here"),
    "cut in the head": (PAGE[:300], [], "no message of a Telegram export"),
    "nothing but a page": (b"<html><body>ba</body></html>", [], "no message of a Telegram export"),
    "no date": (PAGE.replace(b'title="09.11.2019 15:00:00 UTC+01:00"', b""), ["2", "4"], "message 3"),
    "no such day": (PAGE.replace(b'title="09.11.2019 15', b'title="31.02.2019 15'), ["2", "4"], "message 3"),
    "a month too many": (PAGE.replace(b'title="09.11.2019 15', b'title="09.13.2019 15'), ["2", "4"], "message 3"),
    "a zone that is none": (PAGE.replace(b"15:00:00 UTC+01:00", b"15:00:00 UTC+99:00"), ["2", "4"], "message 3"),
    "a date in words": (PAGE.replace(b"09.11.2019 15:00:00 UTC+01:00", b"yesterday"), ["2", "4"], "message 3"),
    "a year far off": (PAGE.replace(b"09.11.2019 15:", b"09.11.9999 15:"), ["2", "4"], "message 3"),
    "no place for the date": (PAGE.replace(b"pull_right date details", b"x", 1), ["4"], "message 3: nobody is named"),
    "no number": (PAGE.replace(b'id="message3"', b""), ["2", "4"], "without a number"),
    "a number in words": (PAGE.replace(b'id="message3"', b'id="messagex"'), ["2", "4"], "without a number"),
    "a number too large": (
        PAGE.replace(b'id="message3"', b'id="message' + b"9" * 40 + b'"'),
        ["2", "4"],
        "without a number",
    ),
    "a negative number": (PAGE.replace(b'id="message3"', b'id="message-3"'), ["2", "4"], "without a number"),
    "no body": (
        PAGE.replace(b'<div class="body">', b'<div class="x">', 1),
        ["4"],
        "message 2: a message without a time",
    ),
    "nobody named first": (
        re.sub(
            rb'(?s)clearfix(" id="message2".*?)<div class="from_name">.*?</div>', rb"clearfix joined\1", PAGE, count=1
        ),
        ["4"],
        "nobody is named",
    ),
    "deep": (PAGE.replace(b"da de di", b"<b>" * 5_000), [], "cannot be parsed further"),
    "a huge text": (
        PAGE.replace(b"da de di", b"da " * 5_000_000),
        [],
        "cannot be parsed further",
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_told_and_stays_where_it_is(tmp_path: Path, damage: str) -> None:
    data, left, says = DAMAGED[damage]
    whole = read(tmp_path, data)
    natives = [post["native"] for post in rows(whole, "posts")]
    assert natives == left
    told = [f"{one.position}: {one.reason}" for one in whole.refused if "service messages" not in one.reason]
    assert any(says in one for one in told), told


def test_bytes_that_are_no_text_and_doctypes_do_no_harm(tmp_path: Path) -> None:
    whole = read(tmp_path, PAGE.replace(b"da de di", b"da \xff\xfe\x00di"))
    assert rows(whole, "posts")[0]["text"].startswith("da \ufffd\ufffddi")
    bomb = b'<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
    whole = read(tmp_path, PAGE.replace(b"<!DOCTYPE html>", bomb).replace(b"da de di", b"&b; &c;"))
    assert rows(whole, "posts")[0]["text"].startswith("&b; &c;")


def test_many_messages_come_in_chunks(tmp_path: Path) -> None:
    head, tail = PAGE[: PAGE.index(b'     <div class="message default')], b"</div></div></div></body></html>"
    one = PAGE[
        PAGE.index(b'     <div class="message default') : PAGE.index(
            b'     <div class="message default clearfix joined"'
        )
    ]
    body = b"".join(one.replace(b'id="message2"', b'id="message%d"' % number) for number in range(1, 12_001))
    whole = read(tmp_path, head + body + tail)
    assert len(rows(whole, "posts")) == 12_000


@given(st.binary(max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    read(folder, data)
    read(folder, PAGE[:1_500] + data + PAGE[1_500:])


EARLY, LATE = datetime(2014, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - hypothesis wants them naive
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff")
    | st.just("\n"),
    max_size=30,
)
NAMES = st.from_regex(r"[A-Za-zа-я<>&\"']{1,12}( [a-z]{1,5})?", fullmatch=True)
POST = st.fixed_dictionaries(
    {
        "text": WORDS,
        "at": st.datetimes(EARLY, LATE, timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),
        "at_offset": st.integers(-48, 56).map(lambda quarter: quarter * 15),
        "by": NAMES,
        "forward_name": st.none() | NAMES,
        "forward": st.booleans(),
        "reply_to": st.none() | st.integers(1, 9).map(str),
        "link": st.booleans(),
        "file": st.none()
        | st.sampled_from(
            ["photo", "sticker", "video_file", "animation", "video_message", "voice_message", "audio_file", "file"]
        ),
    }
)


@given(st.lists(POST, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, made: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("pages")
    posts, media, people = [], [], {}
    for number, one in enumerate(made, 1):
        by = f"telegram:account:{number}"
        people[by] = one["by"]
        hrefs = ["https://example.org/?a=1&b=2"] if one["link"] and one["text"] else None
        posts.append(
            {
                "channel": CHANNEL,
                "native": str(number),
                "platform": "telegram",
                "author": by,
                "hrefs": hrefs,
                "text": one["text"],
            }
            | {
                "kind": "forward" if one["forward"] else "original",
                "reply_to": one["reply_to"],
                "n_media": int(one["file"] is not None),
            }
            | {
                "forward_name": one["forward_name"] if one["forward"] else None,
                "at": one["at"],
                "at_offset": one["at_offset"],
            }
        )
        if one["file"]:
            file = {"channel": CHANNEL, "post": str(number), "platform": "telegram", "kind": one["file"], "position": 0}
            media.append({**file, "name": None if number % 2 else "files/a&b.bin", "at": one["at"]})
    accounts = [{"subject": who, "platform": "telegram", "display_name": name} for who, name in people.items()]
    tables = {"posts": posts, "media": media, "accounts": accounts}
    staged = {name: pa.Table.from_pylist(held, schema=staged_schema(name)) for name, held in tables.items()}
    paths = READER.write(staged, folder)
    (source,) = [conformance.source_of(READER, path, path.name) for path in conformance.inputs_among(paths)]
    whole = conformance.check_chunks(READER, source)
    assert not whole.refused
    again, names = rows(whole, "posts"), {one["subject"]: one["display_name"] for one in rows(whole, "accounts")}
    same = ("native", "text", "hrefs", "kind", "forward_name", "reply_to", "at", "at_offset", "n_media")
    assert [{key: post[key] for key in same} for post in again] == [{key: post[key] for key in same} for post in posts]
    assert [names[post["author"]] for post in again] == [one["by"] for one in made]
    assert [(one["kind"], one["name"]) for one in rows(whole, "media")] == [(one["kind"], one["name"]) for one in media]


def test_long_chats_go_on_in_further_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from actionday.observe.platforms.telegram import html_write

    monkeypatch.setattr(html_write, "PAGE", 2)
    whole = read(tmp_path, PAGE)
    paths = READER.write(whole.tables, tmp_path / "out")
    assert [path.name for path in paths if path.suffix == ".html"] == ["messages.html", "messages2.html"]


def test_a_folder_is_imported_with_one_mapping(tmp_path: Path) -> None:
    export = tmp_path / "ChatExport"
    export.mkdir()
    (export / "messages.html").write_bytes(PAGE)
    (export / "messages2.html").write_bytes(PAGE.replace(b'id="message', b'id="message7'))
    (export / "style.css").write_text("body {}")
    ours = Settings(home=tmp_path / "home", by="tester", parsers=1)
    clock = FixedClock(datetime(2020, 1, 1, tzinfo=UTC))
    report = playbook.import_exports(ours, [export], ImportOptions(), None, clock, Silent())
    assert {one["format"] for one in report.read} == {"telegram_html"}
    assert all("does not say which chat" in one["why"] for one in report.read)
    (export / "table.map.toml").write_text(f'channel = "{CHANNEL}"\nkind = "channel"\n')
    playbook.import_exports(ours, [export], ImportOptions(), None, clock, Silent())
    posts = Archive(open_home(ours.home)).view().table("posts").to_pyarrow().to_pylist()
    assert {post["native"] for post in posts} == {"2", "3", "4", "72", "73", "74"}
    assert {post["channel"] for post in posts} == {CHANNEL}
