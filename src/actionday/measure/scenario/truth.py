"""What is true of the world, as JSON: every generating parameter, closed forms, what really happened, and what the observer lost.

Lists of single subjects are given up to SUBJECT_POSTS posts; larger worlds carry counts only.
"""

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

import numpy as np

from actionday.measure.scenario import listings
from actionday.measure.scenario.dose_response import dose_response
from actionday.measure.scenario.draws import Codes, Floats, Ints, stage
from actionday.measure.scenario.listings import Register
from actionday.measure.scenario.lives import KINDS, PLATFORMS, STRATA, TELEGRAM, Cause, Tie, survival
from actionday.measure.scenario.parameters import Parameters
from actionday.measure.scenario.population import ORGANISATIONS
from actionday.measure.scenario.posts import Poster
from actionday.measure.scenario.profiles import pairs_by_chance
from actionday.measure.scenario.referrals import sheet_truth

SUBJECT_POSTS = 500_000
AGES = (1, 2, 7, 14, 30, 60, 90, 180, 365)
CAUSES = ("none", "background", "owner", "first_day", "second_day", "denied")
PLATFORM_ACTS = (Cause.BACKGROUND, Cause.FIRST_DAY, Cause.SECOND_DAY, Cause.DENIED)


def truth(book: Register, poster: Poster, posts: int) -> dict[str, Any]:
    """Everything, JSON-able; times are ISO 8601 in UTC, days dates."""
    parameters = book.parameters
    whole: dict[str, Any] = {
        "synthetic": True,
        "seed": book.seed,
        "posts_expected": posts,
        "parameters": json.loads(json.dumps(asdict(parameters), default=str)),
        "counts": _counts(book),
        "survival": _survival(parameters),
        "doses": _doses(book),
        "dose_response": dose_response(book, poster),
        "removals": _removals(book),
        "destinations": _destinations(book),
        "concentration": _concentration(parameters),
        "activity": _activity(parameters, poster),
        "observer": _observer(book),
        "referrals": sheet_truth(book),
    }
    if posts <= SUBJECT_POSTS:
        whole |= {"subjects": _subjects(book), "pairs": _pairs(book), "migrations": _migrations(book)}
    return whole


def lived(cause: Codes, end: Floats, days: int) -> Codes:
    """Causes of the ends inside the horizon; NONE for those still there."""
    return np.where(end < days, cause, Cause.NONE).astype(np.int8)


def _counts(book: Register) -> dict[str, Any]:
    cast = book.cast
    kinds = Counter(
        (PLATFORMS[p], STRATA[k]) for p, k in zip(cast.platform.tolist(), cast.stratum.tolist(), strict=True)
    )
    return {
        "communities": len(book.groups),
        "subjects": len(cast),
        "found": int(book.found.sum()),
        "moves": len(book.moves.at),
        "subjects_by": [{"platform": p, "kind": k, "count": n} for (p, k), n in sorted(kinds.items())],
    }


def _survival(parameters: Parameters) -> list[dict[str, Any]]:
    """Shares of births still there at an age under background hazards alone: before the second day, and after it."""
    rows = []
    for stratum, hazard in parameters.hazards.items():
        platform, _, kind = stratum.partition(":")
        changed = parameters.hazard_after if parameters.acts and platform == "telegram" else 1.0
        for period, factor in (("before", 1.0), ("after", changed)):
            for age in AGES:
                share = survival(hazard, age, factor)
                rows.append(
                    {"platform": platform, "kind": kind or "any", "period": period, "days": age, "survival": share}
                )
    return rows


def _doses(book: Register) -> list[dict[str, Any]]:
    return [
        {
            "community": c,
            "organisation": ORGANISATIONS[book.groups.organisation[c]],
            "first": dict(zip(STRATA, book.groups.first[c].tolist(), strict=True)),
            "second": dict.fromkeys(STRATA, 0.0)
            if not book.parameters.acts
            else dict(zip(STRATA, book.groups.second[c].tolist(), strict=True)),
        }
        for c in range(len(book.groups))
    ]


