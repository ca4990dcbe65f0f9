"""One suite over all installed readers: whatever is declared under ``actionday.readers`` keeps to the protocol."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from actionday.observe import conformance
from actionday.observe.reader import Reader, Source

DECLARED = sorted(entry_points(group="actionday.readers"), key=lambda point: point.name)


def _readers() -> list[Reader]:
    return [point.load()() for point in DECLARED]


@pytest.fixture(params=DECLARED, ids=lambda point: point.name)
def reader(request: pytest.FixtureRequest) -> Reader:
    made: Reader = request.param.load()()
    return made


@pytest.fixture
def sources(reader: Reader, tmp_path: Path) -> list[Source]:
    return list(conformance.examples_on_disk(reader, tmp_path))


def test_every_declared_reader_loads() -> None:
    names = {point.name for point in DECLARED}
    assert {"telegram_export", "tgdataset", "fourcat", "table", "sightings", "snapshots", "announced"} <= names
    for point in DECLARED:
        made = point.load()()
        assert isinstance(made, Reader), f"{point.name} is no reader"
        assert made.name == point.name


def test_a_reader_has_a_name_and_examples(reader: Reader) -> None:
    conformance.check_face(reader)


def test_examples_are_recognised_by_their_own_reader_first(reader: Reader) -> None:
    conformance.check_recognition(reader, _readers())


def test_examples_give_rows_that_keep_the_schema(reader: Reader, sources: list[Source]) -> None:
    read = [conformance.check_chunks(reader, source) for source in sources]
    assert any(whole.rows for whole in read), "no example gives a single row"


def test_reading_twice_gives_the_same(reader: Reader, sources: list[Source]) -> None:
    for source in sources:
        conformance.check_same_twice(reader, source)


def test_parts_stand_alone_and_add_up(reader: Reader, sources: list[Source]) -> None:
    for source in sources:
        conformance.check_parts(reader, source)


def test_what_is_written_reads_the_same(reader: Reader, sources: list[Source], tmp_path: Path) -> None:
    survived = [conformance.check_round_trip(reader, source, tmp_path / f"w{n}") for n, source in enumerate(sources)]
    assert any(survived)


def test_damage_is_refused_in_words(reader: Reader, tmp_path: Path) -> None:
    conformance.check_damage(reader, tmp_path / "damaged")


def test_recognition_never_raises(reader: Reader) -> None:
    for name, data in reader.examples().items():
        for bad in conformance.damaged(data).values():
            assert 0 <= reader.recognise(bad[: conformance.HEAD], name).certainty <= 100
