"""XMPP archives: which value ends up where, what is private, what is never looked at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe import conformance, tray
from actionday.observe.conformance import Whole
from actionday.observe.minimise import officers_in
from actionday.observe.platforms.xmpp import columns, ledger
from actionday.observe.platforms.xmpp.export import XmppExport
from actionday.observe.reader import Source, staged_schema

READER = XmppExport()
ROOM, CHANNEL = "lo@rooms.example.org", "xmpp:channel:lo@rooms.example.org"
Read = Callable[..., Whole]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(data: str | bytes, name: str = "dump.xml", **more: Any) -> Whole:  # noqa: ANN401
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return conformance.read_whole(READER, Source(path, name, **more))

    return reads


def info(room: str = ROOM, features: str = "muc_public muc_open muc_unsecured", name: str = "lo") -> str:
    listed = "".join(f"<feature var='{one}'/>" for one in features.split())
    return (
        f"<iq type='result' from='{room}' id='i'><query xmlns='http://jabber.org/protocol/disco#info'>"
        f"<identity category='conference' type='text' name='{name}'/>{listed}</query></iq>"
    )


def post(
    number: int, inside: str, nick: str = "Al", room: str = ROOM, stamp: str = "2019-11-23T20:00:00Z", **more: str
) -> str:
    attributes = " ".join(
        f"{key}='{value}'" for key, value in {"type": "groupchat", "id": f"m{number}", **more}.items()
    )
    return (
        f"<message from='{room}'><result xmlns='urn:xmpp:mam:2' id='a{number}'><forwarded xmlns='urn:xmpp:forward:0'>"
        f"<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/><message xmlns='jabber:client' from='{room}/{nick}' {attributes}>"
        f"{inside}</message></forwarded></result></message>"
    )


def rows(whole: Whole, table: str = "posts") -> list[dict[str, Any]]:
    found = whole.tables.get(table)
    listed: list[dict[str, Any]] = found.to_pylist() if found is not None else []
    return listed


def said(jid: str, affiliation: str = "none") -> str:
    return f"<x xmlns='http://jabber.org/protocol/muc#user'><item jid='{jid}' affiliation='{affiliation}'/></x>"


def test_a_room_that_says_it_is_public_is_read_wherever_it_says_so(read: Read) -> None:
    message = post(1, "<body>ba be</body>")
    for text in (info() + message, message + info()):
        whole = read(text)
        (row,) = rows(whole)
        assert (row["channel"], row["native"], row["text"], row["kind"]) == (CHANNEL, "a1", "ba be", "original")
        assert row["at"] == datetime(2019, 11, 23, 20, tzinfo=UTC)
        assert whole.refused == []
        assert rows(whole, "channels")[0]["title"] == "lo"


@pytest.mark.parametrize(
    "features",
    [
        "muc_hidden muc_open muc_unsecured",
        "muc_public muc_membersonly muc_unsecured",
        "muc_public muc_open muc_passwordprotected",
        "",
    ],
)
def test_a_room_that_is_not_public_is_counted_and_named_only(read: Read, features: str) -> None:
    text = info(features=features) + post(1, "<body>secret</body>") + post(2, "<body>secret</body>")
    whole = read(text)
    assert whole.rows == 0
    (refused,) = whole.refused
    assert refused.position == CHANNEL
    assert "2 messages" in refused.reason
    assert "secret" not in repr(whole.refused)
    opened = read(text, private_basis="order 7/19")
    assert [row["text"] for row in rows(opened)] == ["secret", "secret"]


def test_of_two_answers_the_private_one_counts(read: Read) -> None:
    for first, second in (
        ("muc_public muc_open", "muc_hidden muc_open"),
        ("muc_hidden muc_open", "muc_public muc_open"),
    ):
        whole = read(info(features=first) + post(1, "<body>ba</body>") + info(features=second))
        assert rows(whole) == []


def test_an_answer_inside_of_a_message_opens_nothing(read: Read) -> None:
    """Whoever writes in a room must not be able to declare it public."""
    forged = post(1, f"<body>ba</body>{info()}")
    assert rows(read(forged)) == []
    assert rows(read(forged.replace("</message>", f"{info()}</message>", 1))) == []
    assert rows(read(forged + "<broken <" + post(2, f"<body>ba</body>{info()}"))) == []


def test_a_person_may_declare_rooms_public_unless_they_say_otherwise(read: Read) -> None:
    mapping = {"public_rooms": [ROOM.upper()]}
    whole = read(post(1, "<body>ba</body>"), mapping=mapping)
    assert len(rows(whole)) == 1
    assert rows(whole, "channels")[0]["native"] == ROOM
    assert rows(read(info(features="muc_hidden") + post(1, "<body>ba</body>"), mapping=mapping)) == []
    assert read("<a/>", mapping={"public_rooms": 5}).refused[0].position == "mapping"


def test_who_speaks(read: Read) -> None:
    whole = read(
        info()
        + post(1, "<body>ba</body>" + said("Al@Example.org/phone", "owner"))
        + post(2, "<body>be</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='x/y='/>", "Bo")
        + post(3, "<body>bi</body>", "Cy/Da")
    )
    assert [row["author"] for row in rows(whole)] == [
        "xmpp:account:al@example.org",
        f"xmpp:account:{ROOM}/x/y=",
        f"xmpp:account:{ROOM}/Cy/Da",
    ]
    named = {row["native"]: (row["handle"], row["display_name"]) for row in rows(whole, "accounts")}
    assert named == {
        "al@example.org": ("al@example.org", "Al"),
        f"{ROOM}/x/y=": (None, "Bo"),
        f"{ROOM}/Cy/Da": (None, "Cy/Da"),
    }
    (role,) = rows(whole, "memberships")
    assert (role["account"], role["channel"], role["role"]) == ("xmpp:account:al@example.org", CHANNEL, "owner")


def test_every_chunk_shows_who_holds_a_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "DUE", 20)
    monkeypatch.setattr(tray, "CHUNK_ROWS", 50)
    items = "<item affiliation='admin' jid='al@example.org'/><item affiliation='outcast' jid='no@example.org'/>"
    answer = f"<iq type='result' from='{ROOM}' id='r'><query xmlns='http://jabber.org/protocol/muc#admin'>{items}</query></iq>"
    path = tmp_path / "dump.xml"
    path.write_text(info() + "".join(post(n, "<body>ba</body>") for n in range(210)) + answer)
    source = Source(path, path.name)
    chunks = [chunk for part in READER.parts(source) for chunk in READER.read(source, part) if "posts" in chunk.tables]
    assert len(chunks) > 3
    assert all(officers_in(chunk.tables) == {"xmpp:account:al@example.org"} for chunk in chunks)


def test_what_a_message_carries(read: Read) -> None:
    inside = (
        "<body>du https://example.org/a</body><reply xmlns='urn:xmpp:reply:0' id='a1'/>"
        "<x xmlns='jabber:x:oob'><url>https://example.org/f.png</url></x>"
        "<x xmlns='jabber:x:conference' jid='Mo@rooms.example.org'/>"
        "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>"
        "<p><a href='https://example.org/h'>ba</a></p></body></html>"
        "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><media-type>video/mp4</media-type>"
        "<name>f.mp4</name><size>10</size><length>2500</length></file></file-sharing>"
    )
    whole = read(info() + post(2, inside))
    (row,) = rows(whole)
    assert row["reply_to"] == "a1"
    assert row["hrefs"] == ["https://example.org/f.png", "xmpp:mo@rooms.example.org?join", "https://example.org/h"]
    assert row["n_media"] == 1
    (media,) = rows(whole, "media")
    assert (media["kind"], media["name"], media["size"], media["seconds"]) == ("video", "f.mp4", 10, 2.5)


def test_corrections_are_versions_of_their_own_author_only(read: Read) -> None:
    correct = "<body>{}</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>"
    whole = read(
        info()
        + post(1, "<body>ba</body>")
        + post(2, correct.format("be"), stamp="2019-11-23T20:05:00Z")
        + post(3, correct.format("no"), "Bo", stamp="2019-11-23T20:06:00Z")
    )
    assert [(row["native"], row["text"], row["edited_at"] is not None, row["action"]) for row in rows(whole)] == [
        ("a1", "ba", False, None),
        ("a1", "be", True, None),
        ("a3", "no", False, "correct"),
    ]
    assert rows(whole)[1]["at"] == rows(whole)[0]["at"]


def test_service_posts_and_what_is_no_post(read: Read) -> None:
    whole = read(
        info()
        + post(1, "<subject>ba be</subject>")
        + post(2, "<retract xmlns='urn:xmpp:message-retract:1' id='a9'/><body>fallback</body>")
        + post(3, "<reactions xmlns='urn:xmpp:reactions:0' id='a1'><reaction>+</reaction></reactions>")
        + post(4, "<body>no</body><encrypted xmlns='eu.siacs.conversations.axolotl'><header/></encrypted>")
        + post(5, "<body>no</body>", type="error")
    )
    assert [(row["kind"], row["action"], row["text"], row["reply_to"]) for row in rows(whole)] == [
        ("service", "subject", "ba be", None),
        ("service", "retract", "", "a9"),
    ]
    (refused,) = whole.refused
    assert "encrypted" in refused.reason
    assert "1 messages" in refused.reason


def test_times_keep_the_wall_clock_and_old_stamps_are_utc(read: Read) -> None:
    old = (
        f"<message from='{ROOM}/Al' type='groupchat' id='o'><body>bu</body>"
        "<x xmlns='jabber:x:delay' stamp='20191123T20:00:09'/></message>"
    )
    whole = read(info() + post(1, "<body>ba</body>", stamp="2019-11-23T21:30:00.5+01:30") + old)
    assert [(row["at"], row["at_offset"]) for row in rows(whole)] == [
        (datetime(2019, 11, 23, 20, 0, 0, 500_000, UTC), 90),
        (datetime(2019, 11, 23, 20, 0, 9, tzinfo=UTC), None),
    ]


def test_a_stamp_without_zone_needs_one_and_says_so(read: Read) -> None:
    text = info() + post(1, "<body>ba</body>", stamp="2019-11-23T20:00:00")
    assert READER.recognise(text.encode(), "x.xml").needs == ("zone",)
    assert "zone" in read(text).refused[0].reason
    assert rows(read(text, zone="Europe/Paris"))[0]["at"] == datetime(2019, 11, 23, 19, tzinfo=UTC)
    assert READER.recognise((info() + post(1, "<body>ba</body>")).encode(), "x.xml").needs == ()


def test_the_end_of_a_room_names_where_it_goes_on(read: Read) -> None:
    destroy = (
        f"<presence from='{ROOM}/Al' type='unavailable'><delay xmlns='urn:xmpp:delay' stamp='2019-11-24T09:00:00Z'/>"
        "<x xmlns='http://jabber.org/protocol/muc#user'><destroy jid='Mo@rooms.example.org'><reason>ke</reason></destroy></x></presence>"
    )
    gone = (
        "<iq type='error' from='ru@rooms.example.org' id='g'><error type='cancel'>"
        "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:mo@rooms.example.org?join</gone></error></iq>"
    )
    moves = rows(read(info() + destroy + gone), "moves")
    assert [(m["subject"], m["target"], m["kind"], m["evidence"]) for m in moves] == [
        (CHANNEL, "xmpp:channel:mo@rooms.example.org", "destroy", "destroyed: ke"),
        ("xmpp:channel:ru@rooms.example.org", "xmpp:channel:mo@rooms.example.org", "destroy", "destroyed"),
    ]
    assert moves[0]["at"] == datetime(2019, 11, 24, 9, tzinfo=UTC)
    assert rows(read(destroy), "moves") == []  # seen from inside of a room that nothing says is public


def test_any_number_of_rooms_takes_bounded_memory(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_MOST_ROOMS", 3)
    names = [f"r{n}@rooms.example.org" for n in range(9)]
    whole = read("".join(post(n, "<body>no</body>", room=name) for n, name in enumerate(names)))
    counts = {one.position: one.reason.rpartition("; ")[2] for one in whole.refused}
    assert counts.pop("xmpp:channel:(other rooms)") == "6 messages"
    assert set(counts.values()) == {"1 messages"}
    opened = read("".join(info(name) + post(n, "<body>ba</body>", room=name) for n, name in enumerate(names)))
    assert len(rows(opened)) == 3  # a room beyond the limit is not known to be public


def test_an_accounts_own_archive_is_private(tmp_path: Path) -> None:
    sources = {source.name: source for source in conformance.examples_on_disk(READER, tmp_path)}
    server = sources["examples/server/20191124-100000.xml"]
    whole = conformance.read_whole(READER, server)
    assert whole.rows == 0
    assert [one.reason.rpartition("; ")[2] for one in whole.refused] == ["2 messages", "2 accounts"]
    opened = conformance.read_whole(READER, replace(server, private_basis="consent 3"))
    assert [row["text"] for row in rows(opened)] == ["so si", "so su"]
    assert {row["channel"] for row in rows(opened)} == {"xmpp:channel:al@example.org:bo@example.org"}
    assert {row["kind"] for row in rows(opened, "channels")} == {"direct"}
    for secret in ("c2FsdA", "a2V5", "password", "Bo@", "<x"):
        assert secret not in repr([table.to_pylist() for table in opened.tables.values()]) + repr(opened.refused)


def test_private_words_in_a_room_are_private(read: Read) -> None:
    text = info() + post(
        1, "<body>psst</body><x xmlns='http://jabber.org/protocol/muc#user'/>", type="chat", to="bo@example.org"
    )
    whole = read(text)
    assert rows(whole) == []
    assert whole.refused[0].reason.startswith("messages between people")


def test_a_rooms_history_out_of_ejabberd(tmp_path: Path) -> None:
    sources = {source.name: source for source in conformance.examples_on_disk(READER, tmp_path)}
    whole = conformance.read_whole(READER, sources["examples/history.json"])
    assert [(row["native"][:8], row["text"]) for row in rows(whole)] == [("h1", "ba be"), ("derived:", "bi &lt; bo")]
    closed = conformance.read_whole(READER, replace(sources["examples/history.json"], mapping=None))
    assert closed.rows == 0
    assert "public_rooms" in closed.refused[0].reason


def test_a_message_in_a_history_cannot_pose_as_two(read: Read) -> None:
    two = f"<message type='groupchat' from='{ROOM}/Al'><body>a</body></message><message type='groupchat' from='{ROOM}/Bo'><body>b</body></message>"
    text = f'[{{"timestamp": "2019-11-23T20:00:00Z", "message": "{two}"}}, {{"timestamp": "2019-11-23T20:00:00Z", "message": " "}}]'
    whole = read(text, "h.json", mapping={"public_rooms": [ROOM]})
    assert rows(whole) == []
    assert len(whole.refused) == 2


def staged(texts: list[str]) -> dict[str, pa.Table]:
    n = len(texts)
    given_: dict[str, Any] = {
        "channel": [CHANNEL] * n,
        "native": [f"n{i}" for i in range(n)],
        "platform": ["xmpp"] * n,
        "author": ["xmpp:account:al@example.org"] * n,
        "at": [datetime(2020, 1, 1, 0, 0, i, tzinfo=UTC) for i in range(n)],
        "kind": ["original"] * n,
        "text": texts,
    }
    schema = staged_schema("posts")
    table = pa.Table.from_pydict({f.name: given_.get(f.name, [None] * n) for f in schema}, schema=schema)
    return {"posts": table}


def carried(text: str) -> str:
    """What XML can hold of a text."""
    return "".join(c for c in text if c in "\t\n\r" or (ord(c) >= 32 and c not in "\ufffe\uffff"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=8))
def test_any_text_survives_being_written(texts: list[str], tmp_path: Path) -> None:
    (path,) = READER.write(staged(texts), tmp_path)
    whole = conformance.read_whole(READER, Source(path, path.name))
    assert whole.refused == []
    assert pl.DataFrame(whole.tables["posts"])["text"].to_list() == [carried(text) for text in texts]
