"""Small synthetic exports in Friendica's shape. The keys in them open nothing; they are there to be left out."""

import json
from collections.abc import Mapping
from typing import Any

BASE = "https://friendica.example"
KEY = "-----BEGIN " + "PRIVATE KEY-----\nbG9yZW0=\n-----END PRIVATE KEY-----"
ACCOUNT: dict[str, Any] = {
    "version": "2024.12",
    "schema": 1571,
    "baseurl": BASE,
    "user": {
        "uid": 3,
        "guid": "0123456789abcdef",
        "username": "Lorem Ipsum",
        "nickname": "lorem",
        "password": "$2y$10$loremipsumdolorsitamet",
        "email": "lorem@mail.example",
        "pubkey": "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----",
        "prvkey": KEY,
        "register_date": "2019-05-01 10:00:00",
        "account-type": 0,
        "page-flags": 0,
    },
    "contact": [
        {"id": 9, "self": 1, "url": f"{BASE}/profile/lorem", "prvkey": KEY},
        {"id": 10, "self": 0, "url": "https://other.example/users/ipsum", "name": "Ipsum", "about": "dolor"},
    ],
    "profile": [
        {"about": "sit [url=https://example.org/amet]amet[/url]", "homepage": "https://example.org", "net-publish": 1}
    ],
    "profile_fields": [],
    "photo": [{"id": 1, "data": "ffd8" * 50}],
    "pconfig": [{"cat": "system", "k": "token", "v": "lorem-secret-token"}],
    "circle": [],
    "circle_member": [],
}


def item(number: int, body: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An item as the backup has it."""
    uri = f"{BASE}/objects/{number:08d}"
    return {
        "id": number,
        "uid": 3,
        "uri": uri,
        "thr-parent": uri,
        "guid": f"{number:08d}",
        "gravity": 0,
        "created": f"2019-11-22 10:00:{number % 60:02d}",
        "edited": f"2019-11-22 10:00:{number % 60:02d}",
        "verb": "http://activitystrea.ms/schema/1.0/post",
        "private": 0,
        "deleted": 0,
        "title": "",
        "content-warning": "",
        "body": body,
        "language": None,
        "network": "dfrn",
        "author-link": f"{BASE}/profile/lorem",
        "author-name": "Lorem Ipsum",
        "author-network": "dfrn",
        "owner-link": f"{BASE}/profile/lorem",
        **more,
    }


ITEMS = [
    item(
        1,
        "Lorem @[url=https://other.example/users/ipsum]Ipsum[/url] [b]dolor[/b] [url=https://example.org/sit]sit[/url]",
    ),
    item(2, "unlisted", private=2, title="amet", edited="2019-11-22 11:00:00"),
    item(3, "for contacts", private=1),
    item(4, "", gravity=3, verb="http://activitystrea.ms/schema/1.0/like"),
    item(
        5,
        "a comment",
        gravity=6,
        **{
            "thr-parent": f"{BASE}/objects/00000001",
            "author-link": "https://other.example/users/ipsum",
            "author-network": "apub",
        },
    ),
    item(6, f"[share author='Ipsum' profile='{BASE}/profile/ipsum' link='{BASE}/display/6']passed on[/share]"),
    item(7, "taken back", deleted=1),
]


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


FRIENDICA: Mapping[str, bytes] = {
    "lorem.backup.json": _line(ACCOUNT) + _line({"item": ITEMS[:4]}) + _line({"item": ITEMS[4:]}),
    "lorem.account.json": json.dumps(ACCOUNT, indent=1).encode(),
}
