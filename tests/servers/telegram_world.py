"""What the local data centre holds: channels, groups and people of a small made-up world, and how they answer.

As Telegram answers it: by id with the account's own access hash, by name, page by page. A request that is not reading is unknown here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from telethon import functions
from telethon.tl import types

BORN = datetime(2019, 11, 1, 12, tzinfo=UTC)
DROPPED = "dropped"
"""In `broken` or `floods`: no answer, and the connection ends."""

_NAME = re.compile(r"[a-z]\w{3,31}", re.ASCII | re.IGNORECASE)
_MILLISECONDS = (
    "online_update_period_ms", "offline_blur_timeout_ms", "offline_idle_timeout_ms", "online_cloud_timeout_ms",
    "notify_cloud_delay_ms", "notify_default_delay_ms", "push_chat_period_ms", "call_receive_timeout_ms",
    "call_ring_timeout_ms", "call_connect_timeout_ms", "call_packet_timeout_ms",
)  # fmt: skip
_NUMBERS = (
    "chat_size_max", "megagroup_size_max", "forwarded_count_max", "push_chat_limit", "edit_time_limit", "revoke_time_limit",
    "revoke_pm_time_limit", "rating_e_decay", "stickers_recent_limit", "channels_read_media_period", "caption_length_max",
    "message_length_max",
)  # fmt: skip


def error(word: str, code: int = 400) -> Any:  # noqa: ANN401 - Telegram's objects
    """An answer that refuses."""
    return types.RpcError(code, word)


@dataclass(slots=True)
class Venue:
    """One channel or group. `shut` is what by-id requests get instead of it: an error's word, or ``forbidden``."""

    channel: Any
    about: str = ""
    messages: list[Any] = field(default_factory=list)
    admins: list[tuple[Any, Any]] = field(default_factory=list)  # participant, user
    linked: int | None = None
    migrated_from: int | None = None
    pinned: int | None = None
    shut: str = ""

    @property
    def peer(self) -> Any:  # noqa: ANN401
        """Its peer."""
        return types.PeerChannel(self.channel.id)

    def say(self, text: str = "", **more: Any) -> int:  # noqa: ANN401
        """A new message; returns its id. `action` makes it a service message."""
        number = (self.messages[-1].id if self.messages else 0) + 1
        head = {"id": number, "peer_id": self.peer, "date": BORN + timedelta(minutes=number), **more}
        made = types.MessageService(**head) if "action" in more else types.Message(message=text, **head)
        self.messages.append(made)
        return number


