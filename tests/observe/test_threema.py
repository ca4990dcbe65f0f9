"""Threema's exported chats: only on a basis, dates of several languages, writers where there are any, locked zips, broken files."""

import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import pyzipper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday import playbook
from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.orders import ImportOptions, ImportReport
from actionday.observe.platforms.threema import lines
from actionday.observe.platforms.threema.export import AMBIGUOUS, BOTH, NOTHING, WEAK, Threema
from actionday.observe.reader import Source, staged_schema
from actionday.observe.times import NO_ZONE
from actionday.records import FixedClock, Silent
from actionday.settings import Settings, load_settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

READER = Threema()
DIRECT = {"chat": "LOREM123", "kind": "direct", "people": {"Me": "MYSELF12"}}
GROUP = {"chat": "ipsum", "kind": "group"}
NOW = datetime(2020, 1, 10, 12, tzinfo=UTC)


def read(
    folder: Path,
    data: str | bytes,
    mapping: dict[str, Any] | None = None,
    *,
    zone: str | None = "Europe/Paris",
    basis: str | None = "order 7",
    name: str = "lorem/messages.txt",
) -> Whole:
    path = folder / "messages.txt"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return conformance.check_chunks(READER, Source(path, name, zone=zone, mapping=mapping, private_basis=basis))


def posts(whole: Whole) -> list[dict[str, Any]]:
    return whole.tables["posts"].to_pylist() if "posts" in whole.tables else []


def test_a_direct_chat_has_writers_files_and_several_lines(tmp_path: Path) -> None:
    whole = read(tmp_path, READER.examples()["lorem/messages.txt"], DIRECT)
    told = posts(whole)
    me, contact = "threema:account:MYSELF12", "threema:account:@LOREM123/@Lorem"
    assert [(post["author"], post["text"]) for post in told] == [
        (me, "lorem ipsum https://t.me/loremipsum"),
        (contact, "dolor\nsit: amet\n\nconsectetur"),
        (contact, "dolor"),
        (contact, "dolor"),
        (None, ""),
        (None, "ba"),
        (me, "ba [1] <b>"),
    ]
    assert {post["channel"] for post in told} == {"threema:account:LOREM123"}
    assert told[0]["at"] == datetime(2019, 11, 22, 9, tzinfo=UTC)
    assert told[0]["at_offset"] == 60
    assert len({post["native"] for post in told}) == 7, "equal messages are two"
    files = [(file["kind"], file["name"], file["post"]) for file in whole.tables["media"].to_pylist()]
    assert [kind for kind, _, _ in files] == ["photo", "file"]
    assert files[1][1] == "d1a2b3c4d5e6f708-ba du.pdf"
    assert not whole.refused


def test_what_stands_before_a_files_caption_is_no_writer(tmp_path: Path) -> None:
    text = "[22.11.2019, 10:00] ba: du <d1a2b3c4d5e6f708-ba.pdf>\n[22.11.2019, 10:00] Me: du <b>\n"
    told = posts(read(tmp_path, text, DIRECT))
    assert [(post["author"], post["text"]) for post in told] == [
        (None, "ba: du"),
        ("threema:account:MYSELF12", "du <b>"),
    ]


def test_a_group_has_no_writers_and_is_marked(tmp_path: Path) -> None:
    whole = read(tmp_path, READER.examples()["ipsum/messages.txt"], GROUP)
    assert [(post["author"], post["at"].strftime("%H:%M")) for post in posts(whole)] == [
        (None, "09:00"),
        (None, "11:05"),
        (None, "12:05"),
        (None, "23:30"),
    ]
    assert posts(whole)[1]["text"] == "ipsum: dolor", "what stands before a colon is no writer in a group"
    (channel,) = whole.tables["channels"].to_pylist()
    assert (channel["subject"], channel["kind"], channel["title"]) == ("threema:channel:@ipsum", "group", "ipsum")
    assert [refused.reason for refused in whole.refused] == [WEAK]


def test_without_a_basis_messages_are_counted_and_nothing_is_told(tmp_path: Path) -> None:
    whole = read(tmp_path, READER.examples()["lorem/messages.txt"], DIRECT, basis=None)
    (refused,) = whole.refused
    assert not whole.rows
    assert refused.reason.startswith("7 messages of a private")
    assert refused.raw == ""
    broken = read(tmp_path, b"[22.11.2019, 10:00] s3cret \xff\xfe", DIRECT, basis=None)
    assert not broken.rows
    assert "s3cret" not in "".join(refused.raw + refused.reason for refused in broken.refused)


