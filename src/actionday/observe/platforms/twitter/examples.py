"""Small synthetic files of every Twitter format: the traps of each, and not a word that means anything."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

_TIME_V1 = "Fri Nov 22 10:{:02d}:00 +0000 2019"
_TIME = "2019-11-22T10:{:02d}:00.000Z"


def _user(number: int, **more: object) -> dict[str, Any]:
    return {
        "id": number,
        "id_str": str(number),
        "name": f"Lorem {number}",
        "screen_name": f"Lorem_{number}",
        "description": "ipsum https://t.co/aaaaaaaaaa",
        "followers_count": number % 97,
        "created_at": _TIME_V1.format(1),
        "protected": False,
        **more,
    }


def _url(address: str) -> dict[str, Any]:
    return {"url": "https://t.co/bbbbbbbbbb", "expanded_url": address, "display_url": "lorem", "indices": [6, 29]}


def _photo(name: str) -> dict[str, Any]:
    return {
        "id_str": "7001",
        "media_url_https": f"https://pbs.twimg.com/media/{name}",
        "type": "photo",
        "original_info": {"width": 640, "height": 480},
    }


def _tweet(number: int, text: str, user: int, **more: object) -> dict[str, Any]:
    return {
        "created_at": _TIME_V1.format(number % 60),
        "id": 1197800000000000000 + number,
        "id_str": str(1197800000000000000 + number),
        "full_text": text,
        "truncated": False,
        "entities": {"hashtags": [], "urls": [], "user_mentions": []},
        "user": _user(user),
        "retweet_count": 1,
        "lang": "und",
        **more,
    }


_VIDEO = {
    **_photo("ddd.jpg"),
    "type": "video",
    "video_info": {"duration_millis": 12500, "variants": [{"url": "https://video.twimg.com/ddd.mp4"}]},
}
_ORIGINAL = _tweet(1, "dolor sit amet", 502, entities={"urls": [_url("https://lorem.example.org/a")]})
_TWEETS = (
    _tweet(2, "lorem https://t.co/bbbbbbbbbb", 501, lang="la", entities={"urls": [_url("https://t.me/loremipsum")]}),
    _tweet(3, "RT @Lorem_502: dolor si…", 501, retweeted_status=_ORIGINAL),
    _tweet(
        4,
        "consectetur",
        503,
        in_reply_to_status_id_str="1197800000000000002",
        in_reply_to_user_id_str="501",
        extended_entities={"media": [_photo("ccc.jpg"), _VIDEO]},
    ),
    {
        **{key: value for key, value in _tweet(5, "", 503).items() if key != "full_text"},
        "text": "adipiscing eli…",
        "truncated": True,
        "extended_tweet": {"full_text": "adipiscing elit", "entities": {"urls": [_url("https://x.com/Lorem_9")]}},
    },
    {**_tweet(6, "sed", 504), "user": _user(504, protected=True)},
    {**_tweet(7, "eiusmod", 505), "user": _user(505, withheld_in_countries=["XX", "XY"])},
)


def _lines(rows: Sequence[object]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


V1: Mapping[str, bytes] = {
    "tweets-v1.jsonl": _lines(_TWEETS),
    "tweets-v1.json": json.dumps(_TWEETS[:3], indent=1).encode(),
}


def _person(number: int, **more: object) -> dict[str, Any]:
    return {
        "id": str(number),
        "username": f"Lorem_{number}",
        "name": f"Lorem {number}",
        "description": "ipsum",
        "created_at": _TIME.format(1),
        "protected": False,
        "public_metrics": {"followers_count": number % 97, "tweet_count": 3},
        **more,
    }


def _item(number: int, text: str, author: int, **more: object) -> dict[str, Any]:
    return {
        "id": str(1197800000000000000 + number),
        "text": text,
        "author_id": str(author),
        "created_at": _TIME.format(number % 60),
        "conversation_id": str(1197800000000000000 + number),
        "lang": "und",
        "public_metrics": {"retweet_count": 0, "impression_count": number},
        "edit_history_tweet_ids": [str(1197800000000000000 + number)],
        **more,
    }


_SHORT = {"url": "https://t.co/bbbbbbbbbb", "expanded_url": "https://t.me/loremipsum", "start": 6, "end": 29}
_MEDIA = {
    "media_key": "3_7001",
    "type": "photo",
    "url": "https://pbs.twimg.com/media/ccc.jpg",
    "width": 640,
    "height": 480,
}
_FIRST = _item(1, "dolor sit amet", 502)
_PAGE = {
    "data": [
        _item(2, "lorem https://t.co/bbbbbbbbbb", 501, entities={"urls": [_SHORT]}),
        _item(3, "RT @Lorem_502: dolor si…", 501, referenced_tweets=[{"type": "retweeted", "id": _FIRST["id"]}]),
        _item(
            4,
            "consectetur",
            503,
            attachments={"media_keys": ["3_7001"]},
            referenced_tweets=[{"type": "replied_to", "id": _FIRST["id"]}],
        ),
        _item(6, "sed", 504),
    ],
    "includes": {
        "users": [_person(501), _person(502), _person(503), _person(504, protected=True)],
        "tweets": [_FIRST],
        "media": [_MEDIA],
    },
    "errors": [{"title": "Not Found Error", "resource_type": "tweet", "detail": "Could not find tweet", "value": "1"}],
    "meta": {"result_count": 4, "next_token": "b26v89c19zqg8o3fn0yy"},
}
_FLAT = (
    {**_item(8, "eiusmod", 501), "author": _person(501), "__twarc": {"version": "2.0.0"}},
    {
        **_item(9, "RT @Lorem_502: dolor si…", 501),
        "author": _person(501),
        "referenced_tweets": [{"type": "retweeted", **_FIRST, "author": _person(502)}],
        "attachments": {"media": [_MEDIA]},
    },
)
_USERS = {"data": [_person(501), _person(506, withheld={"country_codes": ["XX"]})], "meta": {"result_count": 2}}

V2: Mapping[str, bytes] = {
    "tweets-v2.jsonl": _lines([_PAGE, {"data": [_item(10, "tempor", 503)], "includes": {"users": [_person(503)]}}]),
    "tweets-flat.jsonl": _lines(_FLAT),
    "users-v2.json": json.dumps(_USERS, indent=1).encode(),
}


def _assigned(name: str, rows: Sequence[object], part: int = 0) -> bytes:
    return f"window.YTD.{name}.part{part} = ".encode() + json.dumps(rows, indent=2, ensure_ascii=False).encode()


def _archived(number: int, text: str, **more: object) -> dict[str, Any]:
    tweet = _tweet(number, text, 501, **more)
    del tweet["user"]
    return {"tweet": {**tweet, "retweet_count": "1", "id": tweet["id_str"]}}


_MENTION = {"name": "Lorem 502", "screen_name": "Lorem_502", "indices": ["3", "13"], "id_str": "502", "id": "502"}

ARCHIVE: Mapping[str, bytes] = {
    "data/account.js": _assigned(
        "account",
        [
            {
                "account": {
                    "email": "lorem@example.org",
                    "createdVia": "web",
                    "username": "Lorem_501",
                    "accountId": "501",
                    "createdAt": _TIME.format(1),
                    "accountDisplayName": "Lorem 501",
                }
            }
        ],
    ),
    "data/profile.js": _assigned(
        "profile", [{"profile": {"description": {"bio": "ipsum", "website": "", "location": ""}}}]
    ),
    "data/screen-name-change.js": _assigned(
        "screen_name_change",
        [
            {
                "screenNameChange": {
                    "accountId": "501",
                    "screenNameChange": {
                        "changedAt": _TIME.format(2),
                        "changedFrom": "Lorem_500",
                        "changedTo": "Lorem_501",
                    },
                }
            }
        ],
    ),
    "data/account-suspension.js": _assigned(
        "account_suspension",
        [
            {"accountSuspension": {"timeStamp": _TIME.format(30), "action": "Suspend"}},
            {"accountSuspension": {"timeStamp": _TIME.format(40), "action": "Unsuspend"}},
        ],
    ),
    "data/direct-messages.js": _assigned(
        "direct_messages",
        [
            {
                "dmConversation": {
                    "conversationId": "501-502",
                    "messages": [{"messageCreate": {"id": "9", "senderId": "502", "text": "not to be read"}}],
                }
            }
        ],
    ),
    "data/tweets.js": _assigned(
        "tweets",
        [
            _archived(
                2, "lorem https://t.co/bbbbbbbbbb", lang="la", entities={"urls": [_url("https://t.me/loremipsum")]}
            ),
            _archived(3, "RT @Lorem_502: dolor sit amet", entities={"user_mentions": [_MENTION], "urls": []}),
            _archived(
                4,
                "consectetur [0] = {",
                in_reply_to_status_id_str="1197800000000000001",
                extended_entities={"media": [_photo("ccc.jpg")]},
            ),
        ],
    ),
}

COMPLIANCE: Mapping[str, bytes] = {
    "users-compliance.json": _lines(
        [
            {
                "id": "502",
                "action": "delete",
                "created_at": _TIME.format(1),
                "redacted_at": _TIME.format(9),
                "reason": reason,
            }
            for reason in ("suspended", "deleted", "deactivated", "protected")
        ]
        + [{"id": "503", "action": "delete", "created_at": _TIME.format(1), "reason": "suspended"}]
    )
}
