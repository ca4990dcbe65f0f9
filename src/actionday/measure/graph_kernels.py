"""Compiled: neighbours as flat arrays, and what is left after each removal, by playing removals backwards.

Deleting nodes one by one and looking for components each time costs removals times edges. Played backwards the same
states are additions, which union-find follows in one pass over the edges (Newman and Ziff 2001); so every curve is whole
and exact. `when[v]` is the place of v among the removals, or their number if v is never removed. `left[i]` is what is
left after removal i; the last entry of each curve, in front of all, is the state before any.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Nodes = NDArray[np.int32]
Places = NDArray[np.int64]


@njit(cache=True, nogil=True)
def neighbours_of(n: int, source: Nodes, target: Nodes, both: bool) -> tuple[Places, Nodes]:
    """Start and neighbours by node: ascending, each once, loops dropped. `both`: edges count either way."""
    size = np.zeros(n + 1, np.int64)
    for i in range(len(source)):
        if source[i] != target[i]:
            size[source[i] + 1] += 1
            if both:
                size[target[i] + 1] += 1
    for v in range(n):
        size[v + 1] += size[v]
    free = size[:-1].copy()
    nodes = np.empty(size[n], np.int32)
    for i in range(len(source)):
        a, b = source[i], target[i]
        if a != b:
            nodes[free[a]] = b
            free[a] += 1
            if both:
                nodes[free[b]] = a
                free[b] += 1
    start = np.empty(n + 1, np.int64)
    kept = 0
    for v in range(n):
        start[v] = kept
        own = nodes[size[v] : size[v + 1]]
        own.sort()
        for i in range(len(own)):
            if i == 0 or own[i] != nodes[kept - 1]:
                nodes[kept] = own[i]
                kept += 1
    start[n] = kept
    return start, nodes[:kept]


@njit(cache=True, nogil=True)
def _root(parent: Nodes, v: int) -> int:
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@njit(cache=True, nogil=True)
def _join(parent: Nodes, size: Nodes, a: int, b: int) -> int:
    """Join two components; returns the size of what they are now."""
    a, b = _root(parent, a), _root(parent, b)
    if a == b:
        return size[a]
    if size[a] < size[b]:
        a, b = b, a
    parent[b] = a
    size[a] += size[b]
    return size[a]


@njit(cache=True, nogil=True)
def places(n: int, order: Nodes) -> Nodes:
    """When each node is removed; the number of removals where it never is."""
    when = np.full(n, len(order), np.int32)
    for i in range(len(order)):
        when[order[i]] = i
    return when


@njit(cache=True, nogil=True)
def giant(start: Places, nodes: Nodes, order: Nodes) -> tuple[int, Nodes]:
    """Size of the largest component before any removal, and after each."""
    n, k = len(start) - 1, len(order)
    when, left = places(n, order), np.zeros(k, np.int32)
    parent, size = np.arange(n).astype(np.int32), np.ones(n, np.int32)
    largest = 0
    for v in range(n):
        if when[v] == k:
            largest = max(largest, 1)
            for i in range(start[v], start[v + 1]):
                if nodes[i] > v:
                    break
                if when[nodes[i]] == k:
                    largest = max(largest, _join(parent, size, v, nodes[i]))
    for step in range(k - 1, -1, -1):
        left[step] = largest
        v = order[step]
        largest = max(largest, 1)
        for i in range(start[v], start[v + 1]):
            if when[nodes[i]] > step:
                largest = max(largest, _join(parent, size, v, nodes[i]))
    return largest, left


@njit(cache=True, nogil=True)
def _reach(
    start: Places, nodes: Nodes, v: int, step: int, when: Nodes, user: NDArray[np.bool_], reached: NDArray[np.bool_]
) -> int:
    """Mark standing users of channel v; returns how many were not marked before."""
    new = 0
    for i in range(start[v], start[v + 1]):
        w = nodes[i]
        if user[w] and when[w] >= step and not reached[w]:
            reached[w] = True
            new += 1
    return new


@njit(cache=True, nogil=True)
def audience(
    start: Places, nodes: Nodes, order: Nodes, user: NDArray[np.bool_], channel: NDArray[np.bool_]
) -> tuple[int, Nodes]:
    """Standing users with a standing channel: before any removal, and after each."""
    n, k = len(start) - 1, len(order)
    when, left = places(n, order), np.zeros(k, np.int32)
    reached = np.zeros(n, np.bool_)
    count = 0
    for v in range(n):
        if channel[v] and when[v] == k:
            count += _reach(start, nodes, v, k, when, user, reached)
    for step in range(k - 1, -1, -1):
        left[step] = count
        v = order[step]
        if channel[v]:
            count += _reach(start, nodes, v, step, when, user, reached)
        elif user[v]:
            for i in range(start[v], start[v + 1]):
                if channel[nodes[i]] and when[nodes[i]] > step:
                    reached[v] = True
            count += reached[v]
    return count, left


@njit(cache=True, nogil=True)
def cascade(
    ahead: Places, onward: Nodes, behind: Places, backward: Nodes, order: Nodes, seeds: Nodes
) -> tuple[int, Nodes]:
    """Nodes that a post of a standing seed can come to along standing nodes: before any removal, and after each."""
    n, k = len(ahead) - 1, len(order)
    when, left = places(n, order), np.zeros(k, np.int32)
    seed, got = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    queue = np.empty(n, np.int32)
    for v in seeds:
        seed[v] = True
    count = 0
    for step in range(k, -1, -1):
        filled = 0
        if step == k:
            for v in seeds:
                if when[v] == k and not got[v]:
                    got[v] = True
                    queue[filled] = v
                    filled += 1
        else:
            left[step] = count
            v = order[step]
            comes = seed[v]
            for i in range(behind[v], behind[v + 1]):
                comes = comes or (got[backward[i]] and when[backward[i]] > step)
            if comes and not got[v]:
                got[v] = True
                queue[0] = v
                filled = 1
        while filled:
            filled -= 1
            v = queue[filled]
            count += 1
            for i in range(ahead[v], ahead[v + 1]):
                w = onward[i]
                if when[w] >= step and not got[w]:
                    got[w] = True
                    queue[filled] = w
                    filled += 1
    return count, left


@njit(cache=True, nogil=True)
def leaderless(start: Places, nodes: Nodes, order: Nodes, channel: NDArray[np.bool_]) -> Nodes:
    """Standing channels whose known administrators are all removed, after each removal; `nodes`: ties of roles."""
    n, k = len(start) - 1, len(order)
    left, gone = np.zeros(k, np.int32), np.zeros(n, np.bool_)
    heads = np.diff(start)
    count = 0
    for step in range(k):
        v = order[step]
        gone[v] = True
        if channel[v]:
            if start[v + 1] > start[v] and heads[v] == 0:
                count -= 1
        else:
            for i in range(start[v], start[v + 1]):
                c = nodes[i]
                if channel[c]:
                    heads[c] -= 1
                    if heads[c] == 0 and not gone[c]:
                        count += 1
        left[step] = count
    return left


@njit(cache=True, nogil=True)
def one_click(
    ahead: Places, onward: Nodes, behind: Places, backward: Nodes, order: Nodes, members: Places
) -> NDArray[np.float64]:
    """Standing places that a removed channel had pointed to, mean over the members of all removed channels."""
    n, k = len(ahead) - 1, len(order)
    left, gone = np.zeros(k), np.zeros(n, np.bool_)
    clicks, expelled = 0, 0
    for step in range(k):
        v = order[step]
        gone[v] = True
        for i in range(behind[v], behind[v + 1]):
            if gone[backward[i]]:
                clicks -= members[backward[i]]
        for i in range(ahead[v], ahead[v + 1]):
            if not gone[onward[i]]:
                clicks += members[v]
        expelled += members[v]
        left[step] = clicks / expelled if expelled else 0.0
    return left
