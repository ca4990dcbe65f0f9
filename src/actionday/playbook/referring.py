"""Referrals over the casebook: draft, preview, approve, take and send, settle, record answers. Not for: what a package says, or how a route sends.

`deliver` is the seam to a route: whoever binds one gives a function from what was taken to what became of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from actionday.playbook.campaigning import campaign_called
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.joint_keys import joint_keys
from actionday.playbook.recipients import names_of, recipient_of, recipients_of
from actionday.records import Actor, Clock, EntryId, UsageError, new_entry_id
from actionday.records.exchange import marks_of
from actionday.records.ids import Randomness
from actionday.records.outgoing import Form, Outgoing, new_reference, reference_as_written
from actionday.records.recipient import Recipient
from actionday.records.referral import ANSWERS, SEEN, ReferralEvent, Step
from actionday.settings import Settings
from actionday.stores.casebook import Casebook, Filed, ReferralLine, ReferralListing, Sending

SETTLED = frozenset({Step.SENT, Step.NOT_SENT, Step.RECEIVED})
"""What settles whether something left."""
TOLD = ANSWERS | SEEN | {Step.SUPPLIED, Step.REINSTATED, Step.WITHDRAWN}
"""What is told of a referral later."""

T = TypeVar("T")
_FEW = 50
"""Referrals that are written in one turn, and whose targets' names are looked up at a time: nobody else writes meanwhile."""


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """What to draft: all targets of a campaign of the recipient's platforms, or cases by id; to whom; as what."""

    recipient: str
    campaign: str | None = None
    cases: tuple[str, ...] = ()
    form: Form = Form.REFERRAL


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one that was handed to a route, as its receipt says, and what shows it; what a person has yet to send is queued there."""

    step: Step
    evidence: str


Deliver = Callable[[Filed], Delivered]


def draft_referrals(settings: Settings, order: DraftOrder, clock: Clock, randomness: Randomness) -> dict[str, Any]:
    """Draft one referral for each target that has none for this recipient yet. Returns what was drafted and who will see it.

    Raises UsageError for a recipient that is unknown or run by the adversary, for cases that were named and cannot be referred; PermissionRefused.
    """
    recipient = recipient_of(settings, order.recipient)
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        campaign, cases, beside = _wanted(casebook, actor, order, recipient)
        openings = {case: casebook.cases.case(actor, case).opening for case in cases}
        names = names_of(settings, {name for one in openings.values() for name in (one.target, one.about) if name})
        keys = joint_keys(settings)
        drafts = [
            Outgoing(
                case, recipient.id, order.form, new_reference(randomness), one.target, tuple(names[one.target]),
                tuple(mark for key in keys.values() for mark in marks_of(key, {*names[one.target], *names.get(one.about, ())})), campaign,
            )
            for case, one in openings.items()
        ]  # fmt: skip
        made = [one for some in _few(drafts) for one in casebook.referrals.draft(actor, some)]
        return {
            "recipient": recipient.id,
            "seen_by": list(recipient.seen_by),
            "language": recipient.language,
            "drafted": [
                {"referral": one, "reference": what.reference, "case": what.case, "target": what.target}
                for one, what in zip(made, drafts, strict=True)
            ],
            "beside": beside,
        }


def approve_referrals(settings: Settings, asked: Sequence[str], clock: Clock) -> dict[str, Any]:
    """Approve drafts by id or reference. Raises UsageError where who acts drafted one; those before it are approved then."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        found = [_filed(casebook, actor, one) for one in asked]
        for some in _few(found):
            casebook.referrals.approve(actor, [one.id for one in some])
        return {"approved": [one.id for one in found]}


def take_referrals(settings: Settings, recipient: str, limit: int, clock: Clock) -> dict[str, Any]:
    """Take what waits for a recipient, to be sent by hand now. Each is in doubt until `settle_referral` says what became of it."""
    found = recipient_of(settings, recipient)
    actor = actor_of(settings, clock)
    taken: list[Filed] = []
    left: dict[str, str] = {}
    full = False
    with casebook_of(settings, clock) as casebook:
        for ids, called in _waiting(settings, casebook, actor, found):
            if full := full or len(taken) >= limit:
                break
            sending = Sending(found.id, limit - len(taken), found.hourly, found.daily, called)
            batch = casebook.referrals.take(actor, sending, ids)
            taken += batch.taken
            left |= {one.referral: one.reason for one in batch.left}
            full = batch.full
    return {
        "recipient": found.id,
        "seen_by": list(found.seen_by),
        "language": found.language,
        "taken": [_line(one) for one in taken],
        "left": left,
        "full": full,
    }


