"""What is picked out of the REST API's answers. What is not named here is never built: e-mail addresses, tokens, password hashes.

The names are those of Rocket.Chat's published OpenAPI documents. Not for: what they mean.
"""

from typing import Any

_TEXT = "VARCHAR"
_BY: dict[str, Any] = dict.fromkeys(("_id", "username", "name"), _TEXT)
_FILE: dict[str, Any] = dict.fromkeys(("_id", "name", "type", "size"), _TEXT)
MESSAGE: dict[str, Any] = {
    **dict.fromkeys(("_id", "rid", "msg", "ts", "t", "tmid", "editedAt"), _TEXT),
    "u": _BY,
    "urls": [{"url": _TEXT}],
    "files": [_FILE],
    "file": _FILE,
}
ROLE: dict[str, Any] = {"rid": _TEXT, "u": _BY, "roles": [_TEXT]}
USER: dict[str, Any] = {
    **dict.fromkeys(("_id", "username", "name", "bio", "type", "createdAt"), _TEXT),
    "active": "BOOLEAN",
    "roles": [_TEXT],
}
ROOM: dict[str, Any] = {
    **dict.fromkeys(("_id", "name", "fname", "t", "topic", "description", "ts"), _TEXT),
    "usersCount": "BIGINT",
    "encrypted": "BOOLEAN",
}
ROOM_LISTS = ("channels", "groups", "ims", "rooms")
ROOM_KEYS = ("channel", "group", "room")
REST_SHAPE: dict[str, Any] = {**MESSAGE, **dict.fromkeys(ROOM_KEYS, ROOM), "user": USER, "message": MESSAGE}
LISTS: dict[str, Any] = {
    "": REST_SHAPE,
    "messages": MESSAGE,
    "roles": ROLE,
    "users": USER,
    **dict.fromkeys(ROOM_LISTS, ROOM),
}
