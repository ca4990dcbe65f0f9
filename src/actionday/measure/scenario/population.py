"""Who lives in the world: communities, their first members, those who return after a removal, those who move elsewhere.

Not for: names and numbers (profiles), posts, and what an observer sees.
"""

from dataclasses import dataclass

import numpy as np

from actionday.measure.scenario.draws import Codes, Floats, Ints, choose, pick, ranges, stage
from actionday.measure.scenario.lives import (
    ACCOUNT_VENUE_CODES,
    BACK,
    KINDS,
    PLATFORMS,
    STRATA,
    TELEGRAM,
    Cast,
    Cause,
    Tie,
    doses,
    draw_ends,
    strike,
)
from actionday.measure.scenario.parameters import Parameters

ORGANISATIONS = ("Organisation A", "Organisation B")
LANGUAGES = ("en", "ru", "ar")
GENERATIONS = 6
VENUE_KIND = {
    "telegram": "channel",
    "xmpp": "room",
    "mewe": "group",
    "matrix": "room",
    "rocketchat": "channel",
    "website": "site",
}


@dataclass(frozen=True, slots=True)
class Communities:
    """Communities: organisation and language by index, the doses both action days gave them (n, STRATA)."""

    organisation: Codes
    language: Codes
    first: Floats
    second: Floats

    def __len__(self) -> int:
        return len(self.organisation)


@dataclass(frozen=True, slots=True)
class Moves:
    """One row a place opened elsewhere: from which subject to which, when, announced by which venue (-1: by none)."""

    source: Ints
    target: Ints
    at: Floats
    announcer: Ints


def communities(parameters: Parameters, seed: int, posts: int) -> Communities:
    """Draw the communities; their number grows with posts to the power 0.6 (more posts: more of both)."""
    n = max(8, round(parameters.communities * (posts / 120_000) ** 0.6))
    rng = stage(seed, "communities")
    organisation = (np.arange(n) % 5 < 2).astype(np.int8)  # three in five A, two in five B
    tongue = np.where(organisation[:, None] == 0, [[0.3, 0.2, 0.5]], [[0.25, 0.45, 0.3]])
    language = choose(rng, tongue).astype(np.int8)
    return Communities(
        rng.permutation(organisation),
        language,
        doses(stage(seed, "dose", 1), parameters.first, n),
        doses(stage(seed, "dose", 2), parameters.second, n),
    )


def populate(parameters: Parameters, seed: int, groups: Communities) -> tuple[Cast, Moves]:
    """Everyone, sorted by community and platform, with all ends drawn, and the moves to other platforms."""
    cast = _born(parameters, seed, groups)
    strike(stage(seed, "strike"), parameters, cast, (groups.first, groups.second))
    newest = np.arange(len(cast))
    for generation in range(1, GENERATIONS + 1):
        young = _returns(parameters, stage(seed, "returns", generation), cast, newest)
        strike(stage(seed, "strike", generation), parameters, young, (groups.first, groups.second))
        newest = np.arange(len(cast), len(cast) + len(young))
        cast = cast.plus(young)
    cast = cast.plus(_elsewhere(parameters, stage(seed, "moves"), cast, groups)).sorted()
    return cast, _moves(stage(seed, "announcers"), cast)


