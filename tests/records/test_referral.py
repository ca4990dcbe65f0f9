"""The way of a referral as a fold: laws over random histories, and the ways of the field one by one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.records.referral import ANSWERS, TAKEN_DOWN, Referral, ReferralEvent, Step, fold_referral

T0 = datetime(2024, 3, 1, 12, tzinfo=UTC)
OUT = [Step.DRAFTED, Step.APPROVED, Step.QUEUED, Step.SENT]


def way(*steps: Step | str, start: int = 0) -> list[ReferralEvent]:
    return [
        ReferralEvent(f"e{n}", Step(step), T0 + timedelta(minutes=n), reason="why" if step == Step.DECLINED else "")
        for n, step in enumerate(steps, start)
    ]


def after(*steps: Step | str) -> Referral:
    return fold_referral(way(*OUT, *steps))


@pytest.mark.parametrize("answer", sorted(ANSWERS))
def test_every_answer_is_a_claim_and_no_sighting(answer: Step) -> None:
    state = after(Step.RECEIVED, answer)
    assert state.claim is not None
    assert (state.claim.step, state.sight, state.status, state.refused) == (answer, None, answer.value, ())


def test_claims_and_sightings_stay_apart_and_are_compared() -> None:
    assert after("received", "removed", "still_there").agrees is False
    assert after("received", "removed", "still_there", "seen_gone").agrees is True
    assert after("declined", "seen_gone").agrees is False
    assert after("removed").agrees is None
    assert after("no_answer", "seen_gone").agrees is None, "silence says nothing of it"


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        (["approved"], "nothing was drafted"),
        (["drafted", "queued"], "it is drafted, not approved or not_sent"),
        ([*OUT, "sent"], "it is sent, not queued or in_doubt"),
        (["drafted", "removed"], "nothing was sent that could be answered"),
        (["removed"], "nothing was sent that could be answered"),
        ([*OUT, "removed", "no_answer"], "it was answered"),
        ([*OUT, "reinstated"], "nothing was removed, by the host's word or by sight"),
        ([*OUT, "contest_upheld"], "nobody contested it"),
        ([*OUT, "supplied"], "nobody asked for information"),
        ([*OUT, "received", "in_doubt"], "it has arrived"),
        (["drafted", "approved", "withdrawn", "queued"], "it was withdrawn"),
        (["drafted", "approved", "queued", "withdrawn", "sent"], "it was withdrawn"),
        (["drafted", "withdrawn", "withdrawn"], "it was withdrawn already"),
        (["seen_gone"], "there is no referral yet"),
    ],
)
def test_refused_steps_are_named_with_the_reason(steps: list[str], reason: str) -> None:
    assert [refusal.reason for refusal in fold_referral(way(*steps)).refused] == [reason]


def test_in_doubt_is_settled_and_never_sent_by_itself() -> None:
    doubt = fold_referral(way("drafted", "approved", "queued", "in_doubt"))
    assert (doubt.status, doubt.sent) == ("in_doubt", None)
    assert doubt.add(way("sent", start=4)[0]).status == "sent"
    again = fold_referral(way("drafted", "approved", "queued", "in_doubt", "not_sent", "queued", "sent"))
    assert (again.status, again.refused) == ("sent", ())
    assert fold_referral(way("drafted", "approved", "queued", "in_doubt", "removed")).received is not None


def test_late_evidence_finds_its_place() -> None:
    sent, received, removed = way("sent", "received", "removed", start=3)
    drafts = way("drafted", "approved", "queued")
    early = fold_referral([*drafts, removed])
    assert (early.status, [refusal.event.id for refusal in early.refused]) == ("queued", [removed.id])
    late = early.add(sent).add(received)
    assert (late.status, late.refused) == ("removed", ()), "what it needed came later, dated earlier"


def test_own_entries_are_undone_until_something_left_and_what_left_is_withdrawn() -> None:
    drafts = way("drafted", "approved")
    undo = ReferralEvent("u", Step.UNDONE, T0 + timedelta(hours=1), of="e1")
    assert fold_referral([*drafts, undo]).status == "drafted"
    gone = after().add(undo)
    assert (gone.status, gone.refused[0].reason) == ("sent", "it has left already: withdraw it")
    no_way = ReferralEvent("u", Step.UNDONE, T0 + timedelta(hours=1), of="e3")
    assert after().add(no_way).refused[0].reason == "sent cannot be taken back: what left is withdrawn"
    mistaken = ReferralEvent("u", Step.UNDONE, T0 + timedelta(hours=1), of="e4")
    assert after("removed", "contested").add(mistaken).claim is None
    assert after("withdrawn", "removed").status == "withdrawn", "an answer after it is kept all the same"


def test_what_cannot_be_an_event_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="aware"):
        ReferralEvent("a", Step.SENT, datetime(2024, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="reason"):
        ReferralEvent("a", Step.DECLINED, T0)
    with pytest.raises(ValueError, match="undone"):
        ReferralEvent("a", Step.UNDONE, T0)
    with pytest.raises(ValueError, match="other content"):
        after().add(ReferralEvent("e0", Step.SENT, T0))


@st.composite
def histories(draw: st.DrawFn) -> list[ReferralEvent]:
    """Mostly sensible ways with anything mixed in, ties in time among it."""
    told = way(*OUT[: draw(st.integers(0, 4))])
    for n in range(draw(st.integers(0, 12))):
        step = draw(st.sampled_from(Step))
        of = f"e{draw(st.integers(0, 15))}" if step is Step.UNDONE else None
        at = T0 + timedelta(minutes=draw(st.integers(0, 12)))
        told.append(ReferralEvent(f"e{n + 4}", step, at, reason="why", of=of))
    return told


@given(histories(), st.data())
def test_folding_at_once_and_step_by_step_in_any_order_is_the_same(events: list[ReferralEvent], data: st.DataObject) -> None:  # fmt: skip
    whole, state = fold_referral(events), Referral()
    for event in data.draw(st.permutations(events)):
        state = state.add(event)
    assert state == whole
    assert fold_referral([*events, *events]) == whole
    for event in events:
        assert state.add(event) is state


@given(histories())
def test_no_state_without_its_evidence(events: list[ReferralEvent]) -> None:
    state = fold_referral(events)
    accepted = {event.id: event for event in state.accepted}
    for part in (state.stage, state.sent, state.received, state.claim, state.sight, state.contest, state.reinstated, state.withdrawn):  # fmt: skip
        assert part is None or accepted[part.id] is part
    assert len(state.accepted) + len(state.refused) == len(state.told) == len({event.id for event in events})
    assert all(refusal.reason for refusal in state.refused)
    steps = [event.step for event in state.accepted]
    if state.claim is not None:
        assert state.claim.step in ANSWERS
        assert {Step.APPROVED, Step.QUEUED} <= set(steps), "nothing is answered that nobody approved"
    if state.reinstated is not None:
        assert (TAKEN_DOWN | {Step.RESTRICTED, Step.SEEN_GONE}) & set(steps)
    assert all(a.place < b.place for a, b in pairwise(state.told))


@given(histories(), st.integers(0, 15))
def test_undoing_is_as_if_it_had_never_been(events: list[ReferralEvent], number: int) -> None:
    undo = ReferralEvent("undo", Step.UNDONE, T0 + timedelta(days=1), of=f"e{number}")
    before, after_ = fold_referral(events), fold_referral([*events, undo])
    if any(refusal.event is undo for refusal in after_.refused):
        assert [e for e in after_.accepted if e is not undo] == list(before.accepted)
        assert after_.status == before.status
    else:
        without = fold_referral([event for event in events if event.id != f"e{number}" and event.of != f"e{number}"])
        for field in ("stage", "sent", "received", "claim", "sight", "contest", "reinstated", "withdrawn"):
            assert getattr(after_, field) == getattr(without, field)


@given(histories())
def test_withdrawing_is_kept_and_stops_our_own_steps(events: list[ReferralEvent]) -> None:
    last = ReferralEvent("w", Step.WITHDRAWN, T0 + timedelta(days=1))
    state = fold_referral([*events, last])
    assert (state.withdrawn is not None) == (fold_referral(events).stage is not None)
    if state.withdrawn:
        for step in (Step.APPROVED, Step.QUEUED):
            later = state.add(ReferralEvent("x", step, T0 + timedelta(days=2)))
            assert later.refused[-1].event.id == "x"
