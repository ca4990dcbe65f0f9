"""The reader of Telegram Desktop's HTML export: ``messages.html``, ``messages2.html`` and so on, for when there is no JSON.

The pages say less than the JSON: names, but no ids, neither of the chat nor of people, nor whether the chat is a private one. So a
person must say which channel or group it is, in ``FILE.map.toml`` (or ``table.map.toml`` for a folder):

    channel = "telegram:channel:1311111111"     # or telegram:channel:@name
    kind = "channel"                            # or "group"

Without it nothing is read. Accounts are known by display name within their chat, as ``telegram:account:derived:…``: **weak**, since
two people of one name are one, and one who changes theirs is two. Service messages have no time here and are counted only.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.platforms.telegram import html_examples
from actionday.observe.platforms.telegram.html_page import Page, Told
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tray import Batch, chunks, staged

NEEDED = (
    "the page does not say which chat this is, nor whether it is a private one: declare a channel or group in "
    'FILE.map.toml, channel = "telegram:channel:…" and kind = "channel" or "group"'
)
_BLOCK = 10_000
_SUBJECT = re.compile(r"telegram:channel:(?:chat)?[1-9]\d{0,18}|telegram:channel:@\w{3,32}", re.ASCII)
_TITLE = re.compile(rb'class="pull_right date details" title="\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d( UTC)?')
_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?")
KINDS = ("channel", "group")


@dataclass(frozen=True, slots=True)
class Declared:
    """Which chat a person says this is."""

    subject: str
    kind: str

    @classmethod
    def of(cls, mapping: Mapping[str, Any] | None) -> "Declared | str":
        """Read a mapping; a text says what is wrong with it."""
        if mapping is None:
            return NEEDED
        subject, kind = mapping.get("channel"), mapping.get("kind")
        if set(mapping) - {"channel", "kind"}:
            return (
                f"unknown key {sorted(set(mapping) - {'channel', 'kind'})[0]!r} in the mapping: keys are channel, kind"
            )
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            return f"{subject!r} is no channel: write telegram:channel:1311111111 or telegram:channel:@name"
        return cls(subject, kind) if kind in KINDS else f'{kind!r} is no kind of chat: "channel" or "group"'

    def account(self, name: str) -> str:
        """The account behind a display name."""
        told = f"{self.subject}\0{name}".encode("utf-8", "replace")
        return f"telegram:account:derived:{hashlib.blake2b(told, digest_size=12).hexdigest()}"


class TelegramHtml:
    """Reads and writes Telegram Desktop's HTML export (messages.html, messages2.html …)."""

    name = "telegram_html"
    title = "Telegram Desktop export (messages.html)"
    version = 1
    suffixes: tuple[str, ...] = (".html",)

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the exporter's title and classes. Pages older than zones in dates need one declared."""
        if b"Exported Data" not in head[:4096] or b"page_wrap" not in head:
            return Recognised(0)
        if b'class="history"' not in head and b'class="message ' not in head:
            return Recognised(0, "a page of a Telegram export that holds no messages")
        dated = _TITLE.search(head)
        needs = ("mapping", "zone") if dated is not None and dated[1] is None else ("mapping",)
        return Recognised(90, "Telegram Desktop HTML export of one chat; the JSON export says more", needs)

    def parts(self, source: Source) -> Iterator[Part]:
        """One: pages are small, and a name holds for the messages behind it."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """The messages; those that cannot be read are refused alone."""
        declared = Declared.of(source.mapping)
        if isinstance(declared, str):
            yield Chunk(refused=[Refused("whole file", declared)])
            return
        yield from chunks(_batches(source, declared))

    def examples(self) -> Mapping[str, bytes]:
        """A channel, a group over midnight, an old page without zones."""
        return html_examples.FILES

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `html_write`."""
        from actionday.observe.platforms.telegram.html_write import write_pages

        return write_pages(rows, folder)


def _batches(source: Source, declared: Declared) -> Iterator[Batch]:
    page, block, nothing = Page(source.path), _Block(source, declared), True
    for one in page.messages():
        nothing = nothing and isinstance(one, Refused)
        if isinstance(one, Refused):
            block.refuse(one)
        else:
            block.take(one, page.title)
        if len(block.held) + len(block.refused) >= _BLOCK:
            yield block.batch(page.title)
    if page.services:
        why = f"{page.services} service messages, of which this format says no time: not imported"
        block.refused.append(Refused("whole file", why))
    if nothing and not page.services:
        block.refused.append(Refused("whole file", "no message of a Telegram export found"))
    yield block.batch(page.title)


