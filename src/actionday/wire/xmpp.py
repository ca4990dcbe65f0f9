"""XMPP as the product speaks it: one stream for an account, questions and their answers, nothing else.

The account stays invisible: no presence is sent, no roster asked for, no subscription answered, no room joined. Questions go on the
wire with a turn at the host that is asked. Archived messages are taken only from the room that was asked, and only those that
carry the question's own id, since anyone may send this account a message that looks like one. Everybody who needs the stream at
the same time shares it; the last to leave closes it. Needs the extra `xmpp` (slixmpp).

Not for: what an answer means (probers, live readers), or talking to people.
"""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary
from xml.etree import ElementTree

from actionday.records import Clock, Secret, UsageError
from actionday.wire.budget import Budget

FAILURES = ("name", "connect", "tls", "timeout", "protocol")
"""Why no answer came: the server's name does not resolve, nobody listens, TLS fails, silence, not XMPP."""
_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"
_MAM, _RSM = "urn:xmpp:mam:2", "http://jabber.org/protocol/rsm"
_MOST_IN_A_PAGE = 1000
_REST, _AFTER_FAILURE = timedelta(seconds=60), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Login:
    """Whose stream. `address` is ``host:port`` of one's own server where its name does not lead there; `verify` checks its TLS."""

    jid: str
    password: Secret
    address: str = ""
    verify: ssl.SSLContext | None = None
    timeout: float = 20.0

    @property
    def domain(self) -> str:
        """The account's server."""
        return self.jid.partition("/")[0].rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `code` is ``result``, the error's condition (``item-not-found``), or one of FAILURES.

    `xml` is the whole stanza, `text` the error's text, `says` the text inside the condition (a ``<gone>``'s address).
    """

    at: datetime
    code: str
    xml: str = ""
    says: str = ""
    text: str = ""
    element: Any = field(default=None, compare=False, repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of what was answered without its envelope, whose ids change; empty where no answer came."""
        if self.element is None:
            return ""
        inside = b"".join(ElementTree.tostring(child) for child in self.element)
        return hashlib.sha256(inside).hexdigest()


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of an archive: the answer to the question, the messages as they came, and whether there are no more after them."""

    reply: Reply
    messages: tuple[str, ...] = ()
    last: str | None = None
    complete: bool = False


class Xmpp:
    """A stream that is open, or a reason why there is none."""

    def __init__(self, client: Any, failure: str, budget: Budget, clock: Clock, timeout: float) -> None:  # noqa: ANN401
        self._client, self.failure, self._budget, self._clock = client, failure, budget, clock
        self._timeout = timeout
        self._questions = 0

    async def ask(self, to: str, payload: ElementTree.Element, *, kind: str = "get") -> Reply:
        """One question to an address. Raises HostResting; every other mishap is a Reply that says it."""
        async with self._budget.turn(host_of(to)):
            reply = await self._ask(to, payload, kind)
        if reply.code == "resource-constraint":  # the service says that it has too much to do, and not for how long
            self._budget.hold(host_of(to), self._clock.now() + _REST, "it says that it has too much to do")
        return reply

    async def page(self, room: str, after: str | None, size: int = 100) -> Page:
        """The next messages of a room's archive, after an id or from the beginning."""
        self._questions += 1
        wanted = f"actionday-{self._questions}"
        query = ElementTree.Element(f"{{{_MAM}}}query", queryid=wanted)
        rest = ElementTree.SubElement(query, f"{{{_RSM}}}set")
        ElementTree.SubElement(rest, f"{{{_RSM}}}max").text = str(size)
        if after:
            ElementTree.SubElement(rest, f"{{{_RSM}}}after").text = after
        with _Listening(self._client, room, wanted) as messages:
            reply = await self.ask(room, query, kind="set")
        fin = reply.element.find(f"{{{_MAM}}}fin") if reply.code == "result" else None
        last = fin.findtext(f"{{{_RSM}}}set/{{{_RSM}}}last") if fin is not None else None
        complete = fin is not None and (fin.get("complete") in ("true", "1") or not messages)
        return Page(reply, tuple(messages), last, complete)

    async def _ask(self, to: str, payload: ElementTree.Element, kind: str) -> Reply:
        at = self._clock.now()
        if self._client is None:
            return Reply(at, self.failure)
        from slixmpp.exceptions import IqError, IqTimeout

        try:
            question = self._client.make_iq(ito=to, itype=kind)
            question.xml.append(payload)
            answer = (await question.send(timeout=self._timeout)).xml
        except IqError as error:
            answer = error.iq.xml
        except IqTimeout:
            return Reply(at, "timeout")
        except ValueError:  # an address that is none
            return Reply(at, "jid-malformed")
        return _reply(at, answer)


@dataclass(slots=True)
class _Shared:
    users: int = 0
    client: Any = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)


_STREAMS: WeakKeyDictionary[Budget, dict[str, _Shared]] = WeakKeyDictionary()


