"""Reading evidence of XMPP, and an operator's answers in the shapes that ejabberd has given them over time."""

import asyncio
import inspect
import json
import re
import sys
from datetime import UTC, datetime

import pytest
from tests.wire.served import Asked, Said, serving

from actionday.observe.outside import Outside
from actionday.observe.platforms.xmpp import probe
from actionday.observe.platforms.xmpp.probe import XmppProber
from actionday.observe.prober import ProbeExample
from actionday.observe.prober_conformance import check_all, target_of
from actionday.records import GONE, Evidence, Exchange, FixedClock, Secret, State, UsageError, Verdict
from actionday.wire import Budget, Http, HttpPolicy, Limits
from actionday.wire.xmpp import Login, host_of

PROBER = XmppProber()
AT = datetime(2020, 1, 1, tzinfo=UTC)
ROOM, WHO = target_of("xmpp:channel:lo@rooms.example.org"), target_of("xmpp:account:al@example.org")


@pytest.mark.parametrize("example", PROBER.examples(), ids=lambda example: example.name)
def test_every_row_of_the_table(example: ProbeExample) -> None:
    verdict = PROBER.judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)


def test_it_keeps_to_the_protocol() -> None:
    check_all(PROBER)


def test_every_rule_has_an_example() -> None:
    written = set(re.findall(r'_verdict\(\s*State\.\w+,\s*"(\w+)"', inspect.getsource(probe)))
    assert {example.rule for example in PROBER.examples()} == {f"xmpp.{rule}" for rule in written}


@pytest.mark.parametrize(
    "code", ["item-not-found", "service-unavailable", "remote-server-not-found", "timeout", "forbidden"]
)
def test_a_single_answer_that_a_room_that_never_was_also_gives_ends_nothing(code: str) -> None:
    evidence = Evidence("xmpp/1", "desk", (Exchange("disco#info lo@rooms.example.org", AT, code),))
    assert PROBER.judge(ROOM, evidence).state not in GONE


def test_an_address_of_the_venue_that_is_none_is_no_move() -> None:
    for marker in ("", "xmpp:", "https://example.org/x", "xmpp:rooms.example.org", "new room"):
        evidence = Evidence("xmpp/1", "desk", (Exchange("disco#info lo@rooms.example.org", AT, "gone", marker),))
        verdict = PROBER.judge(ROOM, evidence)
        assert (verdict.state, verdict.target) == (State.CLOSED_UNKNOWN_ACTOR, None)


def operator(answers: dict[str, Said], token: str | None = None) -> tuple[Evidence, Verdict, list[Asked]]:
    """Ask an ejabberd that answers so."""

    def answer(asked: Asked) -> Said:
        return answers.get(asked.path.rpartition("/")[2], Said(404))

    async def ask(url: str) -> Evidence:
        clock = FixedClock(AT)
        budget = Budget(clock, limits=Limits(apart=0.0))
        async with Http(budget, clock, HttpPolicy(private_addresses=True)) as http:
            given = {"xmpp.api_token": Secret(token)} if token else {}
            bases = {"xmpp.api@example.org": f"{url}/api/"}
            return await PROBER.look(WHO, Outside(http, clock, "desk", lambda name, host: given.get(name), bases))

    with serving(answer) as served:
        evidence = asyncio.run(ask(served.url))
        return evidence, PROBER.judge(WHO, evidence), served.asked


BANNED = [{"name": "reason", "value": "terms"}, {"name": "bandate", "value": "2025-04-22T09:16:47Z"}]


@pytest.mark.parametrize(
    ("account", "ban", "rule"),
    [
        ("0", Said(200, json.dumps(BANNED).encode()), "operator_banned"),
        ("0", Said(200, b'{"reason": "terms", "bandate": "2025-04-22T09:16:47Z"}'), "operator_banned"),
        ("0", Said(200, b"[]"), "operator_has_account"),
        ("0", Said(200, b"{}"), "operator_has_account"),
        ("0", Said(404, b'{"status":"error","code":40}'), "operator_has_account_ban_not_told"),
        ("0", Said(200, b"not json"), "operator_has_account_ban_not_told"),
        ("1", Said(500), "operator_has_no_account"),
        ("2", Said(200, b"[]"), "operator_unclear"),
        ("true", Said(200, b"[]"), "operator_unclear"),
        ('"0"', Said(200, b"[]"), "operator_unclear"),
    ],
)
def test_an_operators_answers(account: str, ban: Said, rule: str) -> None:
    evidence, verdict, asked = operator({"check_account": Said(200, account.encode()), "get_ban_details": ban})
    assert verdict.rule == f"xmpp.{rule}"
    assert json.loads(asked[0].body) == {"user": "al", "host": "example.org"}
    assert "al@" not in evidence.to_json()


def test_an_operators_token_goes_in_the_header_and_nowhere_else() -> None:
    evidence, _, asked = operator({"check_account": Said(401)}, token="t0ken")
    assert {name.lower(): value for name, value in asked[0].headers.items()}["authorization"] == "Bearer t0ken"
    assert "t0ken" not in evidence.to_json()


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "slixmpp", None)

    async def look() -> None:
        clock = FixedClock(AT)
        budget = Budget(clock, limits=Limits(apart=0.0))
        async with Http(budget, clock) as http:
            told = {"xmpp.jid": Secret("eve@example.org"), "xmpp.password": Secret("x")}
            await PROBER.look(ROOM, Outside(http, clock, "desk", lambda name, host: told.get(name)))

    with pytest.raises(UsageError, match=r"actionday\[xmpp\]"):
        asyncio.run(look())


def test_hosts() -> None:
    assert host_of("Lo@Rooms.Example.org/Al") == "rooms.example.org"
    assert host_of("rooms.example.org") == "rooms.example.org"
    assert Login("al@Example.org/desk", Secret("x")).domain == "example.org"
    assert PROBER.host(ROOM) == "rooms.example.org"
    assert PROBER.host(target_of("xmpp:account:no address")) == "xmpp"
    assert "x" not in repr(Login("al@example.org", Secret("xyz"))).replace("xmpp", "").replace("example", "")
