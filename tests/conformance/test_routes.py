"""One suite over all installed routes: whatever is declared as an entry point keeps to its protocol."""

from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest

from actionday.records.referral import Step
from actionday.refer import conformance
from actionday.refer.package import Kind
from actionday.refer.registry import ROUTES, BrokenRoute, loaded, routes
from actionday.refer.route import Errand, Parcel, Receipt, Route

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


def test_the_suite_catches_routes_that_do_otherwise(tmp_path: Path) -> None:
    honest: Any = type(routes()["by_hand"])

    class WritesAgain(honest):
        async def send(self, parcel: Parcel, errand: Errand) -> Receipt:
            receipt: Receipt = await super().send(parcel, errand)
            (errand.folder / f"{len(list(errand.folder.iterdir()))}").write_text("again")
            return receipt

    class SettlesByItself(honest):
        async def settle(self, key: str, errand: Errand) -> Receipt | None:
            return Receipt(key, Step.SENT, errand.clock.now(), "nobody")

    class CountsAsSent(honest):
        async def send(self, parcel: Parcel, errand: Errand) -> Receipt:
            return replace(await super().send(parcel, errand), step=Step.SENT)

    class TakesAnything(honest):
        carries = (Kind.REFERRAL,)

        async def send(self, parcel: Parcel, errand: Errand) -> Receipt:
            return Receipt(parcel.key, Step.QUEUED, errand.clock.now(), errand.by)

    class SaysNothing(honest):
        sees = ""

    conformance.check_all(honest(), tmp_path / "honest")
    dishonest: list[Any] = [WritesAgain, SettlesByItself, CountsAsSent, TakesAnything, SaysNothing]
    for n, wrong in enumerate(dishonest):
        with pytest.raises(AssertionError, match="by_hand"):
            conformance.check_all(wrong(), tmp_path / str(n))
