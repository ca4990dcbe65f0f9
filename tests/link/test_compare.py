"""Levels of agreement, each against a plain computation of the same; absent is not disagreement."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler
from tests.link.worlds import compared, laid

from actionday.link.compare import compare
from actionday.link.compare_kernels import jaro_winkler
from actionday.link.evidence import ABSENT, FAMILIES, NAMES, TOKEN_FAMILIES, place
from actionday.link.frame import frame
from actionday.link.tables import Profiles, token_place

LETTERS = st.text(alphabet="abcde", max_size=24)


def padded(text: str) -> "np.ndarray":
    row = np.zeros(24, np.uint8)
    row[: len(text)] = list(text.encode())
    return row


@given(LETTERS, LETTERS)
def test_jaro_winkler_is_rapidfuzz_s(a: str, b: str) -> None:
    if not a or not b:
        assert jaro_winkler(padded(a), padded(b)) == 0.0
    else:
        assert jaro_winkler(padded(a), padded(b)) == pytest.approx(JaroWinkler.similarity(a, b), abs=1e-12)


def test_every_level_is_declared() -> None:
    _, levels = compared()
    for column, family in enumerate(FAMILIES):
        assert levels[:, column].min() >= ABSENT
        assert levels[:, column].max() < len(family.levels)
        assert sum(family.start) == pytest.approx(1.0)
        assert len(family.start) == len(family.levels)


@pytest.mark.parametrize("family", TOKEN_FAMILIES)
def test_shared_tokens_by_hand(family: str) -> None:
    one, (candidates, levels) = laid(), compared()
    tokens = one.profiles.tokens
    mine = tokens["family"].to_numpy() == token_place(family)
    owner, token = tokens["subject"].to_numpy()[mine], tokens["token"].to_numpy()[mine]
    held: dict[int, set[int]] = {}
    for who, what in zip(owner.tolist(), token.tolist(), strict=True):
        held.setdefault(who, set()).add(what)
    tongue = one.language
    count: dict[tuple[int, int], int] = {}
    for who, what in zip(owner.tolist(), token.tolist(), strict=True):
        key = (what, int(tongue[who]) if family == "display_name" else 0)
        count[key] = count.get(key, 0) + 1
    for p in range(0, len(levels), 97):
        a, b = int(candidates.earlier[p]), int(candidates.later[p])
        if a not in held or b not in held:
            assert levels[p, place(family)] == ABSENT
            continue
        sizes = [count[what, int(tongue[a]) if family == "display_name" else 0] for what in held[a] & held[b]]
        rare = sum(size <= 10 for size in sizes)
        expected = 4 if rare > 1 else 3 if rare else 2 if any(size <= 50 for size in sizes) else int(bool(sizes))
        assert levels[p, place(family)] == expected


def two(**columns: list[object]) -> Profiles:
    base = {"subject": ["x:account:1", "x:account:2"], "platform": ["x", "x"]}
    return Profiles.of({"subjects": pa.table({**base, **columns})})


def level(profiles: Profiles, family: str) -> int:
    found = compare(frame(profiles), (np.array([0], np.int32), np.array([1], np.int32)))
    return int(found[0, place(family)])


def test_nothing_known_is_absent_everywhere() -> None:
    found = compare(frame(two()), (np.array([0], np.int32), np.array([1], np.int32)))
    assert found.tolist() == [[ABSENT] * len(NAMES)]


@pytest.mark.parametrize(("days", "expected"), [(0.5, 5), (1.0, 5), (3, 4), (20, 3), (60, 2), (200, 1), (-3, 0)])
def test_gaps(days: float, expected: int) -> None:
    day = 86_400_000_000
    ended = pa.array([day * 100, None], pa.timestamp("us", tz="UTC"))
    begun = pa.array([0, int(day * (100 + days))], pa.timestamp("us", tz="UTC"))
    table = pa.table(
        {"subject": ["x:account:1", "x:account:2"], "platform": ["x", "x"], "ended_at": ended, "begun_at": begun}
    )
    assert level(Profiles.of({"subjects": table}), "gap") == expected


def test_followers_rhythm_language() -> None:
    assert level(two(followers=[100, 150]), "followers") == 2
    assert level(two(followers=[100, 500]), "followers") == 1
    assert level(two(followers=[100, 5000]), "followers") == 0
    assert level(two(per_day=[1.0, 1.3]), "rhythm") == 3
    assert level(two(per_day=[1.0, 9.0]), "rhythm") == 0
    assert level(two(language=["ar", "ar"]), "language") == 1
    assert level(two(language=["ar", None], script=["Arabic", "Latin"]), "language") == 0


def test_who_links_to_whom() -> None:
    for source, target, declared, expected in ((0, 1, False, 2), (1, 0, False, 1), (0, 1, True, 3)):
        signals = pa.table({"source": [source], "target": [target], "declared": [declared], "at": pa.nulls(1)})
        both = two()
        assert level(Profiles.of({"subjects": both.subjects, "signals": signals}), "announced") == expected
