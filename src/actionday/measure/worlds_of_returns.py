"""Synthetic accounts of which some come back, with the truth and the generator's own likelihood ratio of any pair.

Accounts live in communities that share a language, links, texts and hours (hard negatives), names come from short lists,
neighbours copy one another, and many begin in the fortnight after the action day. Tables are those that linking profiles
have (subjects, names, tokens, signals). Not for: the bundled scenario, or scoring anything (`link`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.worlds_of_names import NameRules, Names, draw_names, name_tables

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

THE_DAY, DAYS = 200.0, 365.0
EPOCH = 17_800.0
"""Days since 1970 of the world's day 0."""
COMMUNITY = 400
POSTS = 60
SUBSET = 0.6
"""Chance that an account shows a given one of its pool's tokens."""
ANNOUNCED_BY_CHANCE = 0.1


@dataclass(frozen=True, slots=True)
class Trace:
    """One family of tokens: place among the token families, pool size, chance to be seen at all, how much of the level's
    chance to be kept it takes, copies from neighbours, tokens of the community and of everybody.
    """

    place: int
    pool: int
    seen: float
    kept: float
    copied: float
    community: float
    everybody: float


TRACES: Mapping[str, Trace] = {
    "bio": Trace(1, 4, 0.8, 0.8, 0.02, 1.0, 1.5),
    "links": Trace(2, 4, 0.9, 1.0, 0.2, 2.0, 1.0),
    "invites": Trace(3, 2, 0.6, 0.9, 0.05, 1.0, 0.0),
    "media": Trace(4, 5, 0.9, 1.0, 0.3, 2.0, 0.5),
    "texts": Trace(5, 6, 0.9, 1.0, 0.3, 2.0, 0.5),
    "forwards": Trace(6, 4, 0.8, 0.9, 0.1, 2.0, 1.0),
    "members": Trace(8, 4, 0.8, 0.9, 0.1, 2.0, 0.5),
}


@dataclass(frozen=True, slots=True)
class Level:
    """How much a return keeps: chance a family's pool is kept, name kept, handle similar, the return announced; share of
    careful operators, who keep half as often.
    """

    kept: float
    name: float
    handle: float
    announced: float
    careful: float


LEVELS: Mapping[str, Level] = {
    "easy": Level(0.9, 0.5, 0.6, 0.3, 0.1),
    "middle": Level(0.8, 0.3, 0.3, 0.2, 0.15),
    "hard": Level(0.7, 0.15, 0.08, 0.12, 0.2),
}


@dataclass(frozen=True)
class ReturnWorld:
    """Arrays by account; `origin` is the account it is a return or sibling of, -1 for none; `twin` marks siblings."""

    level: Level
    origin: Ints
    twin: Flags
    community: Ints
    begun: Floats
    ended: Floats  # infinite: still there
    busy: Floats
    seen_begun: Floats
    pool: Mapping[str, Ints]
    has: Mapping[str, Flags]
    tokens: Mapping[str, tuple[Ints, Ints]]  # account, token
    names: Names
    hours: NDArray[np.int64]
    rate: Floats
    followers: Ints
    signals: tuple[Ints, Ints, Floats]

    def __len__(self) -> int:
        return len(self.origin)

    def pairs(self) -> tuple[Ints, Ints, Flags]:
        """All pairs of one operator: the one that ended first, the other, and whether the other is its return.

        A return begins after the end, or stood ready and took over after it; all others are siblings.
        """
        child = np.flatnonzero(self.origin >= 0)
        child = child[np.argsort(self.origin[child], kind="stable")]
        a, b = [self.origin[child]], [child]
        for step in range(1, 8):  # children of one origin lie side by side
            same = self.origin[child[:-step]] == self.origin[child[step:]]
            a.append(child[:-step][same])
            b.append(child[step:][same])
        one, other = np.concatenate(a), np.concatenate(b)
        first = (self.ended[one] < self.ended[other]) | ((self.ended[one] == self.ended[other]) & (one < other))
        earlier, later = np.where(first, one, other), np.where(first, other, one)
        ended = self.ended[earlier]
        return earlier, later, np.isfinite(ended) & ((self.begun[later] >= ended) | (self.busy[later] >= ended))

    def tables(self) -> dict[str, pa.Table]:
        """The tables that linking profiles are made of; rows are the accounts in order, so ids sort alike."""
        n = len(self)
        family = [np.full(len(owner), TRACES[name].place, np.int8) for name, (owner, _) in self.tokens.items()]
        owner, token = (np.concatenate([one[i] for one in self.tokens.values()]) for i in (0, 1))
        named, name_tokens = name_tables(self.names)
        tokens = pa.table(
            {
                "subject": pa.array(np.concatenate([owner, name_tokens[0]]).astype(np.int32)),
                "family": pa.array(np.concatenate([*family, np.zeros(len(name_tokens[0]), np.int8)])),
                "token": pa.array(np.concatenate([token, name_tokens[1]])),
            }
        )
        source, target, at = self.signals
        gone = np.isfinite(self.ended)
        subjects = pa.table(
            {
                "subject": pa.array([f"telegram:account:{number:09d}" for number in range(n)]),
                "platform": pa.repeat("telegram", n),
                "kind": pa.repeat("account", n),
                "language": pa.array([f"x{code:02d}" for code in range(64)]).take(pa.array(self.names.language)),
                "begun_at": _times(self.seen_begun),
                "busy_at": _times(self.busy),
                "ended_at": _times(self.ended),
                "ending": pa.array(np.where(gone, "removed", ""), pa.string(), mask=~gone),
                "posts": pa.repeat(POSTS, n),
                "per_day": self.rate,
                "followers": self.followers,
                "hours": pa.FixedSizeListArray.from_arrays(pa.array(self.hours.reshape(-1).astype(np.float32)), 24),
            }
        )
        signals = pa.table(
            {
                "source": source.astype(np.int32),
                "target": target.astype(np.int32),
                "declared": np.zeros(len(at), bool),
                "at": _times(at),
            }
        )
        return {"subjects": subjects, "names": named, "tokens": tokens, "signals": signals}


