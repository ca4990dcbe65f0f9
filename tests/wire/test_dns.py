"""DNS against a server on loopback: codes kept apart, one turn a name, silence told as silence."""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.servers.names import naming
from tests.wire.test_budget import Time

from actionday.records import UsageError
from actionday.wire import Budget, HostResting, Limits
from actionday.wire.dns import Dns, DnsAnswer

ZONES = {
    "up.example": "up.example. 60 IN A 192.0.2.7\nup.example. 60 IN A 192.0.2.5\nup.example. 60 IN NS ns1.Host.example.",
    "www.example": "www.example. 60 IN CNAME edge.cdn.example.\nedge.cdn.example. 60 IN A 192.0.2.9",
    "fail.example": "!SERVFAIL",
    "no.example": "!REFUSED",
    "mute.example": "!silence",
    "noise.example": "!noise",
    "bare.example": "bare.example. 60 IN TXT lorem",
}


def ask(name: str, *kinds: str, servers: tuple[str, ...] = (), time: Time | None = None) -> list[DnsAnswer]:
    time = time or Time()

    async def run(places: tuple[str, ...]) -> list[DnsAnswer]:
        budget = Budget(time.clock, time.sleep, Limits(apart=1.0))
        return await Dns(budget, time.clock, places, timeout=0.2).ask(name, kinds)

    if servers:
        return asyncio.run(run(servers))
    with naming(ZONES) as names:
        return asyncio.run(run((names.place,)))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("up.example", "NOERROR"),
        ("gone.example", "NXDOMAIN"),
        ("fail.example", "SERVFAIL"),
        ("no.example", "REFUSED"),
        ("mute.example", "timeout"),
        ("bare.example", "NODATA"),
        ("a..example", "bad-name"),
        (f"{'a' * 64}.example", "bad-name"),
    ],
)
def test_codes_are_kept_apart(name: str, code: str) -> None:
    (answer,) = ask(name, "A")
    assert answer.code == code
    assert bool(answer.records) == (code == "NOERROR")


def test_records_are_sorted_and_aliases_are_told() -> None:
    a, ns = ask("up.example", "A", "NS")
    assert a.records == ("192.0.2.5", "192.0.2.7")
    assert ns.records == ("ns1.host.example",)
    (alias,) = ask("www.example", "A")
    assert (alias.records, alias.aliases) == (("192.0.2.9",), ("edge.cdn.example",))


def test_noise_in_place_of_an_answer_is_no_answer() -> None:
    assert ask("noise.example", "A")[0].code in ("timeout", "unreachable")


def test_the_next_server_is_asked_where_one_is_silent() -> None:
    with naming({"up.example": "!silence"}) as mute, naming(ZONES) as names:
        (answer,) = ask("up.example", "A", servers=(mute.place, names.place))
    assert answer.code == "NOERROR"


def test_all_questions_about_a_name_are_one_turn() -> None:
    time = Time()
    with naming(ZONES) as names:
        budget = Budget(time.clock, time.sleep, Limits(apart=1.0))
        asyncio.run(Dns(budget, time.clock, (names.place,)).ask("up.example", ("A", "AAAA", "NS")))
        assert dict(budget.turns) == {"dns up.example": 1}
        assert len(names.asked) == 3


def test_a_name_that_is_to_be_left_alone_is() -> None:
    time = Time()
    with naming(ZONES) as names:
        budget = Budget(time.clock, time.sleep)
        budget.hold("dns up.example", datetime(2030, 1, 1, tzinfo=UTC))
        with pytest.raises(HostResting):
            asyncio.run(Dns(budget, time.clock, (names.place,)).ask("up.example", ("A",)))
        assert not names.asked


@pytest.mark.parametrize("server", ["", "127.0.0.1:dns", "127.0.0.1:0", "127.0.0.1:99999"])
def test_a_server_that_is_none_is_refused_in_words(server: str) -> None:
    with pytest.raises(UsageError, match="is no DNS server"):
        ask("up.example", "A", servers=(server,))
