"""The `diaspora_api` reader: answers of the diaspora* API v1 (streams, posts, comments, people)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.diaspora import examples
from actionday.observe.platforms.diaspora.posts import POST, block_of
from actionday.observe.reader import Chunk, Part, Recognised, Source
from actionday.observe.tabular.jsonlists import read_lists
from actionday.observe.timelines import Block, chunks_of

_ID, _GUID = re.compile(rb'"diaspora_id"\s*:\s*"'), re.compile(rb'"guid"\s*:\s*"')
NOTHING = "no post and no person of diaspora* in it"


class DiasporaApi:
    """Reads and writes answers of the diaspora* API v1."""

    name = "diaspora_api"
    title = "diaspora* API answers (posts, people)"
    version = 1
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By diaspora's own id beside a guid."""
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if text.startswith((b"{", b"[")) and _ID.search(text) and _GUID.search(text):
            return Recognised(90, "diaspora* API v1")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read front to back."""
        lists = read_lists(source.path, {"": POST}, POST)
        blocks = (block_of(rows) if rows.frame.width else Block(refused=rows.refused) for rows in lists)
        yield from chunks_of(source, blocks, NOTHING)

    def examples(self) -> Mapping[str, bytes]:
        """A stream with a limited post and a reshare."""
        return examples.API

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_stream`."""
        from actionday.observe.platforms.diaspora.write import write_stream

        return write_stream(rows, folder)
