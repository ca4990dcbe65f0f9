"""A Telegram Desktop export from bytes to Arrow chunks: our reader against loops over stdlib `json` and `ijson`.

All three make the same tables (posts, media, accounts, channels; compared by a checksum over their columns) and drop them.
Each run is a process of its own; runs are interleaved; medians, ratios and peak memory are printed as JSON.

Usage: python -m benchmarks.ingest_telegram result.json [--runs 5] [--only ours,json,ijson]
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.reader import Source, staged_schema

ROWS = 50_000
PREFIX = {"user": "telegram:account:", "channel": "telegram:channel:", "chat": "telegram:channel:chat"}
COMPARED = ("channel", "native", "author", "at_offset", "kind", "forward_name", "reply_to", "text", "n_media")


def subject(peer: str | None) -> str | None:
    """``user7`` as a subject id."""
    if not peer:
        return None
    word = peer.rstrip("0123456789")
    return PREFIX[word] + peer[len(word) :]


class Loop:
    """The same mapping, a message at a time: what one writes first."""

    def __init__(self) -> None:
        self.held: dict[str, list[dict[str, Any]]] = {"posts": [], "media": [], "channels": []}
        self.accounts: dict[tuple[str, str | None], None] = {}

    def take(self, chat: str, m: dict[str, Any]) -> None:
        """One message."""
        unix = int(m["date_unixtime"])
        at = datetime.fromtimestamp(unix, UTC)
        wall = datetime.fromisoformat(m["date"]).replace(tzinfo=UTC)
        text, hrefs = m["text"], []
        if not isinstance(text, str):
            hrefs = [part["href"] for part in text if isinstance(part, dict) and "href" in part]
            text = "".join([part if isinstance(part, str) else part["text"] for part in text])
        author = subject(m.get("from_id"))
        has_file = "photo" in m or "file" in m
        forward = "forwarded_from" in m or "forwarded_from_id" in m
        row: dict[str, Any] = {
            "channel": chat,
            "native": str(m["id"]),
            "platform": "telegram",
            "author": author,
            "at": at,
        }
        row["at_offset"] = int((wall - at).total_seconds() // 60)
        row["kind"] = "service" if m["type"] == "service" else "forward" if forward else "original"
        row["forward_from"], row["forward_name"] = subject(m.get("forwarded_from_id")), m.get("forwarded_from")
        row["reply_to"] = str(m["reply_to_message_id"]) if "reply_to_message_id" in m else None
        row["action"], row["text"], row["hrefs"], row["n_media"] = m.get("action"), text, hrefs or None, int(has_file)
        if "edited_unixtime" in m:
            row["edited_at"] = datetime.fromtimestamp(int(m["edited_unixtime"]), UTC)
        self.held["posts"].append(row)
        if has_file:
            self.held["media"].append(self._file(row, m))
        if author and author.startswith(PREFIX["user"]):
            self.accounts[author, m.get("from")] = None

    def _file(self, row: dict[str, Any], m: dict[str, Any]) -> dict[str, Any]:
        photo = "photo" in m
        path = m["photo"] if photo else m["file"]
        return {
            "channel": row["channel"],
            "post": row["native"],
            "platform": "telegram",
            "at": row["at"],
            "kind": "photo" if photo else m.get("media_type", "file"),
            "name": None if path.endswith(".)") else path,
            "mime": m.get("mime_type"),
            "size": m.get("photo_file_size") if photo else m.get("file_size"),
            "width": m.get("width"),
            "height": m.get("height"),
            "seconds": m.get("duration_seconds"),
            "position": 0,
        }

    def chunk(self) -> dict[str, pa.Table]:
        """Tables of what was taken."""
        people = [
            {
                "subject": who,
                "native": who.rpartition(":")[2],
                "platform": "telegram",
                "kind": "user",
                "display_name": name,
            }
            for who, name in self.accounts
        ]
        made = {**self.held, "accounts": people}
        tables = {name: pa.Table.from_pylist(rows, schema=staged_schema(name)) for name, rows in made.items()}
        self.__init__()  # type: ignore[misc]
        return tables


def venue(chat: dict[str, Any]) -> str:
    """A chat's subject id."""
    return f"telegram:channel:{chat['id']}"


def looped(messages: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, pa.Table]]:
    """Chunks of a loop over messages."""
    loop = Loop()
    for chat, message in messages:
        loop.take(chat, message)
        if len(loop.held["posts"]) >= ROWS:
            yield loop.chunk()
    yield loop.chunk()


def stdlib(path: Path) -> Iterator[dict[str, pa.Table]]:
    """The whole file through `json.load`."""
    with path.open("rb") as file:
        root = json.load(file)
    chats = root["chats"]["list"] if "chats" in root else [root]
    yield from looped((venue(chat), message) for chat in chats for message in chat["messages"])


