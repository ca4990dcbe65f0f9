"""Tables and lines that need a mapping or have a header of their own: made-up rows, and loops over the standard library's `csv` and `json`."""

import csv
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from actionday.observe.reader import staged_schema
from benchmarks.reader_jobs import Job, Tables

ROWS = 50_000
Row = dict[str, Any]
_POSTS = ("channel", "native", "author", "kind", "text", "at")
_WORDS = [a + b for a in ("ba", "du", "ki", "lo", "mé", "nu", "رس") for b in ("", "ra", "ten", "sil", "vo")]
_SERVER = "chat.example.org"
_ROOM = {"workspace": _SERVER, "room": "loba", "kind": "channel"}
_MAPPING = {
    "table": "posts",
    "platform": "mewe",
    "zone": "Europe/Paris",
    "columns": {
        "channel": {"from": "group_id", "id": "channel"},
        "author": {"from": "user_id", "id": "account"},
        "native": "post_id",
        "at": {"from": "posted", "format": "%d/%m/%Y %H:%M"},
        "text": "body",
        "views": "views",
    },
}
_CHAT = [
    "id",
    "thread_id",
    "chat",
    "author",
    "author_username",
    "author_name",
    "author_is_bot",
    "body",
    "reply_to",
    "views",
    "timestamp",
    "unix_timestamp",
    "timestamp_edited",
    "unix_timestamp_edited",
    "author_forwarded_from_name",
    "author_forwarded_from_username",
    "author_forwarded_from_id",
    "link_attached",
    "attachment_type",
    "attachment_data",
    "attachment_filename",
]


def jobs() -> Iterator[Job]:
    """A job a format."""
    people = ("subject", "handle", "display_name", "kind")
    rocket = {"compared": (*_POSTS, "n_media"), "people": people[:2], "mapping": _ROOM}
    yield Job("rocketchat_export", make_room, looped(_read_room), **rocket)  # type: ignore[arg-type]
    yield Job(
        "table", make_table, looped(_read_table), suffix=".csv", compared=(*_POSTS, "at_offset"), mapping=_MAPPING
    )
    checks = ("subject", "platform", "at", "state", "basis", "vantage", "rule", "evidence")
    yield Job("sightings", make_checks, looped(_read_checks), suffix=".csv", compared=checks, table="sightings")
    yield Job("fourcat", make_chat, looped(_read_chat), suffix=".csv", compared=(*_POSTS, "views"), people=people)


def looped(read: Callable[[Path], Iterator[tuple[str, Row]]]) -> Callable[[Path], Iterator[Tables]]:
    """Staged tables of a loop over (table, row); rows of `accounts` and `channels` are kept once."""

    def loop(path: Path) -> Iterator[Tables]:
        rows: dict[str, list[Row]] = {}
        seen: set[tuple[Any, ...]] = set()
        for count, (table, row) in enumerate(read(path), 1):
            if table in ("accounts", "channels"):
                key = (table, *row.values())
                if key in seen:
                    continue
                seen.add(key)
            rows.setdefault(table, []).append(row)
            if count % ROWS == 0:
                yield _tables(rows)
                rows, seen = {}, set()
        yield _tables(rows)

    return loop


def _tables(rows: dict[str, list[Row]]) -> Tables:
    return {
        name: pa.Table.from_pylist(some, schema=pa.schema([f.with_nullable(True) for f in staged_schema(name)]))
        for name, some in rows.items()
    }


def said(rng: random.Random, number: int) -> str:
    """A sentence; a quarter with a link."""
    link = f" https://ba.example/{number}" if number % 4 == 0 else ""
    return " ".join(rng.choices(_WORDS, k=rng.randint(5, 40))) + f", {number}" + link


def _numbered(path: Path, megabytes: int, head: str, line: Callable[[random.Random, int], str]) -> None:
    rng, number = random.Random(7), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        size = file.write(head)
        while number < 3 or size < megabytes * 1e6:
            number += 1
            size += len(text := line(rng, number).encode())
            file.write(text.decode())


def _cells(cells: Iterable[object]) -> str:
    quoted = (
        '"' + text.replace('"', '""') + '"' if "," in (text := "" if cell is None else str(cell)) else text
        for cell in cells
    )
    return ",".join(quoted) + "\n"


def make_room(path: Path, megabytes: int) -> None:
    """A channel of 500 people as `rooms.export` writes it; a tenth with a picture."""

    def line(rng: random.Random, number: int) -> str:
        at = datetime.fromtimestamp(1_574_500_000 + number, UTC).strftime("%Y-%m-%dT%H:%M:%S.123Z")
        row: Row = {"msg": said(rng, number), "username": f"ba{rng.randrange(500)}", "ts": at}
        if number % 10 == 0:
            picture = {"image_url": f"/file-upload/{number}/ba.png", "image_type": "image/png", "image_size": number}
            row["attachments"] = [{"title": f"ba{number}.png", **picture}]
        return json.dumps(row, ensure_ascii=False) + "\n"

    _numbered(path, megabytes, "", line)


