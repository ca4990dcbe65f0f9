"""The network sketch: who is in it, under which number."""

from typing import TYPE_CHECKING

from actionday.measure.cohort import cohort
from actionday.measure.network import MOST_NODES, network_sketch
from actionday.measure.schemas import EDGES, NODES
from actionday.records import Measure

if TYPE_CHECKING:
    from tests.measure.conftest import World

A, B, C = (f"telegram:channel:{number}" for number in range(3))


def sketch(world: "World", shuffle: int | None = None) -> Measure:
    view = world.view(shuffle)
    return network_sketch(view, cohort(view, world.campaign))


def test_an_empty_archive_has_an_empty_network(world: "World") -> None:
    tables = sketch(world).tables
    assert (tables["nodes"].schema, tables["edges"].schema) == (NODES, EDGES)
    assert len(tables["nodes"]) == len(tables["edges"]) == 0


def test_links_forwards_moves_and_roles_are_edges(world: "World") -> None:
    admin = "telegram:account:5"
    world.posts(A, [0, 1])
    world.posts(A, [2, 3], kind="forward", forward_from="telegram:@bee")
    world.posts(B, [0])
    world.posts(C, [0])
    world.looks(C, [1, 2, 3], "removed_by_platform")
    world.add("channels", 0, subject=B, platform="telegram", handle="Bee")
    world.add("accounts", 0, subject=admin, platform="telegram", kind="admin")
    world.add("memberships", account=admin, channel=A, platform="telegram", role="admin")
    world.add("memberships", account="telegram:pseudonym:x", channel=A, platform="telegram", role="member")
    world.link(A, 0, C, "telegram")
    world.link(A, 1, C, "telegram")
    world.link(A, 1, "mewe:@unknown", "mewe")  # nobody of the cohort
    world.link(A, 1, A, "telegram")  # itself
    world.add("moves", 2, subject=C, target=B, platform="telegram", kind="announced")
    tables = sketch(world).tables
    nodes = tables["nodes"].to_pylist()
    assert [(n["node"], n["kind"], n["gone"], n["degree"]) for n in nodes] == [
        ("1", "channel", False, 3),
        ("2", "channel", False, 2),
        ("3", "channel", True, 2),
        ("4", "admin", False, 1),
    ]
    edges = {(e["source"], e["target"], e["kind"]): e["weight"] for e in tables["edges"].to_pylist()}
    assert edges == {
        ("1", "2", "forward"): 2,
        ("1", "3", "link"): 2,
        ("3", "2", "move"): 1,
        ("4", "1", "role"): 1,
    }


def test_only_the_best_connected_are_drawn_and_nobody_is_named(world: "World") -> None:
    hub = "telegram:channel:hub"
    world.posts(hub, [0])
    for number in range(MOST_NODES + 30):
        channel = f"telegram:channel:n{number}"
        world.posts(channel, [0])
        world.link(channel, 0, hub, "telegram")
    first, second = sketch(world), sketch(world, shuffle=4)
    assert len(first.tables["nodes"]) == MOST_NODES
    assert len(first.tables["edges"]) == MOST_NODES - 1
    assert first.tables["nodes"].to_pylist()[0]["degree"] == MOST_NODES + 30
    assert all(first.tables[name].equals(second.tables[name]) for name in first.tables)
    said = str([table.to_pylist() for table in first.tables.values()])
    assert "hub" not in said
    assert "telegram:" not in said
