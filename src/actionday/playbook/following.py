"""How a campaign stands, per platform and recipient: assessed, referred, answered, removed, seen gone, clocks, returns, probes due.

What a host says, what was decided and what was seen are counted apart. Not for: estimates (`measure`), or the brief of the day.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import ibis

from actionday.observe.due import due
from actionday.playbook.campaigning import campaign_called, shown
from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.joint_keys import joint_key, joint_keys
from actionday.playbook.recipients import names_of, recipients_of
from actionday.playbook.referring import all_referrals, asks_back
from actionday.records import GONE, Actor, Clock, EntryId, State, UsageError
from actionday.records.campaign_state import CampaignState
from actionday.records.case import Case
from actionday.records.deadline import Done, Evidence, Phase, Started, deadline, gathered
from actionday.records.exchange import marks_of
from actionday.records.recipient import Recipient
from actionday.records.referral import TAKEN_DOWN, Step
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.view import View
from actionday.stores.casebook import Casebook, Filed, PartnerList


def campaign_status(settings: Settings, asked: str, clock: Clock) -> dict[str, Any]:
    """Everything that can be counted of a campaign now. `asked` is its name or id. Raises UsageError, PermissionRefused."""
    actor, now = actor_of(settings, clock), clock.now()
    home = open_home(settings.home)
    with casebook_of(settings, clock) as casebook:
        state = campaign_called(casebook, actor, asked)
        cases = _cases(casebook, actor, (*state.targets, *state.dropped))
        targets = {case: found.opening.target for case, found in cases.items() if case in state.targets}
        filed = [casebook.referrals.referral(actor, line.referral) for line in all_referrals(casebook, actor, state.id)]
        assessed = casebook.cases.count(actor, state.plan.name)
        partners = casebook.referrals.partner_marks(actor, state.plan.name)
    names = names_of(settings, set(targets.values()))
    view = Archive(home, query_memory=settings.query_memory).view()
    subjects = {name: case for case, target in targets.items() for name in names[target]}
    launched = state.approved.at if state.approved else None
    gone = _gone(view, subjects)
    returns = _returns(view, subjects, launched)
    waiting = {subjects[one] for one in due(view, now, settings.vantage)["subject"].to_pylist() if one in subjects}
    platform_of = {case: found.opening.platform for case, found in cases.items() if case in state.targets}
    registry = recipients_of(settings)
    return {
        **shown(state),
        "assessed": {stage.value: count for stage, count in sorted(assessed.items())},
        "platforms": [
            _platform(
                name, [case for case in state.targets if platform_of[case] == name], filed, (gone, returns, waiting)
            )
            for name in sorted(set(platform_of.values()))
        ],
        "recipients": [
            _recipient(registry.get(name), name, [one for one in filed if one.outgoing.recipient == name], gone, now)
            for name in sorted({one.outgoing.recipient for one in filed})
        ],
        "erased": len({*state.targets, *state.dropped} - set(cases)),
        "overturned": sum(found.stage.value == "overturned" for found in cases.values()),
        "partners": _partners(
            partners, _marks(settings, state, {case: names[target] for case, target in targets.items()})
        ),
    }


def _cases(casebook: Casebook, actor: Actor, wanted: Sequence[EntryId]) -> dict[EntryId, Case]:
    """Cases by id, without those whose subject was erased."""
    found: dict[EntryId, Case] = {}
    for case in wanted:
        with suppress(UsageError):
            found[case] = casebook.cases.case(actor, case)
    return found


def _platform(
    name: str,
    cases: Sequence[EntryId],
    filed: Sequence[Filed],
    seen: tuple[set[EntryId], Counter[EntryId], set[EntryId]],
) -> dict[str, Any]:
    gone, returns, waiting = seen
    mine = [one for one in filed if one.outgoing.case in set(cases)]
    return {
        "platform": name,
        "targets": len(cases),
        "referred": len({one.outgoing.case for one in mine if one.state.sent}),
        "answered": len({one.outgoing.case for one in mine if one.state.claim}),
        "removed_by_their_word": len({one.outgoing.case for one in mine if _down(one)}),
        "seen_gone": len(gone & set(cases)),
        "returns_proposed": sum(returns[case] for case in cases),
        "probes_due": len(waiting & set(cases)),
    }


def _recipient(
    found: Recipient | None, name: str, filed: Sequence[Filed], gone: set[EntryId], now: datetime
) -> dict[str, Any]:  # fmt: skip
    counts = Counter(one.state.status for one in filed)
    return {
        "recipient": name,
        "name": found.name if found else "not in the registry",
        "drafted": len(filed),
        "by_status": dict(sorted(counts.items())),
        "sent": sum(one.state.sent is not None for one in filed),
        "in_doubt": sum(one.state.stage is not None and one.state.stage.step is Step.IN_DOUBT for one in filed),
        "answered": sum(one.state.claim is not None for one in filed),
        "removed_by_their_word": sum(_down(one) for one in filed),
        "seen_gone": len({one.outgoing.case for one in filed} & gone),
        "reinstatement_asked": sum(map(asks_back, filed)),
        "clocks": [clock for one in filed if found and (clock := _clock(found, one, now))],
    }


def _clock(found: Recipient, one: Filed, now: datetime) -> dict[str, Any] | None:
    """The recipient's own word on when it answers, running or lapsed."""
    state, rule = one.state, found.clock
    start = state.received or state.sent
    if rule is None or start is None or state.withdrawn:
        return None
    evidence: list[Evidence] = [Started(start.at), *([Done(state.claim.at)] if state.claim else [])]
    clock = deadline(rule, gathered(evidence), now, found.office)
    if clock.phase not in (Phase.RUNNING, Phase.LAPSED):
        return None
    return {
        "reference": one.outgoing.reference,
        "phase": clock.phase.value,
        "due": clock.due.isoformat(timespec="minutes") if clock.due else "",
        "source": rule.source,
    }


