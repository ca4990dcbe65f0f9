"""Whole curves of removals beside networkit and igraph: `python -m benchmarks.strategies [--users 1000000] [--json OUT]`.

A synthetic network: users in channels with skewed sizes, a tenth as many channels, an administrator a channel. Ours orders
the removals and computes the giant component after each, in one go. The peers are asked for components after each removal,
as anybody would write it, for a few removals in the same run, and the time a removal is multiplied: the ratio is
extrapolated, and the result says from how many steps. Building the network is left out on every side and told apart.
`--memory N` measures the peak memory and time of N memberships alone, in this process.
"""

import argparse
import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actionday.measure import graph_kernels, order_kernels
from actionday.measure.graph import Adjacency, Graph, Kind, Tie
from benchmarks.results import write_result

STEPS = 3


def world(users: int, memberships: int, seed: int = 5) -> Graph:
    """Nodes: users, then channels (a tenth of them), then an administrator for each channel."""
    rng = np.random.default_rng(seed)
    channels = users // 10
    source, target = np.empty(memberships + channels, np.int32), np.empty(memberships + channels, np.int32)
    tie = np.zeros(memberships + channels, np.uint8)
    for begin in range(0, memberships, 10_000_000):
        end = min(begin + 10_000_000, memberships)
        source[begin:end] = rng.integers(0, users, end - begin, np.int32)
        target[begin:end] = (rng.random(end - begin, np.float32) ** 2 * channels).astype(np.int32)
    np.minimum(target[:memberships], channels - 1, out=target[:memberships])
    target[:memberships] += users
    source[memberships:] = users + channels + rng.permutation(channels)
    target[memberships:] = users + np.arange(channels)
    tie[memberships:] = Tie.ROLE
    sizes = (users, channels, channels)
    kind = np.repeat(np.array([Kind.USER, Kind.CHANNEL, Kind.ADMIN], np.uint8), sizes)
    return Graph(kind, np.zeros(len(kind), np.int32), np.zeros(len(kind)), source, target, tie)


def orders(whole: Adjacency, graph: Graph, most: int) -> dict[str, Any]:
    """Ours, by strategy: a function that gives the order."""
    channel, user = graph.kind == Kind.CHANNEL, graph.kind == Kind.USER

    def by(kind: Kind) -> NDArray[np.int32]:
        who = np.flatnonzero(graph.kind == kind)
        return who[np.argsort(-whole.degree[who], kind="stable")][:most].astype(np.int32)

    every = np.ones(len(graph), np.bool_)
    return {
        "channels by size": lambda: by(Kind.CHANNEL),
        "administrators by channels held": lambda: by(Kind.ADMIN),
        "adaptive degree": lambda: order_kernels.adaptive_degree(whole.start, whole.nodes, every, most),
        "channels by new reach": lambda: order_kernels.new_reach(whole.start, whole.nodes, channel, user, most),
    }


