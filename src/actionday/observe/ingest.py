"""`observe import`: files in, archive rows out; resumable, once only, in bounded memory.

For each file in a fixed order: recognise it, look up whether it was read already (`ingests`), give it its number, read it in
isolated parsers (small files side by side, a large one by its parts), buffer the finished rows and flush them by anti-join. A `begun` row is written before a file's
first row and a `done` row after its last, so a killed run is taken up under the same numbers. Who holds a role is
taken from files with lower numbers and from the chunk itself, never from what happens to be written already, so that a
resumed run decides alike.
"""

import hashlib
import json
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.book import Book, Buffer
from actionday.observe.files import Found, PassedOver, digest, discover, innermost, size_of, walk
from actionday.observe.minimise import officers_in
from actionday.observe.orders import ImportOptions, ImportReport
from actionday.observe.pool import Frame, Pool, Request
from actionday.observe.reader import Part, Source
from actionday.observe.reading import Reading
from actionday.observe.redact import hide_names
from actionday.observe.registry import reader_named
from actionday.observe.requests import source_json
from actionday.observe.treatment import Treatment
from actionday.observe.unpack import Limits
from actionday.records import Clock, FormatUnknown, Progress, Secret, UsageError, WorkerStopped
from actionday.stores.archive.archive import Archive

_SMALL = 32 << 20  # a file above is read by its parts
_LITTLE = 8 << 20  # an import below is over before a second parser has loaded
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
        self._little = True  # the whole import is
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
            self._read(jobs, options, buffer)
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
        self._little = sum(map(size_of, found)) <= _LITTLE
        if not self._little:
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

    def _read(self, jobs: Sequence[_Job], options: ImportOptions, buffer: Buffer) -> None:
        """Small files side by side, a large one by its parts; in order either way."""
        for large, some in groupby(jobs, key=lambda job: size_of(job.found) > _SMALL):
            if large:
                for job in some:
                    if (reading := self._begun(job, options)) is not None:
                        self._one(reading, buffer)
            else:
                self._together((r for job in some if (r := self._begun(job, options)) is not None), buffer)

    def _begun(self, job: _Job, options: ImportOptions) -> Reading | None:
        """A file with its number, or None where it is known."""
        found = job.found
        sha, size = self._hashes.get(found.path) or digest(found)
        said = hide_names(self._options(job, options), self._key, self._book.forgotten)
        number, done = self._book.number(sha, job.reader, said)
        if done:
            self._report.known.append(found.name)
            self._progress.item(found.name)
            self._progress.advance(size)
            return None
        self._book.read(number)
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
        source = Source(
            path=found.path,
            name=shown,
            mapping=found.mapping,
            private_basis=options.private_basis,
            media_root=found.path.parent,
            **_told(found, options),
        )
        return Reading(number, found.name, job.reader, source, facts)

    def _together(self, readings: Iterator[Reading], buffer: Buffer) -> None:
        """Small files, each whole: while one's rows are taken, the next is parsed already, and waits for who holds a role."""
        waiting: deque[Reading] = deque()

        def requests() -> Iterator[Request]:
            for reading in readings:
                waiting.append(reading)
                if len(waiting) == 1:
                    self._turn(reading, buffer)
                yield Request(self._body("whole", reading, skip=0), reading.officers.result)

        try:
            for _, frame in self._pool.stream(requests(), most=1 if self._little else None):
                reading = waiting[0]
                if self._take(reading, frame, buffer):
                    waiting.popleft()
                    if waiting:
                        self._turn(waiting[0], buffer)
        finally:
            for reading in waiting:
                reading.officers.cancel()

    def _one(self, reading: Reading, buffer: Buffer) -> None:
        """A large file by its parts, side by side."""
        self._turn(reading, buffer)
        for index, frame in self._pool.stream(self._requests(reading)):
            if isinstance(frame, WorkerStopped):
                reading.refuse(f"part {index + 1}", str(frame))
            elif frame[0].get("end"):
                self._part_over(reading, index, frame[0]["error"])
            else:
                self._chunk(reading, *frame, buffer)
        self._over(reading, buffer)

    def _requests(self, reading: Reading) -> Iterator[Request]:
        """Requests to read a file's parts, while the parts are still being found; `reading` notes them on the way."""
        try:
            for header, _ in self._pool.ask(self._body("parts", reading)):
                if not header.get("end"):
                    reading.parts.append(Part(**header["part"]))
                    yield Request(self._body("read", reading, part=header["part"]), reading.officers.result)
                elif header["error"]:
                    reading.fail(header["error"])
        except WorkerStopped as error:
            reading.fail(str(error))

    def _turn(self, reading: Reading, buffer: Buffer) -> None:
        """The files before are through: it is this one's turn."""
        self._progress.item(reading.name)
        self._advanced = 0
        buffer.begin(reading.number, reading.facts)
        reading.officers.set_result(self._book.officers_before(reading.number))

    def _take(self, reading: Reading, frame: Frame | WorkerStopped, buffer: Buffer) -> bool:
        """Take what the parser says of a whole file; true at the file's end."""
        header, tables = ({"end": True, "error": str(frame)}, {}) if isinstance(frame, WorkerStopped) else frame
        if header.get("end"):
            if header["error"]:
                reading.fail(header["error"])
            self._over(reading, buffer)
            return True
        if "part" in header:
            reading.parts.append(Part(**header["part"]))
        elif "stopped" in header:
            reading.refuse(f"part {len(reading.parts)}", header["stopped"])
        elif "part_end" in header:
            self._part_over(reading, len(reading.parts) - 1, header["error"])
        else:
            self._chunk(reading, header, tables, buffer)
        return False

    def _chunk(
        self, reading: Reading, header: Mapping[str, Any], tables: Mapping[str, pa.Table], buffer: Buffer
    ) -> None:
        self._report.suppressed += header["dropped"]
        self._book.officers(officers_in(dict(tables)), reading.number)
        reading.counts.update({name: len(table) for name, table in tables.items()})
        self._add(reading, tables, reading.refused(header["refused"]), buffer)

    def _add(
        self, reading: Reading, tables: Mapping[str, pa.Table], refused: list[dict[str, str]], buffer: Buffer
    ) -> None:
        self._report.refused += len(refused)
        buffer.add(reading.number, reading.next_chunk(), tables, reading.source.name, refused)

    def _part_over(self, reading: Reading, index: int, error: str | None) -> None:
        self._advanced += reading.parts[index].weight
        self._progress.advance(reading.parts[index].weight)
        if error:
            reading.refuse(f"part {index + 1}", error)

    def _over(self, reading: Reading, buffer: Buffer) -> None:
        if refused := reading.refused([]):
            self._add(reading, {}, refused, buffer)
        size = reading.facts["size"]
        self._progress.advance(size - self._advanced)
        rows = dict(sorted((+reading.counts).items()))
        error = {"error": reading.error} if reading.error else {}
        buffer.done(reading.number, {**reading.facts, "counts": json.dumps({**rows, **error})})
        told = {"why": reading.why} if reading.why is not None else {}
        self._report.read.append({"file": reading.name, "format": reading.reader, "bytes": size, "rows": rows, **told})

    def _body(self, do: str, reading: Reading, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        policy = self._archive.home.policy
        treatment = Treatment(policy.content, policy.profile, self._key, self._book.forgotten).to_json()
        return {
            "do": do,
            "reader": reading.reader,
            "source": source_json(reading.source),
            "treatment": treatment,
            **more,
        }

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
