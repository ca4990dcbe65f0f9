"""Columns being filled, and staged tables out of them. Times are parsed a column at a time; a row without one is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.observe.reader import Refused, Source
from actionday.observe.times import Declared, parse_times, zone_fault
from actionday.observe.tray import Batch, staged

POST = (
    "channel", "native", "author", "stamp", "edited", "kind", "action", "reply_to", "text", "hrefs", "n_media", "position",
)  # fmt: skip
MEDIA = (
    "channel", "post", "stamp", "kind", "name", "mime", "size", "width", "height", "seconds", "sha256", "position",
)  # fmt: skip
MOVE = ("subject", "target", "confidence", "stamp", "evidence", "where")
CHANNEL = ("subject", "native", "kind", "title", "description", "members")
ACCOUNT = ("subject", "native", "handle", "display_name")
ROLE = ("account", "channel", "role")
DUE = 20_000
NO_TIME = "no time: neither the archive nor a delay says when it was sent"
Row = tuple[Any, ...]


@dataclass(slots=True)
class Columns:
    """Rows of one batch. Accounts and roles are distinct; the rest stands in the file's order."""

    posts: list[Row] = field(default_factory=list)
    media: list[Row] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)
    channels: list[Row] = field(default_factory=list)
    accounts: dict[Row, None] = field(default_factory=dict)
    roles: dict[Row, None] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def due(self) -> bool:
        """Whether the batch is full."""
        rows = len(self.posts) >= DUE or len(self.media) >= DUE or len(self.accounts) >= DUE or len(self.refused) >= DUE
        return rows or len(self.roles) >= DUE or len(self.channels) >= DUE or len(self.moves) >= DUE

    def batch(self, source: Source) -> Batch:
        """The batch as staged tables."""
        refused = list(self.refused)
        seen = {"platform": "xmpp", "seen_at": source.seen_at, "vantage": source.vantage}
        make: dict[str, Callable[[], pa.Table]] = {
            "channels": lambda: _plain("channels", CHANNEL, self.channels, seen),
            "accounts": lambda: _plain("accounts", ACCOUNT, list(self.accounts), {**seen, "kind": "user"}),
            "memberships": lambda: _plain("memberships", ROLE, list(self.roles), seen),
            "posts": lambda: _posts(self.posts, source, refused),
            "media": lambda: _timed("media", MEDIA, self.media, source, []),
            "moves": lambda: _moves(self.moves, source, refused),
        }
        return Batch({name: made() for name, made in make.items()}, refused)


def _by_name(names: tuple[str, ...], rows: list[Row]) -> dict[str, list[Any]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in names}


def _plain(table: str, names: tuple[str, ...], rows: list[Row], more: dict[str, Any]) -> pa.Table:
    columns: dict[str, object] = dict(more)
    columns |= {name: pa.array(values, _type(table, name)) for name, values in _by_name(names, rows).items()}
    return staged(table, columns, len(rows))


def _type(table: str, name: str) -> pa.DataType:
    return staged(table, {}, 0).schema.field(name).type


@dataclass(frozen=True, slots=True)
class _Times:
    at: pa.Array
    offset: pa.Array
    reason: list[str | None]


def _times(stamps: list[str | None], source: Source) -> _Times:
    zone = source.zone if source.zone and zone_fault(source.zone) is None else None
    read = parse_times(pl.Series("stamp", stamps, dtype=pl.String), Declared(zone))
    reasons = [
        why if stamp and stamp.strip() else NO_TIME for stamp, why in zip(stamps, read.reason.to_list(), strict=True)
    ]
    return _Times(read.at.to_arrow(), read.offset.to_arrow(), reasons)


def _timed(table: str, names: tuple[str, ...], rows: list[Row], source: Source, refused: list[Refused]) -> pa.Table:
    """Rows that have a time; the others are refused by the position that their last column says."""
    columns = _by_name(names, rows)
    times = _times(columns.pop("stamp"), source)
    arrays: dict[str, Any] = {"at": times.at, "platform": pa.array(["xmpp"] * len(rows), pa.string())}
    if table == "posts":
        arrays |= {"at_offset": times.offset, "edited_at": _times(columns.pop("edited"), source).at}
        for where, stamp, why in zip(columns.pop("position"), (row[3] for row in rows), times.reason, strict=True):
            if why:
                refused.append(Refused(where, why, stamp or ""))
    arrays |= {name: pa.array(values, _type(table, name)) for name, values in columns.items()}
    made = staged(table, {name: _as(array, _type(table, name)) for name, array in arrays.items()}, len(rows))
    return made.filter(pa.array([why is None for why in times.reason], pa.bool_()))


def _as(array: pa.Array, kind: pa.DataType) -> pa.Array:
    return array if array.type == kind else array.cast(kind)


def _posts(rows: list[Row], source: Source, refused: list[Refused]) -> pa.Table:
    return _timed("posts", POST, rows, source, refused)


def _moves(rows: list[Row], source: Source, refused: list[Refused]) -> pa.Table:
    """Moves; when it happened may be unknown, a time that cannot be read is refused and left out."""
    columns = _by_name(MOVE, rows)
    stamps = columns.pop("stamp")
    times = _times(stamps, source)
    for where, stamp, why in zip(columns.pop("where"), stamps, times.reason, strict=True):
        if stamp and why:
            refused.append(Refused(where, f"the time of a move: {why}", stamp))
    more = {"platform": "xmpp", "target_platform": "xmpp", "kind": "destroy", "at": _as(times.at, _type("moves", "at"))}
    arrays = {name: pa.array(values, _type("moves", name)) for name, values in columns.items()}
    return staged("moves", {**more, **arrays}, len(rows))
