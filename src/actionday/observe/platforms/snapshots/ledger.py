"""Who was listed when: presence over a series of snapshots as spells, kept as arrays indexed by key number.

Only what tells something is noted: the first sight of a spell, the last sight before a miss, the first misses after it, a
changed profile. From these (last present, first miss] is exact, without a row per snapshot. Memory grows with the number
of distinct entries, not with the number of snapshots. Not for: what an entry is called.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

FIRST, LISTED, AGAIN, LAST, MISSED, CHANGED = range(6)
"""Notes: listed in the first snapshot (no birth), newly listed, listed again, last sight of a spell, a miss, new profile."""

_Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(slots=True)
class Ledger:
    """The state of one section of one series. `misses`: how many misses in a row are noted."""

    misses: int
    last: _Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # last snapshot where listed
    began: _Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # where the present spell began; -1: not listed
    missed: _Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # misses noted since
    profile: _Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    snapshots: int = 0
    notes: list[_Ints] = field(default_factory=list)  # rows of (note, key, snapshot, profile)

    def step(self, at: int, keys: _Ints, profiles: _Ints) -> None:
        """Take one snapshot, number `at`: the distinct keys that are listed and each one's profile."""
        self._grow(int(keys.max()) + 1 if len(keys) else 0)
        known = len(self.last)
        here = np.zeros(known, bool)
        here[keys] = True
        listed, fresh = self.began >= 0, self.last < 0
        changed = self.profile[keys] != profiles
        self.profile[keys] = profiles
        if self.snapshots == 0:
            self._note(FIRST, keys, at)
        else:
            self._note(LISTED, keys[fresh[keys]], at)
            self._note(AGAIN, keys[~fresh[keys] & ~listed[keys]], at)
        lost = np.flatnonzero(listed & ~here)
        seen_later = lost[self.last[lost] > self.began[lost]]
        self._note(LAST, seen_later, self.last[seen_later])
        still_gone = np.flatnonzero(~listed & ~fresh & ~here & (self.missed < self.misses))
        self.missed[lost] = 0
        for missing in (lost, still_gone):
            self._note(MISSED, missing, at)
            self.missed[missing] += 1
        self._note(CHANGED, keys[changed], at)
        self.began[lost] = -1
        self.began[keys[~listed[keys]]] = at
        self.last[keys] = at
        self.snapshots += 1

    def finish(self) -> None:
        """The series ends here: what is still listed was last seen at its last snapshot (right-censored)."""
        listed = np.flatnonzero((self.began >= 0) & (self.last > self.began))
        self._note(LAST, listed, self.last[listed])

    def any_listed(self) -> bool:
        """Whether anything was listed in the snapshot before."""
        return bool((self.began >= 0).any())

    def take_notes(self) -> _Ints:
        """The notes since the last call, in order: columns note, key, snapshot, profile."""
        out = np.concatenate(self.notes) if self.notes else np.zeros((0, 4), np.int64)
        self.notes.clear()
        return out

    def _note(self, note: int, keys: _Ints, at: int | _Ints) -> None:
        if len(keys):
            kinds = np.full(len(keys), note, np.int64)
            self.notes.append(np.column_stack([kinds, keys, np.broadcast_to(at, len(keys)), self.profile[keys]]))

    def _grow(self, size: int) -> None:
        more = size - len(self.last)
        if more > 0:
            nothing = np.full(more, -1, np.int64)
            self.last, self.began, self.profile = (np.append(a, nothing) for a in (self.last, self.began, self.profile))
            self.missed = np.append(self.missed, np.zeros(more, np.int64))
