"""Every verb of campaigns, referrals, feed and requests as every role, with keys: who may, may; who may not is refused, whatever they claim."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from tests.records.campaigning import DAY, move, plan
from tests.records.casework import NOW
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.days import DONE
from tests.stores.casebook.test_people import BOSS, worker

from actionday.records import Actor, EntryId, FixedClock, Permission, PermissionRefused, Role, UsageError, granted
from actionday.records.campaign_event import CAMPAIGN_NEEDS, CampaignStep
from actionday.records.publication import PublicationKind
from actionday.records.referral import ReferralEvent, Step
from actionday.records.subject_request import Proof, RequestKind, SubjectRequest
from actionday.stores.casebook import Casebook, PartnerList, ReferralListing, Sending

Verb = Callable[[Casebook, Actor], object]


def asks(who: Actor) -> SubjectRequest:
    return SubjectRequest(
        EntryId("q-1"), RequestKind.ACCESS, "telegram:channel:9", Proof.CONTROL, "a code", NOW, who.id
    )  # fmt: skip


def taking(step: CampaignStep) -> Verb:
    made = plan(campaign=EntryId("d-x")) if step is CampaignStep.PLANNED else move(9, step)
    return lambda book, who: book.campaigns.follow(who, [replace(made, by=who.id)])


VERBS: dict[str, tuple[Permission, Verb]] = {
    **{step.value: (permission, taking(step)) for step, permission in CAMPAIGN_NEEDS.items()},
    "look": (
        Permission.APPROVE,
        lambda book, who: book.campaigns.look(who, replace(move(9, CampaignStep.ITEM_OPENED), by=who.id)),
    ),
    "campaign": (Permission.READ, lambda book, who: book.campaigns.campaign(who, DAY)),
    "campaigns": (Permission.READ, lambda book, who: book.campaigns.list(who)),
    "draft": (Permission.REFER, lambda book, who: book.referrals.draft(who, [])),
    "approve": (Permission.APPROVE, lambda book, who: book.referrals.approve(who, [])),
    "again": (Permission.REFER, lambda book, who: book.referrals.again(who, EntryId("r-x"))),
    "take": (Permission.REFER, lambda book, who: book.referrals.take(who, Sending("host"))),
    "tell": (
        Permission.REFER,
        lambda book, who: book.referrals.tell(who, EntryId("r-x"), ReferralEvent("s-1", Step.REMOVED, NOW, who.id)),
    ),
    "release": (Permission.APPROVE, lambda book, who: book.referrals.release(who, EntryId("r-x"), "so")),
    "referral": (Permission.READ, lambda book, who: book.referrals.referral(who, "r-x")),
    "referrals": (Permission.READ, lambda book, who: book.referrals.list(who, ReferralListing())),
    "put_list": (Permission.REFER, lambda book, who: book.referrals.put_list(who, "x", "y", PartnerList.HELD, [])),
    "partner_marks": (Permission.READ, lambda book, who: book.referrals.partner_marks(who, "x")),
    "publish": (Permission.APPROVE, lambda book, who: book.publications.publish(who, PublicationKind.ADVISORY, [])),
    "since": (Permission.READ, lambda book, who: book.publications.since(who)),
    "verify": (Permission.READ, lambda book, who: book.publications.verify(who)),
    "request": (Permission.REFER, lambda book, who: book.requests.record(who, asks(who))),
}


@pytest.mark.parametrize("role", Role)
def test_every_verb_as_every_role(place: Place, role: Role) -> None:
    with place.open(FixedClock(DONE)) as casebook:
        casebook.enrol(BOSS.actor, BOSS.says(0))
        somebody = worker("somebody", role)
        casebook.enrol(BOSS.actor, somebody.says(1))
        for name, (permission, verb) in VERBS.items():
            if permission in granted([role]):
                with suppress(UsageError):  # there is nothing yet that could follow
                    verb(casebook, somebody.actor)
            else:
                with pytest.raises((PermissionRefused, UsageError)) as refused:
                    verb(casebook, somebody.actor)
                assert isinstance(refused.value, PermissionRefused), name
        assert casebook.verify().fault is None


def test_an_auditor_decides_nothing_and_a_collector_sees_nothing() -> None:
    may = {role: {name for name, (permission, _) in VERBS.items() if permission in granted([role])} for role in Role}
    assert may[Role.AUDITOR] == {name for name, (permission, _) in VERBS.items() if permission is Permission.READ}
    assert may[Role.COLLECTOR] == may[Role.ADMINISTRATOR] == set()
    assert not may[Role.APPROVER] & {"draft", "take", CampaignStep.PLANNED.value, CampaignStep.SUBMITTED.value}
    assert not may[Role.LIAISON] & {"approve", CampaignStep.APPROVED.value, "release", "publish"}
