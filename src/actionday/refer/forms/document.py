"""A filled-in form with what stands on its face: whether it is void, unverified or incomplete, and so whether it may be sent; and the same as JSON.

Not for: wording (`forms.wording`) or pages (`forms.typeset`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from actionday.refer.forms.annexes import RemovalOrder
from actionday.refer.forms.authority import Authority
from actionday.refer.forms.field import Form, places, shortcomings, unverified
from actionday.refer.package import Fault, Kind, Language, Moment

ANNEXES = frozenset({Kind.ORDER, Kind.FEEDBACK, Kind.IMPOSSIBILITY})
"""Forms that a regulation prints, and so in its own languages only."""


class Stamp(StrEnum):
    """A word across a form that must not be taken for one in force."""

    VOID = "void"
    UNVERIFIED = "unverified"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Document:
    """One form in one language, with its stamps and their reasons, in the order in which they weigh."""

    form: Form
    language: Language
    stamps: Mapping[Stamp, tuple[str, ...]]
    faults: tuple[Fault, ...]

    @property
    def sendable(self) -> bool:
        """Whether it may leave: nothing is stamped on it. Approval is asked for elsewhere, and besides."""
        return not self.stamps

    def to_json(self) -> str:
        """The same for programs, ASCII only: kind, language, fields with marks, stamps, faults."""
        known = places(type(self.form))
        told = {
            "kind": self.form.KIND.value,
            "source": self.form.SOURCE,
            "language": self.language.value,
            "reference": self.form.reference,
            "sendable": self.sendable,
            "stamps": {stamp.value: list(why) for stamp, why in self.stamps.items()},
            "faults": [{"field": fault.field, "says": fault.says} for fault in self.faults],
            "fields": {
                name: {
                    "section": place.section,
                    "mark": place.mark.value if place.mark else None,
                    "value": plain(getattr(self.form, name)),
                }
                for name, place in known.items()
            },
        }
        return json.dumps(told, ensure_ascii=True, indent=1)


def document(form: Form, language: Language, authority: Authority | None = None) -> Document:
    """The form in that language. `authority` is the recorded national authority of this installation, without which an order is void.

    Raises ValueError for an annex in a language that is no official one of the Union.
    """
    if form.KIND in ANNEXES and language is Language.ARABIC:
        raise ValueError("the annexes are there in official languages of the Union only")
    faults, stamps = shortcomings(form), dict[Stamp, tuple[str, ...]]()
    if isinstance(form, RemovalOrder):
        void = _void(form, authority)
        if void:
            stamps[Stamp.VOID] = void
    open_ = unverified(type(form))
    if open_:
        stamps[Stamp.UNVERIFIED] = open_
    if faults:
        stamps[Stamp.INCOMPLETE] = tuple(f"{fault.field}: {fault.says}" for fault in faults)
    return Document(form, language, stamps, faults)


def _void(order: RemovalOrder, authority: Authority | None) -> tuple[str, ...]:
    if authority is None:
        return ("no national authority with a certificate is recorded here",)
    return authority.objections(order.authority_name, order.issuing_member_state, order.issued_at.at)


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON-able value
    """A form's value for JSON; a moment becomes its UTC and its original time."""
    if isinstance(value, Moment):
        return {"utc": value.utc, "told": value.told}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value
