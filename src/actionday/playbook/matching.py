"""Match what was seen with what is known, and keep what came of it: after each import, after each new list, and when asked."""

import hashlib
import json
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.link.match import FLOOD, LEAD, FloodPolicy, Found, changes, find
from actionday.observe.book import Book, Buffer
from actionday.records import Clock, Progress
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.schemas import MATCHES

MATCH = "match"
_CHUNK = 500_000
RESEARCH = "a research home keeps no media and is matched with nothing"


def match(settings: Settings, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Match the home; see docs/guide/known-content.md for the keys. Nothing is matched in a research home, and the answer says so."""
    home = open_home(settings.home)
    with home.writing():
        return match_in(settings, Archive(home, query_memory=settings.query_memory), clock, progress)


def match_in(settings: Settings, archive: Archive, clock: Clock, progress: Progress) -> dict[str, Any]:
    """As `match`, inside `home.writing()`."""
    if archive.home.policy.profile == "research":
        return {"skipped": RESEARCH, "lead": LEAD}
    progress.phase("matching known content", None, "steps")
    view = archive.view()
    found = find(view, FloodPolicy(settings.flood_posts, settings.flood_share))
    rows = changes(view, found)
    _write(settings, archive, rows, found, clock)
    return {
        "standing": len(found.matches),
        "new": len(rows.filter(pl.col("state") == "matched")),
        "withdrawn": len(rows.filter(pl.col("state") == "withdrawn")),
        "harmless": found.harmless,
        "by_list": _by_list(found),
        "floods": found.floods,
        "lead": LEAD,
    }


def _by_list(found: Found) -> list[dict[str, Any]]:
    frame = pl.DataFrame(pl.from_arrow(found.matches))
    counted = frame.group_by("list", "kind").agg(
        matches=pl.len(), posts=pl.struct("channel", "post").n_unique(), channels=pl.col("channel").n_unique()
    )
    return counted.sort("list", "kind").to_dicts()


def _write(settings: Settings, archive: Archive, rows: pl.DataFrame, found: Found, clock: Clock) -> None:
    """Append the changes and set flooding hashes aside, under one ingest number. Nothing is written when nothing changed."""
    floods = [
        {"position": f"{one['list']}: {one['kind']}:{one['value']}", "reason": FLOOD, "raw": ""} for one in found.floods
    ]
    if not len(rows) and not floods:
        return
    now = clock.now()
    table = rows.with_columns(matched_at=pl.lit(now)).to_arrow()
    payload = pa.table([table[field.name].cast(field.type) for field in MATCHES.payload], schema=MATCHES.payload)
    book = Book(archive)
    sha = hashlib.sha256(f"{MATCH} {now.isoformat()}".encode()).hexdigest()
    number, _ = book.number(sha, MATCH, "")
    facts: dict[str, Any] = {
        "path": "known content", "sha256": sha, "size": None, "format": MATCH, "version": 1, "options": "", "at": now,
    }  # fmt: skip
    with Buffer(archive, book, settings.flush_rows) as buffer:
        buffer.begin(number, facts)
        for chunk, start in enumerate(range(0, max(len(payload), 1), _CHUNK)):
            piece = payload.slice(start, _CHUNK)
            buffer.add(
                number, chunk, {"matches": piece} if len(piece) else {}, "known content", floods if not chunk else []
            )
        buffer.done(number, {**facts, "counts": json.dumps({"matches": len(payload), "quarantine": len(floods)})})
