"""Linking a world of accounts of which some come back: bars of quality beside the generator's own likelihood ratio, and time.

    python -m benchmarks.linking [--accounts 1000000] [--levels easy middle hard] [--seed 3] [--json OUT]

For each level of difficulty: recall at precision .99 with and without the rules that proposals keep to, the same of the
oracle over the same candidates (and every true pair), siblings called returns, calibration, false links by group.
"""

import argparse
import gc
import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actionday.link.block import block
from actionday.link.compare import compare
from actionday.link.evaluate import Judged, as_return, at_precision, codes, evaluate, share, truth_of_rows
from actionday.link.frame import frame
from actionday.link.linking import Linked, scored
from actionday.link.propose import Rules
from actionday.link.tables import Profiles
from actionday.link.train import train
from actionday.measure.worlds_of_returns import ReturnWorld, return_world
from actionday.measure.worlds_of_returns_oracle import log_ratio
from benchmarks.results import write_result

PRECISION = 0.99
PIECE = 500_000
Floats = NDArray[np.float64]


def timed_link(profiles: Profiles, seed: int) -> tuple[Linked, dict[str, float]]:
    """The whole run, and the seconds of each step."""
    marks = [("begin", time.perf_counter())]

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter()))

    laid = frame(profiles)
    mark("frame")
    candidates = block(laid)
    mark("block")
    levels = compare(laid, candidates.pairs)
    mark("compare")
    model = train(laid, levels, seed=seed).model
    mark("train")
    linked = scored(laid, model, Rules(), candidates, levels)
    linked.proposals()
    mark("score")
    seconds = {name: at - marks[i][1] for i, (name, at) in enumerate(marks[1:])}
    return linked, seconds | {"whole": marks[-1][1] - marks[0][1]}


def oracle(world: ReturnWorld, linked: Linked) -> Floats:
    """The generator's log ratio of every candidate, in pieces that fit in memory."""
    a, b = (side.astype(np.int64) for side in linked.candidates.pairs)
    parts = [log_ratio(world, a[i : i + PIECE], b[i : i + PIECE]) for i in range(0, len(a), PIECE)]
    return np.concatenate(parts)


def returns_only(judged: Judged) -> Judged:
    """Only what is called a return is put forward, and only returns are to be found."""
    called = as_return(judged.called) == "return"
    return replace(judged, allowed=judged.allowed & called)


def quality(world: ReturnWorld, linked: Linked) -> dict[str, Any]:
    """Every figure of one level."""
    earlier, later, back = world.pairs()
    judged = truth_of_rows(linked, (earlier, later), back)
    returns = int(back.sum())
    ours = returns_only(judged)
    free = replace(ours, allowed=as_return(judged.called) == "return")
    best = oracle(world, linked)
    # the oracle sees only what blocking let through, so pairs lost there count against neither; see blocking_recall
    ideal = replace(free, probability=best, allowed=np.ones(len(best), np.bool_), called=judged.true)
    ideal_called = np.where(judged.true == "unrelated", "successor", judged.true).astype(object)
    ideal = replace(ideal, called=ideal_called)
    told = evaluate(judged)
    n = len(linked.frame)
    found = codes((linked.candidates.earlier, linked.candidates.later), n)
    caught = int(np.isin(codes((earlier, later), n)[back], found).sum())
    twins = judged.proposed & (judged.true == "sibling")
    wrong = int((as_return(judged.called[twins]) == "return").sum())
    with_rules, without = at_precision(ours, PRECISION, returns), at_precision(free, PRECISION, returns)
    ideal_all = at_precision(ideal, PRECISION, returns)
    ideal_rules = at_precision(replace(ideal, allowed=linked.allowed), PRECISION, returns)
    return {
        "candidates": len(linked.weight),
        "returns": returns,
        "blocking_recall_of_returns": share("blocking_recall", caught, returns).as_dict(),
        "recall_at_precision": with_rules,
        "recall_at_precision_without_rules": without,
        "oracle": ideal_all,
        "oracle_under_rules": ideal_rules,
        "of_oracle": with_rules["value"] / ideal_rules["value"],
        "of_oracle_without_rules": without["value"] / ideal_all["value"],
        "siblings_called_returns": share("siblings_called_returns", wrong, int(twins.sum())).as_dict(),
        "calibration": told["calibration"],
        "by_group": told["by_group"],
    }


def one_level(accounts: int, level: str, seed: int) -> dict[str, Any]:
    """Draw, link, judge."""
    world = return_world(accounts, level, seed)
    profiles = Profiles.of(world.tables())
    linked, seconds = timed_link(profiles, seed)
    told = quality(world, linked)
    gc.collect()
    return {"seconds": seconds, "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, **told}


def main() -> None:
    """Command line."""
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("--accounts", type=int, default=1_000_000)
    asks.add_argument("--levels", nargs="+", default=["easy", "middle", "hard"])
    asks.add_argument("--seed", type=int, default=3)
    asks.add_argument("--json", type=Path)
    asked = asks.parse_args()
    timed_link(Profiles.of(return_world(2_000, "easy", 1).tables()), 1)  # compiles
    result: dict[str, Any] = {"accounts": asked.accounts}
    for level in asked.levels:
        result[level] = one_level(asked.accounts, level, asked.seed)
    write_result(asked.json, "python -m benchmarks.linking", result)


if __name__ == "__main__":
    main()
