"""Fetch a public channel of a Rocket.Chat workspace: what it is, who holds a role, its messages, without joining.

The account needs `preview-c-room`, as users have by default, or membership that a person gave it before. The API pages backwards, newest
first; where a walk is broken off (the host wants rest, too many pages) the cursor keeps the gap, and the next walk closes it first. What is written is
picked from the answers by the names in `shapes`, so e-mail addresses and tokens are never on the disk. Edits of messages that were
read before are not seen. Not for: private groups and direct rooms.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from actionday.observe.live import Collected
from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.rocketchat.client import TOKEN, USER_ID, client, is_an_id, room_of
from actionday.observe.platforms.rocketchat.shapes import MESSAGE, ROLE, ROOM, USER
from actionday.records import InputError
from actionday.wire import HostResting
from actionday.wire.rocketchat import Asked, RocketChat, Span

PAGE = 100
MOST_PAGES = 5_000
MOST_PEOPLE = 200
_TRIES = 4


class RocketChatLive:
    """Reads public channels by the workspace's own API."""

    name = "rocketchat"
    title = "Public channels, their roles and messages"
    version = 1
    platforms = ("rocketchat",)
    format = "rocketchat_api"
    extra = ""
    credentials: tuple[str, ...] = (TOKEN, USER_ID)
    sees = "The workspace's operator sees whose account reads which channel; people in the channel see nothing. The account does not join."

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """The channel, its roles, and its messages since `cursor` (JSON: up to where all is read, and a gap if there is one)."""
        if target.kind != "channel":
            raise InputError(target.subject, "accounts have no public messages of their own", "name a channel")
        server, host = client(target, outside), target.native.partition("/")[0]
        channel = await _channel(server, target)
        path = folder / "answers.jsonl"
        with path.open("wb") as file:
            out = _Out(file, host)
            out.write("channel", _picked(channel, ROOM))
            held = await _roles(server, channel["_id"], out)
            walk = _Walk.of(cursor)
            said = await walk.read(server, channel["_id"], out)
        return Collected((path,), walk.cursor, "; ".join(one for one in (f"{walk.count} messages", held, said) if one))


@dataclass(slots=True)
class _Out:
    """Answers a line, the workspace first, as the reader wants them."""

    file: BinaryIO
    host: str

    def write(self, key: str, value: Any) -> None:  # noqa: ANN401 - what JSON holds
        line = json.dumps({"workspace": self.host, key: value, "success": True}, ensure_ascii=False)
        self.file.write(line.encode("utf-8", "replace") + b"\n")


def _picked(value: Any, shape: Any) -> Any:  # noqa: ANN401 - what JSON holds
    """Of an answer what the reader reads, and nothing else."""
    if isinstance(shape, dict):
        return (
            {key: _picked(value[key], shape[key]) for key in shape if key in value} if isinstance(value, dict) else None
        )
    if isinstance(shape, list):
        return [_picked(one, shape[0]) for one in value] if isinstance(value, list) else None
    return value


async def _channel(server: RocketChat, target: Target) -> dict[str, Any]:
    what = room_of(target)
    by_id = is_an_id(what)
    said = await _good(lambda: server.channel(by_id=what) if by_id else server.channel(what), target.subject)
    channel = said.get("channel")
    if not isinstance(channel, dict) or not isinstance(channel.get("_id"), str):
        raise InputError(target.subject, "the answer describes no channel")
    if channel.get("t") != "c" or channel.get("encrypted") is True:
        raise InputError(target.subject, "it is not a public channel, or it is encrypted: not read")
    return channel


async def _roles(server: RocketChat, room: str, out: _Out) -> str:
    """Owners, moderators and leaders, and what the workspace says of them. Returns what to tell a person."""
    try:
        said = await _good(lambda: server.roles(room), room)
    except InputError as error:
        return f"roles are not told ({error.reason})"
    roles = (
        [one for one in said.get("roles", ()) if isinstance(one, dict)] if isinstance(said.get("roles"), list) else []
    )
    out.write("roles", _picked(roles, [ROLE]))
    people = [
        one["u"]["_id"] for one in roles if isinstance(one.get("u"), dict) and isinstance(one["u"].get("_id"), str)
    ]
    for who in people[:MOST_PEOPLE]:
        asked = await server.user(by_id=who)
        told = asked.answer.json() if asked.answer.status == 200 else None
        if isinstance(told, dict) and isinstance(told.get("user"), dict):
            out.write("user", _picked(told["user"], USER))
    return ""


