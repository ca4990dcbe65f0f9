"""Small synthetic files in diaspora's shapes. The key in them opens nothing; it is there to be left out."""

import json
from collections.abc import Mapping
from typing import Any

LOREM, IPSUM = "lorem@pod.example", "ipsum@other.example"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nbG9yZW0=\n-----END RSA PRIVATE KEY-----"


def guid(number: int) -> str:
    """A guid of sixteen signs."""
    return f"{number:016x}"


def entity(kind: str, number: int, author: str = LOREM, **data: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A federation entity as an archive has it."""
    at = f"2019-11-22T10:00:{number % 60:02d}Z"
    return {"entity_type": kind, "entity_data": {"author": author, "guid": guid(number), "created_at": at, **data}}


_PHOTO = {
    "entity_type": "photo",
    "entity_data": {
        "author": LOREM,
        "guid": guid(50),
        "public": True,
        "created_at": "2019-11-22T10:00:00Z",
        "remote_photo_path": "https://pod.example/uploads/",
        "remote_photo_name": "a.jpg",
        "width": 640,
        "height": 480,
    },
}
POSTS = [
    {
        **entity(
            "status_message",
            1,
            text=f"Lorem @{{Ipsum; {IPSUM}}} [dolor](https://example.org/sit) **amet**",
            public=True,
            photos=[_PHOTO],
        ),
        "subscribed_pods_uris": ["https://other.example/"],
    },
    {**entity("status_message", 2, text="for an aspect", public=False), "subscribed_users_ids": [IPSUM]},
    entity("reshare", 3, root_author=IPSUM, root_guid=guid(90)),
]
ARCHIVE: dict[str, Any] = {
    "user": {
        "username": "lorem",
        "email": "lorem@mail.example",
        "language": "la",
        "private_key": KEY,
        "profile": {
            "entity_type": "profile",
            "entity_data": {
                "author": LOREM,
                "first_name": "Lorem",
                "last_name": "Ipsum",
                "bio": "dolor",
                "edited_at": None,
            },
        },
        "contact_groups": [{"name": "sit"}],
        "contacts": [{"account_id": IPSUM, "person_guid": guid(77), "person_name": "Ipsum", "public_key": "AA=="}],
        "posts": POSTS,
        "relayables": [
            entity("comment", 4, parent_guid=guid(1), text="a comment on a public post"),
            entity("comment", 5, parent_guid=guid(2), text="a comment on a limited post"),
            entity("like", 6, parent_guid=guid(1), parent_type="Post", positive=True),
        ],
        "followed_tags": ["amet"],
        "post_subscriptions": [guid(1)],
    },
    "others_data": {
        "relayables": [entity("comment", 7, IPSUM, parent_guid=guid(1), text="from elsewhere")],
        "non_contact_authors": [{"account_id": "sit@third.example", "guid": guid(78), "public_key": "AA=="}],
        "posts": [entity("status_message", 90, IPSUM, text="the root", public=True)],
    },
    "version": "2.0",
}


def person(address: str) -> dict[str, str]:
    """A short profile of the API."""
    name = address.partition("@")[0]
    return {
        "guid": guid(len(name) + 70),
        "diaspora_id": address,
        "name": name.title(),
        "avatar": "https://pod.example/a.png",
    }


def post(number: int, body: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A post as the API shows it."""
    return {
        "guid": guid(number),
        "created_at": f"2019-11-22T10:00:{number % 60:02d}.000Z",
        "post_type": "StatusMessage",
        "title": body[:10],
        "body": body,
        "public": True,
        "nsfw": False,
        "author": person(LOREM),
        "interaction_counters": {"comments": 0, "likes": 0, "reshares": 0},
        "own_interaction_state": {"liked": False, "reshared": False, "subscribed": False},
        "mentioned_people": [],
        "photos": [],
        **more,
    }


_SIZES = {size: f"https://pod.example/uploads/{size}_b.png" for size in ("raw", "large", "medium", "small")}
STREAM = [
    post(
        1,
        "Lorem ipsum https://example.org/dolor",
        photos=[{"dimensions": {"width": 64, "height": 48}, "sizes": _SIZES}],
    ),
    post(2, "for an aspect", public=False),
    post(
        3,
        "the root",
        post_type="Reshare",
        root={"guid": guid(90), "created_at": "2019-11-21T10:00:00Z", "author": person(IPSUM)},
    ),
]
COMMENT = {"guid": guid(9), "created_at": "2019-11-22T11:00:00Z", "author": person(IPSUM), "body": "amet"}
ARCHIVES: Mapping[str, bytes] = {"lorem_diaspora_data.json": json.dumps(ARCHIVE, ensure_ascii=False).encode()}
API: Mapping[str, bytes] = {
    "stream.json": json.dumps([*STREAM, COMMENT], ensure_ascii=False).encode(),
    "person.json": json.dumps({**person(LOREM), "bio": "dolor", "tags": ["sit"]}, indent=1).encode(),
}