@asynccontextmanager
async def stream(login: Login, budget: Budget, clock: Clock) -> AsyncIterator[Xmpp]:
    """The account's stream, shared by all who hold it at the time. Raises UsageError where the server does not know the login."""
    shared = _STREAMS.setdefault(budget, {}).setdefault(login.jid, _Shared())
    shared.users += 1
    try:
        failure = ""
        async with shared.opening:
            if shared.client is None or not shared.client.is_connected():
                async with budget.turn(login.domain):
                    shared.client, failure = await _connect(login)
                if failure:  # everybody else would knock at the same shut door; their work stays due
                    budget.hold(login.domain, clock.now() + _AFTER_FAILURE, f"no stream could be opened ({failure})")
        yield Xmpp(shared.client, failure, budget, clock, login.timeout)
    finally:
        shared.users -= 1
        if not shared.users and shared.client is not None:
            client, shared.client = shared.client, None
            await client.disconnect(wait=2.0)


async def _connect(login: Login) -> tuple[Any, str]:
    """A client whose stream is bound, or None and why."""
    client = _client(login)
    opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    failed = "timeout"

    def settle(word: str) -> None:
        if not opened.done():
            opened.set_result(word)

    def note(error: object) -> None:
        nonlocal failed
        failed = _why(error)
        if login.address:
            settle(failed)

    client.add_event_handler("session_start", lambda _: settle(""))
    client.add_event_handler("failed_all_auth", lambda _: settle("auth"))
    client.add_event_handler("connection_failed", note)
    client.add_event_handler("ssl_invalid_chain", lambda _: settle("tls"))
    client.add_event_handler("disconnected", lambda _: settle("protocol"))
    host, _, port = login.address.rpartition(":")
    if login.address:
        client.connect(host, int(port))
    else:
        client.connect()
    try:
        word = await asyncio.wait_for(opened, login.timeout)
    except TimeoutError:
        word = failed
    if not word:
        return client, ""
    client.cancel_connection_attempt()
    await client.disconnect(wait=1.0)
    if word == "auth":
        raise UsageError(f"{login.domain} does not accept xmpp.jid with xmpp.password: check both")
    return None, word


def _client(login: Login) -> Any:  # noqa: ANN401 - slixmpp's client
    try:
        from slixmpp import ClientXMPP
    except ImportError as error:
        raise UsageError("XMPP needs slixmpp: pip install 'actionday[xmpp]'") from error
    client = ClientXMPP(login.jid, login.password.reveal())
    client.auto_authorize, client.auto_subscribe = None, False  # who asks to see this account gets no answer
    client.enable_plaintext = False
    client.enable_direct_tls = not login.address  # one's own address is spoken to with STARTTLS
    if login.verify is not None:
        client.ssl_context = login.verify
    return client


class _Listening:
    """Collects archived messages that a room sends in answer to one question."""

    def __init__(self, client: Any, room: str, wanted: str) -> None:  # noqa: ANN401
        self._client, self._room, self._wanted, self._name = client, room.lower(), wanted, f"archive {wanted}"
        self._found: list[str] = []

    def __enter__(self) -> list[str]:
        if self._client is not None:
            from slixmpp.xmlstream.handler import Callback
            from slixmpp.xmlstream.matcher import MatchXPath

            path = f"{{jabber:client}}message/{{{_MAM}}}result"
            self._client.register_handler(Callback(self._name, MatchXPath(path), self._take))
        return self._found

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.remove_handler(self._name)

    def _take(self, message: Any) -> None:  # noqa: ANN401
        result = message.xml.find(f"{{{_MAM}}}result")
        theirs = (message.xml.get("from") or "").lower() == self._room
        if theirs and result.get("queryid") == self._wanted and len(self._found) < _MOST_IN_A_PAGE:
            self._found.append(_text(message.xml))


def host_of(address: str) -> str:
    """The host in an address."""
    return address.partition("/")[0].rpartition("@")[2].lower()


def _reply(at: datetime, answer: Any) -> Reply:  # noqa: ANN401
    if answer.get("type") == "result":
        return Reply(at, "result", _text(answer), element=answer)
    error = answer.find("{jabber:client}error")
    told = [one for one in error if one.tag.startswith(f"{{{_ERRORS}}}")] if error is not None else []
    condition = next((one for one in told if not one.tag.endswith("}text")), None)
    text = next((one.text or "" for one in told if one.tag.endswith("}text")), "")
    code = condition.tag.partition("}")[2] if condition is not None else "protocol"
    return Reply(at, code, _text(answer), (condition.text or "") if condition is not None else "", text, answer)


def _text(element: Any) -> str:  # noqa: ANN401
    """A stanza as it stands inside of an element of the namespace ``jabber:client``."""
    from slixmpp.xmlstream.tostring import tostring

    return str(tostring(element, xmlns="jabber:client"))


def _why(error: object) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    return "connect" if isinstance(error, OSError) else "name"
