"""Write a Telegram Desktop export of any size: synthetic syllables, the real layout (one-space indentation, key order).

Usage: python -m benchmarks.telegram_files OUT.json --megabytes 300 [--seed 7] [--layout account|chat]
"""

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

SYLLABLES = (
    "ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo na ne ni no ra re ri ro sa se si so",
    "ба бе би бо ва ве ви во га го да де ди до жа зе ка ке ки ко ла ле ли ло ма ме ми мо на не ни но па пе по ра",
    "با بي تا تي جا جي دا دي را ري زا سا سي شا صا طا عا فا في قا كا كي لا لي ما مي نا ني ها وا",
)
MEAN_CHAT = 2_000


def texts(rng: random.Random, count: int) -> list[str]:
    """Sentences of made-up words in three scripts."""
    words = [
        ["".join(rng.choices(syllables.split(), k=rng.randint(1, 4))) for _ in range(5_000)] for syllables in SYLLABLES
    ]
    return [" ".join(rng.choices(words[min(int(rng.random() * 5), 2)], k=rng.randint(3, 28))) for _ in range(count)]


def parts_of(rng: random.Random, pool: list[str]) -> list[dict[str, str]]:
    """Text with entities, as Telegram cuts it."""
    entities: list[dict[str, str]] = [{"type": "plain", "text": rng.choice(pool) + " \n"}]
    for _ in range(rng.randint(1, 4)):
        kind = rng.random()
        if kind < 0.35:
            entities.append(
                {"type": "link", "text": f"https://t.me/babebi{rng.randint(1, 99_999)}/{rng.randint(1, 9_999)}"}
            )
        elif kind < 0.5:
            href = f"https://example.org/{rng.randint(1, 10**6)}?x=1"
            entities.append({"type": "text_link", "text": 'ka "ke"', "href": href})
        elif kind < 0.65:
            entities.append({"type": "mention", "text": f"@some_channel{rng.randint(1, 9_999)}"})
        elif kind < 0.8:
            entities.append({"type": "bold", "text": rng.choice(pool)[:30]})
        else:
            entities.append({"type": "hashtag", "text": f"#tag{rng.randint(1, 999)}"})
        entities.append({"type": "plain", "text": " " + rng.choice(pool)[:40] + "\n"})
    return entities


def message(rng: random.Random, pool: list[str], number: int, at: int) -> dict[str, Any]:
    """One message with the keys in Telegram Desktop's order."""
    wall = datetime.fromtimestamp(at, UTC) + timedelta(hours=1)
    user = int(rng.paretovariate(0.7)) % 500_000
    row: dict[str, Any] = {
        "id": number,
        "type": "message",
        "date": f"{wall:%Y-%m-%dT%H:%M:%S}",
        "date_unixtime": str(at),
    }
    row["from"] = f"User {user}" + (" 🙂" if user % 9 == 0 else "")
    row["from_id"] = ("channel" if rng.random() < 0.5 else "user") + str(1_000_000_000 + user)
    if rng.random() < 0.25:
        row["forwarded_from"] = f"Channel {int(rng.paretovariate(0.8)) % 30_000}"
    if rng.random() < 0.2:
        row["reply_to_message_id"] = max(1, number - int(rng.paretovariate(1)))
    kind = rng.random()
    if kind < 0.25:
        row |= {"photo": f"photos/photo_{number}@01-02-2024_10-00-00.jpg", "photo_file_size": 90_000}
        row |= {"width": 1280, "height": 720}
    elif kind < 0.35:
        row |= {"file": f"video_files/video_{number}.mp4", "file_name": f"video_{number}.mp4", "file_size": 9_000_000}
        row |= {"thumbnail": f"video_files/video_{number}.mp4_thumb.jpg", "media_type": "video_file"}
        row |= {"mime_type": "video/mp4", "duration_seconds": rng.randint(3, 900), "width": 720, "height": 1280}
    shape = rng.random()
    if shape < 0.45:
        row["text"] = rng.choice(pool)
        row["text_entities"] = [{"type": "plain", "text": row["text"]}]
    elif shape < 0.55:
        row |= {"text": "", "text_entities": []}
    else:
        row["text_entities"] = parts_of(rng, pool)
        row["text"] = [part["text"] if part["type"] == "plain" else part for part in row["text_entities"]]
    if rng.random() < 0.3:
        row["reactions"] = [{"type": "emoji", "count": rng.randint(1, 99), "emoji": mark} for mark in "👍🔥"]
    return row


def messages(rng: random.Random, pool: list[str], count: int, indent: bytes) -> Iterator[bytes]:
    """Messages of one chat, indented for their depth."""
    at = 1_600_000_000 + rng.randint(0, 10**7)
    for number in range(1, count + 1):
        at += rng.randint(1, 4_000)
        text = msgspec.json.format(msgspec.json.encode(message(rng, pool, number, at)), indent=1)
        yield indent + text.replace(b"\n", b"\n" + indent)


def fill(file: BinaryIO, rng: random.Random, pool: list[str], count: int, indent: bytes, left: int) -> int:
    """Write up to `count` messages or `left` bytes; returns the bytes written."""
    size = 0
    for one in messages(rng, pool, count, indent):
        file.write((b",\n" if size else b"") + one)
        size += len(one) + 2
        if size >= left:
            break
    return size


def write(path: Path, megabytes: float, seed: int, layout: str) -> int:
    """Write the export; returns its size in bytes."""
    rng = random.Random(seed)
    pool = texts(rng, 100_000)
    left, chat = int(megabytes * 1e6), 0
    with path.open("wb") as file:
        if layout == "chat":
            file.write(b'{\n "name": "ba be",\n "type": "public_channel",\n "id": 1300000001,\n "messages": [\n')
            fill(file, rng, pool, 10**9, b"  ", left)
            file.write(b"\n ]\n}")
            return file.tell()
        file.write(
            b'{\n "about": "Here is the data you requested.",\n "chats": {\n  "about": "All chats.",\n  "list": [\n'
        )
        while left > 0:
            kind = rng.choice(["public_channel", "private_supergroup", "private_channel"])
            head = (
                f'   {{\n    "name": "Chat {chat} \\"q\\" {{x}}",\n    "type": "{kind}",\n    "id": {10**9 + chat},\n'
            )
            file.write((b",\n" if chat else b"") + head.encode() + b'    "messages": [\n')
            left -= fill(file, rng, pool, min(200_000, int(50 * rng.paretovariate(0.6))), b"     ", left)
            file.write(b"\n    ]\n   }")
            chat += 1
        file.write(b"\n  ]\n }\n}")
        return file.tell()


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("out", type=Path)
    asks.add_argument("--megabytes", type=float, default=300)
    asks.add_argument("--seed", type=int, default=7)
    asks.add_argument("--layout", choices=["account", "chat"], default="account")
    given = asks.parse_args()
    print(write(given.out, given.megabytes, given.seed, given.layout), "bytes")


if __name__ == "__main__":
    main()
