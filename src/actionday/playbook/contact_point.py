"""What a host says of its contact point: own servers, mailbox, whom to wake and how, who answers; and the register of authorities. Files in the home.

    case.d/intake.toml     see docs/guide/one-hour.md
    case.d/register.toml   the copy that `intake register` made

Credentials are not in it (`imap.password`, `smtp.password`, `webhook.secret`). Not for: reading the mailbox, or waking anybody.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from actionday.assess.paging import Pace, Whom
from actionday.records import InputError
from actionday.records.authority import Authority, Register
from actionday.wire.imap import MailServer, Security

FILE, REGISTER = "intake.toml", "register.toml"
_FIX = "see docs/guide/one-hour.md"


@dataclass(frozen=True, slots=True)
class Host:
    """Who answers: the host or its legal representative (one of the two), and whom it authorised. Raises ValueError."""

    member_state_of_establishment: str
    authorised_person: str
    contact_email: str
    provider: str = ""
    provider_representative: str = ""

    def __post_init__(self) -> None:
        if bool(self.provider.strip()) == bool(self.provider_representative.strip()):
            raise ValueError("name the host or its legal representative: one of the two")
        if "@" not in self.contact_email:
            raise ValueError(f"{self.contact_email!r} is no e-mail address")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to wake somebody: a mail address, the URL of a webhook, or a command with its arguments. One of the three."""

    mail: str = ""
    webhook: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """What was said. `hosts` are names of the host's own servers, `vouching` the name under which its mail server vouches for senders."""

    hosts: tuple[str, ...] = ()
    vouching: str = ""
    host: Host | None = None
    mailbox: MailServer | None = None
    folder: str = "INBOX"
    every: float = 15.0
    outgoing: MailServer | None = None
    sender: str = ""
    pace: Pace = field(default_factory=Pace)
    ways: Mapping[Whom, tuple[Way, ...]] = field(default_factory=dict)
    reports: Mapping[str, str] = field(default_factory=dict)


def contact_point(home: Path) -> ContactPoint:
    """What the home's file says; nothing said where there is none. Raises InputError for what does not fit."""
    path = home / FILE
    if not path.exists():
        return ContactPoint()
    told = _toml(path)
    try:
        return _point(told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(str(path), f"does not fit: {error}", _FIX) from error


def register_of(home: Path) -> Register | None:
    """The register that was imported; None where none was."""
    path = home / REGISTER
    return read_register(path) if path.exists() else None


def read_register(path: Path) -> Register:
    """A register from its file: `as_of`, `source`, and a table `[[authority]]` for each. Raises InputError."""
    told = _toml(path)
    try:
        as_of = told["as_of"]
        if not isinstance(as_of, date):
            raise ValueError("as_of is a date, without quotes")
        authorities = tuple(_authority(one) for one in told["authority"])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Register(as_of, str(told["source"]), digest, authorities)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(str(path), f"is no register: {error}", _FIX) from error


def import_register(home: Path, path: Path) -> Register:
    """Copy a register into the home, whole or not at all; the one before it is no longer asked. Raises InputError."""
    register = read_register(path)
    scratch = home / f"{REGISTER}.new"
    scratch.write_bytes(path.read_bytes())
    scratch.replace(home / REGISTER)
    return register


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read: {error}", _FIX) from error


def _point(told: Mapping[str, Any]) -> ContactPoint:
    mailbox, outgoing, page = told.get("mailbox"), told.get("mail"), told.get("page", {})
    every = float((mailbox or {}).get("every", 15))
    if not 1 <= every <= 30:
        raise ValueError("mailbox.every is 1 to 30 seconds, since a page has to leave within 60")
    ways = {whom: tuple(_way(one) for one in page.get(whom.value, ())) for whom in Whom}
    return ContactPoint(
        tuple(map(str, told.get("hosts", ()))),
        str(told.get("vouching", "")),
        Host(**told["host"]) if "host" in told else None,
        _server(mailbox, 993) if mailbox else None,
        str((mailbox or {}).get("folder", "INBOX")),
        every,
        _server(outgoing, 587) if outgoing else None,
        str((outgoing or {}).get("from", "")),
        Pace(timedelta(minutes=float(page.get("again", 5))), int(page.get("alone", 2))),
        ways,
        {str(name): str(base) for name, base in told.get("reports", {}).items()},
    )


def _server(told: Mapping[str, Any], port: int) -> MailServer:
    default = Security.TLS if int(told.get("port", port)) in (993, 465) else Security.STARTTLS
    return MailServer(
        str(told["host"]),
        int(told.get("port", port)),
        str(told.get("user", "")),
        Security(told.get("security", default)),
    )


def _way(told: Mapping[str, Any]) -> Way:
    way = Way(str(told.get("mail", "")), str(told.get("webhook", "")), tuple(map(str, told.get("command", ()))))
    if sum(map(bool, (way.mail, way.webhook, way.command))) != 1 or set(told) - {"mail", "webhook", "command"}:
        raise ValueError("one way to wake somebody is mail, webhook or command")
    return way


def _authority(told: Mapping[str, Any]) -> Authority:
    lists = {name: tuple(map(str, told.get(name, ()))) for name in ("routes", "certificates", "also")}
    return Authority(str(told["name"]), str(told["member_state"]), str(told["call_back"]), **lists)