def _removals(book: Register) -> list[dict[str, Any]]:
    """The platforms' own acts by day: `count` of all subjects, `found` of those that were under observation."""
    cast, parameters = book.cast, book.parameters
    rows = np.flatnonzero((cast.end < parameters.days) & (cast.end >= 0) & np.isin(cast.cause, PLATFORM_ACTS))
    organisation = book.groups.organisation[cast.community[rows]]
    keys = np.stack(
        [np.floor(cast.end[rows]), cast.platform[rows], cast.stratum[rows], organisation, cast.cause[rows]], axis=1
    )
    unique, inverse = np.unique(keys.astype(np.int64), axis=0, return_inverse=True)
    counts = np.bincount(inverse.reshape(-1), minlength=len(unique))
    found = np.bincount(inverse.reshape(-1), weights=book.found[rows], minlength=len(unique))
    return [
        {
            "day": parameters.instant(day).date().isoformat(),
            "platform": PLATFORMS[platform],
            "kind": STRATA[kind],
            "organisation": ORGANISATIONS[org],
            "cause": CAUSES[cause],
            "count": int(count),
            "found": int(seen),
        }
        for (day, platform, kind, org, cause), count, seen in zip(unique.tolist(), counts, found, strict=True)
    ]


def _destinations(book: Register) -> list[dict[str, Any]]:
    """Each destination's generating fate, and what became of the places really opened there."""
    cast, target, rows = book.cast, book.moves.target, []
    for name, fate in book.parameters.destinations.items():
        mine = target[cast.platform[target] == PLATFORMS.index(name)]
        denied = mine[cast.cause[mine] == Cause.DENIED]
        stood = cast.end[denied] - cast.birth[denied]
        within = {f"denied_{k}": fate.denied * float(1 - np.exp(-k / fate.mean_days)) for k in (1, 7, 30)}
        rows.append(
            {
                "platform": name,
                "probability": {"denied": fate.denied, **within, "silent": fate.silent},
                "opened": len(mine),
                "silent": int(cast.silent[mine].sum()),
                **{f"denied_{k}": int((stood <= k).sum()) for k in (1, 7, 30)},
            }
        )
    return rows


def _concentration(parameters: Parameters) -> list[dict[str, Any]]:
    """Herfindahl-Hirschman index of the generating shares of moves."""
    rows = []
    for key, weights in parameters.homes.items():
        organisation, period = key.split(":")
        if period == "after" and not parameters.acts:
            continue
        total = sum(weights.values())
        shares = {name: weight / total for name, weight in weights.items()}
        rows.append(
            {
                "organisation": organisation,
                "period": period,
                "shares": shares,
                "hhi": sum(s * s for s in shares.values()),
            }
        )
    return rows


def _activity(parameters: Parameters, poster: Poster) -> dict[str, Any]:
    """Expected posts a day, all venues, and the change of the mean over 30 days on either side of the second day."""
    begin, end = 0, parameters.days
    home = poster.cast.platform[poster.rows] == TELEGRAM
    telegram = np.array([poster.expected(d, d + 1)[home].sum() for d in range(begin, end)])
    first = int(parameters.day(parameters.second.start))
    last = first + len(parameters.second.daily)
    change = {}
    for name, series in (("all", poster.by_day), ("telegram", telegram)):
        change[name] = float(series[last : last + 30].mean() / series[first - 30 : first].mean() - 1.0)
    return {
        "expected_by_day": [round(float(value), 3) for value in poster.by_day],
        "telegram_by_day": [round(float(value), 3) for value in telegram],
        "change": change,
    }


def _observer(book: Register) -> dict[str, Any]:
    parameters = book.parameters
    return {
        "blinded": bool(parameters.blinded),
        "blind_vantages": list(parameters.blinded),
        "sighted_vantages": [v for v in parameters.observer.vantages if v not in parameters.blinded],
        "at": parameters.instant(parameters.blind_from).isoformat(),
        "nothing_removed_on_second_day": not parameters.acts,
        "gone_private": int(np.isfinite(book.eye.private_at).sum()),
    }


def _when(parameters: Parameters, days: Floats) -> list[str | None]:
    start = int(parameters.origin.timestamp())
    whole = np.where(np.isfinite(days), days, 0.0) * 86_400
    text = np.datetime_as_string((whole.astype(np.int64) + start).astype("datetime64[s]"), timezone="UTC").tolist()
    return [t if known else None for t, known in zip(text, np.isfinite(days).tolist(), strict=True)]


