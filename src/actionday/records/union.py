"""Joining numbered things into groups, some of which must stay apart. Near linear; plain Python, no store, no subject.

Method: disjoint sets with path halving (Tarjan and van Leeuwen 1984); every group carries the groups it must stay apart from,
and of two groups the lighter one moves, so that no member and no such note moves more than log n times.
"""

from collections.abc import Iterable


class Union:
    """Groups of the numbers below `count`, at first each alone; `apart` are pairs that never get into one group."""

    def __init__(self, count: int, apart: Iterable[tuple[int, int]] = ()) -> None:
        self._parent = list(range(count))
        self._size = [1] * count
        self._apart: dict[int, set[int]] = {}
        for x, y in apart:
            self._apart.setdefault(x, set()).add(y)
            self._apart.setdefault(y, set()).add(x)

    def __len__(self) -> int:
        return len(self._parent)

    def find(self, x: int) -> int:
        """The number that stands for the group of x."""
        parent = self._parent
        while parent[x] != x:
            parent[x] = x = parent[parent[x]]
        return x

    def join(self, x: int, y: int) -> bool:
        """Join the groups of x and y. False where they have to stay apart, and nothing changes."""
        x, y = self.find(x), self.find(y)
        if x == y:
            return True
        if y in self._apart.get(x, ()):
            return False
        if self._weight(x) < self._weight(y):
            x, y = y, x
        self._parent[y] = x
        self._size[x] += self._size[y]
        foes = self._apart.pop(y, None)
        if foes:
            for foe in foes:
                notes = self._apart[foe]
                notes.discard(y)
                notes.add(x)
            self._apart.setdefault(x, set()).update(foes)
        return True

    def _weight(self, root: int) -> int:
        return self._size[root] + len(self._apart.get(root, ()))
