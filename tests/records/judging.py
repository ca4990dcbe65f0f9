"""Random histories of judgements for property tests: few subjects, people and moments, so that they meet often."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from actionday.records import ActorId, Judged, Judgement, JudgementId, Relation, SubjectId

START = datetime(2026, 3, 1, tzinfo=UTC)
SUBJECTS = [SubjectId("telegram", "channel", str(number)) for number in range(7)]
PEOPLE = [ActorId(f"a-{name}") for name in ("ann", "bob", "cat")]
TOGETHER = [one for one in Relation if one is not Relation.UNRELATED]


def judgement(
    number: int,
    a: int,
    b: int,
    judged: Judged = Judged.POSITIVE,
    relation: Relation | None = None,
    who: int = 0,
    at: int | None = None,
) -> Judgement:
    """A judgement by numbers; positives are siblings unless told otherwise, and are made in the order of their numbers."""
    fitting = {Judged.POSITIVE: relation or Relation.SIBLING, Judged.NEGATIVE: Relation.UNRELATED}
    moment = START + timedelta(hours=number if at is None else at)
    name = JudgementId(f"j-{number:032x}")
    return Judgement(name, SUBJECTS[a], SUBJECTS[b], judged, fitting.get(judged), PEOPLE[who], moment)


@st.composite
def histories(draw: st.DrawFn, most: int = 24) -> list[Judgement]:
    """Judgements with ids of their own, in no order of time."""
    rows = draw(
        st.lists(
            st.tuples(
                st.permutations(range(len(SUBJECTS))),
                st.sampled_from([*Judged, Judged.POSITIVE, Judged.POSITIVE]),
                st.sampled_from(TOGETHER),
                st.integers(0, len(PEOPLE) - 1),
                st.integers(0, 5),
            ),
            max_size=most,
        )
    )
    return [
        judgement(number, pair[0], pair[1], judged, relation, who, at)
        for number, (pair, judged, relation, who, at) in enumerate(rows)
    ]
