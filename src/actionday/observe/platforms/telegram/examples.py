"""Small harmless files of both formats, for conformance tests and the documentation."""

import json
from typing import Any


def _post(number: int, at: int, **more: object) -> dict[str, Any]:
    text: Any = more.pop("text", "")
    wall = more.pop("date", None)
    entities = [{"type": "plain", "text": text}] if isinstance(text, str) and text else []
    if not isinstance(text, str):
        entities = [{"type": "plain", "text": part} if isinstance(part, str) else part for part in text]
    head = {"id": number, "type": more.pop("type", "message"), "date": wall, "date_unixtime": str(at)}
    return {**head, **more, "text": text, "text_entities": entities}


_CHANNEL = {
    "name": 'ba be bi {bo} "bu"',
    "type": "public_channel",
    "id": 1300000001,
    "messages": [
        _post(
            1,
            1573300800,
            date="2019-11-09T13:00:00",
            type="service",
            actor='ba be bi {bo} "bu"',
            actor_id="channel1300000001",
            action="create_channel",
            title="ba be",
        ),
        _post(
            2,
            1573304400,
            date="2019-11-09T14:00:00",
            **{"from": "ba be", "from_id": "channel1300000001"},
            text="da de di",
        ),
        _post(
            3,
            1573308000,
            date="2019-11-09T15:00:00",
            **{"from": "ba be", "from_id": "channel1300000001"},
            edited="2019-11-09T15:30:00",
            edited_unixtime="1573309800",
            photo="photos/photo_1@09-11-2019_15-00-00.jpg",
            photo_file_size=40960,
            width=640,
            height=480,
            text=["ko ku ", {"type": "text_link", "text": "ka", "href": "https://example.org/ba?x=1"}, " ke"],
        ),
        _post(
            4,
            1573311600,
            date="2019-11-09T16:00:00",
            **{"from": "ba be", "from_id": "channel1300000001"},
            forwarded_from="ru ro",
            forwarded_from_id="channel1300000002",
            file="(File not included. Change data exporting settings to download.)",
            file_name="do.mp4",
            file_size=1048576,
            media_type="video_file",
            mime_type="video/mp4",
            duration_seconds=30,
            width=720,
            height=1280,
            reply_to_message_id=3,
            text="سا سي شا صا 🙂",
        ),
    ],
}

_GROUP = {
    "name": "мо ма",
    "type": "private_supergroup",
    "id": 1300000003,
    "messages": [
        _post(
            1,
            1573300800,
            date="2019-11-09T12:00:00",
            type="service",
            actor="Ve Vo",
            actor_id="user700000001",
            action="create_group",
            title="мо ма",
            members=["Ve Vo", "Wa We"],
        ),
        _post(
            2, 1573300860, date="2019-11-09T12:01:00", **{"from": "Wa We", "from_id": "user700000002"}, text="на не ни"
        ),
        _post(
            3,
            1573300920,
            date="2019-11-09T12:02:00",
            **{"from": None, "from_id": "user700000003"},
            forwarded_from=None,
            text="no",
        ),
    ],
}

_PRIVATE = {
    "name": "Ve Vo",
    "type": "personal_chat",
    "id": 700000001,
    "messages": [_post(9, 1573300800, date="2019-11-09T12:00:00", text="so")],
}

_ACCOUNT = {
    "about": "Here is the data you requested.",
    "contacts": {"about": "ba", "list": [{"user_id": 700000001, "first_name": "Ve", "last_name": "Vo"}]},
    "chats": {"about": "This page lists all chats.", "list": [_PRIVATE, _GROUP]},
    "left_chats": {"about": "ba", "list": [_CHANNEL]},
}

_OLD = {
    "name": "ti to",
    "type": "public_channel",
    "id": 1300000004,
    "messages": [
        {
            "id": 7,
            "type": "message",
            "date": "2019-06-01T12:00:00",
            "from": "ti to",
            "from_id": 9889934596,
            "text": "ta te",
        },
        {
            "id": 8,
            "type": "message",
            "date": "2019-12-01T12:00:00",
            "text": ["ti ", {"type": "mention", "text": "@tototo"}],
        },
    ],
}


def _desktop(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


_FACTS = b"""{"telegram_chat": 1,
 "type": "public_supergroup",
 "id": 1300000003,
 "name": "ba be",
 "username": "babebi",
 "about": "da de",
 "members": 41,
 "admins": [{"user_id": "user700000001", "name": "Ve Vo", "username": "vevovu", "creator": true}, {"user_id": "user700000002", "bot": true}],
 "linked": {"type": "public_channel", "id": 1300000001, "name": "bo"},
 "migrated_from": 55,
 "pinned": {"id": 12, "date_unixtime": 1573304400, "text": "ko ku t.me/+AbCdEfGh12345678", "hrefs": ["https://t.me/dadedi"]},
 "forwards": [{"from_id": "channel1300000002", "date_unixtime": 1573308000, "count": 3}]
}
"""

DESKTOP = {
    "live/chat.json": _FACTS,
    "result.json": _desktop(_CHANNEL),
    "account/result.json": _desktop(_ACCOUNT),
    "old/result.json": _desktop(_OLD),
    "escapes/result.json": _desktop(_CHANNEL).replace(b"da de di", b"da\\x07 de\\x1F \\\\x41"),
}

_TEXT = {
    "message": "da de di",
    "date": 1573304400.0,
    "author": None,
    "is_forwarded": False,
    "forwarded_from_id": None,
    "forwarded_message_date": None,
}
_FILE = {
    "title": "do.pdf",
    "date": 1573311600.0,
    "author": None,
    "extension": ".pdf",
    "is_forwarded": True,
    "forwarded_from_id": 1300000002,
    "media_id": "BAba",
    "forwarded_message_date": 1573300000.0,
}

_DATASET = {
    "1300000001": {
        "username": "Babebi",
        "creation_date": 1573300800.0,
        "title": "ba be bi",
        "description": "du da {de}",
        "scam": False,
        "text_messages": {
            "2": _TEXT,
            "4": {
                **_TEXT,
                "message": 'ru "ro" سا',
                "date": 1573311600.0,
                "is_forwarded": True,
                "forwarded_from_id": 1300000002,
            },
        },
        "generic_media": {
            "4": _FILE,
            "5": {
                **_FILE,
                "title": None,
                "extension": ".jpe",
                "date": 1573315200.0,
                "is_forwarded": False,
                "forwarded_from_id": None,
            },
        },
        "verified": False,
        "n_subscribers": 41,
    },
    "1300000002": {
        "username": "ruroru",
        "creation_date": "1573200000.0",
        "title": "ru ro",
        "description": "",
        "scam": "False",
        "verified": "False",
        "n_subscribers": "7",
        "text_messages": {"1": {**_TEXT, "author": "None", "date": "1573204400.0", "is_forwarded": "False"}},
        "generic_media": {},
    },
}

DATASET = {"tgdataset_1.json": json.dumps(_DATASET).encode()}
