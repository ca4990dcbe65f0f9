"""The reader of web archives: WARC files, plain or packed, and WACZ packages. Pages are read, never rendered, nothing is fetched.

One page captured is one post on the channel ``website:channel:<host>``: title, text, links that lead elsewhere. Feeds inside
become posts of their own. The status of a front page is a sighting. Revisit records repeat what was captured before, so
they are sightings alone.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.website.captures import Capture, members_of, read_captures
from actionday.observe.platforms.website.examples import EXAMPLES
from actionday.observe.platforms.website.rows import Tray
from actionday.observe.platforms.website.write import write_warc
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source

_WARC = re.compile(rb"\AWARC/(?:0\.1[78]|1\.[01])\r?\n")
NOTHING = "no record in it is a page, a feed or an answer of a site's front page"
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


class WebArchive:
    """WARC and WACZ: pages and feeds as posts, front pages as looks; digests checked."""

    name = "warc"
    title = "Web archives (WARC, WACZ)"
    version = 1
    suffixes: tuple[str, ...] = (".warc", ".warc.gz", ".wacz")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the first line of a WARC file; packed ones by their name and first bytes."""
        lower = name.lower()
        if _WARC.match(head):
            return Recognised(95, "web archive (WARC)")
        if lower.endswith(".warc.gz") and head.startswith(_GZIP):
            return Recognised(95, "web archive (WARC, packed)")
        if lower.endswith(".wacz") and head.startswith(_ZIP):
            return Recognised(95, "web archive package (WACZ)")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part a WARC file in the package; what cannot be read is told by the part's note."""
        for member, fault in members_of(source.path):
            note = {"member": member, "fault": [fault.position, fault.reason] if fault else None}
            yield Part(note=note, weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """The captures of one member, in order."""
        if part.note["fault"]:
            yield Chunk(refused=[Refused(*part.note["fault"])])
            return
        tray, told = Tray(source), False
        for one in read_captures(source.path, part.note["member"]):
            if isinstance(one, Capture):
                tray.take(one)
            else:
                tray.refuse(one)
            if tray.full():
                told = True
                yield from tray.empty()
        rest = list(tray.empty())
        if not told and not rest:
            rest = [Chunk(refused=[Refused(part.note["member"] or "file", NOTHING)])]
        yield from rest

    def examples(self) -> Mapping[str, bytes]:
        """A plain WARC, a packed one and a package: pages, a feed, a redirect, a revisit, a wrong digest."""
        return EXAMPLES

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write websites' posts and looks as ``websites.warc.gz``; see `write`."""
        return write_warc(rows, folder)
