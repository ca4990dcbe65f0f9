"""Recorded looks and what is read out of them: one for every rule of the prober, in the shapes that Mastodon answers."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from actionday.observe.outside import Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State

AT = datetime(2023, 3, 2, 10, tzinfo=UTC)
HOST, OTHER = "social.example", "other.example"
NATIVE = f"lorem@{HOST}"
ACTOR = f"https://{HOST}/users/lorem"
_URL = {
    "webfinger": f"https://{HOST}/.well-known/webfinger?resource=acct:{NATIVE}",
    "actor": ACTOR,
    "page": f"https://{HOST}/@lorem",
    "lookup": f"https://{OTHER}/api/v1/accounts/lookup?acct={NATIVE}",
}


def target(**options: str) -> Target:
    """The account that is looked at."""
    return Target(f"mastodon:account:{NATIVE}", "mastodon", "account", NATIVE, NATIVE, options)


def asked(verb: str, code: str, **facts: str) -> Exchange:
    """One exchange."""
    return Exchange(f"{verb} {_URL[verb]}", AT, code, facts=facts)


_KNOWN = {"id": ACTOR, "type": "Person", "preferredUsername": "lorem"}
_SHOWN = {"acct": NATIVE, "uri": ACTOR}
_FOUND = asked("webfinger", "200")
_LOOKS: tuple[tuple[str, Target, tuple[Exchange, ...], State, str], ...] = (
    ("present", target(), (_FOUND, asked("actor", "200", **_KNOWN)), State.PRESENT, "actor_present"),
    ("suspended", target(), (_FOUND, asked("actor", "200", **_KNOWN, suspended="true")), State.SUSPENDED_REVERSIBLE, "actor_suspended"),
    ("moved", target(), (_FOUND, asked("actor", "200", **_KNOWN, movedTo=f"https://{OTHER}/users/lorem")), State.MOVED, "actor_moved"),
    ("gone", target(), (asked("webfinger", "410"), asked("actor", "410")), State.CLOSED_UNKNOWN_ACTOR, "actor_gone"),
    ("gone page", target(), (asked("webfinger", "404"), asked("actor", "404"), asked("page", "410")), State.CLOSED_UNKNOWN_ACTOR, "page_gone"),
    ("gone name", target(), (asked("webfinger", "410"), asked("actor", "406")), State.CLOSED_UNKNOWN_ACTOR, "webfinger_gone"),
    ("tombstone", target(), (_FOUND, asked("actor", "410", id=ACTOR, type="Tombstone")), State.CLOSED_UNKNOWN_ACTOR, "tombstone"),
    ("somebody else", target(identity=f"https://{HOST}/ap/users/1"), (_FOUND, asked("actor", "200", **_KNOWN)), State.RENAMED, "another_actor"),
    ("kept from strangers", target(), (_FOUND, asked("actor", "401"), asked("page", "200")), State.PRESENT, "page_present"),
    ("page forbidden", target(), (_FOUND, asked("actor", "404"), asked("page", "403")), State.SUSPENDED_REVERSIBLE, "page_forbidden"),
    ("door shut", target(), (_FOUND, asked("actor", "403"), asked("page", "403")), State.PRIVATE_OR_PROBER_BLOCKED, "actor_refused"),
    ("name refused", target(), (asked("webfinger", "403"), asked("actor", "500"), asked("page", "500")), State.PRIVATE_OR_PROBER_BLOCKED, "webfinger_refused"),
    ("never seen", target(), (asked("webfinger", "404"), asked("actor", "404"), asked("page", "404")), State.UNKNOWN, "not_found"),
    ("seen before", target(identity=ACTOR), (asked("webfinger", "404"), asked("actor", "404"), asked("page", "404")), State.CLOSED_UNKNOWN_ACTOR, "found_no_more"),
    ("silence", target(), (asked("webfinger", "name"), asked("actor", "name"), asked("page", "name")), State.UNREACHABLE, "unreachable"),
    ("ill server", target(), (asked("webfinger", "502"), asked("actor", "503"), asked("page", "timeout")), State.UNREACHABLE, "unreachable"),
    ("no actor", target(), (_FOUND, asked("actor", "200")), State.UNKNOWN, "nothing_learned"),
    ("shown elsewhere", target(server=OTHER), (asked("lookup", "200", **_SHOWN),), State.PRESENT, "lookup_present"),
    ("limited elsewhere", target(server=OTHER), (asked("lookup", "200", **_SHOWN, limited="true"),), State.RESTRICTED, "limited"),
    ("suspended elsewhere", target(server=OTHER), (asked("lookup", "200", **_SHOWN, suspended="true"),), State.RESTRICTED, "suspended_elsewhere"),
    ("suspended at home", target(server=HOST), (asked("lookup", "200", acct="lorem", uri=ACTOR, suspended="true"),), State.SUSPENDED_REVERSIBLE, "lookup_suspended"),
    ("moved elsewhere", target(server=OTHER), (asked("lookup", "200", **_SHOWN, moved=f"https://{OTHER}/users/lorem"),), State.MOVED, "lookup_moved"),
    ("not known elsewhere", target(server=OTHER), (asked("lookup", "404"),), State.UNKNOWN, "lookup_not_known"),
    ("gone elsewhere", target(server=OTHER), (asked("lookup", "410"),), State.RESTRICTED, "gone_elsewhere"),
    ("gone at home", target(server=HOST), (asked("lookup", "410"),), State.CLOSED_UNKNOWN_ACTOR, "lookup_gone"),
    ("needs a token", target(server=OTHER), (asked("lookup", "401"),), State.PRIVATE_OR_PROBER_BLOCKED, "lookup_refused"),
)  # fmt: skip


def examples() -> Sequence[ProbeExample]:
    """All of them."""
    return tuple(_made())


def _made() -> Iterator[ProbeExample]:
    for name, whom, exchanges, state, rule in _LOOKS:
        server = whom.options.get("server")
        vantage = f"desk at {server}" if server else "desk"
        yield ProbeExample(name, whom, Evidence("mastodon/1", vantage, exchanges), state, f"mastodon.{rule}")
