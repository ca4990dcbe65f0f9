"""What follows when a finding is contested, falls or is sealed: referrals withdrawn, published items retracted, campaigns left.

In the transaction of the step that caused it, by whoever took that step, and without anybody having to think of it.
Not for: deciding on a contest (`records.case`).
"""

from dataclasses import replace

from actionday.records import EntryId, new_entry_id
from actionday.records.campaign_event import CampaignEvent, CampaignStep
from actionday.records.campaign_state import follow_campaign
from actionday.records.case import Case, Stage
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.records.publication import PublicationKind
from actionday.records.referral import Step
from actionday.stores.casebook import campaign_rows, publication_rows
from actionday.stores.casebook import referral_rows as rows
from actionday.stores.casebook.campaign_payloads import of_campaign
from actionday.stores.casebook.outbox import keep, own_event
from actionday.stores.casebook.publication_rows import Announced
from actionday.stores.casebook.referral_payloads import of_referral
from actionday.stores.casebook.sql_campaigns import state_of
from actionday.stores.casebook.turn import Turn

_CONTESTS = {
    CaseStep.CONTESTED: Step.CONTESTED,
    CaseStep.CONTEST_UPHELD: Step.CONTEST_UPHELD,
    CaseStep.CONTEST_REJECTED: Step.CONTEST_REJECTED,
}
FELL = "the finding fell; where it was acted upon, reinstatement is asked"
SEALED = "it was sealed"


def follow_up(turn: Turn, event: CaseEvent, case: Case) -> None:
    """Do what follows from a case's step, inside the caller's write transaction."""
    if step := _CONTESTS.get(event.step):
        _tell(turn, case.id, step, event.why)
    if case.stage is Stage.OVERTURNED and event.step in (CaseStep.CONTEST_UPHELD, CaseStep.REREAD):
        _fall(turn, case.id, FELL)
    if event.step is CaseStep.SEALED:
        _fall(turn, case.id, SEALED)


def _fall(turn: Turn, case: EntryId, why: str) -> None:
    _tell(turn, case, Step.WITHDRAWN, why)
    items = publication_rows.items_of(turn.connection, case)
    publication_rows.announce(turn, [Announced(PublicationKind.RETRACTION, case, item) for item in items])
    for campaign in campaign_rows.campaigns_with(turn.connection, case):
        before = state_of(turn.connection, campaign)
        if before.closed:
            continue
        entry = new_entry_id("g", turn.means.randomness)
        event = CampaignEvent(
            entry, campaign, CampaignStep.TARGET_DROPPED, turn.now, turn.actor.id, why, case=case
        )  # fmt: skip
        turn.append([of_campaign(turn.actor, event)])
        campaign_rows.put(turn.connection, before, follow_campaign(before, [event]))


def _tell(turn: Turn, case: EntryId, step: Step, why: str) -> None:
    for identity in rows.of_case(turn.connection, case):
        one = rows.filed(turn.connection, identity)
        if one is None:
            continue
        event = own_event(turn, one.state, step, case, why)
        after = one.state.add(event)
        if any(refusal.event.id == event.id for refusal in after.refused):
            continue  # nothing left that could be contested, or it is withdrawn already
        turn.append([of_referral(turn.actor, one.id, event)])
        keep(turn, replace(one, state=after))