@pytest.mark.parametrize(
    ("date", "order", "at"),
    [
        ("22.11.2019, 10:00", "", "2019-11-22T09:00"),
        ("22.11.19 10:00", "", "2019-11-22T09:00"),
        ("22/11/2019 10:00", "", "2019-11-22T09:00"),
        ("11/22/2019, 10:00 PM", "", "2019-11-22T21:00"),
        ("11/22/2019, 12:00\u202fam", "", "2019-11-21T23:00"),
        ("2019-11-22 10:00", "", "2019-11-22T09:00"),
        ("2019/11/22 10:00:30", "", "2019-11-22T09:00"),
        ("2019. 11. 22. 10:00", "", "2019-11-22T09:00"),
        ("1/2/2019, 10:00", "dmy", "2019-02-01T09:00"),
        ("1/2/2019, 10:00", "mdy", "2019-01-02T09:00"),
        ("\u200f\u0662\u0662\u200f/\u0661\u0661\u200f/\u0662\u0660\u0661\u0669\u060c \u0661\u0660:\u0660\u0660 \u0635", "", "2019-11-22T09:00"),
        ("22/11/2019 10h00", "", "2019-11-22T09:00"),
    ],
)  # fmt: skip
def test_dates_of_many_languages(tmp_path: Path, date: str, order: str, at: str) -> None:
    whole = read(tmp_path, f"[{date}] Me: ba\n", {**DIRECT, "order": order} if order else DIRECT)
    assert not whole.refused
    (post,) = posts(whole)
    assert post["at"].strftime("%Y-%m-%dT%H:%M") == at
    assert post["text"] == "ba"


def test_exports_that_overlap_give_the_same_ids_in_any_language(tmp_path: Path) -> None:
    first = read(tmp_path, "[22.11.2019, 10:00] Me: ba\n[22.11.2019, 10:01] Me: du\n", DIRECT)
    second = read(tmp_path, "[11/22/2019, 10:01 AM] Me: du\n[11/22/2019, 10:02 AM] Me: ki\n", DIRECT)
    assert posts(first)[1]["native"] == posts(second)[0]["native"] == "3d7cd346dc4e39a7d8b8f5f8"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[22.11.2019, 10:00] Me: ba\n[22.11.2019, 10:00] Lorem: ba\n", "direct"),
        ("[22.11.2019, 10:00] A: ba\n[22.11.2019, 10:00] B: ba\n[22.11.2019, 10:00] C: ba\n", "group"),
        ("[22.11.2019, 10:00] ba\n[22.11.2019, 10:00] Me: ba\n", "group"),
    ],
)
def test_what_kind_of_chat_it_is_is_read_where_nobody_says(tmp_path: Path, text: str, kind: str) -> None:
    whole = read(tmp_path, text)
    assert bool(whole.refused) == (kind == "group")
    assert {post["channel"] for post in posts(whole)} == {
        "threema:account:@lorem" if kind == "direct" else "threema:channel:@lorem"
    }


