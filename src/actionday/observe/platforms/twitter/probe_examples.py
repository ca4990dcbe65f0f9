"""Evidence of made-up accounts, at least one piece for every rule of `verdicts`, with what must be read out of it."""

from datetime import UTC, datetime

from actionday.observe.outside import Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State

_AT = datetime(2020, 1, 1, tzinfo=UTC)
_SUSPENDED = {"title": "Forbidden", "detail": "User has been suspended: [501]."}
_MISSING = {"title": "Not Found Error", "detail": "Could not find user with id: [501]."}
_DENIED = {"title": "Authorization Error", "detail": "Sorry, you are not authorized to see the user with id: [501]."}
_BY_ID = Target("twitter:account:501", "twitter", "account", "501", "Lorem")
_BY_HANDLE = Target("twitter:account:@lorem", "twitter", "account", "@lorem", "Lorem", {"identity": "501"})


def _example(
    rule: str, state: State, facts: dict[str, str], code: str = "200", target: Target = _BY_ID
) -> ProbeExample:
    asked = Exchange(f"GET https://api.x.com/2/users/{target.native}", _AT, code, facts=facts)
    return ProbeExample(rule, target, Evidence("twitter/1", "lorem", (asked,)), state, rule)


EXAMPLES = (
    _example("twitter.user.found", State.PRESENT, {"id": "501", "username": "LOREM"}),
    _example("twitter.user.protected", State.PRESENT, {"id": "501", "username": "Lorem", "protected": "yes"}),
    _example("twitter.user.withheld", State.RESTRICTED, {"id": "501", "username": "Lorem", "withheld": "XX XY"}),
    _example("twitter.user.renamed", State.RENAMED, {"id": "501", "username": "Ipsum"}),
    _example("twitter.user.suspended", State.SUSPENDED_REVERSIBLE, _SUSPENDED),
    _example("twitter.user.not_found", State.CLOSED_UNKNOWN_ACTOR, _MISSING),
    _example("twitter.user.not_authorized", State.PRIVATE_OR_PROBER_BLOCKED, _DENIED),
    _example("twitter.handle.not_found", State.UNKNOWN, _MISSING, target=_BY_HANDLE),
    _example("twitter.handle.taken_over", State.UNKNOWN, {"id": "502", "username": "lorem"}, target=_BY_HANDLE),
    _example("twitter.not_allowed", State.PRIVATE_OR_PROBER_BLOCKED, {}, code="401"),
    _example("twitter.no_such_request", State.UNKNOWN, {}, code="404"),
    _example("twitter.no_answer", State.UNREACHABLE, {}, code="503"),
    _example("twitter.nothing", State.UNKNOWN, {}),
)
