"""One pure function a family: how two subjects agree in it, as a level, for whole columns of pairs at once.

Every function takes the frame and the pairs (rows of earlier and later) and returns int8 levels in the order of the pairs;
-1 where the family is absent for either, which is not the same as disagreeing. `evidence.FAMILIES` says what levels mean.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from actionday.link.compare_kernels import announced_levels, handle_levels, hour_levels, token_levels
from actionday.link.evidence import ABSENT, NAMES, TOKEN_FAMILIES
from actionday.link.frame import Frame

Places = NDArray[np.int32]
Levels = NDArray[np.int8]
Pairs = tuple[Places, Places]
MANY = 10_000
"""Pairs from which on families are compared in threads."""
Comparison = Callable[[Frame, Pairs], Levels]


def compare(frame: Frame, pairs: Pairs) -> Levels:
    """Levels, one row a pair, one column a family in the order of FAMILIES."""
    out = np.empty((len(pairs[0]), len(NAMES)), np.int8, order="F")
    if len(pairs[0]) < MANY:
        for column, name in enumerate(NAMES):
            out[:, column] = COMPARISONS[name](frame, pairs)
        return out
    with ThreadPoolExecutor(thread_name_prefix="compare") as threads:  # kernels let go of the interpreter's lock
        for column, levels in enumerate(threads.map(lambda name: COMPARISONS[name](frame, pairs), NAMES)):
            out[:, column] = levels
    return out


def handle(frame: Frame, pairs: Pairs) -> Levels:
    """The nearest of all handles that either ever had, by Jaro-Winkler over skeletons."""
    out = np.empty(len(pairs[0]), np.int8)
    handle_levels(pairs, frame.handles, frame.handle_at, frame.handle_frequency, out)
    return out


def tokens(family: str) -> Comparison:
    """The comparison of one family of tokens: what both have, by how many have it."""
    number = TOKEN_FAMILIES.index(family)

    def shared(frame: Frame, pairs: Pairs) -> Levels:
        out = np.empty(len(pairs[0]), np.int8)
        token_levels(pairs, number, len(frame), frame.token, frame.token_at, frame.frequency, out)
        return out

    return shared


def announced(frame: Frame, pairs: Pairs) -> Levels:
    """Links between the two, and declared moves. Absent where nothing of either's posting was ever seen."""
    out = np.empty(len(pairs[0]), np.int8)
    source, target, declared, _ = frame.signals
    announced_levels(pairs, source, target, declared, frame.posts_anything, out)
    return out


def hours(frame: Frame, pairs: Pairs) -> Levels:
    """Cosine of the hours of posting."""
    out = np.empty(len(pairs[0]), np.int8)
    hour_levels(pairs, frame.hours, out)
    return out


def language(frame: Frame, pairs: Pairs) -> Levels:
    """Whether language, else script, is the same, and how rare it is."""
    a, b = frame.language[pairs[0]], frame.language[pairs[1]]
    level = np.where(a != b, 0, np.where(frame.rare_language[pairs[0]], 2, 1))
    return np.where((a < 0) | (b < 0), ABSENT, level).astype(np.int8)


def rhythm(frame: Frame, pairs: Pairs) -> Levels:
    """Posts a day, one divided by the other."""
    return _ratio(frame.per_day, pairs, (4.0, 2.0, 1.4))


def followers(frame: Frame, pairs: Pairs) -> Levels:
    """Followers or members, one divided by the other."""
    return _ratio(frame.followers, pairs, (8.0, 2.0))


def gap(frame: Frame, pairs: Pairs) -> Levels:
    """Time from the end of the earlier to the start of the later; absent while the earlier has not ended."""
    ended = frame.ended[pairs[0]]
    waited = frame.begun[pairs[1]] - ended
    level = np.digitize(-waited, [-90.0, -30.0, -7.0, -1.0]) + 1
    level = np.where(waited < 0, 0, level)
    return np.where(np.isnan(waited) | ~np.isfinite(ended), ABSENT, level).astype(np.int8)


def _ratio(values: NDArray[np.float64], pairs: Pairs, steps: tuple[float, ...]) -> Levels:
    a, b = values[pairs[0]], values[pairs[1]]
    with np.errstate(all="ignore"):
        apart = np.abs(np.log(a) - np.log(b))
    level = np.sum([apart <= np.log(step) for step in steps], axis=0)
    return np.where(np.isfinite(apart), level, ABSENT).astype(np.int8)


COMPARISONS: dict[str, Comparison] = {
    "handle": handle,
    **{family: tokens(family) for family in TOKEN_FAMILIES},
    "announced": announced,
    "hours": hours,
    "language": language,
    "rhythm": rhythm,
    "gap": gap,
    "followers": followers,
}
