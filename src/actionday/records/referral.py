"""A referral's way, from draft to what became of it: a pure fold over dated events. What a host says and what was seen are kept apart.

Events come late and out of order: they are folded in the order in which they happened, not in that in which they were told. An event that cannot be
(an answer to what was never sent) is refused with its reason and changes nothing; it counts as soon as what it needs is on record.
Every part of the state is the event that says it, so no state is without its evidence. Not for: clocks (`records.deadline`), who may do what
(`records.actor`), or sending.
"""

from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """What an event says."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    QUEUED = "queued"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    """it may have left, or not; never sent again by itself"""
    NOT_SENT = "not_sent"
    """settles a doubt: it did not leave"""
    RECEIVED = "received"
    REMOVED = "removed"
    ACCESS_DISABLED = "access_disabled"
    RESTRICTED = "restricted"
    DECLINED = "declined"
    RETURNED = "returned"
    """for information: the host asks for more before it decides"""
    SUPPLIED = "supplied"
    """the information was given"""
    NO_ANSWER = "no_answer"
    SEEN_GONE = "seen_gone"
    STILL_THERE = "still_there"
    REINSTATED = "reinstated"
    CONTESTED = "contested"
    CONTEST_UPHELD = "contest_upheld"
    CONTEST_REJECTED = "contest_rejected"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"
    """an entry that was a mistake is taken back: `of` names it"""


ANSWERS = frozenset({Step.REMOVED, Step.ACCESS_DISABLED, Step.RESTRICTED, Step.DECLINED, Step.RETURNED, Step.NO_ANSWER})
"""What became of it by the host's word, or its silence."""
TAKEN_DOWN = frozenset({Step.REMOVED, Step.ACCESS_DISABLED})
"""Answers that claim a removal."""
SEEN = frozenset({Step.SEEN_GONE, Step.STILL_THERE})
"""What was seen, whatever the host says."""
UNDOABLE = frozenset(Step) - {Step.SENT, Step.IN_DOUBT, Step.NOT_SENT, Step.RECEIVED, Step.WITHDRAWN, Step.UNDONE}
"""Entries that can be taken back. What left cannot: it is withdrawn."""
_ORDER = {step: number for number, step in enumerate(Step)}


@dataclass(frozen=True, slots=True)
class ReferralEvent:
    """One dated fact about one referral. `evidence` names what shows it (a message id, a sighting, a receipt); `reason` is in people's words.

    `scope` says of an answer in which countries it holds (empty: everywhere); `of` is the id of the event that is undone. Raises ValueError for a time without zone, and for a refusal without reason.
    """

    id: str
    step: Step
    at: datetime
    by: str = ""
    evidence: str = ""
    reason: str = ""
    scope: str = ""
    of: str | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an event needs an aware time")
        if self.step is Step.DECLINED and not self.reason.strip():
            raise ValueError("declined with reasons: the reason is missing; silence is no_answer")
        if (self.step is Step.UNDONE) != (self.of is not None):
            raise ValueError("`of` goes with undone, and undone with `of`")

    @property
    def place(self) -> tuple[datetime, int, str]:
        """Where it stands among others: by time, then by the order of the work."""
        return self.at, _ORDER[self.step], self.id


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that could not be, and why."""

    event: ReferralEvent
    reason: str


@dataclass(frozen=True, slots=True)
class Referral:
    """Where a referral stands. Every field but `told` and `refused` is the event that put it there, or None.

    `stage` is the last step of our own and of the way out; `received` its receipt, or the answer that shows that it had arrived; `claim` the
    host's last answer; `sight` what was last seen; `contest` and `reinstated` what came after. `told`: all events in order of time, refused ones too.
    """

    told: tuple[ReferralEvent, ...] = ()
    refused: tuple[Refusal, ...] = ()
    stage: ReferralEvent | None = None
    sent: ReferralEvent | None = None
    received: ReferralEvent | None = None
    claim: ReferralEvent | None = None
    sight: ReferralEvent | None = None
    contest: ReferralEvent | None = None
    reinstated: ReferralEvent | None = None
    withdrawn: ReferralEvent | None = None

    @property
    def accepted(self) -> tuple[ReferralEvent, ...]:
        """Events that count, in order of time."""
        out = {refusal.event.id for refusal in self.refused}
        return tuple(event for event in self.told if event.id not in out)

    @property
    def status(self) -> str:
        """One word for a list: withdrawn, then the host's answer, then the step of the way."""
        said = self.withdrawn or self.claim or self.stage
        return said.step.value if said else "nothing"

    @property
    def agrees(self) -> bool | None:
        """Whether what was seen last bears out what the host says; None where one of them is missing or says nothing of it."""
        if self.claim is None or self.sight is None or self.claim.step not in TAKEN_DOWN | {Step.DECLINED}:
            return None
        return (self.claim.step in TAKEN_DOWN) == (self.sight.step is Step.SEEN_GONE)

    def add(self, event: ReferralEvent) -> "Referral":
        """With one more event, told now and dated whenever. The same event twice counts once.

        Raises ValueError for another event of an id that is there.
        """
        same = next((one for one in self.told if one.id == event.id), None)
        if same is not None:
            if same != event:
                raise ValueError(f"event {event.id} is on record already, with other content")
            return self
        if event.step is Step.UNDONE or (self.told and event.place < self.told[-1].place) or self._undoes():
            told = list(self.told)
            insort(told, event, key=lambda one: one.place)
            return _replayed(told)
        return _apply(self, event)

    def _undoes(self) -> bool:
        return any(event.step is Step.UNDONE for event in self.told)


