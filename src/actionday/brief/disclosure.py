"""What of an estimate may be printed: small counts are suppressed, comparisons that are not identified lose their value.

Works on the estimates alone, before anything is written, so that page, CSV and JSON withhold the same things.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from actionday.brief.suppression import SMALL, THRESHOLD, mark_of, suppress
from actionday.brief.vocabulary import MIGRATION, RETURNS, SCOREBOARD, Word
from actionday.brief.wording import NOT_IDENTIFIED, count_of, is_count, is_share
from actionday.records import Estimate

_NOT_SUBJECTS = ("vantage", "identified", "removals_announced", "wrongful_share")
"""Estimates whose counts are not of subjects, or public: our own collectors, a yes or no, a platform's announcement, a random sample
of errors, which no removal rate may do without."""

_TALE = re.compile(
    r"(?<![\d.,])[1-4](?= (?:subjects?|lost|missed|ends?|ended|gone|channels?|accounts?|venues?|pairs?|brackets?|of them)\b)"
    r"|(?<=\()(?<!\d\()[1-4](?=\))"  # in brackets, but for a paragraph: Art. 3(3)
)


@dataclass(frozen=True, slots=True)
class Disclosed:
    """An estimate as it may be printed. `value_mark` and `n_mark` replace what was withheld; empty where nothing was."""

    estimate: Estimate
    word: Word
    value_mark: str = ""
    n_mark: str = ""

    @property
    def n(self) -> str:
        """The count as it is printed."""
        return f"n {self.n_mark}" if self.n_mark else count_of(self.estimate.n)


def disclose(named: Sequence[tuple[Estimate, Word]], *, identified: bool | None) -> list[Disclosed]:
    """Withhold what must be withheld, in the order given.

    `identified` is coverage's verdict: False takes the value of every before/after comparison away and leaves its bounds.
    """
    n_marks = _marks([e for e, _ in named], [None if _exempt(e) else e.n for e, _ in named])
    counts = [_counted(e) for e, _ in named]
    value_marks = _marks([e for e, _ in named], counts)
    out = []
    for (estimate, word), n_mark, value_mark in zip(named, n_marks, value_marks, strict=True):
        if word.compares and identified is False and estimate.value is not None:
            estimate = replace(  # noqa: PLW2901 - the withheld form takes its place
                estimate, value=None, caveats=(f"{NOT_IDENTIFIED}: see what could be seen", *estimate.caveats)
            )
        out.append(_withhold(estimate, word, value_mark, n_mark))
    return [_with_what_it_bounds(one, out) for one in out]


def veiled(caveat: str) -> str:
    """A caveat with its own small counts of subjects suppressed: ``<5 lost from sight``."""
    return _TALE.sub(SMALL, caveat)


def _exempt(estimate: Estimate) -> bool:
    return estimate.name.startswith(_NOT_SUBJECTS) or "placebo" in estimate.name


def _counted(estimate: Estimate) -> int | None:
    whole = estimate.value is not None and float(estimate.value).is_integer()
    if not whole or estimate.value is None or not is_count(estimate) or _exempt(estimate):
        return None
    return int(estimate.value)


def _withhold(estimate: Estimate, word: Word, value_mark: str, n_mark: str) -> Disclosed:
    estimate = replace(estimate, caveats=tuple(veiled(caveat) for caveat in estimate.caveats))
    if _exempt(estimate):
        return Disclosed(estimate, word)
    if n_mark == SMALL:
        return Disclosed(_emptied(estimate, f"fewer than {THRESHOLD}: suppressed"), word, SMALL, SMALL)
    if value_mark:
        why = (
            f"fewer than {THRESHOLD}: suppressed"
            if value_mark == SMALL
            else "withheld: a suppressed count would follow"
        )
        return Disclosed(_emptied(estimate, why), word, value_mark, n_mark)
    if word.section in (MIGRATION, RETURNS, SCOREBOARD) and is_share(estimate.unit) and estimate.value is not None:
        holding = round(estimate.value * estimate.n)
        if 0 < holding < THRESHOLD:
            kept = _emptied(estimate, f"fewer than {THRESHOLD} of {estimate.n}: suppressed")
            return Disclosed(kept, word, f"{SMALL} of {estimate.n}" if not n_mark else SMALL, n_mark)
    return Disclosed(estimate, word, "", n_mark)


def _with_what_it_bounds(one: Disclosed, every: Sequence[Disclosed]) -> Disclosed:
    """Bounds whose lower one is a share that was withheld are withheld with it, and so is the caveat that tells it."""
    if one.word.section != RETURNS or not one.estimate.name.endswith("_bounds"):
        return one
    least = one.estimate.name.removesuffix("bounds") + "confirmed"
    for other in every:
        if other.estimate.name == least and other.estimate.group == one.estimate.group and other.value_mark:
            why = ("withheld: a suppressed count would follow",)
            emptied = replace(one.estimate, value=None, low=None, high=None, caveats=why)
            return replace(one, estimate=emptied, value_mark=other.value_mark)
    return one


def _emptied(estimate: Estimate, why: str) -> Estimate:
    return replace(estimate, value=None, low=None, high=None, caveats=(why, *estimate.caveats))


def _marks(estimates: Sequence[Estimate], counts: Sequence[int | None]) -> list[str]:
    """Marks by place: small counts, and those that would give a small one away from a published coarser estimate."""
    marks = [""] * len(estimates)
    # "all: all" tells nothing apart: such an estimate is of the whole
    groups = [{k: v for k, v in e.group.items() if (k, v) != ("all", "all")} for e in estimates]
    families: dict[tuple[str, frozenset[str]], list[int]] = {}
    for place, estimate in enumerate(estimates):
        families.setdefault((estimate.name, frozenset(groups[place])), []).append(place)
    for (name, keys), places in families.items():
        coarser = [sorted(other) for other_name, other in families if other_name == name and other < keys]
        columns: dict[str, list[int | None]] = {
            f"k_{key}": _codes([groups[p][key] for p in places]) for key in sorted(keys)
        }
        columns["count"] = [counts[place] for place in places]
        frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Int64))
        out = suppress(frame, "count", [[f"k_{key}" for key in other] for other in coarser])
        for place, mark in zip(places, out[mark_of("count")].to_list(), strict=True):
            marks[place] = mark
    return marks


def _codes(values: Sequence[str]) -> list[int | None]:
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return [numbers[value] for value in values]