def streamed(path: Path) -> Iterator[dict[str, pa.Table]]:
    """The file through `ijson` (its C backend), chat ids taken from the stream."""
    import ijson

    def messages() -> Iterator[tuple[str, dict[str, Any]]]:
        with path.open("rb") as file:
            full = b'"chats"' in file.read(4096)
        prefix = "chats.list.item" if full else ""
        at = f"{prefix}.messages.item" if full else "messages.item"
        chat, builder = "", None
        with path.open("rb") as file:
            for where, event, value in ijson.get_backend("yajl2_c").parse(file, use_float=True, buf_size=1 << 20):
                if where == at and event == "start_map":
                    builder = ijson.ObjectBuilder()
                if builder is not None:
                    builder.event(event, value)
                    if where == at and event == "end_map":
                        yield chat, builder.value
                        builder = None
                elif event == "number" and where == (f"{prefix}.id" if full else "id"):
                    chat = f"telegram:channel:{value}"

    yield from looped(messages())


def items(path: Path) -> Iterator[dict[str, pa.Table]]:
    """`ijson.items`, its fastest face: it hands over chats whole, so memory is a chat's size."""
    import ijson

    with path.open("rb") as file:
        full = b'"chats"' in file.read(4096)
    with path.open("rb") as file:
        chats = ijson.get_backend("yajl2_c").items(
            file, "chats.list.item" if full else "", use_float=True, buf_size=1 << 20
        )
        yield from looped((venue(chat), message) for chat in chats for message in chat["messages"])


def ours(path: Path) -> Iterator[dict[str, pa.Table]]:
    """The reader, parts and all, in one process."""
    from actionday.observe.platforms.telegram.export import TelegramExport  # by name only here: one reader is measured

    reader, source = TelegramExport(), Source(path, path.name)
    for part in reader.parts(source):
        for chunk in reader.read(source, part):
            yield chunk.tables


WAYS = {"ours": ours, "json": stdlib, "ijson": items, "ijson_events": streamed}


def _tiny() -> Path:
    """A file of one message."""
    path = Path(tempfile.mkdtemp()) / "result.json"
    message = {"id": 1, "type": "message", "date": "2020-01-01T00:00:00", "date_unixtime": "1577836800", "text": "ba"}
    path.write_text(json.dumps({"name": "ba", "type": "public_channel", "id": 1, "messages": [message]}))
    return path


def run(way: str, path: Path) -> dict[str, Any]:
    """One run in this process."""
    import polars as pl

    list(WAYS[way](_tiny()))  # imports and compiled code are loaded once, outside of the measure
    check, posts, media = 0, 0, 0
    spent = worked = 0.0
    chunks = WAYS[way](path)
    while True:
        began, busy = time.perf_counter(), time.process_time()
        tables = next(chunks, None)
        spent, worked = spent + time.perf_counter() - began, worked + time.process_time() - busy
        if tables is None:
            break
        if "posts" in tables:
            frame = pl.DataFrame(pl.from_arrow(tables["posts"].select(list(COMPARED))))
            check += int(frame.hash_rows(7).sum())
            posts += tables["posts"].num_rows
        media += tables["media"].num_rows if "media" in tables else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    megabytes = path.stat().st_size / 1e6
    result = {
        "way": way,
        "seconds": round(spent, 2),
        "cpu": round(worked, 2),
        "mb_per_s": round(megabytes / spent, 1),
        "peak_mb": round(peak),
    }
    return {**result, "posts": posts, "media": media, "check": check % 2**64}


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("path", type=Path)
    asks.add_argument("--runs", type=int, default=5)
    asks.add_argument("--only", default="ours,json,ijson")
    asks.add_argument("--one", choices=list(WAYS))
    given = asks.parse_args()
    if given.one:
        print(json.dumps(run(given.one, given.path)))
        return
    ways = given.only.split(",")
    results: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(given.runs):
        for way in ways:
            call = [sys.executable, __file__, str(given.path), "--one", way]
            results[way].append(json.loads(subprocess.run(call, check=True, capture_output=True).stdout))
    if len({(one["check"], one["posts"], one["media"]) for runs in results.values() for one in runs}) != 1:
        raise SystemExit(f"the ways differ: {results}")
    medians = {way: statistics.median(one["seconds"] for one in runs) for way, runs in results.items()}
    for way, runs in results.items():
        peak = max(one["peak_mb"] for one in runs)
        ratio = round(medians[way] / medians[ways[0]], 2)
        cpu = statistics.median(one["cpu"] for one in runs)
        rate = round(given.path.stat().st_size / 1e6 / medians[way], 1)
        print(
            json.dumps(
                {
                    "way": way,
                    "median_s": medians[way],
                    "median_cpu_s": cpu,
                    "mb_per_s": rate,
                    "times_ours": ratio,
                    "peak_mb": peak,
                }
            )
        )


if __name__ == "__main__":
    main()
