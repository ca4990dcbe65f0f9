"""Plan looks, look at who is due, keep looking: a campaign's targets become `probe_plan`, due looks become `sightings`.

The home's write lock is held for one round at a time, so that imports find their turn between rounds; a watch holds a lock of its
own besides. Not for: the outside itself (see `reaching`).
"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from filelock import FileLock, Timeout

from actionday.observe.book import Book, Buffer
from actionday.observe.due import DUE, due, next_due
from actionday.observe.minimise import suppress
from actionday.observe.probe import Manner, ProbeReport, Probing
from actionday.observe.registry import probers
from actionday.playbook.planning import Decision, PlanOrder, decide, decided, last_handles, parsed, plan, stored_names
from actionday.playbook.reaching import Means, outside
from actionday.records import HomeLocked, UsageError
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import Home, open_home, pseudonym_key
from actionday.stores.archive.view import View

_LONGEST_SLEEP = timedelta(minutes=5)
"""A watch looks at the clock at least this often, since clocks are set and machines sleep."""


def probe(
    settings: Settings, subjects: Sequence[str], order: PlanOrder | None, means: Means, decision: Decision | None = None
) -> dict[str, Any]:
    """Look once: at `subjects`, or (none named) at who is due, after planning `order` if there is one. Returns the report.

    A `decision` about the hosts of `subjects` is recorded first.
    """
    _may_look(settings)
    home = open_home(settings.home)
    with home.writing():
        if decision is not None:
            decide(settings, Archive(home, query_memory=settings.query_memory), subjects, decision, means.clock)
        planned = (
            plan(settings, Archive(home, query_memory=settings.query_memory), order, means.clock)
            if order is not None
            else None
        )
        report = asyncio.run(_round(settings, home, subjects, means))
    return report if planned is None else {**report, "planned": planned}


def watch(settings: Settings, means: Means, rounds: int | None = None) -> dict[str, Any]:
    """Keep the schedule until every plan has ended (or for so many rounds). Raises HomeLocked when another watch runs here."""
    _may_look(settings)
    home = open_home(settings.home)
    try:
        with FileLock(home.path / "watch.lock", timeout=0):
            return asyncio.run(_watch(settings, home, means, rounds))
    except Timeout as error:
        raise HomeLocked(f"{home.path} is being watched by another process; one watch a home is enough") from error


def _may_look(settings: Settings) -> None:
    if not settings.reach:
        raise UsageError(
            "looking is off: the setting `reach` names no platform. Set ACTIONDAY_REACH=telegram,matrix (or `reach` in "
            "actionday.toml) to the platforms that may be spoken to; docs/guide/probing.md says what the other side sees"
        )


async def _watch(settings: Settings, home: Home, means: Means, rounds: int | None) -> dict[str, Any]:
    done, looked = 0, 0
    while rounds is None or done < rounds:
        try:
            with home.writing():
                report = await _round(settings, home, (), means)
        except HomeLocked:
            await means.sleep(10)  # an import writes just now
            continue
        done, looked = done + 1, looked + report["looked"]
        now = means.clock.now()
        following = next_due(Archive(home, query_memory=settings.query_memory).view(), now, settings.vantage)
        if following is None:
            break
        resting = [datetime.fromisoformat(until) for until in report["resting"].values()]
        wake = min([following, *(until for until in resting if until > now)])
        await _sleep_until(wake, means)
    return {"rounds": done, "looked": looked}


async def _sleep_until(wake: datetime, means: Means) -> None:
    """Sleep in short pieces: the clock may be set meanwhile."""
    while (left := wake - means.clock.now()) > timedelta(0):
        await means.sleep(min(left, _LONGEST_SLEEP).total_seconds())


async def _round(settings: Settings, home: Home, subjects: Sequence[str], means: Means) -> dict[str, Any]:
    archive = Archive(home, query_memory=settings.query_memory)
    now, key = means.clock.now(), pseudonym_key(settings.keys_of(home.path))
    view = archive.view()
    waiting = _named(view, subjects, now, key) if subjects else due(view, now, settings.vantage)
    allowed = {
        platform: prober
        for prober in (probers() if means.probers is None else means.probers).values()
        for platform in prober.platforms
        if platform in settings.reach
    }
    if not len(waiting):
        return ProbeReport().as_dict()
    book = Book(archive)
    waiting = _without_forgotten(waiting, book, key)
    manner = Manner(settings.adversary_hosts, stored_names(settings, home, view, book))
    async with outside(settings, home, means) as way:
        probing = Probing(allowed, way, means.progress, manner)
        with Buffer(archive, book, settings.flush_rows) as buffer:
            await probing.run(waiting, book, buffer, secrets.token_hex(32))
    archive.compact(("sightings", "ingests"))
    return probing.report.as_dict()


def _named(view: View, subjects: Sequence[str], now: datetime, key: bytes) -> pa.Table:
    """Subjects that were named on the spot, with the handles they had last: their slot is this moment."""
    known = {subject: parsed(subject).platform for subject in dict.fromkeys(subjects)}
    handles, contact = last_handles(view, tuple(known)), decided(view, tuple(known), key)
    rows = [
        {"subject": one, "platform": platform, "handle": handles[one], "contact": contact.get(one), "slot": now}
        for one, platform in known.items()
    ]
    return pa.Table.from_pylist(rows, schema=DUE)


def _without_forgotten(waiting: pa.Table, book: Book, key: bytes) -> pa.Table:
    kept, _ = suppress({"sightings": waiting}, key, book.forgotten)
    return kept["sightings"]
