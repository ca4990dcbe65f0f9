"""Turnbull's estimate for 100,000 brackets: ours against lifelines on a weekly grid, and alone on continuous times.

    python -m benchmarks.turnbull [--size 100000] [--check 2000] [--runs 5] [--json OUT]

lifelines reads brackets as closed, [left, right], where ours are (left, right]: it is given left + 1e-6, so that both
maximise the same likelihood. Its own time grows out of reach on continuous times, so equality is shown at --check
subjects there, with its stopping rule tightened to 1e-11 (its EM is then still the less converged of the two); at full
size our duality gap is reported instead. Runs are interleaved and medians taken.
"""

import argparse
import importlib
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actionday.measure.turnbull import Turnbull, turnbull
from benchmarks.results import write_result

Floats = NDArray[np.float64]
HAIR = 1e-6


def lifelines_fit(left: Floats, right: Floats, tolerance: float = 1e-5) -> Any:  # noqa: ANN401
    """The peer's estimate, at its own default tolerance unless told, or a word on what to install."""
    try:
        fitter = importlib.import_module("lifelines").KaplanMeierFitter
    except ImportError:
        sys.exit("this benchmark compares with lifelines: install the 'dev' dependency group first")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fitter().fit_interval_censoring(np.where(left < right, left + HAIR, left), right, tol=tolerance)


def interleaved(jobs: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Median seconds of each job, taken in turns; one warm-up turn before."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(runs + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def weekly(n: int) -> tuple[Floats, Floats]:
    """Ends on a grid of weeks, up to three looks missed on either side, 15 % censored."""
    random = np.random.default_rng(8)
    life = random.weibull(1.2, n) * 60
    left = np.maximum(np.floor(life / 7) * 7 - random.integers(0, 3, n) * 7.0, 0)
    right = np.floor(life / 7) * 7 + 7 + random.integers(0, 4, n) * 7.0
    return left, np.where(random.random(n) < 0.15, np.inf, right)


def continuous(n: int) -> tuple[Floats, Floats]:
    """Ends at any time (to a hundredth of a day), 15 % censored."""
    random = np.random.default_rng(8)
    life = random.weibull(1.2, n) * 60
    left, right = np.maximum(life - random.exponential(5, n), 0), life + random.exponential(5, n)
    right = np.where(random.random(n) < 0.15, np.inf, right)
    return np.asarray(np.round(left, 2), np.float64), np.asarray(np.round(right + 0.01, 2), np.float64)


def difference(fit: Turnbull, other: Any, days: Floats) -> float:  # noqa: ANN401
    """Largest difference in S at days between support regions, where both are determined."""
    curve = other.survival_function_["NPMLE_estimate_lower"]
    theirs = curve.to_numpy()[np.searchsorted(curve.index.to_numpy(), days, side="right") - 1]
    ours = np.array([fit.mass[fit.left >= day].sum() for day in days])
    return float(np.abs(ours - theirs).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--check", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    left, right = weekly(options.size)
    jobs = {"actionday": lambda: turnbull(left, right), "lifelines": lambda: lifelines_fit(left, right)}
    seconds = interleaved(jobs, options.runs)
    grid = turnbull(left, right)
    ratio = seconds["lifelines"] / seconds["actionday"]
    print(f"weekly grid, {options.size}: lifelines / actionday {ratio:.1f}, gap {grid.gap:.1e}")
    result: dict[str, Any] = {"weekly": {"seconds": seconds, "ratio": ratio, "gap": grid.gap, "size": options.size}}
    fit = turnbull(*continuous(options.size))
    alone = interleaved({"actionday": lambda: turnbull(*continuous(options.size))}, options.runs)["actionday"]
    state = f"gap {fit.gap:.1e} after {fit.iterations} iterations, converged {fit.converged}"
    print(f"continuous, {options.size}: {alone:.2f} s, {fit.mass.size} regions, {state}")
    result["continuous"] = {"seconds": alone, "gap": fit.gap, "iterations": fit.iterations, "converged": fit.converged}
    for name, made in (("weekly", weekly), ("continuous", continuous)):
        left, right = made(options.check)
        fit = turnbull(left, right, tolerance=1e-10)
        other = lifelines_fit(left, right, tolerance=1e-11)
        worst = difference(fit, other, fit.right[np.isfinite(fit.right)])
        print(f"{name}, {options.check}: largest difference from lifelines {worst:.1e}")
        result[name]["difference"] = {"size": options.check, "largest": worst}
    write_result(options.json, "python -m benchmarks.turnbull", result)


if __name__ == "__main__":
    main()
