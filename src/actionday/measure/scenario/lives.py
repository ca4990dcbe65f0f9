"""Births and ends: piecewise-constant hazards by age, action days as atoms, who is removed and by what.

All times are days since the world's start; an end beyond the horizon is kept (the observer's horizon censors it).
Not for: returns and moves, which make new subjects out of ended ones.
"""

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Self

import numpy as np

from actionday.measure.scenario.draws import Codes, Flags, Floats, Ints
from actionday.measure.scenario.parameters import AGE_EDGES, ActionDay, Hazard, Parameters

PLATFORMS = (
    "telegram",
    "xmpp",
    "mewe",
    "matrix",
    "rocketchat",
    "threema",
    "twitter",
    "gnusocial",
    "diaspora",
    "friendica",
    "website",
)
KINDS = ("channel", "group", "room", "page", "site", "user", "admin", "bot")
STRATA = ("channel", "user", "admin", "bot")
ACCOUNT_FROM = KINDS.index("user")
ACCOUNT_VENUES = ("twitter", "gnusocial", "diaspora", "friendica", "threema")
"""Platforms whose venues are accounts: timelines, and Threema's broadcasting ids."""
ACCOUNT_VENUE_CODES = np.array([PLATFORMS.index(name) for name in ACCOUNT_VENUES])
TELEGRAM = 0
BACK = 400.0
"""Days before the start in which subjects may have been born."""


class Cause(IntEnum):
    """Why a life ended."""

    NONE = 0
    BACKGROUND = 1
    OWNER = 2
    FIRST_DAY = 3
    SECOND_DAY = 4
    DENIED = 5


class Tie(IntEnum):
    """What made a subject out of its origin."""

    NONE = 0
    SUCCESSOR = 1
    BACKUP = 2
    MIGRATION = 3


@dataclass(slots=True)
class Cast:
    """Everyone in the world, one array a property. `origin` is the index of the one it came out of, or -1."""

    platform: Codes
    kind: Codes
    community: Ints
    birth: Floats
    end: Floats
    cause: Codes
    origin: Ints
    tie: Codes
    similar: Flags
    silent: Flags

    def __len__(self) -> int:
        return len(self.birth)

    @classmethod
    def of(cls, platform: Codes, kind: Codes, community: Ints, birth: Floats) -> Self:
        """Newcomers without origin whose ends are still to be drawn."""
        n = len(birth)
        return cls(
            platform.astype(np.int8),
            kind.astype(np.int8),
            community,
            birth,
            np.full(n, np.inf),
            np.zeros(n, np.int8),
            np.full(n, -1, np.int64),
            np.zeros(n, np.int8),
            np.zeros(n, np.bool_),
            np.zeros(n, np.bool_),
        )

    def take(self, rows: Ints | Flags) -> "Cast":
        """These rows; `origin` keeps naming rows of the whole."""
        return Cast(*(getattr(self, f.name)[rows] for f in fields(self)))

    def plus(self, other: "Cast") -> "Cast":
        """Both, the other's rows after these; `other.origin` must already name rows of this one."""
        return Cast(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))

    @property
    def is_account(self) -> Flags:
        """Accounts, as against venues."""
        return np.asarray(self.kind >= ACCOUNT_FROM)

    @property
    def stratum(self) -> Codes:
        """Index into STRATA: every venue is a "channel"."""
        return np.where(self.is_account, self.kind - ACCOUNT_FROM + 1, 0).astype(np.int8)

    def sorted(self) -> "Cast":
        """Ordered by community, platform, venues first; origins renumbered."""
        order = np.lexsort((self.is_account, self.platform, self.community))
        place = np.empty(len(self), np.int64)
        place[order] = np.arange(len(self))
        cast = self.take(order)
        cast.origin = np.where(cast.origin >= 0, place[cast.origin], -1)
        return cast


