"""A unit's sheet of referrals in the world: what was referred on the second day and after it, what hosts answered, what an outsider re-read.

Hosts act as the world lets them: a removal of the sheet is an end of the world, sent some hours before it. Some of it was wrong, and a stratified sample
that an outsider re-read shows how much. Not for: who is removed (`lives`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario.draws import Flags, Floats, Ints, stage
from actionday.measure.scenario.listings import Register, instants, table
from actionday.measure.scenario.lives import PLATFORMS, TELEGRAM, Cause
from actionday.measure.scenario.words import join, numbers
from actionday.records.referral import Step

MOST = 1_733
ROUTES = ("portal", "email", "form")
WRONG = (0.04, 0.08, 0.12)
"""By route: chance that a removal was wrong."""
MEDIAN_HOURS, SPREAD = 9.0, 1.1
"""Of the hours from sending to removal, which are log-normal."""
STAND, ORDERS, AUDITED = 0.25, 0.08, 60
"""Standing things referred to one that goes; share of orders; removals re-read a route, at most."""
_DAY_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry a referral. Times are days since the start; `answered` is infinite for silence, `claim` an index into CLAIMS."""

    rows: Ints
    route: Ints
    order: Flags
    sent: Floats
    answered: Floats
    claim: Ints
    gone: Flags
    wrong: Flags
    audited: Flags
    contested: Flags


CLAIMS = (Step.NO_ANSWER, Step.REMOVED, Step.DECLINED, Step.RETURNED, Step.ACCESS_DISABLED)
_SILENT, _REMOVED = 0, 1


def sheet_of(book: Register) -> Sheet:
    """Draw the sheet; the same world gives the same one."""
    rng, cast, parameters = stage(book.seed, "referrals"), book.cast, book.parameters
    rows, gone = _chosen(rng, book)
    n = len(rows)
    start = parameters.day(parameters.second.start)
    delay = np.exp(np.log(MEDIAN_HOURS) + SPREAD * rng.standard_normal(n)) / _DAY_HOURS
    sent = np.where(gone, cast.end[rows] - delay, start + 0.25 + 2.5 * rng.random(n))
    route = rng.choice(3, n, p=(0.5, 0.3, 0.2))
    told = rng.random(n)
    claim = np.where(gone, np.where(told < 0.92, _REMOVED, _SILENT), np.searchsorted([0.35, 0.4, 0.75, 0.9], told))
    late = np.where(gone, cast.end[rows] + 0.02 * rng.random(n), sent + 0.1 + 2 * rng.random(n))
    answered = np.where(claim == _SILENT, np.inf, late)
    wrong = gone & (rng.random(n) < np.array(WRONG)[route])
    return Sheet(
        rows, route, rng.random(n) < ORDERS, sent, answered, claim, gone, wrong, _drawn(rng, route, gone),
        (claim == _REMOVED) & (rng.random(n) < np.where(wrong, 0.5, 0.02)),
    )  # fmt: skip


def sheet_tables(book: Register) -> dict[str, pa.Table]:
    """Payload rows of `referrals`, `referral_events` and `audits`; none in a world without the second day."""
    if not book.parameters.acts:
        return {}
    made = sheet_of(book)
    return {"referrals": _referrals(book, made), "referral_events": _events(book, made), "audits": _audits(book, made)}


def sheet_truth(book: Register) -> dict[str, Any]:
    """What is true of it: counts, the median hours to removal of all that was sent, and how many removals were wrong."""
    if not book.parameters.acts:
        return {"sent": 0}
    made = sheet_of(book)
    hours = np.where(made.gone, (book.cast.end[made.rows] - made.sent) * _DAY_HOURS, np.inf)
    half = float(np.median(hours)) if len(hours) else np.inf
    return {
        "sent": len(made.rows),
        "removed": int(made.gone.sum()),
        "claimed_removed": int((made.claim == _REMOVED).sum()),
        "median_hours_to_act": half if np.isfinite(half) else None,
        "wrongful": int(made.wrong.sum()),
        "wrongful_share": float(made.wrong.sum() / max(1, made.gone.sum())),
        "audited": int(made.audited.sum()),
        "contested": int(made.contested.sum()),
        "by_route": [
            {"route": name, "sent": int((made.route == r).sum()), "removed": int((made.gone & (made.route == r)).sum())}
            for r, name in enumerate(ROUTES)
        ],
    }


