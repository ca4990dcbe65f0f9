"""Requests of subjects on both databases: all that is held about somebody, without who works here, and never past a hold."""

import pytest
from tests.records.casework import CARA, NOW
from tests.stores.casebook.conftest import Place
from tests.stores.casebook.days import A, B, C, day_at, person, target_of

from actionday.records import EntryId, Permission, PermissionRefused, UsageError
from actionday.records.referral import Step
from actionday.records.subject_request import Proof, RequestKind, SubjectRequest
from actionday.stores.casebook import Erasure


def request(number: int, kind: RequestKind = RequestKind.ACCESS, why: str = "") -> SubjectRequest:
    return SubjectRequest(
        EntryId(f"q-{number}"), kind, target_of(424242), Proof.CONTROL, "a code in its profile", NOW, CARA, why
    )  # fmt: skip


def test_everything_about_somebody_and_nobody_who_works_here(place: Place) -> None:
    day = day_at(place, 424242, 2)
    with day.casebook as casebook:
        made = day.queue(424242, campaign=None, names=("telegram:@name",))
        day.queue(2, campaign=None)
        day.take()
        day.told(made, Step.SENT)
        casebook.requests.record(C, request(1))
        told = casebook.requests.about(C, [target_of(424242)])
        assert [one.kind for one in told] == ["case"] * 6 + ["referral"] * 5 + ["subject_request"]
        text = repr(told)
        assert "the passage asks to join" in text
        assert not any(word in text for word in (A.name, B.name, C.name, A.id, B.id, CARA, "channel:2'"))
        assert [one.kind for one in casebook.requests.about(C, ["telegram:@name"])] == ["referral"] * 5
        assert casebook.requests.about(C, ["telegram:@nobody"]) == []
        day.whole()


def test_a_hold_is_the_authoritys_to_tell(place: Place) -> None:
    day = day_at(place, 424242)
    with day.casebook as casebook:
        day.hold(target_of(424242))
        with pytest.raises(UsageError, match="ask it first"):
            casebook.requests.about(C, [target_of(424242)])
        day.clock.move_to(day.clock.now().replace(hour=23))
        assert "hold" not in {one.kind for one in casebook.requests.about(C, [target_of(424242)])}


def test_a_request_for_erasure_outlives_it_without_a_name(place: Place) -> None:
    day = day_at(place, 424242)
    with day.casebook as casebook:
        casebook.requests.record(C, request(1, RequestKind.CORRECTION, "channel 424242 is a museum"))
        casebook.requests.record(C, request(2, RequestKind.ERASURE, "take 424242 out"))
        entries = casebook.head().seq
        casebook.erase(A, Erasure(frozenset({target_of(424242)})))
        assert casebook.head().seq == entries + 1
        assert casebook.requests.about(C, [target_of(424242)]) == []
        day.whole()
    dump = place.dump()
    assert "424242" not in dump
    assert dump.count('"request":"erasure"') == 1


def test_who_may_not_is_refused_and_what_lacks_its_proof_is_not_built(place: Place) -> None:
    with day_at(place).casebook as casebook:
        for less in (Permission.READ, Permission.REFER):
            with pytest.raises(PermissionRefused):
                casebook.requests.about(person(CARA, frozenset(Permission) - {less}), [])
        with pytest.raises(UsageError, match="person who takes it"):
            casebook.requests.record(A, request(1))
    with pytest.raises(ValueError, match="what proved"):
        SubjectRequest(EntryId("q-1"), RequestKind.ACCESS, "telegram:channel:1", Proof.CONTROL, " ", NOW, CARA)
    with pytest.raises(ValueError, match="what is wrong"):
        request(1, RequestKind.CORRECTION)
