"""Small worlds of accounts that come back, laid out once for the tests of linking."""

from functools import lru_cache

import numpy as np
import pyarrow as pa

from actionday.link.block import Candidates, block
from actionday.link.compare import Levels, compare
from actionday.link.frame import Frame, frame
from actionday.link.tables import Profiles
from actionday.measure.worlds_of_returns import ReturnWorld, return_world


@lru_cache(maxsize=4)
def world(accounts: int = 4_000, level: str = "middle", seed: int = 5) -> ReturnWorld:
    return return_world(accounts, level, seed)


@lru_cache(maxsize=4)
def laid(accounts: int = 4_000, level: str = "middle", seed: int = 5) -> Frame:
    return frame(Profiles.of(world(accounts, level, seed).tables()))


@lru_cache(maxsize=4)
def compared(accounts: int = 4_000, level: str = "middle", seed: int = 5) -> tuple[Candidates, Levels]:
    one = laid(accounts, level, seed)
    candidates = block(one)
    return candidates, compare(one, candidates.pairs)


def subset(profiles: Profiles, rows: "np.ndarray") -> Profiles:
    """The profiles of these rows (ascending) alone, everything renumbered."""
    place = np.full(len(profiles), -1)
    place[rows] = np.arange(len(rows))

    def moved(table: pa.Table, *columns: str) -> pa.Table:
        kept = np.ones(len(table), bool)
        for name in columns:
            kept &= place[table[name].to_numpy()] >= 0
        table = table.filter(pa.array(kept))
        for name in columns:
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, pa.array(place[table[name].to_numpy()].astype(np.int32)))
        return table

    return Profiles(
        profiles.subjects.take(pa.array(rows)),
        moved(profiles.names, "subject"),
        moved(profiles.tokens, "subject"),
        moved(profiles.signals, "source", "target"),
    )
