"""What live reading learns of a chat besides its messages, as one small file beside them: written by `live`, read like an export.

Telegram Desktop's export has no place for handle, description, members, admins, the linked chat, or the group that a supergroup came
from. The file is ours: a JSON object that begins with ``"telegram_chat": 1``, its keys those of `Chat` below, ids written as the
export writes them (``user7``, ``channel7``). No access hash is in it. Not for: messages.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from actionday.observe.platforms.telegram.notes import KINDS
from actionday.observe.platforms.telegram.peers import peer, venue
from actionday.observe.reader import Chunk, Refused, Source
from actionday.observe.tray import Batch, chunks, staged

MARK = b'{"telegram_chat"'
FILE = "chat.json"
_MOST = 16 << 20
LINKED, MIGRATED, FORWARD, PINNED = 0.3, 0.95, 0.1, {"invite": 0.6, "url": 0.4, "handle": 0.3}
"""How sure each signal is of a move: a linked chat is named by both sides and lives beside; a forward shows interest, no more."""


class Admin(msgspec.Struct, omit_defaults=True):
    """One admin as the group shows them."""

    user_id: str
    name: str | None = None
    username: str | None = None
    bot: bool = False
    creator: bool = False


class Linked(msgspec.Struct, omit_defaults=True):
    """A channel's discussion group, or a group's channel."""

    type: str
    id: int
    name: str | None = None
    username: str | None = None


class Pinned(msgspec.Struct, omit_defaults=True):
    """The message pinned last: its text, and the addresses behind it."""

    id: int
    date_unixtime: int
    text: str = ""
    hrefs: list[str] = []


class Forwards(msgspec.Struct, omit_defaults=True):
    """Posts of one other channel that were passed on, among the messages beside: how many, the first of them when."""

    from_id: str
    date_unixtime: int
    count: int = 1


class Chat(msgspec.Struct, omit_defaults=True):
    """One chat. `type` is one of the export's words; `migrated_from` the number of the basic group that it was."""

    telegram_chat: int
    type: str
    id: int
    name: str | None = None
    username: str | None = None
    about: str | None = None
    members: int | None = None
    admins: list[Admin] = []
    linked: Linked | None = None
    migrated_from: int | None = None
    pinned: Pinned | None = None
    forwards: list[Forwards] = []


def write(folder: Path, said: Chat) -> Path:
    """The file, in `folder`."""
    path = folder / FILE
    path.write_bytes(msgspec.json.format(msgspec.json.encode(said), indent=1).replace(b"{\n ", b"{", 1) + b"\n")
    return path


def is_chat(head: bytes) -> bool:
    """Whether a file begins as one of these."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(MARK)] == MARK


def read(source: Source) -> Iterator[Chunk]:
    """The chat's profile, its admins, and where it points."""
    said, why = _decoded(source.path)
    if said is None:
        yield Chunk(refused=[Refused("whole file", why)])
        return
    yield from chunks([Batch(_tables(said, source))])


def _decoded(path: Path) -> tuple[Chat | None, str]:
    if path.stat().st_size > _MOST:
        return None, f"facts of a chat larger than {_MOST >> 20} MiB"
    try:
        said = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=Chat)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return None, f"facts of a chat that cannot be read: {error}"
    if said.telegram_chat != 1:
        return None, f"facts of a chat in version {said.telegram_chat}, which is not known here"
    if said.type not in KINDS or not _fits(said.id):
        return None, "facts of no channel or group"
    return said, ""


def _fits(number: int | None) -> bool:
    return number is not None and 0 < number < 1 << 63


def _tables(said: Chat, source: Source) -> dict[str, pa.Table]:
    subject = venue(said.id, said.type)
    return {
        "channels": _channels(said, subject, source),
        **_officers(said, subject, source),
        "moves": _moves(said, subject),
    }