def _born(parameters: Parameters, seed: int, groups: Communities) -> Cast:
    cast: Cast | None = None
    rng = stage(seed, "births")
    for number, (stratum, rate) in enumerate(parameters.births.items()):
        platform, kind = stratum.split(":")
        births = rng.poisson(rate * (BACK + parameters.days), len(groups))
        community = np.repeat(np.arange(len(groups)), births)
        birth = rng.uniform(-BACK, parameters.days, len(community))
        entry = birth
        if platform == "telegram" and kind in ("channel", "admin"):
            # every community has one venue and one operator that were there, older than 30 days, when observation began
            anchors = np.arange(len(groups))
            community = np.concatenate([anchors, community])
            birth = np.concatenate([rng.uniform(-BACK, -30.0, len(groups)), birth])
            entry = np.maximum(birth, np.where(np.arange(len(birth)) < len(groups), 0.0, -np.inf))
        some = Cast.of(
            np.full(len(birth), PLATFORMS.index(platform)), _kinds(rng, platform, kind, len(birth)), community, birth
        )
        draw_ends(stage(seed, "ends", number), parameters, some, entry)
        keep = some.end > 0
        if platform == "telegram" and parameters.acts:
            late = birth > parameters.day(parameters.second.start) + len(parameters.second.daily)
            keep &= ~late | (rng.random(len(birth)) < parameters.births_after)
        cast = some.take(keep) if cast is None else cast.plus(some.take(keep))
    if cast is None:
        raise ValueError("a world needs births")
    return cast


def _kinds(rng: np.random.Generator, platform: str, kind: str, n: int) -> Codes:
    if kind != "channel":
        return np.full(n, KINDS.index(kind), np.int8)
    usual = np.full(n, KINDS.index(VENUE_KIND[platform]), np.int8)
    second = {"telegram": "group", "mewe": "page"}.get(platform)
    if second is None:
        return usual
    return np.where(rng.random(n) < 0.4, KINDS.index(second), usual).astype(np.int8)


def _returns(parameters: Parameters, rng: np.random.Generator, cast: Cast, newest: Ints) -> Cast:
    """Those re-created after the platform removed them; backups stood ready before, successors come after."""
    old = cast.take(newest)
    day = parameters.day(parameters.second.start)
    chance = np.array([parameters.returns.get(kind, 0.0) for kind in STRATA])[old.stratum]
    chance = np.where((old.end >= day) & parameters.acts, chance * parameters.returns_after, chance)
    removed = np.isin(old.cause, (Cause.BACKGROUND, Cause.FIRST_DAY, Cause.SECOND_DAY))
    back = removed & (old.platform == TELEGRAM) & (rng.random(len(old)) < chance)
    backup = (rng.random(len(old)) < parameters.backup_share) & ~old.is_account
    delay = parameters.return_days * np.exp(1.2 * rng.standard_normal(len(old)))
    early = rng.uniform(1.0, 30.0, len(old))
    similar = rng.random(len(old)) < parameters.similar_share
    ready = np.maximum(old.end - early, old.birth + 0.25 * (old.end - old.birth))
    birth = np.where(backup, ready, old.end + delay)
    young = Cast.of(old.platform, old.kind, old.community, birth)
    young.origin = newest
    young.tie = np.where(backup, Tie.BACKUP, Tie.SUCCESSOR).astype(np.int8)
    young.similar = similar & ~backup
    young = young.take(back & (birth < parameters.days))
    # a backup was certainly there when its original went
    draw_ends(rng, parameters, young, np.maximum(young.birth, cast.end[young.origin]))
    return young


def _elsewhere(parameters: Parameters, rng: np.random.Generator, cast: Cast, groups: Communities) -> Cast:
    """The places opened on other platforms, and one operator account a community and platform to run them."""
    community, at, after = _occasions(parameters, rng, len(groups))
    source = _venue_of(rng, cast, community, at, 30.0)
    known = source >= 0
    community, at, after, source = community[known], at[known], after[known], source[known]
    weights = np.array(
        [
            [parameters.homes[f"{name}:{period}"].get(platform, 0.0) for platform in PLATFORMS]
            for name in ORGANISATIONS
            for period in ("before", "after")
        ]
    )
    platform = choose(rng, weights[groups.organisation[community] * 2 + after])
    kinds = [KINDS.index(VENUE_KIND.get(name, "user")) for name in PLATFORMS]
    places = Cast.of(platform.astype(np.int8), np.array(kinds, np.int8)[platform], community, at)
    places.origin, places.tie = source, np.full(len(at), Tie.MIGRATION, np.int8)
    draw_ends(rng, parameters, places, at)
    fate = [parameters.destinations.get(name) for name in PLATFORMS]
    denied, mean, silent = (
        np.array([getattr(f, name) if f else 0.0 for f in fate])[platform] for name in ("denied", "mean_days", "silent")
    )
    refused_at = at + mean * rng.exponential(size=len(at))
    refused = (rng.random(len(at)) < denied) & (refused_at < places.end)
    places.end = np.where(refused, refused_at, places.end)
    places.cause = np.where(refused, Cause.DENIED, places.cause).astype(np.int8)
    places.silent = rng.random(len(at)) < silent
    return places.plus(_operators_of(parameters, rng, cast, places))


