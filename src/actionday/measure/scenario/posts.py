"""Posts: who posted when, what kind, linking whom. Drawn in slices of days, each from its own stream.

A post is a row of numbers here; `staging` turns rows into tables. Slices must be drawn in order, because messages are
numbered through.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from actionday.measure.scenario.draws import Codes, Flags, Floats, Ints, pick, ranges, stage
from actionday.measure.scenario.lives import ACCOUNT_VENUE_CODES, PLATFORMS, TELEGRAM, Cast, Tie
from actionday.measure.scenario.occasions import Occasions
from actionday.measure.scenario.parameters import Parameters
from actionday.measure.scenario.ties import WRITERS, Ties, posters, up
from actionday.measure.scenario.words import SENTENCES

SLICE_POSTS = 450_000
ORIGINAL, FORWARD, SERVICE = 0, 1, 2
PLAIN, BARE, DEFANGED, HIDDEN = 0, 1, 2, 3
EXTERNAL = 200
"""Addresses of unrelated sites that posts link to; they follow the subjects' own in the list of addresses."""
SECOND = 1_000_000
DAY = 86_400 * SECOND
FORWARDS = 0.35
WEBSITE = PLATFORMS.index("website")
ORPHANED = 0.08
"""What a venue still posts, as a share, once all its operators are gone."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Days [begin, end) that are drawn together; `until` is the export that reads them, `part` counts within it."""

    number: int
    begin: int
    end: int
    until: int
    part: int


@dataclass(slots=True)
class Batch:
    """Posts ordered by venue and time. `at`, `edited`: microseconds since 1970 (0: never edited). -1: none."""

    venue: Ints
    at: Ints
    native: Ints
    kind: Codes
    first: Ints  # half sentences, by number
    second: Ints
    link: Ints  # a subject's address, or an external one
    style: Codes
    talk: Codes
    author: Ints
    forward: Ints
    reply: Ints
    edited: Ints
    views: Ints
    media: Codes

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: Ints | Flags) -> "Batch":
        """These rows."""
        return Batch(*(getattr(self, f.name)[rows] for f in fields(self)))

    def plus(self, other: "Batch") -> "Batch":
        """Both, the other's rows after these."""
        return Batch(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))


