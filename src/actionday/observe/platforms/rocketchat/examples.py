"""Made-up files of both formats."""

import json
from typing import Any

_HOST = "chat.example.org"


def _lines(*objects: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in objects)


_PICTURE = {"title": "ba.png", "image_url": "/file-upload/f1/ba.png", "image_type": "image/png", "image_size": 2048}
_CHANNEL = _lines(
    {"msg": "lorem ipsum https://t.me/loremipsum", "username": "lorem", "ts": "2019-11-22T10:00:00.123Z"},
    {"msg": "lorem", "username": "dolor", "ts": "2019-11-22T10:00:01.000Z"},
    {"msg": "lorem", "username": "dolor", "ts": "2019-11-22T10:00:01.000Z"},
    {"msg": "", "username": "dolor", "ts": "2019-11-22T10:01:00.000Z", "attachments": [_PICTURE]},
    {"msg": "dolor has joined the channel.", "username": "dolor", "ts": "2019-11-22T10:02:00.000Z", "type": "uj"},
)
_NUMBERED = _lines(
    {"msg": "sit amet", "username": "User_1", "ts": "2019-11-22T11:00:00.000Z"},
    {"msg": "amet", "username": "User_2", "ts": "2019-11-22T11:00:02.000Z"},
)


def _mapping(room: str) -> bytes:
    return f'workspace = "{_HOST}"\nroom = "{room}"\nkind = "channel"\n'.encode()


EXPORT = {
    "lorem.json": _CHANNEL,
    "lorem.json.map.toml": _mapping("lorem"),
    "ipsum/messages.json": _NUMBERED,
    "ipsum/messages.json.map.toml": _mapping("ipsum"),
}


def _message(number: int, room: str, who: str, msg: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON holds
    user = {"_id": f"{who}Id", "username": who, "name": who.title()}
    return {
        "_id": f"m{number}",
        "rid": room,
        "msg": msg,
        "ts": f"2019-11-22T10:00:{number:02}.000Z",
        "u": user,
        "_updatedAt": f"2019-11-22T10:00:{number:02}.500Z",
        "mentions": [],
        "channels": [],
        **more,
    }


OPEN, CLOSED = "GENERAL", "rMkYpr4gvJ2yQ5x7a"
_FILE = {"_id": "f1", "name": "ba.png", "type": "image/png", "size": 2048}
_TALK = [
    _message(1, OPEN, "lorem", "lorem https://t.me/loremipsum", urls=[{"url": "https://t.me/loremipsum"}]),
    _message(2, OPEN, "dolor", "ipsum", tmid="m1", editedAt="2019-11-22T11:00:00.000Z", editedBy={"_id": "dolorId"}),
    _message(3, OPEN, "dolor", "", files=[_FILE], file=_FILE, attachments=[{"title": "ba.png"}]),
    _message(4, OPEN, "amet", "amet", t="uj"),
    _message(5, OPEN, "amet", "c2Vk", t="e2e"),
    _message(6, CLOSED, "amet", "sed"),
]
ANSWER = {
    "workspace": _HOST,
    "channels": [{"_id": OPEN, "name": "lorem", "t": "c", "usersCount": 12, "topic": "ipsum"}],
    "groups": [{"_id": CLOSED, "name": "sed", "t": "p", "usersCount": 2}],
    "roles": [{"_id": "r1", "rid": OPEN, "u": {"_id": "loremId", "username": "lorem"}, "roles": ["owner"]}],
    "users": [
        {"_id": "loremId", "username": "lorem", "name": "Lorem", "active": True, "roles": ["user"], "type": "user"},
        {"_id": "botId", "username": "helper", "name": "Helper", "active": True, "roles": ["bot"], "type": "bot"},
        {"_id": "ametId", "username": "amet", "name": "Amet", "active": False, "roles": ["user"], "type": "user"},
    ],
    "messages": _TALK,
    "success": True,
}
API = {
    f"{_HOST}.json": json.dumps(ANSWER, ensure_ascii=False, indent=1).encode(),
    "history.jsonl": _lines(*_TALK),
    "history.jsonl.map.toml": f'workspace = "{_HOST}"\npublic_rooms = ["{OPEN}"]\n'.encode(),
}