class _Block:
    """Messages of a chat, collected until they make a batch; remembers who spoke last, since later ones leave the name out."""

    def __init__(self, source: Source, declared: Declared) -> None:
        self._source, self._declared = source, declared
        self.held: list[tuple[Told, str | None, str | None]] = []  # message, author, name
        self.refused: list[Refused] = []
        self._by: tuple[str | None, str | None] | None = None
        self._forward: str | None = None

    def refuse(self, one: Refused) -> None:
        """A message that cannot be read may have named somebody: whoever spoke before it is not asked further."""
        self.refused.append(one)
        self._by, self._forward = None, None

    def take(self, told: Told, title: str | None) -> None:
        """Settle who speaks and whose words they pass on."""
        if told.by != "":
            who = (
                None
                if told.by is None
                else self._declared.subject
                if told.by == title
                else self._declared.account(told.by)
            )
            self._by = (who, told.by)
        if self._by is None:
            self.refused.append(Refused(f"message {told.native}", "nobody is named, here or before"))
            return
        if told.forwarded and told.forward_name != "":
            self._forward = told.forward_name
        told.forward_name = self._forward if told.forwarded else None
        self.held.append((told, *self._by))

    def batch(self, title: str | None) -> Batch:
        """What was collected, as tables."""
        held, refused = self.held, self.refused
        self.held, self.refused = [], []
        return Batch(_tables(held, refused, self._source, self._declared, title), refused)


def _tables(
    held: list[tuple[Told, str | None, str | None]],
    refused: list[Refused],
    source: Source,
    declared: Declared,
    title: str | None,
) -> dict[str, pa.Table]:
    import polars as pl  # large, and only pages that are read need it

    from actionday.observe.times import Declared as Zone
    from actionday.observe.times import parse_times

    when = parse_times(pl.Series([_iso(told.date) for told, _, _ in held], dtype=pl.String), Zone(source.zone))
    good = []
    for place, (at, why) in enumerate(zip(when.at.is_not_null(), when.reason, strict=True)):
        if at:
            good.append(place)
        else:
            told = held[place][0]
            refused.append(Refused(f"message {told.native}", why or "date unreadable", told.date[:200]))
    rows, kept = [held[place] for place in good], pa.array(good, pa.int64())
    times = {"at": _arrow(when.at, kept), "at_offset": _arrow(when.offset, kept)}
    shared = {"platform": "telegram", "channel": declared.subject}
    return {
        "channels": _channels(source, declared, title) if rows else staged("channels", {}, 0),
        "accounts": _accounts(rows, source),
        "posts": _posts([told for told, _, _ in rows], [who for _, who, _ in rows], {**shared, **times}),
        "media": _media([told for told, _, _ in rows], shared, times["at"]),
    }


def _arrow(column: Any, kept: pa.Array) -> pa.Array:  # noqa: ANN401 - a polars series
    return column.to_arrow().take(kept)


def _iso(date: str) -> str:
    found = _DATE.fullmatch(date)
    return f"{found[3]}-{found[2]}-{found[1]}T{found[4]}{found[5] or ''}" if found else date[:100] or "none"


def _channels(source: Source, declared: Declared, title: str | None) -> pa.Table:
    native = declared.subject.rpartition(":")[2]
    columns = {
        "subject": declared.subject,
        "platform": "telegram",
        "native": native,
        "kind": declared.kind,
        "handle": native[1:] if native.startswith("@") else None,
        "title": title,
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    return staged("channels", columns, 1)


def _accounts(rows: list[tuple[Told, str | None, str | None]], source: Source) -> pa.Table:
    known = {who: name for _, who, name in rows if who and ":account:" in who}
    columns = {
        "subject": pa.array(list(known), pa.string()),
        "native": pa.array([who.partition(":account:")[2] for who in known], pa.string()),
        "display_name": pa.array(list(known.values()), pa.string()),
        "platform": "telegram",
        "kind": "user",
        "seen_at": source.seen_at,
        "vantage": source.vantage,
    }
    return staged("accounts", columns, len(known))


def _posts(rows: list[Told], authors: list[str | None], more: Mapping[str, object]) -> pa.Table:
    columns = {
        "native": pa.array([told.native for told in rows], pa.string()),
        "author": pa.array(authors, pa.string()),
        "kind": pa.array(["forward" if told.forwarded else "original" for told in rows], pa.string()),
        "forward_name": pa.array([told.forward_name for told in rows], pa.string()),
        "reply_to": pa.array([told.reply_to for told in rows], pa.string()),
        "text": pa.array([told.text for told in rows], pa.string()),
        "hrefs": pa.array([told.hrefs or None for told in rows], pa.list_(pa.string())),
        "n_media": pa.array([int(told.media is not None) for told in rows], pa.int16()),
    }
    return staged("posts", {**columns, **more}, len(rows))


def _media(rows: list[Told], shared: Mapping[str, object], at: pa.Array) -> pa.Table:
    carries = [(place, told.native, told.media) for place, told in enumerate(rows) if told.media is not None]
    columns = {
        "post": pa.array([native for _, native, _ in carries], pa.string()),
        "kind": pa.array([kind for _, _, (kind, _) in carries], pa.string()),
        "name": pa.array([name for _, _, (_, name) in carries], pa.string()),
        "at": at.take(pa.array([place for place, _, _ in carries], pa.int64())),
        "position": 0,
    }
    return staged("media", {**shared, **columns}, len(carries))