def _subjects(book: Register) -> list[dict[str, Any]]:
    cast, parameters, profile = book.cast, book.parameters, book.profile
    organisation = book.groups.organisation[cast.community]
    columns: dict[str, list[Any]] = {
        "subject": profile.subject.to_pylist(),
        "platform": [PLATFORMS[c] for c in cast.platform.tolist()],
        "kind": [STRATA[c] for c in cast.stratum.tolist()],
        "form": [KINDS[c] for c in cast.kind.tolist()],
        "community": cast.community.tolist(),
        "organisation": [ORGANISATIONS[c] for c in organisation.tolist()],
        "born": _when(parameters, cast.birth),
        "ended": _when(parameters, np.where(cast.end < parameters.days, cast.end, np.inf)),
        "cause": [CAUSES[c] for c in lived(cast.cause, cast.end, parameters.days).tolist()],
        "found": _when(parameters, np.where(book.found, book.eye.found, np.inf)),
        "private": _when(parameters, book.eye.private_at),
        "silent": cast.silent.tolist(),
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _pairs(book: Register) -> list[dict[str, Any]]:
    """Who is whose return, and who is not: the ground truth for linking."""
    cast, profile = book.cast, book.profile
    back = np.flatnonzero(np.isin(cast.tie, (Tie.SUCCESSOR, Tie.BACKUP)))
    persons = np.flatnonzero((cast.tie == Tie.MIGRATION) & (cast.kind == KINDS.index("admin")) & (cast.origin >= 0))
    renamed = np.flatnonzero(np.isfinite(profile.renamed_at))
    one, other = _run_together(book)
    strangers = pairs_by_chance(stage(book.seed, "strangers"), profile, 200)
    kinds = ["backup" if tie == Tie.BACKUP else "successor" for tie in cast.tie[back].tolist()]
    return [
        *_pair_rows(book, cast.origin[back], back, kinds),
        *_pair_rows(book, cast.origin[persons], persons, ["same_operator"] * len(persons)),
        *_pair_rows(book, renamed, renamed, ["rename"] * len(renamed)),
        *_pair_rows(book, one, other, ["sibling"] * len(one)),
        *_pair_rows(book, *strangers, ["unrelated"] * len(strangers[0])),
    ]


def _run_together(book: Register) -> tuple[Ints, Ints]:
    """Venues of which one person runs both, as either of a venue's two operators; his heir is the same person."""
    tied, person = book.tied, np.arange(len(book.cast))
    for _ in range(3):
        kept = np.flatnonzero(tied.heir >= 0)
        person[tied.heir[kept]] = person[kept]
    venue, place = np.nonzero(tied.operators >= 0)
    runs = np.unique(np.stack([person[tied.operators[venue, place]], venue], axis=1), axis=0)
    pairs = []
    for step in range(1, int(np.unique(runs[:, 0], return_counts=True)[1].max(initial=1))):
        same = runs[:-step, 0] == runs[step:, 0]
        pairs.append(np.stack([runs[:-step, 1][same], runs[step:, 1][same]], axis=1))
    found = np.unique(np.concatenate(pairs), axis=0) if pairs else np.zeros((0, 2), np.int64)
    return found[:, 0], found[:, 1]


def _pair_rows(book: Register, old: Ints, new: Ints, kinds: list[str]) -> list[dict[str, Any]]:
    subject = np.asarray(book.profile.subject.to_pylist(), dtype=object)
    at = np.where(old == new, book.profile.renamed_at[new], book.cast.birth[new])
    times = _when(book.parameters, at)
    return [
        {"from": a, "to": b, "kind": kind, "at": when, "similar": bool(similar)}
        for a, b, kind, when, similar in zip(
            subject[old].tolist(), subject[new].tolist(), kinds, times, book.cast.similar[new].tolist(), strict=True
        )
    ]


def _migrations(book: Register) -> list[dict[str, Any]]:
    cast, moves, parameters = book.cast, book.moves, book.parameters
    source, target, _ = listings.explicit_moves(book)
    explicit = set(zip(source.tolist(), target.tolist(), strict=True))
    subject = book.profile.subject.to_pylist()
    at = _when(parameters, moves.at)
    ended = _when(parameters, np.where(cast.end < parameters.days, cast.end, np.inf)[moves.target])
    rows = []
    for i, (a, b, by) in enumerate(
        zip(moves.source.tolist(), moves.target.tolist(), moves.announcer.tolist(), strict=True)
    ):
        denied = cast.cause[b] == Cause.DENIED and cast.end[b] < parameters.days
        rows.append(
            {
                "from": subject[a],
                "to": subject[b],
                "destination": PLATFORMS[cast.platform[b]],
                "organisation": ORGANISATIONS[book.groups.organisation[cast.community[b]]],
                "at": at[i],
                "announced_by": subject[by] if by >= 0 else None,
                "explicit": (a, b) in explicit,
                "fate": "denied" if denied else "silent" if cast.silent[b] else "arrived",
                "denied_after_days": float(cast.end[b] - cast.birth[b]) if denied else None,
                "ended": ended[i],
            }
        )
    return rows
