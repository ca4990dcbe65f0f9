"""Events of a block, decoded, sorted by kind, and what of the block cannot be used.

Of all kinds of events three are read here: messages and stickers, members, and the rules of policy lists. State is folded
elsewhere (`rooms`); reactions, redactions, calls, polls and keys are not imported. Not for: the archive's tables (`tables`).
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from actionday.observe.platforms.matrix import cut, ids
from actionday.observe.platforms.matrix.rooms import LAST_MS
from actionday.observe.reader import Refused

RAW_CHARACTERS = 1000
MOST_REFUSED = 500
"""Refusals of one block that are told one by one; the rest is counted."""

POSTS = frozenset({"m.room.message", "m.sticker"})
MEMBER = "m.room.member"
RULES = frozenset(
    f"{prefix}.{kind}"
    for prefix in ("m.policy.rule", "m.room.rule", "org.matrix.mjolnir.rule")
    for kind in ("user", "room", "server")
)
_WANTED = POSTS | RULES | {MEMBER}
_BAD = "m.bad.encrypted"  # what Element writes where it could not decrypt
FAILURES = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_KEYS = re.compile(r'("(?:k|key|session_key|access_token|password_hash|private_key)"\s*:\s*)"[^"]*"?')


class Reply(msgspec.Struct, gc=False):
    """``m.in_reply_to``."""

    event_id: str | None = None


class Relation(msgspec.Struct, gc=False):
    """``m.relates_to``."""

    rel_type: str | None = None
    event_id: str | None = None
    reply: Reply | None = msgspec.field(name="m.in_reply_to", default=None)


class NewContent(msgspec.Struct, gc=False):
    """What an edit puts in place of the old content."""

    body: str | None = None
    formatted_body: str | None = None


class Content(msgspec.Struct, gc=False):
    """The keys of contents that are read; a value of another type refuses the event. `info` is looked at with care later."""

    msgtype: str | None = None
    body: str | None = None
    formatted_body: str | None = None
    filename: str | None = None
    info: Any = None
    relation: Relation | None = msgspec.field(name="m.relates_to", default=None)
    new: NewContent | None = msgspec.field(name="m.new_content", default=None)
    membership: str | None = None
    displayname: str | None = None
    entity: str | None = None
    recommendation: str | None = None
    reason: str | None = None


class Before(msgspec.Struct, gc=False):
    """The content that a state event replaced, as clients are told."""

    membership: Any = None
    entity: Any = None


class Unsigned(msgspec.Struct, gc=False):
    """What a server adds for its clients."""

    prev_content: Before | None = None


class Event(msgspec.Struct, gc=False):
    """One event. The keys from `auth_events` on are there in events as servers exchange them, whose id is computed."""

    type: str
    sender: str
    origin_server_ts: int
    content: Content
    room_id: str | None = None
    event_id: str | None = None
    state_key: str | None = None
    unsigned: Unsigned | None = None
    auth_events: Any = None
    prev_events: Any = None
    depth: Any = None
    hashes: Any = None
    membership: Any = None
    origin: Any = None
    prev_state: Any = None


class Glance(msgspec.Struct, gc=False):
    """Of a broken event, or one that is only counted: what it would be and where."""

    type: Any = None
    room_id: Any = None
    origin_server_ts: Any = None
    content: Any = None


_EVENT = msgspec.json.Decoder(Event, strict=False)
_GLANCE = msgspec.json.Decoder(Glance)


@dataclass(slots=True)
class Sorted:
    """Usable events of one block, in its order."""

    posts: list[Event] = field(default_factory=list)
    members: list[Event] = field(default_factory=list)
    rules: list[Event] = field(default_factory=list)


class Rules:
    """What may be read, out of a part's note, and which ids are sound; each pair is looked at once."""

    def __init__(self, note: Mapping[str, Any]) -> None:
        self.rooms = frozenset(note["rooms"])
        self.every, self.raw = bool(note["every"]), bool(note["raw"])
        self.encrypted: Mapping[str, int] = note["encrypted"]
        self._sound: set[tuple[str | None, str]] = set()

    def hidden(self, room: object, kind: object, msgtype: object, sent: object) -> str:
        """Why a message may not be read: private | encrypted | decrypted; empty where it may."""
        if not self.every and room not in self.rooms:
            return "private"
        if kind == "m.room.encrypted" or msgtype == _BAD:
            return "encrypted"
        since = self.encrypted.get(room) if self.encrypted and isinstance(room, str) else None
        return "decrypted" if since is not None and isinstance(sent, int) and sent >= since else ""

    def fault(self, event: Event) -> str:
        """Why an event cannot be used; empty where it can."""
        if (event.room_id, event.sender) not in self._sound:
            if not ids.is_room(event.room_id):
                return "an event that names no room"
            if not ids.is_account(event.sender):
                return "the sender is no Matrix user id"
            self._sound.add((event.room_id, event.sender))
        if not 0 <= event.origin_server_ts < LAST_MS:
            return "origin_server_ts is no time between 1970 and 2200"
        return ""


