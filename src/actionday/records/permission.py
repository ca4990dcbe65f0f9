"""What people may do, by role. A role says what somebody is there for; verbs ask for the permission, never for the role.

Roles part people who are enrolled with a key. Where nobody is, whoever acts says who they are and may do everything.
"""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """What an actor may do."""

    JUDGE = "judge"
    """say how two subjects belong together, and take it back"""
    READ = "read"
    """see what was decided, by whom and why"""
    FREEZE = "freeze"
    """fix before a day what will be measured"""
    ERASE = "erase"
    """take a subject out for good"""
    ENROL = "enrol"
    """say who works here, with which key and in which roles"""


class Role(StrEnum):
    """What a person is there for."""

    COLLECTOR = "collector"
    """collects what is public; sees nothing of the casebook"""
    ANALYST = "analyst"
    """links and measures, and fixes beforehand what will be measured"""
    REVIEWER = "reviewer"
    """judges"""
    APPROVER = "approver"
    """is asked before anything leaves"""
    LIAISON = "liaison"
    """speaks to hosts"""
    AUDITOR = "auditor"
    """reads everything and decides nothing"""
    ADMINISTRATOR = "administrator"
    """enrols people and erases; reads no decision, since that is not needed for either"""


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.COLLECTOR: frozenset(),
    Role.ANALYST: frozenset({Permission.READ, Permission.JUDGE, Permission.FREEZE}),
    Role.REVIEWER: frozenset({Permission.READ, Permission.JUDGE}),
    Role.APPROVER: frozenset({Permission.READ, Permission.FREEZE}),
    Role.LIAISON: frozenset({Permission.READ}),
    Role.AUDITOR: frozenset({Permission.READ}),
    Role.ADMINISTRATOR: frozenset({Permission.ENROL, Permission.ERASE}),
}
"""What each role may do; somebody with several roles may do what any of them may."""


def granted(roles: Iterable[Role]) -> frozenset[Permission]:
    """What somebody with these roles may do."""
    return frozenset[Permission]().union(*(GRANTS[role] for role in roles))
