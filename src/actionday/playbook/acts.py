"""Writes what an act of ours (planning, matching, linking, drawing) adds to the archive, under an ingest number of its own.

A file's rows come by `observe.ingest`; an act has no file, so its name and moment stand for one. Not for: deciding what is added.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from actionday.observe.book import Book, Buffer
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive

PLAN, MATCH, LINK, DRAW, PROBE = "plan", "match", "link", "draw", "probe"
ACTS = (PLAN, MATCH, LINK, DRAW, PROBE)
"""Formats of `ingests` that no file has. One that was stopped is not taken up again: the next makes what is missing."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is written: its format (one of ACTS), its name, and its moment, which nothing else of that name shares."""

    format: str
    name: str
    at: datetime


def write_act(
    settings: Settings,
    archive: Archive,
    act: Act,
    chunks: Sequence[Mapping[str, pa.Table]],
    refused: Sequence[Mapping[str, str]] = (),
    book: Book | None = None,
) -> Counter[str]:
    """Append the chunks' tables; call inside `home.writing()`. Returns the rows that were new, by table."""
    book = book or Book(archive)
    sha = hashlib.sha256(f"{act.format} {act.name} {act.at.isoformat()}".encode()).hexdigest()
    number, _ = book.number(sha, act.format, "")
    facts: dict[str, Any] = {
        "path": act.name, "sha256": sha, "size": None, "format": act.format, "version": 1, "options": "", "at": act.at,
    }  # fmt: skip
    counts = Counter[str]({"quarantine": len(refused)})
    for tables in chunks:
        counts.update({name: len(table) for name, table in tables.items()})
    with Buffer(archive, book, settings.flush_rows) as buffer:
        buffer.begin(number, facts)
        for place, tables in enumerate(chunks):
            buffer.add(number, place, tables, act.name, [] if place else list(refused))
        buffer.done(number, {**facts, "counts": json.dumps(dict(sorted((+counts).items())))})
    return buffer.written