def _down(one: Filed) -> bool:
    return one.state.claim is not None and one.state.claim.step in TAKEN_DOWN


def _gone(view: View, subjects: Mapping[str, EntryId]) -> set[EntryId]:
    """Cases whose target was gone when it was last seen; a look that says nothing of it is passed over."""
    looks = view.table("sightings")
    telling = [state.value for state in State if state in GONE or state is State.PRESENT]
    looks = looks.filter(looks.subject.isin(sorted(subjects)) & looks.state.isin(telling))
    place = ibis.row_number().over(group_by=looks.subject, order_by=[ibis.desc(looks.at), ibis.desc(looks.row)])
    looks = looks.mutate(place=place)
    last = view.arrow(looks.filter(looks.place == 0).select("subject", "state")).to_pylist()
    gone = {state.value for state in GONE}
    present = {subjects[row["subject"]] for row in last if row["state"] not in gone}
    return {subjects[row["subject"]] for row in last if row["state"] in gone} - present


def _returns(view: View, subjects: Mapping[str, EntryId], since: datetime | None) -> Counter[EntryId]:
    """How many subjects were proposed as whose return since the launch. Leads, none of which was judged here."""
    if since is None:
        return Counter()
    rows = view.table("proposals")
    fresh = rows.filter(
        rows.subject.isin(sorted(subjects)) & (rows.at >= ibis.literal(since).cast("timestamp('UTC', 6)"))
    )
    pairs = view.arrow(fresh.select("subject", "target").distinct()).to_pylist()
    return Counter(subjects[row["subject"]] for row in pairs)


def _partners(listed: Sequence[tuple[str, PartnerList, str]], ours: Mapping[str, EntryId]) -> list[dict[str, Any]]:
    """By unit: how many items it has, which cases of ours are about the same, how many targets it referred. Nobody's holds.

    A target with several names has several marks, so a partner's counts are of marks.
    """
    units: dict[str, dict[str, set[str]]] = {}
    for unit, kind, mark in listed:
        if kind is not PartnerList.HELD:
            units.setdefault(unit, {}).setdefault(kind.value, set()).add(mark)
    return [
        {
            "unit": unit,
            "items": len(lists.get(PartnerList.ITEMS, set())),
            "ours_too": sorted({ours[mark] for mark in lists.get(PartnerList.ITEMS, set()) & ours.keys()}),
            "referred": len(lists.get(PartnerList.REFERRED, set())),
        }
        for unit, lists in sorted(units.items())
    ]


def _marks(settings: Settings, state: CampaignState, named: Mapping[EntryId, Collection[str]]) -> dict[str, EntryId]:
    """The cases of a joint campaign's targets by the marks that partners would know them by; none without its key."""
    if not state.plan.units and state.plan.name not in joint_keys(settings):
        return {}
    key = joint_key(settings, state.plan.name)
    return {mark: case for case, names in named.items() for mark in marks_of(key, names)}
