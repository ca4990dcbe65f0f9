"""Small synthetic files in the shapes that Mastodon writes, with their traps."""

import json
from collections.abc import Mapping
from typing import Any

HOST = "https://social.example"
LOREM = f"{HOST}/users/lorem"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {"toot": "http://joinmastodon.org/ns#", "sensitive": "as:sensitive"},
]
TEXT = (
    '<p>Lorem ipsum <a href="https://example.org/dolor/sit?amet=1&amp;b=2" target="_blank" rel="nofollow noopener">'
    '<span class="invisible">https://</span><span class="ellipsis">example.org/dolor</span>'
    '<span class="invisible">/sit?amet=1&amp;b=2</span></a><br />consectetur &amp; adipiscing</p><p>'
    '<span class="h-card" translate="no"><a href="https://other.example/@ipsum" class="u-url mention">@<span>ipsum</span>'
    f'</a></span> <a href="{HOST}/tags/elit" class="mention hashtag" rel="tag">#<span>elit</span></a></p>'
)


def note(number: int, text: str, to: list[str], cc: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A Create activity as Mastodon's outbox has it."""
    uri, at = f"{LOREM}/statuses/{number}", f"2023-03-0{number % 9 + 1}T10:00:00Z"
    inner = {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": at,
        "url": f"{HOST}/@lorem/{number}",
        "attributedTo": LOREM,
        "to": to,
        "cc": cc,
        "sensitive": False,
        "content": text,
        "contentMap": {"la": text},
        "attachment": [],
        "tag": [],
        **more,
    }
    return {
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": LOREM,
        "published": at,
        "to": to,
        "cc": cc,
        "object": inner,
    }


FOLLOWERS = f"{LOREM}/followers"
_PICTURE = {
    "type": "Document",
    "mediaType": "image/jpeg",
    "url": "/media_attachments/files/1/original/a.jpg",
    "name": None,
    "width": 640,
    "height": 480,
}
_BOOST = {
    "id": f"{LOREM}/statuses/5/activity",
    "type": "Announce",
    "actor": LOREM,
    "published": "2023-03-05T10:00:00Z",
    "to": [PUBLIC],
    "cc": ["https://other.example/users/ipsum", FOLLOWERS],
    "object": "https://other.example/users/ipsum/statuses/99",
}
OUTBOX: dict[str, Any] = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "outbox.json",
    "type": "OrderedCollection",
    "totalItems": 6,
    "orderedItems": [
        note(1, TEXT, [PUBLIC], [FOLLOWERS], attachment=[_PICTURE]),
        note(2, "<p>unlisted sed do</p>", [FOLLOWERS], [PUBLIC], updated="2023-03-03T11:00:00Z", summary="eiusmod"),
        note(3, "<p>for followers</p>", [FOLLOWERS], []),
        note(4, "<p>to one</p>", ["https://other.example/users/ipsum"], []),
        _BOOST,
        note(6, "<p>a reply</p>", [PUBLIC], [FOLLOWERS], inReplyTo="https://other.example/users/ipsum/statuses/99"),
    ],
}
ACTOR: dict[str, Any] = {
    "@context": CONTEXT,
    "id": LOREM,
    "type": "Person",
    "preferredUsername": "lorem",
    "name": "Lorem Ipsum",
    "summary": '<p>dolor <a href="https://example.org/me">sit</a></p>',
    "url": f"{HOST}/@lorem",
    "outbox": "outbox.json",
    "likes": "likes.json",
    "published": "2022-11-01T00:00:00Z",
    "movedTo": "https://new.example/users/lorem",
    "alsoKnownAs": ["https://old.example/users/lorem"],
    "publicKey": {"id": f"{LOREM}#main-key", "owner": LOREM, "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nAA==\n"},
    "attachment": [
        {
            "type": "PropertyValue",
            "name": "site",
            "value": '<a href="https://example.org/"><span>example.org</span></a>',
        }
    ],
}
_MOVE = {
    "id": f"{LOREM}#moves/1",
    "type": "Move",
    "actor": LOREM,
    "published": "2023-04-01T10:00:00Z",
    "object": LOREM,
    "target": "https://new.example/users/lorem",
    "to": FOLLOWERS,
}
_NUMBERED = f"{HOST}/ap/users/116"
PAGE: dict[str, Any] = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": f"{_NUMBERED}/outbox?page=true",
    "type": "OrderedCollectionPage",
    "next": f"{_NUMBERED}/outbox?max_id=1&page=true",
    "partOf": f"{_NUMBERED}/outbox",
    "orderedItems": [
        {
            "id": f"{_NUMBERED}/statuses/7/activity",
            "type": "Create",
            "actor": _NUMBERED,
            "published": "2025-06-01T10:00:00Z",
            "to": PUBLIC,
            "object": {
                "id": f"{_NUMBERED}/statuses/7",
                "type": "Question",
                "url": f"{HOST}/@Dolor/7",
                "attributedTo": _NUMBERED,
                "to": PUBLIC,
                "published": "2025-06-01T10:00:00Z",
                "content": "<p>tempor?</p>",
                "oneOf": [{"type": "Note", "name": "ut"}, {"type": "Note", "name": "labore"}],
            },
        },
        _MOVE,
        {"id": f"{_NUMBERED}#likes/1", "type": "Like", "actor": _NUMBERED, "object": "https://other.example/p/1"},
    ],
}


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


