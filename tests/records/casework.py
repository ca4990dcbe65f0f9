"""People, openings and readings for tests of cases. Harmless text only."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from actionday.records import ActorId, EntryId
from actionday.records.case_event import CaseEvent, CaseStep, Item, Opening, Priority
from actionday.records.reading import Confidence, Opinion, Protection, Purpose, Reading

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANNA, BEN, CARA = (ActorId(f"a-{n:032x}") for n in (1, 2, 3))
CASE = EntryId(f"c-{1:032x}")
DIGEST = "d" * 64
FREE = Protection(frozenset(), False, False, "it recruits, as far as the passage goes")
GUARDED = Protection(frozenset({Purpose.JOURNALISM}), True, False, "a report about such posts")
HOLDS = Reading(
    Opinion.GROUND_HOLDS,
    FREE,
    Confidence.HIGH,
    "the passage asks to join",
    "tco.2.7.c",
    "2026.1",
    DIGEST,
    "come and join us",
)
NONE = Reading(Opinion.NO_GROUND, GUARDED, Confidence.HIGH, "it reports")
UNSURE = Reading(Opinion.UNSURE, FREE, Confidence.LOW, "I cannot tell")


def opening(number: int = 1, *, readers: int = 2, confidence: float = 0.5, campaign: str = "") -> CaseEvent:
    """The opening of a case about the target with that number, by Anna."""
    case = EntryId(f"c-{number:032x}")
    what = Opening(
        f"telegram:channel:{number}", "telegram", "pasted", Priority(confidence, 0.5, 0.5, NOW), readers, campaign
    )
    return CaseEvent(case, case, CaseStep.OPENED, NOW, ANNA, opening=what)


def step(number: int, what: CaseStep, by: ActorId, at: datetime = NOW, case: EntryId = CASE) -> CaseEvent:
    """A step, with what belongs to it filled in."""
    event = EntryId(f"k-{number:032x}")
    match what:
        case CaseStep.CLAIMED:
            return CaseEvent(event, case, what, at, by, until=at + HOUR)
        case CaseStep.EVIDENCE:
            return CaseEvent(event, case, what, at, by, items=(Item("post.json", "a" * 64, 12),), digest=DIGEST)
        case CaseStep.HANDED_ON:
            return CaseEvent(event, case, what, at, by, to=BEN)
        case CaseStep.READ | CaseStep.REREAD:
            return CaseEvent(event, case, what, at, by, reading=HOLDS)
        case CaseStep.READING_UNDONE:
            return CaseEvent(event, case, what, at, by, of=EntryId(f"k-{number - 1:032x}"))
        case CaseStep.CONTESTED | CaseStep.THREAT_TO_LIFE:
            return CaseEvent(event, case, what, at, by, "as told in the letter", reference="r-1")
        case _:
            return CaseEvent(event, case, what, at, by, "for a reason")


def says(reading: Reading, number: int, by: ActorId, at: datetime = NOW, case: EntryId = CASE) -> CaseEvent:
    """A reading."""
    return replace(step(number, CaseStep.READ, by, at, case), reading=reading)


def read_by(number: int, who: ActorId, reading: Reading, at: datetime = NOW, case: EntryId = CASE) -> list[CaseEvent]:
    """Claim and read."""
    return [step(number, CaseStep.CLAIMED, who, at, case), says(reading, number + 1, who, at, case)]
