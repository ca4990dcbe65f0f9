"""The annexes of Regulation (EU) 2021/784 (OJ L 172, 17.5.2021, p. 79): removal order, feedback, impossibility.

Sections A and B of Annex I, to the first box to tick, were read in a published copy; everything after that is recalled or second-hand until somebody
compares it with the Official Journal, and its `Place` says so. Not for: who may issue an order (`forms.document`).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from actionday.records.deadline import Mark
from actionday.refer.forms.field import Place
from actionday.refer.package import Fault, Item, Kind, Moment, Package, Withheld, is_exact, is_mail

_V, _S, _R = Mark.VERIFIED, Mark.SECONDARY, Mark.RECALLED
MEMBER_STATES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - a list of names
)


class Content(StrEnum):
    """The boxes of section B, by their letter in Art. 2(7)."""

    INCITES = "7a"
    SOLICITS_OFFENCES = "7b"
    SOLICITS_PARTICIPATION = "7c"
    INSTRUCTS = "7d"
    THREATENS = "7e"


BOX_MARKS = {Content.INCITES: _V, **dict.fromkeys(tuple(Content)[1:], _R)}
"""How well the words beside each box are known."""


class AuthorityType(StrEnum):
    """The boxes of section E."""

    COURT = "court"
    LAW_ENFORCEMENT = "law_enforcement"
    OTHER = "other"


class Measure(StrEnum):
    """What a host did, by Annex II."""

    REMOVED = "removed"
    ACCESS_DISABLED = "access_disabled"


class Obstacle(StrEnum):
    """Why a host could not, by Annex III."""

    IMPOSSIBLE = "impossible"
    MANIFEST_ERRORS = "manifest_errors"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalOrder:
    """Annex I. `representative` is a name with the post held; `authenticated_channel` stands for stamp and signature."""

    KIND: ClassVar[Kind] = Kind.ORDER
    SOURCE: ClassVar[str] = "Regulation (EU) 2021/784, Annex I"

    issuing_member_state: Annotated[str, Place("A", _V)]
    addressee: Annotated[str, Place("A", _V)]
    legal_representative: Annotated[str, Place("A", _V, required=False)] = ""
    contact_point: Annotated[str, Place("A", _V)]
    member_state_of_establishment: Annotated[str, Place("A", _V)]
    issued_at: Annotated[Moment, Place("A", _V)]
    reference: Annotated[str, Place("A", _V)]
    locations: Annotated[tuple[Item, ...], Place("B", _V)]
    reasons: Annotated[str, Place("B", _V)]
    content: Annotated[tuple[Content, ...], Place("B", _R)]
    additional_information: Annotated[str, Place("B", _R, required=False)] = ""
    non_disclosure: Annotated[bool, Place("C", _R)] = False
    other_member_state: Annotated[bool, Place("D", _R)] = False
    authority_type: Annotated[AuthorityType, Place("E", _R)]
    authority_name: Annotated[str, Place("E", _R)]
    representative: Annotated[str, Place("E", _R)]
    file_number: Annotated[str, Place("E", _R)]
    authority_address: Annotated[str, Place("E", _R)]
    telephone: Annotated[str, Place("E", _R, required=False)] = ""
    fax: Annotated[str, Place("E", _R, required=False)] = ""
    authority_email: Annotated[str, Place("E", _R)]
    signed_on: Annotated[str, Place("E", _R)]
    authenticated_channel: Annotated[bool, Place("E", _R)] = False
    feedback_contact: Annotated[str, Place("F", _R)]
    home_authority_contact: Annotated[str, Place("F", _R, required=False)] = ""
    redress_body: Annotated[str, Place("G", _R)]
    redress_deadline: Annotated[str, Place("G", _R)]
    redress_provisions: Annotated[str, Place("G", _R)]

    def about(self, package: Package) -> Self:
        """The authority's standing order form, about a package: where, why, under which number, when, and whether it is kept back.

        Raises ValueError for a package that is no order.
        """
        if package.kind is not Kind.ORDER:
            raise ValueError(f"a package of kind {package.kind} makes no order")
        return replace(
            self,
            addressee=package.recipient.name,
            contact_point=package.recipient.email,
            issued_at=package.made,
            reference=package.reference,
            locations=package.items,
            reasons=package.explanation,
            non_disclosure=isinstance(package.contest, Withheld),
        )

    def rules(self) -> tuple[Fault, ...]:
        """States that are none, inexact places, boxes that contradict the states named."""
        found = _states(
            issuing_member_state=self.issuing_member_state,
            member_state_of_establishment=self.member_state_of_establishment,
        )
        found += [
            Fault(f"locations.{n}.url", "no exact address")
            for n, item in enumerate(self.locations, 1)
            if not is_exact(item.url)
        ]
        found += _mails(authority_email=self.authority_email)
        abroad = self.issuing_member_state != self.member_state_of_establishment
        if self.other_member_state != abroad:
            found.append(Fault("other_member_state", "it does not fit the Member States of section A"))
        if abroad and not self.home_authority_contact.strip():
            found.append(Fault("home_authority_contact", "missing: the host is established in another Member State"))
        if len(set(self.content)) < len(self.content):
            found.append(Fault("content", "a box is ticked twice"))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Annex II. Either `provider` or `provider_representative` is named, with its Member State."""

    KIND: ClassVar[Kind] = Kind.FEEDBACK
    SOURCE: ClassVar[str] = "Regulation (EU) 2021/784, Annex II"

    addressee: Annotated[str, Place("A", _R)]
    issuing_authority: Annotated[str, Place("A", _R)]
    authority_reference: Annotated[str, Place("A", _R)]
    reference: Annotated[str, Place("A", _R)]
    received_at: Annotated[Moment, Place("A", _R)]
    measure: Annotated[Measure, Place("B", _R)]
    measure_at: Annotated[Moment, Place("B", _R)]
    provider: Annotated[str, Place("C", _R, required=False)] = ""
    provider_representative: Annotated[str, Place("C", _R, required=False)] = ""
    member_state_of_establishment: Annotated[str, Place("C", _R)]
    authorised_person: Annotated[str, Place("C", _R)]
    contact_email: Annotated[str, Place("C", _R)]
    signed_at: Annotated[Moment, Place("C", _R)]

    def rules(self) -> tuple[Fault, ...]:
        """Times out of order, nobody or two named as host, a state that is none."""
        found = _host(self.provider, self.provider_representative)
        found += _states(member_state_of_establishment=self.member_state_of_establishment)
        found += _mails(contact_email=self.contact_email)
        if self.measure_at.at < self.received_at.at:
            found.append(Fault("measure_at", "before the order was received"))
        if self.signed_at.at < self.measure_at.at:
            found.append(Fault("signed_at", "before the measure that it reports"))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossibility:
    """Annex III. `explanation` says why (Art. 3(7)), `clarification` what is wrong or missing in the order (Art. 3(8))."""

    KIND: ClassVar[Kind] = Kind.IMPOSSIBILITY
    SOURCE: ClassVar[str] = "Regulation (EU) 2021/784, Annex III"

    addressee: Annotated[str, Place("A", _R)]
    issuing_authority: Annotated[str, Place("A", _R)]
    authority_reference: Annotated[str, Place("A", _R)]
    reference: Annotated[str, Place("A", _R)]
    received_at: Annotated[Moment, Place("A", _R)]
    obstacles: Annotated[tuple[Obstacle, ...], Place("B", _S)]
    explanation: Annotated[str, Place("B", _R, required=False)] = ""
    clarification: Annotated[str, Place("B", _R, required=False)] = ""
    provider: Annotated[str, Place("C", _R, required=False)] = ""
    provider_representative: Annotated[str, Place("C", _R, required=False)] = ""
    authorised_person: Annotated[str, Place("C", _R)]
    contact_email: Annotated[str, Place("C", _R)]
    signature: Annotated[str, Place("C", _R)]
    signed_at: Annotated[Moment, Place("C", _R)]

    def rules(self) -> tuple[Fault, ...]:
        """A box without the words that go with it, times out of order, nobody or two named as host."""
        found = _host(self.provider, self.provider_representative) + _mails(contact_email=self.contact_email)
        if Obstacle.IMPOSSIBLE in self.obstacles and not self.explanation.strip():
            found.append(Fault("explanation", "missing: why it could not be done"))
        unclear = {Obstacle.MANIFEST_ERRORS, Obstacle.INSUFFICIENT} & set(self.obstacles)
        if unclear and not self.clarification.strip():
            found.append(Fault("clarification", "missing: which errors, or what has to be made clear"))
        if self.signed_at.at < self.received_at.at:
            found.append(Fault("signed_at", "before the order was received"))
        return tuple(found)


def _states(**named: str) -> list[Fault]:
    return [
        Fault(name, "no Member State: two letters, Greece is GR")
        for name, code in named.items()
        if code and code not in MEMBER_STATES
    ]


def _mails(**named: str) -> list[Fault]:
    return [Fault(name, "no e-mail address") for name, text in named.items() if text and not is_mail(text)]


def _host(provider: str, representative: str) -> list[Fault]:
    named = bool(provider.strip()) + bool(representative.strip())
    return [] if named == 1 else [Fault("provider", "name the host or its legal representative: one of the two")]
