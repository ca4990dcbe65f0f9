"""What DNS and RDAP say of a host, for probers that ask them and for looks that ask nothing else.

A hold is the registrar's or registry's act, whatever moved them (also unpaid bills do). A name that is gone may have been let go by its owner. "No
such name" counts only from a resolver that knows a name that must be there: one that says so of everything reads as the end of everything.
Rules carry the name of whose they are. Not for: asking (`quiet`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from actionday.observe.outside import Target
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire.dns import BAD_NAME, NO_DATA, TIMEOUT, UNREACHABLE

CONTROL = "control SOA "
"""How the question for a name that must be there begins."""
NAME, NO_HOST = "quiet", "no-host"
HOLDS = {"serverhold": "server_hold", "clienthold": "client_hold"}
ENDING = {"redemptionperiod": "redemption_period", "pendingdelete": "pending_delete"}
_SURE = 0.6


@dataclass(frozen=True, slots=True)
class Told:
    """Exchanges by what they are: of the host's addresses and servers, of the control name, of the registration."""

    addresses: tuple[Exchange, ...]
    servers: tuple[Exchange, ...]
    control: tuple[Exchange, ...]
    domains: tuple[Exchange, ...]

    @classmethod
    def of(cls, exchanges: Sequence[Exchange]) -> Self:
        """Sort them."""
        names = [one for one in exchanges if one.endpoint.startswith("DNS ")]
        return cls(
            tuple(one for one in names if not one.endpoint.startswith("DNS NS ")),
            tuple(one for one in names if one.endpoint.startswith("DNS NS ")),
            tuple(one for one in exchanges if one.endpoint.startswith(CONTROL)),
            tuple(one for one in exchanges if one.endpoint.startswith("RDAP domain ")),
        )

    @property
    def resolves(self) -> bool:
        """Whether there is an address."""
        return any(one.facts.get("records") for one in self.addresses)

    @property
    def registered(self) -> Exchange | None:
        """The registration that was found."""
        return next((one for one in self.domains if one.code == "200"), None)

    @property
    def identity(self) -> str | None:
        """The registration: its handle and day, by which a name that was registered anew is told from the old one."""
        if self.registered is None:
            return None
        told = (self.registered.facts.get("handle", ""), self.registered.facts.get("registered", "")[:10])
        return "@".join(told) if any(told) else None


def by_registry(told: Told, whose: str) -> Verdict | None:
    """The registry's word."""
    status = told.registered.facts.get("status", "").split() if told.registered is not None else []
    for word, rule in HOLDS.items():
        if word in status:
            return Verdict(State.SUSPENDED_REVERSIBLE, f"{whose}.rdap.{rule}", 0.8)
    for word, rule in ENDING.items():
        if word in status:
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, f"{whose}.rdap.{rule}", 0.8)
    return None


def by_name(told: Told, whose: str) -> Verdict | None:
    """The name's word, where it does not resolve."""
    codes = {one.code for one in told.addresses}
    if not codes or told.resolves:
        return None
    if "NXDOMAIN" in codes:
        if any(one.code != "NOERROR" for one in told.control):
            return Verdict(State.UNKNOWN, f"{whose}.dns.resolver_unsound", 0.0)
        if told.domains and all(one.code == "404" for one in told.domains):
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, f"{whose}.dns.unregistered", 0.7)
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, f"{whose}.dns.no_such_name", 0.5)
    if BAD_NAME in codes:
        return Verdict(State.UNKNOWN, f"{whose}.dns.bad_name", 0.0)
    if "SERVFAIL" in codes:
        return Verdict(State.UNREACHABLE, f"{whose}.dns.servfail", 0.3)
    if codes & {TIMEOUT, UNREACHABLE}:
        return Verdict(State.UNREACHABLE, f"{whose}.dns.timeout", 0.3)
    if codes == {NO_DATA}:
        return Verdict(State.UNKNOWN, f"{whose}.dns.no_address", 0.3)
    return Verdict(State.UNREACHABLE, f"{whose}.dns.refused", 0.3) if "REFUSED" in codes else None


def by_parking(told: Told, whose: str) -> Verdict | None:
    """Name servers of a firm that parks names."""
    if any(one.facts.get("parked") for one in (*told.servers, *told.addresses)):
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, f"{whose}.dns.parked", 0.3)
    return None


def judge(target: Target, evidence: Evidence) -> Verdict:
    """What is known of a subject whose host was not spoken to: of a host that is up, nothing is said of what is on it."""
    told = Told.of(evidence.exchanges)
    found = by_registry(told, NAME) or by_name(told, NAME) or by_parking(told, NAME)
    if found is not None:
        return Verdict(found.state, found.rule, min(found.confidence, _SURE))
    rule = "host_resolves" if told.resolves else "nothing"
    return Verdict(State.UNKNOWN, f"{NAME}.{rule}", 0.0)
