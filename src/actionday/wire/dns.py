"""DNS as the product asks it: raw answers with their codes, so that "no such name", a failing server and silence stay apart.

Questions go to the resolvers of this machine, or to the one that is named; nothing is cached here and nothing is believed
beyond what the resolver says. All questions about one name are one turn. Not for: what an answer means (probers).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from actionday.records import Clock, UsageError
from actionday.wire.budget import Budget

PATIENCE = 5.0
"""Seconds that one server is given for one answer."""
TIMEOUT, UNREACHABLE, BAD_NAME, NO_DATA = "timeout", "unreachable", "bad-name", "NODATA"
"""Codes besides DNS's own (NOERROR, NXDOMAIN, SERVFAIL, REFUSED …): silence, no way to the resolver, no name at all, and
NOERROR without a record of the kind asked for."""


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What was asked and answered. `records` are texts in the zone file's form, names without their last dot."""

    name: str
    kind: str
    at: datetime
    code: str
    records: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class Dns:
    """Asks one resolver after the other until one answers. `servers` are ``address`` or ``address:port``; none: this machine's."""

    def __init__(self, budget: Budget, clock: Clock, servers: Sequence[str] = (), timeout: float | None = None) -> None:
        self._budget, self._clock, self._timeout = budget, clock, timeout or PATIENCE
        self._servers = [_place(server) for server in servers]

    async def ask(self, name: str, kinds: Sequence[str]) -> list[DnsAnswer]:
        """Answers for each kind (A, AAAA, NS …), in order. Raises HostResting, and UsageError where there is no resolver."""
        servers = self._servers or _of_this_machine()
        async with self._budget.turn(f"dns {name}"):
            return [await self._ask(name, kind, servers) for kind in kinds]

    async def _ask(self, name: str, kind: str, servers: list[tuple[str, int]]) -> DnsAnswer:
        at = self._clock.now()
        try:
            query = dns.message.make_query(dns.name.from_text(name), kind)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return DnsAnswer(name, kind, at, BAD_NAME)
        code = UNREACHABLE
        for address, port in servers:
            try:
                response, _ = await dns.asyncquery.udp_with_fallback(query, address, self._timeout, port)
            except (dns.exception.Timeout, TimeoutError):
                code = TIMEOUT
            except (dns.exception.DNSException, OSError, EOFError, asyncio.IncompleteReadError):
                continue
            else:
                return _read(response, name, kind, at)
        return DnsAnswer(name, kind, at, code)


def _read(response: dns.message.Message, name: str, kind: str, at: datetime) -> DnsAnswer:
    wanted = dns.rdatatype.from_text(kind)
    records, aliases = [], []
    for rrset in response.answer:
        texts = [item.to_text().rstrip(".").lower() for item in rrset]
        if rrset.rdtype == wanted:
            records += texts
        elif rrset.rdtype == dns.rdatatype.CNAME:
            aliases += texts
    code = dns.rcode.to_text(response.rcode())
    if code == "NOERROR" and not records:
        code = NO_DATA
    return DnsAnswer(name, kind, at, code, tuple(sorted(records)), tuple(aliases))


def _place(server: str) -> tuple[str, int]:
    """``address``, ``address:port`` or ``[address]:port``. Raises UsageError."""
    bare = server.removeprefix("dns://").rstrip("/")
    address, colon, port = bare.rpartition(":")
    if bare.startswith("[") or bare.count(":") == 1:
        address, port = (address, port) if colon and not port.endswith("]") else (bare, "53")
    else:
        address, port = bare, "53"
    if not port.isdigit() or not 0 < int(port) < 65536 or not address:
        raise UsageError(f"{server!r} is no DNS server; write 192.0.2.1 or 192.0.2.1:53")
    return address.strip("[]"), int(port)


def _of_this_machine() -> list[tuple[str, int]]:
    try:
        resolver = dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError) as error:
        raise UsageError(
            f"this machine names no DNS server ({error}); name one in the setting `bases`, dns = "
        ) from error
    return [(str(server), resolver.port) for server in resolver.nameservers]
