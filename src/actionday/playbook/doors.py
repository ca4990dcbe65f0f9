"""The door that people share: accounts whose passphrase opens the person's own key on the server, invitations, signing in.

An account is a file beside the home's key: the Ed25519 key under a key that Argon2id (RFC 9106) makes of the passphrase, and the secret of the second
factor (TOTP, RFC 6238) under the same. So nobody who reads the file can sign, and who signs in signs with a key that is theirs.
Not for: sessions and cookies, which are the web's.
"""

import base64
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.keys import public_text
from actionday.records import (
    Actor,
    ActorId,
    Clock,
    Enrolment,
    Permission,
    Role,
    Secret,
    UsageError,
    granted,
    new_actor_id,
    new_entry_id,
)
from actionday.settings import Settings

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
SHORTEST = 12
INVITED = timedelta(hours=72)
"""How long an invitation holds."""
_MEMORY, _PASSES, _LANES = 64 * 1024, 3, 4
_STEP = 30


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who came in, under which name of an account, and whether a second factor was asked for."""

    login: str
    actor: Actor
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody is asked to join, in these roles, until a time."""

    name: str
    roles: frozenset[Role]
    until: datetime
    by: str = field(default="", repr=False)


def first_person(settings: Settings, name: str, login: str, passphrase: Secret, clock: Clock) -> SignedIn:
    """Enrol the first person, as administrator, with a key under the passphrase. Raises UsageError where somebody is enrolled."""
    with casebook_of(settings, clock) as casebook:
        if casebook.people():
            raise UsageError("somebody is enrolled here already: ask an administrator for an invitation")
        private = Ed25519PrivateKey.generate()
        person = new_actor_id()
        _write_account(settings, login, person, name, private, passphrase)
        roles = frozenset({Role.ADMINISTRATOR})
        actor = Actor(person, name, granted(roles), private.sign)
        public = private.public_key().public_bytes_raw()
        casebook.enrol(
            actor, Enrolment(new_entry_id("p"), person, public, roles, clock.now(), name, "the first person")
        )
    return SignedIn(login, actor, second_factor=False)


def invite(settings: Settings, name: str, roles: Sequence[Role], clock: Clock) -> str:
    """A token, good once, with which somebody joins. Raises PermissionRefused, UsageError for nobody or no role."""
    actor = actor_of(settings, clock)
    actor.must(Permission.ENROL)
    if not name.strip() or not roles:
        raise UsageError("an invitation names a person and a role")
    token = secrets.token_urlsafe(24)
    told = {
        "name": name.strip(),
        "roles": sorted(role.value for role in roles),
        "until": (clock.now() + INVITED).isoformat(),
        "by": actor.name,
    }
    _write(_folder(settings, "invitations") / f"{_digest(token)}.json", told)
    return token


def invitation(settings: Settings, token: str, clock: Clock) -> Invitation:
    """What a token is good for. Raises UsageError for one that is used, over, or none."""
    path = _folder(settings, "invitations") / f"{_digest(token)}.json"
    told = _read(path)
    if told is None or datetime.fromisoformat(told["until"]) <= clock.now():
        raise UsageError("this invitation was used, or is over: ask for another one")
    return Invitation(
        told["name"], frozenset(map(Role, told["roles"])), datetime.fromisoformat(told["until"]), told["by"]
    )


def join(settings: Settings, token: str, login: str, passphrase: Secret, clock: Clock) -> dict[str, Any]:
    """Make the invited person's key. It counts once an administrator has confirmed it. Returns name and public key."""
    asked = invitation(settings, token, clock)
    private, person = Ed25519PrivateKey.generate(), new_actor_id()
    _write_account(settings, login, person, asked.name, private, passphrase)
    public = private.public_key().public_bytes_raw()
    request = {"login": login, "person": person, "name": asked.name, "roles": sorted(asked.roles), "key": public.hex()}
    _write(_folder(settings, "requests") / f"{login}.json", request)
    (_folder(settings, "invitations") / f"{_digest(token)}.json").unlink(missing_ok=True)
    return {"name": asked.name, "key": public_text(public)}


def requests(settings: Settings, clock: Clock) -> list[dict[str, Any]]:
    """Who made a key and waits for an administrator. Raises PermissionRefused."""
    actor_of(settings, clock).must(Permission.ENROL)
    found = [_read(path) for path in sorted(_folder(settings, "requests").glob("*.json"))]
    return [{**one, "key": public_text(bytes.fromhex(one["key"]))} for one in found if one is not None]


def confirm(settings: Settings, login: str, clock: Clock) -> dict[str, Any]:
    """Enrol who waits, with the key that they made. Raises UsageError for nobody, PermissionRefused."""
    actor = actor_of(settings, clock)
    actor.must(Permission.ENROL)
    path = _folder(settings, "requests") / f"{_named(login)}.json"
    told = _read(path)
    if told is None:
        raise UsageError(f"nobody waits as {login}")
    person = ActorId(told["person"])
    said = Enrolment(
        new_entry_id("p"), person, bytes.fromhex(told["key"]), frozenset(map(Role, told["roles"])), clock.now(), told["name"],
        f"joined as {login}",
    )  # fmt: skip
    with casebook_of(settings, clock) as casebook:
        if person not in casebook.people():
            casebook.enrol(actor, said)
    path.unlink(missing_ok=True)
    return {"person": person, "name": told["name"]}


