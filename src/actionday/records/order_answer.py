"""What a host answers, as typed data: feedback (Annex II) and impossibility (Annex III) of Regulation (EU) 2021/784, and who the host is.

Field names are those of the forms. Sections A and C and the boxes of B are recalled or second-hand, not compared with the published text; whoever
prints an answer says so. Not for: layout and languages, or sending.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from actionday.records.deadline import Mark
from actionday.records.order import Order
from actionday.records.order_event import Obstacle, Outcome


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
class Feedback:
    """Annex II: what was done and when. Times are UTC."""

    ANNEX: ClassVar[str] = "II"
    MARK: ClassVar[Mark] = Mark.RECALLED

    addressee: str
    issuing_authority: str
    authority_reference: str
    reference: str
    received_at: datetime
    measure: Outcome
    measure_at: datetime
    host: Host
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Impossibility:
    """Annex III: why it could not be done, or what is wrong with the order or missing in it. Times are UTC."""

    ANNEX: ClassVar[str] = "III"
    MARK: ClassVar[Mark] = Mark.RECALLED

    addressee: str
    issuing_authority: str
    authority_reference: str
    reference: str
    received_at: datetime
    obstacles: tuple[Obstacle, ...]
    explanation: str
    clarification: str
    host: Host
    signed_at: datetime


def answer_of(order: Order, host: Host, now: datetime) -> Feedback | Impossibility:
    """The answer that an order asks for as it stands. Raises ValueError where it was neither done nor impossible."""
    said = order.letter.said
    name = said.get("authority_name", "")
    to = (said.get("addressee", "") or host.provider or host.provider_representative, name, said.get("reference", ""))
    if order.disabled is not None:
        assert order.disabled.outcome is not None
        received, done = order.letter.received, order.disabled
        return Feedback(*to, order.id, received, order.disabled.outcome, done.at, host, now)
    if order.impossible is None:
        raise ValueError("there is nothing to answer with yet: no measure and no impossibility")
    one, lacking = order.impossible, ", ".join(field.name for field in order.letter.missing)
    unclear = set(one.obstacles) - {Obstacle.IMPOSSIBLE}
    clarification = "; ".join(filter(None, (one.why, lacking and f"not filled in: {lacking}"))) if unclear else ""
    explanation = one.why if Obstacle.IMPOSSIBLE in one.obstacles else ""
    return Impossibility(*to, order.id, order.letter.received, one.obstacles, explanation, clarification, host, now)
