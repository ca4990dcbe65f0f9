"""Is a person of diaspora* still up: the pod's WebFinger names a guid, the person by that guid says the rest.

A closed account answers 410 (PeopleController in diaspora's source), an unknown guid 404. Who is known by a guid alone is looked for at the
pod that the option ``pod`` names. After an account is closed WebFinger may name no guid any more (not verified): then the guid that an
earlier look found is asked for. A pod that one asks shows its own people; another pod's copy is not looked at.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from actionday.observe.outside import Outside, Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire.fediverse import PERSON, WEBFINGER, Asked, Fediverse, link_of, object_of
from actionday.wire.http import FAILURES

_HCARD = "http://microformats.org/profile/hcard"
_GUID = re.compile(r"([0-9a-fA-F]{16,32})/?$")
_FACTS = ("guid", "diaspora_id", "handle")


class DiasporaProber:
    """Looks at people of diaspora*."""

    name = "diaspora"
    title = "diaspora* people, at their own pod"
    version = 1
    platforms = ("diaspora",)
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = "The pod sees your address and which person was asked for."

    def host(self, target: Target) -> str:
        """The pod; the platform's name where none is known."""
        return _pod(target) or "diaspora"

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """WebFinger for an address, then the person by guid. Without a pod nothing is asked."""
        pod, asked = _pod(target), []
        base = outside.base(f"fediverse.{pod}", f"https://{pod}").rstrip("/")
        fediverse = Fediverse(outside.http, lambda _: base)
        guid = target.native if "@" not in target.native else ""
        if pod and not guid:
            asked.append(await fediverse.webfinger(target.native))
            found = _GUID.search(link_of(asked[0].answer, _HCARD, "") or "")
            guid = found[1].lower() if found else str(target.options.get("identity") or "")
        if pod and guid:
            asked.append(await fediverse.person(f"{base}/people/{guid}.json"))
        return Evidence(f"{self.name}/{self.version}", outside.vantage, tuple(_exchange(one) for one in asked))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """The person's code first."""
        seen = {one.endpoint.partition(" ")[0]: one for one in evidence.exchanges}
        codes = [one.code for one in seen.values()]
        person, before = seen.get(PERSON), target.options.get("identity")
        code = person.code if person is not None else ""
        guid = person.facts.get("guid") if person is not None and code == "200" else None
        if guid and before and guid != before:
            return Verdict(
                State.RENAMED, "diaspora.another_person", 0.7, target=f"diaspora:account:{guid}", identity=guid
            )
        if guid:
            return Verdict(State.PRESENT, "diaspora.person_shown", 0.95, identity=guid)
        if "410" in codes:
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, "diaspora.closed", 0.95 if code == "410" else 0.7)
        if any(one in ("401", "403", "451", "302") for one in codes):
            return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, "diaspora.refused", 0.6)
        if codes and all(one == "404" for one in codes):
            return Verdict(State.UNKNOWN, "diaspora.not_known", 0.4)
        if codes and all(one in FAILURES or one.startswith("5") for one in codes):
            return Verdict(State.UNREACHABLE, "diaspora.unreachable", 0.9)
        return Verdict(State.UNKNOWN, "diaspora.nothing_learned", 0.0)

    def examples(self) -> Sequence[ProbeExample]:
        """One for every rule."""
        return tuple(_example(*one) for one in _LOOKS)


def _pod(target: Target) -> str:
    if "@" in target.native:
        return target.native.rpartition("@")[2].lower()
    pod = target.options.get("pod")
    return pod.lower() if isinstance(pod, str) else ""


def _exchange(asked: Asked) -> Exchange:
    said: dict[str, Any] = object_of(asked.answer) if asked.verb == PERSON else {}
    facts = {key: str(said[key])[:300] for key in _FACTS if said.get(key) is not None}
    return Exchange(asked.endpoint, asked.answer.at, asked.answer.code, asked.answer.detail, asked.answer.sha256, facts)


_NATIVE, _KEY = "lorem@pod.example", "0123456789abcdef"
_AT = datetime(2019, 11, 22, tzinfo=UTC)
_WHERE = {
    WEBFINGER: f"https://pod.example/.well-known/webfinger?resource=acct:{_NATIVE}",
    PERSON: f"https://pod.example/people/{_KEY}.json",
}
_LOOKS: tuple[tuple[str, dict[str, str], tuple[tuple[str, str, dict[str, str]], ...], State, str], ...] = (
    ("shown", {}, ((WEBFINGER, "200", {}), (PERSON, "200", {"guid": _KEY})), State.PRESENT, "person_shown"),
    ("another", {"identity": "f" * 16}, ((PERSON, "200", {"guid": _KEY}),), State.RENAMED, "another_person"),
    ("closed", {}, ((WEBFINGER, "200", {}), (PERSON, "410", {})), State.CLOSED_UNKNOWN_ACTOR, "closed"),
    ("not known", {}, ((WEBFINGER, "404", {}),), State.UNKNOWN, "not_known"),
    ("unknown guid", {}, ((WEBFINGER, "404", {}), (PERSON, "404", {})), State.UNKNOWN, "not_known"),
    ("refused", {}, ((WEBFINGER, "403", {}),), State.PRIVATE_OR_PROBER_BLOCKED, "refused"),
    ("silence", {}, ((WEBFINGER, "timeout", {}),), State.UNREACHABLE, "unreachable"),
    ("no pod", {}, (), State.UNKNOWN, "nothing_learned"),
)


def _example(
    name: str, options: dict[str, str], asked: tuple[tuple[str, str, dict[str, str]], ...], state: State, rule: str
) -> ProbeExample:
    target = Target(f"diaspora:account:{_NATIVE}", "diaspora", "account", _NATIVE, _NATIVE, options)
    exchanges = tuple(Exchange(f"{verb} {_WHERE[verb]}", _AT, code, facts=facts) for verb, code, facts in asked)
    return ProbeExample(name, target, Evidence("diaspora/1", "desk", exchanges), state, f"diaspora.{rule}")
