"""The national competent authority that was recorded for this installation, with its certificate: without it, Annex I is void.

Not for: signing. A recorded certificate says who may issue orders here; the order itself is signed on its way out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509


@dataclass(frozen=True, slots=True)
class Authority:
    """Name, Member State (two letters) and X.509 certificate (PEM). Raises ValueError for what is no certificate."""

    name: str
    member_state: str
    certificate: bytes

    def __post_init__(self) -> None:
        self._parsed()

    def _parsed(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate)

    def objections(self, name: str, member_state: str, at: datetime) -> tuple[str, ...]:
        """Why an order in that name, of that state and time, is not this authority's; empty where it is. In English."""
        parsed, found = self._parsed(), list[str]()
        if name != self.name:
            found.append(f"the order names another authority than the one recorded ({self.name})")
        if member_state != self.member_state:
            found.append(f"the order names another Member State than the one recorded ({self.member_state})")
        if not parsed.not_valid_before_utc <= at.astimezone(UTC) <= parsed.not_valid_after_utc:
            found.append("the recorded certificate was not valid when the order was issued")
        return tuple(found)
