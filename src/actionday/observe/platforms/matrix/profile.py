"""`user_data/profile` of a Synapse export: one account, and what the server itself says of it. Only that: no address, no device."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from actionday.observe.platforms.matrix import ids
from actionday.observe.platforms.matrix.tables import staged
from actionday.observe.reader import Chunk, Refused, Source
from actionday.records import State

_HEAD = re.compile(rb'\A\s*\{\s*"name"\s*:\s*"@[^"]+:[^"]+"\s*,')
_LAST = 7_258_118_400
_LONGEST = 1 << 20


class Profile(msgspec.Struct):
    """The keys that are read."""

    name: str
    admin: bool = False
    deactivated: bool = False
    locked: bool = False
    suspended: bool = False
    creation_ts: int | None = None  # seconds
    displayname: str | None = None


def is_profile(head: bytes) -> bool:
    """Whether a file that begins so is one."""
    return _HEAD.match(head) is not None and b'"deactivated"' in head[:_LONGEST] and b'"creation_ts"' in head[:_LONGEST]


def read(source: Source) -> Iterator[Chunk]:
    """The account, and a sighting where it was declared when the export was taken."""
    with source.path.open("rb") as file:
        data = file.read(_LONGEST)
    try:
        said = msgspec.json.decode(data, type=Profile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        yield Chunk(refused=[Refused("file", f"not a profile of Synapse: {error}")])
        return
    if not ids.is_account(said.name):
        yield Chunk(refused=[Refused("file", "the profile's name is no Matrix user id")])
        return
    born = said.creation_ts if said.creation_ts is not None and 0 <= said.creation_ts < _LAST else None
    account = {
        "subject": [ids.account(said.name)],
        "platform": "matrix",
        "native": [said.name],
        "handle": [said.name],
        "kind": ["admin" if said.admin else "user"],
        "display_name": [said.displayname],
        "created_at": [None if born is None else datetime.fromtimestamp(born, UTC)],
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    tables = {"accounts": staged("accounts", account, 1)}
    if source.seen_at is not None:
        state, rule = state_of(said)
        look = {"subject": [ids.account(said.name)], "platform": "matrix", "at": source.seen_at, "state": [state.value]}
        more = {"basis": "export", "rule": f"matrix.synapse.{rule}", "vantage": source.vantage}
        tables["sightings"] = staged("sightings", {**look, **more}, 1)
    yield Chunk(tables)


def state_of(said: Profile) -> tuple[State, str]:
    """What the server's own record says; a deactivation may be the user's own or an administrator's act."""
    if said.deactivated:
        return State.CLOSED_UNKNOWN_ACTOR, "deactivated"
    if said.locked or said.suspended:
        return State.SUSPENDED_REVERSIBLE, "locked" if said.locked else "suspended"
    return State.PRESENT, "active"
