"""Who may enrol whom, whatever the order in which people come and go."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actionday.records import (
    GRANTS,
    ActorId,
    Enrolment,
    EntryId,
    Permission,
    Role,
    enrolled,
    fault_in,
    granted,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE = [ActorId(f"a-{name}") for name in ("ann", "bob", "cat")]


def says(number: int, person: ActorId, key: int, roles: frozenset[Role]) -> Enrolment:
    return Enrolment(EntryId(f"p-{number}"), person, bytes([key]) * 32, roles, AT, "Name")


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_somebodys(permission: Permission) -> None:
    assert any(permission in grants for grants in GRANTS.values())


def test_every_role_has_its_grants_and_collectors_and_administrators_read_no_decision() -> None:
    assert set(GRANTS) == set(Role)
    assert granted([Role.COLLECTOR]) == {Permission.ADD}
    assert Permission.READ not in granted([Role.COLLECTOR, Role.ADMINISTRATOR])
    assert granted([Role.AUDITOR]) == {Permission.READ, Permission.AUDIT}
    deciding = {Permission.ASSESS, Permission.APPROVE, Permission.REFER}
    assert all(len(deciding & granted([role])) <= 1 for role in Role)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(PEOPLE),
            st.sampled_from(PEOPLE),
            st.integers(1, 4),
            st.frozensets(st.sampled_from([Role.ADMINISTRATOR, Role.REVIEWER]), max_size=2),
        ),
        max_size=12,
    )
)
def test_there_is_always_somebody_to_enrol_people_and_no_key_has_two_owners(
    asked: list[tuple[ActorId, ActorId, int, frozenset[Role]]],
) -> None:
    stood: list[Enrolment] = []
    for number, (by, person, key, roles) in enumerate(asked):
        people = enrolled(stood)
        one = says(number, person, key, roles)
        if not fault_in(people, one, by):
            assert by == person if not people else people[by].may(Permission.ENROL)
            stood.append(one)
        people = enrolled(stood)
        assert not people or any(there.may(Permission.ENROL) for there in people.values())
        assert len({there.key for there in people.values()}) == len(people)
    assert [one.person for one in stood[:1]] == [
        by for by, person, _, roles in asked if by == person and Role.ADMINISTRATOR in roles
    ][:1]
