"""Rocket.Chat's REST API as far as looking and reading go: nothing joins, sends, or marks as read.

One method an endpoint, each one request through `Http` and so through the host's budget; answers come back as they are. Paths are those
of the published OpenAPI documents. A workspace is asked by its host name, with the token and user id of an account there.
Not for: what an answer means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from actionday.records import Secret
from actionday.wire.http import Answer, Http

USER = "/api/v1/users.info"
ROOM = "/api/v1/rooms.info"
CHANNEL = "/api/v1/channels.info"
ROLES = "/api/v1/channels.roles"
HISTORY = "/api/v1/channels.history"
LARGE = 16 << 20
"""Bytes of the largest page of messages that is taken."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, told without what it was about, and its answer."""

    endpoint: str  # GET, the server's address, and one of the paths above
    answer: Answer


@dataclass(frozen=True, slots=True)
class Span:
    """Which messages: from `oldest` to `latest` (ISO 8601, both included; "" is no bound), `count` of them after `offset`."""

    oldest: str
    latest: str
    count: int
    offset: int


class RocketChat:
    """One workspace. `base` is its address, ``https://chat.example.org``; `token` and `user` are an account's there."""

    def __init__(self, http: Http, base: str, token: Secret, user: Secret) -> None:
        self._http, self._base = http, base.rstrip("/")
        self._token, self._user = token, user

    async def user(self, *, by_id: str = "", name: str = "") -> Asked:
        """One user, by id or else by name."""
        return await self._get(USER, {"userId": by_id} if by_id else {"username": name})

    async def room(self, room: str) -> Asked:
        """One room of any kind that the account may see, by id."""
        return await self._get(ROOM, {"roomId": room})

    async def channel(self, name: str = "", *, by_id: str = "") -> Asked:
        """One public channel, by id or else by name."""
        return await self._get(CHANNEL, {"roomId": by_id} if by_id else {"roomName": name})

    async def roles(self, room: str) -> Asked:
        """Who holds which role in a public channel, by id."""
        return await self._get(ROLES, {"roomId": room})

    async def history(self, room: str, span: Span) -> Asked:
        """A page of a public channel's messages, newest first. The account must be allowed to preview channels."""
        asked = {"roomId": room, "inclusive": "true", "count": str(span.count), "offset": str(span.offset)}
        bounds = {"oldest": span.oldest, "latest": span.latest}
        return await self._get(HISTORY, asked | {key: value for key, value in bounds.items() if value}, LARGE)

    async def _get(self, path: str, query: Mapping[str, str], most: int | None = None) -> Asked:
        headers = {"X-Auth-Token": self._token.reveal(), "X-User-Id": self._user.reveal()}
        answer = await self._http.ask("GET", f"{self._base}{path}?{urlencode(query)}", headers=headers, max_bytes=most)
        return Asked(f"GET {self._base}{path}", answer)
