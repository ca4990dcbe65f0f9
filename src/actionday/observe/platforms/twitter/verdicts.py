"""What an answer to a user look-up says. Title and detail are as the API's documentation and its users report them.

Withholding in countries is a restriction and never a removal; a handle that is not found may have been changed.
"""

from collections.abc import Mapping

from actionday.observe.outside import Target
from actionday.records import Evidence, State, Verdict, handle_reference

_NOTHING = Verdict(State.UNKNOWN, "twitter.nothing", 0.0)


def judge(target: Target, evidence: Evidence) -> Verdict:
    """The last exchange counts."""
    last = evidence.exchanges[-1] if evidence.exchanges else None
    if last is None:
        return _NOTHING
    if last.code != "200":
        return _by_code(last.code)
    if last.facts.get("id"):
        return _found(target, last.facts)
    return _by_error(target, last.facts)


def _by_code(code: str) -> Verdict:
    if code in ("401", "403"):
        return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, "twitter.not_allowed", 0.3)
    if code in ("404", "400"):
        return Verdict(State.UNKNOWN, "twitter.no_such_request", 0.0)
    return Verdict(State.UNREACHABLE, "twitter.no_answer", 0.3)


def _found(target: Target, facts: Mapping[str, str]) -> Verdict:
    native, username = facts["id"], facts.get("username", "")
    before = target.options.get("identity")
    if target.native.startswith("@"):
        if isinstance(before, str) and before != native:
            return Verdict(State.UNKNOWN, "twitter.handle.taken_over", 0.6, identity=native)
    elif native != target.native:
        return _NOTHING
    elif target.handle and username and username.casefold() != target.handle.lstrip("@").casefold():
        to = handle_reference("twitter", username)
        return Verdict(State.RENAMED, "twitter.user.renamed", 0.95, to, native)
    if facts.get("withheld"):
        return Verdict(State.RESTRICTED, "twitter.user.withheld", 0.95, identity=native)
    rule = "twitter.user.protected" if facts.get("protected") else "twitter.user.found"
    return Verdict(State.PRESENT, rule, 0.95, identity=native)


def _by_error(target: Target, facts: Mapping[str, str]) -> Verdict:
    title, detail = facts.get("title", "").casefold(), facts.get("detail", "").casefold()
    if title == "forbidden" and "suspended" in detail:
        return Verdict(State.SUSPENDED_REVERSIBLE, "twitter.user.suspended", 0.9)
    if title == "not found error":
        if target.native.startswith("@"):
            return Verdict(State.UNKNOWN, "twitter.handle.not_found", 0.5)
        return Verdict(State.CLOSED_UNKNOWN_ACTOR, "twitter.user.not_found", 0.7)
    if "authoriz" in title or "not authorized" in detail or title == "forbidden":
        return Verdict(State.PRIVATE_OR_PROBER_BLOCKED, "twitter.user.not_authorized", 0.5)
    return _NOTHING
