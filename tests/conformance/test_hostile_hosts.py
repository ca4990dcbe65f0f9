"""Every prober that speaks HTTP, against a host that answers whatever it likes: no answer breaks a look or invents an end.

Not for: honest answers, which each prober's own tests give.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import product

import pytest
from tests.wire.served import Said, serving
from tests.wire.test_budget import Time

from actionday.observe.outside import Outside, Target
from actionday.observe.prober import Prober
from actionday.records import GONE, Evidence, Secret, UsageError
from actionday.wire import Budget, HostResting, Http, HttpPolicy, Limits

NOT_HTTP = ("xmpp", "website")
"""Probers that ask others first: streams, DNS and RDAP. Their own tests have hostile answers."""
DEEP = "[" * 5_000 + "]" * 5_000
ODD = ("\0", "\ud800", "\u202e", "9" * 400, "-1", "../../etc", "http://[", "a" * 10_000)
VALUES: tuple[object, ...] = (None, True, 7, -1, 1e308, 10**30, [], [[]], {}, {"": {}}, *ODD)
KEYS = (
    "id", "_id", "acct", "username", "screen_name", "name", "url", "uri", "type", "user", "room", "channel", "data", "errors", "error",
    "errorType", "errcode", "moved", "movedTo", "alsoKnownAs", "suspended", "limited", "links", "rel", "href", "subject", "aliases",
    "status", "success", "room_id", "servers", "title", "detail", "code", "active", "published", "statusnet_profile_url", "diaspora_id", "guid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """`nonsense` cannot be read as saying anything of anybody."""

    status: int
    body: bytes
    kind: str
    nonsense: bool = False


def hostile() -> Iterator[Answer]:
    """What a host may say."""
    for value in VALUES:
        body = json.dumps(dict.fromkeys(KEYS, value)).encode("utf-8", "surrogatepass")
        yield Answer(200, body, "application/json")
        yield Answer(200, body, "application/activity+json")
        yield Answer(200, json.dumps([json.loads(body)] * 2).encode(), "application/json")
        yield Answer(404, body, "application/json")
    for body in (b"", b"\xff\xfe\x00", b"{", b"null", b"7", b'"x"', DEEP.encode(), b"<html" * 999, b"1" * 5_000):
        yield Answer(200, body, "application/json", nonsense=True)
        yield Answer(500, body, "text/html", nonsense=True)


class Anywhere(dict[str, str]):
    """Bases that lead every service to one server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def get(self, key: str, default: object = None, /) -> str:
        """The one server, whatever is asked for."""
        return self._url


PROBERS = [one.load()() for one in entry_points(group="actionday.probers") if one.name not in NOT_HTTP]


def credential(name: str, of: str) -> Secret | None:
    """One for everything, but for what would turn a prober away from HTTP: Telegram's pages are read without a session."""
    return None if name == "telegram.session" else Secret("t0ken")


async def look(prober: Prober, targets: Iterable[Target], url: str, said: list[Answer]) -> None:
    time = Time()
    budget = Budget(time.clock, time.sleep, Limits(apart=0.0))
    async with Http(budget, time.clock, HttpPolicy(private_addresses=True, timeout=2.0)) as http:
        outside = Outside(http, time.clock, "desk", credential, Anywhere(url))
        for target, answer in product(targets, hostile()):
            said.append(answer)
            try:
                evidence = await prober.look(target, outside)
            except (HostResting, UsageError):
                continue
            verdict = prober.judge(target, Evidence.from_json(evidence.to_json()))
            if answer.nonsense:
                assert verdict.state not in GONE, (target, answer, verdict)


@pytest.mark.parametrize("prober", PROBERS, ids=lambda one: one.name)
def test_no_answer_breaks_a_look_or_invents_an_end(prober: Prober) -> None:
    targets = {example.target.kind: example.target for example in prober.examples()}
    said: list[Answer] = []
    with serving(lambda asked: Said(said[-1].status, said[-1].body, {"Content-Type": said[-1].kind})) as served:
        asyncio.run(look(prober, targets.values(), served.url, said))
    assert served.asked
