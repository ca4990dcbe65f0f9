"""One suite over all installed routes: whatever is declared as an entry point keeps to its protocol."""

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

from actionday.refer import conformance
from actionday.refer.registry import ROUTES, BrokenRoute, loaded, routes
from actionday.refer.route import Route

INSTALLED = sorted(entry_points(group=ROUTES), key=lambda point: point.name)


@pytest.fixture(params=INSTALLED, ids=lambda point: point.name)
def route(request: pytest.FixtureRequest) -> Route:
    return loaded(request.param)


def test_a_route_keeps_to_the_protocol(route: Route) -> None:
    conformance.check_face(route)


def test_examples_are_what_the_route_carries(route: Route) -> None:
    conformance.check_examples(route)


def test_what_it_does_not_carry_is_refused(route: Route, tmp_path: Path) -> None:
    conformance.check_refusals(route, tmp_path)


def test_a_person_does_it_once(route: Route, tmp_path: Path) -> None:
    if route.by_person:
        conformance.check_a_persons_route(route, tmp_path)
    else:
        assert route.credentials or route.extra, "a route that nobody walks speaks to somebody"


def test_the_registry_knows_them_all_and_names_a_broken_one() -> None:
    assert list(routes()) == [point.name for point in INSTALLED]
    assert {"by_hand", "letter"} <= set(routes())
    for value in ("actionday.refer.nowhere:X", "actionday.refer.package:Package", "actionday.records:UsageError"):
        with pytest.raises(BrokenRoute, match="route odd"):
            loaded(EntryPoint("odd", value, ROUTES))
