"""What a removal order has to say: the fields of Annex I of Regulation (EU) 2021/784 as data, and which of them a letter lacks.

What is `recalled` was not yet compared with the published text, and whoever prints a field prints its mark. Not for: whether what is said is true
(`assess.genuine`), or making an order, which hosts do not do.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from actionday.records.deadline import Mark

LOCATIONS = "locations"
"""The exact addresses of section B, which a receipt holds as a list."""
NON_DISCLOSURE = "non_disclosure"
YES, NO = "yes", "no"
"""What boxes are filled in with."""


@dataclass(frozen=True, slots=True)
class OrderField:
    """One field: its section, whether an order without it is incomplete, how well its wording is known, and words it goes by in letters."""

    name: str
    section: str
    required: bool
    mark: Mark
    words: tuple[str, ...]


_V, _R = Mark.VERIFIED, Mark.RECALLED
ANNEX_I: tuple[OrderField, ...] = (
    OrderField("issuing_member_state", "A", True, _V, ("issuing member state",)),
    OrderField("addressee", "A", True, _V, ("addressee",)),
    OrderField("contact_point", "A", True, _V, ("contact point",)),
    OrderField("member_state_of_establishment", "A", True, _V, ("member state of main establishment", "member state where")),
    OrderField("issued_at", "A", True, _V, ("time and date of issuing", "time and date")),
    OrderField("reference", "A", True, _V, ("reference number", "reference")),
    OrderField(LOCATIONS, "B", True, _V, ("url",)),
    OrderField("reasons", "B", True, _V, ("reasons for considering the material to be terrorist content", "reasons")),
    OrderField("content", "B", True, _R, ("type of material", "article 2, point")),
    OrderField("additional_information", "B", False, _R, ("additional information",)),
    OrderField(NON_DISCLOSURE, "C", False, _R, ("non-disclosure", "refrain from informing")),
    OrderField("other_member_state", "D", False, _R, ("copy of the order sent to",)),
    OrderField("authority_type", "E", True, _R, ("type of competent authority",)),
    OrderField("authority_name", "E", True, _R, ("name of the issuing authority", "competent authority", "issuing authority")),
    OrderField("representative", "E", True, _R, ("name of its representative", "representative and post held")),
    OrderField("file_number", "E", True, _R, ("file no", "file number")),
    OrderField("authority_address", "E", True, _R, ("address",)),
    OrderField("telephone", "E", False, _R, ("telephone", "tel. no")),
    OrderField("fax", "E", False, _R, ("fax",)),
    OrderField("authority_email", "E", True, _R, ("e-mail address", "e-mail", "email")),
    OrderField("signed_on", "E", True, _R, ("date of signature", "date")),
    OrderField("feedback_contact", "F", True, _R, ("contact details for feedback", "contact for feedback")),
    OrderField("home_authority_contact", "F", False, _R, ("contact details of the competent authority of",)),
    OrderField("redress_body", "G", True, _R, ("competent body or court", "court before which")),
    OrderField("redress_deadline", "G", True, _R, ("deadline for challenging", "deadline")),
    OrderField("redress_provisions", "G", True, _R, ("link to provisions", "provisions")),
)  # fmt: skip
"""Every field, in the order of the form."""

NAMES = frozenset(one.name for one in ANNEX_I)


def missing(said: Mapping[str, str], locations: Collection[str]) -> tuple[OrderField, ...]:
    """Required fields that nothing was said for, in the order of the form."""
    return tuple(
        one
        for one in ANNEX_I
        if one.required and not (locations if one.name == LOCATIONS else said.get(one.name, "").strip())
    )
