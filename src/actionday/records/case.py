"""A case, from a lead to a finding that stands or falls: a pure fold over dated events about one target.

An event that cannot follow is refused with its reason and never written, so a case's events are a history without gaps. Readers
are blind: what others said is hidden from whoever may still read (`Case.shown_to`). A finding is not a machine's: it is what two people
(one in a unit of one, and then it says so) found on the same frozen evidence. Not for: who may do what (`records.permission`),
or holds, which lie on targets and not on cases (`records.hold`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from actionday.records.case_event import CaseEvent, CaseStep, Opening
from actionday.records.ids import ActorId, EntryId
from actionday.records.reading import Opinion, Reading

UNDO = timedelta(minutes=10)
"""How long a reading can be taken back, and nothing leaves that rests on it."""
REREAD = timedelta(hours=24)
"""When a single reader reads again."""


class Stage(StrEnum):
    """Where a case stands."""

    FIRST = "first"
    """waits for a reader"""
    SECOND = "second"
    """waits for the second reader, who is blind to the first"""
    THIRD = "third"
    """two readers differ"""
    FOUND = "found"
    DISMISSED = "dismissed"
    UNDECIDED = "undecided"
    """three readers differ, or the third is unsure"""
    OVERTURNED = "overturned"
    CLOSED = "closed"


WAITING = frozenset({Stage.FIRST, Stage.SECOND, Stage.THIRD})
"""Stages in which somebody has to read."""


@dataclass(frozen=True, slots=True)
class Case:
    """Where a case stands. Every part is the event that put it there. `readings` are those that were not taken back.

    `out` took a reading back when another's stood beside it: where the case went from there told them what the other said, so they are
    blind no more. `hidden` counts readings that whoever it is shown to must not see.
    """

    opened: CaseEvent
    told: tuple[CaseEvent, ...]
    stage: Stage = Stage.FIRST
    evidence: CaseEvent | None = None
    claim: CaseEvent | None = None
    readings: tuple[CaseEvent, ...] = ()
    reread: CaseEvent | None = None
    escalated: CaseEvent | None = None
    sealed: CaseEvent | None = None
    threats: tuple[CaseEvent, ...] = ()
    contest: CaseEvent | None = None
    closed: CaseEvent | None = None
    out: frozenset[ActorId] = frozenset()
    hidden: int = 0

    @property
    def id(self) -> EntryId:
        """The id of its opening."""
        return self.opened.id

    @property
    def opening(self) -> Opening:
        """What it began with."""
        assert self.opened.opening is not None
        return self.opened.opening

    @property
    def single_reader(self) -> bool:
        """Whether one person read it, which is never called four eyes."""
        return self.opening.readers == 1

    @property
    def decisive(self) -> Reading | None:
        """The reading that a finding rests on: the last of those that agree; None where nothing was found."""
        if self.stage is not Stage.FOUND:
            return None
        return next(one.reading for one in reversed(self.readings) if one.reading and one.reading.opinion is Opinion.GROUND_HOLDS)  # fmt: skip

    @property
    def doubt(self) -> bool:
        """Whether any reader doubted under Art. 1(3)."""
        return any(one.reading is not None and one.reading.protection.doubt for one in self.readings)

    def stands(self, now: datetime) -> bool:
        """Whether there is a finding on which something may leave: found, beyond undoing, not sealed, no contest open."""
        last = max((one.at for one in self.readings), default=now)
        return self.stage is Stage.FOUND and now - last >= UNDO and self.sealed is None and self.contest is None

    def held_by(self, now: datetime) -> ActorId | None:
        """Who has claimed it, as long as the claim runs."""
        if self.claim is None or self.claim.until is None or self.claim.until <= now:
            return None
        return self.claim.by

    def has_read(self, who: ActorId) -> bool:
        """Whether somebody's reading counts here."""
        return any(one.by == who for one in self.readings)

    def barred(self) -> frozenset[ActorId]:
        """Who does not read it (again): whoever read it, and `out`."""
        return self.out | {one.by for one in self.readings}

    def shown_to(self, who: ActorId, *, reads: bool) -> "Case":
        """What somebody may see: as long as it waits for a reader, whoever reads (`reads`) sees their own readings only."""
        if not reads or self.stage not in WAITING:
            return self
        mine = tuple(one for one in self.readings if one.by == who)
        told = tuple(one for one in self.told if one.step not in _BLIND or one.by == who)
        return replace(self, readings=mine, told=told, hidden=len(self.readings) - len(mine))


