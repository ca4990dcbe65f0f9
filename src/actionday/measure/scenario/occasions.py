"""Posts that must exist because something happened: a place elsewhere announced and talked of, a backup or return named,
a channel created.

Not for: the ordinary posts around them.
"""

from dataclasses import dataclass

import numpy as np

from actionday.measure.scenario.draws import Codes, Flags, Floats, Ints, pick, ranges, stage
from actionday.measure.scenario.lives import PLATFORMS, TELEGRAM, Cast, Tie
from actionday.measure.scenario.population import Moves

TALK_DAYS = 14.0
"""Talk of a haven starts this many days before the move."""


@dataclass(frozen=True, slots=True)
class Occasions:
    """One row a post that must exist: who posts, when (days), whom it links (-1), which platform it names (-1)."""

    venue: Ints
    at: Floats
    target: Ints
    talk: Codes
    creation: Flags

    def take(self, rows: Flags) -> "Occasions":
        """These rows."""
        return Occasions(self.venue[rows], self.at[rows], self.target[rows], self.talk[rows], self.creation[rows])


def occasions(seed: int, cast: Cast, moves: Moves) -> Occasions:
    """All of them, those of venues that are not there at that time left out."""
    parts = [_announced(seed, moves), _talk(seed, cast, moves), _returned(seed, cast), _created(cast)]
    whole = Occasions(
        np.concatenate([p.venue for p in parts]),
        np.concatenate([p.at for p in parts]),
        np.concatenate([p.target for p in parts]),
        np.concatenate([p.talk for p in parts]),
        np.concatenate([p.creation for p in parts]),
    )
    known = whole.venue >= 0
    there = (whole.at >= cast.birth[whole.venue]) & (whole.at < cast.end[whole.venue]) & ~cast.silent[whole.venue]
    return whole.take(known & there)


def _of(venue: Ints, at: Floats, target: Ints | None = None, talk: Codes | None = None) -> Occasions:
    return Occasions(
        venue,
        at,
        np.full(len(venue), -1, np.int64) if target is None else target,
        np.full(len(venue), -1, np.int8) if talk is None else talk.astype(np.int8),
        np.zeros(len(venue), np.bool_),
    )


def _announced(seed: int, moves: Moves) -> Occasions:
    rng = stage(seed, "announced")
    times = 2 + rng.poisson(3.0, len(moves.at))
    at = np.repeat(moves.at, times) + 5.0 * rng.exponential(size=times.sum())
    return _of(np.repeat(moves.announcer, times), at, np.repeat(moves.target, times))


def _talk(seed: int, cast: Cast, moves: Moves) -> Occasions:
    rng = stage(seed, "talk")
    # nobody speaks of "websites" as of a platform
    times = np.where(cast.platform[moves.target] == PLATFORMS.index("website"), 0, rng.poisson(4.0, len(moves.at)))
    at = np.repeat(moves.at, times) - TALK_DAYS * rng.random(times.sum())
    return _of(np.repeat(moves.announcer, times), at, talk=np.repeat(cast.platform[moves.target], times))


def _returned(seed: int, cast: Cast) -> Occasions:
    """Backups are named by their original while it stands; successors by a sister venue in their first days."""
    rng = stage(seed, "returned")
    back = np.flatnonzero(np.isin(cast.tie, (Tie.SUCCESSOR, Tie.BACKUP)) & ~cast.is_account)
    venues = np.flatnonzero((cast.platform == TELEGRAM) & ~cast.is_account)
    sister = pick(rng, *ranges(cast.community[venues], cast.community[back]))
    backup = cast.tie[back] == Tie.BACKUP
    names = np.where(backup, cast.origin[back], np.where(sister >= 0, venues[np.maximum(sister, 0)], -1))
    names = np.where(names == back, -1, names)
    times = 1 + rng.poisson(1.0, len(back))
    span = np.where(backup, np.maximum(cast.end[cast.origin[back]] - cast.birth[back], 0.1), 5.0)
    at = np.repeat(cast.birth[back], times) + np.repeat(span, times) * rng.random(times.sum())
    return _of(np.repeat(names, times), at, np.repeat(back, times))


def _created(cast: Cast) -> Occasions:
    """Every telegram venue's first message says when it was created; those older than the world, at its first moment."""
    venues = np.flatnonzero((cast.platform == TELEGRAM) & ~cast.is_account)
    made = _of(venues, np.maximum(cast.birth[venues], 0.0))
    return Occasions(made.venue, made.at, made.target, made.talk, np.ones(len(venues), np.bool_))
