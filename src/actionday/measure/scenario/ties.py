"""Who runs what and who speaks where: operators of venues, the accounts that write in groups, sisters of a venue.

Not for: roles as an observer sees them (listings).
"""

from dataclasses import dataclass

import numpy as np

from actionday.measure.scenario.draws import Floats, Ints, pick, ranges, stage
from actionday.measure.scenario.lives import ACCOUNT_VENUE_CODES, KINDS, PLATFORMS, Cast, Tie

WRITERS = tuple(KINDS.index(name) for name in ("group", "room"))
"""Kinds of venue in which members write; elsewhere posts carry no author."""


@dataclass(frozen=True, slots=True)
class Ties:
    """`operators` (n, 2): who runs a venue, -1 for none; `heir`: the account that follows a removed one, or -1.
    `members_from`, `members_to`: the range of accounts of a subject's community and platform.
    """

    operators: Ints
    heir: Ints
    members_from: Ints
    members_to: Ints


def ties(seed: int, cast: Cast) -> Ties:
    """Draw them. The cast must be sorted by community, platform, venues first."""
    rng = stage(seed, "ties")
    everyone = _key(cast)
    admins = np.flatnonzero(cast.kind == KINDS.index("admin"))
    start, stop = ranges(everyone[admins], everyone)
    operators = np.stack([_operator(rng, cast, admins, start, stop) for _ in range(2)], axis=1)
    operators[cast.is_account] = -1
    heir = np.full(len(cast), -1, np.int64)
    later = np.flatnonzero((cast.tie == Tie.SUCCESSOR) & cast.is_account)
    heir[cast.origin[later]] = later
    accounts = np.flatnonzero(cast.is_account)
    low, high = ranges(everyone[accounts], everyone)
    bounds = np.append(accounts, len(cast))
    return Ties(operators, heir, bounds[low], np.where(high > low, bounds[low] + high - low, bounds[low]))


def posters(cast: Cast) -> Ints:
    """Subjects that post: venues that are not silent, and accounts of platforms where the account is the venue."""
    microblog = np.isin(cast.platform, ACCOUNT_VENUE_CODES)
    return np.flatnonzero((~cast.is_account | microblog) & ~cast.silent)


def up(cast: Cast, heir: Ints, operator: Ints, day: Floats) -> Floats:
    """Whether a venue's operator, or whoever followed him, is there: (n,) operators by (d,) days, as 0 or 1."""
    there = np.zeros((len(operator), len(day)), np.bool_)
    who = operator
    for depth in range(3):
        known = who >= 0
        row = np.maximum(who, 0)
        alive = known[:, None] & (day[None, :] < cast.end[row][:, None])
        if depth:
            alive &= day[None, :] >= cast.birth[row][:, None]
        there |= alive
        who = np.where(known, heir[row], -1)
    return there.astype(np.float64)


def _key(cast: Cast) -> Ints:
    return np.asarray(cast.community * len(PLATFORMS) + cast.platform)


def _operator(rng: np.random.Generator, cast: Cast, admins: Ints, start: Ints, stop: Ints) -> Ints:
    """One admin a subject, if possible one that was there when it began."""
    chosen = np.full(len(cast), -1, np.int64)
    fits = np.zeros(len(cast), np.bool_)
    since = np.maximum(cast.birth, 0.0)
    for _ in range(5):
        place = pick(rng, start, stop)
        who = np.where(place >= 0, admins[np.maximum(place, 0)], -1) if len(admins) else place
        good = (who >= 0) & (cast.birth[who] <= since + 1) & (cast.end[who] > since)
        chosen = np.where(~fits & ((chosen < 0) | good), who, chosen)
        fits |= good
    return chosen
