"""HTTP as the product speaks it: no cookies, no redirects unasked, no private addresses, bounded answers, whole rests.

`Http.ask` returns an `Answer` also where none came: then `failure` says in one word why, since to a prober "the name does
not resolve" and "the door is shut" are findings. It raises `HostResting` where the host asked to be left alone for long. Names
are resolved once, checked, and the connection goes to the checked address, so that a name that changes its mind in between
reaches nothing inside. Not for: rendering, scripts, cookies, logins by form.
"""

import asyncio
import hashlib
import ipaddress
import json
import re
import socket
import ssl
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from actionday.records import Clock
from actionday.wire.budget import Budget

FAILURES = ("name", "private_address", "connect", "tls", "timeout", "protocol")
"""Why no answer came: the name does not resolve, it leads to a private address, nobody listens, TLS fails, silence, not HTTP."""
_RETRY = frozenset({429, 503})
_LONGEST_REST = 10 * 366 * 86_400
"""Seconds. A host may ask for any number; beyond ten years a clock could not hold it."""


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """What the wire allows. `private_addresses` is for one's own servers and for tests; `agent` is what hosts see."""

    agent: str = "actionday"
    timeout: float = 20.0
    max_bytes: int = 2 << 20
    private_addresses: bool = False
    verify: ssl.SSLContext | bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is 0 and `failure` one of FAILURES where nothing did; `cut` says that the body was longer."""

    url: str
    at: datetime
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    failure: str = ""
    detail: str = ""

    @property
    def code(self) -> str:
        """The status as text, or the failure."""
        return str(self.status) if self.status else self.failure

    @property
    def sha256(self) -> str:
        """SHA-256 of the body as received, hex; empty where no answer came."""
        return hashlib.sha256(self.body).hexdigest() if self.status else ""

    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body as JSON, or None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class Http:
    """An HTTP client on a budget. Use as an async context manager."""

    def __init__(self, budget: Budget, clock: Clock, policy: HttpPolicy = HttpPolicy()) -> None:
        self.budget, self._clock, self.policy = budget, clock, policy
        context = policy.verify if isinstance(policy.verify, ssl.SSLContext) else ssl.create_default_context()
        backend = _Checked(httpcore.AnyIOBackend(), policy.private_addresses)
        self._pool = httpcore.AsyncConnectionPool(ssl_context=context, network_backend=backend, max_connections=100)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """One request, one turn at the host. Raises HostResting; every other mishap is an Answer with a `failure`."""
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError) as error:
            return Answer(url, self._clock.now(), failure="protocol", detail=str(error))
        request = _request(
            method, parsed, {"User-Agent": self.policy.agent, **(headers or {})}, body, self.policy.timeout
        )
        host, most = parsed.netloc.decode("ascii").casefold(), max_bytes or self.policy.max_bytes
        async with self.budget.turn(host):
            answer = await self._ask(url, request, most)
        wait = rest_asked(answer, self._clock.now())
        if wait is not None:
            self.budget.hold(host, wait)
            async with self.budget.turn(host):  # sits out a short rest, raises for a long one
                answer = await self._ask(url, request, most)
            again = rest_asked(answer, self._clock.now())
            if again is not None:
                self.budget.hold(host, again)
        return answer

    async def _ask(self, url: str, request: "_Request", most: int) -> Answer:
        at = self._clock.now()
        try:
            # A whole answer has its time too: one that drips for ever is silence.
            async with (
                asyncio.timeout(self.policy.timeout * 3),
                self._pool.stream(
                    request.method,
                    request.url,
                    headers=list(request.headers),
                    content=request.body,
                    extensions=request.extensions,
                ) as response,
            ):
                data, cut = await _at_most(response.aiter_stream(), most)
                return Answer(url, at, response.status, _headers(response.headers), data, cut)
        except _PrivateAddress as error:
            return Answer(url, at, failure="private_address", detail=str(error))
        except (httpcore.TimeoutException, TimeoutError) as error:
            return Answer(url, at, failure="timeout", detail=repr(error))
        except httpcore.ConnectError as error:
            return Answer(url, at, failure=_why(error), detail=str(error))
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
            return Answer(url, at, failure="protocol", detail=repr(error))


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: httpcore.URL
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | None
    extensions: dict[str, Any]


def _request(method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None, timeout: float) -> _Request:
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    told = {"Host": url.netloc.decode("ascii"), "Accept": "*/*", "Accept-Encoding": "identity", **headers}
    pairs = tuple((name.encode("ascii"), value.encode("utf-8")) for name, value in told.items())
    span = dict.fromkeys(("connect", "read", "write", "pool"), timeout)
    return _Request(method, target, pairs, body, {"timeout": span})


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Names in lower case; values of a repeated name joined by commas."""
    held: dict[str, str] = {}
    for raw, value in pairs:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        held[name] = f"{held[name]}, {text}" if name in held else text
    return held


def rest_asked(answer: Answer, now: datetime) -> datetime | None:
    """Until when the host asks to be left alone: `Retry-After` of a 429 or 503, a minute for a 429 that names none."""
    if answer.status not in _RETRY:
        return None
    told = answer.headers.get("retry-after", "").strip()[:64]
    if re.fullmatch(r"[0-9]+", told):
        return now + timedelta(seconds=min(int(told), _LONGEST_REST))
    try:
        until = parsedate_to_datetime(told)
        return until.replace(tzinfo=UTC) if until.tzinfo is None else until.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return now + timedelta(seconds=60) if answer.status == 429 else None


async def _at_most(pieces: AsyncIterable[bytes], most: int) -> tuple[bytes, bool]:
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) > most:
            return bytes(held[:most]), True
    return bytes(held), False


def _why(error: BaseException) -> str:
    """Name, tls or connect, from the error and what lies behind it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, socket.gaierror):
            return "name"
        if isinstance(seen, ssl.SSLError):
            return "tls"
        seen = seen.__cause__ or seen.__context__
    return "connect"


class _PrivateAddress(Exception):
    """The name leads to an address that is not on the public internet."""


class _Checked(httpcore.AsyncNetworkBackend):
    """Resolves names itself and connects to the address it has looked at."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend, private: bool) -> None:
        self._inner, self._private = inner, private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of the name that is allowed and answers."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        allowed = [address for address in addresses if self._private or is_public(address)]
        if not allowed:
            raise _PrivateAddress(f"{host} leads to {', '.join(addresses)}")
        for last, address in enumerate(allowed, 1):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                if last == len(allowed):
                    raise
        raise AssertionError("unreachable")

    async def sleep(self, seconds: float) -> None:
        """As the inner backend."""
        await self._inner.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet (no loopback, private, link-local, mapped or special range)."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_global and not parsed.is_multicast
