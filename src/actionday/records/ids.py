"""Typed random ids: 128 random bits behind a letter that says of what. They say nothing about whom they stand for."""

import secrets
from collections.abc import Callable
from typing import NewType

ActorId = NewType("ActorId", str)
"""``a-`` and 32 hex digits: a person who acts."""

EntryId = NewType("EntryId", str)
"""A letter, ``-`` and 32 hex digits: one entry of the ledger."""

JudgementId = NewType("JudgementId", str)
"""``j-`` and 32 hex digits: one judgement."""

Randomness = Callable[[int], bytes]
"""So many random bytes."""


def new_judgement_id(randomness: Randomness = secrets.token_bytes) -> JudgementId:
    """An id for a judgement."""
    return JudgementId(new_entry_id("j", randomness))


def new_actor_id(randomness: Randomness = secrets.token_bytes) -> ActorId:
    """An id for a person who is enrolled."""
    return ActorId(new_entry_id("a", randomness))


def new_entry_id(letter: str, randomness: Randomness = secrets.token_bytes) -> EntryId:
    """An id for an entry of the kind that the letter stands for."""
    return EntryId(f"{letter}-{randomness(16).hex()}")
