"""The `friendica` reader: account exports (one JSON object) and backups (the same, then lines of up to 500 items).

Both hold the account's private keys and password hash. They are never decoded: only the keys of `items.ACCOUNT` are picked,
the lists of contacts, photos, settings and circles are passed over, and a broken account object is refused without being
quoted. Public and unlisted items are read, others counted. docs/formats/friendica.md says more.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.friendica import examples
from actionday.observe.platforms.friendica.bbcode import plain_text
from actionday.observe.platforms.friendica.items import ACCOUNT, ITEM, PROFILE, notes_of, person_of
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.jsonlists import REST, Shape, read_lists
from actionday.observe.timelines import Block, Timelines

_ACCOUNT = re.compile(rb'"baseurl"\s*:\s*"http')
_USER = re.compile(rb'"user"\s*:\s*\{')
_ITEM = re.compile(rb'\A[\s\xef\xbb\xbf]*\{\s*"item"\s*:\s*\[')
_PASSED_OVER = ("contact", "profile_fields", "photo", "pconfig", "circle", "circle_member", "group", "group_member")
NOTHING = "no Friendica account and no items in it"


class Friendica:
    """Reads Friendica's account export and backup without the keys in them; writes backups."""

    name = "friendica"
    title = "Friendica export (account, backup)"
    version = 1
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".account", ".backup")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the account object that opens it, or by a line of items."""
        if _ITEM.search(head) and b'"author-link"' in head:
            return Recognised(90, "Friendica backup, items")
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _ACCOUNT.search(head) and _USER.search(head):
            return Recognised(92, "Friendica account export or backup; keys and password are left out")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read front to back."""
        timelines, seen, about = Timelines(source, zone="UTC"), False, None
        lists: dict[str, Shape | None] = {"item": ITEM, "profile": PROFILE, **dict.fromkeys(_PASSED_OVER)}
        for rows in read_lists(source.path, lists, ACCOUNT, unquoted=(REST, "profile")):
            block = Block(refused=rows.refused)
            if rows.name == "item":
                block, seen = notes_of(rows), True
            elif rows.name == "profile":
                texts = plain_text(rows.frame["about"].to_arrow()).text.to_pylist() if rows.frame.height else []
                about = next((text for text in texts if text), about)
            elif rows.name == REST:
                block.people = person_of(rows, about)
                seen = seen or bool(block.people.height)
            yield from timelines.chunks(block)
        if not seen:
            yield Chunk(refused=[Refused("file", NOTHING)])
        yield from timelines.end()

    def examples(self) -> Mapping[str, bytes]:
        """A backup with its traps, and an account export alone."""
        return examples.FRIENDICA

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_backups`."""
        from actionday.observe.platforms.friendica.write import write_backups

        return write_backups(rows, folder)
