"""Tell from a file's first bytes what kind of table it is: delimiter, encoding, column names. Not for: reading it."""

import codecs
import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HEAD = 65_536
_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_SUFFIX = {".tsv": "\t", ".tab": "\t"}
_SAMPLE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table looks like. `shape`: delimited | jsonl | json | parquet. `fault`: why it cannot be read, with the fix."""

    shape: str
    columns: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    fault: str = ""
    sample: Mapping[str, list[object]] = field(default_factory=dict)

    @property
    def says(self) -> str:
        """One line for people."""
        shape = {
            "delimited": f"table separated by {_DELIMITERS.get(self.delimiter, 'signs')}",
            "jsonl": "JSON, one object a line",
            "json": "JSON array of objects",
            "parquet": "Parquet table",
        }[self.shape]
        return shape + (f" in {self.encoding}" if self.encoding != "utf-8" else "")


def sniff(head: bytes, name: str) -> Layout | None:
    """Judge a file by its head; None when it is no table at all. Never raises."""
    if head.startswith(b"PAR1"):
        return Layout("parquet")
    encoding, fault = _encoding(head)
    if not encoding:
        return None
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff")
    start = text.lstrip()[:1]
    if start == "{":
        return _json_lines(text, encoding, fault)
    if start == "[":
        return _json_array(text, encoding, fault)
    return _delimited(text, name, encoding, fault, whole=len(head) < HEAD)


def _encoding(head: bytes) -> tuple[str, str]:
    """(codec, fault). An empty codec: not text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", ""
    if b"\0" in head:
        return "", ""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        fix = "convert it first, for example: iconv -f WINDOWS-1252 -t UTF-8 in.csv > out.csv"
        return (
            "latin-1",
            f"not UTF-8 at byte {error.start} (Latin-1 or Windows-1252, which cannot be told apart); {fix}",
        )
    return "utf-8", ""


def _json_lines(text: str, encoding: str, fault: str) -> Layout | None:
    rows: list[dict[str, Any]] = []
    for line in text.splitlines()[:_SAMPLE_ROWS]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            rows.append(row)
    if not rows and not _looks_cut(text):
        return None
    return Layout("jsonl", tuple(_flat_names(rows)), encoding, fault=fault, sample=_flat_sample(rows))


def _looks_cut(text: str) -> bool:
    """True for one long first line: an object larger than the head."""
    return "\n" not in text.strip() and len(text) >= HEAD // 4


def _json_array(text: str, encoding: str, fault: str) -> Layout | None:
    rows: list[dict[str, Any]] = []
    decoder = json.JSONDecoder()
    at = text.index("[") + 1
    while len(rows) < _SAMPLE_ROWS:
        at = _skip(text, at)
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if not isinstance(row, dict):
            return None
        rows.append(row)
    if not rows and not re.match(r"\s*\[\s*(\{|\])", text):
        return None
    return Layout("json", tuple(_flat_names(rows)), encoding, fault=fault, sample=_flat_sample(rows))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _flat_names(rows: list[dict[str, Any]], depth: int = 3) -> list[str]:
    """Column names over some objects; nested objects as dotted paths, `depth` levels down."""
    names: dict[str, None] = {}
    for row in rows:
        for key, value in row.items():
            if isinstance(value, dict) and value and depth > 1:
                names |= dict.fromkeys(f"{key}.{inner}" for inner in _flat_names([value], depth - 1))
            else:
                names[key] = None
    return list(names)


def _flat_sample(rows: list[dict[str, Any]]) -> dict[str, list[object]]:
    sample: dict[str, list[object]] = {}
    for name in _flat_names(rows):
        sample[name] = []
        for row in rows:
            value: Any = row
            for part in name.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                shown = (
                    value if isinstance(value, (str, int, float)) else json.dumps(value)
                )  # halves of a pair may be in it
                sample[name].append(shown)
    return sample


def _delimited(text: str, name: str, encoding: str, fault: str, *, whole: bool) -> Layout | None:
    lines = text.splitlines()
    if not lines or (len(lines) == 1 and not whole):
        return None
    if not whole:
        lines = lines[:-1]  # the last line of a head is cut
    first = next((line for line in lines if line.strip()), "")
    delimiter = _SUFFIX.get(name[-4:].lower()) or _delimiter(lines[:_SAMPLE_ROWS], first)
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    except csv.Error:
        return None
    rows = [row for row in rows if row]
    if not rows or not any(cell.strip() for cell in rows[0]):
        return None
    columns = unique_names(rows[0])
    sample: dict[str, list[object]] = {
        column: [row[n] for row in rows[1 : _SAMPLE_ROWS + 1] if len(row) == len(columns)]
        for n, column in enumerate(columns)
    }
    return Layout("delimited", columns, encoding, delimiter, fault, sample)


def _delimiter(lines: list[str], first: str) -> str:
    """The sign that cuts the header into most cells, counted outside quotes; rows that agree with it break ties."""
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    header = re.sub(r'"[^"]*"', "", first)

    def weight(sign: str) -> tuple[int, int]:
        cells = header.count(sign)
        return cells, sum(line.count(sign) == cells for line in bare) if cells else 0

    return max(_DELIMITERS, key=weight)


def unique_names(names: list[str]) -> tuple[str, ...]:
    """Header cells as column names: blanks off, empty ones numbered, repeated ones told apart as ``name_2``."""
    out: dict[str, None] = {}
    last: dict[str, int] = {}  # a header may repeat one cell ten thousand times, so numbers go on from the last
    for number, raw in enumerate(names, 1):
        name = raw.strip() or f"column_{number}"
        candidate, n = name, last.get(name, 1)
        while candidate in out:
            n += 1
            candidate = f"{name}_{n}"
        last[name] = n
        out[candidate] = None
    return tuple(out)
