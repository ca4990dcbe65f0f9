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
from actionday.observe.probe import Probing
from actionday.observe.registry import probers
from actionday.playbook.planning import PlanOrder, last_handles, plan
from actionday.playbook.reaching import Means, outside
from actionday.records import HomeLocked, SubjectId, UsageError
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import Home, open_home, pseudonym_key
from actionday.stores.archive.view import View

_LONGEST_SLEEP = timedelta(minutes=5)
"""A watch looks at the clock at least this often, since clocks are set and machines sleep."""


def probe(settings: Settings, subjects: Sequence[str], order: PlanOrder | None, means: Means) -> dict[str, Any]:
    """Look once: at `subjects`, or (none named) at who is due, after planning `order` if there is one. Returns the report."""
    _may_look(settings)
    home = open_home(settings.home)
    with home.writing():
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
    now = means.clock.now()
    view = archive.view()
    waiting = _named(view, subjects, now) if subjects else due(view, now, settings.vantage)
    allowed = {
        platform: prober
        for prober in (probers() if means.probers is None else means.probers).values()
        for platform in prober.platforms
        if platform in settings.reach
    }
    async with outside(settings, home, means) as way:
        probing = Probing(allowed, way, means.progress)
        if len(waiting):
            book = Book(archive)
            waiting = _without_forgotten(waiting, book, pseudonym_key(settings.keys_of(home.path)))
            with Buffer(archive, book, settings.flush_rows) as buffer:
                await probing.run(waiting, book, buffer, secrets.token_hex(32))
            archive.compact(("sightings", "ingests"))
    return probing.report.as_dict()


def _named(view: View, subjects: Sequence[str], now: datetime) -> pa.Table:
    """Subjects that were named on the spot, with the handles they had last: their slot is this moment."""
    known: list[tuple[str, str]] = []
    for subject in dict.fromkeys(subjects):
        try:
            parsed = SubjectId.parse(subject)
        except ValueError as error:
            raise UsageError(
                f"{subject!r} is no subject id; write platform:channel:id or platform:account:id"
            ) from error
        known.append((subject, parsed.platform))
    handles = last_handles(view, tuple(subject for subject, _ in known))
    rows = [{"subject": one, "platform": platform, "handle": handles[one], "slot": now} for one, platform in known]
    return pa.Table.from_pylist(rows, schema=DUE)


def _without_forgotten(waiting: pa.Table, book: Book, key: bytes) -> pa.Table:
    kept, _ = suppress({"sightings": waiting}, key, book.forgotten)
    return kept["sightings"]
