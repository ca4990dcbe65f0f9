"""The `known_content` reader: lists of hashes and URLs of content that is known, to be terrorist or (negative) to be harmless.

Four shapes: one value a line; a table (CSV, TSV, JSON lines, Parquet) with a column of hashes or URLs; Tech Against Terrorism's pages of
JSON (content hash list v2, URL feed) and its CSV of URLs; the spreadsheets of hash exchanges, which name a signal and its type. Which list it
is must be said (`actionday link known import --list NAME`, or a mapping ``list = "NAME"``), and of bare hashes of 64 digits their kind. Not
for: fetching lists, nor comparing (`link.match`).
"""

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from actionday.observe.platforms.known.values import KINDS, ROLES, WORDS, cells, staged
from actionday.observe.reader import CHUNK_ROWS, Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular import HEAD, layout_of, sniff, stream

_NAMES = {
    "value": ("value", "hash_digest", "hash", "digest", "hash_value", "signal", "signal_str", "signal_value", "indicator", *KINDS[:3]),
    "kind": ("kind", "algorithm", "hash_type", "signal_type", "indicator_type", "type"),
    "url": ("url",),
    "label": ("label", "ideology", "group", "terrorist_group.name", "core_terrorist_group_->_terrorist_group_fk_->_name",
              "core_terrorist_group_-_terrorist_group_fk_->_name", "tags", "description"),
    "withdrawn": ("withdrawn", "deleted"),
    "listed_at": ("listed_at", "updated_on", "created_on", "added_on"),
    "quality": ("quality",),
}  # fmt: skip
_TCAP = {"extreme_content", "extreme_content_flag", "pi_i", "pii_flag"}
_LIMIT, _LINE = 64 << 20, 4_096
_MAPPING = 'list = "desk"\n'
_HASHES = """hash_digest,algorithm,ideology,deleted,updated_on
{md5},MD5,example,false,1700000000.5
{pdq},PDQ,example,false,1700000000.5
{sha},SHA256,example,true,1700000100
"""
_PAGE = {
    "count": 2,
    "next": None,
    "results": [
        {
            "id": 1,
            "url": "https://example.org/a",
            "extreme_content_flag": False,
            "terrorist_group": {"name": "example"},
        },
        {
            "id": 2,
            "url": "https://t.me/loremipsum",
            "extreme_content_flag": False,
            "terrorist_group": {"name": "example"},
        },
    ],
}