def sort(block: cut.Block, note: Mapping[str, Any], refused: list[Refused]) -> Sorted:
    """The block's usable events. `note` says which rooms may be read; events of others, and encrypted ones, are left out
    silently, since the plan counted them. What is broken goes to `refused`, where the note allows with what it says.
    """
    rules, found, bad = Rules(note), Sorted(), _Bad(block, bool(note["raw"]))
    view, decode = memoryview(block.data), _EVENT.decode
    for start, end in block.edges():
        try:
            event = decode(view[start:end])
        except FAILURES as error:
            _broken(view[start:end], rules, bad, start, end, error)
            continue
        kind = event.type
        if kind not in _WANTED or (event.room_id is not None and not rules.every and event.room_id not in rules.rooms):
            continue
        why = rules.fault(event)
        if not why and kind in POSTS:
            if rules.hidden(event.room_id, kind, event.content.msgtype, event.origin_server_ts):
                continue
            why = _post_fault(event)
        if why:
            bad.add(start, end, why)
        else:
            (found.posts if kind in POSTS else found.members if kind == MEMBER else found.rules).append(event)
    refused += bad.told()
    return found


def passed_over(block: cut.Block, note: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """How many messages of the block may not be imported, by room and by why: private | encrypted | decrypted."""
    rules, counted = Rules(note), Counter[tuple[str, str]]()
    view = memoryview(block.data)
    for start, end in block.edges():
        try:
            event = _GLANCE.decode(view[start:end])
        except FAILURES:
            continue
        kind = event.type
        if isinstance(kind, str) and (kind in POSTS or kind == "m.room.encrypted") and ids.is_room(event.room_id):
            msgtype = event.content.get("msgtype") if isinstance(event.content, dict) else None
            why = rules.hidden(event.room_id, kind, msgtype, event.origin_server_ts)
            if why:
                counted[event.room_id, why] += 1
    return counted


def raw_text(data: bytes) -> str:
    """What stands there, for quarantine, without keys and tokens."""
    return _KEYS.sub(r'\1"[key]"', data[: RAW_CHARACTERS * 4].decode("utf-8", "replace"))[:RAW_CHARACTERS]


def _post_fault(event: Event) -> str:
    """Why a message cannot be a post. Its id is computed on the way where it has none."""
    if event.event_id is None and event.hashes is not None:
        event.event_id = ids.message_id(event)
    elif not ids.is_event(event.event_id):
        return "an event without an id, and without what one is computed from"
    content = event.content
    return "a message without a body" if content.body is None and content.msgtype is not None else ""


def _broken(data: memoryview, rules: Rules, bad: "_Bad", start: int, end: int, error: Exception) -> None:
    """Refuse what cannot be decoded, unless it is plain that it is of a kind or a room that is not read."""
    try:
        seen = _GLANCE.decode(data)
    except FAILURES:
        if bytes(data).strip():
            bad.add(start, end, _words(error))
        return
    kind, room = seen.type, seen.room_id
    foreign = isinstance(room, str) and not rules.every and room not in rules.rooms
    if not foreign and (kind in _WANTED if isinstance(kind, str) else True):
        bad.add(start, end, _words(error))


def _words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deep"
    return f"not an event: {error}"[:300]


class _Bad:
    """Refusals of one block: the first ones each with its place, the rest counted."""

    def __init__(self, block: cut.Block, raw: bool) -> None:
        self._block, self._raw = block, raw
        self._each: list[Refused] = []
        self._more: Counter[str] = Counter()

    def add(self, start: int, end: int, why: str) -> None:
        """One more."""
        if len(self._each) >= MOST_REFUSED:
            self._more[why] += 1
            return
        data = raw_text(self._block.data[start:end]) if self._raw else ""
        self._each.append(Refused(f"byte {self._block.at + start}", why, data))

    def told(self) -> list[Refused]:
        """All of them."""
        place = f"from byte {self._block.at}"
        return [*self._each, *(Refused(place, f"{n} more: {why}") for why, n in sorted(self._more.items()))]
