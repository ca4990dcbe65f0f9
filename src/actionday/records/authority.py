"""The dated register of competent authorities that a host keeps: by it, and never by a letter, somebody is called back.

Member States publish their authorities (Art. 12 of Regulation (EU) 2021/784); the register here is a copy with its date and source, imported by a
person. Not for: reading its file (`playbook.registering`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

STALE_AFTER = 180
"""Days after which a register says that it is old."""


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority. `routes` are mail addresses or domains (`@example.org`) from which it writes, `certificates` SHA-256 of its certificates in hex.

    `call_back` is the number under which it is asked whether a letter is its own. Raises ValueError.
    """

    name: str
    member_state: str
    call_back: str
    routes: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """other names it goes by"""

    def __post_init__(self) -> None:
        if not (self.name.strip() and self.call_back.strip()):
            raise ValueError("an authority has a name and a number to call back")
        if len(self.member_state) != 2 or not self.member_state.isupper():
            raise ValueError(f"{self.name}: a Member State is two capital letters, not {self.member_state!r}")
        if any(len(one) != 64 or set(one) - set("0123456789abcdef") for one in self.certificates):
            raise ValueError(f"{self.name}: a certificate is named by its SHA-256 in hex")

    def goes_by(self, name: str) -> bool:
        """Whether a name in a letter is this authority's; case and spaces do not count."""
        return _plain(name) in {_plain(one) for one in (self.name, *self.also)}

    def writes_from(self, sender: str) -> bool:
        """Whether a mail address is one of its routes."""
        address = sender.strip().casefold()
        return any(
            address.endswith(route.casefold()) if route.startswith("@") else address == route.casefold()
            for route in self.routes
        )


@dataclass(frozen=True, slots=True)
class Register:
    """All authorities as of a date, from a named source; `digest` is the SHA-256 of the file it was read from."""

    as_of: date
    source: str
    digest: str
    authorities: tuple[Authority, ...]

    def named(self, name: str, member_state: str = "") -> Authority | None:
        """The authority of that name, in that Member State where one is given."""
        state = member_state.strip().upper()
        return next((one for one in self.authorities if one.goes_by(name) and state in ("", one.member_state)), None)

    def certified(self, certificate: str) -> Authority | None:
        """Whose certificate it is."""
        return next((one for one in self.authorities if certificate in one.certificates), None)

    def stale(self, today: date) -> bool:
        """Whether it is old."""
        return (today - self.as_of).days > STALE_AFTER


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def calls(authorities: Iterable[Authority]) -> frozenset[str]:
    """All numbers to call back."""
    return frozenset(one.call_back for one in authorities)
