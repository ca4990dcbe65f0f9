"""Whether people of diaspora* are up: every rule, and looks at a stand-in."""

import json

import pytest
from tests.observe.outsides import with_outside
from tests.wire.served import Asked, Said, serving

from actionday.observe.outside import Target
from actionday.observe.platforms.diaspora.probe import DiasporaProber
from actionday.observe.prober import ProbeExample
from actionday.observe.prober_conformance import target_of
from actionday.records import State, Verdict

PROBER = DiasporaProber()
POD, GUID = "pod.example", "0123456789abcdef"
CARD = {
    "rel": "http://microformats.org/profile/hcard",
    "type": "text/html",
    "href": f"https://{POD}/hcard/users/{GUID}",
}


@pytest.mark.parametrize("example", PROBER.examples(), ids=lambda example: str(example.name))
def test_every_rule(example: ProbeExample) -> None:
    verdict = PROBER.judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)


def look(target: Target, finger: int, person: int) -> tuple[Verdict, list[str]]:
    def answer(asked: Asked) -> Said:
        if asked.path.startswith("/.well-known/"):
            return Said(finger, json.dumps({"links": [CARD]} if finger == 200 else {}).encode())
        return Said(person, json.dumps({"guid": GUID} if person == 200 else {}).encode())

    with serving(answer) as served:
        bases = {f"fediverse.{POD}": served.url}
        evidence = with_outside(lambda outside: PROBER.look(target, outside), bases)
        return PROBER.judge(target, evidence), [one.path for one in served.asked]


def test_webfinger_names_the_guid_that_is_asked_for() -> None:
    verdict, asked = look(target_of(f"diaspora:account:lorem@{POD}"), 200, 200)
    assert (verdict.state, verdict.identity) == (State.PRESENT, GUID)
    assert asked == [f"/.well-known/webfinger?resource=acct:lorem@{POD}", f"/people/{GUID}.json"]


@pytest.mark.parametrize(
    ("finger", "person", "identity", "state"),
    [
        (200, 410, None, State.CLOSED_UNKNOWN_ACTOR),
        (404, 410, GUID, State.CLOSED_UNKNOWN_ACTOR),
        (404, 410, None, State.UNKNOWN),
        (404, 404, GUID, State.UNKNOWN),
        (200, 302, None, State.PRIVATE_OR_PROBER_BLOCKED),
        (502, 502, None, State.UNREACHABLE),
        (200, 200, "f" * 16, State.RENAMED),
    ],
)
def test_codes(finger: int, person: int, identity: str | None, state: State) -> None:
    options = {} if identity is None else {"identity": identity}
    assert look(target_of(f"diaspora:account:lorem@{POD}", **options), finger, person)[0].state is state


def test_a_guid_alone_is_asked_for_where_a_pod_is_named() -> None:
    verdict, asked = look(target_of(f"diaspora:account:{GUID}", pod=POD), 500, 410)
    assert (verdict.state, asked) == (State.CLOSED_UNKNOWN_ACTOR, [f"/people/{GUID}.json"])
    verdict, asked = look(target_of(f"diaspora:account:{GUID}"), 200, 200)
    assert (verdict.rule, asked) == ("diaspora.nothing_learned", [])
