"""The workspace that a subject belongs to, with the account that the settings give for it."""

import re

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.rocketchat.workspace import HOST
from actionday.records import UsageError
from actionday.wire.rocketchat import RocketChat

TOKEN, USER_ID = "rocketchat.token", "rocketchat.user_id"
_AN_ID = r"[A-Za-z0-9]{17,64}|GENERAL"


def client(target: Target, outside: Outside) -> RocketChat:
    """Raises UsageError where the subject names no workspace, or no account there is configured."""
    host, _, what = target.native.partition("/")
    if not re.fullmatch(HOST, host.casefold()) or not what:
        raise UsageError(
            f"{target.subject} names no workspace and what is in it: rocketchat:channel:chat.example.org/<id>"
        )
    token, user = outside.need(TOKEN, host), outside.need(USER_ID, host)
    return RocketChat(outside.http, outside.base(f"rocketchat.{host}", f"https://{host}"), token, user)


def room_of(target: Target) -> str:
    """What stands behind the workspace in the native id."""
    return target.native.partition("/")[2]


def is_an_id(what: str) -> bool:
    """Whether it is an id rather than a name."""
    return re.fullmatch(_AN_ID, what) is not None
