"""Blocking gives exactly the pairs that share something rare, and says what it cut."""

import numpy as np
import pyarrow as pa
from tests.link.worlds import laid, world

from actionday.link.block import Blocking, block, keys_of
from actionday.link.frame import frame
from actionday.link.tables import Profiles


def by_hand(accounts: int, rules: Blocking) -> set[tuple[int, int]]:
    one = laid(accounts)
    found = set()
    for _, keys, owners in keys_of(one):
        groups: dict[int, list[int]] = {}
        for key, owner in zip(keys.tolist(), owners.tolist(), strict=True):
            groups.setdefault(key, []).append(owner)
        for members in groups.values():
            if len(members) <= rules.largest:
                found |= {(a, b) for a in members for b in members if a != b}
    source, target, _, _ = one.signals
    found |= set(zip(source.tolist(), target.tolist(), strict=True))
    kept = set()
    for a, b in found:
        if a != b and (one.start[a] or one.start[b]):
            first = (one.ended[a], a) < (one.ended[b], b)
            early, late = (a, b) if first else (b, a)
            # all are accounts of one platform
            if not one.begun[late] > one.ended[early] + rules.wait:
                kept.add((early, late))
    return kept


def test_the_pairs_are_those_that_share_something_rare() -> None:
    for rules in (Blocking(), Blocking(largest=4, wait=30.0)):
        found = block(laid(1_500), rules)
        pairs = list(zip(found.earlier.tolist(), found.later.tolist(), strict=True))
        assert len(pairs) == len(set(pairs))
        assert set(pairs) == by_hand(1_500, rules)


def test_what_is_cut_is_counted() -> None:
    cut = {row["key"]: row for row in block(laid(1_500), Blocking(largest=4)).cut.to_pylist()}
    loose = {row["key"]: row for row in block(laid(1_500), Blocking(largest=400)).cut.to_pylist()}
    assert cut["texts"]["groups"] > loose["texts"]["groups"]
    assert cut["texts"]["pairs"] > 0


def test_most_returns_are_found() -> None:
    one, (earlier, later, back) = block(laid()), world().pairs()
    n = len(laid())
    found = np.isin(earlier[back] * n + later[back], one.earlier.astype(np.int64) * n + one.later)
    assert found.mean() > 0.9


def test_nothing_starts_from_those_who_are_still_there() -> None:
    tables = world(1_500).tables()
    subjects = tables["subjects"].set_column(
        tables["subjects"].schema.get_field_index("ended_at"), "ended_at", pa.nulls(1_500, pa.timestamp("us", tz="UTC"))
    )
    assert not len(block(frame(Profiles.of({**tables, "subjects": subjects}))).earlier)
    found = subjects.append_column("finding", pa.array([row == 0 for row in range(1_500)]))
    pairs = block(frame(Profiles.of({**tables, "subjects": found}))).pairs
    assert len(pairs[0])
    assert set(pairs[0].tolist()) | set(pairs[1].tolist()) >= {0}
    assert all(0 in pair for pair in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True))