_BLIND = frozenset({CaseStep.READ, CaseStep.READING_UNDONE})


def why_not(case: Case | None, event: CaseEvent) -> str:
    """Why an event cannot follow; empty where it can. Pure: what is asked of actors and targets is asked elsewhere."""
    if case is None:
        return "" if event.step is CaseStep.OPENED else "there is no such case"
    if event.step is CaseStep.OPENED:
        return "it is open already"
    if case.sealed is not None and event.step is not CaseStep.THREAT_TO_LIFE:
        return "it is sealed"
    return _WHY_NOT[event.step](case, event)


def follow(case: Case | None, event: CaseEvent) -> Case:
    """The case after one more event. Raises ValueError where it cannot follow."""
    if reason := why_not(case, event):
        raise ValueError(reason)
    if case is None:
        return Case(event, (event,))
    return _AFTER[event.step](replace(case, told=(*case.told, event)), event)


def fold_case(events: Iterable[CaseEvent]) -> Case | None:
    """The case after all its events, in the order in which they were written. Raises ValueError."""
    case: Case | None = None
    for event in events:
        case = follow(case, event)
    return case


def _staged(case: Case) -> Case:
    return replace(case, stage=_stage([one.reading for one in case.readings if one.reading], case.opening.readers))


def _without(case: Case, event: CaseEvent) -> Case:
    """Without a reading. Who takes it back beside another's knows by now what the other said, and does not read it again."""
    kept = tuple(one for one in case.readings if one.id != event.of)
    return replace(case, readings=kept, out=case.out | {event.by} if kept else case.out)


def _stage(readings: list[Reading], readers: int) -> Stage:
    """Two that agree decide, whoever they are; one alone only in a unit of one."""
    for number, one in enumerate(readings):
        alone = readers == 1 and one.opinion is not Opinion.UNSURE
        if alone or any(one.agrees_with(other) for other in readings[:number]):
            return Stage.FOUND if one.opinion is Opinion.GROUND_HOLDS else Stage.DISMISSED
    if readers == 1 and readings:
        return Stage.UNDECIDED
    return (Stage.FIRST, Stage.SECOND, Stage.THIRD, Stage.UNDECIDED)[len(readings)]


def _reread(case: Case, event: CaseEvent) -> Case:
    """A single reader's second look confirms, or overturns what the first one found."""
    assert event.reading is not None
    first = case.readings[-1].reading
    agrees = first is not None and event.reading.agrees_with(first)
    return replace(case, reread=event, stage=case.stage if agrees else Stage.OVERTURNED)


_AFTER: dict[CaseStep, Callable[[Case, CaseEvent], Case]] = {
    CaseStep.EVIDENCE: lambda case, event: replace(case, evidence=event),
    CaseStep.CLAIMED: lambda case, event: replace(case, claim=event),
    CaseStep.GIVEN_BACK: lambda case, event: replace(case, claim=None),
    CaseStep.HANDED_ON: lambda case, event: replace(case, claim=None),
    CaseStep.ESCALATED: lambda case, event: replace(case, escalated=event, claim=None),
    CaseStep.READ: lambda case, event: _staged(replace(case, readings=(*case.readings, event), claim=None)),
    CaseStep.READING_UNDONE: lambda case, event: _staged(_without(case, event)),
    CaseStep.REREAD: _reread,
    CaseStep.THREAT_TO_LIFE: lambda case, event: replace(case, threats=(*case.threats, event)),
    CaseStep.SEALED: lambda case, event: replace(case, sealed=event, claim=None),
    CaseStep.CONTESTED: lambda case, event: replace(case, contest=event),
    CaseStep.CONTEST_UPHELD: lambda case, event: replace(case, contest=None, stage=Stage.OVERTURNED),
    CaseStep.CONTEST_REJECTED: lambda case, event: replace(case, contest=None),
    CaseStep.CLOSED: lambda case, event: replace(case, closed=event, stage=Stage.CLOSED, claim=None),
}
"""What an event changes."""