def ours(whole: Adjacency, graph: Graph, most: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Seconds (CPU) of order and curve by strategy, and the curves' beginnings."""
    seconds, found = {}, {}
    for name, order in orders(whole, graph, most).items():
        start = time.process_time()
        nodes = order()
        _, left = graph_kernels.giant(whole.start, whole.nodes, nodes)
        seconds[name], found[name] = time.process_time() - start, (nodes[:STEPS], left[:STEPS].tolist())
    return seconds, found


def of_networkit(graph: Graph, firsts: dict[str, Any]) -> dict[str, Any]:
    """CPU seconds a removal, one thread, and the giant components found."""
    networkit = importlib.import_module("networkit")
    networkit.setNumberOfThreads(1)
    start = time.process_time()
    ends = (np.ones(len(graph.source)), (graph.source.astype(np.uint64), graph.target.astype(np.uint64)))
    whole = networkit.GraphFromCoo(ends, n=len(graph), directed=False, weighted=False)
    whole.removeMultiEdges()
    built, told = time.process_time() - start, {}
    for name, (nodes, _) in firsts.items():
        own, spent, sizes = networkit.Graph(whole), 0.0, []
        for node in nodes:
            start, v = time.process_time(), int(node)
            if name == "adaptive degree":
                v = int(np.argmax(networkit.centrality.DegreeCentrality(own).run().scores()))
            own.removeNode(int(v))
            parts = networkit.components.ConnectedComponents(own)
            parts.run()
            sizes.append(max(parts.getComponentSizes().values()))
            spent += time.process_time() - start
        told[name] = {"seconds_per_removal": spent / len(nodes), "giant": sizes}
    return {"build_seconds": built, "strategies": told}


def of_igraph(graph: Graph, firsts: dict[str, Any]) -> dict[str, Any]:
    """The same of igraph: a removed node loses its edges, so that numbers stay."""
    igraph = importlib.import_module("igraph")
    start = time.process_time()
    whole = igraph.Graph(n=len(graph), edges=np.column_stack([graph.source, graph.target])).simplify()
    built, told = time.process_time() - start, {}
    for name, (nodes, _) in firsts.items():
        own, spent, sizes = whole.copy(), 0.0, []
        for node in nodes:
            start, v = time.process_time(), int(node)
            if name == "adaptive degree":
                v = int(np.argmax(own.degree()))
            own.delete_edges(own.incident(int(v)))
            sizes.append(max(own.connected_components().sizes()))
            spent += time.process_time() - start
        told[name] = {"seconds_per_removal": spent / len(nodes), "giant": sizes}
    return {"build_seconds": built, "strategies": told}


def compared(users: int, memberships: int, removals: int) -> dict[str, Any]:
    """Both sides in one process and what the ratio is, extrapolated from STEPS removals of each peer."""
    ours(*_ready(world(1_000, 10_000)), 100)  # compiles
    graph = world(users, memberships)
    start = time.process_time()
    whole, graph = _ready(graph)
    built = time.process_time() - start
    seconds, firsts = ours(whole, graph, removals)
    again, _ = ours(whole, graph, removals)
    peers = {"networkit": of_networkit(graph, firsts), "igraph": of_igraph(graph, firsts)}
    rows = {}
    for name in seconds:
        mean = (seconds[name] + again[name]) / 2
        rows[name] = {
            "cpu_seconds": [seconds[name], again[name]],
            "ratio_extrapolated": {
                peer: told["strategies"][name]["seconds_per_removal"]
                * len(orders(whole, graph, removals)[name]())
                / mean
                for peer, told in peers.items()
            },
            "same_giant": all(told["strategies"][name]["giant"] == firsts[name][1] for told in peers.values()),
        }
    size = {"users": users, "channels": users // 10, "memberships": memberships, "removals": removals}
    return {**size, "peer_steps": STEPS, "build_seconds": built, "strategies": rows, "peers": peers}


def _ready(graph: Graph) -> tuple[Adjacency, Graph]:
    return graph.connected(), graph


def peak_kib() -> int:
    """Peak of this process alone (Linux): getrusage would tell that of its parent where that was larger."""
    told = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM"))


def memory(memberships: int) -> None:
    """Peak memory and CPU seconds of one network alone, on standard output."""
    ours(*_ready(world(1_000, 10_000)), 100)
    graph = world(1_000_000, memberships)
    start = time.process_time()
    whole, graph = _ready(graph)
    built = time.process_time() - start
    seconds, _ = ours(whole, graph, 10_000)
    peak = peak_kib() / (1 << 20)
    print(json.dumps({"memberships": memberships, "peak_gib": peak, "build_seconds": built, "cpu_seconds": seconds}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--memberships", type=int, default=10_000_000)
    parser.add_argument("--removals", type=int, default=10_000)
    parser.add_argument("--points", type=int, nargs="*", default=[], help="memberships at which memory is measured")
    parser.add_argument("--memory", type=int)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.memory:
        memory(options.memory)
        return
    result = compared(options.users, options.memberships, options.removals)
    result["growth"] = []
    for point in options.points:
        command = [sys.executable, "-m", "benchmarks.strategies", "--memory", str(point)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        result["growth"].append(json.loads(done.stdout))
    write_result(options.json, "python -m benchmarks.strategies", result)


if __name__ == "__main__":
    main()