SOUND = "[22.11.2019, 10:00] Me: ba\n"
BROKEN: dict[str, tuple[bytes, dict[str, Any] | None, str | None, str]] = {
    "empty": (b"", DIRECT, "UTC", NOTHING),
    "another text": (b"lorem ipsum\n" * 50, DIRECT, "UTC", NOTHING),
    "a time without day": (b"[10:00] Me: ba\n", DIRECT, "UTC", NOTHING),
    "no zone": (SOUND.encode(), DIRECT, None, NO_ZONE),
    "day or month": (b"[1/2/2019, 10:00] Me: ba\n", DIRECT, "UTC", AMBIGUOUS),
    "two orders": (b"[22/11/2019, 10:00] Me: ba\n[11/22/2019, 10:00] Me: ba\n", DIRECT, "UTC", BOTH),
    "a month that is none": (b"[22.13.2019, 10:00] Me: ba\n", DIRECT, "UTC", "not a time"),
    "an hour that is none": (b"[22.11.2019, 25:00] Me: ba\n", DIRECT, "UTC", "not a time"),
    "half of which day": (b"[22.11.2019, 10:00 xx] Me: ba\n", DIRECT, "UTC", "no time"),
    "thirteen in the afternoon": (b"[22.11.2019, 13:00 PM] Me: ba\n", DIRECT, "UTC", "no time"),
    "a year too early": (b"[22.11.1919, 10:00] Me: ba\n", DIRECT, "UTC", "outside 1970 to 2200"),
    "an hour that clocks skipped": (b"[31.03.2019, 02:30] Me: ba\n", DIRECT, "Europe/Paris", "does not exist"),
    "not UTF-8": (b"[22.11.2019, 10:00] Me: ba \xff\xfe\n", DIRECT, "UTC", lines.NOT_UTF8),
    "cut in a letter": ("[22.11.2019, 10:00] Me: bä".encode()[:-1], DIRECT, "UTC", lines.NOT_UTF8),
    "a huge message": (b"[22.11.2019, 10:00] Me: " + b"ba " * 400_000 + b"\n", DIRECT, "UTC", lines.TOO_LONG),
    "a huge message of lines": (b"[22.11.2019, 10:00] Me: " + b"ba\n" * 3_000_000, DIRECT, "UTC", lines.TOO_LONG),
    "words before the first date": (b"ba\n" + SOUND.encode(), DIRECT, "UTC", lines.LOOSE),
    "a key that is none": (SOUND.encode(), {"room": "x"}, "UTC", "unknown key"),
    "a kind that is none": (SOUND.encode(), {"kind": "channel"}, "UTC", "one of direct, group"),
    "an order that is none": (SOUND.encode(), {"order": "ydm"}, "UTC", "one of dmy, mdy, ymd"),
    "an ID that is none": (SOUND.encode(), {"people": {"Me": "me"}}, "UTC", "eight capital letters"),
    "people that are none": (SOUND.encode(), {"people": ["Me"]}, "UTC", "a table of names"),
    "a chat that is none": (SOUND.encode(), {"chat": "../x"}, "UTC", "without slashes"),
    "a chat that is a number": (SOUND.encode(), {"chat": 7}, "UTC", "must be a Threema ID"),
}


@pytest.mark.parametrize("way", BROKEN)
def test_what_is_broken_is_refused_in_words(tmp_path: Path, way: str) -> None:
    data, mapping, zone, words = BROKEN[way]
    whole = read(tmp_path, data, mapping, zone=zone)
    assert any(words in refused.reason for refused in whole.refused), whole.refused
    assert not posts(whole) or way == "words before the first date"


def test_a_broken_message_costs_only_itself(tmp_path: Path) -> None:
    data = SOUND.encode() + b"[22.13.2019, 10:00] Me: du\n[22.11.2019, 10:00] Me: \xff\n" + SOUND.encode()
    whole = read(tmp_path, data, DIRECT)
    assert [post["text"] for post in posts(whole)] == ["ba", "ba"]
    assert [refused.position for refused in whole.refused] == ["message 3", "message 2"]


def test_blocks_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = "".join(f"[22.11.2019, {n // 60:02}:{n % 60:02}] Me: ba {n}\ndu\n\n" for n in range(600))
    whole = read(tmp_path, data, DIRECT)
    monkeypatch.setattr(lines, "BLOCK", 997)
    assert posts(read(tmp_path, data, DIRECT)) == posts(whole)
    assert len(posts(whole)) == 600


def test_a_chat_that_nothing_names_is_refused(tmp_path: Path) -> None:
    assert "which chat" in read(tmp_path, SOUND, name="messages.txt").refused[0].reason
    assert posts(read(tmp_path, SOUND, name="x/lorem.zip!/messages.txt"))[0]["channel"] == "threema:account:@lorem"


def locked(path: Path, members: dict[str, bytes], password: bytes | None = b"ba du ki") -> Path:
    with pyzipper.AESZipFile(path, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        if password is not None:
            archive.setpassword(password)
            archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def imported(
    tmp_path: Path, environment: dict[str, str], basis: str | None = "order 7"
) -> tuple[ImportReport, Settings]:
    chosen = load_settings(
        {"ACTIONDAY_HOME": str(tmp_path / "home"), "ACTIONDAY_BY": "tester", **environment}, tmp_path
    )
    options = ImportOptions(zone="Europe/Paris", private_basis=basis)
    report = playbook.import_exports(chosen, [tmp_path / "given"], options, None, FixedClock(NOW), Silent())
    return report, chosen


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "chat.zip.map.toml").write_text('chat = "LOREM123"\nkind = "direct"\n')
    return locked(
        tmp_path / "given" / "chat.zip", {"messages.txt": READER.examples()["lorem/messages.txt"], "a.jpg": b"x"}
    )


