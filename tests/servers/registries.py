"""RDAP for tests, as answers of a small HTTP server: bootstrap documents that lead back to it, domains and networks as given."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.wire.served import Asked, Said

RDAP = {"Content-Type": "application/rdap+json"}


def person(role: str, name: str, *more: dict[str, Any], **fields: str) -> dict[str, Any]:
    """An entity with a role, a vCard and entities of its own."""
    rows = [["version", {}, "text", "4.0"], ["fn", {}, "text", name]]
    rows += [[key, {}, "text", value] for key, value in fields.items()]
    return {"objectClassName": "entity", "roles": [role], "vcardArray": ["vcard", rows], "entities": list(more)}


def domain(name: str, *status: str, handle: str = "D1", registered: str = "2019-01-02T00:00:00Z") -> dict[str, Any]:
    """A registered name whose abuse desk stands within its registrar, as it commonly does."""
    registrar = person("registrar", "Lorem Registrar", person("abuse", "Desk", email="abuse@registrar.example"))
    return {
        "objectClassName": "domain",
        "ldhName": name.upper(),
        "handle": handle,
        "status": list(status),
        "events": [{"eventAction": "registration", "eventDate": registered}],
        "entities": [registrar, person("registrant", "A. Person")],
    }


def network(name: str, *entities: dict[str, Any]) -> dict[str, Any]:
    """A network."""
    return {
        "objectClassName": "ip network",
        "name": name,
        "handle": "NET1",
        "country": "XX",
        "entities": list(entities),
    }


def registries(
    where: Callable[[], str],
    domains: Mapping[str, Any],
    networks: Mapping[str, Any],
    endings: tuple[str, ...] = ("example",),
) -> Callable[[Asked], Said]:
    """Answers for `served.serving`. `where` gives the server's own address, once it is known."""

    def answer(asked: Asked) -> Said:
        kind, _, rest = asked.path.strip("/").partition("/")
        services = {"dns.json": list(endings), "ipv4.json": ["192.0.2.0/24"], "ipv6.json": ["2001:db8::/32"]}
        if kind in services:
            return _json({"version": "1.0", "services": [[services[kind], [f"{where()}/"]]]})
        found = {"domain": domains, "ip": networks}.get(kind, {}).get(rest)
        if isinstance(found, Said):
            return found
        return _json(found) if found is not None else Said(404, b"{}", RDAP)

    return answer


def _json(value: Any) -> Said:  # noqa: ANN401
    return Said(200, json.dumps(value).encode(), RDAP)