@dataclass(slots=True)
class World:
    """Everybody; how many seconds the next requests of a method are told to wait (`floods`; 0: it is answered); which error a method gets (`broken`)."""

    venues: dict[int, Venue] = field(default_factory=dict)
    users: dict[int, Any] = field(default_factory=dict)
    groups: dict[int, Any] = field(default_factory=dict)
    invites: dict[str, Any] = field(default_factory=dict)
    floods: dict[str, list[int | str]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def open(self, number: int, name: str | None, *, group: bool = False, **more: Any) -> Venue:  # noqa: ANN401
        """A new channel or group."""
        made = types.Channel(
            id=number,
            title=more.pop("title", f"ba {number}"),
            photo=types.ChatPhotoEmpty(),
            date=BORN,
            access_hash=number * 7,
            username=name,
            broadcast=not group,
            megagroup=group,
            left=more.pop("left", True),
            **more,
        )
        self.venues[number] = Venue(made)
        return self.venues[number]

    def person(self, number: int, first: str, **more: Any) -> Any:  # noqa: ANN401
        """A new user."""
        self.users[number] = types.User(id=number, first_name=first, access_hash=number * 7, **more)
        return self.users[number]

    def config(self, port: int) -> Any:  # noqa: ANN401
        """What a client is told when it connects."""
        plain = dict.fromkeys((*_MILLISECONDS, *_NUMBERS), 1)
        return types.Config(
            date=BORN,
            expires=BORN + timedelta(days=36500),
            test_mode=False,
            this_dc=2,
            dc_options=[types.DcOption(2, "127.0.0.1", port)],
            dc_txt_domain_name="x",
            me_url_prefix="x",
            webfile_dc_id=2,
            **plain,
        )

    def answer(self, request: Any) -> Any:  # noqa: ANN401
        """The answer, or None to what this world does not know."""
        name = type(request).__name__.removesuffix("Request")
        wait = self.floods[name].pop(0) if self.floods.get(name) else 0
        if DROPPED in (wait, self.broken.get(name)):
            raise ConnectionResetError
        if wait:
            return error(f"FLOOD_WAIT_{wait}", 420)
        if name in self.broken:
            return error(self.broken[name], 500 if self.broken[name].isdigit() else 400)
        known = _ANSWERS.get(type(request))
        return known(self, request) if known is not None else None

    def at(self, asked: Any) -> Any:  # noqa: ANN401
        """The venue behind an input channel, or the error that its id and hash get."""
        venue = self.venues.get(asked.channel_id)
        if venue is None or asked.access_hash != venue.channel.access_hash:
            return error("CHANNEL_INVALID")
        if venue.shut and venue.shut != "forbidden":
            return error(venue.shut)
        return venue


def _resolve(world: World, request: Any) -> Any:  # noqa: ANN401
    name = request.username.lower()
    if not _NAME.fullmatch(name):
        return error("USERNAME_INVALID")
    for venue in world.venues.values():
        if (venue.channel.username or "").lower() == name and not venue.shut:
            return types.contacts.ResolvedPeer(venue.peer, chats=[venue.channel], users=[])
    for user in world.users.values():
        if (user.username or "").lower() == name:
            return types.contacts.ResolvedPeer(types.PeerUser(user.id), chats=[], users=[user])
    return error("USERNAME_NOT_OCCUPIED")


def _channels(world: World, request: Any) -> Any:  # noqa: ANN401
    venue = world.at(request.id[0])
    if not isinstance(venue, Venue):
        return venue
    channel = venue.channel
    if venue.shut == "forbidden":
        channel = types.ChannelForbidden(channel.id, channel.access_hash, channel.title, broadcast=channel.broadcast)
    return types.messages.Chats([channel])


def _chats(world: World, request: Any) -> Any:  # noqa: ANN401
    group = world.groups.get(request.id[0])
    return types.messages.Chats([group]) if group is not None else error("PEER_ID_INVALID")


def _users(world: World, request: Any) -> Any:  # noqa: ANN401
    (asked,) = request.id
    if isinstance(asked, types.InputUserSelf):
        return [types.User(id=42, is_self=True, first_name="Desk", access_hash=1)]
    user = world.users.get(asked.user_id)
    return [user if user is not None and asked.access_hash == user.access_hash else types.UserEmpty(asked.user_id)]


def _full(world: World, request: Any) -> Any:  # noqa: ANN401
    venue = world.at(request.channel)
    if not isinstance(venue, Venue):
        return venue
    linked = [world.venues[venue.linked].channel] if venue.linked else []
    full = types.ChannelFull(
        id=venue.channel.id,
        about=venue.about,
        read_inbox_max_id=0,
        read_outbox_max_id=0,
        unread_count=0,
        chat_photo=types.PhotoEmpty(0),
        notify_settings=types.PeerNotifySettings(),
        bot_info=[],
        pts=1,
        participants_count=41,
        can_view_participants=bool(venue.channel.megagroup),
        linked_chat_id=venue.linked,
        migrated_from_chat_id=venue.migrated_from,
        migrated_from_max_id=None if venue.migrated_from is None else 1,
        pinned_msg_id=venue.pinned,
    )
    return types.messages.ChatFull(full, chats=[venue.channel, *linked], users=[])


def _admins(world: World, request: Any) -> Any:  # noqa: ANN401
    venue = world.at(request.channel)
    if not isinstance(venue, Venue):
        return venue
    if not isinstance(request.filter, types.ChannelParticipantsAdmins):
        return None  # nobody may ask for more than the admins
    if not venue.channel.megagroup:
        return error("CHAT_ADMIN_REQUIRED")
    page = venue.admins[request.offset : request.offset + request.limit]
    people = [user for _, user in page]
    return types.channels.ChannelParticipants(len(venue.admins), [one for one, _ in page], chats=[], users=people)


def _history(world: World, request: Any) -> Any:  # noqa: ANN401
    """Newest first: from the first message below `offset_id`, shifted by `add_offset`."""
    venue = world.at(request.peer)
    if not isinstance(venue, Venue):
        return venue
    newest = venue.messages[::-1]
    below = [place for place, one in enumerate(newest) if one.id < request.offset_id]
    first = (below[0] if below else len(newest)) if request.offset_id else 0
    start = first + request.add_offset
    page = newest[max(start, 0) : max(start + min(request.limit, 100), 0)]
    return _page(world, venue, page)


def _pinned(world: World, request: Any) -> Any:  # noqa: ANN401
    venue = world.at(request.channel)
    if not isinstance(venue, Venue):
        return venue
    return _page(world, venue, [one for one in venue.messages if one.id == venue.pinned])


def _page(world: World, venue: Venue, page: list[Any]) -> Any:  # noqa: ANN401
    seen = {one.from_id.user_id for one in page if isinstance(getattr(one, "from_id", None), types.PeerUser)}
    heads = [one.fwd_from.from_id for one in page if getattr(one, "fwd_from", None) is not None]
    from_where = {head.channel_id for head in heads if isinstance(head, types.PeerChannel)} & set(world.venues)
    chats = [venue.channel, *(world.venues[number].channel for number in sorted(from_where))]
    people = [world.users[number] for number in sorted(seen)]
    return types.messages.ChannelMessages(
        pts=1, count=len(venue.messages), messages=page, topics=[], chats=chats, users=people
    )


def _state(world: World, request: Any) -> Any:  # noqa: ANN401
    return types.updates.State(pts=1, qts=0, date=BORN, seq=1, unread_count=0)


def _no_news(world: World, request: Any) -> Any:  # noqa: ANN401
    return types.updates.DifferenceEmpty(date=BORN, seq=1)


def _invite(world: World, request: Any) -> Any:  # noqa: ANN401
    return world.invites.get(request.hash, error("INVITE_HASH_EXPIRED"))


_ANSWERS: dict[type, Callable[[World, Any], Any]] = {
    functions.contacts.ResolveUsernameRequest: _resolve,
    functions.channels.GetChannelsRequest: _channels,
    functions.channels.GetFullChannelRequest: _full,
    functions.channels.GetParticipantsRequest: _admins,
    functions.channels.GetMessagesRequest: _pinned,
    functions.messages.GetHistoryRequest: _history,
    functions.messages.GetChatsRequest: _chats,
    functions.messages.CheckChatInviteRequest: _invite,
    functions.users.GetUsersRequest: _users,
    functions.updates.GetStateRequest: _state,
    functions.updates.GetDifferenceRequest: _no_news,
}
