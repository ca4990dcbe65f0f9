"""Takes something in: read in the parser process, sealed as it came, cases opened, written down. Whatever happens, it is kept, and once.

The original is sealed before the ledger speaks of it, and the ledger speaks last, so that a run that was killed is taken up by doing it again.
Not for: where it comes from (`mailbox`, `queues`, `intaking`).
"""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from actionday.assess.intake import Arrival, about_itself, openings, receipt_of
from actionday.observe.pool import Pool
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.contact_point import ContactPoint, contact_point, register_of
from actionday.records import Actor, Clock, EntryId, UsageError, WorkerStopped, lookup_hash, new_entry_id
from actionday.records.authority import Register
from actionday.records.letter import Letter
from actionday.records.order_event import OrderEvent, OrderStep
from actionday.records.receipt import Receipt, ReceivedBy
from actionday.settings import Settings
from actionday.stores.archive.home import open_home, pseudonym_key
from actionday.stores.casebook import Casebook
from actionday.stores.sealed import Sealed

PARSER_MEMORY = 1 << 30
PATIENCE = 15.0
"""Seconds for one letter: an order has to wake somebody within a minute, read or not."""


@dataclass(frozen=True, slots=True)
class Came:
    """Something that came in: its bytes, when and by whose clock, where from. `known_as` tells it from all else that ever came."""

    raw: bytes
    at: datetime
    by: ReceivedBy
    source: str
    known_as: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What taking something in needs: the casebook, the sealed store, the contact point, the register, parsers, and who does it."""

    casebook: Casebook
    sealed: Sealed
    point: ContactPoint
    register: Register | None
    pool: Pool
    actor: Actor
    key: bytes
    clock: Clock

    def now(self) -> datetime:
        """The present, UTC."""
        return self.clock.now()

    def number(self, known_as: str) -> EntryId:
        """The receipt's id: the same thing has the same one, and nobody else can tell from it what it is."""
        return EntryId(f"i-{lookup_hash(self.key, f'receipt {known_as}')[:32]}")


@contextmanager
def desk_of(settings: Settings, clock: Clock) -> Iterator[Desk]:
    """Everything for taking in, open for a while. Raises HomeError, UsageError."""
    home = open_home(settings.home)
    key = pseudonym_key(settings.keys_of(settings.home))
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook, _parsers(settings) as pool:
        sealed = Sealed(home.path, key)
        yield Desk(casebook, sealed, contact_point(home.path), register_of(home.path), pool, actor, key, clock)


def _parsers(settings: Settings) -> AbstractContextManager[Pool]:
    """A parser process for letters."""
    return Pool(settings.environment or {}, size=1, data_bytes=PARSER_MEMORY, patience=PATIENCE)


def take_in(desk: Desk, came: Came) -> tuple[EntryId, Receipt | None]:
    """Take it in. Returns its number, and what it is where it is new; the first word stands for what came before."""
    number = desk.number(came.known_as)
    if desk.casebook.receipts.there(desk.actor, number):
        return number, None
    letter = _read(desk.pool, came)
    with desk.sealed.writing():
        original = desk.sealed.put(came.raw)
        arrival = Arrival(number, came.at, came.by, came.source, original, desk.point.vouching)
        receipt = receipt_of(letter, arrival, desk.register)
        receipt = replace(receipt, cases=_opened(desk, receipt))
        event = OrderEvent(number, number, OrderStep.RECEIVED, desk.now(), desk.actor.id, letter=receipt)
        return number, receipt if desk.casebook.receipts.receive(desk.actor, event) else None


def _read(pool: Pool, came: Came) -> Letter:
    """What the parser process read; what it died of is a letter that could not be read."""
    with tempfile.TemporaryDirectory(prefix="actionday-letter-") as folder:
        path = Path(folder) / "letter"
        path.touch(mode=0o600)
        path.write_bytes(came.raw)
        try:
            frames = [header for header, _ in pool.ask({"do": "letter", "path": str(path)})]
            letter = Letter.from_json(frames[0]["letter"])
        except (WorkerStopped, KeyError, TypeError, ValueError, IndexError) as error:
            letter = Letter("unknown", unread=(f"the letter: {error}"[:300],))
    return replace(letter, unread=(*letter.unread, "the letter: larger than what is fetched")) if came.cut else letter


def _opened(desk: Desk, receipt: Receipt) -> tuple[EntryId, ...]:
    """The cases that it opens, or that stand already. Where what it names was forgotten here, one about the letter itself."""
    unit = desk.casebook.cases.unit()
    readers = unit.readers if unit is not None else 2
    events = openings(receipt, desk.actor.id, readers, lambda: new_entry_id("c"))
    try:
        found = desk.casebook.cases.open(desk.actor, events)
    except UsageError:
        itself = about_itself(receipt, desk.actor.id, readers, new_entry_id("c"))
        found = desk.casebook.cases.open(desk.actor, [itself])
    return tuple(dict.fromkeys(one.case for one in found))
