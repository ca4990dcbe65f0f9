"""Is a channel, group or account still up? Telegram's own objects where a session is configured, else the public page t.me/NAME.

By id and access hash where an earlier look met the subject, else by its name, which Telegram lets one look up only a few times a day and
which may have gone to somebody else. The endpoints in the evidence say which way was taken; a page says no id, so it is believed
less. "Not there" has several readings at Telegram and stays what it is: a free name may mean a deletion, another name, or a ban.
What the rules read, and how sure each reading is, stands in `judging`.
"""

from collections.abc import Sequence
from dataclasses import replace

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.telegram import page
from actionday.observe.platforms.telegram.account import Wanted, login_of, opened, wanted
from actionday.observe.platforms.telegram.judging import NO_NAME, NOT_ASKED, judge
from actionday.observe.platforms.telegram.objects import facts_of
from actionday.observe.platforms.telegram.probe_examples import examples
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, Verdict
from actionday.wire.telegram import HOST, OK, Login, Reply, Telegram


class TelegramProber:
    """Looks through the account that the settings give, or at public pages."""

    name = "telegram"
    title = "Telegram's own objects where `telegram.session`, `telegram.api_id` and `telegram.api_hash` are given (extra `telegram`), else the page t.me/NAME"
    version = 1
    platforms = ("telegram",)
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = (
        "With a session Telegram sees which account looks up whom; without one, the address that opens a public page. "
        "Channels, groups and users see nothing."
    )

    def host(self, target: Target) -> str:
        """Flood waits are one account's, whomever it asks about."""
        return HOST

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """Ask. Raises HostResting, UsageError where a part of the session is missing or it is not accepted."""
        who = wanted(target, target.options.get("identity"))
        login = login_of(outside)
        if login is not None:
            said = await _by_session(target, who, login, outside)
        else:
            said = await page.look(target, who, outside)
        if not said:
            said = [Exchange(NOT_ASKED, outside.clock.now(), NO_NAME, "no name is known, and no access hash")]
        return Evidence(f"{self.name}/{self.version}", outside.vantage, tuple(said))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """See `judging`."""
        return judge(target, evidence)

    def examples(self) -> Sequence[ProbeExample]:
        """At least one for every rule."""
        return examples()


async def _by_session(target: Target, who: Wanted, login: Login, outside: Outside) -> list[Exchange]:
    if who == replace(Wanted(), id=who.id):
        return []
    async with opened(login, outside) as telegram:
        if who.invite:
            return [_exchange(await telegram.invite(who.invite), "")]
        if who.group is not None:
            return [_exchange(await telegram.group(who.group), "")]
        return await _peer(target, who, telegram)


async def _peer(target: Target, who: Wanted, telegram: Telegram) -> list[Exchange]:
    """By id first; the name is asked for only where that does not find it, since names are dear."""
    said: list[Exchange] = []
    if who.peer is not None:
        ask = telegram.user if target.kind == "account" else telegram.channel
        said.append(_exchange(await ask(who.peer), str(who.peer.id)))
        if said[0].facts.get("kind") in ("channel", "user") or said[0].code in ("connect", "timeout", "protocol"):
            return said
    if who.name:
        named = _exchange(await telegram.resolve(who.name), who.name)
        said.append(_unnamed(named) if _is_stranger(named, target, who) else named)
    return said


def _is_stranger(one: Exchange, target: Target, who: Wanted) -> bool:
    """Whether a person stands behind the name who is not the subject."""
    mine = target.kind == "account" and who.id in (None, int(one.facts.get("id", "0")))
    return one.facts.get("kind") == "user" and not mine


def _unnamed(one: Exchange) -> Exchange:
    """Of a person who has the subject's name now nothing is kept but that there is one."""
    return replace(one, marker="", body_sha256="", facts={"kind": "user"})


def _exchange(reply: Reply, about: str) -> Exchange:
    facts, marker = facts_of(reply.result) if reply.code == OK else ({}, "")
    return Exchange(f"{reply.method} {about}".rstrip(), reply.at, reply.code, marker, reply.sha256, facts)
