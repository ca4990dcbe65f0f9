"""JSON documents whose rows lie in lists somewhere inside: the lists streamed in blocks, the rest handed over as one object.

``read_lists(path, {"orderedItems": SHAPE}, rest=SHAPE)`` gives the objects of those lists as columns, and each document
without its lists as one more row. A file may hold one document, or one a line. Memory follows the block, not the file.
Shapes are JSON-able trees of type names (``{"id": "VARCHAR", "tags": [{"name": "VARCHAR"}]}``): keys that a shape does
not name are skipped, a missing key or a value of another type is null; asked for as VARCHAR, numbers keep their digits and
objects and lists come as their JSON.
Not for: files whose shape only a mapping knows (`jsonrows`).
"""

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from actionday.observe.reader import Refused
from actionday.observe.spans import MARGIN, string_array
from actionday.observe.spans_tree import objects_of
from actionday.observe.tabular import jsonlists_kernels as kernels
from actionday.observe.tabular.parser import Parser

BLOCK = 10 << 20
LONGEST = 64 << 20
REST_BYTES = 4 << 20
REST = "*"
"""The name under which a document without its lists comes."""

_ROWS = 20_000
NOT_AN_OBJECT = "not a JSON object, or none that can be read"
NOT_UTF8 = "text that is not UTF-8"
Shape = Mapping[str, Any]


@dataclass(slots=True)
class Rows:
    """Objects of one list as columns named like the shape's keys, and `row`, their place in the file (bytes). `raw` gives a row's text."""

    name: str
    frame: pl.DataFrame
    refused: list[Refused] = field(default_factory=list)
    written: Callable[[], pl.Series] = lambda: pl.Series(dtype=pl.String)

    @property
    def texts(self) -> pl.Series:
        """What is written of each row; made when it is asked for, since few readers do."""
        return self.written()


@dataclass(frozen=True, slots=True)
class _Objects:
    """Where objects lie in a buffer that ends in `MARGIN` zeros."""

    buffer: bytes
    starts: kernels.Longs
    ends: kernels.Longs

    def __len__(self) -> int:
        return len(self.starts)

    def slice(self, first: int, most: int) -> "_Objects":
        """Some of them."""
        return _Objects(self.buffer, self.starts[first : first + most], self.ends[first : first + most])

    def columns(self, shape: Shape) -> pa.Table | None:
        """The shape's columns without a detour, or None where something is not plain."""
        data, first, last = np.frombuffer(self.buffer, np.uint8), int(self.starts[0]), int(self.ends[-1])
        # a byte that is no text refuses its object, even where nothing of it is wanted
        if string_array(data[first:last], np.array([0, last - first], np.int32)) is None:
            return None
        return objects_of(data, self.starts, self.ends, shape)

    def binary(self) -> pa.Array:
        """The objects, one after another."""
        return _slices(self.buffer, self.starts, self.ends)

    def texts(self) -> pl.Series:
        """The same, known to be text, where it lies."""
        return pl.Series(_alternating(self.buffer, self.starts, self.ends, pa.string())).gather_every(2)


def read_lists(
    path: Path, lists: Mapping[str, Shape | None], rest: Shape | None = None, unquoted: tuple[str, ...] = ()
) -> Iterator[Rows]:
    """Rows of the lists and, as list ``*``, of what is left of each document. Never raises for what the file says.

    A list is named by its keys from the top, "" being a list at the top; one without a shape is passed over. Where brackets
    do not fit or the file breaks off, what stood before it is read and the rest is one refusal. Refusals quote what they
    refuse, but not of the lists in `unquoted`, which may hold keys and passwords.
    """
    with Parser() as parser, path.open("rb") as file:
        shown = [name for name, shape in lists.items() if shape is not None]
        others = [name for name in lists if name not in shown]
        cutter = _Cutter(file, (*shown, *others), len(shown), keep_rest=rest is not None)
        for name, objects, starts in cutter.pieces():
            shape = rest if name == REST else lists[name]
            for first in range(0, len(objects) if shape is not None else 0, _ROWS):
                some, where = objects.slice(first, _ROWS), starts[first : first + _ROWS]
                rows = _plain(name, some, where, shape or {})
                if rows is None:
                    rows = _shaped(parser.connection(), name, some.binary(), where, shape or {})
                if name in unquoted:
                    rows.refused = [Refused(one.position, one.reason) for one in rows.refused]
                yield rows
        if cutter.faults:
            yield Rows("", pl.DataFrame(), cutter.faults)


def _plain(name: str, objects: _Objects, starts: np.ndarray[Any, Any], shape: Shape) -> Rows | None:
    """What `_shaped` would say, straight from the bytes; None where something is not plain."""
    columns = objects.columns(shape)
    if columns is None:
        return None
    frame = pl.DataFrame({"row": pl.Series(starts, dtype=pl.Int64)})
    return Rows(name, frame.hstack(pl.DataFrame(columns)) if shape else frame, written=objects.texts)


