"""Read one damaged file as an import would, in an isolated parser process, and say what is wrong with the answer.

Wrong are: a process that dies, hangs or needs too much memory; an error instead of a refusal; a refusal that says neither
where nor why; rows that break the archive's rules; and a file of which nothing is said at all, neither a row nor a refusal.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe.conformance import COMPANION, EARLIEST, LATEST, SERIES
from actionday.observe.pool import Pool
from actionday.observe.reader import Source
from actionday.observe.requests import source_json
from actionday.observe.treatment import Treatment
from actionday.records import WorkerStopped
from actionday.stores.archive.schemas import TABLES
from benchmarks.fuzzing.cases import Case, examples

SEEN_AT = datetime(2020, 1, 1, tzinfo=UTC)
_TREATMENT = Treatment("text", "unit", bytes(32)).to_json()


@dataclass(slots=True)
class Verdict:
    """What came of a case; `faults` (kind, words) is empty where all is well."""

    rows: int = 0
    refused: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)


class Judge:
    """Holds each reader's sound examples in a folder of its own and damages one file at a time."""

    def __init__(self, pool: Pool, folder: Path) -> None:
        self._pool, self._folder = pool, folder

    def judge(self, case: Case) -> Verdict:
        """Write, read, put the sound file back."""
        place = self._folder / case.reader
        sound = examples()[case.reader]
        if not place.exists():
            for name, data in sound.items():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_bytes(data)
        path = place / case.name
        path.write_bytes(case.data)
        verdict = Verdict()
        try:
            self._read(case, place, verdict)
        except WorkerStopped as error:
            verdict.faults.append(("stopped", str(error)))
        finally:
            path.write_bytes(sound[case.name])
        if not verdict.faults and not verdict.rows and not verdict.refused:
            verdict.faults.append(("unaccounted", "neither a row nor a refusal"))
        return verdict

    def _read(self, case: Case, place: Path, verdict: Verdict) -> None:
        source = self._source(case, place, verdict)
        about = {"reader": case.reader, "source": source_json(source)}
        parts = [header["part"] for header, _ in self._asked({"do": "parts", **about}, verdict) if "part" in header]
        for part in parts:
            for header, tables in self._asked({"do": "read", **about, "part": part, "treatment": _TREATMENT}, verdict):
                verdict.refused += len(header.get("refused", ()))
                verdict.rows += sum(map(len, tables.values()))
                verdict.faults += _faults(header, tables)

    def _asked(
        self, request: Mapping[str, Any], verdict: Verdict
    ) -> Iterator[tuple[dict[str, Any], dict[str, pa.Table]]]:
        for header, tables in self._pool.ask(request):
            if header.get("end") and header["error"]:
                verdict.faults.append(("error", f"{request['do']}: {header['error']}"))
            yield header, tables

    def _source(self, case: Case, place: Path, verdict: Verdict) -> Source:
        """As an import would name it: its own mapping, and a zone and a basis where the reader asks for one."""
        path, series = place / case.name, SERIES in examples()[case.reader]
        needs: list[str] = []
        asked = {"do": "recognise", "files": [[str(path), case.name]]}
        for header, _ in self._asked(asked, verdict):
            needs += [n for who, said in header.get("opinions", ()) if who == case.reader for n in said["needs"]]
        beside = place / SERIES if series else path.with_name(path.name + COMPANION)
        mapping = tomllib.loads(beside.read_text("utf-8")) if beside.is_file() else None
        zone = "Europe/Paris" if "zone" in needs else None
        basis = "order 1" if "private_basis" in needs else None
        whole = place if series else path
        told = Source(whole, case.name, zone, mapping, SEEN_AT, "fuzz", basis)
        return replace(told, media_root=place)


def _faults(header: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, str]]:
    for one in header.get("refused", ()):
        if not one["position"] or not one["reason"]:
            yield "unexplained", str(one)[:300]
    for name, table in tables.items():
        try:
            table.validate(full=True)
        except pa.ArrowInvalid as error:
            yield "invalid", f"{name}: {error}"[:300]
        yield from _broken_rules(name, table)


def _broken_rules(name: str, table: pa.Table) -> Iterator[tuple[str, str]]:
    for column in TABLES[name].payload:
        values = table[column.name]
        if not column.nullable and values.null_count:
            yield "null", f"{name}.{column.name}"
        if pa.types.is_timestamp(column.type) and values.null_count < len(values):
            ends = pc.min_max(values).as_py()
            if not EARLIEST <= ends["min"] <= ends["max"] <= LATEST:
                yield "time", f"{name}.{column.name}: {ends}"


def tally(verdicts: Mapping[str, list[Verdict]]) -> dict[str, dict[str, int]]:
    """Inputs, rows, refusals and faults by reader."""
    total: dict[str, dict[str, int]] = {}
    for reader, held in sorted(verdicts.items()):
        counts = Counter(inputs=len(held))
        for one in held:
            counts.update(rows=one.rows, refused=one.refused, faults=len(one.faults), silent=int(not one.rows))
        total[reader] = dict(counts)
    return total
