"""Whose session asks Telegram, and how a channel or user is found again: by id and access hash, else by name.

An access hash is good for one account only and opens nothing without its session. A look keeps it beside the id in its `identity`, a
live reader in its cursor, so that a name is resolved once, not at every look. Not for: requests (`wire.telegram`).
"""

import hashlib
import re
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from actionday.observe.outside import Outside, Target
from actionday.wire.telegram import Login, Peer, Telegram, session

SESSION, API_ID, API_HASH = "telegram.session", "telegram.api_id", "telegram.api_hash"
CREDENTIALS = (SESSION, API_ID, API_HASH)
"""A Telethon StringSession, and the id and hash of the application it was made with."""

BASE, PAGES = "telegram", "telegram.pages"
"""Names of the bases in the settings: ``host:port`` of a data centre, and the address of the public pages."""

_NAME = re.compile(r"@?([A-Za-z]\w{3,31})", re.ASCII)
_INVITE = re.compile(r"\+([\w-]{10,64})", re.ASCII)
_STORED = re.compile(r"([1-9]\d{0,18}):(-?\d{1,19})")
_NUMBER = re.compile(r"[1-9]\d{0,18}")
_PEER = struct.Struct(">Qq")


def login_of(outside: Outside) -> Login | None:
    """The session, or None where none is configured. Raises UsageError where only a part of it is."""
    if outside.credential(SESSION, "") is None:
        return None
    return Login(
        outside.need(SESSION),
        outside.need(API_ID),
        outside.need(API_HASH),
        outside.base(BASE, ""),
        outside.http.policy.timeout,
    )


@asynccontextmanager
async def opened(login: Login, outside: Outside) -> AsyncIterator[Telegram]:
    """The session. One that could be opened stays so until the round ends: looks one after the other connect once."""
    async with session(login, outside.budget, outside.clock) as telegram:
        if not telegram.failure:
            await outside.keep("telegram", partial(session, login, outside.budget, outside.clock))
        yield telegram


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of whom to look for. `id` is None where only a name or an invite is; `peer` where the account met it before."""

    id: int | None = None
    peer: Peer | None = None
    name: str = ""
    invite: str = ""
    group: int | None = None  # a basic group's number, which is counted apart from channels


def wanted(target: Target, stored: str | None = None) -> Wanted:
    """Read a target. `stored` is ``id:hash`` as kept by an earlier look or reading."""
    native = target.native
    if native.startswith("+"):
        found = _INVITE.fullmatch(native)
        return Wanted(invite=found[1] if found else "")
    if native.startswith("chat") and _NUMBER.fullmatch(native[4:]):
        return Wanted(group=int(native[4:]))
    name = _NAME.fullmatch(native if native.startswith("@") else target.handle or "")
    number = int(native) if _NUMBER.fullmatch(native) and int(native) < 1 << 63 else None
    peer = peer_of(stored) or _given(target.options, number)
    if peer is not None and number not in (None, peer.id):
        peer = None  # of whoever stood in its place
    return Wanted(number or (peer.id if peer else None), peer, name[1] if name else "")


def peer_of(stored: object) -> Peer | None:
    """The peer that `stored_peer` wrote down."""
    found = _STORED.fullmatch(stored) if isinstance(stored, str) else None
    if found is None or int(found[1]) >= 1 << 63 or not -(1 << 63) <= int(found[2]) < 1 << 63:
        return None
    return Peer(int(found[1]), int(found[2]))


def stored_peer(number: object, key: object) -> str | None:
    """``id:hash``, or None where there is no hash."""
    return f"{number}:{key}" if number and key not in (None, "") else None


def sealed(subject: str, peer: Peer) -> str:
    """A peer as a cursor keeps it: without the subject's id at hand, the note names nobody."""
    told = _PEER.pack(peer.id, peer.hash)
    return bytes(one ^ two for one, two in zip(told, _pad(subject), strict=True)).hex()


def unsealed(subject: str, text: object) -> str | None:
    """What `sealed` wrote, as `stored_peer` writes it; None for anything else."""
    try:
        told = bytes.fromhex(text) if isinstance(text, str) else b""
        number, key = _PEER.unpack(bytes(one ^ two for one, two in zip(told, _pad(subject), strict=True)))
    except (ValueError, struct.error):
        return None
    return stored_peer(number, key)


def _pad(subject: str) -> bytes:
    return hashlib.blake2b(f"telegram cursor {subject}".encode(), digest_size=_PEER.size).digest()


def _given(options: Mapping[str, Any], number: int | None) -> Peer | None:
    key = options.get("access_hash")
    return peer_of(f"{number}:{key}") if number is not None and key is not None else None
