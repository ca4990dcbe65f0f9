"""Survival curves with 95 % intervals for 1 M subjects in 20 strata: ours against lifelines and statsmodels.

    python -m benchmarks.lifetimes [--size 1000000] [--strata 20] [--runs 5] [--json OUT]

The same data for all, hour grid and exact times; peers get one call a stratum since they take no strata. statsmodels
gives standard errors only, so the log-log interval is computed from them here, as lifelines and we do. Runs are
interleaved and medians taken; ratios are peer / ours. Also checked: all three agree to 1e-9.
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

from actionday.measure.kaplan_meier import KaplanMeier, kaplan_meier, kaplan_meier_grid
from benchmarks.results import write_result

Array = NDArray[Any]
Z = 1.959963984540054


def peer(name: str) -> Any:  # noqa: ANN401  a module whose type is its own business
    """Import a peer, or say what to install."""
    try:
        return importlib.import_module(name)
    except ImportError:
        sys.exit(
            f"this benchmark compares with {name.split('.', maxsplit=1)[0]}: install the 'dev' dependency group first"
        )


def interleaved(jobs: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Median seconds of each job, taken in turns so that all see the same machine; one warm-up turn before."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(runs + 1):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def data(n: int, strata: int) -> tuple[Array, Array, Array]:
    """Weibull lifetimes, one scale a stratum, watched for up to a year."""
    random = np.random.default_rng(4)
    group = random.integers(0, strata, n).astype(np.int32)
    life, watched = random.weibull(0.8, n) * (50 + 5 * group), random.uniform(0, 365, n)
    return np.minimum(life, watched), life <= watched, group


def with_lifelines(time_: Array, gone: Array, group: Array, strata: int) -> list[Any]:
    """One fit a stratum; intervals are part of it."""
    fitter = peer("lifelines").KaplanMeierFitter
    return [fitter().fit(time_[group == s], gone[group == s]) for s in range(strata)]


def with_statsmodels(time_: Array, status: Array, group: Array, strata: int) -> list[tuple[Any, Array, Array]]:
    """One fit a stratum and the log-log interval from its standard errors."""
    survfunc = peer("statsmodels.duration.survfunc").SurvfuncRight
    curves = []
    for s in range(strata):
        mine = group == s
        curve = survfunc(time_[mine], status[mine])
        with np.errstate(all="ignore"):
            logged = np.log(curve.surv_prob)
            stretch = np.exp(Z * curve.surv_prob_se / curve.surv_prob / -logged)
            curves.append((curve, np.exp(logged * stretch), np.exp(logged / stretch)))
    return curves


def agreement(ours: list[KaplanMeier], lifelines: list[Any], statsmodels: list[tuple[Any, Array, Array]]) -> float:
    """Largest difference in survival or bounds, where survival is above 0."""
    worst = 0.0
    for mine, lines, (models, low, high) in zip(ours, lifelines, statsmodels, strict=True):
        alive = mine.survival > 0
        bounds = lines.confidence_interval_survival_function_.loc[mine.days].to_numpy()
        survival = lines.survival_function_.loc[mine.days].to_numpy()[:, 0]
        for a, b in (
            (mine.survival, survival),
            (mine.low, bounds[:, 0]),
            (mine.high, bounds[:, 1]),
            (mine.survival, models.surv_prob),
            (mine.low, low),
            (mine.high, high),
        ):
            worst = max(worst, float(np.abs(a - b)[alive].max()))
    return worst


def compare(
    name: str, time_: Array, rest: tuple[Array, Array, int], ours: Callable[..., Any], runs: int
) -> dict[str, Any]:
    """Time the three on one set of times; print and return medians, ratios and the largest difference."""
    gone, group, strata = rest
    status = gone.astype(int)
    jobs = {
        "actionday": lambda: ours(time_, gone, group),
        "statsmodels": lambda: with_statsmodels(time_, status, group, strata),
        "lifelines": lambda: with_lifelines(time_, gone, group, strata),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seconds = interleaved(jobs, runs)
        worst = agreement(
            ours(time_, gone, group),
            with_lifelines(time_, gone, group, strata),
            with_statsmodels(time_, status, group, strata),
        )
    ratios = {f"{other} / actionday": seconds[other] / seconds["actionday"] for other in ("lifelines", "statsmodels")}
    print(f"{name}: " + ", ".join(f"{k} {v:.1f}" for k, v in ratios.items()) + f"; largest difference {worst:.1e}")
    return {"seconds": seconds, "ratios": ratios, "largest_difference": worst}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--strata", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    time_, gone, group = data(options.size, options.strata)
    hours, rest = np.ceil(time_ * 24) / 24, (gone, group, options.strata)
    result = {
        "size": options.size,
        "strata": options.strata,
        "hour grid": compare("hour grid", hours, rest, kaplan_meier_grid, options.runs),
        "exact": compare("exact", time_, rest, kaplan_meier, options.runs),
    }
    write_result(options.json, "python -m benchmarks.lifetimes", result)


if __name__ == "__main__":
    main()
