"""Recorded answers and what must be read out of them: one or more for every rule, for every row of what is known of Telegram's answers."""

from datetime import UTC, datetime

from actionday.observe.outside import Target
from actionday.observe.prober import ProbeExample
from actionday.records import Evidence, Exchange, State

_AT = datetime(2020, 1, 1, tzinfo=UTC)
_ID, _HASH, _OTHER = "1300000001", "77", "1300000009"
_CHANNEL = Target(f"telegram:channel:{_ID}", "telegram", "channel", _ID, "babebi", {"identity": f"{_ID}:{_HASH}"})
_NAMED = Target("telegram:channel:@babebi", "telegram", "channel", "@babebi")
_ACCOUNT = Target("telegram:account:700000001", "telegram", "account", "700000001", "vevovu")
_GROUP = Target("telegram:channel:chat55", "telegram", "channel", "chat55")
_INVITE = Target("telegram:channel:+AbCdEfGh12345678", "telegram", "channel", "+AbCdEfGh12345678")
_TERMS = "This channel can't be displayed because it violated Telegram's Terms of Service."


def _said(endpoint: str, code: str, marker: str = "", **facts: str) -> Exchange:
    return Exchange(endpoint, _AT, code, marker, "", facts)


def _is(kind: str, number: str = _ID, marker: str = "", **facts: str) -> Exchange:
    asked = {"user": "users.getUsers", "group": "messages.getChats"}.get(kind, "channels.getChannels")
    return _said(f"{asked} {number}", "ok", marker, kind=kind, id=number, access_hash=_HASH, **facts)


def _named(number: str, kind: str = "channel", **facts: str) -> Exchange:
    return _said(
        "contacts.resolveUsername babebi", "ok", kind=kind, id=number, access_hash="78", usernames="babebi", **facts
    )


def _name(code: str) -> Exchange:
    return _said("contacts.resolveUsername babebi", code)


def _by_id(code: str) -> Exchange:
    return _said(f"channels.getChannels {_ID}", code)


def _hidden(restriction: str, marker: str = "") -> Exchange:
    return _is("channel", marker=marker, restricted="yes", restriction=restriction, usernames="babebi")


def _page(which: str, code: str, marks: str = "") -> Exchange:
    return _said(f"{which} https://t.me/{'s/' if which == 'preview' else ''}babebi", code, marks)


