"""Findings, campaigns and referrals on a casebook, for tests of what may leave. Harmless text only."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.records.campaigning import DAY, WINDOW, move, plan
from tests.records.casework import ANNA, BEN, CARA, HOLDS, HOUR, NOW, opening, read_by, step
from tests.stores.casebook.conftest import Place

from actionday.records import Actor, ActorId, EntryId, FixedClock, Permission
from actionday.records.campaign_event import CampaignStep
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.records.hold import Hold
from actionday.records.outgoing import Form, Outgoing
from actionday.records.preregistration import Frozen, Preregistration
from actionday.records.reading import Purpose
from actionday.records.referral import ReferralEvent, Step
from actionday.stores.casebook import Casebook, Filed, Sending

DONE = NOW + HOUR
"""When readings are beyond undoing."""
HOST = "example-host"
FIXED = Preregistration("Action day of tests", *WINDOW, ("posts_change_original",), ((30, 30),), "others", "ratio")


def person(who: ActorId, permissions: frozenset[Permission] = frozenset(Permission)) -> Actor:
    return Actor(who, f"Name of {who}", permissions)


A, B, C = map(person, (ANNA, BEN, CARA))
ACTORS = {one.id: one for one in (A, B, C)}


def case_of(number: int) -> EntryId:
    return opening(number).case


def target_of(number: int) -> str:
    return f"telegram:channel:{number}"


def read_as_findings(casebook: Casebook, *numbers: int, doubted: Sequence[int] = ()) -> None:
    """Cases that Anna and Ben read and found; the clock has to stand at NOW."""
    casebook.cases.open(A, [opening(number) for number in numbers])
    for number in numbers:
        case, first = case_of(number), 10_000 * number
        doubt = replace(HOLDS.protection, doubt=True, purposes=frozenset({Purpose.ART}))
        reading = replace(HOLDS, protection=doubt) if number in doubted else HOLDS
        for event in (
            step(first, CaseStep.EVIDENCE, ANNA, case=case),
            *read_by(first + 10, ANNA, reading, case=case),
            *read_by(first + 20, BEN, HOLDS, case=case),
        ):
            casebook.cases.follow(ACTORS[event.by], event)


@dataclass
class Day:
    """A casebook with a clock, and short ways to do things on it."""

    casebook: Casebook
    clock: FixedClock
    numbers: list[int] = field(default_factory=lambda: [1_000])

    def fresh(self) -> int:
        self.numbers[0] += 1
        return self.numbers[0]

    def plan(self, *targets: int, units: tuple[str, ...] = (), alone: bool = False) -> None:
        campaigns = self.casebook.campaigns
        self.casebook.freeze(A, Frozen(FIXED, self.clock.now()))
        campaigns.follow(A, [plan(units=units, alone=alone)])
        campaigns.follow(A, [move(100 + target, CampaignStep.TARGET_ADDED, target=target) for target in targets])
        campaigns.follow(A, [move(200, CampaignStep.FROZEN, digest=FIXED.digest)])
        campaigns.follow(A, [move(201, CampaignStep.SUBMITTED, head="")])

    def launch(self, *targets: int) -> None:
        self.plan(*targets)
        self.look(B)
        self.casebook.campaigns.follow(B, [move(400, CampaignStep.APPROVED, BEN)])

    def look(self, who: Actor) -> None:
        for case in sorted(self.casebook.campaigns.campaign(who, DAY).unopened(who.id)):
            event = replace(move(self.fresh(), CampaignStep.ITEM_OPENED, who.id), case=case)
            self.casebook.campaigns.look(who, event)

    def move(self, what: CampaignStep, by: Actor = B) -> None:
        self.casebook.campaigns.follow(by, [move(self.fresh(), what, by.id)])

    def outgoing(self, target: int, /, **more: object) -> Outgoing:
        made = Outgoing(case_of(target), HOST, Form.REFERRAL, f"REF-{self.fresh()}", target_of(target), campaign=DAY)
        return replace(made, **more)  # type: ignore[arg-type]

    def draft(self, target: int, /, **more: object) -> EntryId:
        (made,) = self.casebook.referrals.draft(C, [self.outgoing(target, **more)])
        return made

    def queue(self, target: int, /, **more: object) -> EntryId:
        made = self.draft(target, **more)
        self.casebook.referrals.approve(B, [made])
        return made

    def take(self, limit: int = 100, hourly: int = 100, daily: int = 500) -> list[Filed]:
        return list(self.casebook.referrals.take(C, Sending(HOST, limit, hourly, daily)).taken)

    def left(self) -> dict[EntryId, str]:
        return {one.referral: one.reason for one in self.casebook.referrals.take(C, Sending(HOST)).left}

    def told(self, referral: EntryId, what: Step, at: datetime | None = None, reason: str = "") -> None:
        event = ReferralEvent(f"s-{self.fresh()}", what, at or self.clock.now(), CARA, "shown", reason)
        self.casebook.referrals.tell(C, referral, event)

    def hold(self, target: str) -> Hold:
        now = self.clock.now()
        made = Hold(EntryId(f"h-{self.fresh()}"), target, "Office of tests", now + HOUR, now, ANNA, "an inquiry")
        self.casebook.cases.hold(A, made)
        return made

    def contest(self, target: int) -> None:
        event = step(self.fresh(), CaseStep.CONTESTED, CARA, self.clock.now(), case_of(target))
        self.casebook.cases.follow(C, event)

    def rule(self, target: int, what: CaseStep) -> None:
        self.casebook.cases.follow(C, step(self.fresh(), what, CARA, self.clock.now(), case_of(target)))

    def case_step(self, event: CaseEvent) -> None:
        self.casebook.cases.follow(ACTORS[event.by], event)

    def status(self, referral: EntryId) -> str:
        return self.casebook.referrals.referral(A, referral).state.status

    def whole(self) -> None:
        """Everything equals its fold, and the chain is whole."""
        assert self.casebook.cases.rebuild(A) == 0
        assert self.casebook.campaigns.rebuild(A) == 0
        assert self.casebook.referrals.rebuild(A) == 0
        assert self.casebook.publications.verify(A) == 0
        assert self.casebook.verify().fault is None


def day_at(place: Place, *targets: int, doubted: Sequence[int] = ()) -> Day:
    """Findings that stand, an hour later."""
    clock = FixedClock(NOW)
    casebook = place.open(clock)
    read_as_findings(casebook, *targets, doubted=doubted)
    clock.move_to(DONE)
    return Day(casebook, clock)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)
