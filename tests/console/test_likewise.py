"""Of 100 such, n wrong: drawn proposals of one band, weighed by the inverse of their probability, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from actionday.playbook.labelled import UNMEASURED, Drawn, Likewise, asked_draw, hidden_from, labels_of, weighed
from actionday.records import (
    Actor,
    ActorId,
    Judged,
    Judgement,
    JudgementId,
    Permission,
    Relation,
    SubjectId,
    UsageError,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
ANN, BOB = ActorId("a-ann"), ActorId("a-bob")


def drawn(
    number: int,
    judged: Judged | None,
    *,
    probability: float = 0.9,
    sampling: float = 0.5,
    part: str = "proposal",
    relation: Relation = Relation.SUCCESSOR,
    rounds: int = 0,
) -> Drawn:
    """A drawn pair that Ann answered; `judged` None: she has not yet."""
    a, b = (SubjectId("telegram", "channel", f"{side}{number}") for side in ("1", "2"))
    row = {"draw": f"q-{number}", "subject": str(a), "target": str(b), "part": part, "sampling": sampling,
           "probability": probability, "relation": "successor", "at": AT + timedelta(days=rounds)}  # fmt: skip
    fitting = {Judged.POSITIVE: relation, Judged.NEGATIVE: Relation.UNRELATED}
    if judged is None:
        return Drawn(row, (ANN,))
    said = Judgement(JudgementId(f"j-{number}"), a, b, judged, fitting.get(judged), ANN, AT, draw=f"q-{number}")
    return Drawn(row, (ANN,), {ANN: said})


def test_wrong_is_weighed_and_has_its_interval() -> None:
    some = [drawn(n, Judged.POSITIVE, sampling=0.5) for n in range(9)]
    some += [drawn(n, Judged.NEGATIVE, sampling=0.25) for n in range(10, 13)]
    told = Likewise(some).of(0.85)
    assert told.value == pytest.approx(12 / 30)
    assert told.n == 12
    assert told.low is not None
    assert told.high is not None
    assert told.low < 0.4 < told.high
    assert (
        Likewise(some).told(0.85)
        == f"of 100 such, 40 wrong ({100 * told.low:.0f} to {100 * told.high:.0f}), on your labels (n=12)"
    )
    assert told.group == {"probability": "0.8 to 0.95"}


def test_another_relation_is_wrong_and_a_backup_is_a_return() -> None:
    some = [drawn(n, Judged.POSITIVE, relation=Relation.BACKUP) for n in range(5)]
    assert Likewise(some).of(0.9).value == 0.0
    some += [drawn(n, Judged.POSITIVE, relation=Relation.SIBLING) for n in range(5, 10)]
    assert Likewise(some).of(0.9).value == 0.5


def test_other_bands_controls_unsure_and_few_say_nothing() -> None:
    few = [drawn(n, Judged.NEGATIVE) for n in range(4)]
    others = [drawn(10 + n, Judged.NEGATIVE, probability=0.6) for n in range(9)]
    others += [drawn(20 + n, Judged.NEGATIVE, part=part) for n, part in enumerate(["known", "below"] * 5)]
    others += [drawn(40 + n, Judged.UNSURE) for n in range(9)] + [drawn(60 + n, None) for n in range(9)]
    told = Likewise(few + others)
    assert told.told(0.9) == UNMEASURED
    assert told.of(0.9).n == 4
    assert "5 are needed" in told.of(0.9).caveats[0]
    assert told.of(0.6).value == 1.0


def test_rounds_share_the_whole_and_known_answers_teach_nothing() -> None:
    first = [drawn(n, Judged.POSITIVE, sampling=0.1) for n in range(3)]
    second = [drawn(10, Judged.NEGATIVE, sampling=0.2, rounds=1), drawn(11, Judged.POSITIVE, part="known", rounds=1)]
    assert [weight for _, weight in weighed([*first, *second])] == pytest.approx([7.5, 7.5, 7.5, 1.25])
    labels = labels_of([*first, *second, drawn(20, Judged.UNSURE)])
    assert labels is not None
    assert labels.match == (True, True, True, False)
    assert labels_of([drawn(1, Judged.UNSURE), drawn(2, None), drawn(3, Judged.POSITIVE, part="known")]) is None


def test_answers_hide_from_the_other_until_both_are_in() -> None:
    one = drawn(1, Judged.POSITIVE)
    both = Drawn(one.row, (ANN, BOB), one.answers)
    ann, bob = (Actor(who, who, frozenset(Permission)) for who in (ANN, BOB))
    assert hidden_from(bob, [both]) == {"j-1"}
    assert hidden_from(ann, [both]) == frozenset()
    assert hidden_from(bob, [Drawn(one.row, (ANN, BOB), {**one.answers, BOB: one.answers[ANN]})]) == frozenset()
    assert asked_draw(bob, [both], "q-1") is both
    with pytest.raises(UsageError, match="no pair that a-bob was asked about"):
        asked_draw(bob, [one], "q-1")
