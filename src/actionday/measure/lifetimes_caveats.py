"""What must be said beside a lifetime: probing, brackets, censoring, support, size. Plain sentences with their counts."""

from collections.abc import Iterable

import numpy as np

from actionday.measure.lifetimes_fit import AT_RISK, FEWEST, Fitted
from actionday.measure.lifetimes_sample import RESIDUAL, Sample
from actionday.measure.turnbull import NO_MASS
from actionday.measure.turnbull_bootstrap import Bootstrap

UNEQUAL = 2.0
"""Median gaps between looks that differ by this factor or more are unequal probing."""

FEW_SUBJECTS, FEW_GONE = 20, 10


def sample_caveats(fitted: Fitted) -> tuple[str, ...]:
    """Caveats that hold for every estimate from one sample."""
    sample = fitted.sample
    said: list[str] = []
    if fitted.curve is None:
        aged = sample.label.clock == "age" and sample.n >= FEWEST
        said.append(f"never {AT_RISK} at risk at one age" if aged else f"fewer than {FEWEST} subjects ({sample.n})")
    elif sample.n < FEW_SUBJECTS or sample.gone < FEW_GONE:
        said.append(f"few: {sample.n} subjects, {sample.gone} of them gone")
    said += [text for count, text in _counted(sample) if count]
    if fitted.curve is not None and sample.label.clock == "age":
        said.append(f"given survival to age {fitted.origin:.1f} d, the first with {AT_RISK} at risk")
    if isinstance(fitted.curve, Bootstrap):
        said += _turnbull_caveats(fitted.curve, sample)
    return tuple(said)


def _counted(sample: Sample) -> list[tuple[int, str]]:
    residual = sample.label.group.endswith(RESIDUAL)
    return [
        (int(residual), "residual: there at the first snapshot, so time since first seen is not age"),
        (
            sample.residual_elsewhere,
            f"{sample.residual_elsewhere} subjects of a first snapshot are shown apart (residual)",
        ),
        (
            sample.blind,
            f"{sample.blind} lost from sight (private, blocked or vantage gone), censored at the last sight",
        ),
        (sample.unconfirmed, f"{sample.unconfirmed} missed but not confirmed gone, censored at the last sight"),
        (sample.inferred, f"{sample.inferred} ends only inferred from silence, censored at the last sight"),
        (sample.straddling, f"{sample.straddling} ended in a bracket over the day's start, censored at the last sight"),
    ]


def _turnbull_caveats(curve: Bootstrap, sample: Sample) -> list[str]:
    fit, said = curve.estimate, []
    if not fit.converged:
        said.append(f"the estimate did not converge: up to {fit.gap * fit.n:.2g} of log-likelihood is missing")
    if curve.failed:
        said.append(f"{curve.failed} of {len(curve.draws)} draws did not converge")
    loose = float(fit.mass[~fit.unique].sum())
    if loose > NO_MASS:
        said.append(f"{loose:.0%} of the mass is not identified (no one at risk in between)")
    width, reach = float(np.median(sample.widths)), curve.median()[0]
    if width >= 7.0 or (reach is not None and width >= reach / 2):
        said.append(f"wide brackets: half of the ends are known only to within {width:.1f} d or worse")
    return said


def bracket_caveat(fitted: Fitted, t: float) -> tuple[str, ...]:
    """What S(t) can be, if it depends on where in their brackets ends lie by more than 0.05."""
    if not isinstance(fitted.curve, Bootstrap) or t > fitted.curve.estimate.limit:
        return ()
    _, least, greatest = fitted.curve.estimate.survival_at(t)
    if greatest - least <= 0.05:
        return ()
    return (
        f"between {least:.2f} and {greatest:.2f} depending on where in their brackets ends lie; spread evenly here",
    )


def probing_caveat(compared: Iterable[Sample]) -> tuple[str, ...]:
    """Unequal probing among samples: median gaps between looks that differ at least twofold."""
    gaps = []
    for sample in compared:
        known = sample.gap[~np.isnan(sample.gap)]
        if known.size >= FEWEST:
            gaps.append((float(np.median(known)), f"{sample.label.group} ({sample.label.period})"))
    if len(gaps) < 2 or min(gaps)[0] <= 0 or max(gaps)[0] < UNEQUAL * min(gaps)[0]:
        return ()
    (low, least), (high, most) = min(gaps), max(gaps)
    return (f"unequal probing: a look every {low:.2g} d for {least}, every {high:.2g} d for {most}",)
