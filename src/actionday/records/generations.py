"""Which life of a line a subject is: 1 for the first, one more for every successor or backup that took over.

A rename is the same life under a new name. Where several lives lead to one, the longest line counts. A circle has no first
life: its subjects, and those that come after it, have no generation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actionday.records.judgement import Relation
from actionday.records.union import Union

Step = tuple[int, int, Relation | None]
"""From, to (subjects by number), and a directed relation."""


@dataclass(frozen=True, slots=True)
class Lives:
    """Generations by subject, and the circles: groups of subjects that come after one another, sorted."""

    generation: Mapping[int, int]
    circles: list[list[int]]


def generations(steps: Iterable[Step]) -> Lives:
    """Generations of all subjects that the steps name. Linear in steps (Kahn 1962; circles: Tarjan 1972)."""
    steps = list(steps)
    numbers = sorted({number for a, b, _ in steps for number in (a, b)})
    names = Union(numbers[-1] + 1 if numbers else 0)
    for a, b, relation in steps:
        if relation is Relation.RENAME:
            names.join(a, b)
    later: dict[int, list[int]] = {}
    for a, b, relation in steps:
        if relation is not Relation.RENAME:
            later.setdefault(names.find(a), []).append(names.find(b))
    members: dict[int, list[int]] = {}
    for number in numbers:
        members.setdefault(names.find(number), []).append(number)
    count, rest = _counted(set(members), later)
    generation = {number: count[life] for life in count for number in members[life]}
    circles = (sorted(number for life in circle for number in members[life]) for circle in _circles(rest, later))
    return Lives(generation, sorted(circles))


def _counted(lives: set[int], later: Mapping[int, list[int]]) -> tuple[dict[int, int], set[int]]:
    """The generation of every life that no circle leads to, and the other lives."""
    before = dict.fromkeys(lives, 0)
    for ways in later.values():
        for life in ways:
            before[life] += 1
    ready = [life for life, waits in before.items() if not waits]
    count = dict.fromkeys(ready, 1)
    for life in ready:  # grows while it is walked
        for following in later.get(life, ()):
            count[following] = max(count.get(following, 0), count[life] + 1)
            before[following] -= 1
            if not before[following]:
                ready.append(following)
    done = set(ready)
    return {life: count[life] for life in ready}, lives - done


def _circles(lives: set[int], later: Mapping[int, list[int]]) -> list[list[int]]:
    """Strongly connected groups of the lives, and lives that follow themselves. Without recursion, since lines may be long."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    held: list[int] = []
    on_hold: set[int] = set()
    found = []
    for root in sorted(lives):
        walk = [(root, iter(later.get(root, ())))] if root not in index else []
        while walk:
            life, following = walk[-1]
            if life not in index:
                index[life] = low[life] = len(index)
                held.append(life)
                on_hold.add(life)
            for other in following:
                if other not in index:
                    walk.append((other, iter(later.get(other, ()))))
                    break
                if other in on_hold:
                    low[life] = min(low[life], index[other])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[life])
                if low[life] == index[life]:
                    circle = _above(held, life)
                    on_hold.difference_update(circle)
                    if len(circle) > 1 or life in later.get(life, ()):
                        found.append(circle)
    return found


def _above(held: list[int], life: int) -> list[int]:
    place = len(held) - 1
    while held[place] != life:
        place -= 1
    circle = held[place:]
    del held[place:]
    return circle
