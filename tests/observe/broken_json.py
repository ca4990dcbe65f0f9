"""Ways in which one row among sound ones arrives broken, for readers of JSON: what is written and what must be said of it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from actionday.observe import conformance
from actionday.observe.conformance import Whole
from actionday.observe.reader import Reader, Source

Row = dict[str, Any]
Wrap = Callable[[list[str]], str]

BROKEN_BYTES: Mapping[str, tuple[bytes, str]] = {
    "not UTF-8": (b'{"id": "\xff\xfe"}', "not UTF-8"),
    "a lone continuation byte": (b'{"id": "a\x80"}', "not UTF-8"),
    "an escape that JSON does not know": (rb'{"id": "\x41"}', "not a JSON object"),
    "a bare word": (b'{"id": nope}', "not a JSON object"),
    "keys without quotes": (b"{id: 1}", "not a JSON object"),
    "a comma too few": (b'{"id": "a" "b": 1}', "not a JSON object"),
    "a colon too many": (b'{"id":: "a"}', "not a JSON object"),
    "single quotes": (b"{'id': 'a'}", "not a JSON object"),
    "a NUL in a text": (b'{"id": "a\0b"}', "not a JSON object"),
    "a number that is none": (b'{"id": 1.2.3}', "not a JSON object"),
    "a list for an object": (b'["id", "a"]', "not a JSON object"),
    "a number for an object": (b"5", "no objects"),
    "a text for an object": (b'"id"', "no objects"),
    "nesting without end": (b'{"id": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deep"),
    "objects without end": (b'{"id": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}", "nested too deep"),
    "brackets that do not fit": (b'{"id": [}', "brackets that do not fit"),
    "an object that is not closed": (b'{"id": "a"', "breaks off|brackets that do not fit"),
    "a text that is not closed": (b'{"id": "a}', "breaks off|not a JSON object|brackets that do not fit"),
}
"""What stands in place of a row, and the words (one of them) of the refusal."""


def read(reader: Reader, path: Path, data: bytes, **source: Any) -> Whole:  # noqa: ANN401 - fields of Source
    """Write a file and read it whole, its chunks checked."""
    path.write_bytes(data)
    return conformance.check_chunks(reader, Source(path, path.name, **source))


def with_broken(rows: list[Row], broken: bytes, wrap: tuple[bytes, bytes]) -> bytes:
    """The rows as a list, the broken bytes after the first of them."""
    texts = [json.dumps(row).encode() for row in rows]
    return wrap[0] + b",\n".join([texts[0], broken, *texts[1:]]) + wrap[1]


def said(whole: Whole) -> str:
    """All reasons in one text."""
    return " · ".join(one.reason for one in whole.refused)


def natives(whole: Whole) -> list[str]:
    """The posts that were read."""
    return whole.tables["posts"]["native"].to_pylist() if "posts" in whole.tables else []
