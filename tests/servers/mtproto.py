"""A local Telegram data centre: MTProto 2.0 over TCP-full on loopback, which Telethon cannot tell from a real one.

Written from core.telegram.org/mtproto: key exchange, encrypted messages, containers, pings. What it answers is `telegram_world`'s
business. Every request is recorded, and one that the world does not know fails the test when the block ends. Key material is made
in memory; nothing is written to disk.
"""

import asyncio
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import decompress
from hashlib import sha1, sha256
from threading import Thread
from typing import Any
from zlib import crc32

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from rsa import PublicKey
from telethon import TelegramClient, functions, helpers
from telethon.crypto import AES, AuthKey
from telethon.crypto import rsa as trusted
from telethon.extensions import BinaryReader
from telethon.network.mtprotostate import MTProtoState
from telethon.sessions import StringSession
from telethon.tl import types
from tests.servers.telegram_world import World

PRIME = int(
    "FFFFFFFFFFFFFFFFADF85458A2BB4A9AAFDC5620273D3CF1D8B9C583CE2D3695A9E13641146433FBCC939DCE249B3EF97D2FE363630C75D8"
    "F681B202AEC4617AD3DF1ED5D5FD65612433F51F5F066ED0856365553DED1AF3B557135E7F57C935984F0C70E0E68B77E2A689DAF3EFE872"
    "1DF158A136ADE73530ACCA4F483A797ABC0AB182B324FB61D108A94BB2C8E3FBB96ADAB760D7F4681D4F42A3DE394DF4AE56EDE76372BB19"
    "0B07A7C8EE0A6D709E02FCE1CDF7E2ECC03404CD28342F619172FE9CE98583FF8E4F1232EEF28183C3FE3B1B4C6FAD733BB5FCBC2EC22005"
    "C58EF1837D1683B2C6F34A26C1B2EFFA886B423861285C97FFFFFFFFFFFFFFFF",
    16,
)
"""ffdhe2048 of RFC 7919, appendix A.1; its generator is 2."""

_PQ = 0x494C553B * 0x53911073  # the example of core.telegram.org/mtproto/samples-auth_key
_RPC_RESULT, _VECTOR, _CONTAINER, _PACKED = 0xF35C6D01, 0x1CB5C415, 0x73F1F8DC, 0x3072CFA1
_WRAPPERS = (
    functions.InvokeWithLayerRequest,
    functions.InitConnectionRequest,
    functions.InvokeWithoutUpdatesRequest,
)
API_ID, API_HASH = 17, "lorem-hash"


@dataclass(slots=True)
class Telegram:
    """A running data centre: where it is, what it was asked, and the keys it knows."""

    world: World
    port: int = 0
    asked: list[Any] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    keys: dict[int, AuthKey] = field(default_factory=dict)
    signed_in: set[int] = field(default_factory=set)
    refusal: str = "AUTH_KEY_UNREGISTERED"
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def methods(self) -> list[str]:
        """Names of the requests so far, those with which a connection opens left out."""
        return [type(one).__name__.removesuffix("Request") for one in self.asked if not _opens(one)]

    @property
    def fingerprint(self) -> int:
        """The public key's, as clients name it."""
        numbers = self.private.public_key().public_numbers()
        return int(trusted._compute_fingerprint(PublicKey(numbers.n, numbers.e)))

    def session(self, *, signed_in: bool = True) -> str:
        """A session as a person makes it with Telethon: connect, exchange keys, (sign in), keep the text."""

        async def make() -> str:
            session = StringSession()
            session.set_dc(2, "127.0.0.1", self.port)
            client = TelegramClient(session, API_ID, API_HASH, receive_updates=False, connection_retries=0)
            await client.connect()
            await client.disconnect()
            if signed_in:
                self.signed_in.add(session.auth_key.key_id)
            return str(session.save())

        return asyncio.run(make())

    def answer(self, key: int, request: Any) -> Any:  # noqa: ANN401 - Telegram's objects
        """The answer to a request of whoever holds the key."""
        while isinstance(request, _WRAPPERS):
            request = request.query
        self.asked.append(request)
        if isinstance(request, functions.help.GetConfigRequest):
            return self.world.config(self.port)
        if key not in self.signed_in:
            return types.RpcError(401, self.refusal)
        answer = self.world.answer(request)
        if answer is None:
            self.strange.append(type(request).__name__)
            return types.RpcError(500, f"NOT_IN_THIS_WORLD_{type(request).__name__}")
        return answer