def _shaped(
    connection: duckdb.DuckDBPyConnection, name: str, objects: pa.Array, starts: np.ndarray[Any, Any], shape: Shape
) -> Rows:
    """Objects (binary) as the shape's columns; what cannot be decoded is refused by its place."""
    text = _as_text(objects)
    block = pa.table({"row": pa.array(starts, pa.int64()), "t": text})
    try:
        made = _transformed(connection, block, shape)
    except (duckdb.Error, UnicodeDecodeError):  # it quotes what it cannot parse, and may cut a letter in two
        connection.register("block", block)
        sound = "SELECT row, CASE WHEN json_valid(t) THEN t END AS t FROM block"
        block = connection.execute(sound).to_arrow_table()
        made = _transformed(connection, block, shape)
    frame = pl.DataFrame({"row": pl.Series(starts, dtype=pl.Int64), "j": pl.Series(made)})
    texts = block["t"].combine_chunks()
    good = frame["j"].is_not_null()
    refused = [_refusal(int(starts[n]), objects[n].as_py()) for n in np.flatnonzero(~good.to_numpy())]
    if refused:
        texts, frame = texts.filter(good.to_arrow()), frame.filter(good)
    return Rows(name, frame.unnest("j"), refused, lambda: pl.Series(texts))


def _refusal(start: int, raw: bytes) -> Refused:
    """Why one object is not read; what it says is cut."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return Refused(f"byte {start}", NOT_UTF8, raw[:1_000].decode("utf-8", "replace"))
    return Refused(f"byte {start}", NOT_AN_OBJECT, raw[:4_000].decode("utf-8", "ignore")[:1_000])


def picked(rows: Rows, where: pl.Series, paths: tuple[str, ...]) -> pl.DataFrame:
    """For the rows where `where` holds, values at some JSON paths as text: for keys that have now one type, now another."""
    texts = rows.texts.filter(where).to_arrow().cast(pa.string())
    columns = ", ".join(f"v[{n + 1}] AS c{n}" for n in range(len(paths)))
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("block", pa.table({"n": pa.array(np.arange(len(texts))), "t": texts}))
        found = connection.execute(
            f"SELECT {columns} FROM (SELECT n, json_extract_string(t, $paths) AS v FROM block)",
            {"paths": list(paths)},
        ).to_arrow_table()
    frame = pl.DataFrame(found)
    return frame.rename({f"c{n}": path for n, path in enumerate(paths)})


def _transformed(connection: duckdb.DuckDBPyConnection, block: pa.Table, shape: Shape) -> pa.Array:
    connection.register("block", block)
    made = connection.execute(
        "SELECT CASE WHEN starts_with(ltrim(t), '{') THEN json_transform(t, $shape) END AS j FROM block",
        {"shape": json.dumps(shape)},
    ).to_arrow_table()
    connection.unregister("block")
    return made["j"].combine_chunks()


def _as_text(objects: pa.Array) -> pa.Array:
    """Bytes to text; objects that are not UTF-8 become null."""
    try:
        return objects.cast(pa.string())
    except pa.ArrowInvalid:
        texts = [_text_or_none(raw) for raw in objects.to_pylist()]  # only blocks that hold a broken byte come here
    return pa.array(texts, pa.string())


def _text_or_none(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


class _Cutter:
    """Cuts a file; `faults` is filled by the time `pieces` ends."""

    def __init__(self, file: BinaryIO, names: tuple[str, ...], counted: int, *, keep_rest: bool) -> None:
        self._file, self._names, self._keep = file, (*names, REST), keep_rest
        self._wanted = np.array([kernels.hash_path(name) for name in names], np.int64)
        self._state, self._stack = kernels.new_state(counted)
        self._out = np.empty((65_536, 4), np.int64)
        self._rest, self._rest_from, self._rest_start, self._too_long = bytearray(), -1, -1, False
        self._documents: list[tuple[bytes, int]] = []
        self.faults: list[Refused] = []

    def pieces(self) -> Iterator[tuple[str, _Objects, np.ndarray[Any, Any]]]:
        """(list, objects, where they begin), in the order of the file; of one block, list by list."""
        held, base = b"", 0
        while more := self._file.read(BLOCK):
            if base == 0 and not held:
                more = more.removeprefix(codecs.BOM_UTF8)
            size = len(held) + len(more)
            buffer = b"".join((held, more, bytes(MARGIN)))
            i, sound = len(held), True
            data = np.frombuffer(buffer, np.uint8)[:size]
            while i < size and sound:
                i, count = kernels.scan(data, i, base, self._state, self._stack, self._wanted, self._out)
                events = self._out[:count]
                yield from self._items(buffer, base, events)
                sound = self._others(buffer, base, events)
            yield from self._rests()
            if not sound:
                return
            self._take_rest(buffer, base, base + size)
            keep = self._open_from(base + size) - base
            held, base = buffer[keep:size], base + keep
            if len(held) > LONGEST:
                self.faults.append(
                    Refused(f"byte {base}", f"an object longer than {LONGEST >> 20} MiB; the rest is not read")
                )
                return
        self._finish(base + len(held))

    def _open_from(self, end: int) -> int:
        """Where the object begins that is not read to its end: in a list, or a document that had no list so far."""
        state = self._state
        if state[kernels.START] >= 0:
            return int(state[kernels.START])
        return int(state[kernels.DOCUMENT]) if state[kernels.DOCUMENT] >= 0 and not state[kernels.LISTS] else end

    def _items(
        self, buffer: bytes, base: int, events: kernels.Longs
    ) -> Iterator[tuple[str, _Objects, np.ndarray[Any, Any]]]:
        items = events[events[:, 0] == kernels.ITEM]
        for which in np.unique(items[:, 1]):
            some = items[items[:, 1] == which]
            starts, ends = some[:, 3], some[:, 2]
            yield self._names[which], _Objects(buffer, starts - base, ends - base), starts.copy()

    def _others(self, buffer: bytes, base: int, events: kernels.Longs) -> bool:
        """Follow documents and lists; returns False where the file is broken."""
        for kind, at, document in events[events[:, 0] != kernels.ITEM][:, :3].tolist():
            if kind == kernels.ENTER:
                if not self._rest and self._rest_from < 0:
                    self._rest_from = document
                self._take_rest(buffer, base, at + 1)
                self._rest_from = -1  # what lies in the list is not taken
            elif kind == kernels.LEAVE:
                self._rest_from = at
            elif kind == kernels.END:
                self._take_rest(buffer, base, at)
                self._document()
            else:
                what = "brackets that do not fit, or nested too deep"
                self.faults.append(Refused(f"byte {at}", f"{what}; the rest is not read"))
                return False
        return True

    def _take_rest(self, buffer: bytes, base: int, end: int) -> None:
        """What lies outside of lists, up to byte `end`."""
        if self._rest_from < 0 or not self._keep:
            return
        start = self._rest_from
        if not self._rest:
            self._rest_start = start
        if len(self._rest) + end - start > REST_BYTES:
            self._too_long = True
        else:
            self._rest += buffer[max(start - base, 0) : end - base]
        self._rest_from = end

    def _document(self) -> None:
        """A document with lists has ended: what lay outside of them."""
        whole, long = bytes(self._rest).strip(), self._too_long
        self._rest, self._rest_from, self._too_long = bytearray(), -1, False
        if long:
            self.faults.append(
                Refused(f"byte {self._rest_start}", f"more than {REST_BYTES >> 20} MiB outside of lists")
            )
        elif whole.startswith(b"{") and self._keep:
            self._documents.append((whole, self._rest_start))

    def _rests(self) -> Iterator[tuple[str, _Objects, np.ndarray[Any, Any]]]:
        """The documents that ended in this block, together."""
        if self._documents:
            wholes, starts = zip(*self._documents, strict=True)
            self._documents = []
            edges = np.cumsum([0, *map(len, wholes)])
            buffer = b"".join((*wholes, bytes(MARGIN)))
            yield REST, _Objects(buffer, edges[:-1], edges[1:]), np.array(starts, np.int64)

    def _finish(self, size: int) -> None:
        if self._state[kernels.DEPTH] or self._state[kernels.IN_TEXT]:
            self.faults.append(Refused(f"byte {size}", "the file breaks off"))
        if self._state[kernels.ODD]:
            self.faults.append(Refused("file", "values between the objects of a list that are no objects"))


def _slices(buffer: bytes, starts: np.ndarray[Any, Any], ends: np.ndarray[Any, Any]) -> pa.Array:
    """An Arrow binary array of ``buffer[start:end]``, without a Python object per slice."""
    both = _alternating(buffer, starts, ends, pa.binary())
    return both.take(pa.array(np.arange(0, len(both), 2)))


def _alternating(
    buffer: bytes, starts: np.ndarray[Any, Any], ends: np.ndarray[Any, Any], kind: pa.DataType
) -> pa.Array:
    """The slices ``buffer[start:end]`` and the gaps behind them (commas) in turn, where they lie."""
    assert len(starts)
    assert int(starts[-1]) < (1 << 31) - 1
    edges = np.empty(2 * len(starts) + 1, np.int32)
    edges[0:-1:2], edges[1::2], edges[-1] = starts, ends, ends[-1]
    return pa.Array.from_buffers(kind, 2 * len(starts), [None, pa.py_buffer(edges), pa.py_buffer(buffer)])
