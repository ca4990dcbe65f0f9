"""The `diaspora` reader: the account archive of diaspora*, version 2.0.

It holds the account's private key, which is never decoded: only the keys of `entities.ARCHIVE` are picked, contacts are passed
over, and a broken user object is refused without being quoted. A comment says nothing of who may read it, so at the first one the
file is gone through besides for the posts that are public. docs/formats/diaspora.md says more.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.diaspora import examples
from actionday.observe.platforms.diaspora.entities import (
    ARCHIVE,
    ENTITY,
    GUIDS,
    NO_POSTS,
    has_comments,
    notes_of,
    person_of,
    public_posts,
)
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.jsonlists import REST, read_lists
from actionday.observe.timelines import Block, Timelines

_POSTS = ("user.posts", "others_data.posts")
_LISTS = (*_POSTS, "user.relayables", "others_data.relayables")
_PASSED_OVER = (
    "user.contacts",
    "user.contact_groups",
    "user.followed_tags",
    "user.post_subscriptions",
    "others_data.non_contact_authors",
)
_USER, _KEYS = re.compile(rb'"user"\s*:\s*\{'), (b'"private_key"', b'"entity_data"', b'"entity_type"')
NOTHING = "no diaspora* archive"


class Diaspora:
    """Reads the account archive of diaspora* (version 2.0) without the key in it; writes such archives."""

    name = "diaspora"
    title = "diaspora* account archive"
    version = 1
    suffixes: tuple[str, ...] = (".json",)

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the user object and the federation entities in it."""
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if text.startswith(b"{") and _USER.search(text) and sum(key in text for key in _KEYS) >= 2:
            return Recognised(92, "diaspora* archive; the private key is left out")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read front to back; where there are comments, after a look for the posts that are public."""
        timelines, seen, public = Timelines(source), False, NO_POSTS
        skipped = dict.fromkeys(_PASSED_OVER)
        for rows in read_lists(source.path, {**dict.fromkeys(_LISTS, ENTITY), **skipped}, ARCHIVE, unquoted=(REST,)):
            block = Block(refused=rows.refused)
            if rows.name == REST:
                block.people = person_of(rows)
            elif rows.name:
                public = _public(source.path) if public is NO_POSTS and has_comments(rows) else public
                block = notes_of(rows, public)
            seen = seen or bool(block.people.height or rows.name in _LISTS)
            yield from timelines.chunks(block)
        if not seen:
            yield Chunk(refused=[Refused("file", NOTHING)])
        yield from timelines.end()

    def examples(self) -> Mapping[str, bytes]:
        """An archive with public and limited posts, a reshare and comments."""
        return examples.ARCHIVES

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_archives`."""
        from actionday.observe.platforms.diaspora.write import write_archives

        return write_archives(rows, folder)


def _public(path: Path) -> pl.DataFrame:
    """The public posts' guids (eight bytes each) and authors (four)."""
    lists = {**dict.fromkeys(_POSTS, GUIDS), **dict.fromkeys((*_LISTS[2:], *_PASSED_OVER))}
    found = [public_posts(rows) for rows in read_lists(path, lists) if rows.name]
    return pl.concat([NO_POSTS, *found])
