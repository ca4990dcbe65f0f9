"""Whether accounts of GNU social are up: every rule, and looks at a stand-in."""

import json

import pytest
from tests.observe.outsides import with_outside
from tests.wire.served import Asked, Said, serving

from actionday.observe.outside import Target
from actionday.observe.platforms.gnusocial.probe import GnuSocialProber
from actionday.observe.prober import ProbeExample
from actionday.observe.prober_conformance import target_of
from actionday.records import State, Verdict

PROBER = GnuSocialProber()
HOST = "quitter.example"


@pytest.mark.parametrize("example", PROBER.examples(), ids=lambda example: str(example.name))
def test_every_rule(example: ProbeExample) -> None:
    verdict = PROBER.judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)


def look(target: Target, user: int, page: int) -> tuple[Verdict, list[str]]:
    def answer(asked: Asked) -> Said:
        if asked.path.startswith("/api/"):
            return Said(
                user,
                json.dumps({"id": 7, "screen_name": "lorem"} if user == 200 else {"error": "No such user."}).encode(),
            )
        return Said(page, b"<html></html>")

    with serving(answer) as served:
        bases = {f"fediverse.{HOST}": served.url}
        evidence = with_outside(lambda outside: PROBER.look(target, outside), bases)
        return PROBER.judge(target, evidence), [one.path for one in served.asked]


def test_a_user_that_the_api_shows_needs_no_second_question() -> None:
    verdict, asked = look(target_of(f"gnusocial:account:lorem@{HOST}"), 200, 200)
    assert (verdict.state, verdict.identity) == (State.PRESENT, "7")
    assert asked == ["/api/users/show.json?screen_name=lorem"]


def test_a_numbered_account_is_asked_for_by_its_number() -> None:
    verdict, asked = look(target_of(f"gnusocial:account:{HOST}/user/7"), 404, 404)
    assert asked == ["/api/users/show.json?id=7", "/user/7"]
    assert verdict.rule == "gnusocial.not_found"


@pytest.mark.parametrize(
    ("user", "page", "identity", "state"),
    [
        (410, 410, None, State.CLOSED_UNKNOWN_ACTOR),
        (404, 200, None, State.PRESENT),
        (404, 404, None, State.UNKNOWN),
        (404, 404, "7", State.CLOSED_UNKNOWN_ACTOR),
        (401, 403, None, State.PRIVATE_OR_PROBER_BLOCKED),
        (500, 502, None, State.UNREACHABLE),
        (200, 200, "9", State.RENAMED),
    ],
)
def test_codes(user: int, page: int, identity: str | None, state: State) -> None:
    options = {} if identity is None else {"identity": identity}
    assert look(target_of(f"gnusocial:account:lorem@{HOST}", **options), user, page)[0].state is state