@dataclass(frozen=True, slots=True)
class KnownContent:
    """Reads lists of known content; writes them as a table."""

    name: str = "known_content"
    title: str = "Lists of known content (hashes, URLs)"
    version: int = 1
    suffixes: tuple[str, ...] = (".txt", ".csv", ".tsv", ".json", ".jsonl", ".parquet")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By columns that only such lists have, a page of results with them, or lines that are all hashes."""
        needs = ("list",)
        if b'"results"' in head[:4_096] and (b'"hash_digest"' in head or b'"extreme_content_flag"' in head):
            return Recognised(95, "a page of known content", needs)
        layout = sniff(head, name)
        if layout is not None and not layout.fault and (columns := _roles(layout.columns)):
            keys = {_key(column) for column in layout.columns}
            listed = {"value", "kind"} <= set(columns) and _known_words(layout.sample.get(columns["kind"], ()))
            if listed or ("url" in columns and keys & _TCAP):
                return Recognised(90, f"known content; {layout.says}", needs)
        lines = [line.strip() for line in head.decode("utf-8", "ignore").splitlines()[:50]]
        lines = [line for line in lines if line and not line.startswith("#")]
        if lines and all(len(line) in (32, 64) and set(line.lower()) <= set("0123456789abcdef") for line in lines):
            return Recognised(85, "known content, a hash a line", needs)
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read the list. Mapping keys: list (needed), kind (of every value), negative (known to be harmless)."""
        said = dict(source.mapping or {})
        if fault := _options_fault(said):
            yield Chunk(refused=[Refused("mapping", fault)])
            return
        kind = str(said["kind"]) if said.get("kind") else None
        empty = True
        for frame, refused in _frames(source):
            empty = empty and not len(frame) and not refused
            if not len(frame):
                yield Chunk(refused=refused)
                continue
            read = cells(frame, kind)
            bad = read.filter(pl.col("why").is_not_null()).select("number", "why", "value").iter_rows()
            refused += [Refused(f"row {number}", why, (raw or "")[:_LINE]) for number, why, raw in bad]
            good = read.filter(pl.col("why").is_null())
            table = staged(good, str(said["list"]), bool(said.get("negative", False)))
            yield Chunk({"known_content": table} if len(table) else {}, refused)
        if empty:
            yield Chunk(refused=[Refused("file", "no hash and no URL in it")])

    def examples(self) -> Mapping[str, bytes]:
        """A hash list as Tech Against Terrorism gives it, a page of its URL feed, and bare hashes."""
        made = {
            "md5": "0cc175b9c0f1b6a831c399e269772661",
            "pdq": "a" * 32 + "5" * 32,
            "sha": "ca978112ca1bbdcafac231b39a23dc4d" * 2,
        }
        return {
            "hashes.csv": _HASHES.format(**made).encode(),
            "hashes.csv.map.toml": _MAPPING.encode(),
            "urls.json": json.dumps(_PAGE).encode(),
            "urls.json.map.toml": _MAPPING.encode(),
            "harmless.txt": f"# stock pictures\n{made['pdq']}\n{'b' * 64}\n".encode(),
            "harmless.txt.map.toml": (_MAPPING + 'kind = "pdq"\nnegative = true\n').encode(),
        }

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write `known_content` as ``known_content.csv``; which list it is, and whether harmless, the mapping must say again."""
        table = rows.get("known_content")
        if table is None or not len(table):
            return []
        folder.mkdir(parents=True, exist_ok=True)
        columns = ("value", "kind", "label", "withdrawn", "listed_at", "quality")
        frame = pl.DataFrame(table).select(columns)
        path = folder / "known_content.csv"
        frame.with_columns(pl.col("listed_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")).write_csv(
            path, line_terminator="\n"
        )
        return [path]


def _options_fault(said: Mapping[str, Any]) -> str | None:
    unknown = set(said) - {"list", "kind", "negative"}
    if unknown:
        return f"unknown key {sorted(unknown)[0]!r}; keys are list, kind, negative"
    if not str(said.get("list") or "").strip():
        return "the list has no name: actionday link known import FILE --list NAME"
    kind = said.get("kind")
    return f"kind is one of {', '.join(KINDS)}, not {kind!r}" if kind and kind not in KINDS else None


def _frames(source: Source) -> Iterator[tuple[pl.DataFrame, list[Refused]]]:
    """The file as columns of text named by role, with `number`, some rows at a time."""
    with source.path.open("rb") as file:
        head = file.read(HEAD)
    if b'"results"' in head[:4_096] and head.lstrip()[:1] == b"{":
        yield _page(source)
        return
    layout = layout_of(source.path, source.name)
    columns = _roles(layout.columns) if layout is not None else {}
    if layout is not None and (columns or layout.fault):
        for batch in stream(source.path, layout, tuple(columns.values())):
            named = {role: batch.frame[column] for role, column in columns.items() if column in batch.frame.columns}
            yield _of_text(named, batch.numbers, columns), batch.refused
        return
    yield from _lines(source)


def _page(source: Source) -> tuple[pl.DataFrame, list[Refused]]:
    """One page of results in JSON."""
    if source.path.stat().st_size > _LIMIT:
        return pl.DataFrame(), [
            Refused("file", f"larger than {_LIMIT >> 20} MiB: save it page by page, or as JSON lines")
        ]
    try:
        page = json.loads(source.path.read_bytes())
        rows = [_flat(row) for row in page["results"] if isinstance(row, dict)]
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        return pl.DataFrame(), [Refused("file", f"no page of results: {type(error).__name__}")]
    columns = _roles(tuple(dict.fromkeys(key for row in rows for key in row)))
    named = {role: pl.Series([row.get(column) for row in rows], dtype=pl.String) for role, column in columns.items()}
    return _of_text(named, pl.Series("row", range(1, len(rows) + 1), dtype=pl.Int64), columns), []


def _flat(row: Mapping[str, Any], above: str = "", depth: int = 3) -> dict[str, str]:
    """Cells as text, nested objects as dotted names; lists are left out."""
    flat: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, dict) and depth > 1:
            flat |= _flat(value, f"{above}{key}.", depth - 1)
        elif isinstance(value, bool | int | float | str):
            flat[f"{above}{key}"] = str(value).encode("utf-8", "replace").decode()  # JSON may hold half a character
    return flat


def _lines(source: Source) -> Iterator[tuple[pl.DataFrame, list[Refused]]]:
    """One value a line; blank lines and those behind ``#`` are passed over."""
    with source.path.open("rb") as file:
        start = file.read(2)
    encoding = "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    held: list[tuple[int, str]] = []
    with source.path.open(encoding=encoding, errors="replace") as lines:
        number = 0
        while line := lines.readline(_LINE):
            number += 1
            text = line.strip(" \t\r\n\0")
            if text and not text.startswith("#"):
                held.append((number, text))
            if len(held) == CHUNK_ROWS:
                yield _of_lines(held), []
                held = []
    if held:
        yield _of_lines(held), []


def _of_lines(held: list[tuple[int, str]]) -> pl.DataFrame:
    numbers = pl.Series("row", [number for number, _ in held], dtype=pl.Int64)
    return _of_text({"value": pl.Series([text for _, text in held], dtype=pl.String)}, numbers, {})


def _of_text(named: Mapping[str, pl.Series], numbers: pl.Series, columns: Mapping[str, str]) -> pl.DataFrame:
    """Every role as a column of text; a column named after a kind says the kind of what has none."""
    blank = pl.Series([None], dtype=pl.String).new_from_index(0, len(numbers))
    frame = pl.DataFrame({"number": numbers, **{role: _text(named.get(role, blank)) for role in ROLES}})
    kind = WORDS.get(_key(columns.get("value", "")))
    return frame if kind is None else frame.with_columns(kind=pl.col("kind").fill_null(kind))


def _text(column: pl.Series) -> pl.Series:
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(column))
    return column.cast(pl.String)


def _roles(columns: tuple[str, ...]) -> dict[str, str]:
    """Roles to the file's columns; empty when it has neither hashes nor URLs."""
    by_key = {_key(column): column for column in reversed(columns)}
    found = {role: next((by_key[n] for n in names if n in by_key), "") for role, names in _NAMES.items()}
    found = {role: column for role, column in found.items() if column}
    return found if {"value", "url"} & set(found) else {}


def _key(column: str) -> str:
    return column.strip().casefold().replace(" ", "_")


def _known_words(values: Any) -> bool:  # noqa: ANN401 - cells of any type
    words = [str(value).strip().lower().replace(" ", "_").replace("-", "_") for value in values]
    return bool(words) and any(word in WORDS for word in words)
