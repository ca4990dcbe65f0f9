"""What changed at the source since evidence was frozen: rows that are new, and rows that are there no more, by table.

A profile that reads otherwise shows as one row gone and one new. Not for: whether that matters; what was frozen stands.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from actionday.assess.freeze import Piece

SHOWN = 20
"""Rows that are shown of each kind; how many there are is told besides."""
_UNTOLD = ("archive/scope.jsonl", "archive/sources.jsonl")
_BOOKKEEPING = ("ingest",)
"""Columns that say how a row came here, and nothing of the source."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One table's difference: how many rows are new and gone, and the first of each."""

    table: str
    new: int
    gone: int
    new_rows: tuple[dict[str, Any], ...]
    gone_rows: tuple[dict[str, Any], ...]


def differences(frozen: Iterable[Piece], now: Iterable[Piece]) -> list[Changed]:
    """Tables that differ. Files that were given are not compared: nothing here fetches them again."""
    before, after = _tables(frozen), _tables(now)
    found = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        fresh, lost = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
        if fresh or lost:
            shown = [new[line] for line in fresh[:SHOWN]], [old[line] for line in lost[:SHOWN]]
            found.append(Changed(table, len(fresh), len(lost), tuple(shown[0]), tuple(shown[1])))
    return found


def _tables(pieces: Iterable[Piece]) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        piece.name.removeprefix("archive/").removesuffix(".jsonl"): _by_content(piece.body)
        for piece in pieces
        if piece.name.startswith("archive/") and piece.name not in _UNTOLD
    }


def _by_content(body: bytes) -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in body.splitlines()]
    told = [{name: value for name, value in row.items() if name not in _BOOKKEEPING} for row in rows]
    return {json.dumps(row, sort_keys=True): row for row in told}
