"""How far readers agree on cases that two of them read, each without the other's answer. Not for: who was right."""

from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import Clock, Estimate
from actionday.records.case import Stage
from actionday.records.case_event import CaseEvent
from actionday.settings import Settings
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Listing

_READ = frozenset({Stage.FOUND, Stage.DISMISSED, Stage.UNDECIDED, Stage.OVERTURNED})
_MOST = 10_000
"""Cases that are looked at: those of the highest rank."""


def readers_agree(settings: Settings, clock: Clock, campaign: str | None = None, seed: int = 7) -> dict[str, Any]:
    """Krippendorff's alpha of the opinions of first and second readers, of grounds where both found one, and of doubts under Art. 1(3).

    Cases that wait for a reader are left out, so that nobody learns of an answer. Raises PermissionRefused.
    """
    from actionday.measure.agreement import krippendorff

    pairs = _pairs(settings, clock, campaign)
    opinions = [[_opinion(one) for one in pair] for pair in pairs]
    grounds = [[one.reading.ground for one in pair if one.reading] for pair in pairs]
    both = [pair for pair in grounds if all(pair)]
    doubts = [["doubt" if one.reading and one.reading.protection.doubt else "none" for one in pair] for pair in pairs]
    return {
        "opinions": _told(krippendorff("opinions", opinions, seed=seed)),
        "grounds": _told(krippendorff("grounds", both, seed=seed)),
        "doubts": _told(krippendorff("doubts", doubts, seed=seed)),
        "cases": len(pairs),
    }


def _pairs(settings: Settings, clock: Clock, campaign: str | None) -> list[tuple[CaseEvent, CaseEvent]]:
    actor = actor_of(settings, clock)
    open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        page = casebook.cases.list(actor, Listing(_READ, campaign, _MOST))
        cases = [casebook.cases.case(actor, line.case) for line in page.lines]
    return [(case.readings[0], case.readings[1]) for case in cases if len(case.readings) > 1]


def _opinion(event: CaseEvent) -> str:
    assert event.reading is not None
    return event.reading.opinion.value


def _told(one: Estimate) -> dict[str, Any]:
    return {
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "n": one.n,
        "method": one.method,
        "caveats": list(one.caveats),
    }