def send_referrals(
    settings: Settings, recipient: str, deliver: Deliver, clock: Clock, limit: int = 100
) -> dict[str, Any]:
    """Take one after the other and hand each to a route. Whatever `deliver` raises leaves that one in doubt, and ends the run."""
    found = recipient_of(settings, recipient)
    actor = actor_of(settings, clock)
    sent: list[dict[str, Any]] = []
    left: dict[str, str] = {}
    with casebook_of(settings, clock) as casebook:
        for ids, called in _waiting(settings, casebook, actor, found):
            while len(sent) < limit:
                batch = casebook.referrals.take(actor, Sending(found.id, 1, found.hourly, found.daily, called), ids)
                left |= {one.referral: one.reason for one in batch.left}
                if not batch.taken:
                    break
                (one,) = batch.taken
                told = deliver(one)
                if told.step in SETTLED:  # else it is in doubt, or with a person who has to say
                    _tell(casebook, actor, one, told.step, clock, evidence=told.evidence)
                sent.append({**_line(one), "became": told.step.value})
    return {"recipient": found.id, "sent": sent, "left": left}


def settle_referral(
    settings: Settings, asked: str, step: Step, evidence: str, clock: Clock, *, again: bool = False
) -> dict[str, Any]:
    """Say of one that is in doubt whether it left, with what shows it; `again` lets one that did not wait once more. A person does this."""
    if step not in SETTLED or not evidence.strip():
        raise UsageError(
            "say whether it was sent, not sent or received, and what shows it (a receipt, a message id, what you saw)"
        )
    if again and step is not Step.NOT_SENT:
        raise UsageError("only what was not sent can wait again")
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        one = _filed(casebook, actor, asked)
        _tell(casebook, actor, one, step, clock, evidence=evidence)
        if again:
            casebook.referrals.again(actor, one.id)
        return _line(casebook.referrals.referral(actor, one.id))


def answer_referral(
    settings: Settings, asked: str, step: Step, said: Mapping[str, str], clock: Clock, at: datetime | None = None
) -> dict[str, Any]:
    """Record what a recipient answered or what was seen, or withdraw. `said` may hold evidence, reason, scope; `at` is when it happened."""
    if step not in TOLD:
        raise UsageError(f"{step} is no answer; one of {', '.join(sorted(TOLD))}")
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        one = _filed(casebook, actor, asked)
        _tell(casebook, actor, one, step, clock, at=at, **said)
        after = casebook.referrals.referral(actor, one.id)
        refused = [refusal.reason for refusal in after.state.refused if refusal.event not in one.state.told]
        return {**_line(after), "set_aside": refused[-1] if refused else ""}


def release_referral(settings: Settings, asked: str, why: str, clock: Clock) -> dict[str, Any]:
    """Let go what was parked since a partner referred it already."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        one = _filed(casebook, actor, asked)
        casebook.referrals.release(actor, one.id, why)
        return _line(casebook.referrals.referral(actor, one.id))


def referral_status(settings: Settings, asked: str | None, clock: Clock) -> dict[str, Any]:
    """All referrals by recipient and status, or one by id or reference, with everything that happened to it."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        if asked is not None:
            one = _filed(casebook, actor, asked)
            return {**_line(one), "events": [_event(event, one) for event in one.state.told]}
        counts: dict[str, dict[str, int]] = {}
        doubtful = []
        for line in all_referrals(casebook, actor):
            counts.setdefault(line.recipient, {}).setdefault(line.status, 0)
            counts[line.recipient][line.status] += 1
            if line.stage == Step.IN_DOUBT:
                doubtful.append({"referral": line.referral, "reference": line.reference, "since": line.taken})
    known = recipients_of(settings)
    return {
        "recipients": [
            {
                "recipient": name,
                "name": known[name].name if name in known else "not in the registry",
                "counts": counts[name],
            }
            for name in sorted(counts)
        ],
        "in_doubt": doubtful,
    }


