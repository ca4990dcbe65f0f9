"""The sealed store of a home: what was received, and what a host has to preserve, under its hash, encrypted, until it is erased.

    case.d/sealed/HASH   one item, AES-256-GCM under a key that comes from the home's; HASH is keyed, so that a name says nothing

Whoever has the home's key can read it; who does so, and why, is the casebook's to record. Not for: what may be erased when (`records.order`).
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from filelock import FileLock

from actionday.records.errors import HomeError, InputError
from actionday.records.receipt import Original

FOLDER = "sealed"
LARGEST = 512 << 20
"""Bytes of the largest single item."""
_NONCE, _LOCK = 12, ".lock"


class Sealed:
    """The store in a home's folder. An item is written once under its own hash, whole or not at all; the same again changes nothing."""

    def __init__(self, home: Path, key: bytes) -> None:
        self._folder = home / FOLDER
        self._names = hashlib.sha256(b"actionday sealed names" + key).digest()
        self._box = AESGCM(hashlib.sha256(b"actionday sealed items" + key).digest())

    def put(self, data: bytes) -> Original:
        """Keep it; on the disk when this returns. Raises InputError for what is too large."""
        if len(data) > LARGEST:
            raise InputError("sealed", f"an item of {len(data):,} bytes is larger than {LARGEST:,}", "split it")
        one = Original(hashlib.sha256(data).hexdigest(), len(data))
        path = self._path(one.sha256)
        if path.exists():
            return one
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{secrets.token_hex(8)}")
        nonce = secrets.token_bytes(_NONCE)
        try:
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(nonce + self._box.encrypt(nonce, data, one.sha256.encode()))
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
        _sync(self._folder)
        return one

    def get(self, sha256: str) -> bytes:
        """The item. Raises HomeError where it is not there, or is damaged."""
        try:
            data = self._path(sha256).read_bytes()
            return self._box.decrypt(data[:_NONCE], data[_NONCE:], sha256.encode())
        except FileNotFoundError as error:
            raise HomeError(f"nothing lies sealed under {sha256}") from error
        except (InvalidTag, ValueError) as error:
            raise HomeError(f"what lies sealed under {sha256} is damaged: restore it from a backup") from error

    def holds(self, sha256: str) -> bool:
        """Whether it is there."""
        return self._path(sha256).exists()

    def erase(self, sha256: str) -> bool:
        """Take it away for good. Returns whether it was there. Old backups are their keeper's."""
        path = self._path(sha256)
        there = path.exists()
        if there:
            path.unlink()
            _sync(self._folder)
        return there

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold this from putting something in until the casebook says that it is there, so that nobody sweeps in between."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self._folder / _LOCK):
            yield

    def sweep(self, spoken_of: Collection[str]) -> int:
        """Erase everything but these, half written files too. Call while `writing`, with what the casebook speaks of. Returns how many went."""
        kept = {self._path(one).name for one in spoken_of} | {_LOCK}
        found = [path for path in self._folder.iterdir() if path.name not in kept]
        for path in found:
            path.unlink(missing_ok=True)
        _sync(self._folder)
        return len(found)

    def _path(self, sha256: str) -> Path:
        return self._folder / hmac.new(self._names, sha256.encode(), hashlib.sha256).hexdigest()


def _sync(folder: Path) -> None:
    """A new name is on the disk too, where the system can say so."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
