"""What is picked out of Twitter's JSON, as shapes for `tabular.jsonshaped`. Everything else in an object is skipped.

Keys were read in the v1.1 and v2 documentation and in published archives; numbers that are ids are asked for as text.
"""

from typing import Any

Shape = dict[str, Any]

_URLS = [{"expanded_url": "VARCHAR"}]
_MEDIA_V1 = [
    {
        "type": "VARCHAR",
        "media_url_https": "VARCHAR",
        "original_info": {"width": "INTEGER", "height": "INTEGER"},
        "video_info": {"duration_millis": "VARCHAR"},
    }
]
_ENTITIES_V1 = {"urls": _URLS, "media": _MEDIA_V1}
_USER_V1 = {
    "id_str": "VARCHAR",
    "screen_name": "VARCHAR",
    "name": "VARCHAR",
    "description": "VARCHAR",
    "followers_count": "BIGINT",
    "created_at": "VARCHAR",
    "protected": "BOOLEAN",
    "withheld_in_countries": ["VARCHAR"],
}
_TWEET_V1: Shape = {
    "id_str": "VARCHAR",
    "created_at": "VARCHAR",
    "full_text": "VARCHAR",
    "text": "VARCHAR",
    "lang": "VARCHAR",
    "in_reply_to_status_id_str": "VARCHAR",
    "entities": _ENTITIES_V1,
    "extended_entities": {"media": _MEDIA_V1},
    "extended_tweet": {"full_text": "VARCHAR", "entities": _ENTITIES_V1, "extended_entities": {"media": _MEDIA_V1}},
}
V1: Shape = {**_TWEET_V1, "user": _USER_V1, "retweeted_status": {**_TWEET_V1, "user": _USER_V1}}
"""A tweet of the API v1.1 with its author and, where it is a retweet, the original."""

_MENTIONS = [{"id_str": "VARCHAR", "screen_name": "VARCHAR", "name": "VARCHAR", "indices": ["VARCHAR"]}]
ARCHIVED: Shape = {
    **{key: kind for key, kind in _TWEET_V1.items() if key != "extended_tweet"},
    "id": "VARCHAR",
    "in_reply_to_status_id": "VARCHAR",
    "entities": {**_ENTITIES_V1, "user_mentions": _MENTIONS},
}
"""A tweet in an archive: its author is the archive's owner and is not named in it."""

_USER_V2 = {
    "id": "VARCHAR",
    "username": "VARCHAR",
    "name": "VARCHAR",
    "description": "VARCHAR",
    "created_at": "VARCHAR",
    "protected": "BOOLEAN",
    "public_metrics": {"followers_count": "BIGINT"},
    "withheld": {"country_codes": ["VARCHAR"]},
}
_MEDIA_V2 = {
    "media_key": "VARCHAR",
    "type": "VARCHAR",
    "url": "VARCHAR",
    "preview_image_url": "VARCHAR",
    "width": "INTEGER",
    "height": "INTEGER",
    "duration_ms": "BIGINT",
}
_ENTITIES_V2 = {"urls": [{"expanded_url": "VARCHAR", "media_key": "VARCHAR"}]}
_TWEET_V2: Shape = {
    "id": "VARCHAR",
    "author_id": "VARCHAR",
    "text": "VARCHAR",
    "created_at": "VARCHAR",
    "lang": "VARCHAR",
    "entities": _ENTITIES_V2,
    "attachments": {"media_keys": ["VARCHAR"], "media": [_MEDIA_V2]},
    "note_tweet": {"text": "VARCHAR", "entities": _ENTITIES_V2},
}
_FULL_V2: Shape = {
    **_TWEET_V2,
    "author": _USER_V2,
    "referenced_tweets": [{"type": "VARCHAR", **_TWEET_V2, "author": _USER_V2}],
    "public_metrics": {"impression_count": "BIGINT", "followers_count": "BIGINT"},
}
_PERSON_KEYS = ("username", "name", "description", "protected", "withheld")
_ITEM_V2: Shape = {**_FULL_V2, **{key: _USER_V2[key] for key in _PERSON_KEYS}}
V2: Shape = {
    "data": [_ITEM_V2],
    "includes": {"users": [_USER_V2], "tweets": [_TWEET_V2], "media": [_MEDIA_V2]},
    **_ITEM_V2,
}
"""A page of the API v2 (tweets or users, with what it includes), or one tweet as twarc flattens it."""

_BARE_V2: Shape = {**_TWEET_V2, "attachments": {"media_keys": ["VARCHAR"]}}
_PAGED_V2: Shape = {
    **_BARE_V2,
    "referenced_tweets": [{"type": "VARCHAR", "id": "VARCHAR"}],
    "public_metrics": _FULL_V2["public_metrics"],
    **{key: _USER_V2[key] for key in _PERSON_KEYS},
}
PAGES: Shape = {
    "data": [_PAGED_V2],
    "includes": {"users": [_USER_V2], "tweets": [_BARE_V2], "media": [_MEDIA_V2]},
}
"""A page without what only flattened tweets hold: columns that are empty throughout cost as much as full ones."""

COMPLIANCE: Shape = {
    "id": "VARCHAR",
    "action": "VARCHAR",
    "created_at": "VARCHAR",
    "redacted_at": "VARCHAR",
    "reason": "VARCHAR",
}
