"""What Telegram's answers mean, rule by rule. Pure.

Sources: the API's documentation (core.telegram.org) for objects, errors and restriction reasons (clients must deny access where the
platform is ``all``); third-party checkers, and so **unverified**, for the reading of ``terms`` as a lasting ban, of texts about local
laws and copyright, and for every mark of the public pages. A restriction in the app stores' clients alone is not a removal.
CHANNEL_PRIVATE and a forbidden channel may mean private, gone, or a prober that was shut out. Not for: asking (`probe`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actionday.observe.outside import Target
from actionday.observe.platforms.telegram.account import peer_of, stored_peer
from actionday.records import Evidence, Exchange, State, Verdict, handle_reference
from actionday.wire import http
from actionday.wire import telegram as wire

NOT_ASKED, NO_NAME = "not asked", "no-name"
PREVIEW, PAGE = "preview", "page"
_PRIVATE, _PAGE_SHUT = ("CHANNEL_PRIVATE", "CHANNEL_PUBLIC_GROUP_NA"), ("401", "403", "451")
_NO_USER = ("USER_ID_INVALID", "PEER_ID_INVALID", "CONTACT_ID_INVALID")
_LEGAL = ("local law", "laws of your country", "local legislation", "court order")
_COPYRIGHT = ("copyright", "dmca")


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to judge by: the target, and the last answer to each question."""

    target: Target
    answers: Mapping[str, Exchange]

    def code(self, question: str) -> str:
        """The answer's code, "" where it was not asked."""
        return self.answers[question].code if question in self.answers else ""

    def any(self, *codes: str) -> bool:
        """Whether some answer has one of the codes."""
        return any(one.code in codes for one in self.answers.values())

    def marked(self, question: str, *marks: str) -> bool:
        """Whether a page that came has all these marks."""
        return self.code(question) == "200" and set(marks) <= set(self.answers[question].marker.split())

    def kind(self, kind: str) -> Exchange | None:
        """The answer that holds a thing of this kind."""
        return next((one for one in self.answers.values() if one.facts.get("kind") == kind), None)

    @property
    def id(self) -> str:
        """The subject's number, "" where only a name was ever known."""
        if self.target.native.isdigit():
            return self.target.native
        known = peer_of(self.target.options.get("identity"))
        return str(known.id) if known is not None else ""

    @property
    def found(self) -> Exchange | None:
        """The channel or user itself, by whichever way it was found; not whoever else has its name now."""
        one = self.kind("user" if self.target.kind == "account" else "channel")
        return one if one is not None and self.id in ("", one.facts.get("id")) else None


def judge(target: Target, evidence: Evidence) -> Verdict:
    """The first rule that has something to say."""
    seen = Seen(target, {one.endpoint.partition(" ")[0]: one for one in evidence.exchanges})
    for rule in _RULES:
        verdict = rule(seen)
        if verdict is not None:
            return verdict
    return _verdict(State.UNKNOWN, "nothing_learned", 0.0)


def _verdict(state: State, rule: str, sure: float, target: str | None = None, identity: str | None = None) -> Verdict:
    return Verdict(state, f"telegram.{rule}", sure, target, identity, "migrate" if rule == "group_migrated" else "move")


def _identity(one: Exchange) -> str | None:
    return stored_peer(one.facts.get("id"), one.facts.get("access_hash"))


def _unasked(seen: Seen) -> Verdict | None:
    return _verdict(State.UNKNOWN, "no_name", 0.0) if seen.any(NO_NAME) else None


def _deleted(seen: Seen) -> Verdict | None:
    one = seen.found
    if one is not None and one.facts.get("deleted") == "yes":
        return _verdict(State.CLOSED_UNKNOWN_ACTOR, "account_deleted", 0.95, identity=_identity(one))
    if seen.any("INPUT_USER_DEACTIVATED"):
        return _verdict(State.CLOSED_UNKNOWN_ACTOR, "account_deactivated", 0.95)
    return None


def _restricted(seen: Seen) -> Verdict | None:
    """Which clients hide it, why, and what they tell instead."""
    one = seen.found
    if one is None or one.facts.get("restricted") != "yes":
        return None
    who, text = _identity(one), one.marker.lower()
    pairs = [pair.partition(":")[::2] for pair in one.facts.get("restriction", "").split()]
    everywhere = {reason.lower() for clients, reason in pairs if "all" in clients.split("-")}
    if "terms" in everywhere:
        return _verdict(State.REMOVED_BY_PLATFORM, "removed_terms", 0.85, identity=who)
    if any(word in text for word in _COPYRIGHT) or everywhere & set(_COPYRIGHT):
        return _verdict(State.RESTRICTED, "restricted_copyright", 0.6, identity=who)
    if any(word in text for word in _LEGAL) or any(len(reason) == 2 for reason in everywhere):
        return _verdict(State.RESTRICTED, "restricted_country", 0.6, identity=who)
    if pairs and not everywhere:
        return _verdict(State.RESTRICTED, "restricted_in_clients", 0.9, identity=who)
    return _verdict(State.RESTRICTED, "restricted", 0.7, identity=who)


