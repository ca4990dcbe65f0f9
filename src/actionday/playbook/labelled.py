"""Drawn pairs with their answers: what weights learn from, how often proposals are wrong, and how far coders agree.

Only an answer that names its draw, by the person who was asked, counts here: what was picked by hand has no known probability.
Not for: drawing and handing out (`queueing`), or what the judgements say together (`judging`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from actionday.records import (
    Actor,
    Answer,
    Clock,
    Estimate,
    Judged,
    Judgement,
    JudgementId,
    Relation,
    UsageError,
    fold,
)
from actionday.settings import Settings
from actionday.stores.archive.view import View

if TYPE_CHECKING:
    from actionday.link import Labels

UNMEASURED = "not measured here"
FEWEST = 5
"""Labelled pairs of a band below which nothing is said of it."""
_RETURNS = (Relation.SUCCESSOR, Relation.BACKUP)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn pair: its row of `link_draws`, who was asked, and their answers that count (each coder's latest)."""

    row: Mapping[str, Any]
    coders: tuple[str, ...]
    answers: Mapping[str, Judgement] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether somebody who was asked has not answered yet."""
        return any(coder not in self.answers for coder in self.coders)

    @property
    def double(self) -> bool:
        """Whether two people are asked."""
        return len(self.coders) > 1

    @property
    def answer(self) -> tuple[Judged, Relation | None] | None:
        """What stands between those who were asked, by the fold's rules; None before anybody answered."""
        found = fold(self.answers.values()).pairs
        return (found[0].judged, found[0].relation) if found else None


def drawn_pairs(view: View, answers: Iterable[Answer]) -> list[Drawn]:
    """Every drawn pair, newest end first within its round, with the answers that name it."""
    table = view.table("link_draws")
    rows = view.arrow(table.order_by(table["at"], table.ended_at.desc(), table.draw, table.coder)).to_pylist()
    coders: dict[str, list[str]] = {}
    first: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        coders.setdefault(row["draw"], []).append(row["coder"])
        first.setdefault(row["draw"], row)
    said: dict[str, dict[str, Judgement]] = {}
    for one in sorted((a for a in answers if isinstance(a, Judgement) and a.draw), key=lambda one: (one.at, one.id)):
        named = first.get(one.draw)
        if named and one.who in coders[one.draw] and {str(one.a), str(one.b)} == {named["subject"], named["target"]}:
            of_draw = said.setdefault(one.draw, {})
            of_draw.pop(one.who, None)
            if one.judged is not Judged.NONE:
                of_draw[one.who] = one
    return [Drawn(row, tuple(coders[draw]), said.get(draw, {})) for draw, row in first.items()]


def drawn_here(settings: Settings, view: View, clock: Clock) -> list[Drawn]:
    """The same with the home's own casebook, at its newest entry."""
    from actionday.playbook.casebooks import judged_until

    return drawn_pairs(view, judged_until(settings, None, clock))


def asked_draw(actor: Actor, drawn: Iterable[Drawn], draw: str) -> Drawn:
    """The drawn pair of an id that a person was asked about. Raises UsageError."""
    found = next((one for one in drawn if one.row["draw"] == draw), None)
    if found is None or actor.id not in found.coders:
        raise UsageError(f"{draw} is no pair that {actor.name} was asked about; `actionday link queue` shows those")
    return found


def hidden_from(actor: Actor, drawn: Iterable[Drawn]) -> frozenset[JudgementId]:
    """Ids of the answers of others about pairs that two are asked about, until both have answered."""
    waiting = [one for one in drawn if one.double and one.open]
    return frozenset(said.id for one in waiting for coder, said in one.answers.items() if coder != actor.id)


def weighed(drawn: Sequence[Drawn]) -> list[tuple[Drawn, float]]:
    """Drawn pairs that are no known answers, each with how many pairs it stands for.

    Every round stands for all that was there, so rounds share the whole by how many of their pairs were answered.
    """
    kept = [one for one in drawn if one.row["part"] != "known" and one.answer is not None]
    size: dict[object, int] = {}
    for one in kept:
        size[one.row["at"]] = size.get(one.row["at"], 0) + 1
    return [(one, size[one.row["at"]] / len(kept) / one.row["sampling"]) for one in kept]


def labels_of(drawn: Sequence[Drawn]) -> "Labels | None":
    """What weights learn from: positive and negative answers about drawn pairs; None where there are none."""
    from actionday.link import Labels

    told = [(one.row["subject"], one.row["target"], one.answer, weight) for one, weight in weighed(drawn)]
    sure = [(a, b, said[0] is Judged.POSITIVE, w) for a, b, said, w in told if said and said[0] is not Judged.UNSURE]
    if not sure:
        return None
    subject, target, match, weight = zip(*sure, strict=True)
    return Labels(subject, target, match, weight)


class Likewise:
    """Of a hundred proposals in a band of probability, how many are wrong, on the home's own labels."""

    def __init__(self, drawn: Sequence[Drawn]) -> None:
        self._bands: dict[int, list[tuple[bool, float]]] = {}
        for one, weight in weighed(drawn):
            judged, relation = one.answer or (Judged.UNSURE, None)
            if one.row["part"] == "proposal" and judged is not Judged.UNSURE:
                wrong = judged is Judged.NEGATIVE or not _same(relation, one.row["relation"])
                self._bands.setdefault(_band(one.row["probability"]), []).append((wrong, weight))

    def of(self, probability: float) -> Estimate:
        """The share that is wrong (a wrong relation is wrong), with Wilson's interval at the effective number of labels."""
        from actionday.link.draw import BANDS
        from actionday.measure.intervals import wilson

        band = _band(probability)
        group = {"probability": f"{BANDS[band]:g} to {BANDS[band + 1]:g}"}
        rows = self._bands.get(band, [])
        method = "inverse probability weighting, Wilson at the effective n"
        if len(rows) < FEWEST:
            lacking = (f"{UNMEASURED}: {len(rows)} drawn proposals of this band are labelled, {FEWEST} are needed",)
            return Estimate("wrong", None, None, None, "share", len(rows), method, caveats=lacking, group=group)
        whole = sum(weight for _, weight in rows)
        share = sum(weight for wrong, weight in rows if wrong) / whole
        effective = whole**2 / sum(weight**2 for _, weight in rows)
        low, high = wilson(share, effective)
        return Estimate("wrong", share, low, high, "share", len(rows), method, group=group)

    def told(self, probability: float) -> str:
        """In words: `of 100 such, n wrong (interval), on your labels`, or that it is not measured here."""
        one = self.of(probability)
        if one.value is None or one.low is None or one.high is None:
            return UNMEASURED
        return (
            f"of 100 such, {100 * one.value:.0f} wrong ({100 * one.low:.0f} to {100 * one.high:.0f}), "
            f"on your labels (n={one.n})"
        )


def _band(probability: float) -> int:
    import numpy as np

    from actionday.link import band_of

    return int(band_of(np.array([probability]))[0])


def _same(judged: Relation | None, called: str) -> bool:
    """Whether a proposal's relation is the one that people agree on; successor and backup are one. None: they do not agree."""
    return judged is not None and (judged == called or (judged in _RETURNS and called in _RETURNS))
