"""IMAP against Dovecot, SMTP against aiosmtpd: what is there, when it came, its very bytes; nothing marked; failures told apart."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

import pytest
from tests.servers.dovecot import PASSWORD, USER, Dovecot, dovecot
from tests.servers.smtp import smtp

from actionday.records import Secret, SystemClock, UsageError
from actionday.wire import Budget, Limits
from actionday.wire.imap import Imap, MailServer, MailUnreachable, Security
from actionday.wire.smtp import Smtp, letter

T = TypeVar("T")
AT = datetime(2026, 11, 25, 3, 0, 7, tzinfo=UTC)
RAW = b"From: a@b.example\r\nSubject: =?utf-8?q?h=C3=A9?=\r\n\r\nbytes: \xff\xfe\r\n.\r\nend\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def with_imap(
    server: Dovecot, asks: Callable[[Imap], Awaitable[T]], folder: str = "INBOX", password: str = PASSWORD
) -> T:
    async def run() -> T:
        budget = Budget(SystemClock(), limits=Limits(apart=0.0))
        imap = Imap(budget, MailServer("127.0.0.1", server.port, USER, Security.NONE), folder, Secret(password))
        try:
            return await asks(imap)
        finally:
            await imap.close()

    return asyncio.run(run())


def test_messages_come_in_order_with_the_servers_time_and_their_very_bytes(server: Dovecot) -> None:
    server.deliver(RAW, AT, "Bytes")
    server.deliver(RAW, AT.astimezone(timezone(timedelta(hours=5))) + timedelta(hours=1), "Bytes")

    async def read(imap: Imap) -> None:
        listing = await imap.listing()
        first, second = [await imap.fetch(uid) for uid in listing.uids]
        assert first is not None
        assert second is not None
        assert (first.received, first.raw, first.cut) == (AT, RAW, False)
        assert second.received == AT + timedelta(hours=1)
        assert (await imap.listing(listing.uids[0])).uids == listing.uids[1:]
        assert (await imap.listing(listing.uids[1])).uids == ()  # a server names the last one whatever is asked
        assert await imap.fetch(999) is None
        assert imap.source(listing.validity, 1).endswith(f"/Bytes;UIDVALIDITY={listing.validity}/;UID=1")

    with_imap(server, read, "Bytes")
    with server.client() as client:
        client.select("Bytes", readonly=True)
        assert client.search(None, "UNSEEN") == ("OK", [b"1 2"])  # nothing was marked


def test_what_came_since_is_seen_on_the_same_connection_and_after_it_broke(server: Dovecot) -> None:
    server.deliver(RAW, AT, "Later")

    async def read(imap: Imap) -> None:
        assert len((await imap.listing()).uids) == 1
        server.deliver(RAW, AT, "Later")
        assert len((await imap.listing()).uids) == 2
        assert imap._client is not None
        imap._client.socket().shutdown(2)
        with pytest.raises(MailUnreachable):
            await imap.listing()
        assert len((await imap.listing()).uids) == 2

    with_imap(server, read, "Later")


def test_a_folder_that_began_anew_has_another_validity(server: Dovecot) -> None:
    server.deliver(RAW, AT, "Anew")
    before = with_imap(server, lambda imap: imap.listing(), "Anew").validity
    with server.client() as client:
        client.delete("Anew")
        client.create("Other")
        client.rename("Other", "Anew")
    assert with_imap(server, lambda imap: imap.listing(), "Anew").validity != before


def test_failures_are_told_apart(server: Dovecot) -> None:
    with pytest.raises(MailUnreachable):
        with_imap(server, lambda imap: imap.listing(), "No such folder")
    with pytest.raises(MailUnreachable):
        with_imap(Dovecot(1), lambda imap: imap.listing())
    with pytest.raises(UsageError, match=r"imap\.password@127"):
        with_imap(server, lambda imap: imap.listing(), password="another")
    with pytest.raises(UsageError, match="another machine"):
        MailServer("mail.example.org", 143, security=Security.NONE)


def test_a_mail_is_taken_or_it_is_said_that_it_was_not() -> None:
    with smtp() as kept:
        out = Smtp(
            Budget(SystemClock(), limits=Limits(apart=0.0)),
            MailServer("127.0.0.1", kept.port, security=Security.NONE),
            "a@host.example",
            None,
        )
        number = asyncio.run(out.send("duty@host.example", "Wake up", "Now.\n"))
        (mail,) = kept.mails
        assert (mail["To"], mail["Subject"], mail["Message-ID"], mail["Auto-Submitted"]) == (
            "duty@host.example",
            "Wake up",
            number,
            "auto-generated",
        )
        kept.refuses = True
        with pytest.raises(MailUnreachable, match="not now"):
            asyncio.run(out.send("duty@host.example", "Wake up", "Now.\n"))
    with pytest.raises(MailUnreachable):
        asyncio.run(out.send("duty@host.example", "Wake up", "Now.\n"))


def test_nothing_that_is_given_makes_a_second_header() -> None:
    made = letter("a@b.example", "c@d.example\r\nBcc: e@f.example", "one\r\nX-Two: 2", "text")
    assert made["Bcc"] is None
    assert made["X-Two"] is None
    assert made["Subject"] == "one X-Two: 2"
