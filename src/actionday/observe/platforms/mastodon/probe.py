"""Is an account of the fediverse still up: what its own server says, or what one other server knows of it.

The two are different looks. The origin's view (WebFinger, the actor, the page) says what became of the account. Another server's view
(option ``server``) says what that server shows of it; its vantage carries the server's name, so that misses there never add up
with misses at the origin. Codes were read in Mastodon's source and documentation; the table is platforms' B.4. Owner's deletion and
permanent suspension both end as 410 and cannot be told apart. Friendica's own codes are not verified and read by the same rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actionday.observe.fediverse_names import subject_of_uri
from actionday.observe.outside import Outside, Target, vantage_at
from actionday.observe.platforms.mastodon.probe_examples import examples
from actionday.observe.platforms.mastodon.servers import TOKEN, client, host_of
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire import fediverse as wire
from actionday.wire.http import FAILURES

_FACTS = ("id", "type", "preferredUsername", "suspended", "movedTo", "acct", "uri", "limited", "formerType")


class FediverseProber:
    """Looks at accounts of Mastodon and Friendica."""

    name = "mastodon"
    title = "Fediverse accounts, at their own server or as another server shows them"
    version = 1
    platforms = ("mastodon", "friendica")
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = "The account's server, or the server asked about it, sees your address and which account was asked for; nothing is signed or followed."

    def host(self, target: Target) -> str:
        """The server that is asked."""
        return _server(target) or host_of(target.native)

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """The origin: WebFinger, actor, and the page where the actor leaves a doubt. Another server: one look-up."""
        server, fediverse = _server(target), client(outside)
        if server:
            asked = [await fediverse.lookup(server, target.native, outside.credential(TOKEN, server))]
            vantage = vantage_at(outside.vantage, server)
        else:
            asked, vantage = await _origin(target, fediverse), outside.vantage
        return Evidence(f"{self.name}/{self.version}", vantage, tuple(_exchange(one) for one in asked))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """The first rule that has something to say."""
        seen = _Seen(target, {one.endpoint.partition(" ")[0]: one for one in evidence.exchanges})
        for rule in _RULES:
            verdict = rule(seen)
            if verdict is not None:
                return verdict
        return Verdict(State.UNKNOWN, "mastodon.nothing_learned", 0.0)

    def examples(self) -> Sequence[ProbeExample]:
        """At least one for every rule."""
        return examples()


def _server(target: Target) -> str:
    server = target.options.get("server")
    return server.lower() if isinstance(server, str) else ""


async def _origin(target: Target, fediverse: wire.Fediverse) -> list[wire.Asked]:
    name, at, host = target.native.partition("@")
    asked, uri = [], f"{fediverse.base(host_of(target.native))}/{target.native.partition('/')[2]}"
    if at:
        asked.append(await fediverse.webfinger(target.native))
        path = "profile" if target.platform == "friendica" else "users"
        found = wire.link_of(asked[0].answer, "self", "activity")
        uri = found if found and fediverse.may_follow(found) else f"{fediverse.base(host)}/{path}/{name}"
    asked.append(await fediverse.document(uri))
    if asked[-1].answer.status not in (200, 410) and at:
        page = f"profile/{name}" if target.platform == "friendica" else f"@{name}"
        asked.append(await fediverse.page(f"{fediverse.base(host)}/{page}"))
    return asked


def _exchange(asked: wire.Asked) -> Exchange:
    answer = asked.answer
    said: dict[str, Any] = wire.object_of(answer) if asked.verb in (wire.ACTOR, wire.LOOKUP) else {}
    facts = {key: _plain(said[key]) for key in _FACTS if said.get(key) is not None}
    moved = said.get("moved")
    if isinstance(moved, dict):
        facts["moved"] = _plain(moved.get("uri") or moved.get("url") or "")
    return Exchange(asked.endpoint, answer.at, answer.code, answer.detail, answer.sha256, facts)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[:300]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What there is to judge by: the target and the last answer to each question."""

    target: Target
    answers: Mapping[str, Exchange]

    def code(self, verb: str) -> str:
        return self.answers[verb].code if verb in self.answers else ""

    def fact(self, verb: str, key: str) -> str:
        return self.answers[verb].facts.get(key, "") if verb in self.answers else ""

    @property
    def at_home(self) -> bool:
        """Whether the server that was asked is the account's own."""
        return _server(self.target) in ("", host_of(self.target.native))


def _tombstone(seen: _Seen) -> Verdict | None:
    if seen.fact(wire.ACTOR, "type") == "Tombstone":
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "mastodon.tombstone", 0.95)
    return None


def _gone(seen: _Seen) -> Verdict | None:
    for verb, sure in ((wire.ACTOR, 0.9), (wire.PAGE, 0.8), (wire.WEBFINGER, 0.8)):
        if seen.code(verb) == "410":
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, f"mastodon.{verb}_gone", sure)
    return None