def return_world(
    accounts: int, level: str, seed: int, *, returned: float = 0.05, siblings: float = 0.02
) -> ReturnWorld:
    """Draw a world of that many accounts, `returned` of them returns of an earlier one that was removed."""
    random = np.random.default_rng([seed, sorted(LEVELS).index(level)])
    rules = LEVELS[level]
    backs, twins = int(returned * accounts), int(siblings * accounts)
    first = accounts - backs - twins
    order = random.permutation(accounts)  # rows say nothing of who is what
    born, ended = _first_lives(random, first)
    gone = np.flatnonzero(np.isfinite(ended))
    parent = np.concatenate(
        [np.full(first, -1), random.choice(gone, backs, replace=False), random.choice(first, twins)]
    )
    twin = np.arange(accounts) >= first + backs
    begun, ended, busy = _later_lives(random, born, ended, parent, twin)
    communities = max(accounts // COMMUNITY, 2)
    home = random.integers(0, communities, first)
    community = np.where(parent < 0, np.pad(home, (0, accounts - first)), home[np.maximum(parent, 0)])
    care = np.where(random.random(accounts) < rules.careful, 0.5, 1.0)
    pools, has, tokens = {}, {}, {}
    for name, trace in TRACES.items():
        kept = (parent >= 0) & (random.random(accounts) < rules.kept * trace.kept * care)
        pool = np.where(kept, parent, np.arange(accounts))
        has[name] = random.random(accounts) < trace.seen
        pools[name] = pool
        tokens[name] = _tokens(random, trace, pool, has[name], community)
    names = draw_names(random, NameRules(rules.name, rules.handle), parent, community)
    rate = _rates(random, parent)
    followers = np.round(np.exp(random.normal(5.5, 1.4, accounts))).astype(np.int64) + 3
    delay = np.where(random.random(accounts) < 0.4, random.exponential(2.0, accounts), 0.0)
    world = ReturnWorld(
        rules, parent, twin, community, begun, ended, busy, np.minimum(begun + delay, busy), pools, has, tokens, names,
        _hours(random, parent, community), rate, followers, _signals(random, rules, parent, twin, (begun, ended, community)),
    )  # fmt: skip
    return _shuffled(world, order)


def _first_lives(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    begun = np.where(random.random(n) < 0.1, THE_DAY + random.uniform(0, 14, n), random.uniform(-300, 330, n))
    ended = begun + random.exponential(400.0, n)
    swept = (begun < THE_DAY) & (ended > THE_DAY) & (random.random(n) < 0.15)
    ended = np.where(swept, THE_DAY + random.uniform(0, 2, n), ended)
    return begun, np.where(ended < DAYS - 30, ended, np.inf)


def _later_lives(
    random: np.random.Generator, born: Floats, ended: Floats, parent: Ints, twin: Flags
) -> tuple[Floats, Floats, Floats]:
    n, first = len(parent), len(born)
    before, end = born[np.maximum(parent, 0)], ended[np.maximum(parent, 0)]
    horizon = np.minimum(end, DAYS)
    after = end + np.exp(random.normal(np.log(3.0), 1.5, n))
    stood_by = (parent >= 0) & ~twin & (random.random(n) < 0.08)
    concurrent = before + random.random(n) * np.maximum(horizon - before - 3.0, 0.0)
    begun = np.where(twin, concurrent, np.where(stood_by, end - random.uniform(5, 60, n), after))
    begun[:first] = born
    life = begun + random.exponential(300.0, n)
    own_end = np.where(life < DAYS, np.maximum(life, np.where(parent >= 0, end + 20, 0)), np.inf)
    finish = np.where(parent >= 0, np.where(own_end < DAYS, own_end, np.inf), np.pad(ended, (0, n - first)))
    busy = begun + np.where(stood_by, end - begun + random.uniform(0.3, 3, n), random.exponential(1.0, n))
    return begun, finish, busy


def _tokens(random: np.random.Generator, trace: Trace, pool: Ints, has: Flags, community: Ints) -> tuple[Ints, Ints]:
    n = len(pool)
    rows = np.flatnonzero(has)
    shown = random.random((len(rows), trace.pool)) < SUBSET
    shown[np.arange(len(rows)), random.integers(0, trace.pool, len(rows))] = True
    mine, which = np.nonzero(shown)
    owner, token = [rows[mine]], [_token(trace.place, 0, pool[rows[mine]], which)]
    by_home = np.argsort(community, kind="stable")
    size = np.bincount(community)
    begin = np.concatenate([[0], np.cumsum(size)])
    copies = rows[np.repeat(np.arange(len(rows)), random.poisson(trace.copied, len(rows)))]
    whose = by_home[begin[community[copies]] + (random.random(len(copies)) * size[community[copies]]).astype(np.int64)]
    owner.append(copies)
    token.append(_token(trace.place, 0, pool[whose], random.integers(0, trace.pool, len(copies))))
    shared = rows[np.repeat(np.arange(len(rows)), random.poisson(trace.community, len(rows)))]
    owner.append(shared)
    token.append(_token(trace.place, 1, community[shared], (random.random(len(shared)) ** 2 * 30).astype(np.int64)))
    common = rows[np.repeat(np.arange(len(rows)), random.poisson(trace.everybody, len(rows)))]
    owner.append(common)
    token.append(
        _token(
            trace.place,
            2,
            np.zeros(len(common), np.int64),
            (random.random(len(common)) ** 2 * n / 200).astype(np.int64),
        )
    )
    return np.concatenate(owner), np.concatenate(token)


def _token(place: int, kind: int, group: Ints, which: Ints) -> Ints:
    """A token whose bits say what it is: family, kind (own, community, everybody), whose, which."""
    token: Ints = (np.int64(place) << 58) | (np.int64(kind) << 56) | (group.astype(np.int64) << 24) | which
    return token


def own_tokens(token: Ints) -> Flags:
    """Tokens out of an operator's pool."""
    return ((token >> 56) & 3) == 0


def _rates(random: np.random.Generator, parent: Ints) -> Floats:
    n = len(parent)
    own = random.normal(0.5, 1.0, n)
    operator = np.where(parent >= 0, own[np.maximum(parent, 0)], own)
    return np.exp(operator + random.normal(0, 0.4, n))


def hour_profiles() -> Floats:
    """Chance of each hour by peak hour: a bump three hours wide over a fifth of evenness."""
    apart = (np.arange(24)[None, :] - np.arange(24)[:, None] + 12) % 24 - 12
    bump = np.exp(-0.5 * (apart / 3.0) ** 2)
    shape: Floats = 0.8 * bump / bump.sum(axis=1, keepdims=True) + 0.2 / 24
    return shape


def _hours(random: np.random.Generator, parent: Ints, community: Ints) -> Ints:
    n = len(parent)
    centre = random.integers(0, 24, community.max() + 1)
    own = (centre[community] + np.round(random.normal(0, 2.5, n))).astype(np.int64) % 24
    peak = np.where(parent >= 0, own[np.maximum(parent, 0)], own)
    return random.multinomial(POSTS, hour_profiles()[peak])


def _signals(
    random: np.random.Generator, rules: Level, parent: Ints, twin: Flags, lives: tuple[Floats, Floats, Ints]
) -> tuple[Ints, Ints, Floats]:
    begun, ended, community = lives
    back = np.flatnonzero((parent >= 0) & ~twin & (random.random(len(parent)) < rules.announced))
    by_home = np.argsort(community, kind="stable")
    size = np.bincount(community)
    begin = np.concatenate([[0], np.cumsum(size)])
    who = np.repeat(np.arange(len(parent)), random.poisson(ANNOUNCED_BY_CHANCE, len(parent)))
    whom = by_home[begin[community[who]] + (random.random(len(who)) * size[community[who]]).astype(np.int64)]
    other = who != whom
    source = np.concatenate([parent[back], who[other]])
    target = np.concatenate([back, whom[other]])
    at = np.maximum(np.minimum(ended[source], DAYS) - random.exponential(5, len(source)), begun[source])
    return source, target, at


def _shuffled(world: ReturnWorld, order: Ints) -> ReturnWorld:
    """The same world with account i at row order[i]."""
    back = np.argsort(order)
    moved = np.where(world.origin[back] >= 0, order[np.maximum(world.origin[back], 0)], -1)
    return ReturnWorld(
        world.level, moved, world.twin[back], world.community[back], world.begun[back], world.ended[back],
        world.busy[back], world.seen_begun[back], {k: v[back] for k, v in world.pool.items()},
        {k: v[back] for k, v in world.has.items()}, {k: (order[a], t) for k, (a, t) in world.tokens.items()},
        world.names.taken(back), world.hours[back], world.rate[back], world.followers[back],
        (order[world.signals[0]], order[world.signals[1]], world.signals[2]),
    )  # fmt: skip


def _times(days: Floats) -> pa.Array:
    known = np.isfinite(days)
    micros = np.round((np.where(known, days, 0.0) + EPOCH) * 86_400e6).astype(np.int64)
    return pa.array(micros, pa.int64(), mask=~known).cast(pa.timestamp("us", tz="UTC"))
