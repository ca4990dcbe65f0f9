"""Element's and Synapse's exports: what becomes which row, what stays out, and what is refused in words."""

import json
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionday.observe import conformance, unpack
from actionday.observe.conformance import Whole
from actionday.observe.platforms.matrix import cut, examples
from actionday.observe.platforms.matrix.export import ElementExport
from actionday.observe.platforms.matrix.synapse import SynapseExport
from actionday.observe.reader import Reader, Source
from actionday.records import InputError

ROOM, ALICE = "!babebi:example.org", "@alice:example.org"
AT = 1_574_416_800_000


def event(kind: str, number: int, content: object, **more: object) -> dict[str, Any]:
    base = {"type": kind, "room_id": ROOM, "sender": ALICE, "origin_server_ts": AT + number, "event_id": f"$e{number}"}
    return {**base, "content": content, **more}


def state(kind: str, number: int, content: object, **more: object) -> dict[str, Any]:
    return event(kind, number, content, **{"state_key": "", **more})


def text(number: int, body: str, **more: object) -> dict[str, Any]:
    return event("m.room.message", number, {"msgtype": "m.text", "body": body, **more})


OPEN = [state("m.room.create", 0, {}), state("m.room.join_rules", 1, {"join_rule": "public"})]


def element(events: list[dict[str, Any]]) -> bytes:
    return json.dumps({"room_name": "ba", "topic": "", "exported_by": "x", "messages": events}, indent=2).encode()


def glued(events: list[dict[str, Any]]) -> bytes:
    return "".join(map(json.dumps, events)).encode()


Read = Callable[..., Whole]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reads(data: bytes | list[dict[str, Any]], reader: Reader | None = None, basis: str | None = None) -> Whole:
        path = tmp_path / "events"
        path.write_bytes(data if isinstance(data, bytes) else glued(data))
        return conformance.read_whole(reader or SynapseExport(), Source(path, "events", private_basis=basis))

    return reads


def rows(whole: Whole, table: str = "posts") -> list[dict[str, Any]]:
    found = whole.tables.get(table)
    return found.to_pylist() if found is not None else []


def column(whole: Whole, name: str, table: str = "posts") -> list[Any]:
    return [row[name] for row in rows(whole, table)]


def test_objects_without_anything_between_them_are_told_apart(read: Read) -> None:
    trap = text(5, '}{"type": "m.room.message"}{"a', formatted_body='<a href="https://example.org/}{">x</a>')
    whole = read([*OPEN, trap, text(6, "}{")])
    assert column(whole, "text") == ['}{"type": "m.room.message"}{"a', "}{"]
    assert column(whole, "hrefs") == [["https://example.org/}{"], None]
    assert not whole.refused


@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n"])
def test_ids_are_computed_as_servers_compute_them(read: Read, between: bytes) -> None:
    # recorded from matrix-synapse 1.163.2: a message of a room of version 10 and the id the server gave it
    recorded = json.loads((Path(__file__).parent / "data" / "matrix_pdu.json").read_text("utf-8"))
    pdus = [json.dumps(one).encode() for one in recorded["events"]]
    whole = read(between.join(pdus))
    assert column(whole, "native") == [recorded["event_id"]]
    assert column(whole, "text") == [recorded["body"]]


def test_a_private_room_is_counted_and_nothing_of_it_is_kept(read: Read) -> None:
    hidden = [state("m.room.join_rules", 1, {"join_rule": "invite"}), text(2, "so su"), text(3, "sa"), {"type": 7}]
    whole = read(hidden)
    assert whole.rows == 0
    (line,) = whole.refused
    assert line.position == f"room {ROOM}"
    assert line.reason.startswith("2 messages not imported: the room is not publicly readable (join rule invite")
    assert not line.raw


def test_a_named_basis_opens_private_rooms(read: Read) -> None:
    hidden = [state("m.room.join_rules", 1, {"join_rule": "invite"}), text(2, "so su")]
    assert column(read(hidden, basis="order 7"), "text") == ["so su"]


@pytest.mark.parametrize(
    ("rule", "seen", "public"),
    [
        ("public", "shared", True),
        ("invite", "world_readable", True),
        ("invite", "shared", False),
        ("knock", "joined", False),
        ("restricted", None, False),
        (None, None, False),
        (["public"], None, False),
    ],
)
def test_which_rooms_are_publicly_readable(read: Read, rule: object, seen: object, public: bool) -> None:
    told = [state("m.room.join_rules", 1, {"join_rule": rule})] if rule else []
    told += [state("m.room.history_visibility", 2, {"history_visibility": seen})] if seen else []
    assert bool(rows(read([*told, text(3, "ba")]))) == public


