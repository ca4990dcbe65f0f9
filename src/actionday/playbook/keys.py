"""A person's own key: an Ed25519 private key in a file, under a passphrase (PKCS #8, PEM). Not for: who is enrolled with it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from actionday.records import InputError, Secret, UsageError
from actionday.settings import Settings

_FILE, _WORD = "person.pem", "ed25519:"
PASSPHRASE = "person.passphrase"  # noqa: S105 - a credential's name
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A private key that was opened: its public half, 32 raw bytes, and what signs."""

    public: bytes
    sign: Callable[[bytes], bytes]


def place_of(settings: Settings) -> Path:
    """Where the key of whoever acts lies: as the setting says, else beside the home's key."""
    return settings.person_key or settings.keys_of(settings.home) / _FILE


def open_key(settings: Settings) -> PersonKey | None:
    """The key of whoever acts, None where there is none. Raises InputError for a file that is no such key, or a wrong passphrase."""
    path = place_of(settings)
    if not path.exists():
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read: {error.strerror}", "name your key with the setting person_key"
        ) from error
    try:
        private = serialization.load_pem_private_key(data, _passphrase(settings, path).encode())
    except (ValueError, TypeError) as error:
        fix = f"give the right passphrase: credential {PASSPHRASE}@{path.stem}"
        raise InputError(str(path), "is no key, or the passphrase is another", fix) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise InputError(str(path), "is a key of another kind", "make one with `actionday person key`")
    return _opened(private)


def make_key(settings: Settings) -> PersonKey:
    """Make a key where the setting says. Raises UsageError where there is one, or for a passphrase that is too short."""
    path = place_of(settings)
    passphrase = _passphrase(settings, path)
    if len(passphrase) < _SHORTEST:
        raise UsageError(f"a passphrase has {_SHORTEST} characters at least")
    private = Ed25519PrivateKey.generate()
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    data = private.private_bytes(*form, serialization.BestAvailableEncryption(passphrase.encode()))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; name another place with the setting person_key") from error
    return _opened(private)


def public_text(key: bytes) -> str:
    """A public key as people hand it on."""
    return _WORD + key.hex()


def public_of(text: str) -> bytes:
    """The public key of its text form. Raises UsageError when it is none."""
    word, given = text.strip()[: len(_WORD)], text.strip()[len(_WORD) :]
    try:
        key = bytes.fromhex(given)
        Ed25519PublicKey.from_public_bytes(key)
    except ValueError as error:
        raise UsageError(f"{text!r} is no public key; `actionday person key` prints one") from error
    if word != _WORD:
        raise UsageError(f"{text!r} is no public key; `actionday person key` prints one")
    return key


def _opened(private: Ed25519PrivateKey) -> PersonKey:
    return PersonKey(private.public_key().public_bytes_raw(), private.sign)


def _passphrase(settings: Settings, path: Path) -> str:
    found: Secret | None = settings.credentials(PASSPHRASE, path.stem) or settings.ask(f"passphrase of {path}")
    if found is None:
        raise UsageError(f"the key {path} needs its passphrase: credential {PASSPHRASE}@{path.stem}")
    return found.reveal()