def test_a_locked_zip_is_opened_with_its_credential(chat: Path, tmp_path: Path) -> None:
    report, chosen = imported(tmp_path, {"ACTIONDAY_CREDENTIAL_ARCHIVE_PASSWORD__CHAT_ZIP": "ba du ki"})
    assert report.rows["posts"] == 7
    view = Archive(open_home(chosen.home)).view()
    stored = view.arrow(view.table("posts").select("channel", "author")).to_pylist()
    assert all(value is None or ":pseudonym:" in value for row in stored for value in row.values()), (
        "people have no office"
    )
    held = b"".join(path.read_bytes() for path in chosen.home.rglob("*") if path.is_file())
    assert b"ba du ki" not in held
    assert b"Lorem" not in held
    assert not list(chosen.home.rglob("messages.txt")), "what was unpacked is gone"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, 'credential "archive.password@chat.zip"'),
        ({"ACTIONDAY_CREDENTIAL_ARCHIVE_PASSWORD": "wr0ng"}, "its password does not open it"),
    ],
)
def test_a_zip_that_stays_locked_is_passed_over_with_the_reason(
    chat: Path, tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    report, _ = imported(tmp_path, environment)
    (passed,) = report.passed_over
    assert words in passed.reason
    assert "wr0ng" not in passed.reason
    assert not report.rows


def test_a_damaged_locked_zip_and_hostile_members_do_no_harm(chat: Path, tmp_path: Path) -> None:
    data = chat.read_bytes()
    chat.with_name("cut.zip").write_bytes(data[: len(data) // 2])
    hostile = zipfile.ZipInfo("link")
    hostile.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(chat.with_name("links.zip"), "w") as archive:
        archive.writestr(hostile, "/etc/passwd")
    locked(chat.with_name("paths.zip"), {"../../messages.txt": b"", "../../evil.txt": b"ba"})
    report, _ = imported(tmp_path, {"ACTIONDAY_CREDENTIAL_ARCHIVE_PASSWORD": "ba du ki"})
    reasons = {passed.name.rpartition("/")[2]: passed.reason for passed in report.passed_over}
    assert "cannot be read" in reasons["cut.zip"]
    assert "link" in reasons["link"]
    assert report.rows["posts"] == 7
    assert not (tmp_path / "evil.txt").exists()


def test_a_text_with_such_lines_is_recognised_only_under_its_name() -> None:
    head = READER.examples()["lorem/messages.txt"]
    assert READER.recognise(head, "x/messages.txt").needs == ("zone", "private_basis")
    assert READER.recognise(head, "_chat.txt").certainty == 0


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(TEXTS, st.booleans(), st.integers(0, 50_000)), max_size=8), st.booleans()
)  # fmt: skip
def test_what_is_written_is_read_again(tmp_path: Path, told: list[tuple[str, bool, int]], direct: bool) -> None:
    where = "threema:account:LOREM123" if direct else "threema:channel:@ipsum"
    told = sorted(told, key=lambda one: one[2])
    rows = [
        {
            "channel": where,
            "native": str(number),
            "platform": "threema",
            "author": ("threema:account:LOREM123" if mine else "threema:account:MYSELF12") if direct else None,
            "at": datetime.fromtimestamp(1_574_416_800 + minutes * 60, UTC),
            "at_offset": 0,
            "kind": "original",
            "text": text.strip() or "ba",
        }
        for number, (text, mine, minutes) in enumerate(told)
    ]
    table = pa.Table.from_pylist(rows, schema=staged_schema("posts"))
    paths = READER.write({"posts": table}, tmp_path / "out")
    if not rows:
        assert paths == []
        return
    source = conformance.source_of(READER, paths[0], f"{paths[0].parent.name}/messages.txt")
    again = conformance.check_chunks(READER, Source(**{**_fields(source), "zone": "UTC", "private_basis": "order 7"}))
    kept = {(row["author"], row["at"], row["text"]) for row in rows}
    back = {(post["author"], post["at"], post["text"]) for post in posts(again)}
    assert back == kept


def _fields(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in Source.__dataclass_fields__}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=400), TEXTS.map(str.encode)), st.sampled_from([b"", b"[22.11.2019, 10:00] "]))
def test_arbitrary_bytes_never_raise(tmp_path: Path, data: bytes, before: bytes) -> None:
    read(tmp_path, before + data, GROUP)
    READER.recognise(before + data, "messages.txt")


def test_frames_hold_what_the_file_says() -> None:
    dates = lines.dated(pl.Series(["[22.11.2019, 10:00] a", "[11/22/2019, 3:05 PM] a"]))
    assert lines.order_of(dates) == {"dmy", "mdy"}
    assert dates["hour"].to_list() == [10, 15]
