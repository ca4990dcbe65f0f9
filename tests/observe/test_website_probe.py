"""Looks at sites: DNS, registries and front pages on loopback, and what is read out of them."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import trustme
from tests.servers.names import Names, naming
from tests.servers.registries import domain, network, person, registries
from tests.wire.served import Said, Served, serving
from tests.wire.test_budget import Time

from actionday.observe.outside import Outside
from actionday.observe.platforms.website.probe import WebsiteProber
from actionday.observe.platforms.website.probe_examples import EXAMPLES
from actionday.observe.prober_conformance import target_of
from actionday.records import Evidence, State, Verdict
from actionday.wire import Budget, Http, HttpPolicy, Limits, dns

ZONE = "{0}. 60 IN A 192.0.2.7\n{0}. 60 IN NS ns1.host.example."
ZONES = {
    **{f"{name}.example": ZONE.format(f"{name}.example") for name in ("up", "held", "lapsed", "fronted", "pending")},
    "127.0.0.1": ZONE.format("127.0.0.1"),
    "example": "example. 60 IN SOA ns.example. host.example. 1 3600 600 86400 60",
    "parked.example": "parked.example. 60 IN A 192.0.2.7\nparked.example. 60 IN NS ns1.bodis.com.",
    "fail.example": "!SERVFAIL",
    "mute.example": "!silence",
    "bare.example": "bare.example. 60 IN TXT lorem",
    "deep.up.example": "deep.up.example. 60 IN CNAME up.cdn.cloudflare.example.\nup.cdn.cloudflare.example. 60 IN A 192.0.2.8",
}
DOMAINS = {
    **{
        f"{name}.example": domain(f"{name}.example", "active")
        for name in ("up", "parked", "fail", "mute", "bare", "sub")
    },
    "held.example": domain("held.example", "client hold"),
    "shut.example": domain("shut.example", "server hold"),
    "lapsed.example": domain("lapsed.example", "redemption period"),
    "pending.example": domain("pending.example", "pending delete"),
}
NETWORKS = {
    "192.0.2.7": network("LOREM-NET", person("abuse", "Desk", email="abuse@host.example")),
    "192.0.2.8": network("FRONT-NET"),
}


@dataclass
class World:
    """What a look meets."""

    names: Names
    registry: Served
    bases: dict[str, str] = field(default_factory=dict)
    policy: HttpPolicy = field(default_factory=lambda: HttpPolicy(private_addresses=True, timeout=2.0))

    def look(self, name: str, **options: object) -> Evidence:
        time = Time()

        async def run() -> Evidence:
            async with Http(Budget(time.clock, time.sleep, Limits(apart=0.0)), time.clock, self.policy) as http:
                bases = {"dns": self.names.place, "rdap": self.registry.url, **self.bases}
                outside = Outside(http, time.clock, "desk", lambda name, host: None, bases)
                return await WebsiteProber().look(target_of(f"website:channel:{name}", None, **options), outside)

        return asyncio.run(run())

    def verdict(self, name: str, **options: object) -> Verdict:
        evidence = Evidence.from_json(self.look(name, **options).to_json())
        return WebsiteProber().judge(target_of(f"website:channel:{name}", None, **options), evidence)


@pytest.fixture
def world() -> Any:  # noqa: ANN401 - a generator of World
    held = Served("", "")
    with naming(ZONES) as names, serving(registries(lambda: held.url, DOMAINS, NETWORKS)) as registry:
        held.url = registry.url
        yield World(names, registry)


@pytest.mark.parametrize(
    ("name", "state", "rule"),
    [
        ("up", State.PRESENT, "website.dns.resolves"),
        ("held", State.SUSPENDED_REVERSIBLE, "website.rdap.client_hold"),
        ("shut", State.SUSPENDED_REVERSIBLE, "website.rdap.server_hold"),
        ("lapsed", State.CLOSED_UNKNOWN_ACTOR, "website.rdap.redemption_period"),
        ("pending", State.CLOSED_UNKNOWN_ACTOR, "website.rdap.pending_delete"),
        ("gone", State.CLOSED_UNKNOWN_ACTOR, "website.dns.unregistered"),
        ("sub", State.CLOSED_UNKNOWN_ACTOR, "website.dns.no_such_name"),
        ("fail", State.UNREACHABLE, "website.dns.servfail"),
        ("bare", State.UNKNOWN, "website.dns.no_address"),
        ("parked", State.CLOSED_UNKNOWN_ACTOR, "website.dns.parked"),
    ],
)
def test_names_and_registrations(world: World, name: str, state: State, rule: str) -> None:
    verdict = world.verdict(f"{name}.example")
    assert (verdict.state, verdict.rule) == (state, rule)
    assert verdict.confidence < 0.9, "no look by DNS and RDAP is sure"


def test_a_resolver_that_knows_no_name_at_all_ends_nothing(world: World) -> None:
    with naming({}) as names:
        world.names = names
        verdict = world.verdict("gone.example")
        assert (verdict.state, verdict.rule) == (State.UNKNOWN, "website.dns.resolver_unsound")
        assert ("example", "SOA") in names.asked
        world.bases["dns.control"] = "sure.example.org"
        world.look("gone.example")
        assert ("sure.example.org", "SOA") in names.asked


def test_the_resolver_is_tried_once_a_round_and_only_in_doubt(world: World) -> None:
    world.look("up.example")
    assert not [kind for _, kind in world.names.asked if kind == "SOA"]
    time, prober = Time(), WebsiteProber()

    async def run() -> None:
        async with Http(Budget(time.clock, time.sleep, Limits(apart=0.0)), time.clock, world.policy) as http:
            bases = {"dns": world.names.place, "rdap": world.registry.url}
            outside = Outside(http, time.clock, "desk", lambda name, host: None, bases)
            for name in ("gone.example", "sub.example", "other.example"):
                await prober.look(target_of(f"website:channel:{name}"), outside)

    asyncio.run(run())
    assert [kind for _, kind in world.names.asked].count("SOA") == 1


def test_silence_is_told_apart_from_absence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "PATIENCE", 0.1)
    verdict = world.verdict("mute.example")
    assert (verdict.state, verdict.rule) == (State.UNREACHABLE, "website.dns.timeout")


def test_who_is_who_stays_apart_in_the_evidence(world: World) -> None:
    told = {one.endpoint.partition(" http")[0]: one.facts for one in world.look("up.example").exchanges}
    assert told["RDAP domain"]["registrar"] == "Lorem Registrar"
    assert told["RDAP domain"]["abuse"] == "abuse@registrar.example"
    assert (told["RDAP ip"]["hoster"], told["RDAP ip"]["abuse"]) == ("LOREM-NET", "abuse@host.example")
    assert "operator" not in told["RDAP domain"], "a natural person is not an operator to be named"
    assert "A. Person" not in world.look("up.example").to_json()


def test_a_delivery_network_says_nothing_of_the_host_behind_it(world: World) -> None:
    (network_,) = [one for one in world.look("deep.up.example").exchanges if one.endpoint.startswith("RDAP ip")]
    assert network_.facts["cdn"] == "Cloudflare"
    assert "hoster" not in network_.facts


def test_a_name_registered_anew_is_another_site(world: World) -> None:
    same = world.verdict("up.example")
    assert same.identity == "D1@2019-01-02"
    assert world.verdict("up.example", identity=same.identity).state is State.PRESENT
    assert world.verdict("up.example", identity="D0@2015-05-05").rule == "website.rdap.registered_anew"


PAGES: dict[str, tuple[Said, State, str]] = {
    "ok": (Said(200, b"<p>lorem</p>"), State.PRESENT, "website.http.ok"),
    "not found": (Said(404), State.UNKNOWN, "website.http.404"),
    "gone": (Said(410), State.CLOSED_UNKNOWN_ACTOR, "website.http.410"),
    "legal": (Said(451, b"", {"Link": '<https://l.example>; rel="blocked-by"'}), State.RESTRICTED, "website.http.451"),
    "forbidden": (Said(403), State.PRIVATE_OR_PROBER_BLOCKED, "website.http.barred"),
    "failing": (Said(500), State.UNREACHABLE, "website.http.failing"),
    "moved": (Said(301, b"", {"Location": "https://dolor.example.net/x"}), State.MOVED, "website.http.moved"),
    "elsewhere for now": (
        Said(302, b"", {"Location": "https://d.example.net/"}),
        State.PRESENT,
        "website.http.redirect",
    ),
    "suspended": (
        Said(200, b"<h1>This  Account has been\nsuspended</h1>"),
        State.SUSPENDED_REVERSIBLE,
        "website.http.suspension_page",
    ),
    "for sale": (Said(200, b"<p>Buy this domain</p>"), State.CLOSED_UNKNOWN_ACTOR, "website.http.parking_page"),
}


@pytest.mark.parametrize("name", PAGES)
def test_front_pages(world: World, name: str) -> None:
    said, state, rule = PAGES[name]
    with serving(lambda asked: said) as site:
        world.bases["website.up.example"] = site.url
        verdict = world.verdict("up.example", contact=True)
    assert (verdict.state, verdict.rule) == (state, rule)
    assert verdict.target == ("website:channel:dolor.example.net" if state is State.MOVED else None)


@pytest.mark.parametrize("options", [{}, {"contact": False}, {"contact": "yes"}, {"contact": 1}, {"contact": None}])
def test_without_a_decision_the_host_is_not_spoken_to(world: World, options: dict[str, object]) -> None:
    with serving(lambda asked: Said()) as site:
        world.bases["website.up.example"] = site.url
        evidence = world.look("up.example", **options)
        assert not site.asked
    assert not any(one.endpoint.startswith("GET") for one in evidence.exchanges)


def test_a_name_that_does_not_resolve_is_not_spoken_to_either(world: World) -> None:
    with serving(lambda asked: Said()) as site:
        world.bases["website.gone.example"] = site.url
        world.look("gone.example", contact=True)
        assert not site.asked


def test_no_redirect_to_another_host_is_followed(world: World) -> None:
    with serving(lambda asked: Said()) as other, serving(lambda asked: Said(301, b"", {"Location": other.url})) as site:
        world.bases["website.up.example"] = site.url
        world.look("up.example", contact=True)
        assert len(site.asked) == 1
        assert not other.asked
    assert "cookie" not in site.asked[0].headers


def test_nobody_listening_is_unreachable(world: World) -> None:
    with serving(lambda asked: Said()) as site:
        world.bases["website.up.example"] = site.url
    verdict = world.verdict("up.example", contact=True)
    assert (verdict.state, verdict.rule) == (State.UNREACHABLE, "website.http.no_connection")


def test_private_addresses_are_not_reached(world: World) -> None:
    world.policy = HttpPolicy(timeout=2.0)
    with serving(lambda asked: Said()) as site:
        world.bases["website.up.example"] = site.url
        verdict = world.verdict("up.example", contact=True)
        assert not site.asked
    assert (verdict.state, verdict.rule) == (State.UNKNOWN, "website.http.private_address")


def tls(context: ssl.SSLContext, work: Callable[[str], Any]) -> Any:  # noqa: ANN401
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ba")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not trust us hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        return work(f"https://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_that_does_not_hold_is_a_finding_and_no_page(world: World, trusted: bool) -> None:
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(ours)
    if trusted:
        authority.configure_trust(theirs)
    world.policy = HttpPolicy(private_addresses=True, timeout=2.0, verify=theirs)

    def look(url: str) -> Verdict:
        world.bases["website.up.example"] = url
        return world.verdict("up.example", contact=True)

    verdict = tls(ours, look)
    assert verdict.rule == ("website.http.ok" if trusted else "website.http.tls")


def test_one_step_within_the_site_is_followed_and_no_second(world: World) -> None:
    with serving(lambda asked: Said(301, b"", {"Location": f"{site.url}{asked.path}home/"})) as site:
        world.bases["website.127.0.0.1"] = site.url
        verdict = world.verdict("127.0.0.1", contact=True)
        assert [asked.path for asked in site.asked] == ["/", "/home/"]
    assert verdict.rule == "website.http.redirect"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_rule_has_its_evidence(example: Any) -> None:  # noqa: ANN401
    verdict = WebsiteProber().judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)


def test_a_hold_outranks_a_page_that_still_answers() -> None:
    held = next(one for one in EXAMPLES if one.name == "website.rdap.client_hold").evidence.exchanges
    page = next(one for one in EXAMPLES if one.name == "website.http.ok").evidence.exchanges[-1]
    verdict = WebsiteProber().judge(EXAMPLES[0].target, Evidence("website/1", "desk", (*held, page)))
    assert verdict.rule == "website.rdap.client_hold"


def test_a_broken_registry_costs_no_verdict(world: World) -> None:
    with serving(lambda asked: Said(500)) as registry:
        world.registry = registry
        verdict = world.verdict("up.example")
    assert (verdict.rule, verdict.identity) == ("website.dns.resolves", None)


def test_the_registries_are_asked_for_their_documents_once(world: World) -> None:
    prober, time = WebsiteProber(), Time()

    async def run() -> None:
        async with Http(Budget(time.clock, time.sleep, Limits(apart=0.0)), time.clock, world.policy) as http:
            bases = {"dns": world.names.place, "rdap": world.registry.url}
            outside = Outside(http, time.clock, "desk", lambda name, host: None, bases)
            for name in ("up", "held", "lapsed"):
                await prober.look(target_of(f"website:channel:{name}.example"), outside)

    asyncio.run(run())
    paths = [asked.path for asked in world.registry.asked]
    assert (paths.count("/dns.json"), paths.count("/ipv4.json")) == (1, 1)
