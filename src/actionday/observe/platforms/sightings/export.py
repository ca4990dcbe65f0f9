"""The `sightings` reader: status checks as CSV, TSV, JSON lines or Parquet, recognised by their columns.

One row is one look: a subject, a time, a state, and if known the vantage, the rule and the evidence. The subject is a typed
id, or platform + kind + native id, or platform + handle, or a URL. Where only a handle is known and the platform's handles
may change hands, the native id is the handle with its ``@``: such rows say so, and can be joined once the id is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from actionday.observe.mapping import parse_mapping, read_mapped
from actionday.observe.platforms.sightings.subject import with_subject
from actionday.observe.platforms.sightings.words import WORDS
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tabular import layout_of, sniff

_NAMES = {
    "subject": ("subject", "subject_id"),
    "at": ("at", "checked_at", "seen_at", "timestamp", "time", "datetime", "date"),
    "state": ("state", "status"),
    "vantage": ("vantage", "observer", "seen_from"),
    "rule": ("rule",),
    "evidence": ("evidence", "note", "notes", "detail", "details"),
    "basis": ("basis",),
    "platform": ("platform", "network"),
    "kind": ("kind", "type"),
    "native": ("native", "native_id"),
    "handle": ("handle", "username", "screen_name"),
    "url": ("url", "link"),
}
_MAPPING = {
    "table": "sightings",
    "columns": {
        "subject": "_subject",
        "at": "at",
        "state": "_state",
        "basis": {"from": "basis", "default": "probe"},
        "rule": "_rule",
        "evidence": "evidence",
        "vantage": "vantage",
    },
}
_EXAMPLE = """subject,at,state,vantage,rule,evidence
telegram:channel:1311111111,2019-11-21T10:00:00Z,present,desk-1,preview page,
telegram:channel:1311111111,2019-11-23T10:00:00Z,down,desk-1,,redirect to /name
xmpp:account:lorem@chat.example.org,2019-11-23T11:30:00+01:00,removed_by_platform,desk-2,host says so,answer 12
"""
_EXAMPLE_BY_URL = (
    '{"url": "https://t.me/s/loremipsum", "checked_at": 1574416800, "status": "up"}\n'
    '{"platform": "mewe", "kind": "channel", "native": "77", "checked_at": 1574416860, "status": "404"}\n'
)


@dataclass(frozen=True, slots=True)
class Sightings:
    """Reads and writes tables of status checks."""

    name: str = "sightings"
    title: str = "Status checks (table of subject, time, state)"
    version: int = 1
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")

    def recognise(self, head: bytes, name: str) -> Recognised:
        """By header: a subject (or handle, or URL), a time and a state whose words are known."""
        layout = sniff(head, name)
        if layout is None or layout.fault or not layout.columns:
            return Recognised(0)
        found = _found(layout.columns)
        who = {"subject", "handle", "url", "native"} & set(found)
        if not who or not {"at", "state"} <= set(found) or {"text", "body", "message"} & set(layout.columns):
            return Recognised(0)
        words = [_word(str(v)) in WORDS for v in layout.sample.get(found["state"], ())]
        if words and not any(words):
            return Recognised(0)
        exact = {"subject", "at", "state"} <= set(layout.columns)
        return Recognised(95 if exact else 75, f"status checks; {layout.says}")

    def parts(self, source: Source) -> Iterator[Part]:
        """One part."""
        yield Part(weight=source.path.stat().st_size)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """Read the checks; words for states are translated by `words.WORDS`, others refused."""
        layout = layout_of(source.path, source.name)
        if layout is None:
            yield Chunk(refused=[Refused("file", "no table of status checks")])
            return
        found = _found(layout.columns)
        if not {"at", "state"} <= set(found) and not layout.fault:
            yield Chunk(refused=[Refused("file", f"needs a time and a state column; has {', '.join(layout.columns)}")])
            return
        columns = {k: v for k, v in _MAPPING["columns"].items() if k != "vantage" or "vantage" in found}  # type: ignore[attr-defined]
        sections = parse_mapping({**_MAPPING, "columns": columns})

        def prepare(frame: pl.DataFrame) -> pl.DataFrame:
            named = frame.rename({v: k for k, v in found.items() if v in frame.columns})
            return with_subject(_with_state(named))

        yield from read_mapped(source, layout, sections, tuple(found.values()), prepare)

    def examples(self) -> Mapping[str, bytes]:
        """Typed ids with the archive's words; URLs and natives with everyday words."""
        return {"checks.csv": _EXAMPLE.encode(), "checks.jsonl": _EXAMPLE_BY_URL.encode()}

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """Write `sightings` as ``sightings.csv`` with typed ids; other tables are left out."""
        table = rows.get("sightings")
        if table is None or not table.num_rows:
            return []
        folder.mkdir(parents=True, exist_ok=True)
        frame = pl.DataFrame(table).select(
            "subject",
            pl.col("at").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
            *(pl.col(name) for name in ("state", "basis", "rule", "evidence", "vantage")),
        )
        path = folder / "sightings.csv"
        frame.write_csv(path, line_terminator="\n")
        return [path]


def _found(columns: tuple[str, ...]) -> dict[str, str]:
    by_key = {c.strip().casefold().replace(" ", "_"): c for c in reversed(columns)}
    return {role: c for role, names in _NAMES.items() if (c := next((by_key[n] for n in names if n in by_key), None))}


def _word(text: str) -> str:
    return text.strip().lower().replace(" ", "_").replace("-", "_")


def _with_state(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `_state` (unknown words stay as they are and are refused later) and `_rule` (names a translated word)."""
    said = pl.col("state").cast(pl.String)
    word = said.str.strip_chars().str.to_lowercase().str.replace_all(r"[ -]", "_")
    state = word.replace_strict(WORDS, default=word, return_dtype=pl.String)
    told = pl.col("rule").cast(pl.String).str.strip_chars() if "rule" in frame.columns else pl.lit(None, pl.String)
    translated = pl.concat_str(pl.lit("word: "), said)
    rule = pl.when(told.is_not_null() & (told != "")).then(told).when(word != state).then(translated)
    return frame.with_columns(state.alias("_state"), rule.alias("_rule"))
