"""The reader of XMPP archives: stanza dumps with MAM results, XEP-0227 exports (ejabberd, Prosody), ejabberd's room histories."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from actionday.observe.platforms.xmpp import examples, stanzas
from actionday.observe.platforms.xmpp.dump import Dump, Stanza
from actionday.observe.platforms.xmpp.history import is_history, messages
from actionday.observe.platforms.xmpp.ledger import Known, Ledger
from actionday.observe.platforms.xmpp.names import PIE
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.times import zone_fault
from actionday.observe.tray import Batch, chunks

_PIE = re.compile(
    rb"<(?:\w+:)?(?:server-data|host|user)\b[^>]{0,2000}[\"'](?:"
    + b"|".join(re.escape(ns.encode()) for ns in PIE)
    + rb")[\"']"
)
_MAM = re.compile(rb"<(?:\w+:)?result\b[^>]{0,500}[\"']urn:xmpp:mam:2[\"']|[\"']urn:xmpp:mam:2[\"'][^>]{0,500}>")
_STANZA = re.compile(rb"<(?:message|presence|iq)\b[^>]{0,1000}\b(?:from|to)\s*=")
_NO_ZONE = re.compile(rb"stamp\s*=\s*[\"']\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?[\"']")
_ASKED = (b"disco#info", b"muc#admin")
_LOOK = 1 << 20


class XmppExport:
    """Reads XMPP archives of public rooms; writes a dump of MAM results. docs/formats/xmpp.md tells what is private."""

    name = "xmpp_export"
    title = "XMPP archives (MAM dumps, XEP-0227, ejabberd room histories)"
    version = 1
    suffixes: tuple[str, ...] = (".xml", ".json")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the namespaces of the first elements."""
        if is_history(head):
            return Recognised(95, "ejabberd's history of one room (get_room_history)")
        if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return Recognised(0)
        needs = ("zone",) if _NO_ZONE.search(head) else ()
        if _PIE.search(head):
            return Recognised(95, "XMPP accounts of a server (XEP-0227)", needs)
        if _MAM.search(head):
            return Recognised(95, "XMPP messages out of an archive (MAM)", needs)
        if _STANZA.search(head):
            return Recognised(85, "XMPP stanzas", needs)
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part. Its note holds what rooms answer of themselves, wherever in the file that stands."""
        known = Known()
        last = -1 if _is_json(source) else _last_answer(source.path)
        if last >= 0:
            dump = Dump(source.path, source.media_root)
            for one in dump.stanzas():
                if dump.reached > last:
                    break
                if isinstance(one, Stanza) and stanzas.is_iq(one.tag):
                    known.answer(one.element)
        yield Part(note=known.note(), weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Rooms that are public, or everything where the source names a basis; the rest is counted."""
        return chunks(_batches(source, part))

    def examples(self) -> Mapping[str, bytes]:
        """A dump of two rooms, stanzas without a root, a server's export in two files, a room's history."""
        return examples.EXAMPLES

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `write.write_dump`."""
        from actionday.observe.platforms.xmpp.write import write_dump

        return write_dump(rows, folder)


def _batches(source: Source, part: Part) -> Iterator[Batch]:
    ledger = Ledger(source, Known.of(part.note, source))
    declared = [Refused("zone", fault)] if source.zone and (fault := zone_fault(source.zone)) else []
    listed = (source.mapping or {}).get("public_rooms", [])
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        declared.append(Refused("mapping", "public_rooms must be a list of rooms' addresses"))
    for refused in declared:
        ledger.take(refused)
    if _is_json(source):
        for one in messages(source):
            if isinstance(one, Refused):
                ledger.take(one)
            else:
                ledger.message(*one)
            yield from ledger.full()
    else:
        for stanza in Dump(source.path, source.media_root).stanzas():
            ledger.take(stanza)
            yield from ledger.full()
    yield from ledger.finish()


def _is_json(source: Source) -> bool:
    with source.path.open("rb") as file:
        return file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def _last_answer(path: Path) -> int:
    """Where the last answer of a room may stand, or -1: found at memory speed, so that the rest is parsed once only."""
    last, offset, tail = -1, 0, b""
    with path.open("rb") as file:
        while block := file.read(_LOOK):
            found = max((tail + block).rfind(word) for word in _ASKED)
            last = last if found < 0 else offset - len(tail) + found
            offset, tail = offset + len(block), block[-16:]
    return last
