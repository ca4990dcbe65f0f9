"""The `activitypub` reader: Mastodon's account archive and other ActivityPub documents.

Understood: ``actor.json`` and ``outbox.json`` of an archive (the zip or tar.gz is opened by the import), outboxes and their
pages as servers give them, activities, posts and actors alone, and files with one such document a line. Public and unlisted
posts are read; what only followers or named people may read is counted. An archive holds key material in no member that
is read here (an actor's public key is skipped). ``likes.json`` and ``bookmarks.json`` hold other people's posts by
address only, and are passed over. docs/formats/activitypub.md says more.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.mastodon import examples
from actionday.observe.platforms.mastodon.activities import ACTORS, OBJECTS, SHAPE, Names, block_of
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular.jsonlists import read_lists
from actionday.observe.timelines import Block, Timelines

_LISTS = ("orderedItems", "items", "first.orderedItems", "first.items")
_ACTIVITIES = ("Create", "Announce", "Update", "Move", "Delete", "Like", "Undo", "Follow", "Add", "Remove", "Accept")
_COLLECTIONS = ("OrderedCollection", "OrderedCollectionPage", "Collection", "CollectionPage")
_TYPE = re.compile(rb'"type"\s*:\s*"(%s)"' % "|".join((*ACTORS, *OBJECTS, *_ACTIVITIES, *_COLLECTIONS)).encode())
_CONTEXT = re.compile(rb"w3\.org/ns/activitystreams|\"orderedItems\"\s*:")
_ASIDE = re.compile(rb'"id"\s*:\s*"(likes|bookmarks)\.json"')
NOTHING = "no ActivityPub document in it"
EMPTY = "no post, boost, move or account with an address in it"


class ActivityPub:
    """Reads ActivityPub documents: account archives of Mastodon, outboxes, actors. Writes ``actor.json`` and ``outbox.json``."""

    name = "activitypub"
    title = "ActivityPub documents (Mastodon archive, outbox, actor)"
    version = 2
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson", ".jsonld")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the context or list that ActivityStreams has, and the type of what is there."""
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        found = _TYPE.search(text)
        if not text.startswith(b"{") or not found or not _CONTEXT.search(text):
            return Recognised(0)
        aside = _ASIDE.search(text[:4_096])
        if aside:
            return Recognised(0, f"{aside[1].decode()} of a Mastodon archive: other people's posts, not imported")
        return Recognised(92, f"ActivityPub, {found[1].decode()}")

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read front to back. Activities that are no posts, boosts or moves are passed over."""
        timelines, names, seen, told = Timelines(source), Names(), False, False
        for rows in read_lists(source.path, dict.fromkeys(_LISTS, SHAPE), SHAPE):
            if not rows.name:
                yield from timelines.chunks(Block(refused=rows.refused))
                continue
            block = block_of(rows, names)
            seen = seen or bool(rows.frame["type"].drop_nulls().len())
            for chunk in timelines.chunks(block):
                told = True
                yield chunk
        hidden = list(timelines.end())
        if not seen or not (told or hidden):
            yield Chunk(refused=[Refused("file", EMPTY if seen else NOTHING)])
        yield from hidden

    def examples(self) -> Mapping[str, bytes]:
        """An archive's actor and outbox, and a page as a server gives it."""
        return examples.ACTIVITYPUB

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_archives`."""
        from actionday.observe.platforms.mastodon.write import write_archives

        return write_archives(rows, folder)