def _occasions(parameters: Parameters, rng: np.random.Generator, n: int) -> tuple[Ints, Floats, Ints]:
    """When which community opens a place elsewhere; 0 or 1: by its old or its new habits."""
    day = parameters.day(parameters.second.start)
    usual = rng.poisson(parameters.moves_before * parameters.days, n)
    more = rng.poisson(parameters.moves_after if parameters.acts else 0.0, n)
    community = np.concatenate([np.repeat(np.arange(n), usual), np.repeat(np.arange(n), more)])
    at = np.concatenate(
        [
            rng.uniform(0.0, parameters.days, usual.sum()),
            day + 0.5 + parameters.move_days * rng.exponential(size=more.sum()),
        ]
    )
    inside = at < parameters.days - 1
    return community[inside], at[inside], ((at >= day) & parameters.acts).astype(np.int64)[inside]


def _venue_of(rng: np.random.Generator, cast: Cast, community: Ints, at: Floats, grace: float) -> Ints:
    """A telegram venue a row, there at `at` or gone for less than `grace` days; -1 where six draws found none."""
    rows = np.flatnonzero((cast.platform == TELEGRAM) & ~cast.is_account)
    rows = rows[np.argsort(cast.community[rows], kind="stable")]
    start, stop = ranges(cast.community[rows], community)
    chosen = np.full(len(community), -1, np.int64)
    for _ in range(6):
        place = pick(rng, start, stop)
        row = rows[np.maximum(place, 0)]
        fits = (chosen < 0) & (place >= 0) & (cast.birth[row] < at) & (cast.end[row] > at - grace)
        chosen = np.where(fits, row, chosen)
    return chosen


def _operators_of(parameters: Parameters, rng: np.random.Generator, cast: Cast, places: Cast) -> Cast:
    """One admin account for every community and platform that opened a venue there; the same person as an admin at home."""
    venue = ~np.isin(places.platform, [*ACCOUNT_VENUE_CODES, PLATFORMS.index("website")])
    key = places.community[venue] * len(PLATFORMS) + places.platform[venue]
    unique, inverse = np.unique(key, return_inverse=True)
    first = np.full(len(unique), np.inf)
    np.minimum.at(first, inverse, places.birth[venue])
    community, platform = np.divmod(unique, len(PLATFORMS))
    admins = Cast.of(
        platform.astype(np.int8), np.full(len(unique), KINDS.index("admin"), np.int8), community, first - 0.1
    )
    home = np.flatnonzero((cast.platform == TELEGRAM) & (cast.kind == KINDS.index("admin")))
    home = home[np.argsort(cast.community[home], kind="stable")]
    place = pick(rng, *ranges(cast.community[home], community))
    admins.origin = np.where(place >= 0, home[np.maximum(place, 0)], -1)
    admins.tie = np.full(len(unique), Tie.MIGRATION, np.int8)
    draw_ends(rng, parameters, admins, admins.birth)
    return admins


def _moves(rng: np.random.Generator, cast: Cast) -> Moves:
    """The places among the migrations, each announced by its source, or by a sister venue where the source is gone."""
    target = np.flatnonzero((cast.tie == Tie.MIGRATION) & (cast.kind != KINDS.index("admin")))
    source, at = cast.origin[target], cast.birth[target]
    sister = _venue_of(rng, cast, cast.community[target], at, 0.0)
    return Moves(source, target, at, np.where(cast.end[source] > at + 0.5, source, sister))
