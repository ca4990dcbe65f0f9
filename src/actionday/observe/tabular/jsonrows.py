"""Stream JSON objects, one a line or in one array, in blocks: bounded memory, broken objects set aside, neighbours kept.

A block's objects become one text column by their byte offsets, and kernels, or DuckDB where something is not plain, pick the
wanted paths out of it; no Python object is made per row. Numbers keep their digits (ids above 2**53 stay exact). Not for: typing values.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from actionday.observe.reader import Refused
from actionday.observe.tabular.batch import Batch
from actionday.observe.tabular.jsonpaths import values_at
from actionday.observe.tabular.sniff import Layout

BLOCK = 8 << 20
LONGEST = 64 << 20
"""Bytes read at once, and the longest single object."""

_Ints = np.ndarray[Any, np.dtype[np.int64]]


class Readable(Protocol):
    """Bytes from front to back."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""
        ...


class Transcoded:
    """A file in another encoding, read as UTF-8 bytes."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file, self._decoder = file, codecs.getincrementaldecoder(encoding)("replace")

    def read(self, size: int, /) -> bytes:
        """The next bytes, as UTF-8."""
        raw = self._file.read(size)
        return self._decoder.decode(raw, final=not raw).encode("utf-8", "replace")


def read_json(path: Path, layout: Layout, wanted: tuple[str, ...]) -> Iterator[Batch]:
    """Yield batches with one text column per wanted name. A name is a key or a dotted path (``user.id``, ``ids[0]``)."""
    cut = cut_array if layout.shape == "json" else cut_lines
    con = duckdb.connect(
        config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    number = 1
    with path.open("rb") as raw:
        file: Readable = raw if layout.encoding == "utf-8" else Transcoded(raw, layout.encoding)
        for objects, fault in cut(file):
            batch = _picked(con, objects, wanted, number)
            number += len(objects)
            if fault:
                batch.refused.append(Refused(f"after row {number - 1}", fault))
            yield batch
    con.close()


def json_path(name: str) -> str:
    """The DuckDB path for a name: keys quoted, ``a[0]`` an index."""
    parts = []
    for part in name.split("."):
        key, bracket, index = part.partition("[")
        parts.append('."' + key.replace('"', "") + '"' + (bracket + index if bracket else ""))
    return "$" + "".join(parts)


def _picked(con: duckdb.DuckDBPyConnection, objects: pa.Array, wanted: tuple[str, ...], start: int) -> Batch:
    """Pick the wanted paths of a block's objects."""
    numbers = pl.Series("n", np.arange(start, start + len(objects), dtype=np.int64))
    plain = values_at(objects, wanted)
    if plain is not None:
        return Batch(plain, numbers, [])
    text, broken = as_text(objects)
    paths = [json_path(name) for name in wanted]
    picked = ", ".join(f"v[{n + 1}] AS c{n}" for n in range(len(wanted)))
    block = pa.table({"t": text, "n": pa.array(numbers.to_numpy())})
    con.register("block", block)
    found = con.execute(
        f"""SELECT ok, n, {picked or "NULL AS c0"} FROM (
              SELECT n, ok, CASE WHEN ok THEN json_extract_string(t, $paths) END AS v FROM (
                SELECT n, t, coalesce(CASE WHEN json_valid(t) THEN json_type(t) = 'OBJECT' END, false) AS ok
                FROM block WHERE t IS NULL OR NOT (strlen(t) < 64 AND t SIMILAR TO '\\s*')))
            ORDER BY n""",
        {"paths": paths or ["$.none"]},
    ).to_arrow_table()
    con.unregister("block")
    frame = pl.DataFrame(found)
    kept = frame.filter(pl.col("ok"))
    refused = [*broken(start), *_not_objects(frame.filter(~pl.col("ok"))["n"], text, start)]
    columns = kept.select([pl.col(f"c{n}").alias(name) for n, name in enumerate(wanted)])
    return Batch(columns, kept["n"], refused)


def _not_objects(numbers: pl.Series, text: pa.Array, start: int) -> list[Refused]:
    raws = [(n, text[n - start].as_py()) for n in numbers]
    return [Refused(f"row {n}", "not a JSON object", raw) for n, raw in raws if raw is not None]


