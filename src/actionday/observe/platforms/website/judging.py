"""What evidence of a site says, in order: the registry's word, then the name's, then the page's.

A hold is the registrar's or registry's act, whatever moved them (also unpaid bills do). A name that is gone may have been let
go by its owner. A page's words are conventions. A name that resolves is present as a name; whether its site answers is not
said by that. One look decides nothing: ends are confirmed by several, spaced ones.
"""

from actionday.observe.outside import Target
from actionday.observe.platforms.website.addresses import subject
from actionday.observe.platforms.website.statuses import BARRED, FAILING, GONE, LEGAL, MOVED, NOT_FOUND, OK
from actionday.observe.quiet_verdicts import Told, by_name, by_parking, by_registry
from actionday.records import Evidence, Exchange, State, Verdict

_FAILED = {
    "connect": "website.http.no_connection",
    "tls": "website.http.tls",
    "timeout": "website.http.timeout",
    "name": "website.http.name",
    "protocol": "website.http.protocol",
}


def judge(target: Target, evidence: Evidence) -> Verdict:
    """The first of the three that says something."""
    told = Told.of(evidence.exchanges)
    pages = [one for one in evidence.exchanges if one.endpoint.startswith("GET ")]
    found = (
        by_registry(told, "website")
        or _anew(target, told)
        or by_name(told, "website")
        or _by_page(pages)
        or _by_resolving(told)
        or Verdict(State.UNKNOWN, "website.nothing", 0.0)
    )
    return Verdict(found.state, found.rule, found.confidence, found.target, told.identity, found.signal)


def _anew(target: Target, told: Told) -> Verdict | None:
    before = target.options.get("identity")
    if isinstance(before, str) and "@" in before and told.identity is not None and before != told.identity:
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "website.rdap.registered_anew", 0.6)
    return None


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


def _by_resolving(told: Told) -> Verdict | None:
    if not told.resolves:
        return None
    return by_parking(told, "website") or Verdict(State.PRESENT, "website.dns.resolves", 0.5)
