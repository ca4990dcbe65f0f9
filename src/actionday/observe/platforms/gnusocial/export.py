"""The `gnusocial` reader: answers of GNU social's Twitter-like API (timelines, single notices, users), as on Quitter.

Most such servers are gone, so this is for files that somebody kept. docs/formats/gnusocial.md says what is read and what is not.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.gnusocial import examples
from actionday.observe.platforms.gnusocial.notices import SHAPE, block_of
from actionday.observe.reader import Chunk, Part, Recognised, Source
from actionday.observe.tabular.jsonlists import read_lists
from actionday.observe.timelines import Block, chunks_of

_OURS = re.compile(rb'"statusnet_(?:html|conversation_id|profile_url|in_groups)"\s*:|"ostatus_uri"\s*:')
_USER = re.compile(rb'"screen_name"\s*:')
NOTHING = "no notice and no user of GNU social in it"


class GnuSocial:
    """Reads and writes answers of GNU social's Twitter-like API."""

    name = "gnusocial"
    title = "GNU social API answers (notices, users)"
    version = 1
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By keys that GNU social adds to Twitter's."""
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if text.startswith((b"{", b"[")) and _OURS.search(text) and _USER.search(text):
            return Recognised(93, "GNU social, Twitter-like API")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read front to back."""
        lists = read_lists(source.path, {"": SHAPE}, SHAPE)
        blocks = (block_of(rows) if rows.frame.width else Block(refused=rows.refused) for rows in lists)
        yield from chunks_of(source, blocks, NOTHING)

    def examples(self) -> Mapping[str, bytes]:
        """A timeline with a repeat, a reply and a notice of a closed account."""
        return examples.API

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_timeline`."""
        from actionday.observe.platforms.gnusocial.write import write_timeline

        return write_timeline(rows, folder)
