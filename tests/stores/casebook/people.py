"""Actors and judgements for the casebook's tests."""

from dataclasses import replace

from tests.records.judging import PEOPLE, judgement

from actionday.records import Actor, ActorId, EntryId, Judged, Judgement, Permission, Withdrawal

ACTORS = [Actor(who, f"Name of {who}", frozenset(Permission)) for who in PEOPLE]
ANN, BOB, CAT = ACTORS
STRANGER = Actor(ActorId("a-stranger"), "Stranger", frozenset())
NEGATIVE = Judged.NEGATIVE


def said(number: int, a: int, b: int, why: str = "same voice") -> Judgement:
    """Ann's judgement."""
    return replace(judgement(number, a, b), why=why)


def taken_back(number: int, one: Judgement, why: str = "too quick") -> Withdrawal:
    """Its withdrawal."""
    return Withdrawal(EntryId(f"w-{number:032x}"), one.id, one.who, one.at, why)
