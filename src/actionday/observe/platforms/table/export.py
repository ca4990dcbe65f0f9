"""The `table` reader: any table with a mapping TOML that says which column is what.

Without a mapping nothing is read: the refusal carries a proposal, ready to be checked and saved. Memory does not grow with
the file. Not for: formats that have a reader of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from actionday.observe.mapping import FEEDABLE, guess_mapping, mapping_toml, parse_mapping, read_mapped
from actionday.observe.platforms.table.write import write_tables
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular import Layout, layout_of, sniff
from actionday.records import InputError

_EXAMPLE_CSV = """post_id,group_id,user_id,posted,body,views
1,77,501,22/11/2019 10:00,lorem ipsum,12
2,77,502,22/11/2019 10:05,"dolor, sit",3
3,78,501,23/11/2019 09:00,amet,
"""
_EXAMPLE_TOML = """table = "posts"
platform = "mewe"
zone = "Europe/Paris"

[columns]
channel = { from = "group_id", id = "channel" }
author = { from = "user_id", id = "account" }
native = "post_id"
at = { from = "posted", format = "%d/%m/%Y %H:%M" }
text = "body"
views = "views"
"""
_EXAMPLE_JSONL = (
    '{"id": "a1", "room": {"id": "lorem@rooms.example.org"}, "ts": 1574416800123, "msg": "ipsum"}\n'
    '{"id": "a2", "room": {"id": "lorem@rooms.example.org"}, "ts": 1574416860000, "msg": "dolor"}\n'
)
_EXAMPLE_JSONL_TOML = """table = "posts"
platform = "xmpp"

[columns]
channel = { from = "room.id", id = "channel" }
native = "id"
at = "ts"
text = "msg"
"""


@dataclass(frozen=True, slots=True)
class Table:
    """Reads and writes foreign tables. `style` is what `write` makes: csv | tsv | jsonl | json | parquet."""

    style: str = "csv"
    name: str = "table"
    title: str = "Table with a mapping (CSV, TSV, JSON lines, JSON array, Parquet)"
    version: int = 1
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".parquet")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """Any table, with low certainty: readers that know the format by name go first."""
        layout = sniff(head, name)
        if layout is None or not name.lower().endswith(self.suffixes):
            return Recognised(0)
        if layout.fault:
            return Recognised(20, f"{layout.says}: {layout.fault}", ("mapping",))
        if not layout.columns and layout.shape != "parquet":
            return Recognised(10, layout.says, ("mapping",))
        columns = ", ".join(layout.columns[:12]) + (" …" if len(layout.columns) > 12 else "")
        return Recognised(30, f"{layout.says}; columns {columns}" if columns else layout.says, ("mapping",))

    def parts(self, source: Source) -> Iterator[Part]:
        """One part: tables are read front to back."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read by `source.mapping`. Without one, or with a faulty one, a single refusal says what to do."""
        layout = layout_of(source.path, source.name)
        if layout is None:
            yield Chunk(refused=[Refused("file", "no table: neither delimited text nor JSON objects nor Parquet")])
            return
        if source.mapping is None:
            yield Chunk(refused=[_needs_mapping(source.name, layout)])
            return
        try:
            sections = parse_mapping(source.mapping, f"the mapping of {source.name}")
        except InputError as error:
            yield Chunk(refused=[Refused("mapping", str(error))])
            return
        wanted = tuple(dict.fromkeys(column for rows in sections for column in rows.sources))
        lacking = [c for c in wanted if layout.shape in {"delimited", "parquet"} and not _has(layout, c)]
        if lacking and not layout.fault:
            text = f"the mapping names columns that the file lacks: {', '.join(lacking)}"
            yield Chunk(refused=[Refused("mapping", text, f"the file has: {', '.join(layout.columns)}")])
            return
        yield from read_mapped(source, layout, sections, wanted)

    def examples(self) -> Mapping[str, bytes]:
        """A CSV with a declared time format and zone, JSON lines with nested keys; each with its mapping beside it."""
        return {
            "posts.csv": _EXAMPLE_CSV.encode(),
            "posts.csv.map.toml": _EXAMPLE_TOML.encode(),
            "rooms.jsonl": _EXAMPLE_JSONL.encode(),
            "rooms.jsonl.map.toml": _EXAMPLE_JSONL_TOML.encode(),
        }

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write each table that a mapping may feed as one file of `style`, its mapping beside it."""
        return write_tables({name: t for name, t in rows.items() if name in FEEDABLE}, folder, self.style)


def _has(layout: Layout, column: str) -> bool:
    return column in layout.columns or (layout.shape == "parquet" and column.partition(".")[0] in layout.columns)


def _needs_mapping(name: str, layout: Layout) -> Refused:
    if layout.fault:
        return Refused("file", layout.fault)
    guess = guess_mapping(layout.columns, layout.sample)
    reason = (
        f"needs a mapping: check this proposal and save it as {Path(name).name}.map.toml beside the file, or give --map"
    )
    return Refused("file", reason, mapping_toml(guess))
