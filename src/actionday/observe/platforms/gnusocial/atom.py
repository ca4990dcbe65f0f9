"""The `gnusocial_atom` reader: Atom feeds with ActivityStreams, as GNU social's backup and feeds and early Mastodon wrote them.

XML is read piece by piece without entities, document types or network; a file that declares a document type is refused. Shapes
were read in published feeds of GNU social 1.2 and Mastodon 1; the backup's own additions (subscriptions, groups) are passed over.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
from lxml import etree

from actionday.observe.platforms.gnusocial import examples
from actionday.observe.platforms.gnusocial.entries import ATOM, Entry, block_of, entry_of, person_of
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.timelines import Block, chunks_of

_ROWS = 5_000
_ACTIVITIES = b"activitystrea.ms/spec/1.0"
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
DOCTYPE = "declares a document type or entities: not read"
NOTHING = "no entry of an activity feed in it"


class GnuSocialAtom:
    """Reads and writes Atom feeds and backups with ActivityStreams (GNU social, early Mastodon)."""

    name = "gnusocial_atom"
    title = "Atom activity feed or backup (GNU social)"
    version = 1
    suffixes: tuple[str, ...] = (".atom", ".xml")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the feed element and the ActivityStreams namespace."""
        if re.search(rb"<feed[\s>]", head) and b"http://www.w3.org/2005/Atom" in head and _ACTIVITIES in head:
            return Recognised(90, "Atom activity feed (GNU social)")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read front to back; what stands before damage is kept."""
        with source.path.open("rb") as file:
            if _DOCTYPE.search(file.read(65_536)):
                yield Chunk(refused=[Refused("file", DOCTYPE)])
                return
        yield from chunks_of(source, _blocks(source.path), NOTHING)

    def examples(self) -> Mapping[str, bytes]:
        """A feed with a reply, a share and a favourite."""
        return examples.ATOM

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `atom_write.write_feeds`."""
        from actionday.observe.platforms.gnusocial.atom_write import write_feeds

        return write_feeds(rows, folder)


def _blocks(path: Path) -> Iterator[Block]:
    held: list[Entry] = []
    owner: str | None = None
    depth = 0
    events = etree.iterparse(
        str(path), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for event, element in events:
            depth += 1 if event == "start" else -1
            if event == "start" or depth != 1:
                continue
            if element.tag == f"{ATOM}author" and owner is None:
                person, owner = person_of(element)
                yield Block(people=person)
            elif element.tag == f"{ATOM}entry":
                held.append(entry_of(element, owner))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            if len(held) >= _ROWS:
                yield block_of(held)
                held = []
    except (etree.XMLSyntaxError, ValueError, OSError) as error:
        yield block_of(held)
        yield Block(refused=[Refused("file", f"the rest cannot be read: {str(error).splitlines()[0][:300]}")])
        return
    yield block_of(held)
