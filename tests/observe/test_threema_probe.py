"""Looking at Threema's Gateway, against a stand-in on loopback that answers with the codes that the Gateway documents."""

import asyncio

import pytest
from tests.wire.served import Asked, Said, serving
from tests.wire.test_budget import Time

from actionday.observe.outside import Outside
from actionday.observe.platforms.threema.probe import ThreemaProber
from actionday.observe.prober_conformance import target_of
from actionday.records import Evidence, Secret, State, UsageError, Verdict
from actionday.wire import Budget, HostResting, Http, HttpPolicy, Limits

PROBER = ThreemaProber()
KEY = b"4a6a1b34dcef15d43cb74de2fd36091be99fbbaf126d099d47d83d919712c72b\n"


def gateway(asked: Asked) -> Said:
    path, _, query = asked.path.partition("?")
    if query != "from=%2AMYGATE1&secret=s3cret":
        return Said(401)
    return {
        "/pubkeys/ECHOECHO": Said(200, KEY, {"Content-Type": "text/plain"}),
        "/pubkeys/*GATEWAY": Said(200, KEY),
        "/pubkeys/ODDLYSET": Said(200, b"<html>lorem</html>"),
        "/pubkeys/BROKEN00": Said(500),
    }.get(path, Said(404))


async def look(url: str, subject: str, secret: str | None) -> Evidence:
    time = Time()
    secrets = {"threema.gateway_id": Secret("*MYGATE1"), "threema.gateway_secret": Secret(secret) if secret else None}
    budget = Budget(time.clock, time.sleep, Limits(apart=0.0))
    async with Http(budget, time.clock, HttpPolicy(private_addresses=True, timeout=2.0)) as http:
        outside = Outside(http, time.clock, "desk", lambda name, host: secrets[name], {"threema": url})
        return await PROBER.look(target_of(subject), outside)


def probed(subject: str, secret: str | None = "s3cret", identity: str | None = None) -> Verdict:
    with serving(gateway) as served:
        evidence = Evidence.from_json(asyncio.run(look(served.url, subject, secret)).to_json())
        assert {asked.method for asked in served.asked} <= {"GET"}
    for word in ("s3cret", "MYGATE1", "4a6a1b34", "ECHOECHO"):
        assert word not in evidence.to_json(), "neither credentials, nor the key, nor the id stand in the evidence"
    return PROBER.judge(target_of(subject, **({"identity": identity} if identity else {})), evidence)


@pytest.mark.parametrize(
    ("subject", "known", "state", "rule"),
    [
        ("threema:account:ECHOECHO", None, State.PRESENT, "key_known"),
        ("threema:account:*GATEWAY", None, State.PRESENT, "key_known"),
        ("threema:account:ECHOECHO", "another", State.UNKNOWN, "another_key"),
        ("threema:account:ODDLYSET", None, State.UNKNOWN, "no_key"),
        ("threema:account:NOBODY00", None, State.UNKNOWN, "no_such_id"),
        ("threema:account:NOBODY00", "a key", State.CLOSED_UNKNOWN_ACTOR, "key_gone"),
        ("threema:account:BROKEN00", None, State.UNREACHABLE, "no_answer"),
        ("threema:account:@lorem", None, State.UNKNOWN, "not_told"),
        ("threema:channel:@ipsum", None, State.UNKNOWN, "not_told"),
    ],
)
def test_what_the_gateway_answers(subject: str, known: str | None, state: State, rule: str) -> None:
    verdict = probed(subject, identity=known)
    assert (verdict.state, verdict.rule) == (state, f"threema.{rule}")
    assert verdict.confidence < 0.7, "a key says little of its holder"


def test_a_key_seen_again_is_the_same() -> None:
    first = probed("threema:account:ECHOECHO")
    assert probed("threema:account:ECHOECHO", identity=first.identity).rule == "threema.key_known"


def test_a_gateway_account_that_is_not_accepted_says_nothing() -> None:
    assert probed("threema:account:ECHOECHO", secret="wr0ng").rule == "threema.not_accepted"


def test_without_a_gateway_account_nobody_is_asked() -> None:
    with pytest.raises(UsageError, match=r"threema\.gateway_secret"):
        probed("threema:account:ECHOECHO", secret=None)


def test_a_gateway_that_wants_rest_gets_it() -> None:
    with (
        serving(lambda asked: Said(429, headers={"Retry-After": "3600"})) as served,
        pytest.raises(HostResting),
    ):
        asyncio.run(look(served.url, "threema:account:ECHOECHO", "s3cret"))
