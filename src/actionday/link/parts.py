"""How alike handles are in the parts that few have: cosine of the three-letter parts of skeletons, each weighed by its rarity.

After G. Salton, C. Buckley, Information Processing & Management 24 (1988): log of all handles over those with the part. What a whole
community puts before its handles weighs little, what only two have weighs much; Jaro-Winkler takes the first for likeness. It ranks
candidates where hardly anything but handles is known. A name is weak evidence: no proposal rests on it. Not for: levels and weights (`compare`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from actionday.link.frame import Frame, Ints
from actionday.link.frame import days as days_of

Floats = NDArray[np.float64]
_EDGE = 1
"""Stands before and after a handle, so that its first and last letters are parts of their own."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Handles as unit vectors of weighed parts; `at` bounds each subject's rows."""

    vectors: csr_array
    at: Ints

    @classmethod
    def of(cls, frame: Frame) -> "Parts":
        """From the handles of everyone, over whom rarity is counted."""
        owner, part = _parts(frame.handles)
        known, column = np.unique(part, return_inverse=True)
        shape = (len(frame.handles), len(known))
        has = csr_array((np.ones(len(owner)), (owner, column)), shape=shape)
        has.data[:] = 1.0  # a part that a handle has twice counts once
        common = np.bincount(has.indices, minlength=len(known))
        weighed = has @ diags_array(np.log(max(shape[0], 1) / np.maximum(common, 1)))
        length = np.sqrt((weighed * weighed).sum(axis=1))
        return cls(csr_array(diags_array(1.0 / np.where(length > 0, length, 1.0)) @ weighed), frame.handle_at)

    def likeness(self, asked: Ints, among: Ints) -> Floats:
        """By subject that is asked about and subject it may be: the likeness of their nearest handles, 0 to 1; 0 where either has none."""
        rows, mine = self._rows(asked)
        others, theirs = self._rows(among)
        out = np.zeros((len(asked), len(among)))
        if not len(rows) or not len(others):
            return out
        near = np.asarray((self.vectors[rows] @ self.vectors[others].T).todense())
        has, have = np.flatnonzero(np.diff(mine)), np.flatnonzero(np.diff(theirs))
        best = np.maximum.reduceat(np.maximum.reduceat(near, mine[has], axis=0), theirs[have], axis=1)
        out[np.ix_(has, have)] = best
        return out

    def _rows(self, subjects: Ints) -> tuple[Ints, Ints]:
        """Rows of these subjects' handles, and where each subject's begin."""
        sizes = self.at[subjects + 1] - self.at[subjects]
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        rows = np.arange(bounds[-1]) + np.repeat(self.at[subjects] - bounds[:-1], sizes)
        return rows, bounds


def same_ends(frame: Frame, asked: Ints, among: Ints, days: float) -> Floats:
    """By subject that is asked about and subject it may be: how many of first and last sight lie within some days of each other.

    What is unknown coincides with nothing.
    """
    out = np.zeros((len(asked), len(among)))
    for times in (frame.begun, days_of(frame.profiles.subjects["last_at"], np.nan)):
        out += np.abs(times[asked][:, None] - times[among][None, :]) <= days
    return out


def _parts(handles: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """By part of every handle: the handle's row, and the part as a number."""
    n, width = handles.shape
    edged = np.zeros((n, width + 2), np.int64)
    edged[:, 1:-1] = handles
    size = (handles != 0).sum(axis=1)
    edged[:, 0] = _EDGE
    edged[np.arange(n), size + 1] = _EDGE
    code = edged[:, :-2] * 65536 + edged[:, 1:-1] * 256 + edged[:, 2:]
    inside = np.arange(code.shape[1])[None, :] < size[:, None]  # as many parts as letters
    owner, place = np.nonzero(inside)
    return owner.astype(np.int64), code[owner, place]
