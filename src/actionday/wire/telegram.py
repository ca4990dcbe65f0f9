"""Telegram's own protocol (MTProto) as far as reading goes, through Telethon: one session, one request a turn.

No update is received, nothing joins, subscribes, sends or marks as read: there is a method for each question and no way to ask another.
Flood waits are the account's, so the budget holds them in full, for everything that is asked of Telegram. The session is a
credential and stays in memory; Telethon writes no file. Everybody who needs the session at the same time shares it; the last
to leave closes it. Needs the extra `telegram`.

Not for: what an answer means (probers, live readers), signing in.
"""

import asyncio
import hashlib
import logging
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from actionday.records import Clock, Secret, UsageError
from actionday.wire.budget import Budget, HostResting

HOST = "telegram"
"""Whose patience every request costs: the data centre sees one account."""

OK, FAILURES = "ok", ("connect", "timeout", "protocol")
"""Why no answer came: nobody listens, silence, or something that is not MTProto."""

PAGE = 100
"""Messages in a page, which is the most that Telegram gives."""

RESOLVE = "contacts.resolveUsername"
CHANNELS = "channels.getChannels"
FULL = "channels.getFullChannel"
ADMINS = "channels.getParticipants"
PINNED = "channels.getMessages"
HISTORY = "messages.getHistory"
GROUPS = "messages.getChats"
INVITE = "messages.checkChatInvite"
USERS = "users.getUsers"

_FLOOD, _TRIES, _ASKED = "FLOOD_WAIT", 3, "it asked for that"
_AFTER_FAILURE = timedelta(minutes=5)
_QUIET = logging.getLogger(f"{__name__}.telethon")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False  # what it would say stands in the replies, and nothing of a session belongs in a log


@dataclass(frozen=True, slots=True)
class Login:
    """Whose session. `address` is ``host:port`` of a data centre of one's own; "" takes the one that the session names."""

    session: Secret
    api_id: Secret
    api_hash: Secret
    address: str = ""
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A channel or user by id and access hash, which is good for one account only."""

    id: int
    hash: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `code` is ``ok``, Telegram's own word for an error (``CHANNEL_PRIVATE``), a number, or one of FAILURES."""

    method: str
    at: datetime
    code: str
    result: Any = field(default=None, compare=False, repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the answer as it came (TL-serialised); empty where there is none."""
        if self.result is None:
            return ""
        parts = self.result if isinstance(self.result, list) else [self.result]
        return hashlib.sha256(b"".join(bytes(part) for part in parts)).hexdigest()


class Telegram:
    """A session that is open, or a reason why there is none."""

    def __init__(self, client: Any, failure: str, budget: Budget, clock: Clock, timeout: float) -> None:  # noqa: ANN401
        self._client, self.failure, self._budget, self._clock, self._timeout = client, failure, budget, clock, timeout

    async def resolve(self, name: str) -> Reply:
        """Who has the name now. Telegram allows few of these a day."""
        from telethon.tl.functions.contacts import ResolveUsernameRequest

        return await self._ask(RESOLVE, ResolveUsernameRequest(username=name))

    async def channel(self, peer: Peer) -> Reply:
        """The channel or group itself."""
        from telethon.tl.functions.channels import GetChannelsRequest

        return await self._ask(CHANNELS, GetChannelsRequest(id=[_channel(peer)]))

    async def group(self, number: int) -> Reply:
        """A basic group; Telegram shows those to members only."""
        from telethon.tl.functions.messages import GetChatsRequest

        return await self._ask(GROUPS, GetChatsRequest(id=[number]))

    async def user(self, peer: Peer) -> Reply:
        """A user."""
        from telethon.tl.functions.users import GetUsersRequest
        from telethon.tl.types import InputUser

        return await self._ask(USERS, GetUsersRequest(id=[InputUser(peer.id, peer.hash)]))

    async def invite(self, code: str) -> Reply:
        """What an invite link leads to, without following it."""
        from telethon.tl.functions.messages import CheckChatInviteRequest

        return await self._ask(INVITE, CheckChatInviteRequest(hash=code))

    async def full(self, peer: Peer) -> Reply:
        """A channel's description, numbers and links to others."""
        from telethon.tl.functions.channels import GetFullChannelRequest

        return await self._ask(FULL, GetFullChannelRequest(channel=_channel(peer)))

    async def admins(self, peer: Peer, offset: int) -> Reply:
        """A page of the admins, which groups show to everybody and channels to their admins only."""
        from telethon.tl.functions.channels import GetParticipantsRequest
        from telethon.tl.types import ChannelParticipantsAdmins

        asked = GetParticipantsRequest(_channel(peer), ChannelParticipantsAdmins(), offset=offset, limit=PAGE, hash=0)
        return await self._ask(ADMINS, asked)

    async def pinned(self, peer: Peer) -> Reply:
        """The message that is pinned last."""
        from telethon.tl.functions.channels import GetMessagesRequest
        from telethon.tl.types import InputMessagePinned

        return await self._ask(PINNED, GetMessagesRequest(channel=_channel(peer), id=[InputMessagePinned()]))

    async def history(self, peer: Peer, after: int) -> Reply:
        """A page of the messages behind the id `after`, the oldest of them. Marks nothing as read."""
        from telethon.tl.functions.messages import GetHistoryRequest
        from telethon.tl.types import InputPeerChannel

        where = InputPeerChannel(peer.id, peer.hash)
        asked = GetHistoryRequest(
            where,
            offset_id=after + 1,
            offset_date=None,
            add_offset=-PAGE,  # counted from the first message below `offset_id`, so these are the ones above it
            limit=PAGE,
            max_id=0,
            min_id=0,
            hash=0,
        )
        return await self._ask(HISTORY, asked)

    async def _ask(self, method: str, request: Any) -> Reply:  # noqa: ANN401
        """One request. Raises HostResting after a long flood wait, UsageError where the session is not accepted."""
        if self._client is None:
            return Reply(method, self._clock.now(), self.failure)
        told: Any = None
        for _ in range(_TRIES):
            async with self._budget.turn(HOST):
                at = self._clock.now()
                code, told = await self._send(request)
            if code != _FLOOD:
                return Reply(method, at, code, told)
            self._budget.hold(HOST, self._clock.now() + told)
        raise HostResting(HOST, self._clock.now() + told, _ASKED)

    async def _send(self, request: Any) -> tuple[str, Any]:  # noqa: ANN401
        """A code, and the answer or how long to wait."""
        from telethon import errors

        self._client._flood_waited_requests.clear()  # Telethon would refuse by its own clock what the budget has waited for
        try:
            async with asyncio.timeout(self._timeout):
                return OK, await self._client(request)
        except errors.FloodError as error:
            return _FLOOD, _wait(error)
        except (errors.UnauthorizedError, errors.AuthKeyError) as error:
            raise UsageError(
                f"Telegram does not accept telegram.session ({_word(error)}): sign in again and replace it"
            ) from error
        except errors.RPCError as error:
            return _word(error), None
        except TimeoutError:
            return "timeout", None
        except (OSError, EOFError):
            return "connect", None
        except (errors.SecurityError, errors.TypeNotFoundError, errors.InvalidBufferError):
            return "protocol", None


@dataclass(slots=True)
class _Shared:
    users: int = 0
    client: Any = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)


