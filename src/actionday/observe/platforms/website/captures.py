"""Captures out of WARC files, plain or packed, and out of WACZ packages: one at a time, in bounded memory.

Digests that a record states are checked over all of its bytes; a record that fails, or that is cut short, is refused whole.
Nothing is unpacked to disk: members are read inside the package, and only members under ``archive/`` are.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

from actionday.observe.reader import Refused

MOST_BODY = 16 << 20
"""Bytes of a body that are kept; of what lies beyond only the digest is taken."""
MOST_RECORD = 4 << 30
_BLOCK = 1 << 20
_FAULTS = (
    ArchiveLoadFailed,
    EOFError,
    zlib.error,
    OSError,
    ValueError,
    OverflowError,
    LookupError,
    AttributeError,
    TypeError,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
)
_PACKED = b"PK\x03\x04"
_KEPT = ("response", "resource", "revisit")
BOMB = f"a record longer than {MOST_RECORD >> 30} GiB unpacked; the rest is not read"


@dataclass(frozen=True, slots=True)
class Capture:
    """One record that was fetched. `status` is 0 for a `resource`, which has no HTTP around it."""

    kind: str
    address: str
    at: str  # as written
    status: int
    media: str  # the media type, in lower case, without parameters
    charset: str | None
    headers: Mapping[str, str]
    ip: str | None
    body: bytes
    position: str


def members_of(path: Path) -> Iterator[tuple[str, Refused | None]]:
    """The WARC members of a package and why one is not read; a WARC file itself is one member without a name."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            cut = file.read(len(_PACKED)) == _PACKED
        yield "", Refused("file", "a package whose directory is missing: it breaks off, or is damaged") if cut else None
        return
    held = False
    try:
        with zipfile.ZipFile(path) as package:
            stated = _stated(package)
            for info in package.infolist():
                if info.filename.endswith((".warc", ".warc.gz")):
                    held = True
                    yield info.filename, _fault(package, info, stated.get(info.filename))
    except _FAULTS as error:
        yield "", Refused("file", f"cannot be read: {_words(error)}")
        return
    if not held:
        yield "", Refused("file", "a package without a WARC file in it")


