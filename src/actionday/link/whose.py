"""Whose return is this new account? One subject against everything that stands, in milliseconds, from an index in memory.

The answer is that of a full run with the same weights (tested). Not for: adding the subject to what stands (`linking.extend`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from actionday.link.block import Blocking, Candidates, comparable, ends_first, keys_of, timely
from actionday.link.compare import compare
from actionday.link.evidence import TOKEN_FAMILIES
from actionday.link.frame import Flags, Frame, Ints, Places, frame, handle_keys, in_tongue
from actionday.link.linking import Linked, scored
from actionday.link.model import Model
from actionday.link.propose import Rules
from actionday.link.tables import Profiles, token_place

_NO_CUT = pa.table(
    {"key": pa.array([], pa.string()), "groups": pa.array([], pa.int64()), "pairs": pa.array([], pa.int64())}
)


@dataclass(frozen=True)
class Newcomer:
    """A subject that is not in the index: profiles of one row, whom it links to, and who links to it (subject ids)."""

    profiles: Profiles
    links_to: Sequence[str] = ()
    linked_by: Sequence[str] = ()


@dataclass(frozen=True)
class Index:
    """What stands, with its rare keys sorted, and the weights to score with."""

    frame: Frame
    model: Model
    rules: Rules
    blocking: Blocking
    keys: dict[str, tuple[Ints, Places]]
    codes: dict[str, dict[str, int]]  # of platform and language
    rare: frozenset[int]  # codes of languages that few have
    names: tuple[Ints, Ints]  # words of names within a language, sorted, and how many have each

    @classmethod
    def of(cls, standing: Frame, model: Model, rules: Rules | None = None, blocking: Blocking | None = None) -> "Index":
        """Sort every key that few enough have: once, after which questions are quick."""
        limits = blocking or Blocking()
        keys = {name: _rare(found, owners, limits.largest) for name, found, owners in keys_of(standing)}
        subjects = standing.profiles.subjects
        told = {"platform": subjects["platform"], "language": pc.coalesce(subjects["language"], subjects["script"])}
        codes = {
            name: dict(zip(column.unique().drop_null().to_pylist(), _first_codes(column), strict=True))
            for name, column in told.items()
        }
        rare = frozenset(np.unique(standing.language[standing.rare_language]).tolist())
        return cls(standing, model, rules or Rules(), limits, keys, codes, rare, _names(standing))


def whose(index: Index, newcomer: Newcomer) -> Linked:
    """Compare the newcomer with all that share something rare with it. Its row is the last of the answer's frame."""
    new = frame(newcomer.profiles)
    rows = _found(index, new, newcomer)
    joint = _joined(index, new, rows, newcomer)
    last = np.full(len(rows), len(rows), np.int64)
    other = np.arange(len(rows), dtype=np.int64)
    first = ends_first(joint.ended, other, last)
    earlier, later = np.where(first, other, last).astype(np.int32), np.where(first, last, other).astype(np.int32)
    kept = timely(joint, earlier, later, index.blocking) & comparable(joint, earlier, later)
    kept &= joint.start[earlier] | joint.start[later]
    candidates = Candidates(earlier[kept], later[kept], _NO_CUT)
    return scored(joint, index.model, index.rules, candidates, compare(joint, candidates.pairs))


def _names(standing: Frame) -> tuple[Ints, Ints]:
    n = len(standing)
    tokens = standing.token[: standing.token_at[n]]  # names are the first family
    owner = np.repeat(np.arange(n), np.diff(standing.token_at[: n + 1]))
    return np.unique(in_tongue(tokens, standing.language[owner].astype(np.int64) + 2), return_counts=True)


def _rare(keys: Ints, owners: Places, largest: int) -> tuple[Ints, Places]:
    """Keys that a newcomer may join without making them common, sorted, with who has them."""
    order = np.argsort(keys)
    ordered, owner = keys[order], owners[order]
    edges = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1], True]) if len(keys) else np.zeros(1, np.int64)
    sizes = np.diff(edges)
    kept = np.repeat(sizes < largest, sizes)
    return ordered[kept], owner[kept]


def _first_codes(column: pa.ChunkedArray) -> list[int]:
    """Codes by order of first appearance, as `frame` gives them."""
    return list(range(len(column.unique().drop_null())))


def _found(index: Index, new: Frame, newcomer: Newcomer) -> Ints:
    """Rows of those that share a rare key with the newcomer, or are linked with it."""
    rows = [np.array(_rows(index, [*newcomer.links_to, *newcomer.linked_by]), np.int64)]
    for name, keys, _ in keys_of(new):
        have, owner = index.keys[name]
        left, right = np.searchsorted(have, keys), np.searchsorted(have, keys, "right")
        rows += [owner[a:b].astype(np.int64) for a, b in zip(left.tolist(), right.tolist(), strict=True) if b > a]
    return np.unique(np.concatenate(rows))


def _rows(index: Index, subjects: Sequence[str]) -> list[int]:
    found = [index.frame.profiles.row_of(subject) for subject in subjects]
    return [row for row in found if row is not None]


