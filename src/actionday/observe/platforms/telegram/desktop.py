"""Telegram's live messages in the keys of Telegram Desktop's export, so that one reader reads both.

Carried besides, since the API tells it: `views`. No wall clock is written, since the API has none: times are `date_unixtime`. Files
are not fetched; in place of a path stands the notice that a file was left out. Not for: fetching (`live`), rows (`columns`).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

LEFT_OUT = "(File not included. Change data exporting settings to download.)"
_ACTIONS = {
    "ChatCreate": "create_group",
    "ChannelCreate": "create_channel",
    "ChatEditTitle": "edit_group_title",
    "ChatEditPhoto": "edit_group_photo",
    "ChatDeletePhoto": "delete_group_photo",
    "ChatAddUser": "invite_members",
    "ChatDeleteUser": "remove_members",
    "ChatJoinedByLink": "join_group_by_link",
    "ChatJoinedByRequest": "join_group_by_request",
    "ChatMigrateTo": "migrate_to_supergroup",
    "ChannelMigrateFrom": "migrate_from_group",
    "PinMessage": "pin_message",
    "HistoryClear": "clear_history",
    "TopicCreate": "topic_created",
    "TopicEdit": "topic_edit",
    "SetMessagesTTL": "set_messages_ttl",
}
_KINDS = {"PeerUser": ("user", "user_id"), "PeerChat": ("chat", "chat_id"), "PeerChannel": ("channel", "channel_id")}
Names = Mapping[str, str | None]


def peer_key(peer: Any) -> str | None:  # noqa: ANN401 - Telegram's objects
    """``user7``, ``chat7`` or ``channel7``, as the export writes it; None for nobody."""
    word, number = _KINDS.get(type(peer).__name__, ("", ""))
    return f"{word}{getattr(peer, number)}" if word else None


def names_in(users: Iterable[Any], chats: Iterable[Any]) -> dict[str, str | None]:
    """Display names by key, of the users and chats that come with an answer; None for a deleted account."""
    found: dict[str, str | None] = {}
    for user in users:
        words = (getattr(user, "first_name", None), getattr(user, "last_name", None))
        found[f"user{user.id}"] = " ".join(word for word in words if word) or None
    for chat in chats:
        word = "channel" if type(chat).__name__.startswith("Channel") else "chat"
        found[f"{word}{chat.id}"] = getattr(chat, "title", None)
    return found


def message(one: Any, names: Names) -> dict[str, Any] | None:  # noqa: ANN401
    """One message; None for one that was deleted."""
    kind = type(one).__name__
    if kind == "MessageEmpty":
        return None
    made: dict[str, Any] = {
        "id": one.id,
        "type": "service" if kind == "MessageService" else "message",
        "date_unixtime": _unix(one.date),
    }
    by = peer_key(getattr(one, "from_id", None)) or peer_key(one.peer_id)
    reply = getattr(one, "reply_to", None)
    if replied := getattr(reply, "reply_to_msg_id", None):
        made["reply_to_message_id"] = replied
        made["reply_to_peer_id"] = peer_key(getattr(reply, "reply_to_peer_id", None))
    if kind == "MessageService":
        return _filled(made | {"actor": names.get(by or ""), "actor_id": by, "text": "", **_action(one.action)})
    made |= {"from": names.get(by or ""), "from_id": by, "author": one.post_author, "views": one.views}
    made["edited_unixtime"] = _unix(one.edit_date) if one.edit_date and not one.edit_hide else None
    made |= _forward(one.fwd_from, names) | _media(one.media)
    made["inline_bot_buttons"] = _buttons(one.reply_markup)
    made["text"] = text_of(one.message or "", one.entities or ())
    filled = _filled(made)
    if one.fwd_from is not None:
        filled.setdefault("forwarded_from", None)  # the key alone, even with nobody's name, makes a forward
    return filled


def text_of(text: str, entities: Iterable[Any]) -> str | list[str | dict[str, Any]]:
    """The text, or its pieces where some lead elsewhere. Places are counted in UTF-16, as Telegram does."""
    leads = [one for one in entities if type(one).__name__ in ("MessageEntityTextUrl", "MessageEntityMentionName")]
    if not leads:
        return text
    raw, at = text.encode("utf-16-le", "surrogatepass"), 0
    pieces: list[str | dict[str, Any]] = []
    for one in sorted(leads, key=lambda one: int(one.offset)):
        start, end = 2 * one.offset, 2 * (one.offset + one.length)
        if start < at:
            continue  # inside of the one before
        pieces.append(raw[at:start].decode("utf-16-le", "replace"))
        url = getattr(one, "url", None)
        lead = {"type": "text_link", "href": url} if url else {"type": "mention_name", "user_id": one.user_id}
        pieces.append({"text": raw[start:end].decode("utf-16-le", "replace"), **lead})
        at = end
    pieces.append(raw[at:].decode("utf-16-le", "replace"))
    return [piece for piece in pieces if piece]


def hrefs_of(pieces: str | list[str | dict[str, Any]]) -> list[str]:
    """The addresses behind a text."""
    return [] if isinstance(pieces, str) else [one["href"] for one in pieces if isinstance(one, dict) and "href" in one]


def _filled(made: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in made.items() if value is not None}


def _unix(at: datetime) -> str:
    return str(int(at.timestamp()))


def _action(action: Any) -> dict[str, Any]:  # noqa: ANN401
    """The export's word for what happened; a made-up one for what it has no word for, after Telegram's own."""
    name = type(action).__name__.removeprefix("MessageAction")
    word = _ACTIONS.get(name) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return {"action": word, "title": getattr(action, "title", None)}


def _forward(head: Any, names: Names) -> dict[str, Any]:  # noqa: ANN401
    if head is None:
        return {}
    key = peer_key(head.from_id)
    return {"forwarded_from": head.from_name or names.get(key or ""), "forwarded_from_id": key}


def _media(media: Any) -> dict[str, Any]:  # noqa: ANN401
    """What the message carries. A preview of a linked page is none of its own."""
    photo, document = getattr(media, "photo", None), getattr(media, "document", None)
    if photo is not None and type(media).__name__ == "MessageMediaPhoto":
        sizes = [one for one in getattr(photo, "sizes", ()) if getattr(one, "w", 0)]
        largest = max(sizes, key=lambda one: int(one.w) * int(one.h), default=None)
        told = {"width": largest.w, "height": largest.h} if largest is not None else {}
        weight = getattr(largest, "size", None) or max(getattr(largest, "sizes", None) or (0,))
        return {"photo": LEFT_OUT, "photo_file_size": weight or None, **told}
    if document is None or not hasattr(document, "attributes"):
        return {}
    told = {"file": LEFT_OUT, "file_size": document.size, "mime_type": document.mime_type}
    for one in document.attributes:
        told |= _attribute(one, told)
    return told


def _attribute(one: Any, told: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401
    match type(one).__name__:
        case "DocumentAttributeFilename":
            return {"file_name": one.file_name}
        case "DocumentAttributeVideo":
            kind = "video_message" if one.round_message else told.get("media_type", "video_file")
            return {"media_type": kind, "width": one.w, "height": one.h, "duration_seconds": one.duration}
        case "DocumentAttributeAudio":
            kind = "voice_message" if one.voice else "audio_file"
            return {"media_type": kind, "duration_seconds": one.duration}
        case "DocumentAttributeSticker":
            return {"media_type": "sticker"}
        case "DocumentAttributeAnimated":
            return {"media_type": "animation"}
        case "DocumentAttributeImageSize":
            return {"width": one.w, "height": one.h}
    return {}


def _buttons(markup: Any) -> list[list[dict[str, str]]] | None:  # noqa: ANN401
    """Buttons that open an address."""
    rows = [
        [{"type": "url", "text": one.text, "data": url} for one in row.buttons if (url := _opens(one))]
        for row in getattr(markup, "rows", None) or ()
    ]
    return [row for row in rows if row] or None


def _opens(button: Any) -> str | None:  # noqa: ANN401
    """The address a button opens: its own, or since layer 229 its type's."""
    return getattr(button, "url", None) or getattr(getattr(button, "type", None), "url", None)
