"""HTTP against real sockets on loopback: bounded, cookie-free, guarded, patient."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from tests.wire.served import Asked, Said, serving
from tests.wire.test_budget import Time

from actionday.records import FixedClock
from actionday.wire import Answer, Budget, HostResting, Http, HttpPolicy, Limits
from actionday.wire.http import is_public, rest_asked

T = TypeVar("T")
START = datetime(2020, 1, 1, tzinfo=UTC)
OWN = HttpPolicy(agent="actionday/test", private_addresses=True, timeout=5.0, max_bytes=1000)


def with_http(policy: HttpPolicy, work: Callable[[Http], Coroutine[Any, Any, T]], time: Time | None = None) -> T:
    time = time or Time()

    async def run() -> T:
        async with Http(Budget(time.clock, time.sleep, Limits(apart=0.0)), time.clock, policy) as http:
            return await work(http)

    return asyncio.run(run())


async def get(url: str, http: Http) -> Answer:
    return await http.ask("GET", url)


def test_an_answer_carries_status_body_and_hash_and_no_cookie_goes_back() -> None:
    def answer(asked: Asked) -> Said:
        return Said(410, b'{"a": 1}', {"Set-Cookie": "who=me", "Location": "/x"})

    async def twice(http: Http) -> list[Answer]:
        return [await http.ask("GET", f"{served.url}/a") for _ in range(2)]

    with serving(answer) as served:
        first, _ = with_http(OWN, twice)
    assert (first.status, first.code, first.json(), first.failure) == (410, "410", {"a": 1}, "")
    assert len(first.sha256) == 64
    assert [asked.path for asked in served.asked] == ["/a", "/a"]
    assert all("cookie" not in asked.headers for asked in served.asked)
    assert served.asked[0].headers["user-agent"] == "actionday/test"


def test_redirects_are_answers_and_long_bodies_are_cut() -> None:
    with serving(lambda asked: Said(302, b"x" * 5000, {"Location": "http://elsewhere.example/"})) as served:
        answer = with_http(OWN, lambda http: http.ask("GET", served.url))
    assert (answer.status, len(answer.body), answer.cut) == (302, 1000, True)
    assert answer.headers["location"] == "http://elsewhere.example/"


def test_private_addresses_are_refused_without_a_packet() -> None:
    with serving(lambda asked: Said()) as served:
        answer = with_http(HttpPolicy(), lambda http: http.ask("GET", served.url))
    assert (answer.status, answer.failure) == (0, "private_address")
    assert served.asked == []


def test_failures_have_their_word() -> None:
    with socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        port = shut.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as silent, serving(lambda asked: Said()) as plain:
        quick = HttpPolicy(private_addresses=True, timeout=0.2)
        asked = {
            "connect": f"http://127.0.0.1:{port}/",
            "timeout": f"http://127.0.0.1:{silent.getsockname()[1]}/",
            "tls": plain.url.replace("http:", "https:"),
            "protocol": "gopher://127.0.0.1/",
        }
        for failure, url in asked.items():
            answer = with_http(quick, partial(get, url))
            assert (answer.failure, answer.code, answer.status, answer.sha256) == (failure, failure, 0, "")


def test_a_name_that_does_not_resolve_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(self: object, *args: object, **named: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", nowhere)
    assert with_http(OWN, lambda http: http.ask("GET", "http://gone.example/")).failure == "name"


def test_retry_after_is_honoured_in_full() -> None:
    told = iter([Said(429, b"", {"Retry-After": "30"}), Said(200, b"ok")])
    time = Time()
    with serving(lambda asked: next(told)) as served:
        answer = with_http(OWN, lambda http: http.ask("GET", served.url), time)
    assert answer.status == 200
    assert time.clock.now() == START + timedelta(seconds=30)

    with serving(lambda asked: Said(429, b"", {"Retry-After": "3600"})) as served, pytest.raises(HostResting) as rest:
        with_http(OWN, lambda http: http.ask("GET", served.url))
    assert rest.value.until == START + timedelta(hours=1)
    assert len(served.asked) == 1


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120),
        (503, "Wed, 01 Jan 2020 00:05:00 GMT", 300),
        (429, "", 60),
        (429, "soon", 60),
        (429, "²", 60),
        (503, "9" * 5000, 10 * 366 * 86_400),
        (429, "Fri, 31 Dec 9999 23:59:59 -2359", 60),
        (503, "", None),
        (200, "120", None),
    ],
)
def test_what_a_host_asks_for(status: int, header: str, seconds: int | None) -> None:
    answer = Answer("http://a", START, status, {"retry-after": header} if header else {})
    asked = rest_asked(answer, FixedClock(START).now())
    assert asked == (None if seconds is None else START + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("2606:4700::1111", True),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
