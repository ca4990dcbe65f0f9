"""The reader protocol: how one export format becomes rows.

A reader turns a file into *staged* tables: the archive's payload schemas, where `posts` may carry two more columns,
`text` always filled and `hrefs` (list<string>, targets hidden behind link text). Everything after that (extraction,
fingerprints, pseudonyms, content policy, numbering, writing) is the pipeline's, the same for every format.

Readers run in an isolated worker: no network, limited memory. They must stream: memory may not grow with the file.
They must be deterministic: the same file, part and options give the same chunks, since a resumed import counts chunks.
Not for: live collection and probing, which are other protocols.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from actionday.stores.archive.schemas import TABLES

CHUNK_ROWS = 50_000
"""Rows a chunk should have at most; a reader flushes about here."""

STAGED_POSTS = pa.schema([*TABLES["posts"].payload, pa.field("hrefs", pa.list_(pa.string()))])


def staged_schema(table: str) -> pa.Schema:
    """The schema a reader emits for a table: the archive's payload, and for posts `hrefs` besides."""
    return STAGED_POSTS if table == "posts" else TABLES[table].payload


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. `path` is local; `name` is what the user knows it by (for a member: ``archive.zip!/inner``)."""

    path: Path
    name: str
    zone: str | None = None  # IANA zone declared for wall-clock times that name none
    mapping: Mapping[str, Any] | None = None  # the parsed mapping TOML, for formats that take one
    seen_at: datetime | None = None  # when the export was taken, if declared
    vantage: str | None = None  # who looked
    private_basis: str | None = (
        None  # the order or consent on which private messages may be read; None: they are skipped
    )
    media_root: Path | None = None  # the folder that relative media paths start from; None where there is none


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that cannot be used: where it stands, why, and what it says (cut to 1,000 characters by the pipeline)."""

    position: str
    reason: str
    raw: str = ""


@dataclass(slots=True)
class Chunk:
    """A batch of staged tables by name, and what was refused on the way."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a file that can be read alone: byte range and a JSON-able note for the reader. `weight` is for progress."""

    start: int = 0
    end: int = -1
    note: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Recognised:
    """A reader's opinion of a file: 0 (no) to 100 (certain), what it would read, and what it still needs to be told."""

    certainty: int
    says: str = ""
    needs: tuple[str, ...] = ()  # of "zone", "mapping", "private_basis"


@runtime_checkable
class Reader(Protocol):
    """One export format. Entry point group: ``actionday.readers``, the name being the format's name."""

    name: str
    title: str
    version: int  # raised when the same file would give other rows
    suffixes: tuple[str, ...]

    def recognise(self, head: bytes, name: str) -> Recognised:
        """Judge from the first 64 KiB and the file's name. Must not raise."""
        ...

    def parts(self, source: Source) -> Iterator[Part]:
        """Cut the file into parts, in order. Formats that stream from front to back yield one Part()."""
        ...

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read one part. Bad rows are Refused, never raised; a file that breaks off yields what stood before the break."""
        ...

    def examples(self) -> Mapping[str, bytes]:
        """Small harmless files of this format, by file name: for conformance tests and the docs."""
        ...

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write staged tables as a real export of this format; what it cannot carry it leaves out. Returns the files."""
        ...
