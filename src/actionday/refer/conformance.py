"""What every route must keep to, as functions that raise AssertionError: for our suite and for authors of other routes.

    from actionday.refer import conformance
    conformance.check_all(MyRoute(), tmp_path)

Routes that speak to a server are tested against one besides. Not for: what a recipient makes of it.
"""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

from actionday.records import FixedClock, UsageError
from actionday.records.referral import Step
from actionday.refer.forms import document
from actionday.refer.forms.examples import example_form, example_package
from actionday.refer.package import Kind, Language
from actionday.refer.route import Errand, Parcel, Route, RouteKind

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)


def check_all(route: Route, folder: Path) -> None:
    """Everything that can be checked without a recipient."""
    check_face(route)
    check_examples(route)
    check_refusals(route, folder)
    if route.by_person:
        check_a_persons_route(route, folder)


def check_face(route: Route) -> None:
    """The protocol's attributes."""
    assert isinstance(route, Route), f"{route!r} does not implement the route protocol"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", route.name), f"{route.name!r} is no route's name"
    assert route.title, f"{route.name}: no title"
    assert route.sees, f"{route.name} does not say who sees what"
    assert route.tested, f"{route.name} does not say what it was tested against"
    assert isinstance(route.kind, RouteKind), f"{route.name}: {route.kind!r} is no kind"
    assert route.carries, f"{route.name} carries nothing"
    assert set(route.carries) <= set(Kind), f"{route.name}: {route.carries}"


def check_examples(route: Route) -> None:
    """Examples are parcels of kinds that the route carries, with keys of their own."""
    examples = route.examples()
    assert examples, f"{route.name}: no examples"
    assert len({one.key for one in examples}) == len(examples), f"{route.name}: two examples share a key"
    for one in examples:
        kinds = {told.form.KIND for told in one.documents}
        assert kinds <= set(route.carries), f"{route.name}: an example of {kinds}"


def check_refusals(route: Route, folder: Path) -> None:
    """A kind that it does not carry is refused, and leaves nothing behind."""
    for kind in (Kind.REFERRAL, Kind.LETTER):
        if kind in route.carries:
            continue
        package = example_package(kind)
        told = (document(example_form(kind), Language.ENGLISH),)
        parcel = Parcel("foreign", "example", package.reference, package.recipient, told)
        errand = Errand(FixedClock(AT), folder / "foreign", "conformance")
        try:
            asyncio.run(route.send(parcel, errand))
        except UsageError:
            assert not list((folder / "foreign").glob("*")), f"{route.name} left something behind"
        else:
            raise AssertionError(f"{route.name} carries {kind} and does not say so")


def check_a_persons_route(route: Route, folder: Path) -> None:
    """Handing over twice is handing over once, nothing counts as sent before the person says so, and settling sends nothing."""
    for n, parcel in enumerate(route.examples()):
        errand = Errand(FixedClock(AT), folder / str(n), "conformance")
        first = asyncio.run(route.send(parcel, errand))
        assert (first.key, first.step) == (parcel.key, Step.QUEUED), f"{route.name}: {first}"
        before = _state(folder / str(n))
        assert asyncio.run(route.send(parcel, errand)).step is Step.QUEUED, f"{route.name}: twice is not once"
        assert asyncio.run(route.settle(parcel.key, errand)) is None, f"{route.name} settles what nobody did"
        assert _state(folder / str(n)) == before, f"{route.name} writes again what it has written"


def _state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
