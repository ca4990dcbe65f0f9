"""Look-ups of Twitter accounts against recorded answers: title and detail tell what HTTP 200 does not."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.wire.served import Asked, Said, Served, serving
from tests.wire.test_budget import Time

from actionday.observe.outside import Outside
from actionday.observe.platforms.twitter.probe import TwitterProber
from actionday.observe.platforms.twitter.probe_examples import EXAMPLES
from actionday.observe.prober_conformance import target_of
from actionday.records import Evidence, Secret, State, UsageError, Verdict
from actionday.wire import Budget, HostResting, Http, HttpPolicy, Limits

PROBER = TwitterProber()
SAID = "https://api.twitter.com/2/problems/resource-not-found"


def error(title: str, detail: str, **more: str) -> dict[str, Any]:
    shared = {"resource_type": "user", "parameter": "id", "value": "501", "type": SAID}
    return {"errors": [{"title": title, "detail": detail, **shared, **more}]}


def user(**more: object) -> dict[str, Any]:
    return {"data": {"id": "501", "username": "Lorem", "name": "Lorem", "protected": False, **more}}


async def look(served: Served, subject: str, handle: str | None, token: str | None, time: Time) -> Evidence:
    budget = Budget(time.clock, time.sleep, Limits(apart=0.0))
    async with Http(budget, time.clock, HttpPolicy(private_addresses=True, timeout=2.0)) as http:
        secret = Secret(token) if token else None
        bases = {"twitter": served.url}
        outside = Outside(
            http, time.clock, "desk", lambda name, host: secret if name == "twitter.bearer" else None, bases
        )
        return await PROBER.look(target_of(subject, handle), outside)


def probed(
    answer: Said | dict[str, Any], subject: str = "twitter:account:501", handle: str | None = "lorem", **options: object
) -> tuple[Verdict, Evidence, Asked]:
    said = answer if isinstance(answer, Said) else Said(200, json.dumps(answer).encode())
    with serving(lambda asked: said) as served:
        evidence = asyncio.run(look(served, subject, handle, "s3cret", Time()))
    stored = Evidence.from_json(evidence.to_json())
    return PROBER.judge(target_of(subject, handle, **options), stored), stored, served.asked[0]


@pytest.mark.parametrize(
    ("answer", "state", "rule"),
    [
        (user(), State.PRESENT, "twitter.user.found"),
        (user(protected=True), State.PRESENT, "twitter.user.protected"),
        (user(withheld={"country_codes": ["XY", "XX"]}), State.RESTRICTED, "twitter.user.withheld"),
        (error("Forbidden", "User has been suspended: [501]."), State.SUSPENDED_REVERSIBLE, "twitter.user.suspended"),
        (
            error("Not Found Error", "Could not find user with id: [501]."),
            State.CLOSED_UNKNOWN_ACTOR,
            "twitter.user.not_found",
        ),
        (
            error("Authorization Error", "Sorry, you are not authorized to see the user."),
            State.PRIVATE_OR_PROBER_BLOCKED,
            "twitter.user.not_authorized",
        ),
        (error("Forbidden", "lorem"), State.PRIVATE_OR_PROBER_BLOCKED, "twitter.user.not_authorized"),
        (error("Lorem", "ipsum"), State.UNKNOWN, "twitter.nothing"),
        ({"data": {"id": "777", "username": "Other"}}, State.UNKNOWN, "twitter.nothing"),
        ({}, State.UNKNOWN, "twitter.nothing"),
        (Said(200, b"<html>"), State.UNKNOWN, "twitter.nothing"),
        (Said(200, b'{"data": [1], "errors": 7}'), State.UNKNOWN, "twitter.nothing"),
        (Said(401, b'{"title": "Unauthorized"}'), State.PRIVATE_OR_PROBER_BLOCKED, "twitter.not_allowed"),
        (Said(403, b'{"title": "Client Forbidden"}'), State.PRIVATE_OR_PROBER_BLOCKED, "twitter.not_allowed"),
        (Said(503), State.UNREACHABLE, "twitter.no_answer"),
    ],
)
def test_answers_by_id(answer: Said | dict[str, Any], state: State, rule: str) -> None:
    verdict, _, _ = probed(answer)
    assert (verdict.state, verdict.rule) == (state, rule)


def test_withholding_is_never_a_removal() -> None:
    verdict, evidence, _ = probed(user(withheld={"country_codes": ["XX"]}))
    assert verdict.state is State.RESTRICTED
    assert evidence.exchanges[0].facts["withheld"] == "XX"


def test_another_handle_under_the_same_id_is_a_change_of_name() -> None:
    verdict, _, _ = probed(user(username="Ipsum"))
    assert (verdict.state, verdict.target, verdict.identity) == (State.RENAMED, "twitter:@ipsum", "501")
    assert probed(user(username="LOREM"))[0].state is State.PRESENT
    assert probed(user(username="Ipsum"), handle=None)[0].state is State.PRESENT, "no handle was known before"


def test_another_id_under_the_same_handle_is_not_alive() -> None:
    subject = "twitter:account:@lorem"
    same, _, asked = probed(user(), subject)
    assert asked.path.startswith("/2/users/by/username/lorem?")
    assert (same.state, same.identity) == (State.PRESENT, "501")
    taken, _, _ = probed(user(), subject, identity="400")
    assert (taken.state, taken.rule) == (State.UNKNOWN, "twitter.handle.taken_over")
    gone, _, _ = probed(error("Not Found Error", "Could not find user with username: [lorem]."), subject)
    assert gone.state is State.UNKNOWN, "a handle that is not found may have been changed"


def test_the_token_goes_on_the_wire_and_nowhere_else() -> None:
    _, evidence, asked = probed(user())
    assert asked.headers["authorization"] == "Bearer s3cret"
    assert "s3cret" not in evidence.to_json()


def test_without_a_token_nothing_is_asked() -> None:
    with serving(lambda asked: Said()) as served:
        with pytest.raises(UsageError, match=r"twitter\.bearer"):
            asyncio.run(look(served, "twitter:account:501", None, None, Time()))
        assert not served.asked


def test_a_native_id_cannot_lead_elsewhere() -> None:
    _, _, asked = probed(user(), "twitter:account:@../../1.1/x?y#z")
    assert asked.path.startswith("/2/users/by/username/..%2F..%2F1.1%2Fx%3Fy%23z?")


def test_rest_that_x_asks_for_is_kept_in_full() -> None:
    reset = int(datetime(2020, 1, 1, 5, tzinfo=UTC).timestamp())
    time = Time()

    async def twice(served: Served) -> None:
        budget = Budget(time.clock, time.sleep, Limits(apart=0.0))
        async with Http(budget, time.clock, HttpPolicy(private_addresses=True, timeout=2.0)) as http:
            outside = Outside(http, time.clock, "desk", lambda name, host: Secret("x"), {"twitter": served.url})
            evidence = await PROBER.look(target_of("twitter:account:501"), outside)
            assert PROBER.judge(target_of("twitter:account:501"), evidence).state is State.UNREACHABLE
            await PROBER.look(target_of("twitter:account:502"), outside)

    limited = Said(429, b"{}", {"x-rate-limit-reset": str(reset), "Retry-After": "1"})
    with serving(lambda asked: limited) as served:
        with pytest.raises(HostResting) as rest:
            asyncio.run(twice(served))
        assert not any("502" in asked.path for asked in served.asked)
    assert rest.value.until == datetime(2020, 1, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_rule_has_its_evidence(example: Any) -> None:  # noqa: ANN401
    verdict = PROBER.judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)
