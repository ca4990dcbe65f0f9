"""The `fourcat` reader: results of the 4CAT capture and analysis toolkit.

Three shapes: the CSV that 4CAT maps Telegram messages to, the NDJSON of Telegram objects as it collects them, and the
columns that all its data sources share (id, thread_id, author, body, timestamp). Column names were read in 4CAT's own
`map_item` (digitalmethodsinitiative/4cat, datasources/telegram). Its plain `timestamp` is the server's wall clock, so
`unix_timestamp` goes first. docs/formats/fourcat.md tells what each shape loses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from actionday.observe.mapping import parse_mapping, read_mapped
from actionday.observe.platforms.fourcat.shapes import CSV_GENERIC, CSV_TELEGRAM, NDJSON_TELEGRAM, Shape
from actionday.observe.platforms.fourcat.write import write_csv
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular import Layout, layout_of, sniff
from actionday.records import InputError
from actionday.records.platform import PLATFORMS

_TELEGRAM = {"id", "thread_id", "body", "timestamp", "author_forwarded_from_name", "attachment_type"}
_GENERIC = {"id", "thread_id", "author", "body", "timestamp"}
_RAW = {"id", "date", "message", "_type"}

_EXAMPLE_CSV = """id,thread_id,chat,author,author_username,author_name,author_is_bot,body,reply_to,views,timestamp,unix_timestamp,\
timestamp_edited,unix_timestamp_edited,author_forwarded_from_name,author_forwarded_from_username,author_forwarded_from_id,\
link_attached,attachment_type,attachment_data,attachment_filename
loremgroup-1,loremgroup,loremgroup,501,ipsumuser,Ipsum,no,"dolor sit, amet",,12,2019-11-22 10:00:00,1574416800,,,,,,,,,
loremgroup-2,loremgroup,loremgroup,502,,Dolor,yes,consectetur,1,3,2019-11-22 10:05:00,1574417100,2019-11-22 10:06:00,\
1574417160,Elit channel,elitchannel,1311111111,https://lorem.example.org/a,photo,,loremgroup-2.jpeg
"""
_EXAMPLE_NDJSON = (
    '{"_type": "Message", "id": 7, "date": 1574416800, "edit_date": null, "message": "lorem ipsum", "views": 5, '
    '"_chat": {"_type": "Channel", "id": 1322222222, "username": "Loremgroup", "title": "Lorem"}, '
    '"_sender": {"_type": "User", "id": 501, "username": "ipsumuser", "first_name": "Ipsum", "bot": false}, '
    '"fwd_from": {"date": 1574400000, "from_id": {"_type": "PeerChannel", "channel_id": 1311111111}}, "media": null}\n'
)
_EXAMPLE_GENERIC = """id,thread_id,author,body,timestamp,url
9001,t1,lorem,ipsum dolor,2019-11-22T10:00:00Z,https://twitter.com/lorem/status/9001
9002,t1,sit,amet,2019-11-22T10:01:00Z,https://twitter.com/sit/status/9002
"""


@dataclass(frozen=True, slots=True)
class FourCat:
    """Reads 4CAT results; writes the Telegram CSV."""

    name: str = "fourcat"
    title: str = "4CAT results (Telegram CSV and NDJSON, common CSV)"
    version: int = 1
    suffixes: tuple[str, ...] = (".csv", ".ndjson", ".jsonl")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By the header's names."""
        layout = sniff(head, name)
        shape = None if layout is None or layout.fault else _shape(layout)
        if layout is None or shape is None:
            return Recognised(0)
        if shape is not CSV_GENERIC:
            return Recognised(90, f"4CAT, Telegram; {layout.says}")
        platform = _platform(Source(Path(name), name), layout)
        says = f"4CAT, common columns, platform {platform or 'not told'}; {layout.says}"
        return Recognised(60, says, () if platform else ("mapping",))

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read any of the three shapes. Common CSV of a platform that cannot be told needs ``platform = "…"`` declared."""
        layout = layout_of(source.path, source.name)
        shape = None if layout is None else _shape(layout)
        if layout is None or (shape is None and not layout.fault):
            yield Chunk(refused=[Refused("file", "not a 4CAT result: needs id, thread_id, author, body, timestamp")])
            return
        shape = shape or CSV_GENERIC
        platform = _platform(source, layout) if shape is CSV_GENERIC else "telegram"
        if not platform:
            fix = 'declare it in a mapping file beside the file: platform = "twitter"'
            yield Chunk(refused=[Refused("file", f"4CAT's common columns do not tell the platform; {fix}")])
            return
        try:
            sections = parse_mapping({"platform": platform, "rows": list(shape.rows)}, source.name)
        except InputError as error:
            yield Chunk(refused=[Refused("mapping", str(error))])
            return
        yield from read_mapped(source, layout, sections, shape.columns, shape.prepare)

    def examples(self) -> Mapping[str, bytes]:
        """One small file of each shape."""
        return {
            "4cat-telegram.csv": _EXAMPLE_CSV.encode(),
            "4cat-telegram.ndjson": _EXAMPLE_NDJSON.encode(),
            "4cat-common.csv": _EXAMPLE_GENERIC.encode(),
        }

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write Telegram's `posts` as 4CAT's CSV, one file; other platforms and service messages are left out."""
        return write_csv(rows, folder)


def _shape(layout: Layout) -> Shape | None:
    columns = set(layout.columns)
    if layout.shape == "jsonl":
        return NDJSON_TELEGRAM if columns >= _RAW and any(c.startswith("_chat") for c in columns) else None
    if layout.shape != "delimited":
        return None
    if columns >= _TELEGRAM:
        return CSV_TELEGRAM
    return CSV_GENERIC if columns >= _GENERIC else None


def _platform(source: Source, layout: Layout) -> str:
    """The platform of a common CSV: declared, else the host its links have, else a word in the file's name."""
    declared = (source.mapping or {}).get("platform")
    if isinstance(declared, str):
        return declared
    links = [str(v).lower() for c in ("url", "post_url", "thread_url", "link") for v in layout.sample.get(c, ())]
    for platform in PLATFORMS:
        if any(f"://{www}{host}/" in link for link in links for host in platform.hosts for www in ("", "www.")):
            return platform.name
    stem = Path(source.name).name.lower()
    return next((p.name for p in PLATFORMS if p.name in stem), "")
