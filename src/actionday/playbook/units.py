"""What the unit is: said by `init`, which makes the home too. Not for: people (`people`)."""

import hashlib
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from actionday.playbook.case_orders import UnitOrder
from actionday.playbook.casebooks import actor_of, are_enrolled, casebook_of
from actionday.records import Clock, InputError, Permission, UsageError
from actionday.records.unit import Unit, UnitKind
from actionday.settings import Settings
from actionday.stores.archive.home import HomePolicy, make_home, open_home


def set_up(settings: Settings, order: UnitOrder, clock: Clock) -> dict[str, Any]:
    """Make the home where there is none, and say in the ledger what the unit is. Returns that, and in three lines what comes next.

    Saying it again replaces what was said; both stand in the ledger. Raises UsageError for what does not fit, InputError for a
    certificate that is none, HomeError, PermissionRefused.
    """
    certificate = "" if order.certificate is None else _certificate(order.certificate)
    if order.kind is UnitKind.NATIONAL_AUTHORITY and not (order.register_entry and certificate):
        raise UsageError(
            "a national authority names its register entry and its certificate; without them there are no removal orders here"
        )
    try:
        unit = Unit(
            order.kind, order.name, order.jurisdiction, order.legal_basis, order.size, clock.now(), order.register_entry, certificate,
            order.contest,
        )  # fmt: skip
    except ValueError as error:
        raise UsageError(str(error)) from error
    if (settings.home / "home.json").exists():
        open_home(settings.home)
    else:
        make_home(settings.home, HomePolicy(order.content, order.profile), clock.now())
    actor = actor_of(settings, clock)
    actor.must(Permission.SET_UP)
    with casebook_of(settings, clock) as casebook:
        casebook.cases.set_up(actor, unit)
        head = str(casebook.head())
    return {**told_unit(unit), "home": str(settings.home), "next": _next(settings, unit, clock), "head": head}


def unit_here(settings: Settings, clock: Clock) -> dict[str, Any] | None:
    """What the unit is; None where nobody said it yet."""
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        unit = casebook.cases.unit()
    return None if unit is None else told_unit(unit)


def told_unit(unit: Unit) -> dict[str, Any]:
    """A unit as plain values, with what follows from it."""
    return {
        "kind": unit.kind.value,
        "name": unit.name,
        "jurisdiction": unit.jurisdiction,
        "legal_basis": unit.legal_basis,
        "size": unit.size,
        "register_entry": unit.register_entry,
        "certificate": unit.certificate,
        "contest": unit.contest,
        "removal_orders": unit.may_order,
        "readers": unit.readers,
        "read_by": "two readers, who do not see each other's answer" if unit.readers == 2 else "a single reader, who reads again after 24 hours",
    }  # fmt: skip


def _next(settings: Settings, unit: Unit, clock: Clock) -> list[str]:
    home = settings.home
    if are_enrolled(settings, clock):
        people = (
            f"people are enrolled here; one more: actionday person add NAME --role reviewer --key KEY --home {home}"
        )
    else:
        people = f"say who works here, you first: actionday person add NAME --role administrator --role reviewer --home {home}"
    first = "actionday intake" if unit.kind is UnitKind.HOST else "actionday assess add"
    lead = f"bring what came in: {first} --home {home}"
    return [people, lead, f"read what waits: actionday assess open --home {home}"]


def _certificate(path: Path) -> str:
    """SHA-256 of a certificate's DER form, in hex."""
    try:
        data = path.read_bytes()
        text = data.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_certificate(data) if text else x509.load_der_x509_certificate(data)
    except (OSError, ValueError) as error:
        raise InputError(str(path), "is no certificate", "give an X.509 certificate, PEM or DER") from error
    return hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest()
