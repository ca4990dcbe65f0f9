"""What every reader must keep to, as functions that raise AssertionError: for our suite and for authors of other readers.

    from actionday.observe import conformance
    conformance.check_all(MyReader(), tmp_path)                 # everything below, on the reader's own examples
    conformance.check_recognition(MyReader(), installed)        # no other reader claims its files

Not for: what a format means. Each reader's own tests say which value ends up where.
"""

import json
import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe.reader import CHUNK_ROWS, Chunk, Part, Reader, Recognised, Refused, Source, staged_schema
from actionday.records.subject import SubjectId
from actionday.stores.archive.schemas import TABLES

HEAD = 64 * 1024
SERIES, COMPANION = "snapshots.toml", ".map.toml"
SEEN_AT = datetime(2020, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_SUBJECTS = ("subject", "account", "channel", "author", "pseudonym")
_POINTERS = ("target", "forward_from")
_REFERENCE = re.compile(r"[a-z]+:.+", re.DOTALL)


@dataclass(slots=True)
class Whole:
    """A file read to its end: tables by name, and what was refused."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.num_rows for table in self.tables.values())


def source_of(reader: Reader, path: Path, name: str) -> Source:
    """The file as a source: a zone and a basis declared where the reader asks for them, its mapping where one lies beside it.

    A folder is a series; its mapping is its `snapshots.toml`.
    """
    if path.is_dir():
        series = tomllib.loads((path / SERIES).read_text("utf-8"))
        return Source(path, name, mapping=series, seen_at=SEEN_AT, vantage="test")
    with path.open("rb") as file:
        needs = reader.recognise(file.read(HEAD), name).needs
    beside = path.with_name(path.name + COMPANION)
    mapping = tomllib.loads(beside.read_text("utf-8")) if beside.is_file() else None
    zone = "Europe/Paris" if "zone" in needs else None
    basis = "order 1" if "private_basis" in needs else None
    return Source(path, name, zone=zone, mapping=mapping, seen_at=SEEN_AT, vantage="test", private_basis=basis)


def inputs_among(paths: Iterable[Path]) -> list[Path]:
    """What is to be read of some files: not the mappings beside them, and a series as its folder."""
    found = list(paths)
    folders = {path.parent for path in found if path.name == SERIES}
    loose = [path for path in found if path.parent not in folders and not path.name.endswith(COMPANION)]
    return [*sorted(folders), *loose]


def gather(chunks: Iterable[Chunk]) -> Whole:
    """Chunks put together."""
    held: dict[str, list[pa.Table]] = {}
    whole = Whole()
    for chunk in chunks:
        for name, table in chunk.tables.items():
            held.setdefault(name, []).append(table)
        whole.refused.extend(chunk.refused)
    whole.tables = {name: pa.concat_tables(tables) for name, tables in held.items()}
    return whole


def read_whole(reader: Reader, source: Source) -> Whole:
    """Every part in order."""
    return gather(chunk for part in reader.parts(source) for chunk in reader.read(source, part))


def examples_on_disk(reader: Reader, folder: Path) -> Iterator[Source]:
    """The reader's examples as files in one folder, as sources."""
    written = []
    for name, data in reader.examples().items():
        path = folder / "examples" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    for path in inputs_among(written):
        yield source_of(reader, path, path.relative_to(folder).as_posix())


def check_all(reader: Reader, folder: Path) -> None:
    """Everything that can be checked with one reader alone. `folder` is empty and writable."""
    check_face(reader)
    survived = []
    for number, source in enumerate(list(examples_on_disk(reader, folder))):
        check_chunks(reader, source)
        check_same_twice(reader, source)
        check_parts(reader, source)
        survived.append(check_round_trip(reader, source, folder / f"written_{number}"))
    assert any(survived), f"{reader.name} writes none of its own examples"
    check_damage(reader, folder / "damaged")


def check_face(reader: Reader) -> None:
    """The protocol's attributes, and examples worth the name."""
    assert isinstance(reader, Reader), f"{reader!r} does not implement the reader protocol"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", reader.name), f"{reader.name!r} is no format name"
    assert reader.title, f"{reader.name}: no title"
    assert reader.version >= 1, f"{reader.name}: version {reader.version}"
    assert all(suffix.startswith(".") for suffix in reader.suffixes), f"{reader.name}: {reader.suffixes}"
    assert reader.examples(), f"{reader.name}: no examples"


def check_recognition(reader: Reader, installed: Iterable[Reader]) -> None:
    """The reader knows its own examples, and no other reader is as sure of them. A series is known by its `snapshots.toml`."""
    others = [other for other in installed if other.name != reader.name]
    examples = reader.examples()
    for name, data in examples.items():
        if name.endswith(COMPANION) or (SERIES in examples and name != SERIES):
            continue
        ours = _opinion(reader, data, name)
        assert ours.certainty > 0, f"{reader.name} does not recognise its own example {name}"
        assert ours.says, f"{reader.name} does not say what {name} is"
        for other in others:
            theirs = _opinion(other, data, name)
            assert theirs.certainty < ours.certainty, (
                f"{other.name} is as sure of {reader.name}'s example {name}: {theirs.certainty} to {ours.certainty}"
            )


def _opinion(reader: Reader, data: bytes, name: str) -> Recognised:
    opinion = reader.recognise(data[:HEAD], name)
    assert 0 <= opinion.certainty <= 100, f"{reader.name}: certainty {opinion.certainty}"
    return opinion


def check_chunks(reader: Reader, source: Source) -> Whole:
    """Chunks are small, have exactly the staged schemas, times in UTC within reason, ids that parse. Returns the whole."""
    chunks = [chunk for part in reader.parts(source) for chunk in reader.read(source, part)]
    for chunk in chunks:
        for name, table in chunk.tables.items():
            assert name in TABLES, f"{reader.name}: no table {name!r} in the archive"
            assert table.schema.equals(staged_schema(name)), f"{reader.name}: schema of {name} is {table.schema}"
            assert table.num_rows <= CHUNK_ROWS, f"{reader.name}: {table.num_rows} rows of {name} in one chunk"
            table.validate(full=True)
            _check_nulls(reader, name, table)
            _check_times(reader, name, table)
            _check_ids(reader, name, table)
        for one in chunk.refused:
            assert one.position, f"{reader.name}: refused at no position: {one}"
            assert one.reason, f"{reader.name}: refused for no reason: {one}"
    return gather(chunks)


def _check_nulls(reader: Reader, name: str, table: pa.Table) -> None:
    for column in table.schema:
        missing = table.column(column.name).null_count
        assert column.nullable or not missing, f"{reader.name}: {missing} nulls in {name}.{column.name}"
    if name == "posts":
        assert not table.column("text").null_count, f"{reader.name}: posts.text is null; readers fill it"


def _check_times(reader: Reader, name: str, table: pa.Table) -> None:
    for column in table.schema:
        if pa.types.is_timestamp(column.type) and table.column(column.name).null_count < table.num_rows:
            ends = pc.min_max(table.column(column.name)).as_py()
            assert EARLIEST <= ends["min"] <= ends["max"] <= LATEST, f"{reader.name}: {name}.{column.name} {ends}"
    if name == "posts":
        widest = pc.max(pc.abs(table.column("at_offset"))).as_py()
        assert widest is None or widest <= 16 * 60, f"{reader.name}: a wall clock {widest} minutes from UTC"


def _check_ids(reader: Reader, name: str, table: pa.Table) -> None:
    for column in table.column_names:
        if column in _SUBJECTS:
            for text in pc.unique(table.column(column)).drop_null().to_pylist():
                SubjectId.parse(text)
        if column in _POINTERS:
            for text in pc.unique(table.column(column)).drop_null().to_pylist():
                assert _REFERENCE.fullmatch(text), f"{reader.name}: {name}.{column} is no reference: {text!r}"


def check_same_twice(reader: Reader, source: Source) -> None:
    """The same file gives the same parts and, chunk by chunk, the same rows."""
    first, second = list(reader.parts(source)), list(reader.parts(source))
    assert first == second, f"{reader.name}: parts differ between two looks at {source.name}"
    for part in first:
        once, again = list(reader.read(source, part)), list(reader.read(source, part))
        assert len(once) == len(again), f"{reader.name}: {len(once)} chunks, then {len(again)}"
        for one, other in zip(once, again, strict=True):
            assert one.tables.keys() == other.tables.keys(), f"{reader.name}: tables differ between two readings"
            assert one.refused == other.refused, f"{reader.name}: refusals differ between two readings"
            for name, table in one.tables.items():
                assert table.equals(other.tables[name]), f"{reader.name}: {name} differs between two readings"


def check_parts(reader: Reader, source: Source) -> None:
    """Parts stand alone: read by a fresh reader, from the last to the first, after a trip through JSON, they add up."""
    parts = list(reader.parts(source))
    whole = read_whole(reader, source)
    fresh = type(reader)()
    alone: list[list[Chunk]] = []
    for part in reversed(parts):
        note = json.loads(json.dumps(dict(part.note)))
        alone.insert(0, list(fresh.read(source, Part(part.start, part.end, note, part.weight))))
    together = gather(chunk for chunks in alone for chunk in chunks)
    assert together.refused == whole.refused, f"{reader.name}: parts read alone refuse other rows"
    assert together.tables.keys() == whole.tables.keys(), f"{reader.name}: parts read alone give other tables"
    for name, table in whole.tables.items():
        assert table.equals(together.tables[name]), f"{reader.name}: {name} differs when parts are read alone"


def check_round_trip(reader: Reader, source: Source, folder: Path) -> bool:
    """What is read, written and read again is what was read, as far as the format carries it; and then it stays so.

    False where `write` makes no file of it: a reader may read variants that it does not write, but not all of them.
    """
    first = read_whole(reader, source)
    if not reader.write(first.tables, folder / "probe"):
        return False
    second = _written_and_read(reader, source, first, folder / "once")
    assert bool(second.rows) == bool(first.rows), f"{reader.name}: {source.name} does not survive being written"
    for name, table in second.tables.items():
        carried = [column for column in table.column_names if table.column(column).null_count < table.num_rows]
        if source.path.is_dir():
            carried = [column for column in carried if column != "evidence"]  # names the files, and those are new
        lost = _rows(table, carried) - _rows(first.tables[name], carried)
        assert not lost, f"{reader.name}: {name} gained rows on the way: {sorted(lost)[:3]}"
    third = _written_and_read(reader, source, second, folder / "twice")
    for name in second.tables.keys() | third.tables.keys():
        columns = staged_schema(name).names
        assert _rows(second.tables[name], columns) == _rows(third.tables[name], columns), (
            f"{reader.name}: {name} changes each time it is written"
        )
    return True


def _written_and_read(reader: Reader, source: Source, whole: Whole, folder: Path) -> Whole:
    paths = reader.write(whole.tables, folder)
    assert all(path.is_file() and path.is_relative_to(folder) for path in paths), f"{reader.name}: wrote {paths}"
    chunks: list[Chunk] = []
    for path in inputs_among(paths):
        again = source_of(reader, path, path.relative_to(folder).as_posix())
        again = replace(again, zone=source.zone, mapping=again.mapping if again.mapping is not None else source.mapping)
        chunks.extend(chunk for part in reader.parts(again) for chunk in reader.read(again, part))
    return gather(chunks)


def _rows(table: pa.Table, columns: Iterable[str]) -> set[str]:
    return {json.dumps(row, default=str, sort_keys=True) for row in table.select(list(columns)).to_pylist()}


def check_damage(reader: Reader, folder: Path) -> None:
    """However a file is damaged, it is refused in words: no exception, and whatever is read still keeps the rules."""
    examples = reader.examples()
    series = SERIES in examples
    for name, data in examples.items():
        if name.endswith(COMPANION):
            continue
        for label, bad in damaged(data).items():
            place = folder / f"{label}_{name.replace('/', '_')}"
            for other, sound in examples.items():
                path = place / other
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(bad if other == name else sound)
            if series and name == SERIES:
                continue  # a damaged declaration is refused before any reader is asked (see `files.read_mapping`)
            path = place if series else place / name
            try:
                whole = check_chunks(reader, source_of(reader, path, name))
            except AssertionError as error:
                raise AssertionError(f"{name}, {label}: {error}") from error
            except Exception as error:
                raise AssertionError(f"{reader.name} raised on {name}, {label}: {error!r}") from error
            if label in HOPELESS and not series:
                assert not whole.rows, f"{reader.name}: {whole.rows} rows out of {label}"


HOPELESS = ("empty", "noise", "blanks")
"""Damage after which nothing is left to read."""


def damaged(data: bytes, seed: int = 7) -> Mapping[str, bytes]:
    """More than twenty ways in which a file arrives broken, by name. The same data and seed give the same bytes."""
    rng = random.Random(seed)  # noqa: S311 - damage need not be unpredictable
    size, middle = len(data), len(data) // 2
    ways = {f"cut_{k}": data[: size * k // 9] for k in range(1, 9)}
    for k in range(6):
        flipped = bytearray(data)
        for _ in range(1 + k * size // 2_000):
            flipped[rng.randrange(size)] ^= 1 << rng.randrange(8)
        ways[f"flips_{k}"] = bytes(flipped)
    text = b'"' + b"ba " * 700_000 + b'"'
    ways |= {
        "empty": b"",
        "noise": rng.randbytes(20_000),
        "blanks": b" \n\t\r\n" * 500,
        "hole": data[:middle] + bytes(min(512, size - middle)) + data[middle + 512 :],
        "not_utf8": data[:middle] + b"\xff\xfe\xc3\x28" + data[middle:],
        "utf16": data.decode("utf-8", "replace").encode("utf-16"),
        "huge_field": data[:middle] + text + data[middle:],
        "deep": data[:middle] + b"[" * 100_000 + data[middle:],
        "deep_objects": b'{"ba":' * 100_000 + data,
        "numbers_to_words": re.sub(rb"\d+", b'"ba"', data),
        "words_to_numbers": re.sub(rb'"[^"\n]{1,40}"', b"7", data),
        "long_numbers": re.sub(rb"\d{3,}", b"9" * 40, data),
        "no_quotes": data.replace(b'"', b""),
        "no_brackets": data.translate(None, b"{}[]"),
        "twice": data + data,
        "backwards": data[::-1],
        "trailing": data + b"\0" * 4096,
        "garbage_between": data.replace(b"\n", b"\n@#%\x07 du \xd0\n", 3),
    }
    return ways
