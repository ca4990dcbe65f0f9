"""Small synthetic files in GNU social's shapes."""

import json
from collections.abc import Mapping
from typing import Any

HOST = "https://quitter.example"


def user(name: str, host: str = HOST, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A user as the API shows it."""
    return {
        "id": 7,
        "name": name.title(),
        "screen_name": name,
        "description": f"bio of {name}",
        "url": None,
        "protected": False,
        "followers_count": 5,
        "created_at": "Mon Jan 05 10:00:00 +0100 2015",
        "statusnet_profile_url": f"{host}/{name}",
        "ostatus_uri": f"{host}/user/7",
        "is_local": True,
        **more,
    }


def notice(number: int, html: str, who: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A notice as the API shows it."""
    return {
        "id": number,
        "uri": f"tag:quitter.example,2017-04-15:noticeId={number}:objectType=note",
        "text": "shortened",
        "truncated": False,
        "created_at": f"Sat Apr 15 06:12:{number % 60:02d} +0200 2017",
        "in_reply_to_status_id": None,
        "statusnet_html": html,
        "statusnet_conversation_id": 77,
        "external_url": f"{HOST}/notice/{number}",
        "is_local": True,
        "attentions": [],
        "attachments": [],
        "user": who,
        **more,
    }


_LOREM, _SIT = user("lorem"), user("sit", protected=True)
_IPSUM = user("ipsum", "https://social.example", ostatus_uri="https://social.example/users/ipsum")
_FILES = [
    {"url": f"{HOST}/file/a.png", "mimetype": "image/png", "size": 1200},
    {"url": "https://example.org/dolor", "mimetype": "text/html; charset=utf-8", "size": None},
]
NOTICES = [
    notice(
        1,
        'lorem <a href="https://example.org/dolor?x=1&amp;y=2" class="attachment">example.org/dol…</a>',
        _LOREM,
        attachments=_FILES,
    ),
    notice(
        2,
        '@<a href="https://social.example/users/ipsum" class="h-card mention">ipsum</a> amet',
        _LOREM,
        in_reply_to_status_id=1,
    ),
    notice(3, "RT @ipsum elit", _LOREM, retweeted_status=notice(90, "elit <b>sed</b>", _IPSUM)),
    notice(4, "for subscribers", _SIT),
    notice(5, "to a group", _LOREM, scope=4),
]
API: Mapping[str, bytes] = {
    "user_timeline.json": json.dumps(NOTICES, ensure_ascii=False).encode(),
    "users.json": json.dumps([_LOREM, _IPSUM]).encode(),
}
_NS = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:activity="http://activitystrea.ms/spec/1.0/" '
    'xmlns:ostatus="http://ostatus.org/schema/1.0" xmlns:poco="http://portablecontacts.net/spec/1.0" '
    'xmlns:statusnet="http://status.net/schema/api/1/" xmlns:thr="http://purl.org/syndication/thread/1.0"'
)
_PERSON = "http://activitystrea.ms/schema/1.0/person"


def author(name: str, host: str = HOST) -> str:
    """An author element."""
    return (
        f"<author><activity:object-type>{_PERSON}</activity:object-type><uri>{host}/user/7</uri><name>{name}</name>"
        f'<link href="{host}/{name}" rel="alternate" type="text/html"/><poco:preferredUsername>{name}</poco:preferredUsername>'
        f"<poco:displayName>{name.title()}</poco:displayName><poco:note>bio of {name}</poco:note></author>"
    )


def entry(number: int, html: str, more: str = "", verb: str = "post") -> str:
    """An entry of a feed."""
    text = html.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"<entry><activity:object-type>http://activitystrea.ms/schema/1.0/note</activity:object-type>"
        f"<id>tag:quitter.example,2017-04-15:noticeId={number}:objectType=note</id><title>New note by lorem</title>"
        f'<content type="html">{text}</content><activity:verb>http://activitystrea.ms/schema/1.0/{verb}</activity:verb>'
        f"<published>2017-04-15T04:12:{number % 60:02d}+00:00</published><updated>2017-04-15T04:12:{number % 60:02d}+00:00</updated>"
        f"{more}</entry>"
    )


def feed(*entries: str) -> bytes:
    """A feed as the backup writes it."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xml:lang="en-US" {_NS}><generator uri="https://gnu.io/social" version="1.2.0">'
        f"GNU social</generator><id>{HOST}/api/statuses/user_timeline/7.atom</id><title>lorem timeline</title>{author('lorem')}"
        + "\n".join(entries)
        + "</feed>\n"
    ).encode()


SHARED = (
    "<activity:object><activity:object-type>http://activitystrea.ms/schema/1.0/note</activity:object-type>"
    "<id>tag:social.example,2017-04-14:noticeId=9:objectType=note</id>"
    f'<content type="html">passed on</content>{author("ipsum", "https://quitter.other.example")}</activity:object>'
)
REPLY = '<thr:in-reply-to ref="tag:quitter.example,2017-04-15:noticeId=1:objectType=note" href="https://quitter.example/notice/1"/>'
ENCLOSURE = '<link rel="enclosure" href="https://quitter.example/file/a.png" type="image/png" length="1200"/>'
ATOM: Mapping[str, bytes] = {
    "lorem.atom": feed(
        entry(1, 'lorem <a href="https://example.org/a?x=1&y=2">link</a>', ENCLOSURE),
        entry(2, "a reply", REPLY),
        entry(3, "RT @ipsum passed on", SHARED, verb="share"),
        entry(4, "liked", verb="favorite"),
    )
}
