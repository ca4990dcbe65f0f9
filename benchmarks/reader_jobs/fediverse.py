"""The fediverse's JSON formats: made-up posts of the size and shape that servers write, and loops over the standard library."""

import html
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.reader import staged_schema
from benchmarks.reader_jobs import Job, Tables

ROWS = 50_000
_PERSON = ("subject", "kind", "handle", "display_name", "bio", "followers", "created_at")
HOST = "https://social.example"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_WORDS = [a + b for a in ("ba", "du", "ki", "lo", "mé", "nu", "رس") for b in ("", "ra", "ten", "sil", "vo")]
_MENTION = re.compile(r'@?<a href="https://([^/"]+)/@([\w.-]+)"[^<>]*>@<span>[\w.-]+</span></a>')
_BLOCK, _TAG, _SPACE = re.compile(r"</p>"), re.compile(r"<[^>]*>"), re.compile(r"[ \t\r\n]+")
_HREF = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>')
_BB_URL, _BB_TAG = re.compile(r"\[url=([^\]\s]+)\]"), re.compile(r"\[/?(?:url|b|i)(?:=[^\]]*)?\]")
_AT = re.compile(r"@\{[^{};]*; ?([\w.-]+@[\w.-]+)\}")


def jobs() -> Iterator[Job]:
    """A job a format."""
    posts, person = ("channel", "native", "author", "kind", "text", "at", "reply_to", "language", "n_media"), _PERSON
    yield Job("activitypub", _outbox, _looped(_read_outbox), suffix=".json", compared=posts)
    yield Job("mastodon_api", _statuses, _looped(_read_statuses), suffix=".json", compared=posts, people=person)
    yield Job("friendica", _backup, _looped(_read_backup), suffix=".json", compared=posts)
    yield Job("gnusocial", _notices, _looped(_read_notices), suffix=".json", compared=posts, people=person)
    yield Job("diaspora", _archive, _looped(_read_archive), suffix=".json", compared=posts)
    yield Job("diaspora_api", _stream, _looped(_read_stream), suffix=".json", compared=posts, people=person[:4])


def _text(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randint(5, 40)))


def _html(rng: random.Random, number: int) -> str:
    said = f"<p>{_text(rng)} &amp; {_text(rng)}</p>"
    if number % 3 == 0:
        said += (
            f'<p><a href="https://ba.example/{number}?a=1&amp;b=2" rel="nofollow noopener" target="_blank">'
            f'<span class="invisible">https://</span><span class="ellipsis">ba.example/{number}</span>'
            f'<span class="invisible">?a=1&amp;b=2</span></a> <span class="h-card">'
            '<a href="https://other.example/@du" class="u-url mention">@<span>du</span></a></span></p>'
        )
    return said


