"""JSON objects of a known shape as columns, lists and nested objects included: one parse an object, in bounded memory.

A shape is a JSON-able tree of type names (``{"id": "VARCHAR", "tags": [{"text": "VARCHAR"}]}``). Keys that a shape does
not name are skipped without being built; a missing key or a value of another type is null. Numbers asked for as ``VARCHAR``
keep their digits; an object there comes as its JSON text. Not for: files whose shape only a mapping knows (`jsonrows`).
"""

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe.reader import Refused
from actionday.observe.tabular.batch import Batch
from actionday.observe.tabular.jsonrows import LONGEST, Readable, Transcoded, as_text, cut_array, cut_lines
from actionday.observe.tabular.parser import Parser
from actionday.observe.tabular.sniff import sniff

BLOCK = 8 << 20
"""Bytes parsed at once: what is done to a block costs the same for few rows as for many."""

_PIECE = 2_048
NOT_AN_OBJECT = "not a JSON object"
_TYPES: dict[str, type[pl.DataType]] = {
    "VARCHAR": pl.String,
    "BIGINT": pl.Int64,
    "INTEGER": pl.Int32,
    "BOOLEAN": pl.Boolean,
}
_CHECK = """SELECT coalesce(regexp_matches(t, '^[\\s\\x{{FEFF}}]*\\{{'){valid}, false) AS ok,
                   coalesce(strlen(t) < 64 AND t SIMILAR TO '\\s*', true) AS blank,
                   coalesce(regexp_matches(t, '^\\s*\\{{\\s*"[^"]*"\\s*:\\s*\\{{'), false) AS alone
            FROM block"""


@dataclass(frozen=True, slots=True)
class _Wanted:
    shape: str
    lists: tuple[str, ...]

    @property
    def in_lists(self) -> str:
        """SQL for an object's text, lone values put into lists."""
        text = "t"
        for key in self.lists:
            alone = f"json_merge_patch(t, json_object('{key}', json_array(json_extract(t, '$.{key}'))))"
            text = f"CASE WHEN json_type(t, '$.{key}') = 'OBJECT' THEN {alone} ELSE {text} END"
        return text


@dataclass(frozen=True, slots=True)
class Form:
    """How objects lie in a file: ``lines``, ``array`` or ``document`` (the file is one object); `skip` bytes come before."""

    how: str
    encoding: str = "utf-8"
    skip: int = 0
    lists: tuple[str, ...] = ()  # keys whose value may stand alone where a list is meant, if it comes first


def form_of(head: bytes, name: str) -> Form | None:
    """The form of a JSON file from its first bytes; None where it is none. A first line that is cut short: a document."""
    layout = sniff(head, name)
    shape = layout.shape if layout is not None else ""
    encoding = (
        layout.encoding if layout is not None and not layout.fault else "utf-8"
    )  # broken bytes are told row by row
    if shape == "json":
        return Form("array", encoding)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff \t\r\n")
    if not text.startswith("{") or shape not in ("jsonl", ""):
        return None
    first, newline, _ = text.partition("\n")
    return Form("lines" if not newline or first.rstrip().endswith("}") else "document", encoding)


def columns_of(shape: Mapping[str, Any]) -> dict[str, pl.DataType]:
    """The types of the columns that a shape gives."""
    return {key: _type_of(kind) for key, kind in shape.items()}


def _type_of(kind: Any) -> pl.DataType:  # noqa: ANN401 - a name, a list of one or a tree
    if isinstance(kind, list):
        return pl.List(_type_of(kind[0]))
    return pl.Struct(columns_of(kind)) if isinstance(kind, Mapping) else _TYPES[kind]()


def read_shaped(path: Path, form: Form, shape: Mapping[str, Any]) -> Iterator[Batch]:
    """Yield batches with one column a key of `shape`. Rows that are no JSON objects are refused, never raised."""
    number = 1
    with Parser() as parser, path.open("rb") as raw:
        raw.seek(form.skip)
        for objects, fault in _CUTS[form.how](_decoded(raw, form.encoding), BLOCK):
            batch = _shaped(parser.connection(), objects, _Wanted(json.dumps(shape), form.lists), number)
            number += len(objects)
            if fault:
                batch.refused.append(Refused(f"after row {number - 1}", fault))
            yield batch


def _decoded(raw: BinaryIO, encoding: str) -> Readable:
    return raw if encoding == "utf-8" else Transcoded(raw, encoding)


def _whole(file: Readable, _block: int) -> Iterator[tuple[pa.Array, str]]:
    """The file as one object."""
    text = file.read(LONGEST + 1).removeprefix(codecs.BOM_UTF8)
    if len(text) > LONGEST:
        yield pa.array([], pa.binary()), f"one object longer than {LONGEST >> 20} MiB; write it as one object a line"
    else:
        yield pa.array([text], pa.binary()), ""


_CUTS: Mapping[str, Callable[[Readable, int], Iterator[tuple[pa.Array, str]]]] = {
    "lines": cut_lines,
    "array": cut_array,
    "document": _whole,
}


@dataclass(frozen=True, slots=True)
class _Block:
    text: pa.Array
    start: int
    refused: list[Refused]


def _shaped(connection: duckdb.DuckDBPyConnection, objects: pa.Array, wanted: _Wanted, start: int) -> Batch:
    text, broken = as_text(objects)
    block = _Block(text, start, broken(start))
    connection.register("block", pa.table({"t": text}))
    try:  # most blocks are sound throughout, and then nothing need be parsed twice
        return _parsed(connection, block, wanted, _CHECK.format(valid=""))
    except (duckdb.InvalidInputException, UnicodeDecodeError):  # it quotes what is broken, and may cut a letter in two
        return _parsed(connection, block, wanted, _CHECK.format(valid=" AND json_valid(t)"))
    finally:
        connection.unregister("block")


def _parsed(connection: duckdb.DuckDBPyConnection, block: _Block, wanted: _Wanted, check: str) -> Batch:
    told = connection.execute(check).to_arrow_table()
    ok, blank, alone = (told[name].combine_chunks() for name in ("ok", "blank", "alone"))
    text, numbers = block.text, np.arange(block.start, block.start + len(block.text), dtype=np.int64)
    bad = np.flatnonzero(pc.invert(pc.or_(ok, blank)).to_numpy(zero_copy_only=False)).tolist()
    refused = [*block.refused, *(Refused(f"row {block.start + n}", NOT_AN_OBJECT, text[n].as_py()) for n in bad)]
    if not pc.all(ok).as_py():
        text, alone, numbers = text.filter(ok), alone.filter(ok), numbers[ok.to_numpy(zero_copy_only=False)]
    if not len(text):
        return Batch.of_refused(refused)
    source = wanted.in_lists if wanted.lists and pc.any(alone).as_py() else "t"
    connection.register("good", pa.table({"t": text}))
    column = connection.execute(f"SELECT json_transform({source}, $shape) AS j FROM good", {"shape": wanted.shape})
    # read piece by piece: a result that the database holds whole is memory that it keeps
    parsed = pl.DataFrame(pl.from_arrow(column.to_arrow_reader(_PIECE).read_all(), rechunk=False)).unnest("j")
    connection.unregister("good")
    return Batch(parsed, pl.Series("row", numbers), refused)
