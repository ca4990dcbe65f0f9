"""Which workspace a file comes from and which of its rooms everybody may read, as declared in a mapping beside it.

``workspace = "chat.example.org"``, and for an export ``room = "lorem"`` and ``kind = "channel"``; for API answers
``public_rooms = ["<rid>"]`` where the answers do not say what kind a room is. Not for: what messages say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from actionday.observe.reader import Source

HOST = r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?"
NO_WORKSPACE = (
    'which workspace it comes from is not told: put workspace = "chat.example.org" into a mapping file beside it, '
    "since ids and names mean something only there"
)
PUBLIC, KINDS = "channel", ("channel", "group", "direct")
_NAMELESS = ("messages", "export", "chat-export", "data", "")


@dataclass(frozen=True, slots=True)
class Declared:
    """What the mapping says; `fault` is what is wrong with it, "" where nothing is. `room` and `kind` are "" where not told."""

    workspace: str = ""
    room: str = ""
    kind: str = ""
    public_rooms: tuple[str, ...] = ()
    fault: str = ""


def declared(source: Source) -> Declared:
    """The mapping of a source. Never raises."""
    said: Mapping[str, Any] = source.mapping or {}
    host, room, kind = (said.get(key, "") for key in ("workspace", "room", "kind"))
    rooms = said.get("public_rooms", [])
    if not isinstance(host, str) or (host and not re.fullmatch(HOST, host.casefold())):
        return Declared(fault='`workspace` must be a host name, such as "chat.example.org"')
    if not isinstance(room, str) or not re.fullmatch(r"[^/\s]{0,200}", room):
        return Declared(fault="`room` must be a room's name, without blanks and slashes")
    if kind not in ("", *KINDS):
        return Declared(fault=f"`kind` is {str(kind)[:40]!r}: one of {', '.join(KINDS)}")
    if not isinstance(rooms, list) or not all(isinstance(one, str) for one in rooms):
        return Declared(fault="`public_rooms` must be a list of room ids")
    return Declared(host.casefold(), room, kind, tuple(rooms))


def room_of_name(name: str) -> str:
    """The room that a file's name tells: its stem, or its folder's where the file is called like any export. "" if neither does."""
    path = PurePath(name.replace("!/", "/"))
    stem = path.name.split(".")[0]
    told = path.parent.name.removesuffix(".zip") if stem.casefold() in _NAMELESS else stem
    return told if re.fullmatch(r"[^/\s]{1,200}", told) and told.casefold() not in _NAMELESS else ""
