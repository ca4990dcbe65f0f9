"""Chats as JSON: a Telegram account's export, TGDataset, 4CAT's Telegram objects, answers of Rocket.Chat's API; and loops over `json`."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.ingest_telegram import stdlib
from benchmarks.reader_jobs import Job
from benchmarks.reader_jobs.tables import Row, looped, said
from benchmarks.telegram_files import write

_POSTS = ("channel", "native", "author", "kind", "text", "at")
_SERVER, _ROOM, _START = "chat.example.org", "GENERAL", 1_574_500_000
_A_CHANNEL, _AN_ANSWER = 1_000, 100


def jobs() -> Iterator[Job]:
    """A job a format."""
    people = ("subject", "handle", "display_name", "kind")
    counted = (*_POSTS, "n_media")
    yield Job("telegram_export", make_account, stdlib, suffix=".json", compared=(*counted, "reply_to"))
    yield Job("tgdataset", make_dataset, looped(_read_dataset), suffix=".json", compared=counted)
    objects = {"compared": (*_POSTS, "views"), "people": people, "variant": "ndjson"}
    yield Job("fourcat", make_objects, looped(_read_objects), suffix=".ndjson", **objects)  # type: ignore[arg-type]
    yield Job("rocketchat_api", make_answers, looped(_read_answers), compared=counted, people=people)


def _written(path: Path, megabytes: int, more: Callable[[random.Random, int], str], ends: tuple[str, str, str]) -> None:
    """`more` gives piece after piece; `ends` are what stands before, between and behind."""
    rng, number, before = random.Random(7), 0, ends[0]
    with path.open("w", encoding="utf-8") as file:
        size = 0
        while number < 2 or size < megabytes * 1e6:
            number += 1
            size += file.write(before + more(rng, number))
            before = ends[1]
        file.write(ends[2])


def make_account(path: Path, megabytes: int) -> None:
    """Telegram Desktop's export of an account."""
    write(path, megabytes or 0.01, 7, "account")


def make_dataset(path: Path, megabytes: int) -> None:
    """Channels of a thousand messages, a tenth of them with a file and a fifth forwarded."""

    def channel(rng: random.Random, number: int) -> str:
        texts, files = {}, {}
        for native in range(1, _A_CHANNEL):
            origin = 1_300_000_000 + rng.randrange(500) if native % 5 == 0 else None
            shared: Row = {"date": float(_START + native * 60), "author": None, "is_forwarded": origin is not None}
            shared |= {"forwarded_from_id": origin, "forwarded_message_date": None}
            texts[str(native)] = {"message": said(rng, native), **shared}
            if native % 10 == 0:
                files[str(native)] = {"title": f"ba{native}.pdf", "extension": ".pdf", "media_id": "BAba", **shared}
        head = {"username": f"ba{number}", "creation_date": float(_START), "title": "ba be", "description": ""}
        tail = {"scam": False, "text_messages": texts, "generic_media": files, "verified": False, "n_subscribers": 41}
        return f'"{1_300_000_000 + number}": ' + json.dumps(head | tail, ensure_ascii=False)

    _written(path, megabytes, channel, ("{", ", ", "}"))