def _chosen(rng: np.random.Generator, book: Register) -> tuple[Ints, Flags]:
    """Whom the unit refers: most of what goes on the day, and things that stand to the end of it."""
    cast, parameters = book.cast, book.parameters
    day = parameters.day(parameters.second.start)
    known = book.found & (book.eye.found < day) & (cast.platform == TELEGRAM)
    going = np.flatnonzero(known & (cast.cause == Cause.SECOND_DAY) & (rng.random(len(cast)) < 0.85))
    standing = np.flatnonzero(known & (cast.end > day + 60) & (cast.birth < day))
    going = rng.permutation(going)[: round(MOST / (1 + STAND))]
    standing = rng.permutation(standing)[: round(len(going) * STAND)]
    rows = np.concatenate([going, standing])
    return rows, np.arange(len(rows)) < len(going)


def _drawn(rng: np.random.Generator, route: Ints, gone: Flags) -> Flags:
    """A random sample of the removals of each route."""
    drawn = np.zeros(len(route), np.bool_)
    for r in range(len(ROUTES)):
        mine = rng.permutation(np.flatnonzero(gone & (route == r)))
        drawn[mine[:AUDITED]] = True
    return drawn


def _named(book: Register, made: Sheet, which: Ints) -> dict[str, pa.Array]:
    return {
        "ref": join("synthetic-", numbers(which + 1)),
        "subject": book.profile.subject.take(pa.array(made.rows[which])),
    }


def _referrals(book: Register, made: Sheet) -> pa.Table:
    n = len(made.rows)
    columns = {
        **_named(book, made, np.arange(n)),
        "platform": pa.array(PLATFORMS).take(pa.array(book.cast.platform[made.rows])),
        "recipient": pa.repeat("Synthetic host", n),
        "route": pa.array(ROUTES).take(pa.array(made.route)),
        "act": pa.array(np.where(made.order, "order", "referral").astype(object), pa.string()),
        "contestable": pa.array(made.route != 2),
    }
    return table("referrals", columns, n)


def _events(book: Register, made: Sheet) -> pa.Table:
    every = np.arange(len(made.rows))
    received = every[made.route != 2]
    answered = np.flatnonzero(np.isfinite(made.answered))
    contested = np.flatnonzero(made.contested)
    steps = pa.array([step.value for step in CLAIMS])
    parts = [
        (every, pa.repeat(Step.SENT.value, len(every)), made.sent),
        (received, pa.repeat(Step.RECEIVED.value, len(received)), made.sent[received] + 0.003),
        (answered, steps.take(pa.array(made.claim[answered])), made.answered[answered]),
        (contested, pa.repeat(Step.CONTESTED.value, len(contested)), made.answered[contested] + 4.0),
        (contested, _rulings(made, contested), made.answered[contested] + 12.0),
    ]
    return pa.concat_tables([_told(book, made, *part) for part in parts])


def _rulings(made: Sheet, contested: Ints) -> pa.Array:
    words = np.where(made.wrong[contested], Step.CONTEST_UPHELD.value, Step.CONTEST_REJECTED.value)
    return pa.array(words.astype(object), pa.string())


def _told(book: Register, made: Sheet, which: Ints, steps: pa.Array, at: Floats) -> pa.Table:
    none = pa.scalar(None, pa.string())
    columns: Mapping[str, pa.Array] = {
        **_named(book, made, which),
        "step": steps,
        "at": instants(book.parameters, at),
        "scope": pc.if_else(pc.equal(steps, Step.ACCESS_DISABLED.value), "DE", none),
        "reason": pc.if_else(pc.equal(steps, Step.DECLINED.value), "not against our terms", none),
    }
    return table("referral_events", columns, len(which))


def _audits(book: Register, made: Sheet) -> pa.Table:
    which = np.flatnonzero(made.audited)
    n, route = len(which), made.route[which]
    sizes = np.array([int((made.gone & (made.route == r)).sum()) for r in range(len(ROUTES))])
    verdict = np.where(made.wrong[which], "wrongful", "rightful").astype(object)
    columns = {
        **_named(book, made, which),
        "verdict": pa.array(verdict, pa.string()),
        "audited_at": instants(book.parameters, np.full(n, book.parameters.days + 20.0)),
        "stratum": pa.array(ROUTES).take(pa.array(route)),
        "stratum_size": pa.array(sizes[route], pa.int64()),
        "outside": pa.repeat(True, n),
        "reader": pa.repeat("outside reader 1", n),
    }
    return table("audits", columns, n)