def fold_referral(events: Iterable[ReferralEvent]) -> Referral:
    """The state after all events, in whatever order they are told. Raises ValueError where two share an id and differ."""
    by_id: dict[str, ReferralEvent] = {}
    for event in events:
        if by_id.setdefault(event.id, event) != event:
            raise ValueError(f"event {event.id} is on record already, with other content")
    return _replayed(sorted(by_id.values(), key=lambda event: event.place))


def _replayed(told: Iterable[ReferralEvent]) -> Referral:
    """Fold in order of time. An undone entry counts for nothing, before and after it was undone; whether it may be undone is asked first."""
    events = list(told)
    undone, refused = _undoing(events)
    state = Referral()
    for event in events:
        if event.id in undone:
            refusal = Refusal(event, "taken back: entered by mistake")
            state = replace(state, told=(*state.told, event), refused=(*state.refused, refusal))
        elif event.step is Step.UNDONE:
            wrong = (Refusal(event, refused[event.id]),) if event.id in refused else ()
            state = replace(state, told=(*state.told, event), refused=(*state.refused, *wrong))
        else:
            state = _apply(state, event)
    return state


def _undoing(events: list[ReferralEvent]) -> tuple[set[str], dict[str, str]]:
    """Ids that are taken back, and undoings that are refused, with reasons. What left fixes our own steps before it."""
    by_id = {event.id: event for event in events}
    left = [event.at for event in events if event.step in (Step.SENT, Step.IN_DOUBT)]
    undone, refused = set[str](), dict[str, str]()
    for event in events:
        if event.step is not Step.UNDONE or event.of is None:
            continue
        target = by_id.get(event.of)
        if target is None or target.at > event.at:
            refused[event.id] = "there is no such entry to take back"
        elif target.step not in UNDOABLE:
            refused[event.id] = f"{target.step.value} cannot be taken back: what left is withdrawn"
        elif target.step in _OWN and any(target.at <= at <= event.at for at in left):
            refused[event.id] = "it has left already: withdraw it"
        else:
            undone.add(target.id)
    return undone, refused


def _apply(state: Referral, event: ReferralEvent) -> Referral:
    told = (*state.told, event)
    reason = _WHY_NOT[event.step](state)
    if reason:
        return replace(state, told=told, refused=(*state.refused, Refusal(event, reason)))
    return replace(state, told=told, **_changed(state, event))


def _changed(state: Referral, event: ReferralEvent) -> dict[str, Any]:
    """The fields that an accepted event sets."""
    step = event.step
    if step is Step.SENT:
        return {"stage": event, "sent": event}
    if step in (Step.IN_DOUBT, Step.NOT_SENT):
        return {"stage": event, "sent": None}
    if step is Step.RECEIVED:
        return {"stage": event, "sent": state.sent or event, "received": state.received or event}
    if step is Step.SUPPLIED:
        return {"claim": None}
    if step is Step.NO_ANSWER:
        return {"claim": event}
    if step in ANSWERS:  # what was answered had arrived
        back = {"reinstated": None} if step in TAKEN_DOWN else {}
        return {"claim": event, "sent": state.sent or event, "received": state.received or event, **back}
    if step in SEEN:
        return {"sight": event}
    if step is Step.REINSTATED:
        return {"reinstated": event}
    if step in _CONTEST:
        return {"contest": event}
    return {"withdrawn": event} if step is Step.WITHDRAWN else {"stage": event}