class _Connection:
    """One client's connection."""

    def __init__(self, server: Telegram, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._sent = self._nonce = self._secret = self._session = 0
        self._new_nonce: Any = None
        self._temporary: tuple[bytes, bytes] = (b"", b"")
        self._key = AuthKey(None)

    async def run(self) -> None:
        """Answer until the client goes."""
        while True:
            length, _ = struct.unpack("<ii", await self._reader.readexactly(8))
            packet = (await self._reader.readexactly(length - 8))[:-4]
            if packet[:8] == bytes(8):
                self._exchange_keys(BinaryReader(packet[20:]).tgread_object())
            else:
                self._decrypt(packet)
            await self._writer.drain()

    def _exchange_keys(self, asked: Any) -> None:  # noqa: ANN401
        """The three steps of core.telegram.org/mtproto/auth_key."""
        if isinstance(asked, functions.ReqPqMultiRequest):
            self._nonce = int.from_bytes(os.urandom(16), "big", signed=True)
            known = [self._server.fingerprint]
            self._plain(types.ResPQ(asked.nonce, self._nonce, _PQ.to_bytes(8, "big"), known))
        elif isinstance(asked, functions.ReqDHParamsRequest):
            numbers = self._server.private.private_numbers()
            told = pow(int.from_bytes(asked.encrypted_data, "big"), numbers.d, numbers.public_numbers.n)
            self._new_nonce = BinaryReader(told.to_bytes(255, "big")[20:]).tgread_object().new_nonce
            self._secret = int.from_bytes(os.urandom(256), "big")
            half = pow(2, self._secret, PRIME).to_bytes(256, "big")
            inner = types.ServerDHInnerData(
                asked.nonce, self._nonce, 2, PRIME.to_bytes(256, "big"), half, int(time.time())
            )
            body = sha1(bytes(inner)).digest() + bytes(inner)
            self._temporary = helpers.generate_key_data_from_nonce(self._nonce, self._new_nonce)
            sealed = AES.encrypt_ige(body + os.urandom(-len(body) % 16), *self._temporary)
            self._plain(types.ServerDHParamsOk(asked.nonce, self._nonce, sealed))
        else:
            inner = BinaryReader(AES.decrypt_ige(asked.encrypted_data, *self._temporary)[20:]).tgread_object()
            shared = pow(int.from_bytes(inner.g_b, "big"), self._secret, PRIME)
            key = AuthKey(trusted.get_byte_array(shared))
            self._server.keys[key.key_id] = key
            self._plain(types.DhGenOk(asked.nonce, self._nonce, key.calc_new_nonce_hash(self._new_nonce, 1)))

    def _decrypt(self, packet: bytes) -> None:
        known = self._server.keys.get(struct.unpack("<Q", packet[:8])[0])
        if known is None:
            self._packet(struct.pack("<i", -404))  # as Telegram says that it has no such key
            return
        self._key = known
        key, iv = MTProtoState._calc_key(self._key.key, packet[8:24], True)
        plain = AES.decrypt_ige(packet[24:], key, iv)
        _, self._session, number, _, length = struct.unpack("<qQqii", plain[:32])
        self._message(number, plain[32 : 32 + length])

    def _message(self, number: int, data: bytes) -> None:
        kind = struct.unpack("<I", data[:4])[0]
        if kind == _CONTAINER:
            at = 8
            for _ in range(struct.unpack("<i", data[4:8])[0]):
                inner, _, length = struct.unpack("<qii", data[at : at + 16])
                self._message(inner, data[at + 16 : at + 16 + length])
                at += 16 + length
        elif kind == _PACKED:
            self._message(number, decompress(BinaryReader(data[4:]).tgread_bytes()))
        else:
            request = BinaryReader(data).tgread_object()
            if isinstance(request, functions.PingRequest | functions.PingDelayDisconnectRequest):
                self._encrypted(bytes(types.Pong(number, request.ping_id)))
            elif not isinstance(request, types.MsgsAck):
                self._result(number, self._server.answer(self._key.key_id, request))

    def _result(self, number: int, answer: Any) -> None:  # noqa: ANN401
        if isinstance(answer, list):
            body = struct.pack("<Ii", _VECTOR, len(answer)) + b"".join(bytes(one) for one in answer)
        else:
            body = bytes(answer)
        self._encrypted(struct.pack("<Iq", _RPC_RESULT, number) + body)

    def _encrypted(self, body: bytes) -> None:
        plain = struct.pack("<qQqii", 0, self._session, _number(), 1, len(body)) + body
        plain += os.urandom(-(len(plain) + 12) % 16 + 12)
        check = sha256(self._key.key[96:128] + plain).digest()[8:24]
        key, iv = MTProtoState._calc_key(self._key.key, check, False)
        self._packet(struct.pack("<Q", self._key.key_id) + check + AES.encrypt_ige(plain, key, iv))

    def _plain(self, answer: Any) -> None:  # noqa: ANN401
        body = bytes(answer)
        self._packet(struct.pack("<qqi", 0, _number(), len(body)) + body)

    def _packet(self, body: bytes) -> None:
        data = struct.pack("<ii", len(body) + 12, self._sent) + body
        self._sent += 1
        self._writer.write(data + struct.pack("<I", crc32(data)))


def _opens(request: Any) -> bool:  # noqa: ANN401
    """Whether Telethon asks this by itself when it connects: where am I, who am I, how far are my updates."""
    if isinstance(request, functions.users.GetUsersRequest):
        return isinstance(request.id[0], types.InputUserSelf)
    return isinstance(
        request,
        functions.help.GetConfigRequest | functions.updates.GetStateRequest | functions.updates.GetDifferenceRequest,
    )


def _number() -> int:
    """A message number of a server's: its time, odd."""
    return (int(time.time() * 2**32) & ~3) | 1


@contextmanager
def telegram(world: World) -> Iterator[Telegram]:
    """A data centre in a thread of its own until the block ends. Telethon is told its key; requests it cannot answer fail."""
    server, loop = Telegram(world), asyncio.new_event_loop()
    writers: set[asyncio.StreamWriter] = set()
    public = server.private.public_key()
    form = serialization.PublicFormat.PKCS1
    trusted.add_key(public.public_bytes(serialization.Encoding.PEM, form).decode(), old=False)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            await _Connection(server, reader, writer).run()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went, or the world said that the connection breaks
        except Exception as error:  # a fault of this server's own
            server.strange.append(repr(error))
        writers.discard(writer)
        writer.close()

    listening = loop.run_until_complete(asyncio.start_server(accept, "127.0.0.1", 0))
    server.port = listening.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def close() -> None:
        listening.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert not server.strange, f"asked for what this world does not know, or broken by it: {server.strange}"
