"""From a file to stanzas, block by block: one whole element at a time, what was read is dropped, memory does not grow.

A file may be one document (XEP-0227, any root around stanzas) or stanzas one after the other without a root. It is parsed inside
a root of our own, so a document type declaration, and with it every entity bomb, is a fault. Nothing is resolved or
fetched; XIncludes are opened only below the folder of the upload and never through a link. After damage, archived messages
(``<result>``) are looked for by their tags and parsed one by one; loose stanzas and answers after it are lost.

Not for: what a stanza means.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from lxml import etree

from actionday.observe.platforms.xmpp.names import CLIENT, MAM, PIE, SERVER, XINCLUDE, domain
from actionday.observe.reader import Refused

BLOCK, LONGEST, DEEPEST = 1 << 20, 16 << 20, 3
"""Bytes read at once, the longest stanza, and how many files may lie inside each other (server, host, user)."""

_DECLARATION = re.compile(rb"\s*<\?xml\b([^>]*)\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
_OPEN = f'<dump xmlns="{CLIENT}" xmlns:stream="http://etherx.jabber.org/streams">'.encode()
_CLOSE = b"</dump>"
_TAIL = 8
_RESULT, _RESULT_END = re.compile(rb"<result(?=[\s/>])"), b"</result>"
DECLARES = "a document type declaration: XMPP has none, and entities may be a bomb; the rest is not read"
DAMAGED = "damaged XML: {}; archived messages from here on are read one by one"
ENDS = "the file breaks off, or is damaged, where nothing ends it: {}"
_NAMESPACES, _MOST_FAULTS = range(200, 207), 10_000
"""libxml2's numbers for names whose namespace is not declared: what has one is not read, the rest is."""
NO_STANZA = "no stanza of XMPP found"
_RESULT_TAG = f"{{{MAM}}}result"
_STANZAS = frozenset(
    [f"{{{ns}}}{name}" for ns in (CLIENT, SERVER) for name in ("message", "presence", "iq")] + [_RESULT_TAG]
)
_HOST, _USER, _OFFLINE = ({f"{{{ns}}}{name}" for ns in PIE} for name in ("host", "user", "offline-messages"))
_INCLUDE, _VCARD = f"{{{XINCLUDE}}}include", "{vcard-temp}vCard"
_UNITS = _STANZAS | {_VCARD}
_ROOT = f"{{{CLIENT}}}dump"
_TAGS = [_ROOT, *_STANZAS, *_HOST, *_USER, *_OFFLINE, _INCLUDE, _VCARD]


class Place(StrEnum):
    """Where a stanza stood."""

    LOOSE = "loose"  # outside of any account: a dump, or a stream
    ACCOUNT = "account"  # inside an account: its archive, its offline messages
    PROFILE = "profile"  # an account's vCard
    END = "end"  # the account is complete; there is no stanza
    HOST_END = "host_end"


@dataclass(slots=True)
class Stanza:
    """One whole element, good until the next one is taken, and where it stood. `owner` is the account's user and host."""

    element: Any
    tag: str
    position: str
    place: Place = Place.LOOSE
    owner: tuple[str, str] | None = None


@dataclass(slots=True)
class _Spot:
    """Where in an export the reading stands, across included files."""

    host: str = ""
    user: str | None = None
    stanzas: int = 0
    users: int = 0
    hosts: int = 0
    including: list[Path] = field(default_factory=list)