_OWN = (Step.DRAFTED, Step.APPROVED, Step.QUEUED)
_CONTEST = (Step.CONTESTED, Step.CONTEST_UPHELD, Step.CONTEST_REJECTED)
_LEFT = (Step.SENT, Step.RECEIVED, Step.IN_DOUBT)
Question = Callable[[Referral], str]


def _at(state: Referral) -> Step | None:
    return state.stage.step if state.stage else None


def _after(*steps: Step) -> Question:
    """Allowed from these stages only."""
    named = " or ".join(step.value for step in steps)

    def why_not(state: Referral) -> str:
        at = _at(state)
        if at is None:
            return "nothing was drafted"
        return "" if at in steps else f"it is {at.value}, not {named}"

    return why_not


def _of_ours(*steps: Step) -> Question:
    """The same, and not once it is withdrawn."""
    allowed = _after(*steps)
    return lambda state: "it was withdrawn" if state.withdrawn else allowed(state)


def _sending(state: Referral) -> str:
    if state.withdrawn and _at(state) is Step.QUEUED:
        return "it was withdrawn"
    return _after(Step.QUEUED, Step.IN_DOUBT)(state)


def _doubting(state: Referral) -> str:
    return "it has arrived" if state.received else _after(Step.QUEUED, Step.SENT)(state)


def _settling(state: Referral) -> str:
    return "it has arrived" if state.received else _after(Step.IN_DOUBT)(state)


def _drafting(state: Referral) -> str:
    return "it is there already" if state.stage else ""


def _answering(state: Referral) -> str:
    return "" if _at(state) in _LEFT else "nothing was sent that could be answered"


def _silence(state: Referral) -> str:
    if _at(state) not in (Step.SENT, Step.RECEIVED):
        return "nothing was sent, or whether it was is in doubt"
    return "it was answered" if state.claim and state.claim.step is not Step.RETURNED else ""


def _supplying(state: Referral) -> str:
    return "" if state.claim and state.claim.step is Step.RETURNED else "nobody asked for information"


def _seeing(state: Referral) -> str:
    return "" if state.stage else "there is no referral yet"


def _reinstating(state: Referral) -> str:
    claimed = state.claim is not None and state.claim.step in TAKEN_DOWN | {Step.RESTRICTED}
    gone = state.sight is not None and state.sight.step is Step.SEEN_GONE
    return "" if claimed or gone else "nothing was removed, by the host's word or by sight"


def _contesting(state: Referral) -> str:
    return "" if _at(state) in _LEFT else "nothing was sent that could be contested"


def _ruling(state: Referral) -> str:
    return "" if state.contest else "nobody contested it"


def _withdrawing(state: Referral) -> str:
    if state.withdrawn:
        return "it was withdrawn already"
    return "" if state.stage else "there is no referral yet"


_WHY_NOT: Mapping[Step, Question] = {
    Step.DRAFTED: _drafting,
    Step.APPROVED: _of_ours(Step.DRAFTED),
    Step.QUEUED: _of_ours(Step.APPROVED, Step.NOT_SENT),
    Step.SENT: _sending,
    Step.IN_DOUBT: _doubting,
    Step.NOT_SENT: _settling,
    Step.RECEIVED: _after(Step.SENT, Step.IN_DOUBT),
    **dict.fromkeys((Step.REMOVED, Step.ACCESS_DISABLED, Step.RESTRICTED, Step.DECLINED, Step.RETURNED), _answering),
    Step.NO_ANSWER: _silence,
    Step.SUPPLIED: _supplying,
    **dict.fromkeys(SEEN, _seeing),
    Step.REINSTATED: _reinstating,
    Step.CONTESTED: _contesting,
    Step.CONTEST_UPHELD: _ruling,
    Step.CONTEST_REJECTED: _ruling,
    Step.WITHDRAWN: _withdrawing,
}
"""Why an event cannot follow a state; empty where it can."""
