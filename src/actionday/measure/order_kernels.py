"""Compiled: whom a strategy removes next. Ties go to the lowest node.

Scores that only fall are kept in buckets, a list a score, walked from the highest down: nobody comes into a bucket that is
being emptied, so it is put in order once when the walk reaches it, and a whole adaptive order costs about one pass over
the edges. Scores that may rise (collective influence) or are no whole numbers (a cost by kind) wait in a heap, where what
is out of date is put back when it comes up.
"""

from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Nodes = NDArray[np.int32]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _put(head: Nodes, after: Nodes, before: Nodes, v: int, score: int) -> None:
    first = head[score]
    after[v], before[v], head[score] = first, -1, v
    if first >= 0:
        before[first] = v


@njit(cache=True, nogil=True)
def _take(head: Nodes, after: Nodes, before: Nodes, v: int, score: int) -> None:
    if before[v] >= 0:
        after[before[v]] = after[v]
    else:
        head[score] = after[v]
    if after[v] >= 0:
        before[after[v]] = before[v]


@njit(cache=True, nogil=True)
def _lower(head: Nodes, after: Nodes, before: Nodes, score: Places, v: int) -> None:
    _take(head, after, before, v, score[v])
    score[v] -= 1
    _put(head, after, before, v, score[v])


@njit(cache=True, nogil=True)
def _buckets(score: Places, waits: Flags) -> tuple[Nodes, Nodes, Nodes]:
    """A doubly linked list a score over the nodes that wait."""
    n, top = len(score), 0
    for v in range(n):
        if waits[v]:
            top = max(top, score[v])
    head, after, before = np.full(top + 1, -1, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    for v in range(n):
        if waits[v]:
            _put(head, after, before, v, score[v])
    return head, after, before


@njit(cache=True, nogil=True)
def _content(head: Nodes, after: Nodes, score: int) -> Nodes:
    count = 0
    v = head[score]
    while v >= 0:
        count += 1
        v = after[v]
    found = np.empty(count, np.int32)
    v = head[score]
    for i in range(count):
        found[i] = v
        v = after[v]
    found.sort()
    return found


@njit(cache=True, nogil=True)
def adaptive_degree(start: Places, nodes: Nodes, allowed: Flags, most: int) -> Nodes:
    """Again and again the allowed node with most standing neighbours, at most `most` of them."""
    score, waits = np.diff(start), allowed.copy()
    head, after, before = _buckets(score, waits)
    order = np.empty(min(most, allowed.sum()), np.int32)
    done = 0
    for level in range(len(head) - 1, -1, -1):
        for v in _content(head, after, level):
            if done == len(order):
                return order
            if score[v] != level:
                continue
            waits[v] = False
            order[done] = v
            done += 1
            for i in range(start[v], start[v + 1]):
                w = nodes[i]
                if waits[w]:
                    _lower(head, after, before, score, w)
    return order


@njit(cache=True, nogil=True)
def new_reach(start: Places, nodes: Nodes, allowed: Flags, counts: Flags, most: int) -> Nodes:
    """Again and again the allowed node with most neighbours that count and that no node chosen before reaches."""
    n = len(start) - 1
    score = np.zeros(n, np.int64)
    for v in range(n):
        if allowed[v]:
            for i in range(start[v], start[v + 1]):
                score[v] += counts[nodes[i]]
    waits, new = allowed.copy(), counts.copy()
    head, after, before = _buckets(score, waits)
    order = np.empty(min(most, allowed.sum()), np.int32)
    done = 0
    for level in range(len(head) - 1, -1, -1):
        for v in _content(head, after, level):
            if done == len(order):
                return order
            if score[v] != level:
                continue
            waits[v] = False
            order[done] = v
            done += 1
            for i in range(start[v], start[v + 1]):
                u = nodes[i]
                if not new[u]:
                    continue
                new[u] = False
                for j in range(start[u], start[u + 1]):
                    w = nodes[j]
                    if waits[w]:
                        _lower(head, after, before, score, w)
    return order


@njit(cache=True, nogil=True)
def _peel(start: Places, nodes: Nodes, core: Flags, score: Places, queue: Nodes, filled: int) -> None:
    """Take out of the 2-core what is queued, and what that leaves with fewer than two neighbours in it."""
    while filled:
        filled -= 1
        v = queue[filled]
        for i in range(start[v], start[v + 1]):
            w = nodes[i]
            if core[w]:
                score[w] -= 1
                if score[w] < 2:
                    core[w] = False
                    queue[filled] = w
                    filled += 1


@njit(cache=True, nogil=True)
def core_degree(start: Places, nodes: Nodes) -> Nodes:
    """The node with most neighbours in what remains of the 2-core, until only a forest stands."""
    n = len(start) - 1
    score, core = np.diff(start), np.ones(n, np.bool_)
    queue = np.empty(n, np.int32)
    filled = 0
    for v in range(n):
        if score[v] < 2:
            core[v] = False
            queue[filled] = v
            filled += 1
    _peel(start, nodes, core, score, queue, filled)
    heap: list[Any] = [(np.int64(0), np.int64(0)) for _ in range(0)]
    for v in range(n):
        if core[v]:
            heap.append((-score[v], np.int64(v)))
    heapify(heap)
    order, done = np.empty(n, np.int32), 0
    while heap:
        known, v = heappop(heap)
        if not core[v]:
            continue
        if -known != score[v]:
            heappush(heap, (-score[v], v))
            continue
        order[done] = v
        done += 1
        core[v] = False
        queue[0] = v
        _peel(start, nodes, core, score, queue, 1)
    return order[:done]


@njit(cache=True, nogil=True)
def by_cost(start: Places, nodes: Nodes, cost: NDArray[np.float64], budget: float) -> tuple[Nodes, NDArray[np.float64]]:
    """Most standing neighbours for their cost, while the budget lasts: the nodes, and what is spent after each.

    A cost that is not finite: never removed. Who costs more than what is left is passed over for good.
    """
    n = len(start) - 1
    score, gone = np.diff(start), np.zeros(n, np.bool_)
    heap: list[Any] = [(0.0, np.int64(0)) for _ in range(0)]
    for v in range(n):
        if np.isfinite(cost[v]):
            heap.append((-score[v] / cost[v], np.int64(v)))
    heapify(heap)
    order, spent = np.empty(n, np.int32), np.empty(n)
    done, used = 0, 0.0
    while heap:
        known, v = heappop(heap)
        if known != -score[v] / cost[v]:
            heappush(heap, (-score[v] / cost[v], v))
            continue
        if used + cost[v] > budget:
            continue
        used += cost[v]
        order[done], spent[done] = v, used
        done += 1
        gone[v] = True
        for i in range(start[v], start[v + 1]):
            if not gone[nodes[i]]:
                score[nodes[i]] -= 1
    return order[:done], spent[:done]


@njit(cache=True, nogil=True)
def _ball(
    start: Places, nodes: Nodes, gone: Flags, seen: Nodes, mark: int, ball: Nodes, radius: int
) -> tuple[int, int]:
    """Standing nodes within `radius` of ball[0]: how many, and where those at the very distance begin."""
    filled, edge = 1, 0
    seen[ball[0]] = mark
    for _ in range(radius):
        until = filled
        for at in range(edge, until):
            v = ball[at]
            for i in range(start[v], start[v + 1]):
                w = nodes[i]
                if not gone[w] and seen[w] != mark:
                    seen[w] = mark
                    ball[filled] = w
                    filled += 1
        edge = until
    return filled, edge


@njit(cache=True, nogil=True)
def collective_influence(start: Places, nodes: Nodes, allowed: Flags, radius: int, most: int) -> Nodes:
    """Again and again the most collective influence: (degree - 1) times the sum of (degree - 1) at distance `radius`."""
    n = len(start) - 1
    degree, gone = np.diff(start), np.zeros(n, np.bool_)
    seen, ball, around = np.full(n, -1, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    score = np.zeros(n, np.int64)
    heap: list[Any] = [(np.int64(0), np.int64(0), np.int64(0)) for _ in range(0)]
    mark = 0
    for v in range(n):
        if allowed[v]:
            ball[0] = v
            filled, edge = _ball(start, nodes, gone, seen, mark, ball, radius)
            mark += 1
            total = 0
            for i in range(edge, filled):
                total += degree[ball[i]] - 1
            score[v] = (degree[v] - 1) * total
            heap.append((-score[v], -degree[v], np.int64(v)))
    heapify(heap)
    order = np.empty(min(most, allowed.sum()), np.int32)
    done = 0
    while heap and done < len(order):
        known, links, v = heappop(heap)
        if gone[v] or known != -score[v] or links != -degree[v]:
            continue
        order[done] = v
        done += 1
        around[0] = v
        near, _ = _ball(start, nodes, gone, seen, mark, around, radius + 1)
        mark += 1
        gone[v] = True
        for i in range(start[v], start[v + 1]):
            if not gone[nodes[i]]:
                degree[nodes[i]] -= 1
        for at in range(1, near):
            w = around[at]
            if not allowed[w]:
                continue
            ball[0] = w
            filled, edge = _ball(start, nodes, gone, seen, mark, ball, radius)
            mark += 1
            total = 0
            for i in range(edge, filled):
                total += degree[ball[i]] - 1
            score[w] = (degree[w] - 1) * total
            heappush(heap, (-score[w], -degree[w], np.int64(w)))
    return order


@njit(cache=True, nogil=True)
def betweenness(start: Places, nodes: Nodes, pivots: Nodes) -> NDArray[np.float64]:
    """Shortest paths from the pivots through each node (Brandes 2001), each pair counted from the pivot's side."""
    n = len(start) - 1
    through, paths, share = np.zeros(n), np.zeros(n), np.zeros(n)
    distance, queue = np.full(n, -1, np.int32), np.empty(n, np.int32)
    for s in pivots:
        queue[0], distance[s], paths[s] = s, 0, 1.0
        at, filled = 0, 1
        while at < filled:
            v = queue[at]
            at += 1
            for i in range(start[v], start[v + 1]):
                w = nodes[i]
                if distance[w] < 0:
                    distance[w] = distance[v] + 1
                    queue[filled] = w
                    filled += 1
                if distance[w] == distance[v] + 1:
                    paths[w] += paths[v]
        for at in range(filled - 1, -1, -1):
            w = queue[at]
            for i in range(start[w], start[w + 1]):
                v = nodes[i]
                if distance[v] == distance[w] - 1:
                    share[v] += paths[v] / paths[w] * (1.0 + share[w])
            if w != s:
                through[w] += share[w]
        for at in range(filled):
            w = queue[at]
            distance[w], paths[w], share[w] = -1, 0.0, 0.0
    return through
