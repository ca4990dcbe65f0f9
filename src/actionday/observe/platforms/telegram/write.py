"""Staged tables as Telegram Desktop exports, for the bundled scenario and for tests: encoded by the column in DuckDB.

Carried: of posts all but `views`, `language`, `length`, `text_sha256` and `n_links`, to the second, the latest version of each;
of channels id, kind and title; display names of authors; one file of media a post. A channel's creation and owner are
carried by the service post that says so (``create_channel``, ``create_group``), as in a real export, and not otherwise.
Targets in `hrefs` are laid under the text's characters, one each. Not carried: what is not Telegram's, or has no numeric id.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe.platforms.telegram.encode import message_sql
from actionday.observe.reader import staged_schema

FEW = 5
"""Up to so many chats are written one folder each; more as one account."""

SLICE = 50_000
_VENUE, _NUMBER = r"^telegram:channel:(chat)?[1-9]\d{0,17}$", r"^-?\d{1,18}$"
_ABOUT = "Here is the data you requested."


@dataclass(frozen=True, slots=True)
class _Chat:
    """One chat's header as JSON, and which rows of the sorted posts are its messages."""

    native: str
    header: list[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Posts by chat and id, without versions that were superseded; `media` is a row of the media table or null."""

    posts: pa.Table
    order: pa.Array
    media: pa.Table
    names: dict[str, str]
    chats: list[_Chat]


def write_export(rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
    """Write ``ChatExport_<id>/result.json`` for each chat, or one ``result.json`` of an account where they are many."""
    data = _sort(rows)
    if len(data.chats) > FEW:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "result.json").open("wb") as file:
            _account(file, data)
        return [folder / "result.json"]
    paths = []
    for chat in data.chats:
        path = folder / f"ChatExport_{chat.native}" / "result.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for piece in _chat_pieces(data, [chat], 0):
                file.write(piece)
        paths.append(path)
    return paths


def _account(file: BinaryIO, data: _Sorted) -> None:
    file.write(f'{{\n "about": "{_ABOUT}",\n "chats": {{\n  "about": "{_ABOUT}",\n  "list": ['.encode())
    for piece in _chat_pieces(data, data.chats, 3):
        file.write(piece)
    file.write(b"\n  ]\n }\n}")


def _chat_pieces(data: _Sorted, chats: list[_Chat], depth: int) -> Iterator[bytes | memoryview]:
    """The chats' objects in pieces; `depth` spaces stand before each. Posts of neighbouring chats are encoded together."""
    margin = " " * depth
    encoded = _encoded(data, chats[0].start, chats[-1].end, depth + 2) if chats else iter(())
    offsets, text, base = np.zeros(1, np.int64), memoryview(b""), chats[0].start if chats else 0
    for number, chat in enumerate(chats):
        opening = f",\n{margin} ".join(chat.header)
        lead = (",\n" if number else "\n") + margin if depth else ""
        yield f'{lead}{{\n{margin} {opening},\n{margin} "messages": ['.encode()
        at = chat.start
        while at < chat.end:
            if at >= base + len(offsets) - 1:
                base += len(offsets) - 1
                offsets, text = next(encoded)
            upto = min(chat.end, base + len(offsets) - 1)
            comma = 1 if at == chat.start else 0
            yield text[int(offsets[at - base]) + comma : int(offsets[upto - base])]
            at = upto
        yield f"\n{margin} ]\n{margin}}}".encode()


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    # opened once: a small account is written faster than a database opens
    return duckdb.connect()


def _encoded(data: _Sorted, start: int, end: int, depth: int) -> Iterator[tuple[np.ndarray[Any, Any], memoryview]]:
    """Messages as JSON, a slice at a time: offsets into one buffer. Each message begins with a comma."""
    with _engine().cursor() as connection:
        for first in range(start, end, SLICE):
            taken = data.order.slice(first, min(SLICE, end - first))
            connection.register("m", _inputs(data, taken))
            sql = message_sql(depth)
            column = connection.execute(sql).to_arrow_table().column(0).cast(pa.string()).combine_chunks()
            column = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
            buffers = column.buffers()
            yield (
                np.frombuffer(buffers[1], np.int32)[column.offset : column.offset + len(column) + 1],
                memoryview(buffers[2]),
            )


def _inputs(data: _Sorted, taken: pa.Array) -> pa.Table:
    """The columns that the encoder wants, for some rows."""
    posts = data.posts.take(taken)
    authors = posts.column("author").combine_chunks().dictionary_encode()
    known = pa.array([data.names.get(subject) for subject in authors.dictionary.to_pylist()], pa.string())
    media = data.media.take(posts.column("media"))
    columns = {name: posts.column(name) for name in posts.column_names if name not in ("media", "at", "edited_at")}
    columns["name"] = known.take(authors.indices)
    columns["unix"] = _seconds(posts.column("at"))
    columns["edited"] = _seconds(posts.column("edited_at"))
    columns |= {f"media_{name}": media.column(name) for name in media.column_names}
    return pa.table(columns)


def _seconds(times: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(pc.floor(pc.divide(pc.cast(times.cast(pa.int64()), pa.float64()), 1e6)), pa.int64())


def _sort(rows: Mapping[str, pa.Table]) -> _Sorted:
    posts = _ours(rows, "posts", "channel", "native")
    venues = _ours(rows, "channels", "subject")
    media = _ours(rows, "media", "channel", "post")
    media = media.filter(pc.equal(media.column("position"), 0))
    channels = dict.fromkeys(venues.column("subject").to_pylist())
    channels |= dict.fromkeys(pc.unique(posts.column("channel")).to_pylist())
    listed = pa.array(list(channels), pa.string())
    code = _numbers(pc.index_in(posts.column("channel"), listed))
    ids = _numbers(posts.column("native").cast(pa.int64()))
    edited = _numbers(posts.column("edited_at").cast(pa.int64()).fill_null(-1))
    order = np.lexsort((edited, ids, code))
    code, ids = code[order], ids[order]
    last = np.ones(len(order), bool)
    last[:-1] = (code[1:] != code[:-1]) | (ids[1:] != ids[:-1])
    order, code = order[last], code[last]
    edges = np.searchsorted(code, np.arange(len(listed) + 1))
    profile = {row["subject"]: row for row in venues.select(["subject", "kind", "handle", "title"]).to_pylist()}
    chats = [
        _chat(subject, profile.get(subject, {}), int(edges[i]), int(edges[i + 1])) for i, subject in enumerate(channels)
    ]
    posts = posts.append_column("media", _media_rows(posts, media)).append_column("title", _titles(posts, profile))
    titles = {subject: row["title"] for subject, row in profile.items() if row["title"] is not None}
    return _Sorted(posts, pa.array(order), media, titles | _names(rows), chats)


def _numbers(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    return column.to_numpy()


def _ours(rows: Mapping[str, pa.Table], name: str, subject: str, number: str | None = None) -> pa.Table:
    """The rows of a table that the format can carry."""
    table = rows.get(name)
    if table is None:
        return staged_schema(name).empty_table()
    fits = pc.match_substring_regex(table.column(subject), _VENUE)
    if number:
        fits = pc.and_(fits, pc.match_substring_regex(table.column(number), _NUMBER))
    return table.filter(fits)


def _media_rows(posts: pa.Table, media: pa.Table) -> pa.ChunkedArray:
    """For each post the row of its first file in `media`, or null."""
    wanted = pl.DataFrame(pl.from_arrow(posts.select(["channel", "native"])))
    files = pl.DataFrame(pl.from_arrow(media.select(["channel", "post"]))).with_row_index("file")
    first = files.unique(["channel", "post"], keep="first", maintain_order=True)
    joined = wanted.join(
        first, left_on=["channel", "native"], right_on=["channel", "post"], how="left", maintain_order="left"
    )
    return pa.chunked_array([joined["file"].cast(pl.Int64).to_arrow()])


def _titles(posts: pa.Table, profile: Mapping[str, Mapping[str, Any]]) -> pa.Array:
    codes = posts.column("channel").combine_chunks().dictionary_encode()
    codes = pa.concat_arrays(codes.chunks) if isinstance(codes, pa.ChunkedArray) else codes
    titles = pa.array([profile.get(one, {}).get("title") for one in codes.dictionary.to_pylist()], pa.string())
    return titles.take(codes.indices)


def _names(rows: Mapping[str, pa.Table]) -> dict[str, str]:
    """Display names by subject; the last one given counts."""
    accounts = rows.get("accounts")
    if accounts is None:
        return {}
    named = accounts.filter(accounts.column("display_name").is_valid())
    return dict(zip(named.column("subject").to_pylist(), named.column("display_name").to_pylist(), strict=True))


def _chat(subject: str, profile: Mapping[str, Any], start: int, end: int) -> _Chat:
    native = subject.rpartition(":")[2]
    side = "public" if profile.get("handle") else "private"
    if native.startswith("chat"):
        kind = "private_group"
    else:
        kind = f"{side}_supergroup" if profile.get("kind") == "group" else f"{side}_channel"
    title = json.dumps(profile.get("title"), ensure_ascii=False)
    return _Chat(native, [f'"name": {title}', f'"type": "{kind}"', f'"id": {native.removeprefix("chat")}'], start, end)