def _channels(said: Chat, subject: str, source: Source) -> pa.Table:
    rows: list[dict[str, Any]] = [
        {"subject": subject, "kind": KINDS[said.type], "handle": said.username, "title": said.name}
        | {"description": said.about or None, "members": said.members}
    ]
    other = said.linked
    if other is not None and other.type in KINDS and _fits(other.id):
        there = venue(other.id, other.type)
        rows.append({"subject": there, "kind": KINDS[other.type], "handle": other.username, "title": other.name})
    return _staged("channels", rows, source)


def _officers(said: Chat, subject: str, source: Source) -> dict[str, pa.Table]:
    known = {who: one for one in said.admins if (who := peer(one.user_id)) and ":account:" in who}
    people = [
        {"subject": who, "kind": "bot" if one.bot else "admin", "handle": one.username, "display_name": one.name}
        for who, one in known.items()
    ]
    roles = [
        {"account": who, "channel": subject, "role": "owner" if one.creator else "bot" if one.bot else "admin"}
        for who, one in known.items()
    ]
    return {"accounts": _staged("accounts", people, source), "memberships": _staged("memberships", roles, source)}


def _staged(table: str, rows: list[dict[str, Any]], source: Source) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    columns: dict[str, object] = {name: pa.array([row.get(name) for row in rows]) for name in names}
    if "subject" in columns:
        natives = [row["subject"].rpartition(":")[2] for row in rows]
        columns |= {"native": pa.array(natives, pa.string()), "vantage": source.vantage}
    return staged(table, {**columns, "platform": "telegram", "seen_at": source.seen_at}, len(rows))


def _moves(said: Chat, subject: str) -> pa.Table:
    rows: list[tuple[str, str, str, float, int | None, str]] = []
    if _fits(said.migrated_from):
        rows.append((f"telegram:channel:chat{said.migrated_from}", subject, "migrate", MIGRATED, None, "migrated_from"))
    if said.linked is not None and said.linked.type in KINDS and _fits(said.linked.id):
        there = venue(said.linked.id, said.linked.type)
        rows.append((subject, there, "announced", LINKED, None, "linked chat"))
    rows += _pinned(said, subject)
    for one in said.forwards:
        there = peer(one.from_id) or ""
        if ":channel:" in there and there != subject:
            rows.append((subject, there, "forward", FORWARD, one.date_unixtime, f"{one.count} posts passed on"))
    timed = [row for row in rows if row[4] is None or 0 <= row[4] < 1 << 32]
    columns = dict(
        zip(("subject", "target", "kind", "confidence", "at", "evidence"), zip(*timed, strict=True), strict=False)
    )
    at = pa.array(
        [None if one is None else one * 1_000_000 for one in columns.get("at", ())], pa.timestamp("us", tz="UTC")
    )
    held: dict[str, object] = {name: pa.array(values) for name, values in columns.items() if name != "at"}
    held["target_platform"] = pa.array([row[1].partition(":")[0] for row in timed], pa.string())
    return staged("moves", {**held, "at": at, "platform": "telegram"}, len(timed))


def _pinned(said: Chat, subject: str) -> list[tuple[str, str, str, float, int | None, str]]:
    """Where the pinned message leads: invites, channels and names of other places; not sites, and not people's accounts."""
    one = said.pinned
    if one is None:
        return []
    from actionday.observe.extract import extract_from_texts  # large, and few files have it

    text = pa.array(["\n".join([one.text, *one.hrefs])], pa.string())
    own = {subject, f"telegram:@{(said.username or '').lower()}"}
    rows = []
    for find in extract_from_texts(text, platforms=pa.array(["telegram"])).to_pylist():
        sure = PINNED.get(find["kind"])
        if sure and find["target"] and find["target"] not in own and find["target_kind"] not in ("site", "account"):
            why = f"pinned message {one.id}: {find['kind']}"
            rows.append((subject, find["target"], "announced", sure, one.date_unixtime, why))
    return list({row[1]: row for row in reversed(rows)}.values())[::-1]
