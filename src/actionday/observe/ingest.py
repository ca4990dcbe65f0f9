"""`observe import`: files in, archive rows out; resumable, once only, in bounded memory.

For each file in a fixed order: recognise it, look up whether it was read already (`ingests`), give it its number, read its
parts in isolated parsers, buffer the finished rows and flush them by anti-join. A `begun` row is written before a file's
first row and a `done` row after its last, so a killed run is taken up under the same numbers. Who holds a role is
taken from files with lower numbers and from the chunk itself, never from what happens to be written already, so that a
resumed run decides alike.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from actionday.observe.book import Book, Buffer
from actionday.observe.files import Found, PassedOver, digest, discover, innermost, size_of, walk
from actionday.observe.minimise import officers_in
from actionday.observe.orders import ImportOptions, ImportReport
from actionday.observe.pool import Pool
from actionday.observe.reader import Part, Source
from actionday.observe.redact import hide_names
from actionday.observe.registry import reader_named
from actionday.observe.requests import source_json
from actionday.observe.treatment import Treatment
from actionday.observe.unpack import Limits
from actionday.records import Clock, FormatUnknown, Progress, Secret, UsageError, WorkerStopped
from actionday.stores.archive.archive import Archive

_SMALL = 32 << 20
_EARLY = frozenset({"accounts", "memberships", "channels", "affiliations"})


@dataclass(frozen=True, slots=True)
class Means:
    """What an import is given from outside: the time, the home's pseudonym key, where to report, how much to hold.

    `password` gives the password of a locked archive by its file's name, or None.
    """

    clock: Clock
    key: bytes
    progress: Progress
    flush_rows: int = 600_000
    password: Callable[[str], Secret | None] = lambda name: None


@dataclass(frozen=True, slots=True)
class _Job:
    found: Found
    reader: str


class Ingest:
    """One run of the import. Call `run` inside `home.writing()`."""

    def __init__(self, archive: Archive, pool: Pool, means: "Means") -> None:
        self._archive, self._pool, self._means = archive, pool, means
        self._key, self._progress = means.key, means.progress
        self._book = Book(archive)
        self._report = ImportReport()
        self._hashes: dict[Path, tuple[str, int]] = {}
        self._advanced = 0  # bytes of the present file that were reported as done

    def run(self, paths: Sequence[Path], options: ImportOptions) -> ImportReport:
        """Read everything under `paths`. Raises InputError when a path is missing or a declared format does not fit."""
        if options.format is not None:
            reader_named(options.format)
        if options.zone is not None:
            from actionday.observe.times import zone_fault  # brings what only parsers need

            if fault := zone_fault(options.zone):
                raise UsageError(f"--zone: {fault}")
        shutil.rmtree(self._archive.home.staging, ignore_errors=True)
        self._archive.home.staging.mkdir(parents=True)
        with Buffer(self._archive, self._book, self._means.flush_rows) as buffer:
            self._progress.phase("looking at", None, "files")
            jobs = self._jobs(paths, options)
            self._progress.phase("reading", sum(size_of(job.found) for job in jobs), "bytes")
            for job in jobs:
                self._read(job, options, buffer)
            self._progress.phase("writing the archive", None, "steps")
        self._archive.compact()
        shutil.rmtree(self._archive.home.staging, ignore_errors=True)
        self._report.rows.update(buffer.written)
        return self._report

    def _jobs(self, paths: Sequence[Path], options: ImportOptions) -> list[_Job]:
        found = list(
            self._opened(discover(list(paths), options.mapping, series=options.format == "snapshots"), options)
        )
        forced = options.format
        loose = [item for item in found if not item.series and forced is None]
        if any(size_of(item) > _SMALL for item in found):
            self._pool.warm()
        with ThreadPoolExecutor(1, thread_name_prefix="hash") as beside:
            # a file that comes alone is hashed while parsers load and look at it
            hashes = beside.map(digest, loose if len(loose) == 1 else [])
            readers = self._recognise(loose)
            self._hashes = {item.path: known for item, known in zip(loose, hashes, strict=False)}
        jobs = []
        for item in found:
            reader = forced or ("snapshots" if item.series else readers.get(item.name))
            if reader is not None:
                reader_named(reader)
                jobs.append(_Job(item, reader))
        return sorted(jobs, key=lambda job: (_order(job), job.found.name))

    def _opened(self, items: Iterator[Found | PassedOver], options: ImportOptions) -> Iterator[Found]:
        for item in items:
            self._progress.item(item.name)
            self._progress.advance(1)
            if isinstance(item, PassedOver):
                self._report.passed_over.append(item)
            elif item.packed:
                yield from self._unpacked(item, options)
            else:
                yield _as_series(item, options)

    def _unpacked(self, item: Found, options: ImportOptions) -> Iterator[Found]:
        sha, _ = digest(item)
        into = self._archive.home.staging / "unpacked" / sha[:16]
        secret = self._means.password(item.path.name) if item.path.suffix.lower() == ".zip" else None
        request = {
            "do": "unpack",
            "path": str(item.path),
            "into": str(into),
            "limits": asdict(Limits()),
            "password": secret.reveal() if secret is not None else None,
        }
        for header, _tables in self._pool.ask(request):
            if header.get("end") and header["error"]:
                self._report.passed_over.append(PassedOver(item.name, header["error"]))
                return
            if header.get("reason"):
                self._report.passed_over.append(PassedOver(f"{item.name}!/{header['name']}", header["reason"]))
        if options.format == "snapshots" and options.mapping is not None:
            yield Found(innermost(into), item.name, into, series=True, mapping=options.mapping, declared=item.declared)
            return
        yield from self._opened(walk(into, into, f"{item.name}!", item.mapping, item.declared), options)

    def _recognise(self, items: Sequence[Found]) -> dict[str, str]:
        chosen = {}
        request = {"do": "recognise", "files": [[str(item.path), item.name] for item in items]}
        for header, _ in self._pool.ask(request) if items else ():
            if header.get("end"):
                if header["error"]:
                    raise WorkerStopped(f"recognising files failed: {header['error']}")
                continue
            opinions = header["opinions"]
            if opinions and opinions[0][1]["certainty"] > 0:
                chosen[header["name"]] = opinions[0][0]
            else:
                advice = "; ".join(opinion["says"] for _, opinion in opinions if opinion["says"])
                self._report.passed_over.append(PassedOver(header["name"], advice or "no reader recognises it"))
        return chosen

    def _read(self, job: _Job, options: ImportOptions, buffer: Buffer) -> None:
        found = job.found
        sha, size = self._hashes.get(found.path) or digest(found)
        self._progress.item(found.name)
        self._advanced = 0
        said = hide_names(self._options(job, options), self._key, self._book.forgotten)
        number, done = self._book.number(sha, job.reader, said)
        if done:
            self._report.known.append(found.name)
            self._progress.advance(size)
            return
        shown = hide_names(found.name, self._key, self._book.forgotten)
        facts = {
            "path": shown,
            "sha256": sha,
            "size": size,
            "format": job.reader,
            "version": reader_named(job.reader).version,
            "options": said,
            "at": self._means.clock.now(),
        }
        buffer.begin(number, facts)
        told = _told(found, options)
        source = Source(
            path=found.path,
            name=shown,
            zone=told["zone"],
            mapping=found.mapping,
            seen_at=told["seen_at"],
            vantage=told["vantage"],
            private_basis=options.private_basis,
            media_root=found.path.parent,
        )
        counts, error, why = self._parts(job, source, number, buffer)
        self._progress.advance(size - self._advanced)
        buffer.done(
            number,
            {**facts, "counts": json.dumps({**dict(sorted(counts.items())), **({"error": error} if error else {})})},
        )
        rows = dict(sorted(counts.items()))
        said_of_it = {"why": why} if why is not None else {}
        self._report.read.append({"file": found.name, "format": job.reader, "bytes": size, "rows": rows, **said_of_it})

    def _parts(
        self, job: _Job, source: Source, number: int, buffer: Buffer
    ) -> tuple[Counter[str], str | None, str | None]:
        """Read a file's parts into the buffer. Returns rows by table, what made the parts unknowable, the first refusal's reason."""
        parts: list[Part] = []
        failed: list[dict[str, str]] = []
        counts: Counter[str] = Counter()
        refused: list[dict[str, str]] = []
        chunk = 0
        why: str | None = None
        for index, frame in self._pool.stream(self._requests(job, source, number, parts, failed)):
            if isinstance(frame, WorkerStopped):
                refused.append({"position": f"part {index + 1}", "reason": str(frame), "raw": ""})
                continue
            header, tables = frame
            if header.get("end"):
                self._advanced += parts[index].weight
                self._progress.advance(parts[index].weight)
                if header["error"]:
                    refused.append({"position": f"part {index + 1}", "reason": header["error"], "raw": ""})
                continue
            self._report.suppressed += header["dropped"]
            refused += header["refused"]
            self._book.officers(officers_in(tables), number)
            counts.update({name: len(table) for name, table in tables.items()})
            buffer.add(number, chunk, tables, source.name, refused)
            self._report.refused += len(refused)
            counts["quarantine"] += len(refused)
            why = why or (refused[0]["reason"] if refused else None)
            refused, chunk = [], chunk + 1
        refused += failed
        if refused:
            buffer.add(number, chunk, {}, source.name, refused)
            self._report.refused += len(refused)
            counts["quarantine"] += len(refused)
            why = why or refused[0]["reason"]
        return +counts, failed[0]["reason"] if failed else None, why

    def _requests(
        self, job: _Job, source: Source, number: int, parts: list[Part], failed: list[dict[str, str]]
    ) -> Iterator[dict[str, Any]]:
        """Requests to read a file's parts, while the parts are still being found; `parts` and `failed` are filled on the way."""
        shared = {
            "do": "read",
            "reader": job.reader,
            "source": source_json(source),
            "treatment": self._treatment(number).to_json(),
        }
        try:
            found = self._pool.ask({"do": "parts", "reader": job.reader, "source": source_json(source)})
            # The parts of a small file are found before the first is read, so the same process does both: a home of
            # small files never starts a second one, which would cost more time and memory than it saves.
            for header, _ in found if size_of(job.found) > _SMALL else list(found):
                if not header.get("end"):
                    parts.append(Part(**header["part"]))
                    yield {**shared, "part": header["part"]}
                elif header["error"]:
                    failed.append({"position": "whole file", "reason": header["error"], "raw": ""})
        except WorkerStopped as error:
            failed.append({"position": "whole file", "reason": str(error), "raw": ""})

    def _treatment(self, number: int) -> Treatment:
        policy = self._archive.home.policy
        return Treatment(
            policy.content, policy.profile, self._key, self._book.officers_before(number), self._book.forgotten
        )

    def _options(self, job: _Job, options: ImportOptions) -> str:
        mapping = json.dumps(job.found.mapping, sort_keys=True, default=str) if job.found.mapping is not None else ""
        told = _told(job.found, options)
        said = {
            "zone": told["zone"],
            "vantage": told["vantage"],
            "seen_at": told["seen_at"].isoformat() if told["seen_at"] else None,
            "private_basis": options.private_basis,
            "mapping": hashlib.sha256(mapping.encode()).hexdigest() if mapping else None,
            "version": reader_named(job.reader).version,
        }
        return json.dumps({key: value for key, value in said.items() if value is not None}, sort_keys=True)


def _as_series(item: Found, options: ImportOptions) -> Found:
    if options.format == "snapshots" and not item.series:
        raise FormatUnknown(item.name, "snapshots are a folder or an archive, not one file", "name the folder")
    return item


def _told(found: Found, options: ImportOptions) -> dict[str, Any]:
    """What is declared of a file: the command's options, else its folder's `export.toml`."""
    given = {"zone": options.zone, "vantage": options.vantage, "seen_at": options.seen_at}
    return {key: value if value is not None else found.declared.get(key) for key, value in given.items()}


def _order(job: _Job) -> int:
    """Files that say who holds a role come first, so that posts are read with that known."""
    mapping = job.found.mapping or {}
    sections = mapping.get("rows", [mapping])
    # a mapping nobody has checked yet: the reader will say what is wrong with it
    said = sections if isinstance(sections, list) else []
    fed = {str(section.get("table")) for section in said if isinstance(section, Mapping)}
    return 0 if fed and fed <= _EARLY else 1
