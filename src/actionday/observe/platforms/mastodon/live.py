"""Read live what an account of the fediverse shows in public: by Mastodon's API, or by the outbox where there is none.

Both write the servers' answers as they came, for the readers `mastodon_api` and `activitypub`. Newest first, until the last time's
newest post or a bound of pages. Nothing is followed, and no request is signed, so that a server in secure mode shows nothing.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from actionday.observe.live import Collected
from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.mastodon.servers import TOKEN, client, host_of
from actionday.records import InputError
from actionday.wire import fediverse as wire
from actionday.wire.http import Answer
from actionday.wire.mastodon_py import Reading

PAGES = 500
_PER_PAGE = 40


class MastodonLive:
    """Reads an account's public statuses through Mastodon.py."""

    name = "mastodon"
    title = "Mastodon accounts, by the server's API"
    version = 1
    platforms = ("mastodon",)
    format = "mastodon_api"
    extra = "fediverse"
    credentials: tuple[str, ...] = ()
    sees = "The account's server sees your address and that its public posts are read; with a token also whose token it is."

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """Statuses newer than the cursor (a status's number at that server), and the account as the server shows it."""
        if "@" not in target.native:
            raise InputError(target.subject, "no name at a host, which the API needs", "read its outbox by hand")
        host = host_of(target.native)
        files = _Files(folder)
        reading = Reading(outside.http, client(outside).base(host), outside.credential(TOKEN, host), files.keep)
        newest, count = await asyncio.to_thread(_statuses, reading, target, cursor)
        reading.raise_if_stopped()
        return Collected(files.written(), newest or cursor, f"{count} statuses")


class OutboxLive:
    """Reads an account's public outbox by ActivityPub."""

    name = "activitypub"
    title = "Friendica accounts, by their ActivityPub outbox"
    version = 1
    platforms = ("friendica",)
    format = "activitypub"
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = "The account's server sees your address and that its public outbox is read."

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """Pages of the outbox until the activity that the cursor names, and the actor's document."""
        fediverse = client(outside)
        actor = await _actor(fediverse, target)
        box = wire.object_of(actor.answer).get("outbox")
        if not isinstance(box, str) or not fediverse.may_follow(box):
            raise InputError(target.subject, "its actor names no outbox that can be read", "nothing to do")
        (folder / "actor.json").write_bytes(actor.answer.body)
        pages, newest, count = folder / "outbox.jsonl", None, 0
        with pages.open("wb") as file:
            async for asked in fediverse.outbox(box, lambda said: _holds(said, cursor), PAGES):
                items = _items(wire.object_of(asked.answer))
                if asked.answer.status != 200:
                    raise InputError(
                        asked.answer.url, f"the outbox is not shown ({asked.answer.code})", "nothing to do"
                    )
                newest = newest or next((_id(item) for item in items if _id(item)), None)
                count += len(items)
                file.write(json.dumps(wire.object_of(asked.answer), ensure_ascii=False).encode() + b"\n")
        return Collected((folder / "actor.json", pages), newest or cursor, f"{count} activities")


class _Files:
    """Answers as files: accounts one by one, pages of statuses a line each."""

    def __init__(self, folder: Path) -> None:
        self._account, self._statuses = folder / "account.json", folder / "statuses.jsonl"

    def keep(self, answer: Answer) -> None:
        """Keep a good answer as it came."""
        if answer.status != 200:
            return
        if "/statuses" in answer.url:
            with self._statuses.open("ab") as file:
                file.write(answer.body + b"\n")
        else:
            self._account.write_bytes(answer.body)

    def written(self) -> tuple[Path, ...]:
        """The files that there are."""
        return tuple(path for path in (self._account, self._statuses) if path.exists())


def _statuses(reading: Reading, target: Target, cursor: str | None) -> tuple[str | None, int]:
    """Page back to the cursor; the newest status's number and how many there were. In a thread."""
    import mastodon

    newest, oldest, count = None, None, 0
    try:
        account = reading.api.account_lookup(target.native.partition("@")[0])
        for _ in range(PAGES):
            page = reading.api.account_statuses(account["id"], max_id=oldest, since_id=cursor, limit=_PER_PAGE)
            if not page:
                break
            newest, oldest, count = newest or str(page[0]["id"]), page[-1]["id"], count + len(page)
    except mastodon.MastodonError as error:
        reading.raise_if_stopped()
        raise InputError(target.subject, f"its server does not show it: {error}", "see what a probe says") from error
    return newest, count


async def _actor(fediverse: wire.Fediverse, target: Target) -> wire.Asked:
    name, at, host = target.native.partition("@")
    found = wire.link_of((await fediverse.webfinger(target.native)).answer, "self", "activity") if at else None
    usual = f"{fediverse.base(host or host_of(target.native))}/profile/{name}"
    asked = await fediverse.document(found if found and fediverse.may_follow(found) else usual)
    if asked.answer.status != 200:
        raise InputError(target.subject, f"its server does not show it ({asked.answer.code})", "see what a probe says")
    return asked


def _items(said: dict[str, Any]) -> list[Any]:
    first = said.get("first")
    held = said.get("orderedItems") or (first.get("orderedItems") if isinstance(first, dict) else None)
    return held if isinstance(held, list) else []


def _id(item: object) -> str | None:
    found = item.get("id") if isinstance(item, dict) else item
    return found if isinstance(found, str) else None


def _holds(said: dict[str, Any], cursor: str | None) -> bool:
    return cursor is not None and any(_id(item) == cursor for item in _items(said))
