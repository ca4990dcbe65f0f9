"""A network as flat arrays: who is what, who is connected with whom and how. Every kind of edge can be left out.

Not for: where the rows come from (`graph_archive`), and what removals leave (`strategy`).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from actionday.measure.graph_kernels import neighbours_of
from actionday.records import InputError

Nodes = NDArray[np.int32]
Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]


class Kind(IntEnum):
    """What a node is. NODE where nothing is known of it: a bare edge list."""

    USER = 0
    ADMIN = 1
    BOT = 2
    CHANNEL = 3
    NODE = 4


class Tie(IntEnum):
    """What an edge is. BOT: any tie with a bot at one end, so that bots can be left out as one."""

    MEMBER = 0
    ROLE = 1
    FORWARD = 2
    LINK = 3
    MOVE = 4
    BOT = 5
    EDGE = 6


@dataclass(frozen=True, slots=True)
class Adjacency:
    """Neighbours of node v: `nodes[start[v]:start[v + 1]]`, ascending, each once, never v itself."""

    start: Places
    nodes: Nodes

    @property
    def degree(self) -> Places:
        """Neighbours of each node."""
        return np.diff(self.start)


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes 0 to n - 1 and directed edges; `backup` edges lead from a channel to the backup that it announced.

    `kind` (Kind) and `platform` (a place in `platforms`) by node, `counted`: the audience that a platform states of a node,
    0 where unknown. `names` are subject ids, or the edge list's own words.
    """

    kind: Bytes
    platform: NDArray[np.int32]
    counted: NDArray[np.float64]
    source: Nodes
    target: Nodes
    tie: Bytes
    platforms: tuple[str, ...] = ("",)
    names: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    backup_source: Nodes = field(default_factory=lambda: np.empty(0, np.int32))
    backup_target: Nodes = field(default_factory=lambda: np.empty(0, np.int32))

    def __len__(self) -> int:
        return len(self.kind)

    def connected(self, ties: Collection[Tie] | None = None) -> Adjacency:
        """Neighbours by ties of these kinds (None: of any), whichever way they point."""
        source, target = self._ends(ties)
        return Adjacency(*neighbours_of(len(self), source, target, True))

    def pointing(self, ties: Collection[Tie], backwards: bool = False) -> Adjacency:
        """Whom a node points to by ties of these kinds; backwards: who points to it."""
        source, target = self._ends(ties)
        return Adjacency(*neighbours_of(len(self), *((target, source) if backwards else (source, target)), False))

    def without(self, ties: Collection[Tie]) -> "Graph":
        """The same nodes without ties of these kinds; without MOVE no backup is followed either."""
        kept = ~np.isin(self.tie, [int(tie) for tie in ties])
        none = np.empty(0, np.int32)
        backups = (none, none) if Tie.MOVE in ties else (self.backup_source, self.backup_target)
        return self._with_edges(self.source[kept], self.target[kept], self.tie[kept], backups)

    def thinned(self, share: float, rng: np.random.Generator) -> "Graph":
        """The same nodes, each edge missing with probability `share`."""
        kept = rng.random(len(self.source)) >= share
        backups = (self.backup_source, self.backup_target)
        return self._with_edges(self.source[kept], self.target[kept], self.tie[kept], backups)

    def with_backups(self) -> "Graph":
        """Who is in a channel is in its announced backup as well, and in the backup's own: the audience that follows.

        While both stand nothing changes, since the announcement connects them; once the channel is gone its audience is
        still where the backup is.
        """
        pairs = _closure(self.backup_source, self.backup_target)
        joined = (self.kind[self.source] == Kind.USER) & (self.kind[self.target] == Kind.CHANNEL)
        order = np.argsort(self.target[joined], kind="stable")
        member, channel = self.source[joined][order], self.target[joined][order]
        first, last = np.searchsorted(channel, pairs[:, 0]), np.searchsorted(channel, pairs[:, 0], side="right")
        size = last - first
        rows = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
        more, where = member[rows], np.repeat(pairs[:, 1], size).astype(np.int32)
        announced = np.full(len(self.backup_source), Tie.MOVE, np.uint8)
        return self._with_edges(
            np.concatenate([self.source, more, self.backup_source]),
            np.concatenate([self.target, where, self.backup_target]),
            np.concatenate([self.tie, np.full(len(more), Tie.MEMBER, np.uint8), announced]),
            (self.backup_source, self.backup_target),
        )

    def _ends(self, ties: Collection[Tie] | None) -> tuple[Nodes, Nodes]:
        if ties is None:
            return self.source, self.target
        kept = np.isin(self.tie, [int(tie) for tie in ties])
        return self.source[kept], self.target[kept]

    def _with_edges(self, source: Nodes, target: Nodes, tie: Bytes, backups: tuple[Nodes, Nodes]) -> "Graph":
        nodes = (self.kind, self.platform, self.counted)
        return Graph(*nodes, source, target, tie, self.platforms, self.names, *backups)


def _closure(source: Nodes, target: Nodes) -> Places:
    """Pairs (channel, backup) over chains of announcements."""
    known = {(int(a), int(b)) for a, b in zip(source, target, strict=True)}
    following: dict[int, list[int]] = {}
    for a, b in known:
        following.setdefault(a, []).append(b)
    pairs = []
    for channel in sorted(following):
        seen, queue = {channel}, [channel]
        while queue:
            for backup in following.get(queue.pop(), ()):
                if backup not in seen:
                    seen.add(backup)
                    queue.append(backup)
        pairs += [(channel, backup) for backup in sorted(seen - {channel})]
    return np.array(pairs, np.int64).reshape(-1, 2)


def of_ends(source: pa.Array, target: pa.Array) -> tuple[pa.Array, Nodes, Nodes]:
    """Names in order, and both ends of each edge as places among them."""
    both = pa.chunked_array([source, target]).combine_chunks().dictionary_encode()
    names = both.dictionary.to_numpy(zero_copy_only=False).astype(str)
    number = names.astype(np.int64) if all(name.isdecimal() and len(name) < 18 for name in names) else None
    order = np.argsort(names if number is None else number, kind="stable")
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    codes = place[both.indices.to_numpy()] if len(names) else np.empty(0, np.int32)
    return both.dictionary.take(pa.array(order)), codes[: len(source)], codes[len(source) :]


def read_edges(path: Path) -> Graph:
    """A graph from a text file, "u v" a line; empty lines and lines with # are passed over. Raises InputError."""
    source, target = [], []
    try:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if len(words) != 2:
                raise InputError(str(path), f"{len(words)} words", 'two a line: "u v"', f"line {number}")
            source.append(words[0])
            target.append(words[1])
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read: {error}", 'a text file in UTF-8, "u v" a line') from error
    if not source:
        raise InputError(str(path), "names no edge", 'two words a line: "u v"')
    names, a, b = of_ends(pa.array(source), pa.array(target))
    n = len(names)
    return Graph(
        np.full(n, Kind.NODE, np.uint8), np.zeros(n, np.int32), np.zeros(n), a, b,
        np.full(len(a), Tie.EDGE, np.uint8), names=names,
    )  # fmt: skip
