"""Ids of Matrix: what is one, and how one is computed where an export leaves it out.

Since room version 3 an event's id is the hash of the event itself (reference hash, matrix-spec "Server-Server API"), and
Synapse's `export-data` writes events as servers exchange them, without it. Not for: verifying signatures or content hashes.
"""

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from binascii import b2a_base64
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

ACCOUNT = r"^@[^:\s]*:[^\s/]{1,230}$"
ROOM = r"^![^\s/]{1,255}$"
EVENT = r"^\$.{1,254}$"
_ROOM, _ACCOUNT = re.compile(ROOM), re.compile(ACCOUNT)
_KEPT = (
    "auth_events", "content", "depth", "hashes", "origin_server_ts", "prev_events", "room_id", "sender", "state_key",
    "type",
)  # fmt: skip


def is_room(text: object) -> bool:
    """Whether this is a room id, with or without a server's name (room version 12)."""
    return isinstance(text, str) and _ROOM.match(text) is not None


def is_account(text: object) -> bool:
    """Whether this is a full user id."""
    return isinstance(text, str) and _ACCOUNT.match(text) is not None


def is_event(text: object) -> bool:
    """Whether this is an event id."""
    return isinstance(text, str) and text.startswith("$") and 1 < len(text) < 256


def channel(room: str) -> str:
    """The subject id of a room."""
    return f"matrix:channel:{room}"


def account(user: str) -> str:
    """The subject id of a user."""
    return f"matrix:account:{user}"


def room_of_create(event: Mapping[str, Any]) -> str:
    """The room id that a create event of room version 12 stands for: its own hash (MSC4291). Its content is kept whole."""
    kept = {key: event[key] for key in _KEPT if key in event}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "!" + urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


class _Canonical(msgspec.Struct, omit_defaults=True, gc=False):
    """What of a message is hashed: the keys in order, those without a value left out."""

    auth_events: Any
    content: dict[str, Any]
    depth: Any
    hashes: Any
    membership: Any = None
    origin: Any = None
    origin_server_ts: int = -1
    prev_events: Any = None
    prev_state: Any = None
    room_id: str | None = None
    sender: str = ""
    type: str = ""


class Hashed(Protocol):
    """The keys of a message that its id is computed from."""

    type: str
    sender: str
    origin_server_ts: int
    room_id: str | None
    auth_events: Any
    prev_events: Any
    depth: Any
    hashes: Any
    membership: Any
    origin: Any
    prev_state: Any


def message_id(event: Hashed) -> str:
    """The id of a message as servers exchange it: room version 3 and later.

    A message's content is left out of its reference hash, so no redaction rules by type are needed. `membership`, `origin` and
    `prev_state` count up to room version 10; servers stopped to write them long before, so rooms of version 11 have none.
    """
    kept = _Canonical(
        event.auth_events,
        {},
        event.depth,
        event.hashes,
        event.membership,
        event.origin,
        event.origin_server_ts,
        event.prev_events,
        event.prev_state,
        event.room_id,
        event.sender,
        event.type,
    )
    digest = b2a_base64(hashlib.sha256(_encode(kept)).digest(), newline=False)
    return "$" + digest[:43].decode().replace("+", "-").replace("/", "_")


_encode = msgspec.json.Encoder().encode
