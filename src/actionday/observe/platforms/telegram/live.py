"""Read a public channel or group from outside: what it says of itself, its admins where it shows them, its messages, oldest first.

Found by id and access hash where an earlier reading met it, else by its name, whose owner must have the id that was asked for. Only what has
a public name is read, also where the account happens to be a member of something else. Nothing is joined, sent or marked as
read. Pages go to disk as they come; where Telegram asks for rest in between, what was read is kept and the cursor says where to
go on. Edits of messages that were read before are not seen again. Not for: accounts, basic groups, private places.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from actionday.observe.live import Collected
from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.telegram import chat, desktop
from actionday.observe.platforms.telegram.account import (
    CREDENTIALS,
    SESSION,
    Wanted,
    login_of,
    opened,
    sealed,
    unsealed,
    wanted,
)
from actionday.observe.platforms.telegram.objects import names_of
from actionday.records import InputError
from actionday.wire import HostResting
from actionday.wire.telegram import FAILURES, OK, PAGE, Peer, Reply, Telegram

MOST_PAGES = 20_000
MOST_SOURCES = 10_000
"""Channels whose posts were passed on are counted up to so many."""


class TelegramLive:
    """Reads public channels and groups through the account that the settings give."""

    name = "telegram"
    title = "Public channels and groups"
    version = 1
    platforms = ("telegram",)
    format = "telegram_export"
    extra = "telegram"
    credentials: tuple[str, ...] = CREDENTIALS
    sees = "Telegram sees which account reads which public channel or group; their owners and members see nothing, and nothing is joined."

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """Facts of the chat as they are now, and the messages since `cursor` (the peer as stored, and the last message's id)."""
        login = login_of(outside)
        if login is None:
            outside.need(SESSION)
            raise AssertionError("unreachable")
        if target.kind != "channel":
            raise InputError(target.subject, "accounts are not read live on Telegram", "name a channel or group")
        stored, after = _cursor(target.subject, cursor)
        async with opened(login, outside) as telegram:
            found = await _found(telegram, target, wanted(target, stored))
            _must_be_public(target, found)
            reading = Reading(telegram, target, found, after)
            said = await reading.facts()
            history = folder / "result.json"
            with history.open("wb") as file:
                await reading.history(file)
        said.forwards = list(reading.sources.values())
        files = (chat.write(folder, said), history)
        told = json.dumps({"peer": sealed(target.subject, reading.peer), "after": reading.after})
        return Collected(files, told, "; ".join([f"{reading.count} messages", *reading.notes]))


def _cursor(subject: str, cursor: str | None) -> tuple[str | None, int]:
    """What an earlier reading wrote: the peer, and the last id. One that cannot be read is none."""
    try:
        told = json.loads(cursor or "")
        peer, after = unsealed(subject, told["peer"]), told["after"]
    except (ValueError, KeyError, TypeError):
        return None, 0
    return (peer, after) if peer is not None and type(after) is int and 0 <= after < 1 << 31 else (None, 0)


async def _found(telegram: Telegram, target: Target, who: Wanted) -> Any:  # noqa: ANN401 - Telegram's objects
    """The channel itself. Raises InputError saying what was found instead."""
    if who.group is not None or who.invite:
        raise InputError(target.subject, "only channels and groups with a public name are read", "nothing to do")
    replies: list[Reply] = []
    if who.peer is not None:
        replies.append(await telegram.channel(who.peer))
        if replies[0].code == OK:
            return replies[0].result.chats[0]
    if who.name:
        replies.append(await telegram.resolve(who.name))
        if replies[-1].code == OK:
            return _the_same(target, who, replies[-1].result)
    if not replies:
        raise InputError(
            target.subject,
            "no name is known of it",
            "import an export that names it, or ask for telegram:channel:@name",
        )
    why = ", ".join(f"{one.method} {one.code}" for one in replies)
    raise InputError(target.subject, f"Telegram does not show it: {why}", "see what a probe says")


def _the_same(target: Target, who: Wanted, resolved: Any) -> Any:  # noqa: ANN401
    number = getattr(resolved.peer, "channel_id", None)
    if number is None:
        raise InputError(target.subject, f"@{who.name} is an account, no channel or group", "see what a probe says")
    if who.id not in (None, number):
        raise InputError(
            target.subject, f"@{who.name} belongs to telegram:channel:{number} now", "see what a probe says"
        )
    return next(one for one in resolved.chats if one.id == number)


def _must_be_public(target: Target, found: Any) -> None:  # noqa: ANN401
    if not hasattr(found, "username"):
        raise InputError(target.subject, "Telegram shows it to this account no more", "see what a probe says")
    if not names_of(found):
        raise InputError(
            target.subject, "it has no public name: not read", "its members can export it, on an order or consent"
        )


@dataclass(slots=True)
class Reading:
    """One reading of one chat: from where on, how many messages so far, whose posts were passed on, what to tell."""

    telegram: Telegram
    target: Target
    found: Any
    after: int
    count: int = 0
    sources: dict[str, chat.Forwards] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def peer(self) -> Peer:
        """How requests name it."""
        return Peer(self.found.id, self.found.access_hash or 0)

    async def facts(self) -> chat.Chat:
        """What the chat says of itself. Raises InputError where it is not shown."""
        reply = await self.telegram.full(self.peer)
        if reply.code != OK:
            raise InputError(self.target.subject, f"Telegram does not show it: {reply.code}", "see what a probe says")
        full = reply.result.full_chat
        said = chat.Chat(1, _type(self.found), self.found.id, self.found.title, names_of(self.found)[0])
        said.about, said.members, said.migrated_from = full.about, full.participants_count, full.migrated_from_chat_id
        linked = next((one for one in reply.result.chats if one.id == full.linked_chat_id), None)
        if linked is not None:
            name = next(iter(names_of(linked)), None)
            said.linked = chat.Linked(_type(linked), linked.id, getattr(linked, "title", None), name)
        if full.can_view_participants:
            said.admins = await self._admins()
        else:
            self.notes.append("it shows its admins to its admins only")
        if full.pinned_msg_id:
            said.pinned = await self._pinned()
        return said

    async def _admins(self) -> list[chat.Admin]:
        found: dict[int, chat.Admin] = {}
        while True:
            reply = self._answered(await self.telegram.admins(self.peer, len(found)))
            if reply.code != OK:
                self.notes.append(f"its admins are not shown ({reply.code})")
                break
            people = {user.id: user for user in reply.result.users}
            fresh = [one for one in reply.result.participants if one.user_id not in found]
            found |= {one.user_id: _admin(one, people.get(one.user_id)) for one in fresh}
            if len(reply.result.participants) < PAGE or not fresh:
                break
        return list(found.values())

    async def _pinned(self) -> chat.Pinned | None:
        reply = self._answered(await self.telegram.pinned(self.peer))
        messages = [one for one in reply.result.messages if getattr(one, "message", None)] if reply.code == OK else []
        if not messages:
            return None
        made = desktop.message(messages[0], {}) or {}
        buttons = [button["data"] for row in made.get("inline_bot_buttons", ()) for button in row]
        hrefs = [*desktop.hrefs_of(made["text"]), *buttons]
        return chat.Pinned(messages[0].id, int(made["date_unixtime"]), messages[0].message, hrefs)

    def _answered(self, reply: Reply) -> Reply:
        """The reply, if it is Telegram's: a connection that broke says nothing of the chat."""
        if reply.code in FAILURES:
            raise InputError(self.target.subject, f"Telegram did not answer: {reply.code}", "try again")
        return reply

    async def history(self, file: BinaryIO) -> None:
        """Write all messages behind `after`, a page at a time. Raises HostResting or InputError where none came."""
        head = {"name": self.found.title, "type": _type(self.found), "id": self.found.id}
        opening = json.dumps(head, ensure_ascii=False)[:-1]
        file.write(f'{opening}, "messages": ['.encode())
        for _ in range(MOST_PAGES):
            try:
                reply = await self.telegram.history(self.peer, self.after)
            except HostResting as rest:
                if not self.count:
                    raise
                self.notes.append(f"{rest}: the rest next time")
                break
            if reply.code != OK:
                if not self.count:
                    raise InputError(
                        self.target.subject, f"its messages are not shown: {reply.code}", "see what a probe says"
                    )
                self.notes.append(f"reading on failed ({reply.code}): the rest next time")
                break
            page = sorted((one for one in reply.result.messages if one.id > self.after), key=lambda one: int(one.id))
            if not page:
                break
            self._page(file, page, desktop.names_in(reply.result.users, reply.result.chats))
        file.write(b"\n]}\n")

    def _page(self, file: BinaryIO, page: Iterable[Any], names: desktop.Names) -> None:
        for one in page:
            self.after = one.id
            made = desktop.message(one, names)
            if made is None:
                continue
            self._count(made)
            lead = b",\n " if self.count else b"\n "
            file.write(lead + json.dumps(made, ensure_ascii=False).encode("utf-8", "replace"))
            self.count += 1

    def _count(self, made: dict[str, Any]) -> None:
        source = made.get("forwarded_from_id")
        if source is None or not source.startswith("channel"):
            return
        if source in self.sources:
            self.sources[source].count += 1
        elif len(self.sources) < MOST_SOURCES:
            self.sources[source] = chat.Forwards(source, int(made["date_unixtime"]))


def _type(found: Any) -> str:  # noqa: ANN401
    side = "public" if names_of(found) else "private"
    return f"{side}_{'supergroup' if getattr(found, 'megagroup', None) else 'channel'}"


def _admin(participant: Any, user: Any) -> chat.Admin:  # noqa: ANN401
    key = f"user{participant.user_id}"
    name = desktop.names_in([user], []).get(key) if user is not None else None
    handle = next(iter(names_of(user)), None) if user is not None else None
    creator = type(participant).__name__ == "ChannelParticipantCreator"
    return chat.Admin(key, name, handle, bot=bool(getattr(user, "bot", None)), creator=creator)