ACTIVITYPUB: Mapping[str, bytes] = {
    "outbox.json": _json(OUTBOX),
    "actor.json": _json(ACTOR),
    "page.json": json.dumps(PAGE, indent=2).encode(),
}


def account(acct: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An account as the API shows it at `social.example`."""
    name, _, host = acct.partition("@")
    at = f"https://{host or 'social.example'}"
    return {
        "id": "1",
        "username": name,
        "acct": acct,
        "display_name": name.title(),
        "locked": False,
        "bot": False,
        "group": False,
        "created_at": "2022-11-01T00:00:00.000Z",
        "note": f'<p>bio of {name}, <a href="https://example.org/{name}">page</a></p>',
        "url": f"{at}/@{name}",
        "uri": f"{at}/users/{name}",
        "followers_count": 12,
        "following_count": 3,
        "statuses_count": 9,
        "fields": [],
        **more,
    }


def status(number: int, text: str, who: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A status as the API shows it."""
    return {
        "id": str(number),
        "created_at": "2023-03-02T10:00:00.000Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "la",
        "uri": f"{who['uri']}/statuses/{number}",
        "url": f"{who['url']}/{number}",
        "replies_count": 0,
        "edited_at": None,
        "content": text,
        "reblog": None,
        "account": who,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        **more,
    }


_LOREM, _IPSUM = account("lorem"), account("ipsum@other.example", bot=True)
_FILE = {
    "id": "9",
    "type": "image",
    "url": "https://files.social.example/9/original/b.png?x=1",
    "meta": {"original": {"width": 640, "height": 480, "size": "640x480"}},
}
STATUSES = [
    status(11, TEXT, _LOREM, media_attachments=[_FILE]),
    status(
        12, "<p>quiet</p>", _LOREM, visibility="unlisted", in_reply_to_id="11", edited_at="2023-03-02T11:00:00.500Z"
    ),
    status(13, "<p>for followers</p>", _LOREM, visibility="private"),
    status(14, "<p>to one</p>", _LOREM, visibility="direct"),
    status(15, "", _LOREM, reblog=status(99, "<p>said elsewhere</p>", _IPSUM)),
]
ACCOUNTS = [
    account("sit", moved=account("sit@new.example")),
    account("amet@other.example", suspended=True, note="", display_name=""),
    account("elit", limited=True),
]
REST: Mapping[str, bytes] = {
    "statuses.json": json.dumps(STATUSES, ensure_ascii=False).encode(),
    "accounts.json": json.dumps(ACCOUNTS, indent=1).encode(),
    "statuses.jsonl": b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in STATUSES),
}
