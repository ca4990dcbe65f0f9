"""A campaign, from plan to close: a pure fold over dated events. It is launched by somebody else than who planned it.

Which items the approver has to open is not theirs to choose: it follows from the hash of the entry that laid the list before them, which nobody knows
before it is written; items about which a reader doubted under Art. 1(3) come on top. Not for: whether a case is a finding
(`records.case`), or what leaves (`records.referral`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from actionday.records.campaign_event import CampaignEvent, CampaignStep, Plan
from actionday.records.ids import ActorId, EntryId


class CampaignStage(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    LAUNCHED = "launched"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CampaignState:
    """Where a campaign stands. Every part is the event that put it there.

    `targets` are cases that are in, by id, `dropped` those that were; `opened` says who opened which items; `answers` what the other units
    said to the round that runs, by unit. `submissions` counts how often a list was laid before an approver.
    """

    planned: CampaignEvent
    targets: Mapping[EntryId, CampaignEvent] = field(default_factory=dict)
    dropped: Mapping[EntryId, CampaignEvent] = field(default_factory=dict)
    opened: Mapping[ActorId, frozenset[EntryId]] = field(default_factory=dict)
    answers: Mapping[str, CampaignEvent] = field(default_factory=dict)
    frozen: CampaignEvent | None = None
    submitted: CampaignEvent | None = None
    submissions: int = 0
    round: CampaignEvent | None = None
    approved: CampaignEvent | None = None
    paused: CampaignEvent | None = None
    closed: CampaignEvent | None = None
    events: int = 1

    @property
    def id(self) -> EntryId:
        """The id of its planning."""
        return self.planned.id

    @property
    def plan(self) -> Plan:
        """What it began with."""
        assert self.planned.plan is not None
        return self.planned.plan

    @property
    def stage(self) -> CampaignStage:
        """Where it stands."""
        if self.closed:
            return CampaignStage.CLOSED
        if self.approved:
            return CampaignStage.PAUSED if self.paused else CampaignStage.LAUNCHED
        return CampaignStage.SUBMITTED if self.submitted else CampaignStage.PLANNED

    @property
    def sends(self) -> bool:
        """Whether something may leave within it."""
        return self.stage is CampaignStage.LAUNCHED

    @property
    def four_eyes(self) -> bool:
        """Whether somebody else launched it than who planned it, chose its targets and laid it before them."""
        return self.approved is not None and self.approved.by not in self.authors

    @property
    def sample(self) -> frozenset[EntryId]:
        """The random items that have to be opened before it is launched; none before it was submitted."""
        if self.submitted is None:
            return frozenset()
        return drawn(self.targets, self.submitted.head, self.plan.sample)

    @property
    def to_open(self) -> frozenset[EntryId]:
        """The sample, and every item about which a reader doubted."""
        return self.sample | {case for case, added in self.targets.items() if added.doubt}

    def unopened(self, who: ActorId) -> frozenset[EntryId]:
        """What somebody still has to open before they may launch it."""
        return self.to_open - self.opened.get(who, frozenset())

    @property
    def silent(self) -> tuple[str, ...]:
        """Units that did not consent in the round that was opened last. Silence is no consent."""
        return tuple(unit for unit in self.plan.units if unit not in self.answers or not self.answers[unit].consents)

    @property
    def authors(self) -> frozenset[ActorId]:
        """Who made it what it is, and so is not its second pair of eyes."""
        made = [self.planned, *self.targets.values(), *([self.submitted] if self.submitted else [])]
        return frozenset(one.by for one in made)

    def why_not(self, event: CampaignEvent) -> str:
        """Why an event cannot follow; empty where it can. Pure: whether cases stand is asked elsewhere."""
        if event.step is CampaignStep.PLANNED:
            return "it is planned already"
        if self.closed:
            return "it is closed"
        return _WHY_NOT[event.step](self, event)


def drawn(cases: Iterable[EntryId], head: str, size: int) -> frozenset[EntryId]:
    """A sample of so many cases: those with the smallest SHA-256 of head and id, so each has the same chance and nobody a choice."""
    weighed = sorted(cases, key=lambda case: hashlib.sha256(f"{head}\x1f{case}".encode("ascii")).digest())
    return frozenset(weighed[:size])


def fold_campaign(events: Iterable[CampaignEvent]) -> CampaignState | None:
    """The campaign after all its events, in the order in which they were written. Raises ValueError."""
    told = list(events)
    if not told:
        return None
    if told[0].step is not CampaignStep.PLANNED:
        raise ValueError("there is no such campaign")
    return follow_campaign(CampaignState(told[0]), told[1:])


def follow_campaign(state: CampaignState, events: Iterable[CampaignEvent]) -> CampaignState:
    """The campaign after more events. Raises ValueError with the reason where one cannot follow."""
    course = _Course(state)
    for event in events:
        if reason := course.state.why_not(event):
            raise ValueError(reason)
        course.take(event)
    return course.state


class _Course:
    """A fold at work. Its tables are its own and change in place, so a list of any length is folded in one go."""

    def __init__(self, state: CampaignState) -> None:
        self._targets, self._dropped, self._answers = dict(state.targets), dict(state.dropped), dict(state.answers)
        self._opened = dict(state.opened)
        self._parts = {
            name: getattr(state, name)
            for name in ("frozen", "submitted", "submissions", "round", "approved", "paused", "closed", "events")
        }
        self._planned = state.planned

    @property
    def state(self) -> CampaignState:
        return CampaignState(
            self._planned, self._targets, self._dropped, self._opened, self._answers, **self._parts
        )  # fmt: skip

    def take(self, event: CampaignEvent) -> None:
        self._parts["events"] += 1
        match event.step:
            case CampaignStep.TARGET_ADDED:
                assert event.case is not None
                self._targets[event.case] = event
                self._dropped.pop(event.case, None)
                self._parts["submitted"] = self._parts["round"] = None  # another list is another submission
                self._answers.clear()
            case CampaignStep.TARGET_DROPPED:
                assert event.case is not None
                del self._targets[event.case]
                self._dropped[event.case] = event
            case CampaignStep.ITEM_OPENED:
                assert event.case is not None
                self._opened[event.by] = self._opened.get(event.by, frozenset()) | {event.case}
            case CampaignStep.SUBMITTED:
                self._parts |= {"submitted": event, "submissions": self._parts["submissions"] + 1, "round": None}
                self._answers.clear()
            case CampaignStep.ROUND_OPENED:
                self._parts["round"] = event
                self._answers.clear()
            case CampaignStep.ROUND_ANSWERED:
                self._answers[event.unit] = event
            case CampaignStep.RESUMED:
                self._parts["paused"] = None
            case _:
                self._parts[event.step.value] = event


def _adding(state: CampaignState, event: CampaignEvent) -> str:
    if state.approved:
        return "it was launched: what was not before the approver does not enter"
    return "it is a target already" if event.case in state.targets else ""


def _of_item(state: CampaignState, event: CampaignEvent) -> str:
    return "" if event.case in state.targets else "it is no target of this campaign"


def _before_launch(state: CampaignState, event: CampaignEvent) -> str:
    return "it was launched already" if state.approved else ""


def _submitting(state: CampaignState, event: CampaignEvent) -> str:
    if state.approved:
        return "it was launched already"
    return "" if state.targets else "it has no targets"


def _asking(state: CampaignState, event: CampaignEvent) -> str:
    if not state.plan.units:
        return "it has no other units"
    if state.approved or not state.submitted:
        return "other units are asked about a list that lies before an approver"
    return "" if event.until is not None and event.until > event.at else "a round ends after it begins"


def _answering(state: CampaignState, event: CampaignEvent) -> str:
    if state.round is None or state.round.until is None:
        return "no round was opened"
    if event.unit not in state.plan.units:
        return f"{event.unit} is no unit of this campaign"
    return "the round is over" if event.at > state.round.until else ""


def _approving(state: CampaignState, event: CampaignEvent) -> str:
    if state.approved:
        return "it was launched already"
    if not state.submitted:
        return "nobody laid it before an approver"
    if not state.targets:
        return "it has no targets"
    if not state.frozen:
        return "baseline and comparison are not frozen: `actionday campaign freeze`"
    if event.by in state.authors and not state.plan.alone:
        return "it is launched by somebody else than who planned it and chose its targets"
    if left := state.unopened(event.by):
        return f"{len(left)} items are to be opened first: random ones, and all with a doubt under Art. 1(3)"
    if state.silent:
        return f"silence is no consent: {', '.join(state.silent)}"
    return ""


def _pausing(state: CampaignState, event: CampaignEvent) -> str:
    if not state.approved:
        return "it was not launched"
    return "it is paused already" if state.paused else ""


def _resuming(state: CampaignState, event: CampaignEvent) -> str:
    return "" if state.paused else "it is not paused"


def _always(state: CampaignState, event: CampaignEvent) -> str:
    return ""


_WHY_NOT = {
    CampaignStep.TARGET_ADDED: _adding,
    CampaignStep.TARGET_DROPPED: _of_item,
    CampaignStep.FROZEN: _before_launch,
    CampaignStep.SUBMITTED: _submitting,
    CampaignStep.ITEM_OPENED: _of_item,
    CampaignStep.ROUND_OPENED: _asking,
    CampaignStep.ROUND_ANSWERED: _answering,
    CampaignStep.APPROVED: _approving,
    CampaignStep.PAUSED: _pausing,
    CampaignStep.RESUMED: _resuming,
    CampaignStep.CLOSED: _always,
}
"""Why an event cannot follow a campaign; empty where it can."""
