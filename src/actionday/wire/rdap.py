"""RDAP (RFC 9082, 9083): who registered a name or holds a network, and in which state the registration is.

Which server is asked stands in IANA's bootstrap documents (RFC 9224), fetched once a day from where `base` says. Only what
a referral needs is picked out: status, dates, registrar, abuse addresses, and organisations; natural persons stay out.
Not for: what a status means (probers).
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from actionday.records import Clock
from actionday.wire.http import Answer, Http

BOOTSTRAP = "https://data.iana.org/rdap"
_FRESH = timedelta(days=1)
_MOST = 4 << 20
_ACCEPT = {"Accept": "application/rdap+json, application/json;q=0.5"}
_ASKS = 3


@dataclass(frozen=True, slots=True)
class RdapAnswer:
    """One answer. `code` is an HTTP status, a failure of the wire, ``no-server`` where no server is responsible, or ``no-json``."""

    endpoint: str
    at: datetime
    code: str
    body_sha256: str = ""
    name: str = ""
    handle: str = ""
    registered: str = ""
    status: tuple[str, ...] = ()
    registrar: str = ""
    organisation: str = ""
    country: str = ""
    abuse: tuple[str, ...] = ()


@dataclass(slots=True)
class _Document:
    at: datetime
    services: list[tuple[list[str], list[str]]]


@dataclass(slots=True)
class Rdap:
    """Asks RDAP servers through `http`, on its budget."""

    http: Http
    clock: Clock
    base: str = BOOTSTRAP
    _documents: dict[str, _Document] = field(default_factory=dict)

    async def domain(self, host: str) -> list[RdapAnswer]:
        """Answers about the registered name that a host belongs to: the shortest name first, on to the first that is known."""
        services = await self._services("dns")
        suffix, server = _for_host(services, host)
        if not server:
            return [RdapAnswer(f"RDAP domain {host}", self.clock.now(), "no-server")]
        labels, taken = host.split("."), suffix.count(".") + 1
        answers: list[RdapAnswer] = []
        for count in range(taken + 1, min(len(labels), taken + _ASKS) + 1):
            answers.append(await self._ask(f"{server}domain/{'.'.join(labels[-count:])}"))
            if answers[-1].code != "404":
                break
        return answers or [RdapAnswer(f"RDAP domain {host}", self.clock.now(), "no-server")]

    async def network(self, address: str) -> RdapAnswer:
        """Who holds the network of an IP address."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return RdapAnswer(f"RDAP ip {address}", self.clock.now(), "no-server")
        server = _for_address(await self._services(f"ipv{parsed.version}"), parsed)
        if not server:
            return RdapAnswer(f"RDAP ip {address}", self.clock.now(), "no-server")
        return await self._ask(f"{server}ip/{address}")

    async def _services(self, kind: str) -> list[tuple[list[str], list[str]]]:
        known = self._documents.get(kind)
        if known is None or self.clock.now() - known.at > _FRESH:
            answer = await self.http.ask("GET", f"{self.base.rstrip('/')}/{kind}.json", max_bytes=_MOST)
            services = list(_services_in(answer.json())) if answer.status == 200 else []
            if not services:
                return known.services if known is not None else []
            known = self._documents[kind] = _Document(self.clock.now(), services)
        return known.services

    async def _ask(self, url: str) -> RdapAnswer:
        return _read(await self.http.ask("GET", url, headers=_ACCEPT, max_bytes=_MOST))


def _services_in(document: Any) -> Iterator[tuple[list[str], list[str]]]:  # noqa: ANN401 - any JSON
    services = document.get("services") if isinstance(document, Mapping) else None
    for one in services if isinstance(services, list) else ():
        if isinstance(one, list) and len(one) == 2 and all(isinstance(part, list) for part in one):
            yield [str(key).lower().strip(".") for key in one[0]], [str(url) for url in one[1]]


def _server(urls: Sequence[str]) -> str:
    """The address to ask: https where there is one, with its last slash."""
    found = next((url for url in urls if url.startswith("https:")), urls[0] if urls else "")
    return found.rstrip("/") + "/" if found else ""


def _for_host(services: list[tuple[list[str], list[str]]], host: str) -> tuple[str, str]:
    """The longest ending of a host that a service is responsible for, and its server."""
    fits = [
        (key, _server(urls))
        for keys, urls in services
        for key in keys
        if key and (host == key or host.endswith(f".{key}"))
    ]
    return max(fits, key=lambda pair: len(pair[0]), default=("", ""))


def _for_address(
    services: list[tuple[list[str], list[str]]], address: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> str:
    best, found = -1, ""
    for keys, urls in services:
        for key in keys:
            try:
                network = ipaddress.ip_network(key)
            except ValueError:
                continue
            if address in network and network.prefixlen > best:
                best, found = network.prefixlen, _server(urls)
    return found


def _read(answer: Answer) -> RdapAnswer:
    told = answer.json() if answer.status == 200 else None
    code = answer.code if answer.status != 200 or isinstance(told, dict) else "no-json"
    if not isinstance(told, dict):
        return RdapAnswer(answer.url, answer.at, code, answer.sha256)
    entities = list(_entities(told, 0))
    events = {str(e.get("eventAction")): str(e.get("eventDate")) for e in _dicts(told.get("events"))}
    return RdapAnswer(
        endpoint=answer.url,
        at=answer.at,
        code=code,
        body_sha256=answer.sha256,
        name=str(told.get("ldhName") or "").lower() or str(told.get("name") or ""),
        handle=str(told.get("handle") or ""),
        registered=events.get("registration", ""),
        status=tuple(sorted("".join(word.lower().split()) for word in _texts(told.get("status")))),
        registrar=next((_card(e, "fn") for e in entities if "registrar" in _roles(e)), ""),
        organisation=next((_organisation(e) for e in entities if "registrant" in _roles(e) and _organisation(e)), ""),
        country=str(told.get("country") or ""),
        abuse=tuple(dict.fromkeys(_card(e, "email") for e in entities if "abuse" in _roles(e) and _card(e, "email"))),
    )


def _dicts(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:  # noqa: ANN401
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _entities(told: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Entities and those within them: an abuse desk commonly stands within its registrar."""
    for one in _dicts(told.get("entities")):
        yield one
        if depth < 3:
            yield from _entities(one, depth + 1)


def _roles(entity: Mapping[str, Any]) -> list[str]:
    return _texts(entity.get("roles"))


def _card(entity: Mapping[str, Any], field_name: str) -> str:
    """A text of an entity's vCard."""
    card = entity.get("vcardArray")
    rows = card[1] if isinstance(card, list) and len(card) > 1 and isinstance(card[1], list) else []
    for row in rows:
        if isinstance(row, list) and len(row) > 3 and row[0] == field_name:
            return row[3] if isinstance(row[3], str) else ""
    return ""


def _organisation(entity: Mapping[str, Any]) -> str:
    """The name of a registrant that says it is an organisation; of a person, nothing."""
    return _card(entity, "org") or (_card(entity, "fn") if _card(entity, "kind") == "org" else "")
