"""What is asked of XMPP: the account that asks, and questions as XML. All of them read; none of them enters a room."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from xml.etree.ElementTree import Element, SubElement

from actionday.observe.outside import Outside
from actionday.observe.platforms.xmpp.names import DISCO_INFO, MUC_ADMIN
from actionday.wire.xmpp import Login, Xmpp, stream

CREDENTIALS = ("xmpp.jid", "xmpp.password")


def login_of(outside: Outside) -> Login:
    """The account that asks. Raises UsageError where it is not configured.

    `bases` may give ``xmpp`` = ``host:port`` where the account's server is not where its name leads.
    """
    jid = outside.need("xmpp.jid").reveal()
    verify = outside.http.policy.verify
    return Login(
        jid,
        outside.need("xmpp.password"),
        outside.base("xmpp", ""),
        verify if isinstance(verify, ssl.SSLContext) else None,
        outside.http.policy.timeout,
    )


@asynccontextmanager
async def opened(outside: Outside) -> AsyncIterator[Xmpp]:
    """The account's stream. One that could be opened stays so until the round ends: looks one after the other log in once."""
    login = login_of(outside)
    async with stream(login, outside.budget, outside.clock) as xmpp:
        if not xmpp.failure:
            await outside.keep(("xmpp", login.jid), partial(stream, login, outside.budget, outside.clock))
        yield xmpp


def about() -> Element:
    """What are you? (XEP-0030)"""
    return Element(f"{{{DISCO_INFO}}}query")


def holders(affiliation: str) -> Element:
    """Who holds this affiliation? (XEP-0045, 9 and 10)"""
    query = Element(f"{{{MUC_ADMIN}}}query")
    SubElement(query, f"{{{MUC_ADMIN}}}item", affiliation=affiliation)
    return query
