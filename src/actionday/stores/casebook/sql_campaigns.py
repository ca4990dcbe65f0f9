"""Campaigns over SQLAlchemy: permissions asked, cases and records looked at, entries appended, lines kept, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from actionday.records import Actor, EntryId, Permission, UsageError
from actionday.records.campaign_event import CAMPAIGN_NEEDS, CampaignEvent, CampaignStep
from actionday.records.campaign_state import CampaignState, fold_campaign, follow_campaign
from actionday.records.case import Case, fold_case
from actionday.records.publication import PublicationKind
from actionday.stores.casebook import campaign_rows as rows
from actionday.stores.casebook import case_rows
from actionday.stores.casebook.campaign_payloads import of_campaign
from actionday.stores.casebook.campaigns import CampaignLine
from actionday.stores.casebook.case_payloads import to_unit
from actionday.stores.casebook.chain import Kind
from actionday.stores.casebook.databases import Database
from actionday.stores.casebook.entry_rows import entries_of, newest_of
from actionday.stores.casebook.ledger import Means, append
from actionday.stores.casebook.payloads import to_frozen
from actionday.stores.casebook.people import key_of
from actionday.stores.casebook.sql_publications import publish
from actionday.stores.casebook.turn import Turn


class SqlCampaigns:
    """See `Campaigns`. Shares the casebook's database; may be used from several threads."""

    def __init__(self, database: Database, means: Means) -> None:
        self._database, self._means = database, means

    def follow(self, actor: Actor, events: Sequence[CampaignEvent]) -> CampaignState:
        """See `Campaigns`."""
        _in_order(actor, events)
        with self._database.writing() as connection:
            return self._steps(connection, actor, events)

    def look(self, actor: Actor, event: CampaignEvent) -> Case:
        """See `Campaigns`."""
        if event.step is not CampaignStep.ITEM_OPENED or event.case is None:
            raise UsageError("an item is opened by its own step")
        _in_order(actor, [event])
        with self._database.writing() as connection:
            key_of(connection, actor, CAMPAIGN_NEEDS[event.step])
            case = fold_case(case_rows.events_of(connection, event.case))
            if case is None:
                raise UsageError(f"there is no case {event.case} here")
            self._steps(connection, actor, [event])
            return case

    def campaign(self, actor: Actor, campaign: EntryId) -> CampaignState:
        """See `Campaigns`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return state_of(connection, campaign)

    def list(self, actor: Actor) -> Sequence[CampaignLine]:
        """See `Campaigns`."""
        with self._database.reading() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.lines(connection)

    def rebuild(self, actor: Actor) -> int:
        """See `Campaigns`."""
        with self._database.writing() as connection:
            key_of(connection, actor, Permission.READ)
            return rows.rebuilt(connection)

    def _steps(self, connection: Connection, actor: Actor, events: Sequence[CampaignEvent]) -> CampaignState:
        key = key_of(connection, actor, CAMPAIGN_NEEDS[events[0].step])
        told = rows.events_of(connection, events[0].campaign)
        before, there = fold_campaign(told), {one.id: one for one in told}
        fresh = [_again(one, there[one.id]) if one.id in there else self._looked_at(connection, one) for one in events]
        append(connection, self._means, actor, [of_campaign(actor, one) for one in fresh], key)
        new = [one for one in fresh if one.id not in there]
        if not new:
            return state_of(connection, events[0].campaign)
        try:
            after = fold_campaign(new) if before is None else follow_campaign(before, new)
        except ValueError as error:
            raise UsageError(f"{events[0].campaign}: {error}") from error
        assert after is not None
        if new[0].step is CampaignStep.SUBMITTED:
            after = state_of(connection, after.id)  # with the hash that its sample follows from
        rows.put(connection, before, after)
        if new[0].step is CampaignStep.APPROVED:
            turn = Turn(connection, self._means, actor, key)
            publish(turn, PublicationKind.ADVISORY, sorted(after.targets))
        return after

    def _looked_at(self, connection: Connection, event: CampaignEvent) -> CampaignEvent:
        """The event with what the casebook itself knows. Raises UsageError where it says something that is not so."""
        match event.step:
            case CampaignStep.PLANNED:
                unit = newest_of(connection, Kind.UNIT)
                alone = unit is not None and to_unit(unit.facts).readers == 1
                assert event.plan is not None
                return replace(event, plan=replace(event.plan, alone=alone))
            case CampaignStep.TARGET_ADDED:
                assert event.case is not None
                case = fold_case(case_rows.events_of(connection, event.case))
                if case is None or not case.stands(self._means.clock.now()):
                    raise UsageError(
                        f"{event.case}: a target enters with its own confirmed finding that stands, and with nothing less"
                    )
                return replace(event, doubt=case.doubt)
            case CampaignStep.FROZEN:
                _frozen(connection, event)
        return event


def state_of(connection: Connection, campaign: str) -> CampaignState:
    """A campaign as it stands. Raises UsageError where there is none."""
    state = fold_campaign(rows.events_of(connection, campaign))
    if state is None:
        raise UsageError(f"there is no campaign {campaign} here")
    return state


def _again(event: CampaignEvent, told: CampaignEvent) -> CampaignEvent:
    """The same step a second time, with what the casebook put into it the first time."""
    plan = None if event.plan is None or told.plan is None else replace(event.plan, alone=told.plan.alone)
    return replace(event, plan=plan or event.plan, doubt=told.doubt if event.step is told.step else event.doubt)


def _frozen(connection: Connection, event: CampaignEvent) -> None:
    state = state_of(connection, event.campaign)
    day = (state.plan.name, state.plan.start, state.plan.end)
    for entry in entries_of(connection, Kind.FROZEN):
        one = to_frozen(entry.facts)
        if one.what.digest == event.digest and (one.what.campaign, one.what.start, one.what.end) == day:
            if one.after_the_fact:
                raise UsageError(
                    "it was frozen when the window had begun, and so binds nobody: plan a window that lies ahead"
                )
            return
    raise UsageError("nothing of that hash was frozen for this campaign and its window: `actionday campaign freeze`")


def _in_order(actor: Actor, events: Sequence[CampaignEvent]) -> None:
    if not events:
        raise UsageError("there is no step to take")
    if any(one.by != actor.id for one in events):
        raise UsageError("a step is recorded by the person who takes it")
    if len({one.campaign for one in events}) != 1:
        raise UsageError("steps of one campaign at a time")
    if len(events) > 1 and any(one.step is not CampaignStep.TARGET_ADDED for one in events):
        raise UsageError("only targets come many at a time")