def _another(seen: _Seen) -> Verdict | None:
    """The name is there, and somebody else behind it."""
    before = seen.target.options.get("identity")
    for verb, key in ((wire.ACTOR, "id"), (wire.LOOKUP, "uri")):
        now = seen.fact(verb, key)
        if seen.code(verb) == "200" and before and now and now != before:
            went = subject_of_uri(now) or f"mastodon:{now}"
            return Verdict(State.RENAMED, "mastodon.another_actor", 0.7, target=went, identity=now)
    return None


def _suspended(seen: _Seen) -> Verdict | None:
    if seen.fact(wire.ACTOR, "suspended") == "true":
        identity = seen.fact(wire.ACTOR, "id") or None
        return Verdict(State.SUSPENDED_REVERSIBLE, "mastodon.actor_suspended", 0.95, identity=identity)
    if seen.fact(wire.LOOKUP, "suspended") == "true":
        state, rule = (
            (State.SUSPENDED_REVERSIBLE, "mastodon.lookup_suspended")
            if seen.at_home
            else (State.RESTRICTED, "mastodon.suspended_elsewhere")
        )
        return Verdict(state, rule, 0.9, identity=seen.fact(wire.LOOKUP, "uri") or None)
    return None


def _moved(seen: _Seen) -> Verdict | None:
    for verb, key in ((wire.ACTOR, "movedTo"), (wire.LOOKUP, "moved")):
        went = seen.fact(verb, key)
        target = subject_of_uri(went) if went else None
        if target:
            return Verdict(State.MOVED, f"mastodon.{verb}_moved", 0.95, target=target)
    return None


def _limited(seen: _Seen) -> Verdict | None:
    if seen.fact(wire.LOOKUP, "limited") == "true":
        return Verdict(State.RESTRICTED, "mastodon.limited", 0.9, identity=seen.fact(wire.LOOKUP, "uri") or None)
    return None


def _present(seen: _Seen) -> Verdict | None:
    if seen.code(wire.ACTOR) == "200" and seen.fact(wire.ACTOR, "id") and seen.fact(wire.ACTOR, "preferredUsername"):
        return Verdict(State.PRESENT, "mastodon.actor_present", 0.95, identity=seen.fact(wire.ACTOR, "id"))
    if seen.code(wire.LOOKUP) == "200" and seen.fact(wire.LOOKUP, "acct"):
        return Verdict(State.PRESENT, "mastodon.lookup_present", 0.8, identity=seen.fact(wire.LOOKUP, "uri") or None)
    return None


def _by_page(seen: _Seen) -> Verdict | None:
    """The actor is kept from strangers or not found; the page says more. A 403 beside a refused actor is a shut door."""
    actor, page = seen.code(wire.ACTOR), seen.code(wire.PAGE)
    if page == "200" and actor in ("401", "403", "404", "406"):
        return Verdict(State.PRESENT, "mastodon.page_present", 0.6)
    if page == "403" and actor not in ("401", "403"):
        return Verdict(State.SUSPENDED_REVERSIBLE, "mastodon.page_forbidden", 0.5)
    return None


def _refused(seen: _Seen) -> Verdict | None:
    for verb in (wire.ACTOR, wire.LOOKUP, wire.WEBFINGER):
        if seen.code(verb) in ("401", "403", "451"):
            return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, f"mastodon.{verb}_refused", 0.7)
    return None


def _not_found(seen: _Seen) -> Verdict | None:
    """Nothing at the origin: gone if it was seen there before, else perhaps never there."""
    if seen.code(wire.LOOKUP) == "410":
        state = State.CLOSED_UNKNOWN_ACTOR if seen.at_home else State.RESTRICTED
        return Verdict(state, "mastodon.lookup_gone" if seen.at_home else "mastodon.gone_elsewhere", 0.7)
    if seen.code(wire.LOOKUP) == "404":
        return Verdict(State.UNKNOWN, "mastodon.lookup_not_known", 0.3)
    if seen.code(wire.ACTOR) == "404" and seen.code(wire.WEBFINGER) in ("404", ""):
        if seen.target.options.get("identity"):
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, "mastodon.found_no_more", 0.6)
        return Verdict(State.UNKNOWN, "mastodon.not_found", 0.4)
    return None


def _silent(seen: _Seen) -> Verdict | None:
    codes = [one.code for one in seen.answers.values()]
    if codes and all(code in FAILURES or code.startswith("5") for code in codes):
        return Verdict(State.UNREACHABLE, "mastodon.unreachable", 0.9)
    return None


_RULES: tuple[Callable[[_Seen], Verdict | None], ...] = (
    _tombstone,
    _gone,
    _another,
    _suspended,
    _moved,
    _limited,
    _present,
    _by_page,
    _refused,
    _not_found,
    _silent,
)
