"""People on a test's XMPP server, who make rooms, speak in them and end them. Only tests enter rooms; the product never does."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from slixmpp import ClientXMPP
from tests.servers.xmpp import HOST, ROOMS, XmppServer, password

_MUC = "http://jabber.org/protocol/muc"


class Person:
    """Somebody who is logged in; `seen` are the presences and messages that reached them, as XML."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - slixmpp's client
        self.client = client
        self.seen: list[str] = []
        for event in ("presence", "message"):
            client.add_event_handler(event, lambda stanza: self.seen.append(ElementTree.tostring(stanza.xml).decode()))

    async def ask(self, to: str, kind: str, payload: str) -> Any:  # noqa: ANN401
        """A question, answered with a result."""
        iq = self.client.make_iq(ito=to, itype=kind)
        iq.xml.append(ElementTree.fromstring(payload))
        return await iq.send(timeout=10)

    async def enter(self, room: str, nick: str) -> None:
        """Enter a room; done when the room shows it."""
        presence = self.client.make_presence(pto=f"{room}/{nick}")
        presence.xml.append(ElementTree.fromstring(f"<x xmlns='{_MUC}'/>"))
        presence.send()
        await self.until(lambda: any(f"{room}/{nick}" in one and "presence" in one for one in self.seen))

    async def configure(self, room: str, **options: object) -> None:
        """Set a room's options, ``muc#roomconfig_…``."""
        fields = "".join(f"<field var='muc#roomconfig_{k}'><value>{v}</value></field>" for k, v in options.items())
        form = f"<field var='FORM_TYPE'><value>{_MUC}#roomconfig</value></field>{fields}"
        await self.ask(
            room, "set", f"<query xmlns='{_MUC}#owner'><x xmlns='jabber:x:data' type='submit'>{form}</x></query>"
        )

    async def say(self, room: str, texts: Sequence[str]) -> None:
        """Speak; done when the room has sent the last of it back."""
        for text in texts:
            self.client.make_message(mto=room, mbody=text, mtype="groupchat").send()
        await self.until(lambda: any(escape(texts[-1]) in one for one in self.seen))

    async def destroy(self, room: str, venue: str = "", reason: str = "") -> None:
        """End a room, naming another or not."""
        jid = f" jid='{venue}'" if venue else ""
        inside = f"<reason>{reason}</reason>" if reason else ""
        await self.ask(room, "set", f"<query xmlns='{_MUC}#owner'><destroy{jid}>{inside}</destroy></query>")

    async def until(self, condition: Any) -> None:  # noqa: ANN401
        """Wait for something to have arrived."""
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)


def trusting(server: XmppServer) -> ssl.SSLContext:
    """TLS that trusts the test's authority alone."""
    return ssl.create_default_context(cafile=str(server.authority))


@asynccontextmanager
async def logged_in(server: XmppServer, name: str) -> AsyncIterator[Person]:
    """A person on the server until the block ends."""
    client: Any = ClientXMPP(f"{name}@{HOST}", password(name))
    client.ssl_context, client.enable_direct_tls = trusting(server), False
    ready = asyncio.Event()
    client.add_event_handler("session_start", lambda _: ready.set())
    person = Person(client)
    host, _, port = server.address.rpartition(":")
    client.connect(host, int(port))
    async with asyncio.timeout(20):
        await ready.wait()
    client.send_presence()
    try:
        yield person
    finally:
        await client.disconnect()


async def open_room(person: Person, name: str, texts: Sequence[str] = (), **options: object) -> str:
    """A persistent room with its owner inside, public unless `options` say otherwise."""
    room = f"{name}@{ROOMS}"
    await person.enter(room, "Al")
    told: dict[str, object] = {
        "roomname": f"lo {name}",
        "persistentroom": 1,
        "publicroom": 1,
        "membersonly": 0,
        **options,
    }
    await person.configure(room, **told)
    if texts:
        await person.say(room, texts)
    return room
