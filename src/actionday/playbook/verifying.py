"""Walk along the casebook's chain and say whether it is whole; sign its head, to be kept elsewhere."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from actionday.playbook.casebooks import actor_of, casebook_of, has_casebook
from actionday.records import ActorId, Clock, HomeError, InputError
from actionday.settings import Settings
from actionday.stores.archive.home import open_home
from actionday.stores.casebook import Checkpoint, Head


def verify_casebook(settings: Settings, noted: str | None, checkpoint: Path | None, clock: Clock) -> dict[str, Any]:
    """Entries, head, who is enrolled, what was erased, and the first bad entry or None.

    Raises UsageError for a head that is none, InputError for a checkpoint that is none.
    """
    head = Head.parse(noted) if noted is not None else None
    signed = None if checkpoint is None else _read(checkpoint)
    home = open_home(settings.home)
    if not has_casebook(settings):
        raise HomeError(f"{home.path} has no casebook yet: the first judgement makes it")
    with casebook_of(settings, clock) as casebook:
        report = casebook.verify(head, signed)
    return {
        "entries": report.entries,
        "head": str(report.head),
        "erased": report.erased,
        "people": report.people,
        "signed": report.signed,
        "identities": "enrolled" if report.people else "self-declared",
        "first_bad": None if report.fault is None else asdict(report.fault),
    }


def ledger_entries(settings: Settings, before: int | None, limit: int, clock: Clock) -> dict[str, Any]:
    """Entries as a list shows them, the newest first, with who wrote them; `next`: where the next page begins, or None.

    Raises PermissionRefused.
    """
    open_home(settings.home)
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        lines = casebook.entries(actor, before, limit)
        names = {**casebook.names(actor), **{who: name for who, (_, name) in casebook.people().items()}}
    return {
        "entries": [{**asdict(line), "name": names.get(line.actor, "")} for line in lines],
        "next": lines[-1].seq if len(lines) == limit and lines[-1].seq > 1 else None,
    }


def make_checkpoint(settings: Settings, out: Path | None, clock: Clock) -> dict[str, str]:
    """The newest entry, signed by whoever acts, and written to a file where one is named. Raises UsageError for who is not enrolled."""
    open_home(settings.home)
    actor = actor_of(settings, clock)
    with casebook_of(settings, clock) as casebook:
        made = casebook.checkpoint(actor)
    told = {
        "head": str(made.head),
        "person": str(made.actor),
        "signature": made.signature,
        "at": clock.now().isoformat(),
    }
    if out is not None:
        try:
            out.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        except OSError as error:
            raise InputError(str(out), f"cannot be written: {error.strerror}", "name another file") from error
    return told


def _read(path: Path) -> Checkpoint:
    try:
        told = json.loads(path.read_text("utf-8"))
        head, person, signature = (str(told[name]) for name in ("head", "person", "signature"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            str(path), "is no checkpoint", "`actionday ledger checkpoint --out FILE` writes one"
        ) from error
    return Checkpoint(Head.parse(head), ActorId(person), signature)