class Dump:
    """One file, with what it includes."""

    def __init__(self, path: Path, root: Path | None = None) -> None:
        self._path, self._root = path, (root or path.parent).resolve()
        self._spot = _Spot()
        self.reached = 0
        """The byte of the file that the reading has reached, to a block."""

    def stanzas(self) -> Iterator[Stanza | Refused]:
        """Every stanza in order, and what could not be read."""
        spot, found = self._spot, False
        for one in self._file(self._path):
            found = found or isinstance(one, Stanza)
            yield one
        if not found and not spot.users:
            yield Refused("file", NO_STANZA)

    def _file(self, path: Path) -> Iterator[Stanza | Refused]:
        self._spot.including.append(path.resolve())
        with path.open("rb") as file:
            start, fault = _prologue(file.read(4096))
            if fault:
                yield Refused(self._at("file"), fault)
            else:
                file.seek(start)
                yield from self._body(file)
        self._spot.including.pop()

    def _body(self, file: BinaryIO) -> Iterator[Stanza | Refused]:
        parser = _Parser()
        mark, done = file.tell(), 0  # the block whose messages were the last to come, and how many began in it
        for offset, block in _blocks(file):
            self.reached = offset if len(self._spot.including) == 1 else self.reached
            fault = parser.feed(block)
            if fault:
                declares = b"<!DOCTYPE" in block or b"<!ENTITY" in block
                yield Refused(self._at(f"near byte {offset}"), DECLARES if declares else DAMAGED.format(fault))
                if not declares:
                    yield from self._one_by_one(file, offset, 0)
                return
            came = 0
            for event, element in parser.events():
                if event == "whole":
                    came += _holds_result(element)
                    yield self._stanza(element)
                else:
                    yield from self._around(event, element)
            if came:
                torn = not block.startswith(b"<result") and offset != mark
                mark, done = offset, came - torn
            if parser.size > LONGEST:
                reason = f"a stanza longer than {LONGEST >> 20} MiB; the rest is not read"
                yield Refused(self._at(f"near byte {offset}"), reason)
                return
        fault = parser.close()
        if fault:
            yield Refused(self._at("end of file"), ENDS.format(fault))
            yield from self._one_by_one(file, mark, done)

    def _stanza(self, element: Any) -> Stanza:  # noqa: ANN401
        spot = self._spot
        spot.stanzas += 1
        if spot.user is None:
            return Stanza(element, element.tag, self._at(f"stanza {spot.stanzas}"))
        tag = element.tag
        place = Place.PROFILE if tag == _VCARD else Place.ACCOUNT
        return Stanza(element, tag, self._at(f"user {spot.users}"), place, (spot.user, spot.host))

    def _around(self, event: str, element: Any) -> Iterator[Stanza | Refused]:  # noqa: ANN401
        """Hosts, users and includes: what stands around stanzas."""
        spot, tag = self._spot, element.tag
        if tag in _HOST:
            if event == "start":
                spot.hosts, spot.host = spot.hosts + 1, domain(element.get("jid")) or ""
            else:
                yield Stanza(None, "", self._at(f"host {spot.hosts}"), Place.HOST_END)
        elif tag in _USER and event == "start":
            spot.users, spot.user = spot.users + 1, element.get("name") or ""
        elif tag in _USER:
            yield Stanza(None, "", self._at(f"user {spot.users}"), Place.END, (spot.user or "", spot.host))
            spot.user = None
        elif tag == _INCLUDE and event == "end":
            yield from self._included(element)

    def _included(self, element: Any) -> Iterator[Stanza | Refused]:  # noqa: ANN401
        href = element.get("href") or ""
        path, fault = self._confined(href)
        if element.get("parse", "xml") != "xml" or element.get("xpointer"):
            fault = "an include of text or of a part is not understood"
        elif not fault and len(self._spot.including) > DEEPEST:
            fault = f"files that include each other more than {DEEPEST} deep"
        if fault or path is None:
            yield Refused(self._at("an include"), fault, href[:200])
            return
        yield from self._file(path)

    def _confined(self, href: str) -> tuple[Path | None, str]:
        """The file that is meant, if it lies in the folder of the upload and no part of the way is a link."""
        try:
            parts = urlsplit(href)
        except ValueError:
            return None, "an include whose address cannot be read"
        name = unquote(parts.path)
        if parts.scheme or parts.netloc or not name or name.startswith(("/", "\\")) or "\0" in name:
            return None, "an include of something that is not a file of this export: not followed"
        path = self._spot.including[-1].parent / name
        whole = path.resolve()
        if not whole.is_relative_to(self._root):
            return None, "an include outside of the export's folder: not followed"
        steps = [path, *path.parents]
        if any(step.is_symlink() for step in steps if step.resolve().is_relative_to(self._root)):
            return None, "an include through a symbolic link: not followed"
        if not whole.is_file():
            return None, "an included file that is not there"
        if whole in self._spot.including:
            return None, "a file that includes itself"
        return whole, ""

    def _one_by_one(self, file: BinaryIO, offset: int, done: int) -> Iterator[Stanza | Refused]:
        """Archived messages from a byte on, each parsed alone, but for the first `done`, which were read.

        Answers are not looked for: one inside a message would pass for one.
        """
        for number, (at, span, fault) in enumerate(_results(file, offset)):
            if number < done:
                continue
            element = None if fault else _alone(span)
            if element is None:
                yield Refused(self._at(f"byte {at}"), fault or "an archived message that cannot be parsed")
            else:
                yield self._stanza(element)

    def _at(self, where: str) -> str:
        """A place, with the included file that it lies in."""
        files = self._spot.including
        return where if len(files) < 2 else f"{files[-1].name}, {where}"


