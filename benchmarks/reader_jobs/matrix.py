"""Matrix: a made-up public room as Synapse and as Element export it, and loops over the standard library's `json`.

The loops do what the readers do: they follow the room's state (is it public), compute the ids that servers leave out, take replies'
quotations off, collect hidden targets, files and members.
"""

import base64
import hashlib
import html
import json
import random
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.reader import staged_schema
from benchmarks.reader_jobs import Job, Tables

ROWS = 50_000
ROOM, OWNER, START = "!babebi:example.org", "@user1:example.org", 1_600_000_000_000
_SYLLABLES = ["ba", "be", "bi", "ka", "ke", "ла", "ле", "ми", "مي", "نا"]
_HASHED = ("auth_events", "depth", "hashes", "origin_server_ts", "prev_events", "room_id", "sender", "type")
_HREF = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*["']([^"'<>]+)["']""")
_QUOTED = re.compile(r"\A(?:>[^\n]*\n)+\n?")


def jobs() -> Iterator[Job]:
    """A job a format."""
    yield Job("synapse_export", make_synapse, loop_synapse, suffix="")
    yield Job("element_export", make_element, loop_element, suffix=".json")


def _events(megabytes: int, indent: int | None) -> Iterator[str]:
    """A room's beginning, then messages of 5,000 people: a quarter with a link, a fifth answers, a tenth files."""
    rng, size, number = random.Random(7), 0, 10
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(5_000)]
    state = {"m.room.create": {"room_version": "10"}, "m.room.join_rules": {"join_rule": "public"}}
    for after, (kind, content) in enumerate(state.items()):
        yield json.dumps(_event(kind, after, OWNER, content) | {"state_key": ""}, indent=indent)
    while size < megabytes << 20 or number < 20:
        number += 1
        sender = f"@user{int(rng.paretovariate(0.7)) % 5_000}:example.org"
        one = json.dumps(_event("m.room.message", number, sender, _content(rng, words, number)), indent=indent)
        size += len(one)
        yield one


def _content(rng: random.Random, words: list[str], number: int) -> dict[str, Any]:
    body = " ".join(rng.choices(words, k=rng.randint(3, 30)))
    content: dict[str, Any] = {"msgtype": "m.text", "body": body}
    if number % 4 == 0:
        link = f'<a href="https://example.org/{number}?a=1&amp;b=2">ka</a>'
        content |= {"format": "org.matrix.custom.html", "formatted_body": f"<b>{body}</b> {link}"}
    if number % 5 == 0:
        content["body"] = f"> <{OWNER}> ba\n\n{body}"
        content["m.relates_to"] = {"m.in_reply_to": {"event_id": "$" + "a" * 43}}
    if number % 10 == 1:
        info = {"mimetype": "image/png", "size": 9000 + number, "w": 640, "h": 480}
        content = {"msgtype": "m.image", "body": f"ke{number}.png", "url": f"mxc://example.org/{number}", "info": info}
    return content


def _event(kind: str, number: int, sender: str, content: dict[str, Any]) -> dict[str, Any]:
    ids = ["$" + letter * 43 for letter in "ABC"]
    at = START + number * 1000
    return {
        "auth_events": ids, "prev_events": ids[:1], "type": kind, "room_id": ROOM, "sender": sender, "content": content,
        "depth": number, "origin_server_ts": at, "hashes": {"sha256": "x" * 43},
        "signatures": {"example.org": {"ed25519:a_x": "s" * 86}}, "unsigned": {"age_ts": at},
    }  # fmt: skip


def make_synapse(path: Path, megabytes: int) -> None:
    """Events one behind the other, without ids."""
    with path.open("w", encoding="utf-8") as file:
        for one in _events(megabytes, None):
            file.write(one)


def make_element(path: Path, megabytes: int) -> None:
    """The same room as clients see it, indented as Element does."""
    head = {"room_name": "ba", "room_creator": "Ba", "topic": "", "export_date": "1/1/2020", "exported_by": "Be"}
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, indent=2).removesuffix("\n}") + ',\n  "messages": [')
        for number, one in enumerate(_events(megabytes, None)):
            event = json.loads(one)
            for key in ("auth_events", "prev_events", "hashes", "signatures", "depth"):
                del event[key]
            event |= {"event_id": f"${number:043d}", "user_id": event["sender"], "age": 90_000_000}
            text = json.dumps(event, indent=2, ensure_ascii=False).replace("\n", "\n    ")
            file.write(("," if number else "") + "\n    " + text)
        file.write("\n  ]\n}")


def loop_synapse(path: Path) -> Iterable[Tables]:
    """An object at a time, by `raw_decode`."""
    text, at, decoder, loop = path.read_text("utf-8"), 0, json.JSONDecoder(), Loop()
    while at < len(text):
        event, at = decoder.raw_decode(text, at)
        loop.take(event)
        if len(loop.posts) >= ROWS:
            yield loop.tables()
    yield loop.tables()


def loop_element(path: Path) -> Iterable[Tables]:
    """The whole file by `json.load`."""
    loop = Loop()
    with path.open(encoding="utf-8") as file:
        for event in json.load(file)["messages"]:
            loop.take(event)
            if len(loop.posts) >= ROWS:
                yield loop.tables()
    yield loop.tables()


class Loop:
    """What one writes first."""

    def __init__(self) -> None:
        self.public = False
        self.posts: list[dict[str, Any]] = []
        self.media: list[dict[str, Any]] = []

    def take(self, event: dict[str, Any]) -> None:
        """One event."""
        if event["type"] == "m.room.join_rules":
            self.public = event["content"].get("join_rule") == "public"
        if event["type"] != "m.room.message" or not self.public:
            return
        content, native = event["content"], event.get("event_id") or _id(event)
        at = datetime.fromtimestamp(event["origin_server_ts"] / 1000, UTC)
        body, reply = content["body"], content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
        if reply and body.startswith(">"):
            body = _QUOTED.sub("", body)
        markup = content.get("formatted_body")
        hrefs = [html.unescape(found) for found in _HREF.findall(markup)] if markup else None
        file = content["msgtype"][2:] if content["msgtype"] in ("m.image", "m.video", "m.audio", "m.file") else None
        base = {"channel": f"matrix:channel:{event['room_id']}", "platform": "matrix", "at": at}
        author = f"matrix:account:{event['sender']}"
        post = {"native": native, "author": author, "kind": "original", "reply_to": reply, "hrefs": hrefs}
        self.posts.append({**base, **post, "text": "" if file else body, "n_media": 1 if file else 0})
        if file:
            info = content.get("info", {})
            known = {
                "mime": info.get("mimetype"),
                "size": info.get("size"),
                "width": info.get("w"),
                "height": info.get("h"),
            }
            self.media.append({**base, "post": native, "kind": file, "name": body, **known, "position": 0})

    def tables(self) -> Tables:
        """What was taken since."""
        made = {
            name: pa.Table.from_pylist(rows, schema=pa.schema([f.with_nullable(True) for f in staged_schema(name)]))
            for name, rows in (("posts", self.posts), ("media", self.media))
        }
        self.posts, self.media = [], []
        return made


def _id(event: dict[str, Any]) -> str:
    kept = {key: event[key] for key in _HASHED} | {"content": {}}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "$" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
