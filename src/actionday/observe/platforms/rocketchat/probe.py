"""Is a user or a room of a Rocket.Chat workspace still up, as that workspace says?

Every workspace has an operator of its own and needs an account there. Shaped on the published OpenAPI documents, tried against a stand-in,
since no server could be had. A room by its id is asked of `rooms.info`, by its name of `channels.info`. Not for: reading messages.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.rocketchat.client import TOKEN, USER_ID, client, is_an_id, room_of
from actionday.observe.platforms.rocketchat.probe_examples import EXAMPLES
from actionday.observe.platforms.rocketchat.verdicts import judge
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, Verdict
from actionday.wire.rocketchat import Asked

_FACTS = {"id": "_id", "username": "username", "name": "name", "active": "active", "type": "t"}


class RocketChatProber:
    """Looks at users and rooms by the workspace's own API."""

    name = "rocketchat"
    title = "Users and rooms by the workspace's own API"
    version = 1
    platforms = ("rocketchat",)
    extra = ""
    credentials: tuple[str, ...] = (TOKEN, USER_ID)
    sees = "The workspace's operator sees whose account looks up which user or room; the user or room sees nothing."

    def host(self, target: Target) -> str:
        """The workspace."""
        return target.native.partition("/")[0]

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """One request. Raises UsageError without an account there, HostResting where the workspace wants rest."""
        server, what = client(target, outside), room_of(target)
        if target.kind == "account":
            named = what.startswith("@")
            asked = await (server.user(name=what[1:]) if named else server.user(by_id=what))
        elif is_an_id(what):
            asked = await server.room(what)
        else:
            asked = await server.channel(what)
        return Evidence(f"{self.name}/{self.version}", outside.vantage, (_exchange(asked),))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """See `verdicts`."""
        return judge(target, evidence)

    def examples(self) -> Sequence[ProbeExample]:
        """One for every rule."""
        return EXAMPLES


def _exchange(asked: Asked) -> Exchange:
    answer = asked.answer
    told = answer.json()
    page: Mapping[str, Any] = told if isinstance(told, dict) else {}
    held = (page.get(key) for key in ("user", "room", "channel"))
    found: Mapping[str, Any] = next((one for one in held if isinstance(one, dict)), {})
    facts = {name: _plain(found[key]) for name, key in _FACTS.items() if isinstance(found.get(key), str | bool)}
    said = {"error": page.get("error"), "error_type": page.get("errorType")}
    facts |= {name: value[:300] for name, value in said.items() if isinstance(value, str)}
    marker = facts.get("error_type") or facts.get("error") or answer.detail
    return Exchange(asked.endpoint, answer.at, answer.code, marker, answer.sha256, facts)


def _plain(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value[:300]
