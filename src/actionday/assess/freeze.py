"""What the archive knows of targets, gathered as pieces of evidence: one JSON line a row, the same bytes for the same rows.

Rows carry the number of the ingest they came by, and `sources` says which file that was, by its SHA-256. Not for: where pieces are kept
(`evidence`), or what is public just now (readers and probers import that first).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis

from actionday.stores.archive.view import View

NEWEST = 1_000
"""Posts of one target that are frozen: the newest. How many there are stands in the piece `scope`."""
_PLACES = (("accounts", "subject"), ("channels", "subject"), ("sightings", "subject"), ("moves", "subject"),
           ("referrals", "subject"))  # fmt: skip
_OF_POSTS = ("media", "links", "matches")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to freeze about one target: the subject (by every id it has here), and of its posts only some, where `posts` names them."""

    subjects: tuple[str, ...]
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: its name (a path) and its bytes."""

    name: str
    body: bytes


def freeze(view: View, wanted: Mapping[str, Wanted]) -> dict[str, list[Piece]]:
    """Pieces by the key under which each target is wanted; none for a target that the archive knows nothing of.

    All targets are asked for at once, a query a table.
    """
    owners: dict[str, list[str]] = {}
    for key, one in wanted.items():
        for subject in one.subjects:
            owners.setdefault(subject, []).append(key)
    found: dict[str, dict[str, list[dict[str, Any]]]] = {key: {} for key in wanted}
    for name, column in _PLACES:
        table = view.table(name)
        for row in _rows(view, table.filter(table[column].isin(sorted(owners)))):
            _give(found, owners[row[column]], name, row)
    scope = _posts(view, wanted, owners, found)
    for key, told in found.items():
        if told:
            told["scope"] = [{**scope[key], "newest": NEWEST, "subjects": sorted(wanted[key].subjects)}]
    sources = _sources(view, found)
    return {key: _pieces(told, sources) for key, told in found.items()}


def _posts(
    view: View,
    wanted: Mapping[str, Wanted],
    owners: Mapping[str, Sequence[str]],
    found: dict[str, dict[str, list[dict[str, Any]]]],
) -> dict[str, dict[str, int]]:
    """Posts of the targets, with media, links and matches of those posts. Returns how many posts each target has and how many were taken."""
    table = view.table("posts")
    natives = sorted({native for one in wanted.values() for native in one.posts})
    scope = {key: {"posts": 0, "taken": 0} for key in wanted}
    kept: dict[tuple[str, str], set[str]] = {}
    seen: set[tuple[str, int]] = set()
    for side in ("channel", "author"):
        mine = table.filter(table[side].isin(sorted(owners)))
        newest = ibis.row_number().over(group_by=side, order_by=[ibis.desc("at"), ibis.desc("native")])
        ranked = mine.mutate(place=newest, all=mine.count().over(group_by=side))
        chosen = (ranked.place < NEWEST) | ranked.native.isin(natives) if natives else ranked.place < NEWEST
        for row in _rows(view, ranked.filter(chosen)):
            place, total = row.pop("place"), row.pop("all")
            for key in owners[row[side]]:
                only = wanted[key].posts
                if (row["native"] not in only) if only else place >= NEWEST:
                    continue
                if (key, row["row"]) in seen:
                    continue  # its own post in its own channel
                seen.add((key, row["row"]))
                _give(found, [key], "posts", row)
                scope[key]["posts"] = max(scope[key]["posts"], total)
                scope[key]["taken"] += 1
                kept.setdefault((row["channel"], row["native"]), set()).add(key)
    channels = sorted({channel for channel, _ in kept})
    for name in _OF_POSTS:
        about = view.table(name)
        for row in _rows(view, about.filter(about.channel.isin(channels))):
            _give(found, sorted(kept.get((row["channel"], row["post"]), ())), name, row)
    return scope


def _rows(view: View, expression: Any) -> Iterable[dict[str, Any]]:  # noqa: ANN401 - ibis ships no types
    for batch in view.batches(expression):
        yield from batch.to_pylist()


def _give(
    found: dict[str, dict[str, list[dict[str, Any]]]], keys: Iterable[str], name: str, row: dict[str, Any]
) -> None:
    kept = {column: value for column, value in row.items() if column != "row" and value is not None}
    for key in keys:
        found[key].setdefault(name, []).append(kept)


def _sources(view: View, found: Mapping[str, Mapping[str, list[dict[str, Any]]]]) -> dict[int, dict[str, Any]]:
    """What each ingest read: hash, format and when; not the path, which is the unit's own."""
    numbers = sorted(
        {row["ingest"] for told in found.values() for rows in told.values() for row in rows if "ingest" in row}
    )
    table = view.table("ingests")
    asked = table.filter(table.ingest.isin(numbers) & (table.phase == "begun"))
    return {
        row["ingest"]: row for row in _rows(view, asked.select("ingest", "sha256", "size", "format", "version", "at"))
    }


def _pieces(told: Mapping[str, list[dict[str, Any]]], sources: Mapping[int, dict[str, Any]]) -> list[Piece]:
    numbers = {row["ingest"] for rows in told.values() for row in rows if "ingest" in row}
    listed = [sources[number] for number in sorted(numbers & sources.keys())]
    whole = {**told, "sources": listed} if listed else told
    return [Piece(f"archive/{name}.jsonl", _lines(rows)) for name, rows in sorted(whole.items()) if rows]


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A row a line, sorted, each with its columns in order: the same rows are the same bytes."""
    lines = sorted(json.dumps(row, ensure_ascii=False, sort_keys=True, default=_plain) for row in rows)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)
