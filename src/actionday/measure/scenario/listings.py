"""Tables about subjects: profiles of accounts and channels, memberships, affiliations, explicit moves, announced counts.

Only what came under observation is listed, except in a server's own member lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.measure.scenario.draws import Flags, Floats, Ints, pick, ranges, stage
from actionday.measure.scenario.lives import ACCOUNT_FROM, ACCOUNT_VENUE_CODES, KINDS, PLATFORMS, TELEGRAM, Cast
from actionday.measure.scenario.parameters import Parameters
from actionday.measure.scenario.population import LANGUAGES, ORGANISATIONS, Communities, Moves
from actionday.measure.scenario.posts import DAY, SECOND
from actionday.measure.scenario.probes import Sight
from actionday.measure.scenario.profiles import Profiles
from actionday.measure.scenario.ties import WRITERS, Ties
from actionday.measure.scenario.words import join, numbers
from actionday.stores.archive.schemas import TABLES, TIME

LIST_NAME = "Synthetic designation list"
LISTS = ("2019-06", "2020-01")
ANNOUNCED_USUAL = (200, 300)
ANNOUNCED_FIRST = (1_140, 1_275)
ANNOUNCED_SECOND = (2_096, 2_959)
"""What the announcer counts: the field's published figures, so that the demo's calendar looks like the real one."""


@dataclass(frozen=True, slots=True)
class Register:
    """Everything these tables are made from."""

    parameters: Parameters
    seed: int
    cast: Cast
    profile: Profiles
    groups: Communities
    tied: Ties
    moves: Moves
    eye: Sight

    @property
    def found(self) -> Flags:
        """Subjects that came under observation while they were there."""
        return np.asarray((self.eye.found < self.cast.end) & (self.eye.found < self.parameters.days))


def instants(parameters: Parameters, day: Floats) -> pa.Array:
    """Days since the start as times, to the second; null where infinite."""
    known = np.isfinite(day)
    value = np.where(known, day, 0.0) * DAY
    return pa.array(
        value.astype(np.int64) // SECOND * SECOND + int(parameters.origin.timestamp()) * SECOND, mask=~known
    ).cast(TIME)


def table(name: str, columns: Mapping[str, pa.Array], n: int) -> pa.Table:
    """A payload table; columns not given are null."""
    schema = TABLES[name].payload
    return pa.table([columns.get(f.name, pa.nulls(n, f.type)) for f in schema], schema=schema)


def accounts(book: Register, rows: Ints, at: Floats, vantage: str | None = None) -> pa.Table:
    """Profiles of those accounts as seen at those times. Twitter shows when an account was created."""
    index, cast, profile = pa.array(rows), book.cast, book.profile
    born = np.where(cast.platform[rows] == PLATFORMS.index("twitter"), cast.birth[rows], np.inf)
    return table(
        "accounts",
        {
            "subject": profile.subject.take(index),
            "platform": pa.array(PLATFORMS).take(pa.array(cast.platform[rows])),
            "native": profile.native.take(index),
            "kind": pa.array(KINDS).take(pa.array(cast.kind[rows])),
            "handle": profile.handle.take(index),
            "display_name": profile.title.take(index),
            "bio": profile.about.take(index),
            "language": pa.array(LANGUAGES).take(pa.array(profile.language[rows])),
            "followers": pa.array(profile.followers[rows]),
            "created_at": instants(book.parameters, born),
            "seen_at": instants(book.parameters, at),
            "vantage": pa.repeat(pa.scalar(vantage, pa.string()), len(rows)),
        },
        len(rows),
    )


def channels(book: Register, rows: Ints, at: Floats, vantage: str | None = None, *, dated: bool = False) -> pa.Table:
    """Profiles of those venues as seen at those times, under the name they had then. Domains show when they were
    registered; with `dated` telegram venues show their creation too, as the archive knows it from their first message.
    """
    index, cast, profile = pa.array(rows), book.cast, book.profile
    renamed = pa.array(profile.renamed_at[rows] <= at)
    tells = (cast.kind[rows] == KINDS.index("site")) | (dated & (cast.platform[rows] == TELEGRAM))
    return table(
        "channels",
        {
            "subject": profile.subject.take(index),
            "platform": pa.array(PLATFORMS).take(pa.array(cast.platform[rows])),
            "native": profile.native.take(index),
            "kind": pa.array(KINDS).take(pa.array(cast.kind[rows])),
            "handle": pc.if_else(renamed, profile.new_handle.take(index), profile.handle.take(index)),
            "title": pc.if_else(renamed, profile.new_title.take(index), profile.title.take(index)),
            "description": profile.about.take(index),
            "language": pa.array(LANGUAGES).take(pa.array(profile.language[rows])),
            "members": pa.array(profile.followers[rows]),
            "created_at": instants(book.parameters, np.where(tells, cast.birth[rows], np.inf)),
            "seen_at": instants(book.parameters, at),
            "vantage": pa.repeat(pa.scalar(vantage, pa.string()), len(rows)),
        },
        len(rows),
    )


def profiles_of(book: Register, platform: int, *, venues: bool, dated: bool = False) -> pa.Table:
    """All that was found on a platform: one row when found, venues one more when they were renamed."""
    mine = np.flatnonzero(book.found & (book.cast.platform == platform) & (book.cast.is_account != venues))
    if not venues:
        return accounts(book, mine, book.eye.found[mine])
    later = mine[(book.profile.renamed_at[mine] > book.eye.found[mine]) & np.isfinite(book.profile.renamed_at[mine])]
    rows = np.concatenate([mine, later])
    at = np.concatenate([book.eye.found[mine], book.profile.renamed_at[later]])
    return channels(book, rows, at, dated=dated)


def memberships(book: Register) -> pa.Table:
    """Operators and their heirs as admins, bots, members of groups and rooms, and whoever publishes as the owner of their timeline."""
    cast, rng = book.cast, stage(book.seed, "memberships")
    venue = np.tile(np.arange(len(cast)), 2)
    account = book.tied.operators.T.reshape(-1)
    heir = np.where(account >= 0, book.tied.heir[account], -1)
    people = np.flatnonzero((cast.kind >= ACCOUNT_FROM) & (cast.kind != KINDS.index("admin")))
    people = np.tile(people[~np.isin(cast.platform[people], ACCOUNT_VENUE_CODES)], 2)
    halls = np.flatnonzero(np.isin(cast.kind, WRITERS) & ~cast.silent)
    key = cast.community * len(PLATFORMS) + cast.platform
    hall = pick(rng, *ranges(key[halls], key[people]))
    home = np.where(hall >= 0, halls[np.maximum(hall, 0)], -1) if len(halls) else hall
    pairs = np.unique(
        np.stack([np.concatenate([account, heir, people]), np.concatenate([venue, venue, home])], axis=1), axis=0
    )
    pairs = pairs[(pairs[:, 0] >= 0) & (pairs[:, 1] >= 0)]
    who, where = pairs[:, 0], pairs[:, 1]
    since, until = np.maximum(cast.birth[who], cast.birth[where]), np.minimum(cast.end[who], cast.end[where])
    known = (since < until) & book.found[who] & book.found[where]
    who, where, since = who[known], where[known], since[known]
    role = np.select([cast.kind[who] == KINDS.index("admin"), cast.kind[who] == KINDS.index("bot")], [0, 1], 2)
    publishers = np.flatnonzero(np.isin(cast.platform, ACCOUNT_VENUE_CODES) & ~cast.silent & book.found)
    who, where, role = (
        np.concatenate([have, more])
        for have, more in ((who, publishers), (where, publishers), (role, np.full(len(publishers), 3)))
    )
    since = np.concatenate([since, np.full(len(publishers), -1.0)])
    return table(
        "memberships",
        {
            "account": book.profile.subject.take(pa.array(who)),
            "channel": book.profile.subject.take(pa.array(where)),
            "platform": pa.array(PLATFORMS).take(pa.array(cast.platform[where])),
            "role": pa.array(("admin", "bot", "member", "owner")).take(pa.array(role)),
            "from_at": instants(book.parameters, np.where(since >= 0, since, np.inf)),
            "seen_at": instants(book.parameters, np.maximum(book.eye.found[who], book.eye.found[where])),
        },
        len(who),
    )


def affiliations(book: Register) -> pa.Table:
    """What analysts judged, for four in five of the venues, operators and publicly posting accounts found."""
    cast, rng = book.cast, stage(book.seed, "affiliations")
    public = ~cast.is_account | (cast.kind == KINDS.index("admin")) | np.isin(cast.platform, ACCOUNT_VENUE_CODES)
    rows = np.flatnonzero(book.found & public & (rng.random(len(cast)) < 0.8))
    stance = np.searchsorted([0.25, 0.85], rng.random(len(rows)), side="right")
    at = book.eye.found[rows] + 7.0
    issue = (at > book.parameters.days - 60).astype(np.int64)
    return table(
        "affiliations",
        {
            "subject": book.profile.subject.take(pa.array(rows)),
            "organisation": pa.array(ORGANISATIONS).take(pa.array(book.groups.organisation[cast.community[rows]])),
            "stance": pa.array(("official", "supporter", "unclear")).take(pa.array(stance)),
            "list": pa.repeat(LIST_NAME, len(rows)),
            "list_version": pa.array(LISTS).take(pa.array(issue)),
            "judged_by": join("analyst-", numbers(1 + rows % 3)),
            "judged_at": instants(book.parameters, at),
        },
        len(rows),
    )


def explicit_moves(book: Register) -> tuple[Ints, Ints, Floats]:
    """Moves that were said in so many words (source, target, day): three in five of those that were announced, and
    rooms that name the room that replaces them.
    """
    rng, cast, moves = stage(book.seed, "explicit"), book.cast, book.moves
    told = (moves.announcer >= 0) & (rng.random(len(moves.at)) < 0.6)
    rooms = np.flatnonzero((cast.kind == KINDS.index("room")) & book.found)
    rooms = rooms[np.lexsort((cast.birth[rooms], cast.platform[rooms], cast.community[rooms]))]
    old, new = rooms[:-1], rooms[1:]
    same = (cast.community[old] == cast.community[new]) & (cast.platform[old] == cast.platform[new])
    same &= (cast.end[old] > cast.birth[new]) & (cast.birth[new] > 0) & (rng.random(len(old)) < 0.5)
    return (
        np.concatenate([moves.source[told], old[same]]),
        np.concatenate([moves.target[told], new[same]]),
        np.concatenate([moves.at[told], cast.birth[new[same]]]) + 0.2,
    )


def moves_table(book: Register) -> pa.Table:
    """The explicit moves as a table."""
    source, target, at = explicit_moves(book)
    platform, to = (book.cast.platform[rows] for rows in (source, target))
    kind = np.select([platform == PLATFORMS.index("matrix"), platform == PLATFORMS.index("xmpp")], [0, 1], 2)
    return table(
        "moves",
        {
            "subject": book.profile.subject.take(pa.array(source)),
            "target": book.profile.subject.take(pa.array(target)),
            "platform": pa.array(PLATFORMS).take(pa.array(platform)),
            "target_platform": pa.array(PLATFORMS).take(pa.array(to)),
            "kind": pa.array(("tombstone", "destroy", "announced")).take(pa.array(kind)),
            "confidence": pa.array(np.where(kind < 2, 1.0, 0.9)),
            "at": instants(book.parameters, at),
            "evidence": pa.array(("m.room.tombstone", "destroyed", None)).take(pa.array(kind)),
        },
        len(source),
    )


def announced(book: Register) -> pa.Table:
    """The announcer's daily counts with the month's running total; platform-wide, so never this world's own sums."""
    parameters = book.parameters
    counts = stage(book.seed, "announced counts").integers(*ANNOUNCED_USUAL, parameters.days, endpoint=True)
    for day, numbers_ in ((parameters.first, ANNOUNCED_FIRST), (parameters.second, ANNOUNCED_SECOND)):
        if day is parameters.first or parameters.acts:
            begin = int(parameters.day(day.start))
            counts[begin : begin + len(numbers_)] = numbers_
    days = [parameters.start + timedelta(days=d) for d in range(parameters.days)]
    totals, running = [], 0
    for day_, count in zip(days, counts.tolist(), strict=True):
        running = count if day_.day == 1 else running + count
        totals.append(running)
    n = len(days)
    return table(
        "announced",
        {
            "platform": pa.repeat("telegram", n),
            "day": pa.array(days, pa.date32()),
            "count": pa.array(counts),
            "kind": pa.repeat("bots and channels", n),
            "total": pa.array(totals, pa.int64()),
            "scope": pa.repeat("month", n),
            "announcer": pa.repeat("Synthetic Watch", n),
        },
        n,
    )