def sign_in(settings: Settings, login: str, passphrase: Secret, code: str, clock: Clock) -> SignedIn:
    """Open somebody's key and note in the ledger that they came in. Raises UsageError, alike in words and work for every reason."""
    told = _read(_account(settings, login)) if LOGIN.fullmatch(login) else None
    opened = _opened(told if told is not None else _NOBODY, passphrase)
    if told is None or opened is None:
        raise UsageError(_REFUSED)
    private, second = opened
    if second is not None and not _fits(second, code, clock.now()):
        raise UsageError(_REFUSED)
    public = private.public_key().public_bytes_raw()
    with casebook_of(settings, clock) as casebook:
        found = casebook.people().get(ActorId(told["person"]))
        if found is None or not found[0].works_here or found[0].key != public:
            raise UsageError(_REFUSED)
        person, name = found
        actor = Actor(person.id, name, granted(person.roles), private.sign)
        casebook.signed_in(actor, "passphrase and code" if second else "passphrase")
    return SignedIn(login, actor, second is not None)


def as_they_are(settings: Settings, actor: Actor, clock: Clock) -> Actor | None:
    """Somebody who signed in, with the roles they have by now; None for who works here no more."""
    with casebook_of(settings, clock) as casebook:
        found = casebook.people().get(actor.id)
    if found is None or not found[0].works_here:
        return None
    return Actor(actor.id, found[1], granted(found[0].roles), actor.sign)


def new_second_factor(login: str) -> tuple[Secret, str]:
    """A secret for an authenticator, and the address by which it takes it."""
    secret = secrets.token_bytes(20)
    address = _totp(secret).get_provisioning_uri(login, "actionday")
    return Secret(base64.b32encode(secret).decode()), address


def set_second_factor(
    settings: Settings, login: str, passphrase: Secret, secret: Secret, code: str, clock: Clock
) -> None:
    """Ask for a code from now on. Raises UsageError where passphrase or code do not fit, so nobody is shut out by a mistake."""
    path = _account(settings, login)
    told = _read(path)
    opened = None if told is None else _opened(told, passphrase)
    try:
        raw = base64.b32decode(secret.reveal())
    except ValueError:
        raw = b""
    if told is None or opened is None or not raw or not _fits(raw, code, clock.now()):
        raise UsageError("passphrase or code do not fit")
    sealing = _derived(told, passphrase)
    _write(path, {**told, "second": _sealed(sealing, raw, b"second")})


def _write_account(
    settings: Settings, login: str, person: ActorId, name: str, private: Ed25519PrivateKey, passphrase: Secret
) -> None:
    if len(passphrase.reveal()) < SHORTEST:
        raise UsageError(f"a passphrase has {SHORTEST} characters at least")
    path = _account(settings, login)
    told: dict[str, Any] = {
        "person": person,
        "name": name,
        "salt": secrets.token_hex(16),
        "memory": _MEMORY,
        "passes": _PASSES,
        "lanes": _LANES,
        "second": None,
    }
    told["key"] = _sealed(_derived(told, passphrase), private.private_bytes_raw(), b"key")
    _write(path, told, new=True)


def _opened(told: Mapping[str, Any], passphrase: Secret) -> tuple[Ed25519PrivateKey, bytes | None] | None:
    """The key and the second factor's secret; None for a wrong passphrase."""
    derived = _derived(told, passphrase)
    try:
        private = Ed25519PrivateKey.from_private_bytes(_unsealed(derived, told["key"], b"key"))
        second = None if told["second"] is None else _unsealed(derived, told["second"], b"second")
    except InvalidTag:
        return None
    return private, second


def _derived(told: Mapping[str, Any], passphrase: Secret) -> bytes:
    salt = bytes.fromhex(told["salt"])
    maker = Argon2id(salt=salt, length=32, iterations=told["passes"], lanes=told["lanes"], memory_cost=told["memory"])
    return maker.derive(passphrase.reveal().encode())


def _sealed(key: bytes, plain: bytes, what: bytes) -> str:
    nonce = secrets.token_bytes(12)
    return (nonce + AESGCM(key).encrypt(nonce, plain, what)).hex()


def _unsealed(key: bytes, text: str, what: bytes) -> bytes:
    raw = bytes.fromhex(text)
    return AESGCM(key).decrypt(raw[:12], raw[12:], what)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), _STEP)  # noqa: S303 - RFC 6238, and what authenticators speak


def _fits(secret: bytes, code: str, now: datetime) -> bool:
    """Whether a code is that of now, or of half a minute before or after."""
    totp, at = _totp(secret), int(now.timestamp())
    for moment in (at, at - _STEP, at + _STEP):
        try:
            totp.verify(code.strip().encode(), moment)
        except InvalidToken:
            continue
        return True
    return False


def _account(settings: Settings, login: str) -> Path:
    return _folder(settings, "people") / f"{_named(login)}.json"


def _named(login: str) -> str:
    """The name of an account, which becomes a file's name. Raises UsageError for one that must not."""
    if not LOGIN.fullmatch(login):
        raise UsageError("an account's name has 2 to 32 small letters, digits, dots, lines: anna.b")
    return login


def _folder(settings: Settings, name: str) -> Path:
    folder = settings.keys_of(settings.home) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _read(path: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return told


def _write(path: Path, told: Mapping[str, Any], *, new: bool = False) -> None:
    """Put a file in place at once, readable by its owner. Raises UsageError where it must be new and is not."""
    data = json.dumps(told, indent=1).encode()
    if new:
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
        except FileExistsError as error:
            raise UsageError(f"the name {path.stem} is taken") from error
        return
    spare = path.with_name(f".{path.name}.{time.monotonic_ns()}")
    with os.fdopen(os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    spare.replace(path)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_REFUSED = "name, passphrase or code do not fit"
_NOBODY: dict[str, Any] = {
    "salt": "00" * 16, "memory": _MEMORY, "passes": _PASSES, "lanes": _LANES, "key": "00" * 60, "second": None,
}  # fmt: skip
"""What is tried for a name that is nobody's, so that it takes as long."""
