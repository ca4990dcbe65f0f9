"""RDAP against a server on loopback: bootstrap by document, the shortest registered name, organisations and nobody else."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from tests.servers.registries import RDAP, domain, network, person, registries
from tests.wire.served import Said, Served, serving
from tests.wire.test_budget import Time

from actionday.wire import Budget, Http, HttpPolicy, Limits
from actionday.wire.rdap import Rdap, RdapAnswer

T = TypeVar("T")
OWN = HttpPolicy(private_addresses=True, timeout=5.0)
DOMAINS = {
    "lorem.example": domain("lorem.example", "client hold", "active"),
    "ipsum.co.example": domain("ipsum.co.example"),
    "broken.example": Said(200, b"<html>", RDAP),
    "list.example": Said(200, b"[]", RDAP),
    "odd.example": {"status": "active", "entities": [7, {"roles": "registrar"}], "events": {"a": 1}, "ldhName": 5},
    "busy.example": Said(503, b"", {"Retry-After": "1"}),
}
NETWORKS = {"192.0.2.7": network("LOREM-NET", person("abuse", "Desk", email="abuse@host.example"))}


def asking(work: Callable[[Rdap], Coroutine[Any, Any, T]], time: Time | None = None) -> tuple[T, Served]:
    time, held = time or Time(), Served("", "")

    async def run(base: str) -> T:
        async with Http(Budget(time.clock, time.sleep, Limits(apart=0.0)), time.clock, OWN) as http:
            return await work(Rdap(http, time.clock, base))

    with serving(registries(lambda: held.url, DOMAINS, NETWORKS, ("example", "co.example"))) as served:
        held.url = served.url
        return asyncio.run(run(served.url)), served


def last(host: str) -> RdapAnswer:
    return asking(lambda rdap: rdap.domain(host))[0][-1]


def test_what_a_referral_needs_is_picked_out() -> None:
    answer = last("www.lorem.example")
    assert (answer.code, answer.name, answer.handle) == ("200", "lorem.example", "D1")
    assert answer.status == ("active", "clienthold")
    assert (answer.registrar, answer.abuse) == ("Lorem Registrar", ("abuse@registrar.example",))
    assert answer.registered == "2019-01-02T00:00:00Z"


def test_natural_persons_stay_out() -> None:
    assert last("lorem.example").organisation == ""
    registrant = person("registrant", "Lorem e. V.", kind="org")
    DOMAINS["org.example"] = {**domain("org.example"), "entities": [registrant]}
    assert last("org.example").organisation == "Lorem e. V."


def test_the_longest_ending_leads_and_the_shortest_known_name_answers() -> None:
    answers, served = asking(lambda rdap: rdap.domain("a.b.ipsum.co.example"))
    assert [answer.name for answer in answers] == ["ipsum.co.example"]
    assert [asked.path for asked in served.asked] == ["/dns.json", "/domain/ipsum.co.example"]


def test_an_unknown_name_is_asked_for_a_few_times_and_no_more() -> None:
    answers, _ = asking(lambda rdap: rdap.domain("a.b.c.d.e.gone.example"))
    assert [answer.code for answer in answers] == ["404"] * 3


@pytest.mark.parametrize("host", ["lorem.nowhere", "example", ""])
def test_where_no_server_is_responsible_none_is_asked(host: str) -> None:
    answers, served = asking(lambda rdap: rdap.domain(host))
    assert [answer.code for answer in answers] == ["no-server"]
    assert len(served.asked) == 1


@pytest.mark.parametrize(
    ("name", "code"), [("broken", "no-json"), ("list", "no-json"), ("odd", "200"), ("busy", "503")]
)
def test_answers_that_are_none_say_so(name: str, code: str) -> None:
    answer = last(f"{name}.example")
    assert answer.code == code
    assert (answer.status, answer.registrar) == ((), "")


def test_networks_are_found_by_their_prefix() -> None:
    answer, _ = asking(lambda rdap: rdap.network("192.0.2.7"))
    assert (answer.name, answer.country, answer.abuse) == ("LOREM-NET", "XX", ("abuse@host.example",))
    for elsewhere in ("198.51.100.1", "2001:db9::1", "no address"):
        assert asking(lambda rdap, ip=elsewhere: rdap.network(ip))[0].code == "no-server"  # type: ignore[misc]


def test_the_bootstrap_document_is_fetched_once_a_day() -> None:
    time = Time()

    async def work(rdap: Rdap) -> None:
        for days in (0, 0, 2):
            time.clock.move_to(time.clock.now() + timedelta(days=days))
            await rdap.domain("lorem.example")

    _, served = asking(work, time)
    assert [asked.path for asked in served.asked].count("/dns.json") == 2


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b"[]", b'{"services": 7}', b'{"services": [[1], ["a", "b"], [["example"], [""]]]}', b"[" * 50_000],
)
def test_a_broken_bootstrap_document_leads_nowhere(document: bytes) -> None:
    time = Time()

    async def run(base: str) -> list[RdapAnswer]:
        async with Http(Budget(time.clock, time.sleep), time.clock, OWN) as http:
            return await Rdap(http, time.clock, base).domain("lorem.example")

    with serving(lambda asked: Said(200, document)) as served:
        assert [answer.code for answer in asyncio.run(run(served.url))] == ["no-server"]


def test_https_is_preferred() -> None:
    services = {"services": [[["example"], ["http://a.example/", "https://b.example/rdap"]]]}

    async def run(base: str) -> list[RdapAnswer]:
        time = Time()
        policy = HttpPolicy(timeout=1.0)  # nothing private: the answer says where it would have gone
        async with Http(Budget(time.clock, time.sleep), time.clock, OWN) as http:
            rdap = Rdap(http, time.clock, base)
            await rdap.domain("x.nowhere")
            async with Http(Budget(time.clock, time.sleep), time.clock, policy) as guarded:
                rdap.http = guarded
                return await rdap.domain("lorem.example")

    with serving(lambda asked: Said(200, json.dumps(services).encode())) as served:
        assert asyncio.run(run(served.url))[0].endpoint == "https://b.example/rdap/domain/lorem.example"
