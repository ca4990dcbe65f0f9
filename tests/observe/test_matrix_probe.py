"""Judging Matrix evidence: every row of the table of answers, and what order the rules go in."""

import pytest
from tests.observe.matrix_contract import EVENTS, check, check_event

from actionday.observe.outside import Target
from actionday.observe.platforms.matrix import examples, probe
from actionday.observe.platforms.matrix.homeserver import servers_of
from actionday.observe.platforms.matrix.probe import MatrixProber
from actionday.observe.prober import ProbeExample
from actionday.records import GONE, State

PROBER = MatrixProber()
_UNLIKE = ("m.policy.rule.room",)  # a rule that was taken back: its content is empty, which its schema does not foresee


@pytest.mark.parametrize("example", PROBER.examples(), ids=lambda example: example.name)
def test_every_rule_reads_what_its_example_says(example: ProbeExample) -> None:
    verdict = PROBER.judge(example.target, example.evidence)
    assert (verdict.state, verdict.rule) == (example.state, example.rule)


def test_every_rule_has_an_example() -> None:
    import inspect
    import re

    known = set(re.findall(r'"(matrix\.[a-z_]+)"', inspect.getsource(probe))) - {"matrix.token", "matrix.admin_token"}
    assert known == {example.rule for example in PROBER.examples()}


def test_what_anybody_can_see_never_ends_a_room() -> None:
    """Only an operator's record or a tombstone does: not visible is not removed."""
    for example in PROBER.examples():
        if example.target.kind == "channel" and example.state in GONE:
            assert example.rule.startswith(("matrix.admin_", "matrix.tombstone"))


def test_an_accounts_missing_profile_is_an_end_only_where_there_was_one() -> None:
    (missing,) = [one for one in PROBER.examples() if one.name == "profile_missing"]
    known = Target("matrix:account:@a:b", "matrix", "account", "@a:b", options={"identity": "ba"})
    assert PROBER.judge(missing.target, missing.evidence).state == State.UNKNOWN
    assert PROBER.judge(known, missing.evidence).state == State.CLOSED_UNKNOWN_ACTOR


def test_servers_to_ask_through_come_from_ids_and_aliases() -> None:
    assert servers_of("!a:one.example", "#b:two.example:8448", None, "!hash", "@c:one.example", "x:y") == [
        "one.example",
        "two.example:8448",
    ]


def test_our_examples_are_events_as_the_specification_has_them() -> None:
    for event in [*examples.TALK, *examples.RULES]:
        if event["type"] not in _UNLIKE:
            check_event(event)
    check({"entity": "@a:b", "recommendation": "m.ban", "reason": "ba"}, EVENTS.parent / "moderation_policy_rule.yaml")