def read_captures(path: Path, member: str) -> Iterator[Capture | Refused]:
    """Captures of one member, in order. Where it breaks, what stood before is kept and the break is told."""
    try:
        if not member:
            with path.open("rb") as file:
                yield from _records(file, "")
        else:
            with zipfile.ZipFile(path) as package, package.open(member) as file:
                yield from _records(file, f"{member}: ")
    except (zipfile.BadZipFile, OSError, KeyError, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        yield Refused(member or "file", f"cannot be read: {_words(error)}")


def _stated(package: zipfile.ZipFile) -> dict[str, str]:
    """SHA-256 by member, as ``datapackage.json`` states them."""
    try:
        info = package.getinfo("datapackage.json")
        if info.file_size > MOST_BODY:
            return {}
        listed = json.loads(package.read(info))["resources"]
        return {str(one["path"]): str(one["hash"]) for one in listed if str(one.get("hash", "")).startswith("sha256:")}
    except (*_FAULTS, RecursionError):
        return {}


def _fault(package: zipfile.ZipFile, info: zipfile.ZipInfo, stated: str | None) -> Refused | None:
    pieces = PurePosixPath(info.filename)
    if pieces.is_absolute() or ".." in pieces.parts or "\\" in info.filename:
        return Refused(info.filename[:200], "a member that points out of the package is not read")
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return Refused(info.filename[:200], "a link in a package is not followed")
    if info.flag_bits & 1:
        return Refused(info.filename[:200], "an encrypted member is not read")
    if stated is None:
        return None
    try:
        with package.open(info) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except _FAULTS as error:
        return Refused(info.filename, f"cannot be read: {_words(error)}")
    if f"sha256:{found}" == stated.lower():
        return None
    return Refused(info.filename, "the member's hash is not the one that datapackage.json states")


def _records(file: IO[bytes], where: str) -> Iterator[Capture | Refused]:
    number, records = 0, ArchiveIterator(file, check_digests=True)
    records.loader = _Loader()
    while True:
        try:
            record = next(records, None)
            number += 1
            if record is None:
                break
            found = _capture(record, f"{where}record {number}")
        except _FAULTS as error:
            yield Refused(f"{where}after record {number}", f"the rest cannot be read: {_words(error)}")
            return
        if found is not None:
            yield found
        if isinstance(found, Refused) and found.reason == BOMB:
            return
    if number == 1:
        yield Refused(where or "file", "no WARC records")


class _Loader(ArcWarcRecordLoader):
    """warcio's own, but an answer without an address or without HTTP in it is that record's fault alone."""

    def load_http_headers(self, rec_type: str, uri: str | None, stream: Any, length: int | None) -> Any:  # noqa: ANN401
        """The HTTP head of a record, or None where it has none."""
        try:
            return super().load_http_headers(rec_type, uri, stream, length) if uri else None
        except StatusAndHeadersParserException:
            return None


def _capture(record: Any, position: str) -> Capture | Refused | None:  # noqa: ANN401 - warcio has no types
    if record.rec_type not in _KEPT or record.format != "warc":
        return None
    told = record.rec_headers
    address, at = told.get_header("WARC-Target-URI"), told.get_header("WARC-Date")
    if told.get_header("WARC-Segment-Number"):
        return Refused(position, "a segmented record is not put together")
    if not address or not at:
        return Refused(position, "no WARC-Target-URI or no WARC-Date")
    body, fault = _body(record)
    if record.http_headers is None and record.rec_type == "response" and address.startswith("http"):
        fault = "no HTTP answer in the record"
    if fault:
        return Refused(position, fault, address)
    headers = {name.lower(): value for name, value in record.http_headers.headers} if record.http_headers else {}
    media, charset = _media(headers.get("content-type") or (told.get_header("Content-Type") or ""))
    code = record.http_headers.get_statuscode() if record.http_headers else "0"
    return Capture(
        kind=record.rec_type,
        address=address.strip("<> "),
        at=at,
        status=int(code) if code and code.isascii() and code.isdigit() and len(code) == 3 else 0,
        media=media,
        charset=charset,
        headers=headers,
        ip=told.get_header("WARC-IP-Address"),
        body=body,
        position=position,
    )


def _body(record: Any) -> tuple[bytes, str]:  # noqa: ANN401
    """The body, decoded and cut to `MOST_BODY`, and why it cannot be trusted (empty: it can)."""
    raw, size = bytearray(), 0
    while block := record.raw_stream.read(_BLOCK):
        size += len(block)
        if size > MOST_RECORD:
            return b"", BOMB
        if len(raw) < MOST_BODY:
            raw += block
    expected = record.payload_length if record.http_headers is not None else record.length
    if expected is not None and 0 <= size < expected:
        return b"", f"the record is cut short: {size} of {expected} bytes"
    if record.digest_checker.passed is False:
        return b"", f"{record.digest_checker.problems[0].split(' failed')[0]} does not fit: not what was captured"
    return _decoded(bytes(raw[:MOST_BODY]), record.http_headers), ""


def _decoded(raw: bytes, headers: Any) -> bytes:  # noqa: ANN401
    """Without chunks and packing, as far as they are sound and known; the rest stays as it is."""
    if headers is None:
        return raw
    if (headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
        raw = _unchunked(raw)
    packing = (headers.get_header("Content-Encoding") or "").lower()
    wbits = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}.get(packing, ())
    for bits in wbits:
        try:
            return zlib.decompressobj(bits).decompress(raw, MOST_BODY)
        except zlib.error:
            continue
    return raw


def _unchunked(raw: bytes) -> bytes:
    """The chunks put together; a body that is not chunked after all, or breaks off, as far as it goes."""
    out, at = bytearray(), 0
    while True:
        end = raw.find(b"\r\n", at)
        size = raw[at:end].partition(b";")[0].strip() if end >= 0 else b""
        if not size or any(sign not in b"0123456789abcdefABCDEF" for sign in size) or len(size) > 8:
            return bytes(out) if out else raw
        length = int(size, 16)
        if length == 0:
            return bytes(out)
        out += raw[end + 2 : end + 2 + length]
        at = end + 2 + length + 2


def _media(said: str) -> tuple[str, str | None]:
    media, _, more = said.partition(";")
    charset = next((p.partition("=")[2] for p in more.split(";") if p.strip().lower().startswith("charset=")), "")
    return media.strip().lower(), charset.strip("\"' ").lower()[:40] or None


def _words(error: Exception) -> str:
    told = str(error).strip().splitlines()
    return (told[0] if told else type(error).__name__)[:200]
