"""Counts and overturn rates of the casework as Estimates. By person for the auditor alone. Not for: how they are counted (`measure.casework`)."""

from actionday.measure.casework import Decided, measure_casework
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import Actor, Clock, Measure, Permission
from actionday.records.case import WAITING, Case, Stage
from actionday.records.case_event import CaseStep
from actionday.records.reading import Opinion
from actionday.settings import Settings
from actionday.stores.casebook import Casebook, Listing

_OVER = frozenset({Stage.FOUND, Stage.DISMISSED, Stage.OVERTURNED})


def casework(settings: Settings, campaign: str | None, clock: Clock, *, by_person: bool = False) -> Measure:
    """Measure the casework of one campaign or of all (permission `read`); by person needs `audit`. Raises PermissionRefused."""
    actor = actor_of(settings, clock)
    if by_person:
        actor.must(Permission.AUDIT)
    with casebook_of(settings, clock) as casebook:
        counts = casebook.cases.count(actor, campaign)
        decided = [_decided(case) for case in _cases(casebook, actor, campaign)]
    return measure_casework(decided, sum(counts.get(stage, 0) for stage in WAITING), by_person=by_person)


def _cases(casebook: Casebook, actor: Actor, campaign: str | None) -> list[Case]:
    found: list[Case] = []
    after = None
    while True:
        page = casebook.cases.list(actor, Listing(_OVER, campaign, 500, after))
        found += [casebook.cases.case(actor, line.case) for line in page.lines]
        if page.next is None:
            return found
        after = page.next


def _decided(case: Case) -> Decided:
    """What it was found under; a finding that was overturned was one."""
    grounds = [
        one.reading.ground for one in case.readings if one.reading and one.reading.opinion is Opinion.GROUND_HOLDS
    ]
    found = case.stage in (Stage.FOUND, Stage.OVERTURNED)
    return Decided(
        grounds[-1] if found and grounds else "",
        any(event.step is CaseStep.CONTESTED for event in case.told),
        case.stage is Stage.OVERTURNED,
        tuple(dict.fromkeys(one.by for one in case.readings)),
    )
