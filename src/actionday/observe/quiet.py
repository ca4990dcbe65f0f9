"""A look that the host does not see: the name system and the registries are asked about it, and it is not.

Registrar (RDAP of the name), hoster (RDAP of the address), delivery network (who stands in front) and operator (a registrant that says it is an
organisation) are kept apart in the evidence, since each can do something else. Whether the resolver is sound is asked once a round
and ending, where it says that a name is not there. Not for: what the answers mean (`quiet_verdicts`), when nothing else is asked (`contact`).
"""

from collections.abc import Sequence

from actionday.observe.contact import hosts_of
from actionday.observe.host_signs import delivery_network, is_parking_server
from actionday.observe.outside import Outside, Target
from actionday.observe.quiet_verdicts import CONTROL, NAME, NO_HOST, judge
from actionday.records import Evidence, Exchange, Verdict
from actionday.wire import Http
from actionday.wire.dns import Dns, DnsAnswer
from actionday.wire.rdap import BOOTSTRAP, Rdap, RdapAnswer

VERSION = 1


class QuietLooks:
    """Looks, in place of a platform's prober, at subjects whose host is not spoken to."""

    name = NAME

    def __init__(self) -> None:
        self._quiet = Quiet()

    def host(self, target: Target) -> str:
        """The host that is asked about, or an empty text."""
        return next(iter(hosts_of(target)), "")

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """DNS and RDAP of the subject's host. Raises HostResting, UsageError where there is no resolver."""
        host = self.host(target)
        nobody = Exchange("not asked", outside.clock.now(), NO_HOST, "no host of the subject's own is known")
        exchanges = await self._quiet.look(host, outside) if host else [nobody]
        return Evidence(f"{NAME}/{VERSION}", outside.vantage, tuple(exchanges))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """See `quiet_verdicts`."""
        return judge(target, evidence)


class Quiet:
    """Asks DNS and RDAP. Keep one for a round: bootstrap documents and the resolver's soundness are asked for once."""

    def __init__(self) -> None:
        self._http: Http | None = None
        self._rdap: Rdap | None = None
        self._sound: dict[str, DnsAnswer] = {}

    async def look(self, host: str, outside: Outside) -> list[Exchange]:
        """DNS first, then the registries. Raises HostResting, UsageError where there is no resolver."""
        rdap = self._registries(outside)
        named = outside.base("dns", "")
        resolver = Dns(outside.budget, outside.clock, named.split(",") if named else ())
        names = await resolver.ask(host, ("A", "AAAA", "NS"))
        exchanges = [_dns(answer) for answer in names]
        if any(answer.code == "NXDOMAIN" for answer in names):
            exchanges.append(_control(await self._control(resolver, host, outside)))
        domains = await rdap.domain(host)
        addresses = [record for answer in names if answer.kind in ("A", "AAAA") for record in answer.records]
        networks = [await rdap.network(addresses[0])] if addresses else []
        return exchanges + [_domain(answer) for answer in domains] + [_network(answer, names) for answer in networks]

    async def _control(self, resolver: Dns, host: str, outside: Outside) -> DnsAnswer:
        """A name that must be there: the one that `bases` names, or the ending that the host is under."""
        ending = host.rpartition(".")[2]
        name = outside.base("dns.control", ending if ending and not ending.isdigit() else ".")
        if name not in self._sound:
            self._sound[name] = (await resolver.ask(name, ("SOA",)))[0]
        return self._sound[name]

    def _registries(self, outside: Outside) -> Rdap:
        base = outside.base("rdap", BOOTSTRAP)
        if self._rdap is None or self._http is not outside.http or self._rdap.base != base:
            self._http, self._sound = outside.http, {}
            self._rdap = Rdap(outside.http, outside.clock, base)
        return self._rdap


def facts_of(**said: str) -> dict[str, str]:
    """Those that say something."""
    return {name: value for name, value in said.items() if value}


def _dns(answer: DnsAnswer) -> Exchange:
    parked = next((server for server in answer.records if answer.kind == "NS" and is_parking_server(server)), "")
    facts = facts_of(records=" ".join(answer.records), aliases=" ".join(answer.aliases), parked=parked)
    return Exchange(f"DNS {answer.kind} {answer.name}", answer.at, answer.code, parked, facts=facts)


def _domain(answer: RdapAnswer) -> Exchange:
    facts = facts_of(
        domain=answer.name,
        handle=answer.handle,
        registered=answer.registered,
        status=" ".join(answer.status),
        registrar=answer.registrar,
        operator=answer.organisation,
        abuse=" ".join(answer.abuse),
    )
    return Exchange(
        _asked(answer, "domain"), answer.at, answer.code, " ".join(answer.status), answer.body_sha256, facts
    )


def _network(answer: RdapAnswer, names: Sequence[DnsAnswer]) -> Exchange:
    """The holder of the network: the hoster, or a delivery network in front of one that is not told."""
    front = delivery_network(answer.name, *(alias for one in names for alias in one.aliases))
    facts = facts_of(
        network=answer.name,
        handle=answer.handle,
        country=answer.country,
        cdn=front,
        hoster="" if front else answer.organisation or answer.name,
        abuse=" ".join(answer.abuse),
    )
    return Exchange(_asked(answer, "ip"), answer.at, answer.code, answer.name, answer.body_sha256, facts)


def _asked(answer: RdapAnswer, kind: str) -> str:
    return answer.endpoint if answer.endpoint.startswith("RDAP ") else f"RDAP {kind} {answer.endpoint}"


def _control(answer: DnsAnswer) -> Exchange:
    return Exchange(f"{CONTROL}{answer.name}", answer.at, answer.code)
