"""The Matrix client-server API (and Synapse's admin API) as far as reading goes: nothing joins, sends, or marks as read.

One method an endpoint, each one request through `Http` and so through the host's budget; answers come back as they are. Paths are
those of the specification (matrix-spec, OpenAPI); `{…}` in `asked` stands for what was asked, so that it can be told and kept
without naming anybody. Not for: what an answer means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from actionday.records import Secret
from actionday.wire.http import Answer, Http

LARGE = 64 << 20
"""Bytes of the largest answer that is taken: a room's state, a page of messages."""

SUMMARY = "/_matrix/client/v1/room_summary/{roomIdOrAlias}"
DIRECTORY = "/_matrix/client/v3/directory/room/{roomAlias}"
PROFILE = "/_matrix/client/v3/profile/{userId}"
STATE = "/_matrix/client/v3/rooms/{roomId}/state"
TOMBSTONE = "/_matrix/client/v3/rooms/{roomId}/state/m.room.tombstone/"
VISIBILITY = "/_matrix/client/v3/rooms/{roomId}/state/m.room.history_visibility/"
MESSAGES = "/_matrix/client/v3/rooms/{roomId}/messages"
ADMIN_USER = "/_synapse/admin/v2/users/{userId}"
ADMIN_ROOM = "/_synapse/admin/v1/rooms/{roomId}"
ADMIN_BLOCK = "/_synapse/admin/v1/rooms/{roomId}/block"
ADMIN_EVENT_REPORTS = "/_synapse/admin/v1/event_reports"
ADMIN_EVENT_REPORT = "/_synapse/admin/v1/event_reports/{reportId}"
ADMIN_USER_REPORTS = "/_synapse/admin/v1/user_reports"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, told without what it was about, and its answer."""

    endpoint: str  # GET, the server's address, and one of the paths above
    answer: Answer


class Matrix:
    """One homeserver, asked with a token or without. `base` is its address, ``https://matrix.example.org``."""

    def __init__(self, http: Http, base: str, token: Secret | None = None) -> None:
        self._http, self._base, self._token = http, base.rstrip("/"), token

    @property
    def host(self) -> str:
        """The server's name and port, by which credentials are kept."""
        return urlsplit(self._base).netloc

    @property
    def trusted(self) -> bool:
        """Whether it is asked with a token."""
        return self._token is not None

    async def summary(self, place: str, via: Sequence[str] = ()) -> Asked:
        """What the room is called, how many are in it, who may join. Neither joins nor needs a token, where the room is public."""
        return await self._get(SUMMARY, place, {"via": list(via)})

    async def resolve(self, alias: str) -> Asked:
        """Which room an alias points to."""
        return await self._get(DIRECTORY, alias)

    async def profile(self, user: str) -> Asked:
        """Display name and picture of an account."""
        return await self._get(PROFILE, user)

    async def tombstone(self, room: str) -> Asked:
        """The content of the room's tombstone. Needs a token, and a room that outsiders may read."""
        return await self._get(TOMBSTONE, room)

    async def visibility(self, room: str) -> Asked:
        """Who may read the room's history. Needs a token, and a room that outsiders may read."""
        return await self._get(VISIBILITY, room)

    async def state(self, room: str) -> Asked:
        """All state of a room, members included. Needs a token."""
        return await self._get(STATE, room, large=True)

    async def messages(self, room: str, since: str | None, limit: int = 500) -> Asked:
        """One page of events from the oldest on, or from a page's `end` on. Needs a token."""
        asked = {"dir": ["f"], "limit": [str(limit)], "from": [since] if since else []}
        return await self._get(MESSAGES, room, asked, large=True)

    async def admin_user(self, user: str) -> Asked:
        """Synapse's own record of one of its users. Needs an administrator's token."""
        return await self._get(ADMIN_USER, user)

    async def admin_room(self, room: str) -> Asked:
        """Synapse's own record of a room. Needs an administrator's token."""
        return await self._get(ADMIN_ROOM, room)

    async def admin_block(self, room: str) -> Asked:
        """Whether the operator has blocked the room. Needs an administrator's token."""
        return await self._get(ADMIN_BLOCK, room)

    async def event_reports(self, start: str | None, limit: int) -> Asked:
        """A page of the events that were reported, newest first. Needs an administrator's token."""
        return await self._get(ADMIN_EVENT_REPORTS, "", _paged(start, limit))

    async def event_report(self, number: str) -> Asked:
        """One of them, with the event. Needs an administrator's token."""
        return await self._get(ADMIN_EVENT_REPORT, number)

    async def user_reports(self, start: str | None, limit: int) -> Asked:
        """A page of the users that were reported, newest first. Needs an administrator's token."""
        return await self._get(ADMIN_USER_REPORTS, "", _paged(start, limit))

    async def _get(
        self, path: str, name: str, query: Mapping[str, Sequence[str]] | None = None, *, large: bool = False
    ) -> Asked:
        before, _, after = path.partition("{")
        url = self._base + before + quote(name, safe="") + after.partition("}")[2]
        told = urlencode({key: values for key, values in (query or {}).items() if values}, doseq=True)
        headers = {"Authorization": f"Bearer {self._token.reveal()}"} if self._token is not None else {}
        answer = await self._http.ask(
            "GET", url + (f"?{told}" if told else ""), headers=headers, max_bytes=LARGE if large else None
        )
        return Asked(f"GET {self._base}{path}", answer)


def _paged(start: str | None, limit: int) -> Mapping[str, Sequence[str]]:
    return {"dir": ["b"], "limit": [str(limit)], "from": [start] if start else []}
