"""One suite over all installed probers and live readers: whatever is declared as an entry point keeps to its protocol."""

from importlib.metadata import EntryPoint, entry_points

import pytest

from actionday.observe import prober_conformance
from actionday.observe.live import LiveReader
from actionday.observe.prober import Prober
from actionday.observe.registry import live_readers, probers, readers
from actionday.records import PLATFORMS

PROBERS = sorted(entry_points(group="actionday.probers"), key=lambda point: point.name)
LIVE = sorted(entry_points(group="actionday.live"), key=lambda point: point.name)


@pytest.fixture(params=PROBERS, ids=lambda point: point.name)
def prober(request: pytest.FixtureRequest) -> Prober:
    made: Prober = request.param.load()()
    return made


def test_a_prober_keeps_to_the_protocol(prober: Prober) -> None:
    prober_conformance.check_face(prober)


def test_examples_are_judged_as_they_say(prober: Prober) -> None:
    prober_conformance.check_examples(prober)


def test_silence_is_never_read_as_removal(prober: Prober) -> None:
    prober_conformance.check_silence_is_not_removal(prober)


def test_judging_is_pure(prober: Prober) -> None:
    prober_conformance.check_judging_is_pure(prober)


@pytest.mark.parametrize("point", LIVE, ids=lambda point: point.name)
def test_a_live_reader_writes_a_format_that_is_read(point: EntryPoint) -> None:
    live = point.load()()
    assert isinstance(live, LiveReader)
    assert live.name == point.name
    assert live.format in readers()
    assert live.title
    assert live.sees
    assert set(live.platforms) <= {platform.name for platform in PLATFORMS}


def test_a_platform_has_one_prober_at_most() -> None:
    looked_at = [platform for one in probers().values() for platform in one.platforms]
    assert len(looked_at) == len(set(looked_at))
    assert set(live_readers()) == {point.name for point in LIVE}