def as_text(objects: pa.Array) -> tuple[pa.Array, Any]:
    """Bytes to text; objects that are not UTF-8 become null and are told by the second value (a function of the start)."""
    try:
        return objects.cast(pa.string()), lambda _start: []
    except pa.ArrowInvalid:
        texts = [_text_or_none(raw) for raw in objects.to_pylist()]  # only blocks that hold a broken byte come here
    raws = {n: objects[n].as_py() for n, text in enumerate(texts) if text is None}

    def broken(start: int) -> list[Refused]:
        return [Refused(f"row {start + n}", "not UTF-8", raw.decode("utf-8", "replace")) for n, raw in raws.items()]

    return pa.array(texts, pa.string()), broken


def _text_or_none(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _slices(buffer: bytes | bytearray, starts: _Ints, ends: _Ints) -> pa.Array:
    """An Arrow binary array of buffer[start:end] for neighbouring slices, without a Python object per slice."""
    offsets = np.append(starts, ends[-1:] if len(ends) else 0).astype(np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(starts), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(buffer)]
    )


def cut_lines(file: Readable, block: int = BLOCK) -> Iterator[tuple[pa.Array, str]]:
    """One object a line, as blocks of binary rows, each with what is wrong after it (empty: nothing)."""
    rest = b""
    first = True
    while more := file.read(block):
        if first:
            more, first = more.removeprefix(codecs.BOM_UTF8), False
        buffer = rest + more
        last = buffer.rfind(b"\n") + 1
        if not last and len(buffer) > LONGEST:
            yield pa.array([], pa.binary()), f"a line is longer than {LONGEST >> 20} MiB; the rest is not read"
            return
        if last:
            ends = np.flatnonzero(np.frombuffer(buffer, np.uint8, last) == 10) + 1
            yield _slices(buffer, np.append(0, ends[:-1]), ends), ""
        rest = buffer[last:]
    if rest.strip():
        yield pa.array([rest], pa.binary()), ""


def cut_array(file: Readable, block: int = BLOCK) -> Iterator[tuple[pa.Array, str]]:
    """Cut ``[ {…}, {…} ]`` at its top level. A file that breaks off yields the whole objects before the break."""
    rest, opened = b"", False
    while more := file.read(block):
        rest += more
        if not opened:
            rest = rest.removeprefix(codecs.BOM_UTF8).lstrip()
            opened, rest = rest.startswith(b"["), rest[1:]
        ends, closed = top_level(rest)
        if len(ends):
            starts = np.append(0, ends[:-1] + 1)
            yield _trimmed(rest, starts, ends), ""
            rest = rest[int(ends[-1]) + 1 :]
        if closed:
            return
        if len(rest) > LONGEST:
            yield pa.array([], pa.binary()), f"an object is longer than {LONGEST >> 20} MiB; the rest is not read"
            return
    fault = "the file breaks off inside an object" if rest.strip() else "the file breaks off: no closing ]"
    yield pa.array([], pa.binary()), fault


def _trimmed(buffer: bytes, starts: _Ints, ends: _Ints) -> pa.Array:
    """Slices without the separator after each (one byte that the next slice would begin with)."""
    padded = bytearray(buffer)
    np.frombuffer(padded, np.uint8)[ends] = 32  # the comma or bracket becomes a blank at the end of its slice
    return _slices(padded, starts, ends + 1)


def top_level(buffer: bytes) -> tuple[_Ints, bool]:
    """Places of the commas between elements, and of the closing bracket if it is there; the buffer begins at an element."""
    from actionday.observe.tabular.json_kernels import element_ends  # brings the compiler, which lines can do without

    data, places, found, closed = np.frombuffer(buffer, np.uint8), np.empty(4096, np.int64), 0, False
    begun = 0
    while True:
        more, closed = element_ends(data[begun:], places[found:])
        places[found : found + more] += begun
        found += more
        if closed or found < len(places):
            break
        begun = int(places[found - 1]) + 1
        places = np.concatenate([places, np.empty_like(places)])
    ends = places[:found]
    if closed and not buffer[int(ends[-2]) + 1 if found > 1 else 0 : int(ends[-1])].strip():
        ends = ends[:-1]  # nothing stands before the bracket
    return ends, closed
