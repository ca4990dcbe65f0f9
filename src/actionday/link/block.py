"""Which pairs are worth comparing: those that share something few have, and in which linking may start from one of the two.

A key is a token, a handle's skeleton, or six letters at either end of it. Groups above `Blocking.largest` are common
property, not a trace: they are cut, and what was cut is counted. Pairs with a signal from one to the other are always in.
Not for: how much the shared thing weighs.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.link.block_kernels import count_pairs, fill_pairs
from actionday.link.compare_kernels import RARE
from actionday.link.evidence import TOKEN_FAMILIES
from actionday.link.frame import Flags, Frame, Ints, Places, handle_keys, mixed

PART = 6
"""Letters of a skeleton's beginning or end that serve as a key."""
KEYS = (*TOKEN_FAMILIES, "handle", "handle_begins", "handle_ends")


@dataclass(frozen=True, slots=True)
class Blocking:
    """How far blocking goes: the largest group that counts as rare, and the longest wait (days) from an end to a start."""

    largest: int = RARE
    wait: float = 400.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs, ascending and each once, and what was cut: key, groups, pairs those would have given."""

    earlier: Places
    later: Places
    cut: pa.Table

    @property
    def pairs(self) -> tuple[Places, Places]:
        """Rows of the earlier and the later."""
        return self.earlier, self.later


def block(frame: Frame, blocking: Blocking | None = None, among: Flags | None = None) -> Candidates:
    """Candidate pairs. `among` keeps to pairs whose two are both in it; keys are still counted over everyone."""
    rules = Blocking() if blocking is None else blocking
    codes, cuts = [_signalled(frame)], []
    for name, keys, owners in keys_of(frame):
        found, cut = _pairs(frame, keys, owners, rules)
        codes.append(found)
        cuts.append((name, *cut))
    code = np.unique(np.concatenate(codes))
    earlier, later = (code // len(frame)).astype(np.int32), (code % len(frame)).astype(np.int32)
    kept = timely(frame, earlier, later, rules) & comparable(frame, earlier, later)
    if among is not None:
        kept &= among[earlier] & among[later]
    names, groups, pairs = zip(*cuts, strict=True)
    cut_table = pa.table({"key": list(names), "groups": list(groups), "pairs": list(pairs)})
    return Candidates(earlier[kept], later[kept], cut_table)


def timely(frame: Frame, earlier: Places, later: Places, rules: Blocking) -> Flags:
    """Pairs in which the later began no more than `wait` days after the earlier ended; unknown times are let through."""
    return ~(frame.begun[later] > frame.ended[earlier] + rules.wait)


def comparable(frame: Frame, earlier: Places, later: Places) -> Flags:
    """Pairs of two venues or two accounts; between platforms any pair, for there an account may be the venue."""
    alike = frame.venue[earlier] == frame.venue[later]
    return alike | (frame.platform[earlier] != frame.platform[later])


def keys_of(frame: Frame) -> list[tuple[str, Ints, Places]]:
    """By name: blocking keys, and the subject that has each."""
    n = len(frame)
    found = []
    for number, name in enumerate(TOKEN_FAMILIES):
        begin, end = frame.token_at[number * n], frame.token_at[(number + 1) * n]
        sizes = np.diff(frame.token_at[number * n : (number + 1) * n + 1])
        owner = np.repeat(np.arange(n, dtype=np.int32), sizes)
        found.append((name, mixed(np.full(end - begin, number, np.int64), frame.token[begin:end]), owner))
    owner = np.repeat(np.arange(n, dtype=np.int32), np.diff(frame.handle_at))
    found.append(("handle", handle_keys(frame.handles), owner))
    long_enough = frame.handles[:, PART + 1] != 0 if len(frame.handles) else np.zeros(0, np.bool_)
    rows, owner = frame.handles[long_enough], owner[long_enough]
    ends = np.zeros_like(rows)
    sizes = (rows != 0).sum(axis=1)
    if len(rows):
        ends[:, :PART] = np.take_along_axis(rows, (sizes - PART)[:, None] + np.arange(PART), axis=1)
    begins = rows.copy()
    begins[:, PART:] = 0
    return [*found, ("handle_begins", handle_keys(begins), owner), ("handle_ends", handle_keys(ends), owner)]


def _pairs(frame: Frame, keys: Ints, owners: Places, rules: Blocking) -> tuple[Ints, tuple[int, int]]:
    """Pair codes (earlier * n + later) of every group that is not cut; groups cut, and pairs they would have given."""
    order = np.argsort(keys)
    ordered, owner = keys[order], owners[order]
    edges = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1], True]) if len(keys) else np.zeros(1, np.int64)
    started = np.concatenate([[0], np.cumsum(frame.start[owner])])
    sizes, starts = np.diff(edges), np.diff(started[edges])
    useful = (sizes > 1) & (starts > 0)
    cut = useful & (sizes > rules.largest)
    lost = int((starts[cut] * (sizes[cut] - 1)).sum())
    groups = np.flatnonzero(useful & ~cut)
    bounds = np.stack([edges[:-1][groups], edges[1:][groups]], axis=1) if len(groups) else np.zeros((0, 2), np.int64)
    total = count_pairs(bounds, owner, frame.start)
    out = np.empty(total, np.int64)
    size = fill_pairs(bounds, owner, (frame.start, frame.ended), out)
    return np.unique(out[:size]), (int(cut.sum()), lost)


def _signalled(frame: Frame) -> NDArray[np.int64]:
    """Pairs of which one links to the other or declared a move to it."""
    source, target, _, _ = frame.signals
    a, b = source.astype(np.int64), target.astype(np.int64)
    kept = (a != b) & (frame.start[a] | frame.start[b])
    a, b = a[kept], b[kept]
    first = ends_first(frame.ended, a, b)
    return np.where(first, a * len(frame) + b, b * len(frame) + a)


def ends_first(ended: NDArray[np.float64], a: Ints, b: Ints) -> Flags:
    """Whether a is the earlier of the two: the one that ended first; by row where both ended or neither did at once."""
    return (ended[a] < ended[b]) | ((ended[a] == ended[b]) & (a < b))
