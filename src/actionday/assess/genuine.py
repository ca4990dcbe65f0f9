"""The first question about an order: is it real? Five checks with their reasons; where there is doubt, the register's number to call, never the letter's.

A check is material for a person, who answers. Not for: what follows from the answer (`records.order`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from actionday.records.authority import Authority, Register
from actionday.records.order_event import Answered, Asked, Check
from actionday.records.receipt import Receipt, Signed


@dataclass(frozen=True, slots=True)
class Here:
    """What the host knows: names of its own servers, and whether a person looked and found the material public."""

    hosts: tuple[str, ...] = ()
    public: Answered = Answered.UNKNOWN


def examine(receipt: Receipt, register: Register | None, here: Here, now: datetime) -> tuple[Check, ...]:
    """The five checks, in the order of `Asked`."""
    authority, listed = _listed(receipt, register, now)
    return (
        listed,
        _route(receipt, authority),
        Check(Asked.PUBLIC, here.public, _PUBLIC[here.public]),
        _hosted(receipt, here),
        _complete(receipt),
    )


_PUBLIC = {
    Answered.YES: "a person looked, and it is public",
    Answered.NO: "a person looked, and it is not public: the regulation speaks of what is disseminated to the public",
    Answered.UNKNOWN: "nobody has looked yet",
}


def _listed(receipt: Receipt, register: Register | None, now: datetime) -> tuple[Authority | None, Check]:
    name, state = receipt.said.get("authority_name", ""), receipt.said.get("issuing_member_state", "")
    if register is None:
        return None, Check(
            Asked.LISTED, Answered.UNKNOWN, "no register was imported here: actionday intake register FILE"
        )
    certified = next(filter(None, map(register.certified, _valid(receipt))), None)
    found = register.named(name, state if len(state.strip()) == 2 else "") or (certified if not name else None)
    if found is None:
        why = f"the register of {register.as_of} knows no {name}" if name else "the letter names no authority"
        return None, Check(Asked.LISTED, Answered.NO, why)
    if certified is not None and certified is not found:
        why = f"the letter names {found.name}, and its certificate is that of {certified.name}"
        return found, Check(Asked.LISTED, Answered.NO, why, found.call_back)
    age = "; the register is old, look for a newer one" if register.stale(now.date()) else ""
    return found, Check(Asked.LISTED, Answered.YES, f"{found.name} is in the register of {register.as_of}{age}")


def _valid(receipt: Receipt) -> Iterator[str]:
    return (one.certificate for one in receipt.signatures if one.state is Signed.VALID)


def _route(receipt: Receipt, authority: Authority | None) -> Check:
    if authority is None:
        return Check(Asked.ROUTE, Answered.UNKNOWN, "there is no authority whose route it could be")
    call = authority.call_back
    if any(one.state is not Signed.VALID for one in receipt.signatures):
        return Check(Asked.ROUTE, Answered.NO, "a signature in it is broken, or cannot be read", call)
    if any(one in authority.certificates for one in _valid(receipt)):
        return Check(Asked.ROUTE, Answered.YES, f"signed with a certificate of {authority.name}")
    known = authority.writes_from(receipt.sender)
    if known and receipt.vouched and receipt.sender.casefold().endswith(f"@{receipt.vouched}"):
        return Check(
            Asked.ROUTE, Answered.YES, f"from an address of {authority.name}, and your mail server vouches for it"
        )
    if any(_valid(receipt)):
        return Check(Asked.ROUTE, Answered.NO, "signed with a certificate that is not in the register", call)
    if known:
        return Check(
            Asked.ROUTE, Answered.UNKNOWN, "the address is one of the authority's, and nothing vouches for it", call
        )
    why = "no signature, and no address of the authority's"
    return Check(Asked.ROUTE, Answered.NO, why, call)


def _hosted(receipt: Receipt, here: Here) -> Check:
    if not receipt.locations:
        return Check(Asked.HOSTED, Answered.UNKNOWN, "it names no address")
    if not here.hosts:
        return Check(Asked.HOSTED, Answered.UNKNOWN, "which servers are yours was not said (`hosts`)")
    elsewhere = [place for place in receipt.locations if not _ours(place, here.hosts)]
    if not elsewhere:
        return Check(Asked.HOSTED, Answered.YES, "every address leads to your servers")
    return Check(Asked.HOSTED, Answered.NO, f"{len(elsewhere)} of {len(receipt.locations)} addresses lead elsewhere")


def _ours(place: str, hosts: tuple[str, ...]) -> bool:
    try:
        name = (urlsplit(place).hostname or "").casefold()
    except ValueError:
        return False
    return any(name == host.casefold() or name.endswith(f".{host.casefold()}") for host in hosts)


def _complete(receipt: Receipt) -> Check:
    if lacking := receipt.missing:
        names = ", ".join(one.name for one in lacking)
        return Check(Asked.COMPLETE, Answered.NO, f"missing: {names}")
    if receipt.unread:
        return Check(Asked.COMPLETE, Answered.UNKNOWN, f"could not be read: {'; '.join(receipt.unread)}")
    return Check(Asked.COMPLETE, Answered.YES, "it says what Annex I asks for")
