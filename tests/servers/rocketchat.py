"""A stand-in for a Rocket.Chat workspace on loopback: users, rooms, roles and histories, answered as the published OpenAPI says.

No server could be had for the tests. It counts what it is asked, can want rest, and knows GET only: anything else is answered 405.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.wire.served import Asked, Said

TOKEN, ME = "t0ken", "meIdmeIdmeIdmeId1"
ROOM, GROUP, SECRET = "rMkYpr4gvJ2yQ5x7a", "gMkYpr4gvJ2yQ5x7a", "eMkYpr4gvJ2yQ5x7a"


def message(number: int, at: str, who: str = "lorem", **more: object) -> dict[str, Any]:
    """One message of the channel, with what real ones hold besides."""
    return {
        "_id": f"message{number:06}",
        "rid": ROOM,
        "msg": f"ba {number}",
        "ts": at,
        "u": {"_id": f"{who}Id", "username": who, "name": who.title()},
        "_updatedAt": at,
        "urls": [],
        "mentions": [],
        "channels": [],
        "md": [{"type": "PARAGRAPH", "value": []}],
        **more,
    }


def second(number: int) -> str:
    """The instant of a number."""
    return f"2024-05-01T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"


@dataclass
class Workspace:
    """The workspace's state. `rest` is a list of answers that are given first; `allowed` whether channels may be previewed."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    rest: list[Said] = field(default_factory=list)
    rest_after: int | None = None
    allowed: bool = True
    roles_shown: bool = True
    histories: int = 0
    spans: list[dict[str, str]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        """One request."""
        where = urlsplit(asked.path)
        query = {key: values[0] for key, values in parse_qs(where.query).items()}
        if asked.method != "GET":
            return said(405, success=False)
        if (asked.headers.get("x-auth-token"), asked.headers.get("x-user-id")) != (TOKEN, ME):
            return Said(401, b'{"status": "error", "message": "You must be logged in to do this."}')
        if self.rest:
            return self.rest.pop(0)
        known: dict[str, Callable[[dict[str, str]], Said]] = {
            "/api/v1/channels.info": self._info,
            "/api/v1/rooms.info": self._info,
            "/api/v1/channels.roles": self._roles,
            "/api/v1/channels.history": self._history,
            "/api/v1/users.info": self._user,
        }
        return known[where.path](query) if where.path in known else said(404, success=False)

    def _info(self, query: dict[str, str]) -> Said:
        rooms = {
            ROOM: {
                "_id": ROOM,
                "name": "lorem",
                "fname": "Lorem",
                "t": "c",
                "usersCount": 3,
                "topic": "ipsum",
                "msgs": 9,
            },
            SECRET: {"_id": SECRET, "name": "sed", "t": "c", "encrypted": True},
        }
        named = {str(room["name"]): room for room in rooms.values()}
        room = rooms.get(query.get("roomId", "")) or named.get(query.get("roomName", ""))
        if room is None:
            return said(400, success=False, error="[error-room-not-found]", errorType="error-room-not-found")
        return said(200, channel=room, room=room, success=True)

    def _roles(self, query: dict[str, str]) -> Said:
        if not self.roles_shown:
            return said(403, success=False, error="unauthorized")
        held = [
            {"_id": "r1", "rid": query["roomId"], "u": {"_id": "loremId", "username": "lorem"}, "roles": ["owner"]},
            {"_id": "r2", "rid": query["roomId"], "u": {"_id": "botId", "username": "bot"}, "roles": ["moderator"]},
        ]
        return said(200, roles=held, success=True)

    def _user(self, query: dict[str, str]) -> Said:
        users = {
            "loremId": {"_id": "loremId", "username": "lorem", "active": True, "type": "user"},
            "botId": {"_id": "botId", "username": "bot", "active": True, "type": "bot"},
        }
        found = users.get(query.get("userId", ""))
        if found is None:
            return said(400, success=False, error="User not found.")
        return said(
            200,
            user={**found, "emails": [{"address": "s3cret@example.org"}], "services": {"x": "s3cret"}},
            success=True,
        )

    def _history(self, query: dict[str, str]) -> Said:
        self.spans.append(query)
        if not self.allowed:
            return said(400, success=False, error="Not allowed [error-not-allowed]", errorType="error-not-allowed")
        if self.rest_after is not None and self.histories >= self.rest_after:
            return Said(429, b'{"success": false}', {"Retry-After": "7200"})
        self.histories += 1
        low, high = query.get("oldest", ""), query.get("latest", "9999")
        strict = query.get("inclusive") != "true"
        fits = [m for m in self.messages if (low < m["ts"] < high if strict else low <= m["ts"] <= high)]
        fits.sort(key=lambda one: str(one["ts"]), reverse=True)
        start, count = int(query.get("offset", 0)), int(query.get("count", 20))
        return said(200, messages=fits[start : start + count], success=True)


def said(status: int, **body: object) -> Said:
    """A JSON answer."""
    return Said(status, json.dumps(body).encode(), {"Content-Type": "application/json"})
