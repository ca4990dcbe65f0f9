"""Whether accounts of the fediverse are up: every rule, then a real server of another make, then a stand-in."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from tests.observe.outsides import with_outside
from tests.servers.fedify import fedify
from tests.servers.recorded import ACTOR, HOST, NAME, mastodon
from tests.wire.served import Served

from actionday.observe.outside import Target
from actionday.observe.platforms.mastodon.probe import FediverseProber
from actionday.observe.platforms.mastodon.probe_examples import examples
from actionday.observe.prober import ProbeExample
from actionday.observe.prober_conformance import target_of
from actionday.records import Evidence, State, Verdict

PROBER = FediverseProber()
SUBJECT = f"mastodon:account:{NAME}@{HOST}"


@pytest.mark.parametrize("example", examples(), ids=lambda example: str(example.name))
def test_every_rule(example: ProbeExample) -> None:
    verdict = PROBER.judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with fedify() as running:
        yield running


def look(target: Target, bases: dict[str, str], token: str | None = None) -> tuple[Evidence, Verdict]:
    evidence = with_outside(lambda outside: PROBER.look(target, outside), bases, token)
    return evidence, PROBER.judge(target, evidence)


def at_fedify(host: str, name: str) -> Verdict:
    return look(target_of(f"mastodon:account:{name}@{host}"), {f"fediverse.{host}": f"http://{host}"})[1]


def test_an_actor_of_another_make_is_present(host: str) -> None:
    verdict = at_fedify(host, "alice")
    assert (verdict.state, verdict.identity) == (State.PRESENT, f"http://{host}/users/alice")


def test_an_actor_of_another_make_that_moved_says_where(host: str) -> None:
    verdict = at_fedify(host, "moved")
    assert (verdict.state, verdict.target) == (State.MOVED, f"mastodon:account:alice@{host}")


def test_an_actor_of_another_make_that_is_suspended(host: str) -> None:
    assert at_fedify(host, "suspended").state is State.SUSPENDED_REVERSIBLE


def test_an_actor_of_another_make_that_was_never_there(host: str) -> None:
    assert at_fedify(host, "nobody").rule == "mastodon.not_found"


def at(served: Served, **options: Any) -> tuple[Evidence, Verdict]:  # noqa: ANN401 - a plan's options
    return look(target_of(SUBJECT, **options), {f"fediverse.{HOST}": served.url, "fediverse.other.example": served.url})


def test_the_origins_view() -> None:
    with mastodon() as served:
        evidence, verdict = at(served)
        assert [one.path.partition("?")[0] for one in served.asked] == ["/.well-known/webfinger", f"/users/{NAME}"]
        assert all("authorization" not in one.headers and "signature" not in one.headers for one in served.asked)
    assert (verdict.state, verdict.identity, evidence.vantage) == (State.PRESENT, ACTOR, "desk")


def test_another_servers_view_has_a_vantage_of_its_own() -> None:
    with mastodon(lambda account: account.update(suspended=True)) as served:
        evidence, verdict = at(served, server="other.example")
    assert (verdict.state, verdict.rule) == (State.RESTRICTED, "mastodon.suspended_elsewhere")
    assert evidence.vantage == "desk at other.example"
    assert len(evidence.exchanges) == 1


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"suspended": True}, State.SUSPENDED_REVERSIBLE),
        ({"moved": {"uri": "https://new.example/users/lorem", "acct": "lorem@new.example"}}, State.MOVED),
        ({}, State.PRESENT),
    ],
)
def test_what_a_server_says_of_its_own(change: dict[str, Any], state: State) -> None:
    with mastodon(lambda account: account.update(change)) as served:
        assert at(served)[1].state is state
        assert at(served, server=HOST)[1].state is state


def test_a_limited_account_is_restricted_where_it_is_limited() -> None:
    with mastodon(lambda account: account.update(limited=True)) as served:
        assert at(served, server="other.example")[1].rule == "mastodon.limited"
        assert at(served)[1].state is State.PRESENT


@pytest.mark.parametrize(
    ("codes", "identity", "rule"),
    [
        ({f"/users/{NAME}": 410}, None, "actor_gone"),
        ({"/.well-known/webfinger": 410, f"/users/{NAME}": 410}, None, "actor_gone"),
        ({f"/users/{NAME}": 404, f"/@{NAME}": 410}, None, "page_gone"),
        ({f"/users/{NAME}": 401}, None, "page_present"),
        ({f"/users/{NAME}": 401, f"/@{NAME}": 403}, None, "actor_refused"),
        ({f"/users/{NAME}": 404, f"/@{NAME}": 403}, None, "page_forbidden"),
        ({"/.well-known/webfinger": 404, f"/users/{NAME}": 404, f"/@{NAME}": 404}, None, "not_found"),
        ({"/.well-known/webfinger": 404, f"/users/{NAME}": 404, f"/@{NAME}": 404}, ACTOR, "found_no_more"),
        ({"/.well-known/webfinger": 500, f"/users/{NAME}": 502, f"/@{NAME}": 500}, None, "unreachable"),
        ({}, "http://localhost:3000/ap/users/1", "another_actor"),
    ],
)
def test_codes_at_the_origin(codes: dict[str, int], identity: str | None, rule: str) -> None:
    options = {} if identity is None else {"identity": identity}
    with mastodon(codes=codes) as served:
        assert at(served, **options)[1].rule == f"mastodon.{rule}"


def test_a_token_goes_to_the_server_that_it_is_for_and_into_no_evidence() -> None:
    with mastodon() as served:
        bases = {"fediverse.other.example": served.url}
        evidence, _ = look(target_of(SUBJECT, server="other.example"), bases, "tok-lorem")
        assert served.asked[0].headers["authorization"] == "Bearer tok-lorem"
    assert "tok-lorem" not in evidence.to_json()


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        _, verdict = look(target_of(SUBJECT), {f"fediverse.{HOST}": nobody})
    assert verdict.state is State.UNREACHABLE


def test_a_document_that_sends_elsewhere_in_plain_text_is_not_followed() -> None:
    with mastodon() as served:
        target = target_of(f"mastodon:account:{NAME}@{HOST}")
        bases = {f"fediverse.{HOST}": served.url.replace("127.0.0.1", "localhost")}
        look(target, bases)  # WebFinger names http://localhost:3000, which is not the base: the usual address is asked
        assert [one.path.partition("?")[0] for one in served.asked][1] == f"/users/{NAME}"