def _waiting(case: Case, event: CaseEvent) -> str:
    return "" if case.stage in WAITING else f"nobody has to read it any more: it is {case.stage}"


def _claiming(case: Case, event: CaseEvent) -> str:
    if reason := _waiting(case, event):
        return reason
    if event.by in case.barred():
        return "who has read a case does not read it again"
    holder = case.held_by(event.at)
    if holder is not None and holder != event.by:
        return "somebody else has it"
    meant = case.told[-1].to if case.told[-1].step is CaseStep.HANDED_ON else None
    return "it was handed on to somebody else" if meant is not None and meant != event.by else ""


def _having(case: Case, event: CaseEvent) -> str:
    return "" if case.held_by(event.at) == event.by else "who gives it away has to have claimed it"


def _handing(case: Case, event: CaseEvent) -> str:
    if reason := _having(case, event):
        return reason
    return "who has read a case does not read it again" if event.to in case.barred() else ""


def _reading(case: Case, event: CaseEvent) -> str:
    assert event.reading is not None
    if reason := _waiting(case, event):
        return reason
    if event.by in case.barred():
        return "nobody is their own second reader"
    if case.held_by(event.at) != event.by:
        return "claim it first"
    if event.reading.opinion is Opinion.GROUND_HOLDS and (
        case.evidence is None or event.reading.evidence != case.evidence.digest
    ):
        return "a ground is found on the evidence that is frozen here"
    return ""


def _undoing(case: Case, event: CaseEvent) -> str:
    found = next((one for one in case.readings if one.id == event.of), None)
    if found is None or found.by != event.by:
        return "a reading is taken back by who made it"
    if case.stage in (Stage.CLOSED, Stage.OVERTURNED) or case.contest is not None or case.reread is not None:
        return "what came after it rests on it"
    return "" if event.at - found.at < UNDO else "the time to take it back is over"


def _looking_again(case: Case, event: CaseEvent) -> str:
    if not case.single_reader or case.stage not in (Stage.FOUND, Stage.DISMISSED):
        return "only what a single reader decided is read again"
    if case.reread is not None:
        return "it was read again already"
    return "" if event.at - case.readings[-1].at >= REREAD else "it is read again after 24 hours"


def _freezing(case: Case, event: CaseEvent) -> str:
    return "what was read is not exchanged" if case.readings else _waiting(case, event)


def _contesting(case: Case, event: CaseEvent) -> str:
    if case.stage is not Stage.FOUND:
        return "there is no finding to contest"
    return "it is contested already" if case.contest else ""


def _ruling(case: Case, event: CaseEvent) -> str:
    if case.contest is None:
        return "nobody contested it"
    alone = case.opening.readers == 1
    return "who read it does not decide on the contest" if case.has_read(event.by) and not alone else ""


def _closing(case: Case, event: CaseEvent) -> str:
    if case.stage not in WAITING and case.stage is not Stage.UNDECIDED:
        return f"it is {case.stage} already"
    return _untaken(case, event)


def _escalating(case: Case, event: CaseEvent) -> str:
    return _waiting(case, event) or _untaken(case, event)


def _untaken(case: Case, event: CaseEvent) -> str:
    """Nobody takes a case out of the hands of whoever reads it."""
    return "" if case.held_by(event.at) in (None, event.by) else "somebody else has it"


def _always(case: Case, event: CaseEvent) -> str:
    return ""


_WHY_NOT = {
    CaseStep.EVIDENCE: _freezing,
    CaseStep.CLAIMED: _claiming,
    CaseStep.GIVEN_BACK: _having,
    CaseStep.HANDED_ON: _handing,
    CaseStep.ESCALATED: _escalating,
    CaseStep.READ: _reading,
    CaseStep.READING_UNDONE: _undoing,
    CaseStep.REREAD: _looking_again,
    CaseStep.THREAT_TO_LIFE: _always,
    CaseStep.SEALED: _always,
    CaseStep.CONTESTED: _contesting,
    CaseStep.CONTEST_UPHELD: _ruling,
    CaseStep.CONTEST_REJECTED: _ruling,
    CaseStep.CLOSED: _closing,
}
"""Why an event cannot follow a case; empty where it can."""
