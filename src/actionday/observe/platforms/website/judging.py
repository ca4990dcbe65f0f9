"""What evidence of a site says, in order: the registry's word, then the name's, then the page's.

A hold is the registrar's or registry's act, whatever moved them (also unpaid bills do). A name that is gone may have been let
go by its owner. A page's words are conventions. A name that resolves is present as a name; whether its site answers is not
said by that. One look decides nothing: ends are confirmed by several, spaced ones.
"""

from actionday.observe.outside import Target
from actionday.observe.platforms.website.addresses import subject
from actionday.observe.platforms.website.statuses import BARRED, FAILING, GONE, LEGAL, MOVED, NOT_FOUND, OK
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire.dns import BAD_NAME, NO_DATA, TIMEOUT, UNREACHABLE

HOLDS = {"serverhold": "website.rdap.server_hold", "clienthold": "website.rdap.client_hold"}
ENDING = {"redemptionperiod": "website.rdap.redemption_period", "pendingdelete": "website.rdap.pending_delete"}
_FAILED = {
    "connect": "website.http.no_connection",
    "tls": "website.http.tls",
    "timeout": "website.http.timeout",
    "name": "website.http.name",
    "protocol": "website.http.protocol",
}


def judge(target: Target, evidence: Evidence) -> Verdict:
    """The first of the three that says something."""
    names = [one for one in evidence.exchanges if one.endpoint.startswith("DNS ")]
    domains = [one for one in evidence.exchanges if one.endpoint.startswith("RDAP domain ")]
    pages = [one for one in evidence.exchanges if one.endpoint.startswith("GET ")]
    registered = next((one for one in domains if one.code == "200"), None)
    identity = _identity(registered)
    found = (
        _by_registry(target, registered, identity)
        or _by_name(names, domains)
        or _by_page(pages)
        or _by_resolving(names)
        or Verdict(State.UNKNOWN, "website.nothing", 0.0)
    )
    return Verdict(found.state, found.rule, found.confidence, found.target, identity, found.signal)


def _identity(registered: Exchange | None) -> str | None:
    """The registration: its handle and day, by which a name that was registered anew is told from the old one."""
    if registered is None:
        return None
    told = (registered.facts.get("handle", ""), registered.facts.get("registered", "")[:10])
    return "@".join(told) if any(told) else None


def _by_registry(target: Target, registered: Exchange | None, identity: str | None) -> Verdict | None:
    if registered is None:
        return None
    status = registered.facts.get("status", "").split()
    for word, rule in HOLDS.items():
        if word in status:
            return Verdict(State.SUSPENDED_REVERSIBLE, rule, 0.8)
    for word, rule in ENDING.items():
        if word in status:
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, rule, 0.8)
    before = target.options.get("identity")
    if isinstance(before, str) and "@" in before and identity is not None and before != identity:
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "website.rdap.registered_anew", 0.6)
    return None


def _by_name(names: list[Exchange], domains: list[Exchange]) -> Verdict | None:
    codes = {one.code for one in names if not one.endpoint.startswith("DNS NS ")}
    if not codes or any(one.facts.get("records") for one in names if not one.endpoint.startswith("DNS NS ")):
        return None
    if "NXDOMAIN" in codes:
        if domains and all(one.code == "404" for one in domains):
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, "website.dns.unregistered", 0.7)
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "website.dns.no_such_name", 0.5)
    if BAD_NAME in codes:
        return Verdict(State.UNKNOWN, "website.dns.bad_name", 0.0)
    if "SERVFAIL" in codes:
        return Verdict(State.UNREACHABLE, "website.dns.servfail", 0.3)
    if codes & {TIMEOUT, UNREACHABLE}:
        return Verdict(State.UNREACHABLE, "website.dns.timeout", 0.3)
    if codes == {NO_DATA}:
        return Verdict(State.UNKNOWN, "website.dns.no_address", 0.3)
    return Verdict(State.UNREACHABLE, "website.dns.refused", 0.3) if "REFUSED" in codes else None


def _by_page(pages: list[Exchange]) -> Verdict | None:
    last = pages[-1] if pages else None
    if last is None:
        return None
    if not last.code.isdigit():
        if last.code == "private_address":
            return Verdict(State.UNKNOWN, "website.http.private_address", 0.3)
        return Verdict(State.UNREACHABLE, _FAILED.get(last.code, "website.http.no_connection"), 0.3)
    return _by_status(int(last.code), last)


def _by_status(status: int, page: Exchange) -> Verdict:
    if page.facts.get("suspended"):
        return Verdict(State.SUSPENDED_REVERSIBLE, "website.http.suspension_page", 0.4)
    if 200 <= status < 300:
        if page.facts.get("parked"):
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, "website.http.parking_page", 0.3)
        return Verdict(State.PRESENT, OK, 0.9)
    elsewhere = page.facts.get("elsewhere")
    if status in (301, 308) and elsewhere:
        return Verdict(State.MOVED, MOVED, 0.7, subject(elsewhere))
    if 300 <= status < 400:
        return Verdict(State.PRESENT, "website.http.redirect", 0.6)
    told = {
        404: Verdict(State.UNKNOWN, NOT_FOUND, 0.4),
        410: Verdict(State.CLOSED_UNKNOWN_ACTOR, GONE, 0.6),
        451: Verdict(State.RESTRICTED, LEGAL, 0.8),
    }
    barred = Verdict(State.PRIVATE_OR_PROBER_BLOCKED, BARRED, 0.5)
    return told.get(status) or (barred if 400 <= status < 500 else Verdict(State.UNREACHABLE, FAILING, 0.3))


def _by_resolving(names: list[Exchange]) -> Verdict | None:
    if not any(one.facts.get("records") for one in names if not one.endpoint.startswith("DNS NS ")):
        return None
    if any(one.facts.get("parked") for one in names):
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "website.dns.parked", 0.3)
    return Verdict(State.PRESENT, "website.dns.resolves", 0.5)
