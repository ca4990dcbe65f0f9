"""Is an account of GNU social still up, by its server's API and page.

Few servers are left, and their codes were not tried: the API's answer with a user is certain, a 410 is the account's end by
whoever, a 404 says nothing of an account that was not seen there before. Not for: servers that are gone (a website's prober looks at
their names).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from actionday.observe.outside import Outside, Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire.fediverse import PAGE, PERSON, Asked, Fediverse, object_of
from actionday.wire.http import FAILURES

_FACTS = ("id", "screen_name", "statusnet_profile_url", "ostatus_uri")


class GnuSocialProber:
    """Looks at accounts of GNU social."""

    name = "gnusocial"
    title = "GNU social accounts, by their server's API and page"
    version = 1
    platforms = ("gnusocial",)
    extra = ""
    credentials: tuple[str, ...] = ()
    sees = "The account's server sees your address and which account was asked for."

    def host(self, target: Target) -> str:
        """The account's server."""
        return _parts(target)[1]

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """The user by the API; the page where that gives none."""
        name, host = _parts(target)
        base = outside.base(f"fediverse.{host}", f"https://{host}").rstrip("/")
        fediverse = Fediverse(outside.http, lambda _: base)
        key = "id" if name.isdigit() else "screen_name"
        asked = [await fediverse.person(f"{base}/api/users/show.json?{key}={quote(name)}")]
        if asked[0].answer.status not in (200, 410):
            asked.append(await fediverse.page(f"{base}/{'user/' if name.isdigit() else ''}{quote(name)}"))
        return Evidence(f"{self.name}/{self.version}", outside.vantage, tuple(_exchange(one) for one in asked))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """The API's user, else codes."""
        seen = {one.endpoint.partition(" ")[0]: one for one in evidence.exchanges}
        codes = [one.code for one in seen.values()]
        person, before = seen.get(PERSON), target.options.get("identity")
        identity = person.facts.get("id") if person is not None and person.code == "200" else None
        if identity and before and identity != before:
            return Verdict(State.RENAMED, "gnusocial.another_user", 0.7, target=target.subject, identity=identity)
        if identity:
            return Verdict(State.PRESENT, "gnusocial.user_shown", 0.9, identity=identity)
        if "410" in codes:
            return Verdict(State.CLOSED_UNKNOWN_ACTOR, "gnusocial.gone", 0.7)
        if PAGE in seen and seen[PAGE].code == "200":
            return Verdict(State.PRESENT, "gnusocial.page_shown", 0.5)
        if any(code in ("401", "403", "451") for code in codes):
            return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, "gnusocial.refused", 0.6)
        if codes and all(code == "404" for code in codes):
            if before:
                return Verdict(State.CLOSED_UNKNOWN_ACTOR, "gnusocial.found_no_more", 0.5)
            return Verdict(State.UNKNOWN, "gnusocial.not_found", 0.3)
        if codes and all(code in FAILURES or code.startswith("5") for code in codes):
            return Verdict(State.UNREACHABLE, "gnusocial.unreachable", 0.9)
        return Verdict(State.UNKNOWN, "gnusocial.nothing_learned", 0.0)

    def examples(self) -> Sequence[ProbeExample]:
        """One for every rule."""
        return tuple(_example(*one) for one in _LOOKS)


def _parts(target: Target) -> tuple[str, str]:
    """Name or number, and host, of ``name@host`` or ``host/user/7``."""
    if "@" in target.native:
        name, _, host = target.native.rpartition("@")
        return name, host.lower()
    return target.native.rpartition("/")[2], target.native.partition("/")[0].lower()


def _exchange(asked: Asked) -> Exchange:
    said: dict[str, Any] = object_of(asked.answer) if asked.verb == PERSON else {}
    facts = {key: str(said[key])[:300] for key in _FACTS if said.get(key) is not None}
    answer = asked.answer
    return Exchange(
        asked.endpoint, answer.at, answer.code, str(said.get("error") or answer.detail), answer.sha256, facts
    )


_NATIVE = "lorem@quitter.example"
_AT = datetime(2017, 4, 15, tzinfo=UTC)
_USER = "https://quitter.example/api/users/show.json?screen_name=lorem"
_LOOKS: tuple[tuple[str, dict[str, str], tuple[tuple[str, str, dict[str, str]], ...], State, str], ...] = (
    ("shown", {}, ((PERSON, "200", {"id": "7"}),), State.PRESENT, "user_shown"),
    ("another", {"identity": "7"}, ((PERSON, "200", {"id": "9"}),), State.RENAMED, "another_user"),
    ("gone", {}, ((PERSON, "410", {}),), State.CLOSED_UNKNOWN_ACTOR, "gone"),
    ("page alone", {}, ((PERSON, "404", {}), (PAGE, "200", {})), State.PRESENT, "page_shown"),
    ("refused", {}, ((PERSON, "401", {}), (PAGE, "403", {})), State.PRIVATE_OR_PROBER_BLOCKED, "refused"),
    ("never seen", {}, ((PERSON, "404", {}), (PAGE, "404", {})), State.UNKNOWN, "not_found"),
    (
        "seen before",
        {"identity": "7"},
        ((PERSON, "404", {}), (PAGE, "404", {})),
        State.CLOSED_UNKNOWN_ACTOR,
        "found_no_more",
    ),
    ("silence", {}, ((PERSON, "name", {}), (PAGE, "connect", {})), State.UNREACHABLE, "unreachable"),
    ("not a user", {}, ((PERSON, "200", {}), (PAGE, "404", {})), State.UNKNOWN, "nothing_learned"),
)


def _example(
    name: str, options: dict[str, str], asked: tuple[tuple[str, str, dict[str, str]], ...], state: State, rule: str
) -> ProbeExample:
    target = Target(f"gnusocial:account:{_NATIVE}", "gnusocial", "account", _NATIVE, _NATIVE, options)
    exchanges = tuple(Exchange(f"{verb} {_USER}", _AT, code, facts=facts) for verb, code, facts in asked)
    return ProbeExample(name, target, Evidence("gnusocial/1", "desk", exchanges), state, f"gnusocial.{rule}")
