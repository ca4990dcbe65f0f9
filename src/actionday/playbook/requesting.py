"""What those whom we decided about may do: contest by reference number, and ask for access, correction or erasure. Not for: the rules of a contest."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.playbook.forgetting import forget
from actionday.playbook.referring import asks_back
from actionday.records import Clock, Permission, UsageError, new_entry_id
from actionday.records.case_event import CaseEvent, CaseStep
from actionday.records.outgoing import reference_as_written
from actionday.records.subject_request import Proof, RequestKind, SubjectRequest
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home
from actionday.stores.archive.schemas import TABLES
from actionday.stores.archive.subjects import Subject, resolve
from actionday.stores.casebook import ReferralListing


@dataclass(frozen=True, slots=True)
class RequestOrder:
    """Who asks for what, what proved that they may, what they say, and where an answer is written (access)."""

    kind: RequestKind
    subject: str
    proof: Proof
    shown: str
    why: str = ""
    out: Path | None = None


def contest_reference(settings: Settings, reference: str, why: str, clock: Clock) -> dict[str, Any]:
    """Record that a content provider contests, by the reference number alone. Nothing about it leaves until it is decided.

    Raises UsageError for a number that is none of ours, or where nothing is left to contest.
    """
    return _case_step(settings, reference, CaseStep.CONTESTED, why, clock)


def decide_reference(settings: Settings, reference: str, why: str, clock: Clock, *, upheld: bool) -> dict[str, Any]:
    """Decide on a contest, by somebody who did not read the case. Upheld: withdrawn, retracted, and reinstatement is asked."""
    step = CaseStep.CONTEST_UPHELD if upheld else CaseStep.CONTEST_REJECTED
    return _case_step(settings, reference, step, why, clock)


def subject_request(settings: Settings, order: RequestOrder, clock: Clock) -> dict[str, Any]:
    """Serve a request after its proof; it is in the ledger before anything else is done.

    Access writes all that was decided and seen about the subject to `out`, without naming people who work here. Correction lists what is
    to be looked at again. Erasure is `forget`. Raises UsageError as long as an authority holds the subject; PermissionRefused.
    """
    home = open_home(settings.home)
    actor = actor_of(settings, clock)
    if order.kind is RequestKind.ERASURE:
        actor.must(Permission.ERASE)
    if order.kind is RequestKind.ACCESS and order.out is None:
        raise UsageError("say with --out where the answer is written")
    archive = Archive(home, query_memory=settings.query_memory)
    subject = resolve(archive, order.subject)
    names = subject.ids | subject.references | {order.subject}
    request = SubjectRequest(
        new_entry_id("q"), order.kind, order.subject, order.proof, order.shown, clock.now(), actor.id, order.why
    )  # fmt: skip
    with casebook_of(settings, clock) as casebook:
        told = [] if order.kind is RequestKind.ERASURE else casebook.requests.about(actor, names)
        casebook.requests.record(actor, request)
    if order.kind is RequestKind.ERASURE:
        return {"request": request.id, **forget(settings, order.subject, "asked by the subject", clock)}
    if order.kind is RequestKind.CORRECTION:
        cases = sorted({one.entry for one in told if one.kind == "case"})
        return {"request": request.id, "look_again_at_entries": cases}
    seen = _seen(archive, subject)
    assert order.out is not None
    answer = {
        "subject": order.subject,
        "at": clock.now().isoformat(),
        "decided": [asdict(one) for one in told],
        "seen": seen,
    }
    order.out.write_text(json.dumps(answer, ensure_ascii=True, indent=1, default=str) + "\n", "ascii")
    return {
        "request": request.id,
        "file": str(order.out),
        "decided": len(told),
        "seen": {name: len(rows) for name, rows in seen.items()},
    }


def _case_step(settings: Settings, reference: str, step: CaseStep, why: str, clock: Clock) -> dict[str, Any]:
    actor = actor_of(settings, clock)
    number = reference_as_written(reference)
    with casebook_of(settings, clock) as casebook:
        found = casebook.referrals.referral(actor, number)
        event = CaseEvent(
            new_entry_id("k"), found.outgoing.case, step, clock.now(), actor.id, why,
            reference=number if step is CaseStep.CONTESTED else "",
        )  # fmt: skip
        case = casebook.cases.follow(actor, event)
        lines = casebook.referrals.list(actor, ReferralListing(case=case.id))
        states = [casebook.referrals.referral(actor, line.referral) for line in lines]
    return {
        "reference": number,
        "case": case.id,
        "stage": case.stage.value,
        "contested": case.contest is not None,
        "withdrawn": [one.outgoing.reference for one in states if one.state.withdrawn],
        "reinstatement_asked_of": sorted(one.outgoing.recipient for one in states if asks_back(one)),
    }


def _seen(archive: Archive, subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """All rows of the archive in which a column that names subjects names this one."""
    view, called = archive.view(), subject.exact
    found: dict[str, list[dict[str, Any]]] = {}
    for name, spec in TABLES.items():
        table = view.table(name)
        for column in spec.subjects:
            rows = view.arrow(table.filter(table[column].isin(called)).drop("row", "ingest")).to_pylist()
            found.setdefault(name, []).extend(row for row in rows if row not in found.get(name, []))
    return {name: rows for name, rows in found.items() if rows}
