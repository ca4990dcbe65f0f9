"""What is known of each field of a form: its section, whether it must be filled in, and how well its wording is known.

A form is a frozen dataclass whose fields are annotated with a `Place`; `shortcomings` reads them, so that rule, mark and value stand in one
place. Not for: rules between fields, which each form states in `rules()`.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Protocol, get_type_hints

from actionday.records.deadline import Mark
from actionday.refer.package import Fault, Kind


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands in its form. `mark` is None where no published text prescribes the field, so that there is nothing to compare with."""

    section: str
    mark: Mark | None
    required: bool = True


class Form(Protocol):
    """One filled-in form."""

    KIND: ClassVar[Kind]
    SOURCE: ClassVar[str]
    """the text that prescribes it, or empty"""

    @property
    def reference(self) -> str:
        """The number under which an answer is matched."""
        ...

    def rules(self) -> tuple[Fault, ...]:
        """What is off between fields."""
        ...


def places(form: type[Any]) -> dict[str, Place]:
    """The place of every field, in the order of the form. Raises TypeError for a field without one."""
    hints = get_type_hints(form, include_extras=True)
    found: dict[str, Place] = {}
    for one in fields(form):
        place = [extra for extra in getattr(hints[one.name], "__metadata__", ()) if isinstance(extra, Place)]
        if not place:
            raise TypeError(f"{form.__name__}.{one.name} does not say where it stands and how well it is known")
        found[one.name] = place[0]
    return found


def unverified(form: type[Any]) -> tuple[str, ...]:
    """Fields whose wording was not compared with the published text, in the order of the form."""
    return tuple(name for name, place in places(form).items() if place.mark not in (None, Mark.VERIFIED))


def shortcomings(form: Form) -> tuple[Fault, ...]:
    """Required fields that are empty, then what is off between fields."""
    missing = [
        Fault(name, "missing")
        for name, place in places(type(form)).items()
        if place.required and _empty(getattr(form, name))
    ]
    return (*missing, *form.rules())


def _empty(value: object) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip())