def _present(seen: Seen) -> Verdict | None:
    """It is there; under another name than the last one known, it was renamed."""
    one = seen.found
    if one is None:
        return None
    names = one.facts.get("usernames", "").split()
    known = (seen.target.handle or "").lstrip("@").lower()
    if known and names and known not in [name.lower() for name in names]:
        where = handle_reference("telegram", names[0])
        return _verdict(State.RENAMED, "new_name", 0.95, where, _identity(one))
    return _verdict(State.PRESENT, f"{one.facts['kind']}_present", 0.95, identity=_identity(one))


def _taken(seen: Seen) -> Verdict | None:
    """Somebody else has the name: what became of the subject itself is not told. A person who took it is not named."""
    if seen.kind("channel") is None and seen.kind("user") is None:
        return None
    name = handle_reference("telegram", seen.target.handle or seen.target.native)
    channel = seen.kind("channel")
    where = f"telegram:channel:{channel.facts['id']}" if channel is not None and "id" in channel.facts else name
    return _verdict(State.RENAMED, "name_taken", 0.7, where)


def _shut(seen: Seen) -> Verdict | None:
    if seen.kind("channel_forbidden") is not None:
        return _verdict(State.PRIVATE_OR_PROBER_BLOCKED, "channel_forbidden", 0.7)
    if seen.kind("group_forbidden") is not None:
        return _verdict(State.PRIVATE_OR_PROBER_BLOCKED, "group_forbidden", 0.7)
    if seen.any(*_PRIVATE):
        return _verdict(State.PRIVATE_OR_PROBER_BLOCKED, "channel_private", 0.6)
    return _verdict(State.PRIVATE_OR_PROBER_BLOCKED, "page_shut", 0.6) if seen.any(*_PAGE_SHUT) else None


def _group(seen: Seen) -> Verdict | None:
    one = seen.kind("group")
    if one is None:
        return None
    if one.facts.get("migrated_to"):
        return _verdict(State.MOVED, "group_migrated", 0.95, f"telegram:channel:{one.facts['migrated_to']}")
    if one.facts.get("deactivated") == "yes":
        return _verdict(State.CLOSED_UNKNOWN_ACTOR, "group_deactivated", 0.7)
    return _verdict(State.PRESENT, "group_present", 0.95)


def _invite(seen: Seen) -> Verdict | None:
    if seen.kind("invite") is not None:
        return _verdict(State.PRESENT, "invite_valid", 0.8)
    if seen.any("INVITE_HASH_EXPIRED"):
        return _verdict(State.UNKNOWN, "invite_expired", 0.4)
    return (
        _verdict(State.UNKNOWN, "invite_invalid", 0.2) if seen.any("INVITE_HASH_INVALID", "INVITE_HASH_EMPTY") else None
    )


def _not_found(seen: Seen) -> Verdict | None:
    if seen.any("USERNAME_NOT_OCCUPIED"):
        return _verdict(State.UNKNOWN, "name_free", 0.4)
    if seen.any("USERNAME_INVALID"):
        return _verdict(State.UNKNOWN, "name_invalid", 0.2)
    if seen.any("CHANNEL_INVALID"):
        return _verdict(State.UNKNOWN, "hash_invalid", 0.1)
    if seen.kind("user_empty") is not None or seen.any(*_NO_USER) or seen.kind("group_empty") is not None:
        return _verdict(State.UNKNOWN, "not_shown", 0.1)
    return None


def _page(seen: Seen) -> Verdict | None:
    """Pages say no id, so whoever has the name now is taken for the subject, with less confidence."""
    for which in (PREVIEW, PAGE):
        if seen.marked(which, "terms"):
            return _verdict(State.REMOVED_BY_PLATFORM, "page_terms", 0.7)
    if seen.marked(PREVIEW, "tgme_channel_info"):
        if seen.marked(PREVIEW, "tgme_widget_message_wrap"):
            return _verdict(State.PRESENT, "preview_present", 0.8)
        return _verdict(State.PRESENT, "preview_empty", 0.6)
    if seen.marked(PAGE, "tgme_page_title", "tgme_page_extra"):
        return _verdict(State.PRESENT, "page_present", 0.7)
    if seen.marked(PAGE, "contact") or seen.marked(PAGE, "tgme_icon_user"):
        return _verdict(State.UNKNOWN, "page_without_card", 0.3)
    return _verdict(State.UNKNOWN, "page_unclear", 0.1) if "200" in (seen.code(PREVIEW), seen.code(PAGE)) else None


def _silence(seen: Seen) -> Verdict | None:
    codes = [one.code for one in seen.answers.values()]
    dead = {*http.FAILURES, *wire.FAILURES}
    if codes and all(code in dead or (len(code) == 3 and code.startswith("5")) for code in codes):
        return _verdict(State.UNREACHABLE, "unreachable", 0.9)
    return None


_RULES: tuple[Callable[[Seen], Verdict | None], ...] = (
    _unasked,
    _deleted,
    _restricted,
    _present,
    _taken,
    _group,
    _invite,
    _shut,
    _not_found,
    _page,
    _silence,
)
