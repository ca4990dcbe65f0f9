"""Does Threema's Gateway still know an id? It gives the public key of an id, or says that no id matches.

That is all there is from outside: whether somebody uses the id is not told, nor is anything of groups. What the Gateway answers for an id
that was revoked or deleted is not documented and could not be tried, so "no match" is an end only where the id was known before, and
a weak one. Needs a Gateway account of one's own; without its credentials nobody is asked, and looks are written down by hand.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.threema.declared import ID
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State, Verdict
from actionday.wire.http import FAILURES
from actionday.wire.threema import GATEWAY, Asked, Threema

IDENTITY, SECRET = "threema.gateway_id", "threema.gateway_secret"
_NOT_ASKED = "not-asked"
_KEY = r"[0-9a-fA-F]{64}"


class ThreemaProber:
    """Asks the Gateway for public keys."""

    name = "threema"
    title = "Key look-up at Threema's Gateway; else by hand: `sightings`"
    version = 1
    platforms = ("threema",)
    extra = ""
    credentials: tuple[str, ...] = (IDENTITY, SECRET)
    sees = "Threema sees whose Gateway account looks up which id; the id's holder sees nothing."

    def host(self, target: Target) -> str:
        """The Gateway."""
        return "msgapi.threema.ch"

    async def look(self, target: Target, outside: Outside) -> Evidence:
        """One request, for an account's id. Raises UsageError without a Gateway account, HostResting where the Gateway wants rest."""
        if target.kind != "account" or not re.fullmatch(ID, target.native):
            asked = Exchange(
                "GET pubkeys", outside.clock.now(), _NOT_ASKED, "only the ids of accounts can be looked up"
            )
            return Evidence(f"{self.name}/{self.version}", outside.vantage, (asked,))
        gateway = Threema(outside.http, outside.base("threema", GATEWAY), outside.need(IDENTITY), outside.need(SECRET))
        return Evidence(f"{self.name}/{self.version}", outside.vantage, (_exchange(await gateway.key(target.native)),))

    def judge(self, target: Target, evidence: Evidence) -> Verdict:
        """Read the last exchange."""
        last = evidence.exchanges[-1] if evidence.exchanges else None
        if last is None:
            return _verdict(State.UNKNOWN, "nothing", 0.0)
        if last.code == "200":
            return _known(target, last.facts.get("key", ""))
        if last.code == "404":
            return _no_match(target)
        if last.code == _NOT_ASKED:
            return _verdict(State.UNKNOWN, "not_told", 0.0)
        if last.code == "401":
            return _verdict(State.UNKNOWN, "not_accepted", 0.0)
        if last.code in FAILURES or (len(last.code) == 3 and last.code.startswith("5")):
            return _verdict(State.UNREACHABLE, "no_answer", 0.3)
        return _verdict(State.UNKNOWN, "unclear", 0.0)

    def examples(self) -> Sequence[ProbeExample]:
        """One for every rule."""
        return _EXAMPLES


def _exchange(asked: Asked) -> Exchange:
    """The key is kept as a hash, by which a new one is told from the old."""
    answer = asked.answer
    key = answer.body.decode("ascii", "replace").strip()
    facts = {"key": hashlib.sha256(key.lower().encode()).hexdigest()} if re.fullmatch(_KEY, key) else {}
    return Exchange(asked.endpoint, answer.at, answer.code, "", answer.sha256, facts)


def _verdict(state: State, rule: str, confidence: float, identity: str | None = None) -> Verdict:
    return Verdict(state, f"threema.{rule}", confidence, identity=identity)


def _known(target: Target, key: str) -> Verdict:
    if not key:
        return _verdict(State.UNKNOWN, "no_key", 0.0)
    before = target.options.get("identity")
    if isinstance(before, str) and before and before != key:
        return _verdict(State.UNKNOWN, "another_key", 0.5, key)
    return _verdict(State.PRESENT, "key_known", 0.6, key)


def _no_match(target: Target) -> Verdict:
    if target.options.get("identity"):
        return _verdict(State.CLOSED_UNKNOWN_ACTOR, "key_gone", 0.5)
    return _verdict(State.UNKNOWN, "no_such_id", 0.3)


_AT = datetime(2020, 1, 1, tzinfo=UTC)
_HASH = "a" * 64
_SEEN = {"identity": _HASH}


def _example(name: str, rule: str, state: State, code: str, key: str = "", **how: dict[str, str]) -> ProbeExample:
    target = Target("threema:account:LOREM123", "threema", "account", "LOREM123", None, how.get("options", {}))
    asked = Exchange(f"GET {GATEWAY}/pubkeys/{{id}}", _AT, code, facts={"key": key} if key else {})
    return ProbeExample(name, target, Evidence("threema/1", "desk", (asked,)), state, f"threema.{rule}")


_EXAMPLES = (
    _example("the Gateway knows the id", "key_known", State.PRESENT, "200", _HASH),
    _example("it still does", "key_known", State.PRESENT, "200", _HASH, options=_SEEN),
    _example("under another key", "another_key", State.UNKNOWN, "200", "b" * 64, options=_SEEN),
    _example("an answer that is no key", "no_key", State.UNKNOWN, "200"),
    _example("no match, and never known", "no_such_id", State.UNKNOWN, "404"),
    _example("no match any more", "key_gone", State.CLOSED_UNKNOWN_ACTOR, "404", options=_SEEN),
    _example("the Gateway account is not accepted", "not_accepted", State.UNKNOWN, "401"),
    _example("a group", "not_told", State.UNKNOWN, _NOT_ASKED),
    _example("no credit", "unclear", State.UNKNOWN, "402"),
    _example("a passing fault", "no_answer", State.UNREACHABLE, "500"),
    ProbeExample("nothing", Target("threema:account:LOREM123", "threema", "account", "LOREM123"), Evidence("threema/1", "desk", ()), State.UNKNOWN, "threema.nothing"),
)  # fmt: skip