def _read_dataset(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8") as file:
        root = json.load(file)
    for number, told in root.items():
        channel = f"telegram:channel:{number}"
        files = told["generic_media"]
        for native, one in told["text_messages"].items():
            at = datetime.fromtimestamp(one["date"], UTC)
            shared = {"channel": channel, "platform": "telegram", "at": at}
            origin = one["forwarded_from_id"] if one["is_forwarded"] else None
            post = {"native": native, "author": channel, "kind": "forward" if one["is_forwarded"] else "original"}
            post["forward_from"] = None if origin is None else f"telegram:channel:{origin}"
            yield "posts", {**shared, **post, "text": one["message"], "n_media": int(native in files)}
            if native in files:
                name = files[native]["title"]
                yield "media", {**shared, "post": native, "kind": "file", "name": name, "position": 0}


def make_objects(path: Path, megabytes: int) -> None:
    """Telegram objects a line, as 4CAT collects them; a sixth forwarded, an eighth with a picture."""

    def line(rng: random.Random, number: int) -> str:
        group, who = number % 50, rng.randrange(5_000)
        row: Row = {"_type": "Message", "id": number, "date": _START + number * 60, "edit_date": None}
        row |= {"message": said(rng, number), "views": number % 99}
        row["_chat"] = {"_type": "Channel", "id": 1_322_000_000 + group, "username": f"loba{group}", "title": "Lo"}
        row["_sender"] = {"_type": "User", "id": who, "username": f"ba{who}", "first_name": f"Ba {who}", "bot": False}
        origin = {"_type": "PeerChannel", "channel_id": 1_311_000_000 + who}
        row["fwd_from"] = {"date": _START, "from_id": origin} if number % 6 == 0 else None
        row["media"] = {"_type": "MessageMediaPhoto", "photo": {"id": number}} if number % 8 == 0 else None
        return json.dumps(row, ensure_ascii=False)

    _written(path, megabytes, line, ("", "\n", "\n"))


def _read_objects(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8") as lines:
        for told in map(json.loads, lines):
            chat, who, passed = told["_chat"], told["_sender"], told["fwd_from"]
            channel, author = f"telegram:channel:{chat['id']}", f"telegram:account:{who['id']}"
            shared = {"channel": channel, "platform": "telegram", "at": datetime.fromtimestamp(told["date"], UTC)}
            post: Row = {"native": str(told["id"]), "author": author, "kind": "forward" if passed else "original"}
            post["forward_from"] = f"telegram:channel:{passed['from_id']['channel_id']}" if passed else None
            yield "posts", {**shared, **post, "text": told["message"], "views": told["views"]}
            place = {"subject": channel, "platform": "telegram", "native": str(chat["id"]), "title": chat["title"]}
            yield "channels", {**place, "handle": chat["username"]}
            person = {"subject": author, "platform": "telegram", "native": str(who["id"]), "handle": who["username"]}
            yield "accounts", {**person, "display_name": who["first_name"], "kind": "bot" if who["bot"] else "user"}
            if told["media"]:
                yield "media", {**shared, "post": post["native"], "kind": "photo", "position": 0}


def make_answers(path: Path, megabytes: int) -> None:
    """A public channel's history, an answer of a hundred messages a line; an eighth with a picture."""

    def answer(rng: random.Random, number: int) -> str:
        first = number * _AN_ANSWER
        messages = [_message(rng, first + n) for n in range(_AN_ANSWER)]
        return json.dumps({"messages": messages, "success": True}, ensure_ascii=False)

    room = {"_id": _ROOM, "name": "loba", "t": "c", "usersCount": 500, "ts": "2019-11-01T09:00:00.000Z"}
    head = json.dumps({"workspace": _SERVER, "channel": room, "success": True}) + "\n"
    _written(path, megabytes, answer, (head, "\n", "\n"))


def _message(rng: random.Random, number: int) -> dict[str, Any]:
    at = datetime.fromtimestamp(_START + number, UTC).strftime("%Y-%m-%dT%H:%M:%S.123Z")
    who = rng.randrange(500)
    row: Row = {"_id": f"m{number:016d}", "rid": _ROOM, "msg": said(rng, number), "ts": at, "_updatedAt": at}
    row |= {"u": {"_id": f"u{who:05d}", "username": f"ba{who}", "name": f"Ba {who}"}, "mentions": [], "channels": []}
    row["urls"] = [{"url": f"https://ba.example/{number}", "meta": {}}] if number % 4 == 0 else []
    row["md"] = [{"type": "PARAGRAPH", "value": [{"type": "PLAIN_TEXT", "value": row["msg"]}]}]
    if number % 8 == 0:
        row["files"] = [{"_id": f"f{number}", "name": f"ba{number}.png", "type": "image/png", "size": number}]
    return row


def _read_answers(path: Path) -> Iterator[tuple[str, Row]]:
    channel, public = f"rocketchat:channel:{_SERVER}/{_ROOM}", False
    with path.open(encoding="utf-8") as lines:
        for told in map(json.loads, lines):
            public = public or told.get("channel", {}).get("t") == "c"
            for one in told.get("messages", ()) if public else ():
                by, files = one["u"], one.get("files", ())
                author = f"rocketchat:account:{_SERVER}/{by['_id']}"
                at = datetime.fromisoformat(one["ts"].replace("Z", "+00:00"))
                shared = {"channel": channel, "platform": "rocketchat", "at": at}
                post: Row = {"native": one["_id"], "author": author, "kind": "original", "text": one["msg"]}
                post |= {"hrefs": [link["url"] for link in one["urls"]] or None, "n_media": len(files)}
                yield "posts", {**shared, **post}
                person = {"subject": author, "platform": "rocketchat", "native": author.split(":", 2)[2]}
                yield "accounts", {**person, "handle": by["username"], "display_name": by["name"], "kind": "user"}
                for n, file in enumerate(files):
                    about = {"name": file["name"], "mime": file["type"], "size": file["size"], "position": n}
                    yield "media", {**shared, "post": one["_id"], "kind": "photo", **about}