def test_the_last_word_on_the_join_rule_counts(read: Read) -> None:
    shut = state("m.room.join_rules", 9, {"join_rule": "invite"})
    assert not rows(read([*OPEN, text(3, "ba"), shut]))


def test_encrypted_events_are_counted_and_left_out(read: Read) -> None:
    secret = event("m.room.encrypted", 5, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x"})
    bad = event("m.room.message", 6, {"msgtype": "m.bad.encrypted", "body": "cannot"})
    whole = read([*OPEN, secret, bad, text(7, "ba")])
    assert column(whole, "text") == ["ba"]
    assert [one.reason.split(":")[0] for one in whole.refused] == ["2 messages not imported"]


def test_what_element_decrypted_counts_as_encrypted(read: Read) -> None:
    events = [*OPEN, text(2, "ba"), state("m.room.encryption", 3, {"algorithm": "x"}), text(4, "be"), text(5, "bi")]
    whole = read(element(events), ElementExport())
    assert column(whole, "text") == ["ba"]
    assert whole.refused[0].reason.startswith("2 messages not imported: sent in an encrypted room")
    assert column(read(element(events), ElementExport(), basis="order 7"), "text") == ["ba", "be", "bi"]


def test_an_export_that_does_not_show_its_room_is_public_is_not_read(read: Read) -> None:
    whole = read(element([text(2, "ba")]), ElementExport())
    assert whole.rows == 0
    assert "nothing here shows that the room is publicly readable" in whole.refused[0].reason


def test_edits_are_versions_replies_lose_their_quotation_and_redactions_stay_as_empty_posts(read: Read) -> None:
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": "$e2"}}}
    edit = {"m.new_content": {"body": "bo"}, "m.relates_to": {"rel_type": "m.replace", "event_id": "$e2"}}
    gone = event("m.room.message", 5, {})
    whole = read([*OPEN, text(2, "ba"), text(3, "> <@x:y> ba\n> be\n\n> bi", **reply), text(4, "* bo", **edit), gone])
    assert column(whole, "native") == ["$e2", "$e3", "$e2", "$e5"]
    assert column(whole, "text") == ["ba", "> bi", "bo", ""]
    assert column(whole, "reply_to") == [None, "$e2", None, None]
    assert [at is not None for at in column(whole, "edited_at")] == [False, False, True, False]
    assert column(whole, "action") == [None, None, None, "redacted"]


def test_owners_and_admins_with_their_time_and_display_names(read: Read) -> None:
    levels = [
        state("m.room.power_levels", 3, {"users": {ALICE: 100, "@bob:example.net": "50", "@eve:example.net": 10}}),
        state("m.room.power_levels", 5, {"users": {ALICE: 100}}),
    ]
    join = state("m.room.member", 2, {"membership": "join", "displayname": "Alice"}, state_key=ALICE)
    again = state("m.room.member", 6, {"membership": "join", "displayname": "Alys"}, state_key=ALICE)
    ban = state("m.room.member", 7, {"membership": "ban"}, state_key=ALICE)
    whole = read([*OPEN, join, *levels, again, ban])
    held = [
        (r["account"].removeprefix("matrix:account:"), r["role"], r["from_at"], r["to_at"])
        for r in rows(whole, "memberships")
    ]
    assert [(who, role) for who, role, *_ in held] == [
        (ALICE, "owner"),
        (ALICE, "admin"),
        ("@bob:example.net", "admin"),
        (ALICE, "member"),
        (ALICE, "member"),
    ]
    assert held[2][3] == rows(whole, "memberships")[2]["to_at"] is not None
    assert (held[3][3], held[4][2]) == (None, None)
    assert {(r["kind"], r["display_name"]) for r in rows(whole, "accounts")} == {
        ("admin", None),
        ("user", "Alice"),
        ("user", "Alys"),
    }


def test_tombstones_and_predecessors_are_moves(read: Read) -> None:
    later = "!hashof_aroom"
    here = [*OPEN, state("m.room.tombstone", 8, {"replacement_room": later})]
    there = [
        state("m.room.create", 7, {"predecessor": {"room_id": ROOM}}, room_id=later),
        state("m.room.join_rules", 8, {"join_rule": "public"}, room_id=later),
    ]
    moves = rows(read([*here, *there]), "moves")
    assert [(m["subject"], m["target"], m["kind"], m["confidence"]) for m in moves] == [
        (f"matrix:channel:{ROOM}", f"matrix:channel:{later}", "tombstone", 1.0),
        (f"matrix:channel:{ROOM}", f"matrix:channel:{later}", "tombstone", 0.8),
    ]


@pytest.mark.parametrize("target", [ROOM, "", "#alias:example.org", None, 7, "!"])
def test_tombstones_that_lead_nowhere_are_no_moves(read: Read, target: object) -> None:
    assert not rows(read([*OPEN, state("m.room.tombstone", 8, {"replacement_room": target})]), "moves")


def test_policy_rules_are_sightings_that_decide_nothing(read: Read) -> None:
    def rule(kind: str, number: int, **content: object) -> dict[str, Any]:
        return state(kind, number, content, state_key=f"r{number}")

    whole = read(
        [
            *OPEN,
            rule("m.policy.rule.user", 2, entity="@dora:example.net", recommendation="m.ban", reason="see @eve:x.org"),
            rule("org.matrix.mjolnir.rule.room", 3, entity="!xa:example.net", recommendation="org.matrix.mjolnir.ban"),
            rule("m.policy.rule.server", 4, entity="Evil.example.net", recommendation="org.matrix.msc4204.takedown"),
            rule("m.policy.rule.server", 5, entity="*.example.net", recommendation="m.ban"),
            rule("m.policy.rule.user", 6, **{"org.matrix.msc4205.hashes": {"sha256": "x"}}),
            rule("m.policy.rule.user", 7, entity="@dora:example.net", recommendation="m.something"),
        ]
    )
    told = [(r["subject"], r["state"], r["basis"], r["rule"], r["vantage"]) for r in rows(whole, "sightings")]
    assert told == [
        ("matrix:account:@dora:example.net", "unknown", "listing", "matrix.policy.ban", ROOM),
        ("matrix:channel:!xa:example.net", "unknown", "listing", "matrix.policy.ban", ROOM),
        ("website:channel:evil.example.net", "unknown", "listing", "matrix.policy.takedown", ROOM),
        ("matrix:account:@dora:example.net", "unknown", "listing", "matrix.policy.other", ROOM),
    ]
    assert all("@" not in one for one in column(whole, "evidence", "sightings")), "evidence names a person"
    assert [one.position for one in whole.refused] == ["2 policy rules"]


def test_keys_do_not_reach_quarantine(read: Read) -> None:
    broken = b'{"type": "m.room.message", "content": {"file": {"key": {"k": "very-secret"}}, "body": oops}'
    whole = read(glued(OPEN) + b"\n" + broken)
    assert "very-secret" not in whole.refused[-1].raw
    assert whole.refused[-1].raw


def test_the_state_beside_a_rooms_events_is_read_first(tmp_path: Path) -> None:
    folder = tmp_path / "rooms" / ROOM
    (folder / "state").mkdir(parents=True)
    (folder / "events").write_bytes(glued([text(5, "ba")]))
    (folder / "state" / "$gap").write_bytes(glued(OPEN))
    (folder / "state" / "$link").symlink_to(folder / "events")
    whole = conformance.read_whole(SynapseExport(), Source(folder / "events", "events"))
    assert column(whole, "text") == ["ba"]


def test_private_data_of_the_exporting_user_is_named_and_not_read() -> None:
    for name in ("user_data/devices", "user_data/connections", "rooms/!a:b/invite_state"):
        opinion = SynapseExport().recognise(b'{"user_id": "@a:b", "ip": "127.0.0.1"}', name)
        assert (opinion.certainty, bool(opinion.says)) == (0, True)


def test_the_member_of_an_element_zip_is_recognised_and_paths_stay_inside(tmp_path: Path) -> None:
    packed = tmp_path / "chat.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../export.json", examples.ELEMENT["export.json"])
        archive.writestr("images/ke.png", b"\x89PNG")
    members = list(unpack.unpack(packed, tmp_path / "into", unpack.Limits()))
    (found,) = [Path(member.path) for member in members if member.name.endswith("export.json")]
    assert found.is_relative_to(tmp_path / "into")
    assert ElementExport().recognise(found.read_bytes(), found.name).certainty > 90


