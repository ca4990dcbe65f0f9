"""Curves against plain recomputation, closed forms, published networks; who follows a backup; who may be planned."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components, shortest_path

from actionday.measure import order_kernels
from actionday.measure.cohort import cohort
from actionday.measure.graph import Graph, Kind, Tie, read_edges
from actionday.measure.graph_archive import graph_of
from actionday.measure.outcomes import Shape, robustness
from actionday.measure.plan import Finding, hypothetical, plan, read_findings
from actionday.measure.removal_orders import Wanted, all_orders
from actionday.measure.strategy import measure_strategies
from actionday.measure.strategy_checks import audience_bound
from actionday.records import InputError
from actionday.records.targets import load_targets

if TYPE_CHECKING:
    from tests.measure.conftest import World

HERE = Path(__file__)
SHARED = next((p / "shared" / "data" for p in HERE.parents if (p / "shared" / "data").is_dir()), Path("shared/data"))
NETWORKS = SHARED / "networks"
PUBLISHED = {
    "Crime_Gcc": (0.0422, 0.0340, 0.0355, 47, 37, 37),
    "Corruption_Gcc": (0.1805, 0.0831, 0.0835, 93, 51, 51),
    "Petster-Hamster_GCC": (0.2004, 0.1857, 0.1965, 669, 578, 642),
    "Grid": (0.0634, 0.0522, 0.0503, 577, 416, 364),
}
U, A, C = Kind.USER, Kind.ADMIN, Kind.CHANNEL


def graph(kinds: list[Kind], edges: list[tuple[int, int, Tie]], backups: tuple[tuple[int, int], ...] = ()) -> Graph:
    n = len(kinds)
    ends = np.array([edge[:2] for edge in edges], np.int32).reshape(-1, 2)
    ahead = np.array(backups, np.int32).reshape(-1, 2)
    return Graph(
        np.array(kinds, np.uint8), np.zeros(n, np.int32), np.zeros(n), ends[:, 0], ends[:, 1],
        np.array([edge[2] for edge in edges], np.uint8), ("telegram",), pa.array([f"n{i}" for i in range(n)]),
        ahead[:, 0], ahead[:, 1],
    )  # fmt: skip


def plain(n: int, pairs: list[tuple[int, int]]) -> Graph:
    return graph([Kind.NODE] * n, [(a, b, Tie.EDGE) for a, b in pairs])


def ordered(of: Graph) -> dict[str, list[int]]:
    return {order.name: order.nodes.tolist() for order in all_orders(of, of.connected(), Wanted())}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_networks_are_reproduced(name: str) -> None:
    path = NETWORKS / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"{path.name} lies in the shared data, which are not here")
    of = read_edges(path)
    shape = Shape.of(of)
    for place, strategy in enumerate(("degree", "adaptive degree", "core degree")):
        order = np.array(ordered(of)[strategy], np.int32)
        before, left = shape.giant(order)
        assert abs(robustness(left, len(of), before) - PUBLISHED[name][place]) <= 0.0003
        assert abs(int(np.argmax(left <= 0.1 * len(of))) + 1 - PUBLISHED[name][place + 3]) <= 1


def curve(of: Graph, order: list[int]) -> list[int]:
    before, left = Shape.of(of).giant(np.array(order, np.int32))
    return [before, *left.tolist()]


def test_closed_forms() -> None:
    star = plain(6, [(0, leaf) for leaf in range(1, 6)])
    assert curve(star, [0, 1, 2, 3, 4, 5]) == [6, 1, 1, 1, 1, 1, 0]
    assert ordered(star)["adaptive degree"][0] == ordered(star)["collective influence"][0] == 0
    path = plain(7, [(at, at + 1) for at in range(6)])
    assert curve(path, [3]) == [7, 3]
    assert ordered(path)["betweenness"][0] == 3
    clique = plain(5, [(a, b) for a in range(5) for b in range(a)])
    assert curve(clique, [4, 3, 2, 1, 0]) == [5, 4, 3, 2, 1, 0]
    assert ordered(clique)["adaptive degree"] == [0, 1, 2, 3, 4]
    halves = [(a, b) for side in (0, 4) for a in range(side, side + 4) for b in range(side, a)]
    bridged = plain(9, [*halves, (3, 8), (8, 4)])
    assert ordered(bridged)["betweenness"][0] == 8
    assert curve(bridged, [8]) == [9, 4]
    assert ordered(bridged)["core degree"][0] == 3
    assert not all_orders(plain(0, []), plain(0, []).connected(), Wanted())


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Graph, list[int]]:
    kinds = draw(st.lists(st.sampled_from([U, A, C]), min_size=1, max_size=12))
    place = st.integers(0, len(kinds) - 1)
    raw = draw(st.lists(st.tuples(place, place, st.sampled_from([Tie.FORWARD, Tie.LINK])), max_size=30))
    role = {(U, C): Tie.MEMBER, (A, C): Tie.ROLE}
    edges = [(a, b, role.get((kinds[a], kinds[b]), tie)) for a, b, tie in raw]
    order = draw(st.permutations(range(len(kinds))))
    return graph(kinds, edges), order[: draw(place) + 1]


def naive(of: Graph, order: list[int]) -> dict[str, list[float]]:
    """Every outcome anew after each removal, from the words of its definition."""
    n, ends = len(of), list(zip(of.source.tolist(), of.target.tolist(), of.tie.tolist(), strict=True))
    ends = [end for end in ends if end[0] != end[1]]
    both = {v: {b for a, b, _ in ends if a == v} | {a for a, b, _ in ends if b == v} for v in range(n)}
    heads = {v: {a + b - v for a, b, t in ends if t == Tie.ROLE and v in (a, b)} for v in range(n)}
    points = {v: {b for a, b, t in ends if t in (Tie.LINK, Tie.FORWARD) and a == v} for v in range(n)}
    flow = {v: {a for a, b, t in ends if t == Tie.FORWARD and b == v} for v in range(n)}
    seeds = sorted((v for v in range(n) if flow[v]), key=lambda v: (-len(flow[v]), v))[:10]
    members = {v: sum(of.kind[w] == U for w in both[v]) for v in range(n) if of.kind[v] == C}
    told: dict[str, list[float]] = {name: [] for name in ("giant", "audience", "cascade", "leaderless", "one_click")}
    for step in range(len(order) + 1):
        gone = set(order[:step])
        rows = [(a, b) for a, b, _ in ends if not {a, b} & gone]
        matrix = sp.csr_array((np.ones(len(rows)), tuple(np.array(rows, int).reshape(-1, 2).T)), shape=(n, n))
        labels = connected_components(matrix, directed=False)[1]
        standing = [v for v in range(n) if v not in gone]
        told["giant"].append(max(np.bincount(labels[standing])) if standing else 0)
        told["audience"].append(
            sum(of.kind[v] == U and any(of.kind[w] == C and w not in gone for w in both[v]) for v in standing)
        )
        got = set(seeds) - gone
        while more := {w for v in got for w in flow[v]} - gone - got:
            got |= more
        told["cascade"].append(len(got))
        told["leaderless"].append(sum(of.kind[v] == C and bool(heads[v]) and heads[v] <= gone for v in standing))
        left = {v: members[v] for v in gone if v in members}
        clicks = sum(count * len(points[v] - gone) for v, count in left.items())
        told["one_click"].append(clicks / sum(left.values()) if sum(left.values()) else 0.0)
    return told


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_curves_played_backwards_equal_plain_recomputation(world: tuple[Graph, list[int]]) -> None:
    of, order = world
    found = Shape.of(of).curves(np.array(order, np.int32))
    for name, values in naive(of, order).items():
        assert found[name].tolist() == pytest.approx(values), name


def slowly(neighbours: dict[int, set[int]], score: Any) -> list[int]:  # noqa: ANN401
    left, order = {v: set(n) for v, n in neighbours.items()}, []
    while left:
        best = min(left, key=lambda v: (*[-part for part in score(left, v)], v))
        order.append(best)
        left = {v: n - {best} for v, n in left.items() if v != best}
    return order


def influence(left: dict[int, set[int]], v: int) -> tuple[int, int]:
    near = {v} | left[v]
    ring = {w for u in left[v] for w in left[u]} - near
    return (len(left[v]) - 1) * sum(len(left[w]) - 1 for w in ring), len(left[v])


@given(worlds())
@settings(max_examples=100, deadline=None)
def test_orders_equal_their_definition(world: tuple[Graph, list[int]]) -> None:
    of, _ = world
    whole, n = of.connected(), len(of)
    neighbours = {v: set(whole.nodes[whole.start[v] : whole.start[v + 1]].tolist()) for v in range(n)}
    told = ordered(of)
    assert told["adaptive degree"] == slowly(neighbours, lambda left, v: (len(left[v]),))
    assert told["collective influence"] == slowly(neighbours, influence)
    assert sorted(told["core degree"]) == list(range(n))
    reach: list[int] = []
    covered: set[int] = set()
    channels = {v for v in range(n) if of.kind[v] == C}
    while channels:
        best = min(channels, key=lambda v: (-sum(of.kind[w] == U for w in neighbours[v] - covered), v))
        reach.append(best)
        channels.remove(best)
        covered |= neighbours[best]
    assert told.get("channels by new reach", []) == reach


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_betweenness_equals_counting_paths(world: tuple[Graph, list[int]]) -> None:
    of, _ = world
    whole, n = of.connected(), len(of)
    matrix = sp.csr_array((np.ones(len(whole.nodes)), whole.nodes, whole.start), shape=(n, n))
    far = shortest_path(matrix, unweighted=True)
    dense = matrix.toarray()
    paths = np.eye(n)
    for distance in range(1, n):
        paths = np.where(far == distance, np.where(far == distance - 1, paths, 0) @ dense, paths)
    want = np.zeros(n)
    for s in range(n):
        for t in range(n):
            for v in range(n):
                if v not in (s, t) and s != t and np.isfinite(far[s, t]) and far[s, v] + far[v, t] == far[s, t]:
                    want[v] += paths[s, v] * paths[v, t] / paths[s, t]
    got = order_kernels.betweenness(whole.start, whole.nodes, np.arange(n, dtype=np.int32))
    assert got.tolist() == pytest.approx(want.tolist())


def test_an_announced_backup_keeps_the_audience() -> None:
    members = [(user, 3, Tie.MEMBER) for user in range(3)]
    of = graph([U, U, U, C, C, C], members, ((3, 4), (4, 5)))
    assert Shape.of(of).curves(np.array([3], np.int32))["audience"].tolist() == [3, 0]
    followed = Shape.of(of.with_backups()).curves(np.array([3, 4, 5], np.int32))
    assert followed["audience"].tolist() == [3, 3, 3, 0], "the backup's own backup takes them on"
    assert followed["giant"].tolist() == [6, 5, 4, 1]
    found = measure_strategies(of, Wanted(checks=False)).tables["strategies"].to_pylist()
    assert {row["backups"] for row in found} == {True, False}
    assert len(of.without([Tie.MOVE]).backup_source) == 0


def test_no_removals_take_more_than_the_bound() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        ties = sp.csr_array((rng.random((12, 6)) < 0.3).astype(np.int8))
        dense = ties.toarray()[np.diff(ties.indptr) > 0]
        best = max(
            sum(not row[[c for c in range(6) if c not in (a, b)]].any() for row in dense)
            for a in range(6)
            for b in range(a)
        )
        assert audience_bound(ties, 2) == (best, True)


def test_a_budget_is_kept_and_costs_count() -> None:
    of = graph([C, U, U, U, C, U], [(1, 0, Tie.MEMBER), (2, 0, Tie.MEMBER), (3, 0, Tie.MEMBER), (5, 4, Tie.MEMBER)])
    wanted = Wanted(budget=3.0, cost={C: 2.0})
    mixed = {order.name: order for order in all_orders(of, of.connected(), wanted)}["mixed under a budget"]
    assert (mixed.nodes.tolist(), mixed.spent.tolist() if mixed.spent is not None else None) == ([0, 5], [2.0, 3.0])


def test_an_archive_becomes_a_network(world: "World") -> None:
    one, two, three = (f"telegram:channel:{number}" for number in range(3))
    admin, bot, member = "telegram:account:5", "telegram:account:6", "telegram:pseudonym:x"
    for channel in (one, two, three):
        world.posts(channel, [-9, -8])
    world.posts(one, [-7], kind="forward", forward_from=two)
    world.add("accounts", -9, subject=admin, platform="telegram", kind="admin")
    for account, role in ((admin, "admin"), (bot, "bot"), (member, "member")):
        world.add("memberships", account=account, channel=one, platform="telegram", role=role)
    world.add("channels", -9, subject=one, platform="telegram", members=50)
    world.link(two, -8, "telegram:@never_seen", "telegram")
    world.add("moves", -2, subject=one, target=two, platform="telegram", kind="announced")
    world.add("moves", 2, subject=two, target=three, platform="telegram", kind="announced")  # too late
    world.looks(three, [-6, -5, -4], "removed_by_platform")
    view = world.view()
    of = graph_of(view, cohort(view, world.campaign), world.campaign)
    names = of.names.to_pylist()
    assert three not in names, "gone before the day"
    kinds = {name: Kind(kind) for name, kind in zip(names, of.kind.tolist(), strict=True)}
    assert kinds == {one: C, two: C, admin: A, bot: Kind.BOT, member: U}
    ties = {(names[a], names[b], Tie(t)) for a, b, t in zip(of.source, of.target, of.tie, strict=True)}
    assert ties == {
        (admin, one, Tie.ROLE), (bot, one, Tie.BOT), (member, one, Tie.MEMBER), (one, two, Tie.FORWARD), (one, two, Tie.MOVE),
    }  # fmt: skip
    assert [(names[a], names[b]) for a, b in zip(of.backup_source, of.backup_target, strict=True)] == [(one, two)]
    assert of.counted[names.index(one)] == 50
    assert (of.without([Tie.BOT]).tie != Tie.BOT).all()


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(["subject,ground,confirmed_by", *rows]) + "\n")
    return path


def test_a_plan_orders_confirmed_findings_only(tmp_path: Path) -> None:
    of = graph([C, U, U, C, A], [(1, 0, Tie.MEMBER), (2, 0, Tie.MEMBER), (2, 3, Tie.MEMBER), (4, 3, Tie.ROLE)])
    findings = read_findings(table(tmp_path / "f.csv", "n4,terms 4.2,ana", "n0,terms 4.2,ben", "n9,terms 4.2,ben"))
    told = plan(of, findings, 5, {})
    assert [step["subject"] for step in told["steps"]] == ["n0", "n4"]
    assert [step["gain"] for step in told["steps"]] == [
        {"giant": 2, "audience": 1, "leaderless": 0},
        {"giant": 1, "audience": 0, "leaderless": 1},
    ]
    assert told["steps"][0]["confirmed_by"] == "ben"
    assert told["outside"] == ["n9"]
    assert plan(of, findings, 1, {})["over_budget"] == ["n4"]
    assert plan(of, [Finding("n1", "terms 4.2", "ana")], 5, {})["steps"][0]["subject"] == "n1"


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("n0,,ana", "no ground"),
        ("n0,terms,", "no confirmed_by"),
        ("n0,Betweenness,ana", "no ground: a place"),
        (",t,a", "no subject"),
    ],
)
def test_what_is_not_confirmed_is_no_finding(tmp_path: Path, row: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        read_findings(table(tmp_path / "f.csv", row))


def test_a_hypothetical_plan_names_nobody_and_is_no_list_of_targets(tmp_path: Path) -> None:
    of = graph([C, U, U], [(1, 0, Tie.MEMBER), (2, 0, Tie.MEMBER)])
    told = hypothetical(of, 2, {})
    text = json.dumps(told)
    assert told["counts"] == [
        {"kind": "channel", "platform": "telegram", "count": 1}, {"kind": "user", "platform": "telegram", "count": 1},
    ]  # fmt: skip
    assert not any(name in text for name in of.names.to_pylist())
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InputError):
        load_targets(path)
    with pytest.raises(InputError):
        read_findings(path)


def test_edges_that_are_none_are_named(tmp_path: Path) -> None:
    path = tmp_path / "edges.txt"
    path.write_text("a b\na\n")
    with pytest.raises(InputError, match="line 2"):
        read_edges(path)
    path.write_text("# a b\n")
    with pytest.raises(InputError, match="no edge"):
        read_edges(path)
    path.write_text("10 9\n9 10\n10 10\n")
    of = read_edges(path)
    assert (of.names.to_pylist(), of.connected().degree.tolist()) == (["9", "10"], [1, 1])


def test_the_same_seed_gives_the_same_and_checks_are_told() -> None:
    of = graph(
        [U] * 20 + [C] * 10, [(user, 20 + (user * 3 + at) % 10, Tie.MEMBER) for user in range(20) for at in range(2)]
    )
    first, second = measure_strategies(of, Wanted()), measure_strategies(of, Wanted())
    assert first.estimates == second.estimates
    told = {estimate.name for estimate in first.estimates}
    assert {"robustness", "removals_to_10_percent", "rank_stability", "first_stays_first", "gap_to_bound"} <= told
    assert all(0 <= (estimate.value or 0) <= 1 for estimate in first.estimates if estimate.name == "gap_to_bound")
    assert "not an effect" in first.notes[0]