def _joined(index: Index, new: Frame, rows: Ints, newcomer: Newcomer) -> Frame:
    """The rows and the newcomer as one frame, frequencies as they would be with the newcomer among everyone."""
    old = index.frame
    language = _code(index.codes["language"], pc.coalesce(*(new.profiles.subjects[n] for n in ("language", "script"))))
    token, token_at, frequency = _tokens(index, new, rows, language)
    handles, handle_at, handle_frequency = _handles(old, new, rows)
    subjects = pa.concat_tables([old.profiles.subjects.take(pa.array(rows)), new.profiles.subjects])
    both = {name: np.concatenate([getattr(old, name)[rows], getattr(new, name)]) for name in _PLAIN}
    platform = _code(index.codes["platform"], new.profiles.subjects["platform"])
    return replace(
        new,
        profiles=replace(new.profiles, subjects=subjects),
        **both,
        platform=np.append(old.platform[rows], np.int32(platform)),
        language=np.append(old.language[rows], np.int32(language)),
        rare_language=np.append(old.rare_language[rows], language in index.rare),
        token=token,
        token_at=token_at,
        frequency=frequency,
        handles=handles,
        handle_at=handle_at,
        handle_frequency=handle_frequency,
        signals=_signals(index, rows, newcomer),
    )


_PLAIN = ("begun", "ended", "busy", "start", "venue", "per_day", "followers", "hours")


def _code(codes: dict[str, int], value: pa.ChunkedArray) -> int:
    """The newcomer's code; one of its own where nobody has its value, -1 where it has none."""
    text = value[0].as_py()
    return -1 if text is None else codes.get(text, len(codes))


def _spans(begin: Ints, end: Ints) -> Ints:
    """The numbers begin[i] to end[i], one after the other."""
    sizes = end - begin
    return np.arange(sizes.sum()) + np.repeat(begin - (np.cumsum(sizes) - sizes), sizes)


def _tokens(index: Index, new: Frame, rows: Ints, language: int) -> tuple[Ints, Ints, Places]:
    old = index.frame
    n, tokens, sizes = len(old), [], []
    frequencies: list[NDArray[np.integer[Any]]] = []
    for family in range(len(TOKEN_FAMILIES)):
        begin, end = old.token_at[family * n + rows], old.token_at[family * n + rows + 1]
        at = _spans(begin, end)
        mine = new.token[new.token_at[family] : new.token_at[family + 1]]
        held = old.token[at]
        tokens += [held, mine]
        risen = old.frequency[at] + np.isin(held, mine)
        counted = _counts(mine, held, risen)
        if family == token_place("display_name"):
            tongue = np.repeat(old.language[rows], end - begin)
            risen = np.where(tongue == language, risen, old.frequency[at])
            counted = _count_names(index, mine, language)
        frequencies += [risen, counted]
        sizes.append(np.append(end - begin, len(mine)))
    bounds = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    return np.concatenate(tokens), bounds, np.concatenate(frequencies).astype(np.int32)


def _counts(mine: Ints, held: Ints, frequency: Places) -> Ints:
    """How many have each of the newcomer's own, as those that have it too know; 1 where none of them does."""
    order = np.argsort(held, kind="stable")
    at = np.searchsorted(held[order], mine)
    inside = np.minimum(at, max(len(held) - 1, 0))
    if not len(held):
        return np.ones(len(mine), np.int64)
    return np.where(held[order][inside] == mine, frequency[order][inside], 1).astype(np.int64)


def _count_names(index: Index, mine: Ints, language: int) -> Ints:
    """How many of the newcomer's language have each word of its name, itself among them."""
    keys, counts = index.names
    wanted = in_tongue(mine, np.full(len(mine), language + 2, np.int64))
    if not len(keys):
        return np.ones(len(mine), np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0) + 1


def _handles(old: Frame, new: Frame, rows: Ints) -> tuple[NDArray[np.uint8], Ints, Places]:
    begin, end = old.handle_at[rows], old.handle_at[rows + 1]
    at = _spans(begin, end)
    held, mine = handle_keys(old.handles[at]), handle_keys(new.handles)
    risen = old.handle_frequency[at] + np.isin(held, mine)
    bounds = np.concatenate([[0], np.cumsum(np.append(end - begin, len(new.handles)))])
    frequency = np.concatenate([risen, _counts(mine, held, risen)])
    return np.concatenate([old.handles[at], new.handles]), bounds, frequency.astype(np.int32)


def _signals(index: Index, rows: Ints, newcomer: Newcomer) -> tuple[Places, Places, Flags, NDArray[np.float64]]:
    there = np.searchsorted(rows, np.array(_rows(index, newcomer.links_to), np.int64))
    back = np.searchsorted(rows, np.array(_rows(index, newcomer.linked_by), np.int64))
    last = len(rows)
    source = np.concatenate([np.full(len(there), last), back]).astype(np.int32)
    target = np.concatenate([there, np.full(len(back), last)]).astype(np.int32)
    order = np.lexsort((target, source))
    return source[order], target[order], np.zeros(len(order), np.bool_), np.full(len(order), np.nan)


def ask(index: Index, newcomer: Newcomer) -> list[dict[str, Any]]:
    """The proposals about the newcomer, likeliest first."""
    rows: list[dict[str, Any]] = whose(index, newcomer).proposals().to_pylist()
    return rows
