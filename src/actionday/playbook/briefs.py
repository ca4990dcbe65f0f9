"""Measure a home and write the brief of a day; compute a brief's numbers again. Not for: how a brief looks, that is `brief`."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actionday.playbook.annexes import remember_annex
from actionday.playbook.casebooks import decided_until, head_of
from actionday.playbook.measuring import measure
from actionday.playbook.orders import Asked, BriefOrder
from actionday.playbook.origins import identities_in, origin_at
from actionday.records import Clock, HomeError, Progress
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import open_home

if TYPE_CHECKING:
    from actionday.brief.origin import BriefOrigin


def brief(settings: Settings, order: BriefOrder) -> list[Path]:
    """Measure a home and write the brief of a day. Every brief gets a fresh pseudonym key, which is not kept."""
    from actionday.brief.campaign import write_brief

    home = open_home(settings.home)
    archive = Archive(home, query_memory=settings.query_memory)
    versions = dict(order.versions) if order.versions is not None else archive.versions()
    head = head_of(settings, order.clock) if order.casebook is None else order.casebook
    asked = Asked(order.campaign, order.by, order.seed, versions, head)
    measures, _ = measure(settings, [*order.measures, *order.structure], asked, order.clock, order.progress)
    order.progress.phase("writing the brief", 1, "steps")
    view = archive.view(versions)
    origin = origin_at(home, view, order, versions, decided_until(settings, head, order.clock))
    identities = identities_in(view, settings.by, order.identify) if order.identify else None
    files = write_brief(measures, order.campaign, origin, order.out, identities=identities, key=order.key)
    order.progress.advance(1)
    if identities is not None:
        remember_annex(home, order.out)
    return files


def origin_of(settings: Settings, order: BriefOrder) -> "BriefOrigin":
    """Where a home's numbers come from at this moment, as a brief prints it."""
    home = open_home(settings.home)
    archive = Archive(home, query_memory=settings.query_memory)
    casebook = decided_until(settings, head_of(settings, order.clock), order.clock)
    return origin_at(home, archive.view(), order, archive.versions(), casebook)


def reproduce(settings: Settings, folder: Path, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Compute a brief's numbers again from the recorded archive versions and compare. Returns what differs."""
    from actionday.brief.reproduction import agree, read_record

    old = read_record(folder)
    home = open_home(settings.home)
    if home.id != old.home:
        raise HomeError(
            f"{folder} was made from home {old.home}, {settings.home} is {home.id}; name the other with --home"
        )
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "brief"
        order = BriefOrder(
            old.campaign,
            out,
            clock,
            progress,
            seed=old.seed,
            by=old.by,
            versions=old.archive,
            casebook=old.casebook,
            effects=old.effects,
        )
        brief(settings, order)
        new = read_record(out)
    differing = [a["name"] for a, b in zip(old.estimates, new.estimates, strict=False) if not agree(a, b)]
    same = not differing and len(old.estimates) == len(new.estimates)
    return {"same": same, "estimates": len(old.estimates), "differing": differing}
