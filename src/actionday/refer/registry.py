"""Which routes there are: entry points of the group below, built-in ones too.

A broken one is named loudly, not skipped. Not for: choosing between them.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from actionday.records import ActiondayError
from actionday.refer.route import Route

ROUTES = "actionday.routes"


class BrokenRoute(ActiondayError):
    """Something installed as a route cannot be loaded or is none."""


@cache
def routes() -> Mapping[str, Route]:
    """All routes by name, sorted. Raises BrokenRoute."""
    return {entry.name: loaded(entry) for entry in sorted(entry_points(group=ROUTES), key=lambda one: one.name)}


def loaded(entry: EntryPoint) -> Route:
    """The route of an entry point. Raises BrokenRoute saying which and why."""
    what = f"route {entry.name} ({entry.value})"
    try:
        found = entry.load()
        route = found() if isinstance(found, type) else found
    except Exception as error:
        raise BrokenRoute(f"{what} cannot be loaded: {error!r}; uninstall or mend it") from error
    if not isinstance(route, Route) or route.name != entry.name:
        raise BrokenRoute(f"{what} does not follow the Route protocol")
    return route


def described() -> list[dict[str, Any]]:
    """The routes as plain values, for a door or a page."""
    return [
        {
            "name": route.name,
            "title": route.title,
            "kind": route.kind.value,
            "carries": [kind.value for kind in route.carries],
            "by_person": route.by_person,
            "sees": route.sees,
            "tested": route.tested,
            "extra": route.extra,
            "credentials": list(route.credentials),
        }
        for route in routes().values()
    ]
