"""A letter becomes a receipt: what it seems to be, what it says, who the mail server vouches for. And the cases that a receipt opens.

Nothing received is dropped: a letter of which nothing could be read is a receipt too, and a case, and says what is missing. Not for: keeping it
(`stores`), or fetching it (`wire`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from actionday.assess.messages import claims, kind_of
from actionday.records import ActorId, EntryId
from actionday.records.authority import Register
from actionday.records.case_event import CaseEvent, CaseStep, Opening, Priority
from actionday.records.letter import Letter
from actionday.records.receipt import Original, Receipt, ReceiptKind, ReceivedBy

_HARM = {ReceiptKind.ORDER: 1.0, ReceiptKind.UNCLEAR: 1.0, ReceiptKind.NOTICE: 0.7, ReceiptKind.USER_REPORT: 0.5}
_CONFIDENCE = {ReceiptKind.ORDER: 0.9, ReceiptKind.NOTICE: 0.5, ReceiptKind.USER_REPORT: 0.4}
MOST_PLACES = 1_000
"""Addresses of one letter that open cases; a longer list is one case about the letter, and a person splits it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and where something came in. `vouching` is the name (authserv-id) under which the host's own mail server vouches for senders."""

    id: EntryId
    received: datetime
    received_by: ReceivedBy
    source: str
    original: Original
    vouching: str = ""


def receipt_of(letter: Letter, arrival: Arrival, register: Register | None) -> Receipt:
    """What was received. `register` is None where none was imported."""
    said, places = claims(letter)
    known = register is not None and any(one.writes_from(letter.sender) for one in register.authorities)
    return Receipt(
        arrival.id,
        kind_of(letter, said, from_authority=known),
        arrival.received,
        arrival.received_by,
        arrival.source,
        arrival.original,
        letter.sender,
        letter.subject,
        said,
        places,
        letter.signatures,
        letter.unread,
        vouched(letter, arrival.vouching),
    )


def vouched(letter: Letter, server: str) -> str:
    """The sender's domain where the host's own mail server found DMARC or an aligned DKIM signature to pass; else empty.

    Only the outermost header of that server counts: it takes away others that use its name, and what came before is the sender's own word
    (RFC 8601, section 5).
    """
    domain = letter.sender.rpartition("@")[2].casefold()
    if not server or not domain:
        return ""
    for header in letter.vouchers[:1]:
        name, _, results = header.partition(";")
        if name.split()[:1] != [server]:
            return ""
        for result in results.split(";"):
            told = re.sub(r"\([^)]*\)", " ", result).casefold().split()
            passed = told[:1] in (["dmarc=pass"], ["dkim=pass"])
            aligned = {f"header.from={domain}", f"header.d={domain}", f"header.i=@{domain}"} & set(told)
            if passed and aligned:
                return domain
    return ""


def openings(receipt: Receipt, by: ActorId, readers: int, fresh: Callable[[], EntryId]) -> list[CaseEvent]:
    """The cases that a receipt opens: one for each address, or one about the letter where it has none, or too many."""
    places = receipt.locations if 0 < len(receipt.locations) <= MOST_PLACES else ()
    targets = [(f"url:{place}", platform_at(place)) for place in places] or [(f"receipt:{receipt.id}", "")]
    return [_opening(receipt, target, platform, (by, readers, fresh())) for target, platform in targets]


def about_itself(receipt: Receipt, by: ActorId, readers: int, fresh: EntryId) -> CaseEvent:
    """A case about the letter alone, where no case about what it names may be opened."""
    return _opening(receipt, f"receipt:{receipt.id}", "", (by, readers, fresh))


def _opening(receipt: Receipt, target: str, platform: str, how: tuple[ActorId, int, EntryId]) -> CaseEvent:
    by, readers, case = how
    confidence, harm = _CONFIDENCE.get(receipt.kind, 0.3), _HARM.get(receipt.kind, 0.3)
    what = Opening(target, platform, receipt.kind.value, Priority(confidence, harm, 0.5, receipt.received), readers)
    return CaseEvent(case, case, CaseStep.OPENED, receipt.received, by, opening=what)


def platform_at(place: str) -> str:
    """The host of an address, which is what is known of its platform here."""
    try:
        parts = urlsplit(place)
        return (parts.hostname or parts.scheme).casefold()
    except ValueError:
        return ""
