"""The `mastodon_api` reader: answers of the Mastodon REST API, as Mastodon and what is compatible with it give them.

Understood: lists of statuses or accounts (timelines, an account's statuses), a search's answer, a thread's context, single
objects, and files with one of these a line. Public and unlisted statuses are read, others counted. A status is known by its
`uri`, as in ActivityPub; `reply_to` is the answering server's own number.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.mastodon import examples
from actionday.observe.platforms.mastodon.statuses import SHAPE, block_of
from actionday.observe.reader import Chunk, Part, Recognised, Source
from actionday.observe.tabular.jsonlists import read_lists
from actionday.observe.timelines import Block, chunks_of

_LISTS = ("", "statuses", "accounts", "ancestors", "descendants")
_STATUS = (rb'"visibility"\s*:\s*"(?:public|unlisted|private|direct)"', rb'"spoiler_text"\s*:', rb'"acct"\s*:')
_ACCOUNT = (rb'"acct"\s*:', rb'"note"\s*:', rb'"(?:statuses|followers)_count"\s*:', rb'"display_name"\s*:')
NOTHING = "no status and no account in it"


class MastodonApi:
    """Reads and writes answers of the Mastodon REST API (statuses, accounts)."""

    name = "mastodon_api"
    title = "Mastodon REST API answers (statuses, accounts)"
    version = 1
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By keys that only its statuses or accounts have together."""
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not text.startswith((b"{", b"[")):
            return Recognised(0)
        if all(re.search(key, text) for key in _STATUS):
            return Recognised(90, "Mastodon API, statuses")
        if all(re.search(key, text) for key in _ACCOUNT):
            return Recognised(88, "Mastodon API, accounts")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read front to back."""
        lists = read_lists(source.path, dict.fromkeys(_LISTS, SHAPE), SHAPE)
        blocks = (block_of(rows) if rows.name or rows.frame.width else Block(refused=rows.refused) for rows in lists)
        yield from chunks_of(source, blocks, NOTHING)

    def examples(self) -> Mapping[str, bytes]:
        """A timeline with a boost and a private status, and accounts that moved or are limited."""
        return examples.REST

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `rest_write.write_answers`."""
        from actionday.observe.platforms.mastodon.rest_write import write_answers

        return write_answers(rows, folder)