def all_referrals(
    casebook: Casebook, actor: Actor, campaign: str | None = None, recipient: str | None = None
) -> Iterator[ReferralLine]:  # fmt: skip
    """Lines of all referrals of a campaign, to a recipient, or of all, page by page."""
    after, size = 0, 1_000
    while page := casebook.referrals.list(
        actor, ReferralListing(campaign=campaign, recipient=recipient, after=after, limit=size)
    ):
        yield from page
        after = page[-1].drafted


def _waiting(
    settings: Settings, casebook: Casebook, actor: Actor, recipient: Recipient
) -> Iterator[tuple[list[EntryId], Mapping[str, frozenset[str]]]]:
    """What waits for a recipient, oldest first, a few at a time, with all that its targets are called by now."""
    lines = [
        line.referral for line in all_referrals(casebook, actor, recipient=recipient.id) if line.status == Step.QUEUED
    ]
    for ids in _few(lines):
        cases = {one: casebook.referrals.referral(actor, one).outgoing.case for one in ids}
        found = [casebook.cases.case(actor, case).opening for case in cases.values()]
        names = names_of(settings, {name for one in found for name in (one.target, one.about) if name})
        yield ids, {one.target: names[one.target] | names.get(one.about, frozenset()) for one in found}


def _few(many: Sequence[T]) -> Iterator[list[T]]:
    return (list(many[start : start + _FEW]) for start in range(0, len(many), _FEW))


def _wanted(
    casebook: Casebook, actor: Actor, order: DraftOrder, recipient: Recipient
) -> tuple[EntryId | None, list[EntryId], dict[str, str]]:
    if order.campaign is None:
        if not order.cases:
            raise UsageError("say which: --campaign, or cases by id")
        return None, [EntryId(one) for one in dict.fromkeys(order.cases)], {}
    state = campaign_called(casebook, actor, order.campaign)
    there = {
        line.case
        for line in all_referrals(casebook, actor)
        if line.recipient == recipient.id and line.status != Step.WITHDRAWN
    }
    cases, beside = [], dict[str, str]()
    for case in [EntryId(one) for one in order.cases] or sorted(state.targets):
        found = casebook.cases.case(actor, case)
        if order.cases:
            cases.append(case)
        elif case in there:
            beside[case] = "it has a referral for this recipient"
        elif found.opening.platform not in recipient.platforms:
            beside[case] = f"{recipient.id} is not asked about {found.opening.platform}"
        elif casebook.cases.held(actor, [name for name in (found.opening.target, found.opening.about) if name]):
            beside[case] = "it is held for an authority"
        elif found.contest is not None:
            beside[case] = "it is contested"
        else:
            cases.append(case)
    return state.id, cases, beside


def _filed(casebook: Casebook, actor: Actor, asked: str) -> Filed:
    return casebook.referrals.referral(actor, asked if asked.startswith("r-") else reference_as_written(asked))


def _tell(casebook: Casebook, actor: Actor, one: Filed, step: Step, clock: Clock, **more: Any) -> None:  # noqa: ANN401
    at = more.pop("at", None) or clock.now()
    casebook.referrals.tell(actor, one.id, ReferralEvent(new_entry_id("s"), step, at, actor.id, **more))


def _line(one: Filed) -> dict[str, Any]:
    what, state = one.outgoing, one.state
    return {
        "referral": one.id,
        "reference": what.reference,
        "recipient": what.recipient,
        "form": what.form.value,
        "case": what.case,
        "target": what.target,
        "status": state.status,
        "reinstatement": "asked" if asks_back(one) else "",
    }


def asks_back(one: Filed) -> bool:
    """Whether it was withdrawn after something was taken down on it, and is not there again: the host is asked to reinstate."""
    state = one.state
    return state.withdrawn is not None and state.sent is not None and state.reinstated is None


def _event(event: ReferralEvent, one: Filed) -> dict[str, Any]:
    aside = {refusal.event.id: refusal.reason for refusal in one.state.refused}
    return {
        "at": event.at.isoformat(timespec="seconds"),
        "step": event.step.value,
        "by": event.by,
        "evidence": event.evidence,
        "reason": event.reason,
        "set_aside": aside.get(event.id, ""),
    }
