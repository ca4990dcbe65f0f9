"""Letters, checks and steps for tests of what a host receives. Everything in them is made up."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.records.casework import ANNA

from actionday.records import ActorId, EntryId
from actionday.records.authority import Authority, Register
from actionday.records.case_event import Item
from actionday.records.order_event import Answered, Asked, Check, Obstacle, OrderEvent, OrderStep, Outcome
from actionday.records.order_fields import ANNEX_I, LOCATIONS
from actionday.records.receipt import Original, Receipt, ReceiptKind, ReceivedBy

AT = datetime(2026, 11, 25, 3, tzinfo=UTC)
RECEIPT = EntryId(f"i-{1:032x}")
CALL = "+33 1 00 00 00 00"
PLACE = "https://chat.example.org/room/1/post/2"
OFFICE = Authority("Office of Tests", "FR", CALL, ("@office.example",), ("c" * 64,))
REGISTER = Register(date(2026, 11, 1), "a list of tests", "e" * 64, (OFFICE,))
SAID = {one.name: f"some {one.name}" for one in ANNEX_I if one.required and one.name != LOCATIONS} | {
    "authority_name": "office of  tests",
    "issuing_member_state": "FR",
    "reference": "FR-2026-17",
}
LISTED = Check(Asked.LISTED, Answered.YES, "in the register")
ROUTED = Check(Asked.ROUTE, Answered.YES, "signed")
UNROUTED = Check(Asked.ROUTE, Answered.NO, "it came from nowhere known", CALL)


def letter(kind: ReceiptKind = ReceiptKind.ORDER, number: int = 1, **other: str) -> Receipt:
    """A complete letter of a kind; `other` overrides what it says."""
    return Receipt(
        EntryId(f"i-{number:032x}"),
        kind,
        AT,
        ReceivedBy.MAIL_SERVER,
        f"imap://mail.example.org/INBOX;UIDVALIDITY=1/;UID={number}",
        Original(f"{number:064x}", 100),
        "duty@office.example",
        "Removal order",
        SAID | other,
        (PLACE,),
    )


def received(what: Receipt | None = None, by: ActorId = ANNA) -> OrderEvent:
    """Its first event."""
    one = what or letter()
    return OrderEvent(one.id, one.id, OrderStep.RECEIVED, AT, by, letter=one)


def happens(what: OrderStep, number: int, at: datetime = AT, receipt: EntryId = RECEIPT) -> OrderEvent:
    """A step, with what belongs to it filled in."""
    event = OrderEvent(EntryId(f"o-{number:032x}"), receipt, OrderStep.ACKNOWLEDGED, at, ANNA)
    more: dict[OrderStep, dict[str, object]] = {
        OrderStep.PAGED: {"to": "duty"},
        OrderStep.SORTED: {"kind": ReceiptKind.NOTICE, "why": "it is a notice"},
        OrderStep.REAL: {"checks": (LISTED, ROUTED), "register": "2026-11-01"},
        OrderStep.DOUBTFUL: {"checks": (LISTED, UNROUTED), "why": "nobody there sent it"},
        OrderStep.PRESERVED: {"items": (Item("post.json", "a" * 64, 12),)},
        OrderStep.DISABLED: {"outcome": Outcome.REMOVED},
        OrderStep.IMPOSSIBLE: {"obstacles": (Obstacle.INSUFFICIENT,), "why": "no address"},
        OrderStep.CLARIFIED: {"why": "the address came"},
        OrderStep.ANSWERED: {"reference": "sent under m-1"},
        OrderStep.WITHHELD: {"until": at + timedelta(weeks=6), "why": "section C"},
        OrderStep.COMPLAINED: {"reference": "r-1"},
        OrderStep.SCRUTINY: {"reference": "r-2"},
        OrderStep.COURT: {"reference": "r-3"},
        OrderStep.REJECTED: {"why": "decided"},
        OrderStep.REINSTATED: {"why": "the court said so"},
        OrderStep.KEPT_LONGER: {"until": at + timedelta(days=400), "authority": "Court of Tests", "why": "an inquiry"},
        OrderStep.OPENED: {"why": "the authority asks"},
    }
    return replace(event, step=what, **more.get(what, {}))  # type: ignore[arg-type]