class _Walk:
    """From the newest message back to what was read before. Marks are a time and the ids of the messages at that time."""

    def __init__(self, done: list[str], newest: list[str], at: list[str]) -> None:
        self._done, self._newest, self._at = done, newest, at
        self.count = 0

    @classmethod
    def of(cls, cursor: str | None) -> "_Walk":
        """A walk from a cursor on; one that cannot be read begins anew, and the archive takes each row once."""
        try:
            told = json.loads(cursor) if cursor else {}
            return cls(*([str(one) for one in told.get(key, [])] for key in ("done", "newest", "at")))
        except (ValueError, AttributeError, TypeError):
            return cls([], [], [])

    @property
    def cursor(self) -> str | None:
        """Where to go on: up to where everything is read, and of a walk that was broken off where it began and stands."""
        told = {"done": self._done, "newest": self._newest, "at": self._at}
        kept = {key: value for key, value in told.items() if value}
        return json.dumps(kept) if kept else None

    async def read(self, server: RocketChat, room: str, out: _Out) -> str:
        """Close the gap of the last walk if it left one, then read what is new. Returns what to tell a person."""
        try:
            for _ in range(2 if self._at else 1):
                if not await self._down(server, room, out):
                    return f"broken off after {MOST_PAGES} pages, to be gone on with"
                self._done, self._newest, self._at = self._newest or self._done, [], []
        except HostResting as rest:
            if not self.count:
                raise
            return f"broken off, since {rest}; to be gone on with"
        return ""

    async def _down(self, server: RocketChat, room: str, out: _Out) -> bool:
        """Pages down to what is done; whether it was reached."""
        offset = 0
        for _ in range(MOST_PAGES):
            span = Span(self._done[0] if self._done else "", self._at[0] if self._at else "", PAGE, offset)
            page = await _messages(server, room, span)
            known = {*self._done[1:], *self._at[1:]}
            fresh = [one for one in page if one["_id"] not in known]
            if fresh:
                out.write("messages", _picked(fresh, [MESSAGE]))
            self.count += len(fresh)
            if page and not self._newest:
                self._newest = _mark(page, max)
            if len(page) < PAGE:
                return True
            low = _mark(page, min)
            stands = bool(self._at) and low[0] == self._at[0]  # a whole page of one instant: step over it
            offset = offset + PAGE if stands else 0
            self._at = [*low, *(self._at[1:] if stands else ())]
        return False


def _mark(page: list[dict[str, Any]], end: Callable[[Iterable[str]], str]) -> list[str]:
    when = end(one["ts"] for one in page)
    return [when, *(one["_id"] for one in page if one["ts"] == when)]


async def _messages(server: RocketChat, room: str, span: Span) -> list[dict[str, Any]]:
    said = await _good(lambda: server.history(room, span), room)
    listed = said.get("messages")
    whole = isinstance(listed, list) and all(
        isinstance(one, dict) and isinstance(one.get("_id"), str) and isinstance(one.get("ts"), str) for one in listed
    )
    if not whole:
        raise InputError(room, "the history holds something else than messages with ids and times")
    return listed  # type: ignore[return-value] # looked at above


async def _good(ask: Callable[[], Awaitable[Asked]], what: str) -> dict[str, Any]:
    """A good answer. Raises InputError saying what the workspace said instead, HostResting where it wants rest."""
    for _ in range(_TRIES):
        answer = (await ask()).answer
        if answer.status != 429:  # the wire holds the host then, and the next turn waits or says so
            break
    told = answer.json()
    page = told if isinstance(told, dict) else {}
    if answer.status == 200 and not answer.cut and page.get("success") is not False and page:
        return page
    if answer.status == 401:
        raise InputError(what, f"the workspace does not accept {TOKEN} with {USER_ID}", "check both")
    why = page.get("errorType") or page.get("error") or answer.detail
    raise InputError(
        what, f"the workspace does not show it: {answer.code} {str(why)[:200]}".rstrip(), "see what a probe says"
    )