def test_a_bomb_of_a_zip_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.json", element([text(n, "ba" * 1000) for n in range(500)]))
    with pytest.raises(InputError, match="bomb"):
        list(unpack.unpack(packed, tmp_path / "into", unpack.Limits(ratio=5, floor=10_000)))


BROKEN: dict[str, tuple[object, str]] = {
    "no type": ({**text(5, "x"), "type": None}, "got `null` - at `$.type`"),
    "no room": ({**text(5, "x"), "room_id": None}, "names no room"),
    "room of the wrong type": ({**text(5, "x"), "room_id": {"a": 1}}, "got `object` - at `$.room_id`"),
    "sender without a server": ({**text(5, "x"), "sender": "@alice"}, "no Matrix user id"),
    "sender a number": ({**text(5, "x"), "sender": 7}, "got `int` - at `$.sender`"),
    "sender with a blank": ({**text(5, "x"), "sender": "@a b:c d"}, "no Matrix user id"),
    "no time": ({**text(5, "x"), "origin_server_ts": None}, "at `$.origin_server_ts`"),
    "time in words": ({**text(5, "x"), "origin_server_ts": "yesterday"}, "at `$.origin_server_ts`"),
    "time before 1970": ({**text(5, "x"), "origin_server_ts": -5}, "no time"),
    "time of another age": ({**text(5, "x"), "origin_server_ts": 10**15}, "no time"),
    "time beyond numbers": ({**text(5, "x"), "origin_server_ts": 10**40}, "no time"),
    "no id": ({**text(5, "x"), "event_id": None}, "without an id"),
    "id of another kind": ({**text(5, "x"), "event_id": "17"}, "without an id"),
    "id too long": ({**text(5, "x"), "event_id": "$" + "x" * 300}, "without an id"),
    "no body": (event("m.room.message", 5, {"msgtype": "m.text"}), "without a body"),
    "body a number": (event("m.room.message", 5, {"msgtype": "m.text", "body": 5}), "got `int` - at `$.content.body`"),
    "body an object": (
        event("m.room.message", 5, {"msgtype": "m.text", "body": {"a": "b"}}),
        "got `object` - at `$.content.body`",
    ),
    "body a truth": (
        event("m.room.message", 5, {"msgtype": "m.text", "body": True}),
        "got `bool` - at `$.content.body`",
    ),
    "cut off": (json.dumps(text(5, "x")).encode()[:-9], "not an event"),
    "not UTF-8": (json.dumps(text(5, "x")).encode().replace(b'"x"', b'"\xff\xc3"'), "not UTF-8"),
    "bracket in place of a brace": (json.dumps(text(5, "x")).encode()[:-1] + b"]}", "not an event"),
    "raw control character": (json.dumps(text(5, "x")).encode().replace(b'"x"', b'"\x01"'), "not an event"),
    "nested too deep": (b'{"a": ' + b"[" * 5_000 + b"}", "nested too deep"),
    "NUL bytes": (b'{"type": \0\0\0}', "not an event"),
    "single quotes": (b"{'type': 'm.room.message'}", "not an event"),
}


