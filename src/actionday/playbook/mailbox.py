"""Watches the contact point's mailbox, and a platform's queue of reports (`queues`): takes in what is new, wakes who has to be woken, again and again.

What was taken is read off the casebook, not off a note of its own, so that after any kill nothing is taken twice and nothing missed. A letter's clock
starts with the mail server's receipt, however late it is read. Not for: taking in (`receiving`), waking (`waking`).
"""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version

from actionday.playbook.contact_point import ContactPoint
from actionday.playbook.queues import take_reports
from actionday.playbook.receiving import Came, Desk, desk_of, take_in
from actionday.playbook.waking import Ways, wake
from actionday.records import ActiondayError, Clock, UsageError
from actionday.records.receipt import ReceivedBy
from actionday.settings import Settings
from actionday.wire import Budget, Http, HttpPolicy, Limits
from actionday.wire.budget import HostResting, Sleep
from actionday.wire.imap import Imap, MailUnreachable
from actionday.wire.smtp import Smtp

_WHOLE_EVERY = 200
"""Looks after which the whole folder is compared again, besides at the start and whenever it began anew."""
_QUEUE_EVERY = 4
"""Looks at the mailbox to one at a platform's queue, which wakes nobody."""
_OWN = Limits(at_once=1, apart=0.0, patience=10.0)
"""One's own mail server needs no distance between requests."""


@dataclass(frozen=True, slots=True)
class WatchMeans:
    """What a watch is given from outside: the time, how to wait, what to say to a person, and when to stop (None: never)."""

    clock: Clock
    say: Callable[[str], None]
    sleep: Sleep = asyncio.sleep
    rounds: int | None = None
    context: ssl.SSLContext | None = None


@dataclass(slots=True)
class _Place:
    """How far the folder was taken: every UID up to `floor` under `validity`."""

    validity: int = 0
    floor: int = 0
    looks: int = 0
    taken: int = 0
    seen: set[str] = field(default_factory=set)


def watch_mailbox(settings: Settings, means: WatchMeans) -> dict[str, int]:
    """Watch until told to stop. Returns how many letters were taken in. Raises UsageError where no mailbox is named."""
    return asyncio.run(_watch(settings, means))


async def _watch(settings: Settings, means: WatchMeans) -> dict[str, int]:
    with desk_of(settings, means.clock) as desk:
        place = _Place()
        async with _wires(settings, desk.point, means) as (imap, ways):
            while means.rounds is None or place.looks < means.rounds:
                place.looks += 1
                if imap is not None:
                    await _look(desk, imap, ways, (place, means))
                if place.looks % _QUEUE_EVERY == 1:
                    place.taken += await take_reports(desk, ways.http, settings, means.say)
                if means.rounds is None or place.looks < means.rounds:
                    await means.sleep(desk.point.every)
        return {"taken": place.taken}


def watch_contact_point(
    settings: Settings, clock: Clock, say: Callable[[str], None], rounds: int | None = None
) -> dict[str, int]:
    """`watch_mailbox` with the machine's own waiting; `rounds` looks, or until stopped."""
    return watch_mailbox(settings, WatchMeans(clock, say, rounds=rounds))


@asynccontextmanager
async def _wires(settings: Settings, point: ContactPoint, means: WatchMeans) -> AsyncIterator[tuple[Imap | None, Ways]]:
    """The mailbox, where one is named, and what pages travel by. Raises UsageError where there is nothing to watch, or no password."""
    own = {one.place: _OWN for one in (point.mailbox, point.outgoing) if one is not None}
    budget = Budget(means.clock, means.sleep, of=own)
    imap = _mailbox(settings, point, budget, means)
    if imap is None and not point.reports:
        raise UsageError("there is nothing to watch: [mailbox] or [reports] in intake.toml (docs/guide/one-hour.md)")
    agent = settings.agent or f"actionday/{version('actionday')}"
    # webhooks and queues are the host's own, named by itself, and often inside
    async with Http(budget, means.clock, HttpPolicy(agent=agent, private_addresses=True)) as http:
        smtp = None
        if point.outgoing is not None:
            secret = settings.credentials("smtp.password", point.outgoing.host)
            smtp = Smtp(budget, point.outgoing, point.sender, secret, means.context)
        try:
            yield imap, Ways(http, smtp, settings)
        finally:
            if imap is not None:
                await imap.close()


def _mailbox(settings: Settings, point: ContactPoint, budget: Budget, means: WatchMeans) -> Imap | None:
    if point.mailbox is None:
        return None
    password = settings.credentials("imap.password", point.mailbox.host)
    if password is None:
        raise UsageError(f"the mailbox needs its password: credential imap.password@{point.mailbox.host}")
    return Imap(budget, point.mailbox, point.folder, password, means.context)


async def _look(desk: Desk, imap: Imap, ways: Ways, how: tuple[_Place, WatchMeans]) -> None:
    """One look: what is new is taken in, letter by letter, and who has to be woken is woken after each, so that no letter waits for others."""
    place, means = how
    try:
        for source, uid in await _new(desk, imap, place):
            mail = await imap.fetch(uid)
            if mail is not None:
                came = Came(
                    mail.raw,
                    mail.received,
                    ReceivedBy.MAIL_SERVER,
                    source,
                    _known_as(mail.raw, mail.received),
                    mail.cut,
                )
                _, receipt = await asyncio.to_thread(take_in, desk, came)
                if receipt is not None:
                    place.taken += 1
                    means.say(f"{receipt.kind} {receipt.id}, received {receipt.received:%Y-%m-%d %H:%M:%S} UTC")
                    await _woken(desk, ways, means)
            place.seen.add(source)
    except (MailUnreachable, HostResting, UsageError) as error:
        if isinstance(error, UsageError) and not place.validity:
            raise  # a wrong name or password at the start is a person's to mend; later on, it passes or is said
        means.say(f"the mailbox cannot be read now: {error}")
    await _woken(desk, ways, means)


async def _woken(desk: Desk, ways: Ways, means: WatchMeans) -> None:
    try:
        for line in await wake(desk, ways):
            means.say(line)
    except ActiondayError as error:
        means.say(f"waking failed and is tried again: {error}")


async def _new(desk: Desk, imap: Imap, place: _Place) -> list[tuple[str, int]]:
    """Messages that were not taken yet, in the order in which they came. The floor rises over what was taken without a gap."""
    whole = place.looks % _WHOLE_EVERY == 1
    listing = await imap.listing(0 if whole else place.floor)
    if listing.validity != place.validity:
        place.validity, place.floor = listing.validity, 0
        if not whole:
            listing = await imap.listing(0)
    sources = {uid: imap.source(listing.validity, uid) for uid in listing.uids}
    taken = desk.casebook.receipts.known(desk.actor, sources.values()) | place.seen
    for uid in listing.uids:
        if sources[uid] not in taken:
            break
        place.floor = max(place.floor, uid)
    return [(source, uid) for uid, source in sources.items() if source not in taken]


def _known_as(raw: bytes, received: datetime) -> str:
    """The same bytes received at the same moment are the same letter, in whatever folder and under whatever number."""
    return f"mail {hashlib.sha256(raw).hexdigest()} {received.isoformat()}"
