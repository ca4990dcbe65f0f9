"""A mailbox over IMAP4rev1, read only: which messages there are, when the server received each, and the bytes as they came.

The mailbox is opened with EXAMINE and bodies are fetched with PEEK, so nothing is marked, moved or deleted. UIDs are the server's and rise; a new
UIDVALIDITY means that they began anew. One connection, opened when it is needed and again after it broke; a turn of the budget for each request.
Not for: what a message says, or which were taken before.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import quote

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from actionday.records import ActiondayError, Secret, UsageError
from actionday.wire.budget import Budget

T = TypeVar("T")
LARGEST = 128 << 20
"""Bytes of a message that are fetched; of a larger one so many, and it says so."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MailUnreachable(ActiondayError):
    """The mail server does not answer, or breaks off: try again."""


class Security(StrEnum):
    """How a mail server is spoken to."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """on this machine only"""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a mail server is and how it is spoken to. Raises UsageError for an open connection to another machine."""

    host: str
    port: int
    user: str = ""
    security: Security = Security.TLS

    def __post_init__(self) -> None:
        if self.security is Security.NONE and self.host not in _LOOPBACK:
            raise UsageError(f"{self.host} is another machine: security is tls or starttls")

    @property
    def place(self) -> str:
        """Host and port, as the budget knows it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Listing:
    """The UIDs of a folder in rising order, under their UIDVALIDITY."""

    validity: int
    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """One message: the server's time of receipt in UTC (INTERNALDATE), and its bytes; `cut` where there were more."""

    uid: int
    received: datetime
    raw: bytes
    cut: bool = False


class Imap:
    """One folder of a mailbox. Use as long as there is something to read, then `close`."""

    def __init__(
        self, budget: Budget, server: MailServer, folder: str, password: Secret, context: ssl.SSLContext | None = None
    ) -> None:
        self._budget, self._server, self._folder, self._password = budget, server, folder, password
        self._context = context or ssl.create_default_context()
        self._client: IMAPClient | None = None
        self._validity = 0

    def source(self, validity: int, uid: int) -> str:
        """How a message is named for good: a URL as of RFC 5092, without the user."""
        folder = quote(self._folder, safe="")
        return f"imap://{self._server.place}/{folder};UIDVALIDITY={validity}/;UID={uid}"

    async def listing(self, after: int = 0) -> Listing:
        """Messages with a UID above `after`. Raises MailUnreachable, and UsageError where the server knows neither user nor folder."""
        return await self._turn(lambda client: self._listed(client, after))

    async def fetch(self, uid: int) -> Mail | None:
        """One message; None where it is there no more. Raises as `listing`."""
        return await self._turn(lambda client: _fetched(client, uid))

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            await asyncio.to_thread(_logout, client)

    async def _turn(self, asks: Callable[[IMAPClient], T]) -> T:
        async with self._budget.turn(self._server.place):
            return await asyncio.to_thread(self._ask, asks)

    def _ask(self, asks: Callable[[IMAPClient], T]) -> T:
        try:
            if self._client is None:
                self._client = self._opened()
            return asks(self._client)
        except (UsageError, MailUnreachable):
            self._drop()
            raise
        except (IMAPClientError, OSError, ValueError) as error:
            self._drop()
            raise MailUnreachable(f"{self._server.place}: {error}") from error

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # it is broken already, in whatever way
                client.shutdown()

    def _opened(self) -> IMAPClient:
        server = self._server
        client = IMAPClient(
            server.host, server.port, use_uid=True, ssl=server.security is Security.TLS, ssl_context=self._context, timeout=30
        )  # fmt: skip
        self._client = client  # whatever fails from here on, it is let go of
        client.normalise_times = False
        if server.security is Security.STARTTLS:
            client.starttls(self._context)
        try:
            client.login(server.user, self._password.reveal())
        except LoginError as error:
            raise UsageError(
                f"{server.place} does not let {server.user} in: credential imap.password@{server.host}"
            ) from error
        self._examine(client)
        return client

    def _examine(self, client: IMAPClient) -> None:
        told = client.select_folder(self._folder, readonly=True)
        self._validity = int(told[b"UIDVALIDITY"])

    def _listed(self, client: IMAPClient, after: int) -> Listing:
        self._examine(client)  # also where messages came since, and the folder may be another by now
        found = client.search(["UID", f"{after + 1}:*"])
        return Listing(self._validity, tuple(sorted(int(uid) for uid in found if int(uid) > after)))


def _fetched(client: IMAPClient, uid: int) -> Mail | None:
    known: dict[bytes, Any] | None = client.fetch([uid], ["INTERNALDATE", "RFC822.SIZE"]).get(uid)
    if known is None:
        return None
    cut = int(known[b"RFC822.SIZE"]) > LARGEST
    what = f"BODY.PEEK[]<0.{LARGEST}>" if cut else "BODY.PEEK[]"
    told = client.fetch([uid], [what]).get(uid)
    if told is None:
        return None
    raw = next((value for name, value in told.items() if name.startswith(b"BODY[]")), None)
    received: datetime = known[b"INTERNALDATE"]
    if raw is None or received.tzinfo is None:
        raise MailUnreachable(f"the server gave message {uid} without its body or its time")
    return Mail(uid, received.astimezone(UTC), bytes(raw), cut)


def _logout(client: IMAPClient) -> None:
    with suppress(IMAPClientError, OSError):
        client.logout()
