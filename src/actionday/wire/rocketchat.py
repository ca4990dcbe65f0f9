"""Rocket.Chat's REST API as far as looking goes: nothing joins, sends, or marks as read.

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


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, told without what it was about, and its answer."""

    endpoint: str  # GET, the server's address, and one of the paths above
    answer: Answer


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

    async def channel(self, name: str) -> Asked:
        """One public channel, by name."""
        return await self._get(CHANNEL, {"roomName": name})

    async def _get(self, path: str, query: Mapping[str, str]) -> Asked:
        headers = {"X-Auth-Token": self._token.reveal(), "X-User-Id": self._user.reveal()}
        answer = await self._http.ask("GET", f"{self._base}{path}?{urlencode(query)}", headers=headers)
        return Asked(f"GET {self._base}{path}", answer)