_PERSON = _said("contacts.resolveUsername babebi", "ok", kind="user")
_FREE, _OVER, _PRIVATE = _name("USERNAME_NOT_OCCUPIED"), _page("preview", "302"), State.PRIVATE_OR_PROBER_BLOCKED
_CASES: tuple[tuple[str, Target, tuple[Exchange, ...], State, str], ...] = (
    ("by id", _CHANNEL, (_is("channel", usernames="babebi"),), State.PRESENT, "channel_present"),
    ("by id, no name any more", _CHANNEL, (_is("channel"),), State.PRESENT, "channel_present"),
    ("by id, a label is no removal", _CHANNEL, (_is("channel", scam="yes", fake="yes"),), State.PRESENT, "channel_present"),
    ("by id, another name", _CHANNEL, (_is("channel", usernames="dadedi"),), State.RENAMED, "new_name"),
    ("by name", _CHANNEL, (_named(_ID),), State.PRESENT, "channel_present"),
    ("by name, never met before", _NAMED, (_named(_ID),), State.PRESENT, "channel_present"),
    ("by name after a wrong hash", _CHANNEL, (_by_id("CHANNEL_INVALID"), _named(_ID)), State.PRESENT, "channel_present"),
    ("the name is another channel's", _CHANNEL, (_by_id("CHANNEL_PRIVATE"), _named(_OTHER)), State.RENAMED, "name_taken"),
    ("the name is a person's", _CHANNEL, (_PERSON,), State.RENAMED, "name_taken"),
    ("the name was never a channel's", _NAMED, (_PERSON,), State.RENAMED, "name_taken"),
    ("the name is a channel's", _ACCOUNT, (_named(_OTHER),), State.RENAMED, "name_taken"),
    ("the name is another person's", _ACCOUNT, (_PERSON,), State.RENAMED, "name_taken"),
    ("banned everywhere", _CHANNEL, (_hidden("all:terms", _TERMS),), State.REMOVED_BY_PLATFORM, "removed_terms"),
    ("banned, seen by name", _NAMED, (_named(_ID, restricted="yes", restriction="ios-android-all:terms"),), State.REMOVED_BY_PLATFORM, "removed_terms"),
    ("hidden in the stores' apps", _CHANNEL, (_hidden("ios:porn android:porn"),), State.RESTRICTED, "restricted_in_clients"),
    ("hidden in the stores' apps, dashed", _CHANNEL, (_hidden("ios-android:terms"),), State.RESTRICTED, "restricted_in_clients"),
    ("hidden by a country's law", _CHANNEL, (_hidden("all:other", "Hidden because of local laws."),), State.RESTRICTED, "restricted_country"),
    ("hidden in a country", _CHANNEL, (_hidden("all:XX"),), State.RESTRICTED, "restricted_country"),
    ("hidden for copyright", _CHANNEL, (_hidden("all:copyright"),), State.RESTRICTED, "restricted_copyright"),
    ("hidden for another reason", _CHANNEL, (_hidden("all:porn"),), State.RESTRICTED, "restricted"),
    ("hidden, no reason told", _CHANNEL, (_hidden(""),), State.RESTRICTED, "restricted"),
    ("private or gone", _CHANNEL, (_by_id("CHANNEL_PRIVATE"),), _PRIVATE, "channel_private"),
    ("private or gone, name free", _CHANNEL, (_by_id("CHANNEL_PRIVATE"), _FREE), _PRIVATE, "channel_private"),
    ("forbidden", _CHANNEL, (_is("channel_forbidden"), _FREE), _PRIVATE, "channel_forbidden"),
    ("hash of another account", _CHANNEL, (_by_id("CHANNEL_INVALID"),), State.UNKNOWN, "hash_invalid"),
    ("name free", _CHANNEL, (_FREE,), State.UNKNOWN, "name_free"),
    ("wrong hash, name free", _CHANNEL, (_by_id("CHANNEL_INVALID"), _FREE), State.UNKNOWN, "name_free"),
    ("name malformed or reserved", _NAMED, (_name("USERNAME_INVALID"),), State.UNKNOWN, "name_invalid"),
    ("an account", _ACCOUNT, (_is("user", "700000001", usernames="vevovu"),), State.PRESENT, "user_present"),
    ("an account that was deleted", _ACCOUNT, (_is("user", "700000001", deleted="yes"),), State.CLOSED_UNKNOWN_ACTOR, "account_deleted"),
    ("an account, deactivated", _ACCOUNT, (_said("users.getUsers 700000001", "INPUT_USER_DEACTIVATED"),), State.CLOSED_UNKNOWN_ACTOR, "account_deactivated"),
    ("an account that is not shown", _ACCOUNT, (_said("users.getUsers 700000001", "ok", kind="user_empty"),), State.UNKNOWN, "not_shown"),
    ("an account, banned", _ACCOUNT, (_is("user", "700000001", restricted="yes", restriction="all:terms"),), State.REMOVED_BY_PLATFORM, "removed_terms"),
    ("a group", _GROUP, (_is("group", "55"),), State.PRESENT, "group_present"),
    ("a group that grew", _GROUP, (_is("group", "55", deactivated="yes", migrated_to="1300000003"),), State.MOVED, "group_migrated"),
    ("a group that ended", _GROUP, (_is("group", "55", deactivated="yes"),), State.CLOSED_UNKNOWN_ACTOR, "group_deactivated"),
    ("a group, shut out", _GROUP, (_said("messages.getChats", "ok", kind="group_forbidden", id="55"),), _PRIVATE, "group_forbidden"),
    ("a group, not a member", _GROUP, (_said("messages.getChats", "PEER_ID_INVALID"),), State.UNKNOWN, "not_shown"),
    ("an invite", _INVITE, (_said("messages.checkChatInvite", "ok", kind="invite", title="ba"),), State.PRESENT, "invite_valid"),
    ("an invite, revoked or its chat gone", _INVITE, (_said("messages.checkChatInvite", "INVITE_HASH_EXPIRED"),), State.UNKNOWN, "invite_expired"),
    ("an invite, malformed", _INVITE, (_said("messages.checkChatInvite", "INVITE_HASH_INVALID"),), State.UNKNOWN, "invite_invalid"),
    ("preview", _CHANNEL, (_page("preview", "200", "tgme_channel_info tgme_widget_message_wrap"),), State.PRESENT, "preview_present"),
    ("preview without posts", _CHANNEL, (_page("preview", "200", "tgme_channel_info"),), State.PRESENT, "preview_empty"),
    ("preview, terms", _CHANNEL, (_page("preview", "200", "tgme_channel_info terms"),), State.REMOVED_BY_PLATFORM, "page_terms"),
    ("no preview, a card", _CHANNEL, (_OVER, _page("page", "200", "tgme_page_title tgme_page_extra")), State.PRESENT, "page_present"),
    ("no preview, no card", _CHANNEL, (_OVER, _page("page", "200", "tgme_icon_user contact")), State.UNKNOWN, "page_without_card"),
    ("no preview, terms", _CHANNEL, (_OVER, _page("page", "200", "tgme_page_title terms")), State.REMOVED_BY_PLATFORM, "page_terms"),
    ("no preview, another page", _CHANNEL, (_OVER, _page("page", "200")), State.UNKNOWN, "page_unclear"),
    ("pages shut", _CHANNEL, (_page("preview", "403"),), _PRIVATE, "page_shut"),
    ("pages elsewhere", _CHANNEL, (_OVER, _page("page", "302")), State.UNKNOWN, "nothing_learned"),
    ("pages silent", _CHANNEL, (_page("preview", "timeout"),), State.UNREACHABLE, "unreachable"),
    ("Telegram silent", _CHANNEL, (_by_id("connect"),), State.UNREACHABLE, "unreachable"),
    ("Telegram ill", _CHANNEL, (_by_id("500"), _name("500")), State.UNREACHABLE, "unreachable"),
    ("nothing to ask by", _ACCOUNT, (_said("not asked", "no-name"),), State.UNKNOWN, "no_name"),
)  # fmt: skip


def examples() -> list[ProbeExample]:
    """All of them."""
    return [
        ProbeExample(name, target, Evidence("telegram/1", "desk", said), state, f"telegram.{rule}")
        for name, target, said, state, rule in _CASES
    ]