_SESSIONS: WeakKeyDictionary[Budget, _Shared] = WeakKeyDictionary()


@asynccontextmanager
async def session(login: Login, budget: Budget, clock: Clock) -> AsyncIterator[Telegram]:
    """The session, shared by all who hold it at the time. Raises UsageError where it is none, HostResting."""
    shared = _SESSIONS.setdefault(budget, _Shared())
    shared.users += 1
    try:
        failure, rest = "", _AFTER_FAILURE
        async with shared.opening:
            if shared.client is None or not shared.client.is_connected():
                async with budget.turn(HOST):
                    shared.client, failure, rest = await _connect(login)
                if failure:  # everybody else would knock at the same shut door; their work stays due
                    why = _ASKED if failure == _FLOOD else f"no session could be opened ({failure})"
                    budget.hold(HOST, clock.now() + rest, why)
                if failure == _FLOOD:
                    raise HostResting(HOST, clock.now() + rest, _ASKED)
        yield Telegram(shared.client, failure, budget, clock, login.timeout)
    finally:
        shared.users -= 1
        if not shared.users and shared.client is not None:
            client, shared.client = shared.client, None
            await client.disconnect()


async def _connect(login: Login) -> tuple[Any, str, timedelta]:
    """A client that is connected, or None, why, and how long to let be. One try: when to try again is the schedule's."""
    client = _client(login)
    from telethon import errors

    failure, rest = "", _AFTER_FAILURE
    try:
        async with asyncio.timeout(login.timeout):
            await client.connect()
    except TimeoutError:
        failure = "timeout"
    except (OSError, EOFError):
        failure = "connect"
    except errors.FloodError as error:
        failure, rest = _FLOOD, _wait(error)
    except errors.AuthKeyNotFound as error:
        with suppress(errors.AuthKeyNotFound):
            await client.disconnected  # where Telethon keeps it besides
        raise UsageError("Telegram does not know telegram.session: sign in again and replace it") from error
    except errors.RPCError as error:
        failure = _word(error)
    if failure:
        await client.disconnect()
        return None, failure, rest
    return client, "", rest


def _client(login: Login) -> Any:  # noqa: ANN401 - Telethon's client
    try:
        from telethon import TelegramClient
        from telethon.sessions import StringSession
    except ImportError as error:
        raise UsageError("Telegram's own protocol needs Telethon: pip install 'actionday[telegram]'") from error

    class Forgetful(StringSession):
        """Remembers nobody it met: requests name peers by id and hash, and large groups have many members."""

        def process_entities(self, tlo: object) -> None:
            """Nothing is kept."""

    try:
        session = Forgetful(login.session.reveal())
        number = int(login.api_id.reveal())
    except (ValueError, struct.error):  # what they say may hold the secret
        session = None
    if session is None or session.auth_key is None:
        raise UsageError("telegram.session is no session of Telethon's StringSession, or telegram.api_id is no number")
    if login.address:
        host, _, port = login.address.rpartition(":")
        session.set_dc(session.dc_id, host, int(port))
    return TelegramClient(
        session,
        number,
        login.api_hash.reveal(),
        timeout=login.timeout,
        request_retries=0,
        connection_retries=0,
        retry_delay=0,
        auto_reconnect=False,
        flood_sleep_threshold=0,
        raise_last_call_error=True,
        device_model="actionday",
        system_version="1",
        app_version="1",
        receive_updates=False,
        base_logger=_QUIET,
    )


def _channel(peer: Peer) -> Any:  # noqa: ANN401
    from telethon.tl.types import InputChannel

    return InputChannel(peer.id, peer.hash)


def _wait(error: Any) -> timedelta:  # noqa: ANN401
    """How long a flood error asks to wait."""
    return timedelta(seconds=max(int(getattr(error, "seconds", 0) or 0), 1))


def _word(error: Any) -> str:  # noqa: ANN401 - one of Telethon's errors
    """Telegram's own word for an error, else its number."""
    from telethon.errors import rpcerrorlist

    known = {kind: word for word, kind in rpcerrorlist.rpc_errors_dict.items()}
    if type(error) in known:
        return str(known[type(error)])
    number = abs(int(error.code or 0))
    return str(number) if number >= 500 or not error.message else str(error.message)