def bands(parameters: Parameters, cast: Cast) -> Floats:
    """Hazards a subject (n, 3) by age band."""
    table = np.zeros((len(PLATFORMS), len(STRATA), 3))
    for p, platform in enumerate(PLATFORMS):
        for k, kind in enumerate(STRATA):
            hazard = parameters.hazard(platform, kind)
            table[p, k] = hazard.young, hazard.middle, hazard.old
    return np.asarray(table[cast.platform, cast.stratum])


def draw_ends(rng: np.random.Generator, parameters: Parameters, cast: Cast, entry: Floats) -> None:
    """Draw background ends of lives known to be there at `entry`, and whether the owner closed them himself."""
    day = parameters.day(parameters.second.start)
    factor = np.where(cast.platform == TELEGRAM, parameters.hazard_after if parameters.acts else 1.0, 1.0)
    hazard = bands(parameters, cast)
    marks = np.stack([entry, cast.birth + AGE_EDGES[0], cast.birth + AGE_EDGES[1], np.full(len(cast), day)], axis=1)
    marks = np.sort(np.maximum(marks, entry[:, None]), axis=1)
    left = rng.exponential(size=len(cast))
    end = np.full(len(cast), np.inf)
    for segment in range(4):
        begin = marks[:, segment]
        age = begin - cast.birth + 1e-9
        rate = hazard[np.arange(len(cast)), (age >= AGE_EDGES[0]).astype(int) + (age >= AGE_EDGES[1])]
        rate = rate * np.where(begin >= day, factor, 1.0)
        width = marks[:, segment + 1] - begin if segment < 3 else np.inf
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = np.nan_to_num(rate * width, nan=0.0, posinf=np.inf)
            falls = np.isinf(end) & (left <= whole) & (rate > 0)
            end = np.where(falls, begin + left / rate, end)
        left = left - whole
    cast.end = end
    owner = rng.random(len(cast)) < parameters.owner_share
    cast.cause = np.where(owner, Cause.OWNER, Cause.BACKGROUND).astype(np.int8)


def survival(hazard: Hazard, days: float, factor: float = 1.0) -> float:
    """Closed form: the share of births still there at an age, under the background hazard alone."""
    young, middle = AGE_EDGES
    total = hazard.young * min(days, young) + hazard.middle * max(0.0, min(days, middle) - young)
    return float(np.exp(-factor * (total + hazard.old * max(0.0, days - middle))))


def doses(rng: np.random.Generator, day: ActionDay, communities: int) -> Floats:
    """Chance of removal (communities, STRATA): the kind's mean on the logit scale, shifted by community."""
    shift = day.spread * rng.standard_normal(communities)
    mean = np.array([day.dose.get(kind, 0.0) for kind in STRATA])
    with np.errstate(divide="ignore"):
        logit = np.log(mean) - np.log1p(-mean)
        return np.asarray(1.0 / (1.0 + np.exp(-(logit[None, :] + shift[:, None]))))


def strike(rng: np.random.Generator, parameters: Parameters, cast: Cast, dose: tuple[Floats, Floats]) -> None:
    """Let both action days remove Telegram subjects that are there when their hour comes (06:00 to 22:00 UTC)."""
    days = ((parameters.first, Cause.FIRST_DAY), (parameters.second, Cause.SECOND_DAY))
    for (day, cause), chance in zip(days, dose, strict=True):
        ladder = np.cumsum(day.daily) / np.sum(day.daily)
        which = np.searchsorted(ladder, rng.random(len(cast)), side="right")
        at = parameters.day(day.start) + which + (6 + 16 * rng.random(len(cast))) / 24
        hit = rng.random(len(cast)) < chance[cast.community, cast.stratum]
        hit &= (cast.platform == TELEGRAM) & (cast.birth < at) & (cast.end > at)
        if cause is Cause.SECOND_DAY and not parameters.acts:
            continue
        cast.end = np.where(hit, at, cast.end)
        cast.cause = np.where(hit, cause, cast.cause).astype(np.int8)