def _prologue(head: bytes) -> tuple[int, str]:
    """Where the content begins, after byte order mark and XML declaration; or why the file is not read."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")):
        return 0, "not UTF-8, which is XMPP's only encoding"
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    declared = _DECLARATION.match(head, start)
    if declared is None:
        return start, ""
    encoding = _ENCODING.search(declared[1])
    if encoding and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        return 0, f"declared as {encoding[1][:40].decode('ascii', 'replace')}; XMPP's only encoding is UTF-8"
    return declared.end(), ""


def _holds_result(element: Any) -> bool:  # noqa: ANN401
    return element.tag == _RESULT_TAG or next(element.iterchildren(_RESULT_TAG), None) is not None


class _Parser:
    """lxml's push parser with a root of our own: whole stanzas, and what opens and closes around them.

    Some faults stop libxml2 without an error being raised; they stand in its log.
    """

    def __init__(self) -> None:
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=_TAGS,
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._parser.feed(_OPEN)
        self._root = next(element for _, element in self._parser.read_events())
        self._unit: Any = None
        self.size = 0
        """Bytes that went into the stanza which is open."""

    def feed(self, block: bytes) -> str:
        """Take a block in. Returns what is wrong with it, or nothing."""
        try:
            self._parser.feed(block)
        except etree.XMLSyntaxError as error:
            return _short(str(error))
        self.size += len(block)
        return self._fault()

    def events(self) -> Iterator[tuple[str, Any]]:
        """``whole`` and a stanza, which is emptied after; ``start`` and ``end`` of what stands around stanzas."""
        unit = self._unit
        for event, element in self._parser.read_events():
            if unit is not None:
                if element is unit and event == "end":
                    yield "whole", element
                    element.clear(keep_tail=True)
                    unit = None
            elif event == "start" and element.tag in _UNITS:
                unit, self.size = element, 0
            else:
                yield event, element
        self._unit = unit
        if unit is None:
            self.size = 0
        _prune(self._root, unit)

    def close(self) -> str:
        """Whether all that was opened is closed. Returns what is wrong, or nothing."""
        try:
            self._parser.feed(_CLOSE)
            self._parser.close()
        except etree.XMLSyntaxError as error:
            return self._fault() or ("" if error.code in _NAMESPACES else _short(str(error)))
        return ""

    def _fault(self) -> str:
        log = self._parser.feed_error_log
        if len(log) > _MOST_FAULTS:
            return "too many names whose namespace is not declared"
        return next((_short(one.message) for one in log if one.level == etree.ErrorLevels.FATAL), "")


def _blocks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Blocks that end before an archived message where they hold one, so that none is torn when a block is damaged."""
    offset, rest = file.tell(), b""
    while more := file.read(BLOCK):
        buffer = rest + more
        cut = buffer.rfind(b"<result")
        if cut <= 0:
            cut = len(buffer)
        yield offset, buffer[:cut]
        offset, rest = offset + cut, buffer[cut:]
    if rest:
        yield offset, rest


def _prune(root: Any, unit: Any) -> None:  # noqa: ANN401 - lxml's elements
    """Drop what is complete; of every open element only the last child may still grow."""
    node = root
    while node is not unit and len(node):
        del node[:-1]
        node = node[0]


def _results(file: BinaryIO, offset: int) -> Iterator[tuple[int, bytes, str]]:
    """Spans of ``<result …>…</result>`` from a byte on: where each begins, its bytes, or why it is none."""
    file.seek(offset)
    buffer, base, more = b"", offset, True
    while more:
        data = file.read(BLOCK)
        buffer, more = buffer + data, bool(data)
        begins = [found.start() for found in _RESULT.finditer(buffer)]
        keep = max(len(buffer) - _TAIL, 0)
        for begin, following in zip(begins, [*begins[1:], None][: len(begins)], strict=True):
            end = buffer.find(_RESULT_END, begin, following)
            if end >= 0:
                yield base + begin, buffer[begin : end + len(_RESULT_END)], ""
            elif following is not None:
                yield base + begin, b"", "an archived message that is not closed before the next one begins"
            else:
                keep = begin
        base, buffer = base + keep, buffer[keep:]
        if len(buffer) > LONGEST:
            yield base, b"", f"an archived message longer than {LONGEST >> 20} MiB"
            base, buffer = base + len(buffer), b""
    if _RESULT.match(buffer):
        yield base, b"", "the file breaks off inside an archived message"


def alone(data: bytes) -> Any:  # noqa: ANN401 - an lxml element, or None
    """The elements in a piece of XML, under a root of our own; None where it cannot be parsed."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(_OPEN + data + _CLOSE, parser)
    except etree.XMLSyntaxError:
        return None


def _alone(span: bytes) -> Any:  # noqa: ANN401
    root = alone(span)
    return root[0] if root is not None and len(root) == 1 and root[0].tag in _STANZAS else None


def _short(message: str) -> str:
    return message.partition(", line")[0].strip()[:200]