def _at(number: int) -> str:
    return datetime.fromtimestamp(1_570_000_000 + number * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _file(path: Path, megabytes: int, head: str, rows: Iterable[object], tail: str, between: str = ",\n") -> None:
    with path.open("w", encoding="utf-8") as file:
        size = file.write(head)
        for number, row in enumerate(rows):
            size += file.write((between if number else "") + json.dumps(row, ensure_ascii=False))
            if size > megabytes * 1e6:
                break
        file.write(tail)


def _numbered(make: Callable[[random.Random, int], object]) -> Iterator[object]:
    rng, number = random.Random(7), 0
    while True:
        number += 1
        yield make(rng, number)


def _activity(rng: random.Random, number: int) -> dict[str, Any]:
    actor = f"{HOST}/users/ba"
    uri = f"{actor}/statuses/{1_000_000 + number}"
    about = {"to": [PUBLIC], "cc": [f"{actor}/followers"]}
    said = _html(rng, number)
    replies = {
        "id": f"{uri}/replies",
        "type": "Collection",
        "first": {"type": "CollectionPage", "partOf": f"{uri}/replies", "items": []},
    }
    note = {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": f"{uri}/before" if number % 5 == 0 else None,
        "published": _at(number),
        "url": f"{HOST}/@ba/{number}",
        "attributedTo": actor,
        **about,
        "sensitive": False,
        "atomUri": uri,
        "conversation": f"tag:social.example,2019-10-02:objectId={number}:objectType=Conversation",
        "content": said,
        "contentMap": {"la": said},
        "attachment": [
            {"type": "Document", "mediaType": "image/png", "url": f"/media/{number}.png", "width": 640, "height": 480}
        ]
        if number % 7 == 0
        else [],
        "tag": [],
        "replies": replies,
    }
    return {
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": actor,
        "published": _at(number),
        **about,
        "object": note,
    }


def _outbox(path: Path, megabytes: int) -> None:
    head = '{"@context":"https://www.w3.org/ns/activitystreams","id":"outbox.json","type":"OrderedCollection","orderedItems":['
    _file(path, megabytes, head, _numbered(_activity), "]}")


def _account(number: int) -> dict[str, Any]:
    name = f"ba{number}"
    return {
        "id": str(number),
        "username": name,
        "acct": name,
        "display_name": name.title(),
        "locked": False,
        "bot": False,
        "created_at": "2019-01-01T00:00:00.000Z",
        "note": "<p>du ki lo</p>",
        "url": f"{HOST}/@{name}",
        "uri": f"{HOST}/users/{name}",
        "avatar": f"{HOST}/avatars/{number}.png",
        "header": f"{HOST}/headers/{number}.png",
        "followers_count": number,
        "following_count": 7,
        "statuses_count": 9,
        "emojis": [],
        "fields": [],
    }


def _status(rng: random.Random, number: int) -> dict[str, Any]:
    who = _account(rng.randint(1, 5_000))
    return {
        "id": str(10**17 + number),
        "created_at": _at(number).replace("Z", ".000Z"),
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "la",
        "uri": f"{who['uri']}/statuses/{number}",
        "url": f"{who['url']}/{number}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "edited_at": None,
        "content": _html(rng, number),
        "reblog": None,
        "application": {"name": "Web", "website": None},
        "account": who,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _statuses(path: Path, megabytes: int) -> None:
    _file(path, megabytes, "[", _numbered(_status), "]")


def _item(rng: random.Random, number: int) -> dict[str, Any]:
    uri, at = f"{HOST}/objects/{number}", _at(number).replace("T", " ").replace("Z", "")
    link = f" [url=https://ba.example/{number}]ba[/url]" if number % 3 == 0 else ""
    page = f"{HOST}/profile/ba"
    empty = dict.fromkeys(("location", "coord", "app", "target", "object", "resource-id", "postopts", "inform"), "")
    return {
        "id": number,
        "uid": 3,
        "uri": uri,
        "thr-parent": uri,
        "guid": f"{number:016x}",
        "gravity": 0,
        "created": at,
        "edited": at,
        "commented": at,
        "received": at,
        "changed": at,
        "verb": "http://activitystrea.ms/schema/1.0/post",
        "private": 0,
        "deleted": 0,
        "title": "",
        "content-warning": "",
        "body": f"[b]{_text(rng)}[/b] {_text(rng)}{link}",
        **empty,
        "author-link": page,
        "author-name": "Ba",
        "author-avatar": f"{HOST}/photo/ba",
        "author-network": "dfrn",
        "owner-link": page,
        "owner-name": "Ba",
        "owner-avatar": f"{HOST}/photo/ba",
    }


def _backup(path: Path, megabytes: int) -> None:
    rows = _numbered(_item)
    account = {"baseurl": HOST, "user": {"nickname": "ba", "username": "Ba"}, "contact": []}
    lines = ({"item": [next(rows) for _ in range(500 if megabytes else 2)]} for _ in iter(int, 1))
    _file(path, megabytes, json.dumps(account) + "\n", lines, "\n", between="\n")


def _notice(rng: random.Random, number: int) -> dict[str, Any]:
    name = f"ba{rng.randint(1, 5_000)}"
    return {
        "id": number,
        "uri": f"tag:quitter.example,2017-04-15:noticeId={number}:objectType=note",
        "text": "shortened",
        "truncated": False,
        "created_at": datetime.fromtimestamp(1_570_000_000 + number * 60, UTC).strftime("%a %b %d %H:%M:%S +0000 %Y"),
        "in_reply_to_status_id": None,
        "statusnet_html": _html(rng, number),
        "statusnet_conversation_id": number,
        "external_url": f"https://quitter.example/notice/{number}",
        "is_local": True,
        "attentions": [],
        "attachments": [],
        "user": {
            "id": 7,
            "name": name.title(),
            "screen_name": name,
            "description": "du ki lo",
            "profile_image_url": "https://quitter.example/avatar/7.png",
            "protected": False,
            "followers_count": 5,
            "created_at": "Mon Jan 05 10:00:00 +0100 2015",
            "statusnet_profile_url": f"https://quitter.example/{name}",
            "ostatus_uri": "https://quitter.example/user/7",
        },
    }


def _notices(path: Path, megabytes: int) -> None:
    _file(path, megabytes, "[", _numbered(_notice), "]")


def _entity(rng: random.Random, number: int) -> dict[str, Any]:
    data: dict[str, Any] = {
        "author": "ba@pod.example",
        "guid": f"{number:032x}",
        "created_at": _at(number),
        "edited_at": None,
        "public": True,
        "provider_display_name": "",
        "text": f"{_text(rng)} @{{Du; du@other.example}} [ba](https://ba.example/{number}) {_text(rng)}",
        "photos": [],
        "location": None,
        "poll": None,
        "event": None,
        "embed": None,
    }
    return {"entity_type": "status_message", "entity_data": data, "subscribed_pods_uris": ["https://other.example/"]}


def _archive(path: Path, megabytes: int) -> None:
    head = '{"user":{"username":"ba","private_key":"x","profile":{"entity_type":"profile","entity_data":{}},"posts":['
    _file(path, megabytes, head, _numbered(_entity), ']},"version":"2.0"}')


def _post(rng: random.Random, number: int) -> dict[str, Any]:
    name = f"ba{rng.randint(1, 5_000)}"
    return {
        "guid": f"{number:032x}",
        "created_at": _at(number).replace("Z", ".000Z"),
        "post_type": "StatusMessage",
        "title": "ba",
        "body": f"{_text(rng)} https://ba.example/{number} {_text(rng)}",
        "public": True,
        "nsfw": False,
        "author": {
            "guid": name,
            "diaspora_id": f"{name}@pod.example",
            "name": "Ba",
            "avatar": "https://pod.example/a.png",
        },
        "interaction_counters": {"comments": 0, "likes": 0, "reshares": 0},
        "own_interaction_state": {"liked": False, "reshared": False, "subscribed": False},
        "mentioned_people": [],
        "photos": [],
    }


def _stream(path: Path, megabytes: int) -> None:
    _file(path, megabytes, "[", _numbered(_post), "]")


def _looped(rows: Callable[[Path], Iterator[dict[str, Any]]]) -> Callable[[Path], Iterator[Tables]]:
    """Tables of a loop over rows; `files` in a row are its media, `person` is a profile, of which each is kept once."""

    def loop(path: Path) -> Iterator[Tables]:
        posts: list[dict[str, Any]] = []
        media: list[dict[str, Any]] = []
        people: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in rows(path):
            files, person = row.pop("files", ()), row.pop("person", None)
            if person is not None:
                people.setdefault(tuple(person.values()), person)
            row |= {"kind": "original", "author": row["channel"], "n_media": len(files)}
            posts.append(row)
            shared = {key: row[key] for key in ("channel", "platform", "at")}
            media += [{**shared, "post": row["native"], "position": n, **one} for n, one in enumerate(files)]
            if len(posts) == ROWS:
                yield _tables(posts, media, people)
                posts, media, people = [], [], {}
        yield _tables(posts, media, people)

    return loop


def _tables(
    posts: list[dict[str, Any]], media: list[dict[str, Any]], people: dict[tuple[Any, ...], dict[str, Any]]
) -> Tables:
    made = {"posts": posts, "media": media, "accounts": list(people.values())}
    owners = [
        {"account": who, "channel": who, "platform": "x", "role": "owner"} for who in {p["channel"] for p in posts}
    ]
    made["memberships"] = owners
    return {name: pa.Table.from_pylist(rows, schema=staged_schema(name)) for name, rows in made.items()}


def _plain(markup: str) -> tuple[str, list[str] | None]:
    markup = _MENTION.sub(r"@\2@\1", _SPACE.sub(" ", markup))
    targets = [html.unescape(found) for found in _HREF.findall(markup)]
    return html.unescape(_TAG.sub("", _BLOCK.sub("\n\n", markup))).strip(), targets or None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _row(platform: str, who: str, native: str, at: datetime, said: tuple[str, list[str] | None]) -> dict[str, Any]:
    return {
        "channel": f"{platform}:account:{who}",
        "platform": platform,
        "native": native,
        "at": at,
        "text": said[0],
        "hrefs": said[1],
    }


def _person(
    platform: str, who: str, name: str, bio: str | None, followers: int | None, born: datetime | None
) -> dict[str, Any]:
    about = {"subject": f"{platform}:account:{who}", "platform": platform, "native": who, "kind": "user", "handle": who}
    return {**about, "display_name": name, "bio": bio, "followers": followers, "created_at": born}


def _read_outbox(path: Path) -> Iterator[dict[str, Any]]:
    for item in json.loads(path.read_bytes())["orderedItems"]:
        note = item["object"]
        if item["type"] != "Create" or PUBLIC not in note["to"] + note["cc"]:
            continue
        host, _, name = note["attributedTo"].removeprefix("https://").partition("/users/")
        row = _row("mastodon", f"{name.lower()}@{host}", note["id"], _time(note["published"]), _plain(note["content"]))
        row |= {"reply_to": note["inReplyTo"], "language": next(iter(note["contentMap"]))}
        files = note["attachment"]
        row["files"] = [
            {"kind": "photo", "name": f["url"].strip("/"), "mime": f["mediaType"], "width": f["width"]} for f in files
        ]
        yield row


def _read_statuses(path: Path) -> Iterator[dict[str, Any]]:
    for status in json.loads(path.read_bytes()):
        if status["visibility"] not in ("public", "unlisted"):
            continue
        who = status["account"]
        host = who["url"].removeprefix("https://").partition("/")[0]
        address = f"{who['acct'].lower()}@{host}"
        row = _row("mastodon", address, status["uri"], _time(status["created_at"]), _plain(status["content"]))
        bio, targets = _plain(who["note"])
        listed = [f"{one['name']}: {_plain(one['value'])[0]}" for one in who["fields"]]
        told = "\n".join([bio, *(t for t in targets or () if t not in bio), *listed])
        born = _time(who["created_at"])
        person = _person("mastodon", address, who["display_name"], told, who["followers_count"], born)
        person["kind"] = "bot" if who["bot"] else "user"
        yield {**row, "reply_to": status["in_reply_to_id"], "language": status["language"], "person": person}


def _read_backup(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line).get("item", ()):
                if item["private"] not in (0, 2) or item["deleted"] or item["gravity"] == 3:
                    continue
                host, _, name = item["author-link"].removeprefix("https://").partition("/profile/")
                said = _BB_TAG.sub("", item["body"]), _BB_URL.findall(item["body"]) or None
                at = datetime.strptime(item["created"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
                yield _row("friendica", f"{name}@{host}", item["uri"], at, said)


def _read_notices(path: Path) -> Iterator[dict[str, Any]]:
    for notice in json.loads(path.read_bytes()):
        user = notice["user"]
        host, _, name = user["statusnet_profile_url"].removeprefix("https://").partition("/")
        at, born = (datetime.strptime(one["created_at"], "%a %b %d %H:%M:%S %z %Y") for one in (notice, user))
        address = f"{name.lower()}@{host}"
        row = _row("gnusocial", address, notice["uri"], at, _plain(notice["statusnet_html"]))
        bio, followers = user["description"], user["followers_count"]
        person = _person("gnusocial", address, user["name"], bio, followers, born)
        yield {**row, "at_offset": int(at.utcoffset().total_seconds()) // 60, "person": person}  # type: ignore[union-attr]


def _read_archive(path: Path) -> Iterator[dict[str, Any]]:
    for entity in json.loads(path.read_bytes())["user"]["posts"]:
        data = entity["entity_data"]
        if entity["entity_type"] == "status_message" and data["public"]:
            said = _AT.sub(r"@\1", data["text"]), None
            yield _row("diaspora", data["author"].lower(), data["guid"], _time(data["created_at"]), said)


def _read_stream(path: Path) -> Iterator[dict[str, Any]]:
    for post in json.loads(path.read_bytes()):
        if post["public"]:
            said = _AT.sub(r"@\1", post["body"]), None
            who = post["author"]["diaspora_id"].lower()
            person = _person("diaspora", who, post["author"]["name"], None, None, None)
            yield {**_row("diaspora", who, post["guid"], _time(post["created_at"]), said), "person": person}
