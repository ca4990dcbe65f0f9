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
    SET_UP = "set_up"
    """say what the unit is: kind, jurisdiction, legal basis"""
    ADD = "add"
    """bring leads as cases, with their evidence, and ring the alarm: threat to life, child abuse"""
    ASSESS = "assess"
    """read cases and say what they are, decide on contests"""
    HOLD = "hold"
    """hold a target for an authority, and lift that"""
    APPROVE = "approve"
    """let a campaign begin"""
    REFER = "refer"
    """send what was approved, and record what came back"""
    AUDIT = "audit"
    """see who looked at what"""
    ENFORCE = "enforce"
    """act on the own server on what was received, preserve, open what is preserved, and answer"""
    PLAN = "plan"
    """choose a campaign's targets among findings, and lay it before an approver"""


class Role(StrEnum):
    """What a person is there for."""

    COLLECTOR = "collector"
    """collects what is public and brings leads; sees nothing of the casebook"""
    ANALYST = "analyst"
    """links and measures, and fixes beforehand what will be measured"""
    REVIEWER = "reviewer"
    """judges, and reads cases"""
    APPROVER = "approver"
    """is asked before anything leaves"""
    LIAISON = "liaison"
    """speaks to hosts"""
    AUDITOR = "auditor"
    """reads everything and decides nothing"""
    ADMINISTRATOR = "administrator"
    """enrols people, erases, and says what the unit is; reads no decision, since that is not needed for any of it"""


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.COLLECTOR: frozenset({Permission.ADD}),
    Role.ANALYST: frozenset({Permission.READ, Permission.JUDGE, Permission.FREEZE, Permission.ADD, Permission.PLAN}),
    Role.REVIEWER: frozenset(
        {Permission.READ, Permission.JUDGE, Permission.ADD, Permission.ASSESS, Permission.PLAN, Permission.ENFORCE}
    ),
    Role.APPROVER: frozenset({Permission.READ, Permission.FREEZE, Permission.ADD, Permission.HOLD, Permission.APPROVE}),
    Role.LIAISON: frozenset(
        {Permission.READ, Permission.ADD, Permission.HOLD, Permission.REFER, Permission.PLAN, Permission.ENFORCE}
    ),
    Role.AUDITOR: frozenset({Permission.READ, Permission.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Permission.ENROL, Permission.ERASE, Permission.SET_UP}),
}
"""What each role may do; somebody with several roles may do what any of them may."""


def granted(roles: Iterable[Role]) -> frozenset[Permission]:
    """What somebody with these roles may do."""
    return frozenset[Permission]().union(*(GRANTS[role] for role in roles))
