"""Telegram's objects as facts: the few decisive fields of an answer, as text. Not for: reading states out of them (`judging`)."""

from typing import Any

_KINDS = {
    "Channel": "channel",
    "ChannelForbidden": "channel_forbidden",
    "Chat": "group",
    "ChatForbidden": "group_forbidden",
    "ChatEmpty": "group_empty",
    "User": "user",
    "UserEmpty": "user_empty",
    "ChatInvite": "invite",
    "ChatInviteAlready": "invite",
    "ChatInvitePeek": "invite",
}
_FLAGS = ("restricted", "scam", "fake", "verified", "deleted", "deactivated", "left", "broadcast", "megagroup", "bot")
_PLAIN = ("id", "access_hash", "username", "title", "participants_count")


def facts_of(result: Any) -> tuple[dict[str, str], str]:  # noqa: ANN401 - Telegram's objects
    """The fields of whoever the answer is about, and the text of its restriction."""
    found = _subject(result)
    if found is None:
        return {}, ""
    facts = {"kind": _KINDS.get(type(found).__name__, type(found).__name__)}
    facts |= {name: str(value)[:300] for name in _PLAIN if (value := getattr(found, name, None)) is not None}
    facts |= {flag: "yes" for flag in _FLAGS if getattr(found, flag, None)}
    names = names_of(found)
    if names:
        facts["usernames"] = " ".join(names)
    moved = getattr(getattr(found, "migrated_to", None), "channel_id", None)
    if moved:
        facts["migrated_to"] = str(moved)
    reasons = getattr(found, "restriction_reason", None) or []
    if reasons:
        facts["restriction"] = " ".join(f"{one.platform}:{one.reason}" for one in reasons)
    return facts, " | ".join(one.text for one in reasons)


def names_of(found: Any) -> list[str]:  # noqa: ANN401
    """All names that lead to a channel or user now; the main one first."""
    more = [one.username for one in getattr(found, "usernames", None) or () if one.active]
    return [*dict.fromkeys(name for name in (getattr(found, "username", None), *more) if name)]


def _subject(result: Any) -> Any:  # noqa: ANN401
    """The one thing that was asked for."""
    if isinstance(result, list):
        return result[0] if result else None
    peer = getattr(result, "peer", None)
    if peer is not None:
        number = getattr(peer, "channel_id", None) or getattr(peer, "user_id", None)
        return next((one for one in (*result.chats, *result.users) if one.id == number), None)
    chats = getattr(result, "chats", None)
    return chats[0] if chats else (result if chats is None else None)
