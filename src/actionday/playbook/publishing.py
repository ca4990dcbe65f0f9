"""Publish findings into the change feed, and read it. Not for: formats of feeds, which render it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of
from actionday.records import Clock, EntryId
from actionday.records.publication import PublicationId, PublicationKind
from actionday.settings import Settings

_PAGE = 1_000


def publish_cases(settings: Settings, cases: Sequence[str], kind: str, clock: Clock) -> dict[str, Any]:
    """Publish as advisory or recommendation what is not out as that yet (permission `approve`). Raises UsageError where one does not stand."""
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        made = casebook.publications.publish(actor, PublicationKind(kind), [EntryId(one) for one in cases])
    return {"published": list(made), "kind": kind}


def feed_of(settings: Settings, after: str | None, clock: Clock) -> list[dict[str, Any]]:
    """The feed behind a line, oldest first (permission `read`). Raises UsageError for a line that is none of it."""
    actor = actor_of(settings, clock)
    found: list[dict[str, Any]] = []
    last = None if after is None else PublicationId(after)
    with casebook_of(settings, clock) as casebook:
        while page := casebook.publications.since(actor, last, _PAGE):
            found += [{**asdict(one), "at": one.at.isoformat(timespec="milliseconds")} for one in page]
            last = page[-1].id
    return found