class Poster:
    """Draws the world's posts; `posts` of them are expected in all."""

    def __init__(self, parameters: Parameters, seed: int, cast: Cast, tied: Ties, language: Codes, posts: int) -> None:
        self.parameters, self.seed, self.cast, self.tied, self.language = parameters, seed, cast, tied, language
        self.rows = posters(cast)
        rng = stage(seed, "rates")
        self.rate = np.exp(rng.normal(0.0, 1.0, len(self.rows)))
        self.rate *= np.where(cast.platform[self.rows] == TELEGRAM, 1.0, 0.35)
        # whoever moves has an audience: a new place that is not silent is heard within two weeks
        busy = np.exp(rng.normal(1.3, 0.4, len(self.rows)))
        self.rate = np.where(cast.tie[self.rows] == Tie.MIGRATION, busy, self.rate)
        self.mood = np.exp(stage(seed, "mood").normal(0.0, 0.06, parameters.days))
        self.history = rng.integers(2, 4_000, len(self.rows))
        self.by_day = np.concatenate([self.expected(d, d + 1).sum(axis=0) for d in range(parameters.days)])
        scale = posts / self.by_day.sum()
        self.rate *= scale
        self.by_day *= scale
        stratum = cast.community[self.rows] * 16 + cast.platform[self.rows]
        self._neighbours = ranges(stratum, stratum)

    def expected(self, begin: int, end: int) -> Floats:
        """Expected posts (posters, days): rate, share of the day alive, operators there, the day's mood, who survived."""
        days, cast = np.arange(begin, end, dtype=np.float64), self.cast
        low, high = self._alive(days)
        operators = self.tied.operators[self.rows]
        run = [up(cast, self.tied.heir, operators[:, o], days + 0.5) for o in range(operators.shape[1])]
        led = np.where(operators[:, :1] >= 0, ORPHANED + (1 - ORPHANED) * sum(run) / len(run), 1.0)
        after = days >= self.parameters.day(self.parameters.second.start) + len(self.parameters.second.daily)
        calm = self.parameters.posting_after if self.parameters.acts else 1.0
        home = cast.platform[self.rows] == TELEGRAM
        rest = np.where(home[:, None] & after[None, :], calm, 1.0) * self.mood[None, begin:end]
        return np.asarray(self.rate[:, None] * (high - low) * led * rest)

    def slices(self, exports: tuple[int, ...]) -> tuple[Slice, ...]:
        """Cut the days at every export, and between them so that a slice stays near SLICE_POSTS."""
        slices: list[Slice] = []
        begin = 0
        for until in exports:
            parts = max(1, int(np.ceil(self.by_day[begin:until].sum() / SLICE_POSTS)))
            edges = np.unique(np.linspace(begin, until, min(parts, until - begin) + 1).round().astype(int))
            for part, (low, high) in enumerate(itertools.pairwise(edges)):
                slices.append(Slice(len(slices), int(low), int(high), until, part))
            begin = until
        return tuple(slices)

    def batches(self, slices: tuple[Slice, ...], must: Occasions) -> Iterator[tuple[Slice, Batch]]:
        """Every slice's posts, in order."""
        place = np.full(len(self.cast), -1, np.int64)
        place[self.rows] = np.arange(len(self.rows))
        next_native = np.where(self.cast.birth[self.rows] < 0, self.history, 1)
        for cut in slices:
            inside = must.take((must.at >= cut.begin) & (must.at < cut.end) & (place[must.venue] >= 0))
            batch = self._draw(stage(self.seed, "posts", cut.number), cut, inside, place)
            yield cut, self._numbered(batch, place, next_native)

    def _alive(self, days: Floats) -> tuple[Floats, Floats]:
        birth, end = self.cast.birth[self.rows][:, None] - days, self.cast.end[self.rows][:, None] - days
        low = np.clip(birth, 0.0, 1.0)
        return low, np.maximum(np.clip(end, 0.0, 1.0), low)

    def _draw(self, rng: np.random.Generator, cut: Slice, must: Occasions, place: Ints) -> Batch:
        # one sorted float a post carries venue, day and hour: sorting it is all the ordering a slice needs
        days = np.arange(cut.begin, cut.end, dtype=np.float64)
        counts = rng.poisson(self.expected(cut.begin, cut.end)).reshape(-1)
        low, high = (edge.reshape(-1) for edge in self._alive(days))
        cell = np.repeat(np.arange(len(counts)), counts)
        key = cell + low[cell] + rng.random(len(cell)) * (high - low)[cell] * 0.999999
        special = place[must.venue] * len(days) + (must.at - cut.begin)
        key = np.sort(np.concatenate([key, special]))
        marked = np.searchsorted(key, special)
        row, inside = np.divmod(key, len(days))
        row = row.astype(np.int64)
        start = self.parameters.origin.timestamp()
        at = (np.floor((inside + cut.begin) * 86_400) + start).astype(np.int64) * SECOND
        batch = self._ordinary(rng, row, at)
        self._mark(batch, must, marked)
        return batch

    def _ordinary(self, rng: np.random.Generator, row: Ints, at: Ints) -> Batch:
        n, cast, venue = len(row), self.cast, self.rows[row]
        sentence = self.language[venue].astype(np.int64) * SENTENCES
        batch = Batch(
            venue=venue,
            at=at,
            native=np.zeros(n, np.int64),
            kind=np.zeros(n, np.int8),
            first=sentence + rng.integers(0, SENTENCES, n),
            second=sentence + rng.integers(0, SENTENCES, n),
            link=self._links(rng, row, at),
            style=np.searchsorted([0.82, 0.90, 0.93], rng.random(n), side="right").astype(np.int8),
            talk=np.where(rng.random(n) < 0.001, rng.integers(0, WEBSITE, n), -1).astype(np.int8),
            author=np.full(n, -1, np.int64),
            forward=np.full(n, -1, np.int64),
            reply=np.zeros(n, np.int64),
            edited=np.where(rng.random(n) < 0.02, at + (7_200 * rng.exponential(size=n)).astype(np.int64) * SECOND, 0),
            views=rng.integers(3, 900, n),
            media=np.maximum(rng.integers(-12, 4, n), 0).astype(np.int8),
        )
        writes = np.flatnonzero(np.isin(cast.kind[venue], WRITERS))
        batch.author[writes] = self._authors(rng, venue[writes], at[writes])
        microblog = np.isin(cast.platform[venue], ACCOUNT_VENUE_CODES)
        batch.author = np.where(microblog, venue, batch.author)
        talks = writes[rng.random(len(writes)) < 0.2]
        batch.reply[talks] = rng.integers(1, 30, len(talks))
        self._forward(rng, batch, row, microblog)
        return batch

    def _links(self, rng: np.random.Generator, row: Ints, at: Ints) -> Ints:
        draw = rng.random(len(row))
        link = np.where(draw > 0.997, len(self.cast) + rng.integers(0, EXTERNAL, len(row)), -1)
        own = np.flatnonzero(draw < 0.06)
        other = self.rows[pick(rng, self._neighbours[0][row[own]], self._neighbours[1][row[own]])]
        known = self._when(self.cast.birth[other]) <= at[own]
        link[own] = np.where(known & (other != self.rows[row[own]]), other, -1)
        return link

    def _authors(self, rng: np.random.Generator, venue: Ints, at: Ints) -> Ints:
        """A member of the same community who is there at that moment; -1 where four draws found none."""
        author = np.full(len(venue), -1, np.int64)
        birth, end = self._when(self.cast.birth), self._when(np.minimum(self.cast.end, 1e5))
        for _ in range(4):
            who = pick(rng, self.tied.members_from[venue], self.tied.members_to[venue])
            good = (author < 0) & (who >= 0) & (birth[who] <= at) & (end[who] > at)
            author = np.where(good, who, author)
        return author

    def _when(self, day: Floats) -> Ints:
        return np.asarray((day * DAY + self.parameters.origin.timestamp() * SECOND).astype(np.int64))

    def _forward(self, rng: np.random.Generator, batch: Batch, row: Ints, microblog: Flags) -> None:
        """Turn some posts into forwards of earlier originals, mostly from the own community."""
        cast = self.cast
        may = (cast.platform[batch.venue] == TELEGRAM) | microblog
        wants = np.flatnonzero(may & (rng.random(len(row)) < FORWARDS))
        open_to = np.ones(len(row), np.bool_)
        open_to[wants] = False
        near = rng.random(len(wants)) < 0.85
        low = np.where(near, np.searchsorted(row, self._neighbours[0][row[wants]]), 0)
        high = np.where(near, np.searchsorted(row, self._neighbours[1][row[wants]]), len(row))
        source = np.full(len(wants), -1, np.int64)
        for _ in range(4):
            other = pick(rng, low, high)
            good = (source < 0) & open_to[other] & (batch.at[other] < batch.at[wants])
            good &= cast.platform[batch.venue[other]] == cast.platform[batch.venue[wants]]
            good &= batch.venue[other] != batch.venue[wants]
            source = np.where(good, other, source)
        to, of = wants[source >= 0], source[source >= 0]
        batch.kind[to], batch.forward[to] = FORWARD, batch.venue[of]
        for name in ("first", "second", "link", "style", "media", "talk"):
            values = getattr(batch, name)
            values[to] = values[of]
        batch.reply[to], batch.edited[to] = 0, 0

    def _mark(self, batch: Batch, must: Occasions, marked: Ints) -> None:
        """Write what must be said into its rows: never a forward; creations are service messages."""
        batch.kind[marked] = np.where(must.creation, SERVICE, ORIGINAL)
        batch.forward[marked], batch.link[marked], batch.talk[marked] = -1, must.target, must.talk
        batch.edited[marked], batch.reply[marked], batch.media[marked] = 0, 0, 0
        born = marked[must.creation]
        batch.at[born] = self._when(self.cast.birth[batch.venue[born]]) // SECOND * SECOND
        batch.author[born] = -1

    def _numbered(self, batch: Batch, place: Ints, next_native: Ints) -> Batch:
        """Number each venue's posts through; replies point back within the venue; creations are number 1."""
        row = place[batch.venue]
        count = np.bincount(row, minlength=len(self.rows))
        rank = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        batch.native = next_native[row] + rank
        next_native += count
        old = (batch.kind == SERVICE) & (self.cast.birth[batch.venue] < 0)
        batch.native[old] = 1
        back = batch.native - batch.reply
        batch.reply = np.where((batch.reply > 0) & (back > 1), back, 0)
        return batch
