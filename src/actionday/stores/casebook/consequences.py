"""What follows when a finding is contested, falls or is sealed: referrals withdrawn, published items retracted, campaigns left.

In the transaction of the step that caused it, by whoever took that step, and without anybody having to think of it.
Not for: deciding on a contest (`records.case`).
"""

from dataclasses import replace

from sqlalchemy import Connection

from actionday.records import Actor, EntryId, new_entry_id
from actionday.records.campaign_event import CampaignEvent, CampaignStep
from actionday.records.campaign_state import follow_campaign
from actionday.records.case import Case, Stage
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.records.publication import PublicationKind
from actionday.records.referral import Step
from actionday.stores.casebook import campaign_rows, publication_rows
from actionday.stores.casebook import referral_rows as rows
from actionday.stores.casebook.campaign_payloads import of_campaign
from actionday.stores.casebook.ledger import Means, append
from actionday.stores.casebook.outbox import keep, own_event
from actionday.stores.casebook.publication_rows import Announced
from actionday.stores.casebook.referral_payloads import of_referral
from actionday.stores.casebook.sql_campaigns import state_of

_CONTESTS = {
    CaseStep.CONTESTED: Step.CONTESTED,
    CaseStep.CONTEST_UPHELD: Step.CONTEST_UPHELD,
    CaseStep.CONTEST_REJECTED: Step.CONTEST_REJECTED,
}
FELL = "the finding fell; where it was acted upon, reinstatement is asked"
SEALED = "it was sealed"


def follow_up(
    connection: Connection, means: Means, actor: Actor, key: bytes | None, event: CaseEvent, case: Case
) -> None:
    """Do what follows from a case's step, inside the caller's write transaction."""
    if step := _CONTESTS.get(event.step):
        _tell(connection, means, actor, key, case.id, step, event.why)
    if case.stage is Stage.OVERTURNED and event.step in (CaseStep.CONTEST_UPHELD, CaseStep.REREAD):
        _fall(connection, means, actor, key, case.id, FELL)
    if event.step is CaseStep.SEALED:
        _fall(connection, means, actor, key, case.id, SEALED)


def _fall(connection: Connection, means: Means, actor: Actor, key: bytes | None, case: EntryId, why: str) -> None:
    _tell(connection, means, actor, key, case, Step.WITHDRAWN, why)
    items = publication_rows.items_of(connection, case)
    what = [Announced(PublicationKind.RETRACTION, case, item) for item in items]
    publication_rows.announce(connection, means, actor, key, what)
    for campaign in campaign_rows.campaigns_with(connection, case):
        before = state_of(connection, campaign)
        if before.closed:
            continue
        entry = new_entry_id("g", means.randomness)
        event = CampaignEvent(
            entry, campaign, CampaignStep.TARGET_DROPPED, means.clock.now(), actor.id, why, case=case
        )  # fmt: skip
        append(connection, means, actor, [of_campaign(actor, event)], key)
        campaign_rows.put(connection, before, follow_campaign(before, [event]))


def _tell(
    connection: Connection, means: Means, actor: Actor, key: bytes | None, case: EntryId, step: Step, why: str
) -> None:  # fmt: skip
    for identity in rows.of_case(connection, case):
        one = rows.filed(connection, identity)
        if one is None:
            continue
        event = own_event(means, actor, one.state, step, case, why)
        after = one.state.add(event)
        if any(refusal.event.id == event.id for refusal in after.refused):
            continue  # nothing left that could be contested, or it is withdrawn already
        append(connection, means, actor, [of_referral(actor, one.id, event)], key)
        keep(connection, means, replace(one, state=after))
