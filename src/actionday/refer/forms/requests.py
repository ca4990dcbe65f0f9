"""Forms that a unit sends on its own word, made from a package: voluntary referral, notice under Art. 16 of the DSA, letter to a platform.

Not for: orders and what hosts answer to them (`forms.annexes`).
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from actionday.records.deadline import Mark
from actionday.refer.forms.field import Place
from actionday.refer.package import (
    Contact,
    Contest,
    EvidenceHash,
    Fault,
    Ground,
    Item,
    Kind,
    Moment,
    Package,
    Recipient,
    Withheld,
    faults,
    is_exact,
)

_OWN = None
_R = Mark.RECALLED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What all three say, in the order in which they say it."""

    KIND: ClassVar[Kind]
    SOURCE: ClassVar[str] = ""

    recipient: Annotated[Recipient, Place("to", _OWN)]
    reference: Annotated[str, Place("to", _OWN)]
    made: Annotated[Moment, Place("to", _OWN)]
    items: Annotated[tuple[Item, ...], Place("what", _OWN)]
    ground: Annotated[Ground, Place("why", _OWN)]
    explanation: Annotated[str, Place("why", _OWN)]
    evidence: Annotated[tuple[EvidenceHash, ...], Place("evidence", _OWN, required=False)]
    contest: Annotated[Contest | Withheld, Place("answer", _OWN)]
    sender: Annotated[Contact, Place("answer", _OWN)]

    @classmethod
    def of(cls, package: Package) -> Self:
        """The form for a package of its kind. Raises ValueError for another kind."""
        if package.kind is not cls.KIND:
            raise ValueError(f"a package of kind {package.kind} makes no {cls.KIND}")
        return cls(
            recipient=package.recipient,
            reference=package.reference,
            made=package.made,
            items=package.items,
            ground=package.ground,
            explanation=package.explanation,
            evidence=package.evidence,
            contest=package.contest,
            sender=package.sender,
        )

    def package(self) -> Package:
        """The package that it was made from."""
        return Package(
            self.reference,
            self.KIND,
            self.recipient,
            self.sender,
            self.items,
            self.ground,
            self.explanation,
            self.evidence,
            self.contest,
            self.made,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral(_Request):
    """Voluntary, on the host's own terms; its first line says both."""

    KIND: ClassVar[Kind] = Kind.REFERRAL

    def rules(self) -> tuple[Fault, ...]:
        """The package's faults; terms that are not cited."""
        terms = self.recipient.terms
        found = [] if terms else [Fault("recipient.terms", "missing: a referral cites the host's own terms")]
        if terms and not (terms.title.strip() and terms.clause.strip()):
            found.append(Fault("recipient.terms", "title or clause is missing"))
        if terms and not is_exact(terms.url):
            found.append(Fault("recipient.terms.url", "no exact address"))
        return (*faults(self.package()), *found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(_Request):
    """Art. 16(2) of Regulation (EU) 2022/2065: explanation, exact location, name and e-mail, and a statement of good faith."""

    KIND: ClassVar[Kind] = Kind.NOTICE
    SOURCE: ClassVar[str] = "Regulation (EU) 2022/2065, Art. 16(2)"

    items: Annotated[tuple[Item, ...], Place("what", _R)]
    explanation: Annotated[str, Place("why", _R)]
    sender: Annotated[Contact, Place("answer", _R)]
    good_faith: Annotated[bool, Place("answer", _R)] = False

    def rules(self) -> tuple[Fault, ...]:
        """The package's faults; good faith that nobody has stated."""
        stated = () if self.good_faith else (Fault("good_faith", "missing: nobody has stated it"),)
        return (*faults(self.package()), *stated)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLetter(_Request):
    """For a platform that takes letters: the same on paper, with a postal address."""

    KIND: ClassVar[Kind] = Kind.LETTER

    def rules(self) -> tuple[Fault, ...]:
        """The package's faults; no postal address."""
        where = self.recipient.address.strip()
        return (
            *faults(self.package()),
            *(() if where else (Fault("recipient.address", "missing: nowhere to post it"),)),
        )
