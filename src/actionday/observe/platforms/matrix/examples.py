"""Small harmless files of both exports, for conformance tests and the documentation. Traps included, texts made up."""

import json
from typing import Any

PUBLIC, LATER, PRIVATE = "!babebi:example.org", "!dodudo:example.org", "!kokuko:example.org"
_ALICE, _BOB, _CAROL = "@alice:example.org", "@bob:example.net", "@carol:example.org"
_START = 1_574_416_800_000


def _event(kind: str, after: int, content: dict[str, Any], **more: object) -> dict[str, Any]:
    base = {"type": kind, "room_id": PUBLIC, "sender": _ALICE, "origin_server_ts": _START + after * 1000}
    return {**base, "event_id": f"$ev{after}:example.org", "content": content, **more}


def _state(kind: str, after: int, content: dict[str, Any], **more: object) -> dict[str, Any]:
    return _event(kind, after, content, **{"state_key": "", **more})


def _room(room: str, rule: str) -> list[dict[str, Any]]:
    levels = {"ban": 50, "users": {_ALICE: 100, _CAROL: 50}, "users_default": 0}
    return [
        _state("m.room.create", 0, {"room_version": "2"}, room_id=room),
        _state("m.room.member", 1, {"membership": "join", "displayname": "Alice"}, room_id=room, state_key=_ALICE),
        _state("m.room.power_levels", 2, levels, room_id=room),
        _state("m.room.join_rules", 3, {"join_rule": rule}, room_id=room),
        _state("m.room.history_visibility", 4, {"history_visibility": "shared"}, room_id=room),
        _state("m.room.name", 5, {"name": "ba be bi"}, room_id=room),
    ]


_REPLY = {"m.in_reply_to": {"event_id": "$ev20:example.org"}}
_QUOTED = "> <@bob:example.net> la li lo\n\nda de di"
_EDIT = {"rel_type": "m.replace", "event_id": "$ev20:example.org"}
_HTML = '<mx-reply><a href="https://matrix.to/#/x">In reply to</a></mx-reply>see <a href="https://example.org/?a=1&amp;b=2">ka</a>'
_PICTURE = {"msgtype": "m.image", "body": "ke.png", "url": "mxc://example.org/kekiko"}
TALK = [
    _state("m.room.member", 10, {"membership": "join", "displayname": "Bob"}, sender=_BOB, state_key=_BOB),
    _event("m.room.message", 20, {"msgtype": "m.text", "body": "la li lo"}, sender=_BOB),
    _event("m.room.message", 21, {"msgtype": "m.text", "body": _QUOTED, "format": "org.matrix.custom.html", "formatted_body": _HTML, "m.relates_to": _REPLY}),
    _event("m.room.message", 22, {"msgtype": "m.text", "body": "* la li lu", "m.new_content": {"msgtype": "m.text", "body": "la li lu"}, "m.relates_to": _EDIT}, sender=_BOB),
    _event("m.room.message", 23, {**_PICTURE, "info": {"mimetype": "image/png", "size": 900, "w": 20, "h": 10}}),
    _event("m.reaction", 24, {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$ev20:example.org", "key": "+"}}),
    _event("m.room.message", 25, {}, sender=_BOB, unsigned={"redacted_because": {"type": "m.room.redaction"}}),
    _event("m.room.encrypted", 26, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "bababa"}),
    _state("m.room.member", 30, {"membership": "leave"}, sender=_BOB, state_key=_BOB),
    _state("m.room.tombstone", 40, {"body": "du da", "replacement_room": LATER}),
]  # fmt: skip
_SUCCESSOR = [
    _state("m.room.create", 39, {"room_version": "12", "predecessor": {"room_id": PUBLIC}}, room_id=LATER),
    _state("m.room.join_rules", 40, {"join_rule": "public"}, room_id=LATER),
    _state("m.room.member", 41, {"membership": "join", "displayname": "Alice"}, room_id=LATER, state_key=_ALICE),
    _event("m.room.message", 50, {"msgtype": "m.text", "body": "na ne ni"}, room_id=LATER),
]
_HIDDEN = [
    *_room(PRIVATE, "invite"),
    _event("m.room.message", 20, {"msgtype": "m.text", "body": "so su"}, room_id=PRIVATE),
]
RULES = [
    *_room(PUBLIC, "public"),
    _state("m.policy.rule.user", 60, {"entity": "@dora:example.net", "recommendation": "m.ban", "reason": "ba, see @eve:example.net"}, state_key="r1"),
    _state("m.policy.rule.server", 61, {"entity": "*.example.net", "recommendation": "m.ban", "reason": "be"}, state_key="r2"),
    _state("m.policy.rule.room", 62, {}, state_key="r3", unsigned={"prev_content": {"entity": LATER, "recommendation": "m.ban"}}),
]  # fmt: skip


def _as_servers_do(event: dict[str, Any]) -> dict[str, Any]:
    """Without its id, as since room version 3, and with what the id is computed from."""
    more = {"auth_events": [], "prev_events": ["$ba"], "depth": 7, "hashes": {"sha256": "bebebe"}}
    return {"signatures": {}, **{key: value for key, value in event.items() if key != "event_id"}, **more}


def _element(events: list[dict[str, Any]]) -> bytes:
    head = {"room_name": "ba be bi", "room_creator": "Alice", "topic": "lorem", "export_date": "22/11/2019"}
    return json.dumps({**head, "exported_by": "Ipsum", "messages": events}, indent=2, ensure_ascii=False).encode()


def _glued(events: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(event) for event in events).encode()


_PROFILE = {"name": _CAROL, "admin": False, "deactivated": False, "locked": True, "creation_ts": 1_574_000_000, "displayname": "Carol"}  # fmt: skip

ELEMENT = {
    "matrix-room-export.json": _element([*_room(PUBLIC, "public"), *TALK]),
    "matrix-late-export.json": _element(TALK[1:3]),
    "export.json": _element(_SUCCESSOR),
}
SYNAPSE = {
    "public/events": _glued([_as_servers_do(event) for event in [*_room(PUBLIC, "public"), *TALK]]),
    "private/events": _glued(_HIDDEN),
    "lines/events.jsonl": b"\n".join(json.dumps(event).encode() for event in [*RULES, *_SUCCESSOR]),
    "user_data/profile": json.dumps(_PROFILE).encode(),
}