def _read_room(path: Path) -> Iterator[tuple[str, Row]]:
    equal: Counter[str] = Counter()
    channel = f"rocketchat:channel:{_SERVER}/loba"
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            if told.get("type"):
                continue
            at = datetime.fromisoformat(told["ts"].replace("Z", "+00:00"))
            name, text, files = told["username"], told["msg"], told.get("attachments", ())
            key = "\x1f".join((str(round(at.timestamp() * 1000)), name, text))
            native = hashlib.md5(f"{key}\x1f{equal[key]}".encode(), usedforsecurity=False).hexdigest()[:24]
            equal[key] += 1
            author = f"rocketchat:account:{_SERVER}/@{name.lower()}"
            shared = {"channel": channel, "platform": "rocketchat", "at": at}
            post = {"native": native, "author": author, "kind": "original", "text": text, "n_media": len(files)}
            yield "posts", {**shared, **post}
            account = {"subject": author, "platform": "rocketchat", "native": author.split(":", 2)[2], "kind": "user"}
            yield "accounts", {**account, "handle": name}
            for n, one in enumerate(files):
                about = {"name": one["title"], "mime": one["image_type"], "size": int(one["image_size"])}
                yield "media", {**shared, "post": native, "kind": "photo", "position": n, **about}


def make_table(path: Path, megabytes: int) -> None:
    """A CSV of posts with times as a person in Paris writes them."""

    def line(rng: random.Random, number: int) -> str:
        at = datetime.fromtimestamp(1_574_500_000 + number * 60, UTC).strftime("%d/%m/%Y 12:%M")
        return _cells((number, rng.randrange(99), rng.randrange(5_000), at, said(rng, number), number % 77))

    _numbered(path, megabytes, "post_id,group_id,user_id,posted,body,views\n", line)


def _read_table(path: Path) -> Iterator[tuple[str, Row]]:
    zone = ZoneInfo("Europe/Paris")
    with path.open(encoding="utf-8", newline="") as file:
        for told in csv.DictReader(file):
            at = datetime.strptime(told["posted"], "%d/%m/%Y %H:%M").replace(tzinfo=zone)
            offset = at.utcoffset()
            row: Row = {"channel": f"mewe:channel:{told['group_id']}", "native": told["post_id"], "platform": "mewe"}
            row |= {"author": f"mewe:account:{told['user_id']}", "at": at, "kind": "original", "text": told["body"]}
            row |= {"views": int(told["views"]) if told["views"] else None}
            yield "posts", {**row, "at_offset": None if offset is None else int(offset.total_seconds()) // 60}


def make_checks(path: Path, megabytes: int) -> None:
    """A CSV of status checks in everyday words."""
    words = ("present", "up", "down", "removed_by_platform", "unreachable")

    def line(rng: random.Random, number: int) -> str:
        at = datetime.fromtimestamp(1_574_500_000 + number * 60, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        subject = f"telegram:channel:{1_311_111_111 + rng.randrange(5_000)}"
        return _cells((subject, at, rng.choice(words), f"desk-{number % 3}", "page", f"answer {number}, redirect"))

    _numbered(path, megabytes, "subject,at,state,vantage,rule,evidence\n", line)


def _read_checks(path: Path) -> Iterator[tuple[str, Row]]:
    from actionday.observe.platforms.sightings.words import WORDS

    with path.open(encoding="utf-8", newline="") as file:
        for told in csv.DictReader(file):
            at = datetime.fromisoformat(told["at"].replace("Z", "+00:00"))
            word = told["state"].strip().lower().replace(" ", "_").replace("-", "_")
            row = {"subject": told["subject"], "platform": told["subject"].split(":")[0], "at": at, "basis": "probe"}
            row |= {"state": WORDS.get(word, word), "vantage": told["vantage"], "rule": told["rule"]}
            yield "sightings", {**row, "evidence": told["evidence"]}


def make_chat(path: Path, megabytes: int) -> None:
    """4CAT's CSV of Telegram groups; an eighth with a picture."""

    def line(rng: random.Random, number: int) -> str:
        at, who, group = 1_574_500_000 + number * 60, rng.randrange(5_000), f"loba{number % 50}"
        wall = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
        file = ("photo", "", f"{group}-{number}.jpeg") if number % 8 == 0 else (None, None, None)
        told = (f"{group}-{number}", group, group, who, f"ba{who}", f"Ba {who}", "no", said(rng, number), None)
        return _cells((*told, number % 99, wall, at, *[None] * 6, *file))

    _numbered(path, megabytes, ",".join(_CHAT) + "\n", line)


def _read_chat(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8", newline="") as file:
        for told in csv.DictReader(file):
            at = datetime.fromtimestamp(int(told["unix_timestamp"]), UTC)
            channel, author = f"telegram:channel:@{told['chat'].lower()}", f"telegram:account:{told['author']}"
            native = told["id"].rpartition("-")[2]
            shared = {"channel": channel, "platform": "telegram", "at": at}
            views = int(told["views"]) if told["views"] else None
            post = {"native": native, "author": author, "kind": "original", "text": told["body"], "views": views}
            yield "posts", {**shared, **post}
            place = {"subject": channel, "platform": "telegram", "native": f"@{told['chat'].lower()}"}
            yield "channels", {**place, "handle": told["chat"]}
            person = {"subject": author, "platform": "telegram", "native": told["author"]}
            person |= {"handle": told["author_username"], "display_name": told["author_name"]}
            yield "accounts", {**person, "kind": "bot" if told["author_is_bot"] == "yes" else "user"}
            if told["attachment_type"]:
                name = told["attachment_filename"]
                yield "media", {**shared, "post": native, "kind": told["attachment_type"], "name": name, "position": 0}