@pytest.mark.parametrize("label", sorted(BROKEN))
def test_what_is_broken_is_refused_alone_and_in_words(read: Read, label: str) -> None:
    bad, reason = BROKEN[label]
    data = bad if isinstance(bad, bytes) else json.dumps(bad).encode()
    whole = read(glued([*OPEN, text(2, "ba")]) + b"\n" + data + b"\n" + glued([text(8, "be")]))
    assert column(whole, "text") == ["ba", "be"]
    (refused,) = whole.refused
    assert reason in refused.reason
    assert refused.position.startswith("byte ")


def compact(data: bytes) -> bytes:
    return json.dumps(json.loads(data), separators=(",", ":")).encode()


@pytest.mark.parametrize("layout", [bytes, compact], ids=["as Element writes it", "in one line"])
def test_an_element_export_that_breaks_off_keeps_what_stood_before(
    read: Read, layout: Callable[[bytes], bytes]
) -> None:
    whole_file = layout(element([*OPEN, text(2, "ba"), text(3, "be")]))
    assert column(read(whole_file, ElementExport()), "text") == ["ba", "be"]
    whole = read(whole_file[: whole_file.index(b'"be"')], ElementExport())
    assert column(whole, "text") == ["ba"]
    assert cut.BREAKS_OFF in [one.reason for one in whole.refused]


