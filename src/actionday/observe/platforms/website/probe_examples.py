"""Evidence of made-up sites, at least one piece for every rule of `judging`, with what must be read out of it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from actionday.observe.outside import Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State

_AT = datetime(2020, 1, 1, tzinfo=UTC)
_SITE = "lorem.example.org"
_UP = Exchange(f"DNS A {_SITE}", _AT, "NOERROR", facts={"records": "192.0.2.7"})
_NOTHING = Exchange(f"DNS AAAA {_SITE}", _AT, "NODATA")


def _name(code: str) -> tuple[Exchange, ...]:
    return tuple(Exchange(f"DNS {kind} {_SITE}", _AT, code) for kind in ("A", "AAAA", "NS"))


def _registry(status: str = "active", code: str = "200", handle: str = "D1") -> Exchange:
    facts = {"domain": "example.org", "handle": handle, "registered": "2019-01-02T00:00:00Z", "status": status}
    return Exchange(
        "RDAP domain https://rdap.example/domain/example.org", _AT, code, status, facts=facts if code == "200" else {}
    )


def _page(code: str, **facts: str) -> tuple[Exchange, ...]:
    return (_UP, _NOTHING, _registry(), Exchange(f"GET https://{_SITE}/", _AT, code, facts=facts))


def _example(
    rule: str, state: State, exchanges: tuple[Exchange, ...], options: Mapping[str, object] | None = None
) -> ProbeExample:
    target = Target(f"website:channel:{_SITE}", "website", "channel", _SITE, None, dict(options or {}))
    return ProbeExample(rule, target, Evidence("website/1", "lorem", exchanges), state, rule)


_PARKED = Exchange(f"DNS NS {_SITE}", _AT, "NOERROR", facts={"records": "ns1.bodis.com", "parked": "ns1.bodis.com"})
_CONTROL = Exchange("control SOA org", _AT, "NOERROR")
_S = State

EXAMPLES = (
    _example("website.nothing", _S.UNKNOWN, ()),
    _example("website.rdap.server_hold", _S.SUSPENDED_REVERSIBLE, (*_name("NXDOMAIN"), _registry("serverhold"))),
    _example("website.rdap.client_hold", _S.SUSPENDED_REVERSIBLE, (_UP, _registry("clienthold active"))),
    _example("website.rdap.redemption_period", _S.CLOSED_UNKNOWN_ACTOR, (_UP, _registry("redemptionperiod"))),
    _example("website.rdap.pending_delete", _S.CLOSED_UNKNOWN_ACTOR, (_UP, _registry("pendingdelete"))),
    _example(
        "website.rdap.registered_anew",
        _S.CLOSED_UNKNOWN_ACTOR,
        (_UP, _registry(handle="D2")),
        {"identity": "D1@2019-01-02"},
    ),
    _example(
        "website.dns.unregistered", _S.CLOSED_UNKNOWN_ACTOR, (*_name("NXDOMAIN"), _CONTROL, _registry(code="404"))
    ),
    _example("website.dns.no_such_name", _S.CLOSED_UNKNOWN_ACTOR, (*_name("NXDOMAIN"), _registry())),
    _example(
        "website.dns.resolver_unsound",
        _S.UNKNOWN,
        (*_name("NXDOMAIN"), Exchange("control SOA org", _AT, "NXDOMAIN"), _registry(code="404")),
    ),
    _example("website.dns.bad_name", _S.UNKNOWN, _name("bad-name")),
    _example("website.dns.servfail", _S.UNREACHABLE, _name("SERVFAIL")),
    _example("website.dns.timeout", _S.UNREACHABLE, _name("timeout")),
    _example("website.dns.refused", _S.UNREACHABLE, _name("REFUSED")),
    _example("website.dns.no_address", _S.UNKNOWN, _name("NODATA")),
    _example("website.dns.parked", _S.CLOSED_UNKNOWN_ACTOR, (_UP, _PARKED, _registry())),
    _example("website.dns.resolves", _S.PRESENT, (_UP, _NOTHING, _registry())),
    _example("website.http.ok", _S.PRESENT, _page("200")),
    _example("website.http.redirect", _S.PRESENT, _page("302", elsewhere="dolor.example.net")),
    _example("website.http.moved", _S.MOVED, _page("301", elsewhere="dolor.example.net")),
    _example("website.http.404", _S.UNKNOWN, _page("404")),
    _example("website.http.410", _S.CLOSED_UNKNOWN_ACTOR, _page("410")),
    _example("website.http.451", _S.RESTRICTED, _page("451", link='<https://law.example>; rel="blocked-by"')),
    _example("website.http.barred", _S.PRIVATE_OR_PROBER_BLOCKED, _page("403")),
    _example("website.http.failing", _S.UNREACHABLE, _page("503")),
    _example("website.http.suspension_page", _S.SUSPENDED_REVERSIBLE, _page("200", suspended="account suspended")),
    _example("website.http.parking_page", _S.CLOSED_UNKNOWN_ACTOR, _page("200", parked="buy this domain")),
    _example("website.http.no_connection", _S.UNREACHABLE, _page("connect")),
    _example("website.http.tls", _S.UNREACHABLE, _page("tls")),
    _example("website.http.timeout", _S.UNREACHABLE, _page("timeout")),
    _example("website.http.name", _S.UNREACHABLE, _page("name")),
    _example("website.http.protocol", _S.UNREACHABLE, _page("protocol")),
    _example("website.http.private_address", _S.UNKNOWN, _page("private_address")),
)
