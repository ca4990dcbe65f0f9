"""The lines of `campaigns` and `campaign_targets`: made from a fold, kept with each entry. Inside the caller's transaction.

They hold nothing that the ledger does not say, so they can be made anew. Not for: who may ask (`sql_campaigns`).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from actionday.records import EntryId
from actionday.records.campaign_event import CampaignEvent
from actionday.records.campaign_state import CampaignStage, CampaignState, fold_campaign
from actionday.stores.casebook.campaign_payloads import to_campaign
from actionday.stores.casebook.campaigns import CampaignLine
from actionday.stores.casebook.chain import Kind
from actionday.stores.casebook.entry_rows import entries_about, entries_of
from actionday.stores.casebook.ledger import asked_for
from actionday.stores.casebook.tables import CAMPAIGN_TARGETS, CAMPAIGNS, LEDGER


def events_of(connection: Connection, campaign: str) -> list[CampaignEvent]:
    """All events of a campaign, in order; none where there is no such campaign."""
    return [to_campaign(entry) for entry in entries_about(connection, Kind.CAMPAIGN, campaign)]


def put(connection: Connection, before: CampaignState | None, after: CampaignState) -> None:
    """The lines of a campaign that took steps."""
    line = _line(after)
    if before is None:
        connection.execute(insert(CAMPAIGNS), [line])
    else:
        connection.execute(update(CAMPAIGNS).where(CAMPAIGNS.c.id == after.id).values(**line))
    there = set() if before is None else set(before.targets)
    for case in there - set(after.targets):
        connection.execute(_of_target(after.id, case))
    put_targets(connection, [(after.id, case) for case in after.targets if case not in there])


def put_targets(connection: Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Lines of targets that came in."""
    if pairs:
        connection.execute(
            insert(CAMPAIGN_TARGETS), [{"campaign": campaign, "case_id": case} for campaign, case in pairs]
        )


def standing(connection: Connection, campaign: str) -> CampaignStage | None:
    """Where a campaign stands; None where there is none."""
    stage = connection.execute(select(CAMPAIGNS.c.stage).where(CAMPAIGNS.c.id == campaign)).scalar()
    return None if stage is None else CampaignStage(stage)


def is_target(connection: Connection, campaign: str, case: str) -> bool:
    """Whether a case is a target of a campaign."""
    query = select(CAMPAIGN_TARGETS.c.case_id).where(
        CAMPAIGN_TARGETS.c.campaign == campaign, CAMPAIGN_TARGETS.c.case_id == case
    )
    return connection.execute(query).first() is not None


def campaigns_with(connection: Connection, case: str) -> list[EntryId]:
    """Campaigns of which a case is a target."""
    query = select(CAMPAIGN_TARGETS.c.campaign).where(CAMPAIGN_TARGETS.c.case_id == case)
    return [EntryId(one) for one in connection.execute(query.order_by(CAMPAIGN_TARGETS.c.campaign)).scalars()]


def lines(connection: Connection) -> list[CampaignLine]:
    """All campaigns, in the order in which they were planned."""
    stored = {row.id: row for row in connection.execute(select(CAMPAIGNS))}
    order = asked_for(connection, select(LEDGER.c.id, LEDGER.c.seq), LEDGER.c.id, list(stored))
    found = [stored[row.id] for row in sorted(order, key=lambda row: row.seq)]
    return [CampaignLine(EntryId(row.id), row.name, CampaignStage(row.stage), row.targets, row.events) for row in found]


def rebuilt(connection: Connection) -> int:
    """Make every line anew from the ledger. Returns how many campaigns had lines that were missing, too many or other."""
    events: dict[str, list[CampaignEvent]] = {}
    for entry in entries_of(connection, Kind.CAMPAIGN):
        one = to_campaign(entry)
        events.setdefault(one.campaign, []).append(one)
    states = {identity: fold_campaign(told) for identity, told in events.items()}
    fresh = {identity: (_line(state), frozenset(state.targets)) for identity, state in states.items() if state}
    targets: dict[str, set[str]] = {}
    for row in connection.execute(select(CAMPAIGN_TARGETS)):
        targets.setdefault(row.campaign, set()).add(row.case_id)
    kept = {row.id: row._asdict() for row in connection.execute(select(CAMPAIGNS))}
    stored = {one: (kept.get(one, {}), frozenset(targets.get(one, ()))) for one in kept.keys() | targets.keys()}
    wrong = sorted(one for one in fresh.keys() | stored.keys() if fresh.get(one) != stored.get(one))
    for identity in wrong:
        connection.execute(delete(CAMPAIGNS).where(CAMPAIGNS.c.id == identity))
        connection.execute(delete(CAMPAIGN_TARGETS).where(CAMPAIGN_TARGETS.c.campaign == identity))
        if identity in fresh:
            line, cases = fresh[identity]
            connection.execute(insert(CAMPAIGNS), [line])
            put_targets(connection, [(identity, case) for case in sorted(cases)])
    return len(wrong)


def _line(state: CampaignState) -> dict[str, Any]:
    return {
        "id": state.id,
        "name": state.plan.name,
        "stage": state.stage.value,
        "targets": len(state.targets),
        "events": state.events,
    }


def _of_target(campaign: str, case: str) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return delete(CAMPAIGN_TARGETS).where(CAMPAIGN_TARGETS.c.campaign == campaign, CAMPAIGN_TARGETS.c.case_id == case)