def test_damage_in_an_element_export_costs_one_event(read: Read) -> None:
    data = element([*OPEN, text(2, "ba"), text(3, "be"), text(4, "bi")]).replace(b'"be"\n      }', b'"be')
    whole = read(data, ElementExport())
    assert column(whole, "text") == ["ba", "bi"]
    assert [one.reason.split(":")[0] for one in whole.refused] == ["not an event"]


def test_a_huge_text_is_one_post_and_an_endless_one_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [len(t) for t in column(read([*OPEN, text(2, "b" * 3_000_000)]), "text")] == [3_000_000]
    monkeypatch.setattr(cut, "LONGEST", 1 << 20)
    monkeypatch.setattr(cut, "BLOCK", 1 << 16)
    whole = read([*OPEN, text(2, "b" * 3_000_000), text(3, "ba")])
    assert "ba" in column(whole, "text")
    assert any(one.reason == cut.TOO_LONG for one in whole.refused)


def test_parts_and_blocks_do_not_change_what_is_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [*OPEN, *(text(n, f"ba {n} }}{{") for n in range(2, 300))]
    for reader, data in ((SynapseExport(), glued(events)), (ElementExport(), element(events))):
        once = read(data, reader)
        with monkeypatch.context() as patch:
            patch.setattr(cut, "BLOCK", 4_001)
            patch.setattr("actionday.observe.platforms.matrix.plan.PART_BYTES", 20_000)
            pieces = read(data, reader)
        assert once.tables["posts"].equals(pieces.tables["posts"])
        assert len(rows(pieces)) == 298


def test_every_chunk_with_posts_says_who_holds_a_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "BLOCK", 4_001)
    monkeypatch.setattr("actionday.observe.platforms.matrix.plan.PART_BYTES", 20_000)
    path = tmp_path / "events"
    path.write_bytes(glued([*OPEN, *(text(n, f"ba {n}") for n in range(2, 300))]))
    reader, source = SynapseExport(), Source(path, "events")
    chunks = [chunk for part in reader.parts(source) for chunk in reader.read(source, part)]
    assert len(chunks) > 5
    for chunk in chunks:
        assert chunk.tables["memberships"]["account"].to_pylist() == [f"matrix:account:{ALICE}"]
    assert sum("channels" in chunk.tables for chunk in chunks) == 1


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
_POSTS = st.lists(st.tuples(_WORDS, st.booleans(), st.lists(_WORDS.map(lambda w: "https://example.org/" + w), max_size=2)), max_size=8)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=_POSTS)
@pytest.mark.parametrize("reader", [ElementExport(), SynapseExport()], ids=lambda reader: reader.name)
def test_what_is_written_is_read_again(
    reader: Reader, posts: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("written")
    events = [*OPEN, text(1, "ba")]
    for number, (body, reply, hrefs) in enumerate(posts, 2):
        more: dict[str, Any] = {"m.relates_to": {"m.in_reply_to": {"event_id": "$e1"}}} if reply else {}
        if hrefs:
            more["formatted_body"] = " ".join(f'<a href="{escape(href)}">x</a>' for href in hrefs)
        events.append(text(number, body, **more))
    (folder / "events").write_bytes(glued(events))
    first = conformance.read_whole(SynapseExport(), Source(folder / "events", "events"))
    (path,) = reader.write(first.tables, folder / "out")
    again = conformance.read_whole(reader, Source(path, path.name))
    assert rows(again) == rows(first)
    assert rows(again, "channels") == [{**row, "title": row["title"] or again.tables["channels"]["title"][0].as_py()} for row in rows(first, "channels")]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=300), place=st.floats(0, 1), drop=st.integers(0, 60))
@pytest.mark.parametrize("name", ["element", "synapse"])
def test_bytes_of_any_kind_never_raise(
    name: str, noise: bytes, place: float, drop: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reader: Reader = ElementExport() if name == "element" else SynapseExport()
    sound = examples.ELEMENT["export.json"] if name == "element" else examples.SYNAPSE["lines/events.jsonl"]
    at = int(len(sound) * place)
    path = tmp_path_factory.mktemp("noise") / "events"
    for data in (noise, sound[:at] + noise + sound[at + drop :]):
        path.write_bytes(data)
        reader.recognise(data, "events")
        conformance.check_chunks(reader, Source(path, "events", private_basis="order 7" if drop % 2 else None))
