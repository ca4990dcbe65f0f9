"""One WARC record as bytes, with its digests: for what we write. Not for: reading, which is `captures`."""

import base64
import hashlib
import uuid
import zlib
from collections.abc import Mapping

_SPACE = uuid.UUID("5c1f2f0e-8a57-5d0b-9d4e-2b6c6c0a7f11")  # of the names of our records


def digest(data: bytes) -> str:
    """``sha1:`` and base32, as WARC files state digests."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def record(named: Mapping[str, str], body: bytes, http: bytes = b"") -> bytes:
    """A record with the named fields and a body, `http` (a status line and headers, each ended) before it.

    Fields given as empty are left out; a record is named after its content, so the same content gives the same bytes.
    """
    block = http + b"\r\n" + body if http else body
    name = uuid.uuid5(_SPACE, digest(block) + repr(sorted(named.items())))
    fields = {
        "WARC-Record-ID": f"<urn:uuid:{name}>",
        "WARC-Payload-Digest": digest(body),
        "WARC-Block-Digest": digest(block),
        "Content-Type": "application/http; msgtype=response" if http else "application/warc-fields",
        **named,
        "Content-Length": str(len(block)),
    }
    head = "".join(f"{key}: {_line(value)}\r\n" for key, value in fields.items() if value)
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def packed(one: bytes) -> bytes:
    """A record as a gzip member of its own, without the time of packing."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(one) + packer.flush()


def http_head(status: str, headers: Mapping[str, str]) -> bytes:
    """A status line and headers; values keep to their line."""
    return (
        f"HTTP/1.1 {_line(status)}\r\n".encode() + "".join(f"{k}: {_line(v)}\r\n" for k, v in headers.items()).encode()
    )


def _line(value: str) -> str:
    return " ".join(value.split())
