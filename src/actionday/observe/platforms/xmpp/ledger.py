"""What of a file may be kept, and the rows it makes: rooms that are public by their own answer, and nothing else.

Everything between two people, every account's own archive, and every room not known to be public is counted and skipped, unless
the source names the order or consent it is read on (`private_basis`). Encrypted messages are counted: nobody here can
read them. Passwords, SCRAM keys, private storage and rosters are never looked at.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from actionday.observe.platforms.xmpp import rooms, stanzas
from actionday.observe.platforms.xmpp.columns import Columns
from actionday.observe.platforms.xmpp.dump import Place, Stanza
from actionday.observe.platforms.xmpp.names import bare, resource
from actionday.observe.platforms.xmpp.stanzas import Envelope, Said
from actionday.observe.reader import Refused, Source
from actionday.observe.tray import Batch

UNKNOWN_ROOM = "nothing says that this room is public: not imported. Its disco#info answer in the file would, or public_rooms in FILE.map.toml"
PRIVATE_ROOM = "a room that is hidden, for members only or behind a password: not imported"
PRIVATE = "messages between people: private, not imported"
ENCRYPTED = "end-to-end encrypted: nothing to read"
ACCOUNTS = "accounts with their rosters, profiles and credentials: private, not imported"
_REMEMBERED, _MOST_ROOMS = 20_000, 100_000
"""Messages that a correction may reach back to, and rooms that are told apart; a file may name any number of both."""
OTHERS = "(other rooms)"


@dataclass(slots=True)
class Known:
    """What is known of rooms before reading: whether they are public by their own answer or as declared, and who holds a role."""

    public: dict[str, bool] = field(default_factory=dict)
    declared: frozenset[str] = frozenset()
    roles: dict[str, dict[str, str]] = field(default_factory=dict)

    def answer(self, iq: Any) -> None:  # noqa: ANN401 - an lxml element
        """Take an answer into account; of two that disagree the one that says private counts."""
        found = rooms.answer_of(iq)
        if found is not None and (found.room in self.public or len(self.public) < _MOST_ROOMS):
            self.public[found.room] = found.public and self.public.get(found.room, True)
        for account, room, role in rooms.affiliations_of(iq):
            if room in self.roles or len(self.roles) < _MOST_ROOMS:
                self.roles.setdefault(room, {})[account] = role

    def note(self) -> Mapping[str, Any]:
        """For a part's note."""
        return {"public": self.public, "roles": self.roles}

    @classmethod
    def of(cls, note: Mapping[str, Any], source: Source) -> "Known":
        """From a part's note, and what the mapping beside the file declares."""
        declared = (source.mapping or {}).get("public_rooms", ())
        listed = declared if isinstance(declared, list) else ()
        said = frozenset(room for one in listed if isinstance(one, str) and (room := bare(one)))
        return cls(dict(note.get("public", {})), said, dict(note.get("roles", {})))

    def is_public(self, room: str) -> bool:
        """Whether the room says so itself, or a person says so of a room that was not asked."""
        return self.public.get(room, room in self.declared)


class Ledger:
    """Rows of one part."""

    def __init__(self, source: Source, known: Known) -> None:
        self._source, self._known, self._basis = source, known, bool(source.private_basis)
        self._columns = Columns()
        self._rooms: set[str] = set()
        self._skipped: Counter[str] = Counter()
        self._encrypted: Counter[str] = Counter()
        self._between = self._accounts = 0
        self._profile: tuple[str | None, str | None] = (None, None)
        self._recent: OrderedDict[tuple[str, str], tuple[str | None, str, str | None]] = OrderedDict()

    def take(self, one: Stanza | Refused) -> None:
        """Take a stanza."""
        if isinstance(one, Refused):
            self._columns.refused.append(one)
        elif one.place is Place.END:
            self._account(one)
        elif one.place is Place.HOST_END:
            self._host(one)
        elif one.place is Place.PROFILE:
            self._profile = (one.element.findtext("{vcard-temp}FN"), one.element.findtext("{vcard-temp}NICKNAME"))
        elif stanzas.is_iq(one.tag):
            self._answer(one)
        else:
            found = stanzas.envelope(one.element, one.tag)
            if found is not None:
                self.message(found, one.position, owned=one.owner is not None)

    def message(self, found: Envelope, position: str, *, owned: bool = False) -> None:
        """Take a message or presence with its time; `owned` where it lies in an account's own archive."""
        inner = found.inner
        room, sort = bare(inner.get("from")) or found.archive, inner.get("type")
        if not found.message:
            self._presence(found, room, position)
        elif sort == "groupchat" and room:
            self._post(found, room, position, owned=owned)
        elif sort != "error":
            self._direct(found, position)

    def full(self) -> Iterator[Batch]:
        """The batch that is held, where it is full."""
        if self._columns.due():
            yield self._flush()

    def finish(self) -> Iterator[Batch]:
        """The last batch, and what was skipped."""
        self._say_between("file")
        for room, count in self._skipped.items():
            reason = PRIVATE_ROOM if room in self._known.public else UNKNOWN_ROOM
            self._columns.refused.append(Refused(f"xmpp:channel:{room}", f"{reason}; {count} messages"))
        for room, count in self._encrypted.items():
            self._columns.refused.append(Refused(f"xmpp:channel:{room}", f"{ENCRYPTED}; {count} messages"))
        yield self._flush()

    def _flush(self) -> Batch:
        columns, self._columns = self._columns, Columns()
        for room in sorted({str(row[0]).removeprefix("xmpp:channel:") for row in columns.posts}):
            for account, role in self._known.roles.get(room, {}).items():
                columns.roles[f"xmpp:account:{account}", f"xmpp:channel:{room}", role] = None
        return columns.batch(self._source)

    def _open(self, room: str) -> bool:
        return self._basis or self._known.is_public(room)

    def _answer(self, one: Stanza) -> None:
        gone = rooms.gone_of(one.element)
        if gone is not None and gone.venue:
            self._move(gone.room, gone.venue, gone.reason, (None, one.position))
        found = rooms.answer_of(one.element)
        if found is not None and self._open(found.room):
            self._rooms.add(found.room)
            row = (f"xmpp:channel:{found.room}", found.room, "room", found.title, found.description, found.members)
            self._columns.channels.append(row)
        for account, room, role in rooms.affiliations_of(one.element):
            if self._open(room):
                self._columns.roles[f"xmpp:account:{account}", f"xmpp:channel:{room}", role] = None

    def _presence(self, found: Envelope, room: str | None, position: str) -> None:
        end = stanzas.destroyed(found.inner)
        if end is not None and room and self._open(room):
            self._move(room, end[0], end[1], (found.stamp, position))

    def _move(self, room: str, venue: str, reason: str, when: tuple[str | None, str]) -> None:
        evidence = f"destroyed: {reason}" if reason else "destroyed"
        self._columns.moves.append((f"xmpp:channel:{room}", f"xmpp:channel:{venue}", 1.0, when[0], evidence, when[1]))

    def _post(self, found: Envelope, room: str, position: str, *, owned: bool) -> None:
        told = stanzas.said(found.inner, room)
        if told.encrypted:
            _count(self._encrypted, room)
        elif told.text is None and not told.files:
            return
        elif not self._open(room):
            _count(self._skipped, room)
        else:
            self._venue(room, "room")
            archived = None if owned else found.archive_id
            self._write(found, told, (room, self._author(room, found, told), archived, position))

    def _venue(self, address: str, kind: str) -> None:
        if address not in self._rooms:
            self._rooms.add(address)
            if address not in self._known.public or kind != "room":
                self._columns.channels.append((f"xmpp:channel:{address}", address, kind, None, None, None))

    def _author(self, room: str, found: Envelope, told: Said) -> str | None:
        """The account where the room shows it; else the occupant, by a stable id where there is one, else by nick alone."""
        nick = resource(found.inner.get("from"))
        if told.jid:
            subject, native = f"xmpp:account:{told.jid}", told.jid
            role = told.affiliation if told.affiliation in ("owner", "admin") else None
            if role:
                self._columns.roles[subject, f"xmpp:channel:{room}", role] = None
        elif nick or told.occupant:
            native = f"{room}/{told.occupant or nick}"
            subject = f"xmpp:account:{native}"
        else:
            return None
        self._columns.accounts[subject, native, told.jid, nick or None] = None
        return subject

    def _write(self, found: Envelope, told: Said, who: tuple[str, str | None, str | None, str]) -> None:
        room, author, archive_id, position = who
        channel, message_id = f"xmpp:channel:{room}", found.inner.get("id")
        native = archive_id or told.stanza_id or message_id or _derived(found, told)
        stamp, edited, action = found.stamp, None, told.action
        if told.replaces:
            before = self._recent.get((room, told.replaces))
            if before is not None and before[0] == author:
                _, native, stamp = before
                edited = found.stamp
            else:
                action = action or "correct"
        elif message_id:
            self._remember((room, message_id), (author, native, stamp))
        said = (told.kind, action, told.reply_to, told.text or "", list(dict.fromkeys(told.hrefs)) or None)
        self._columns.posts.append((channel, native, author, stamp, edited, *said, len(told.files), position))
        if edited is None:
            rows = ((channel, native, stamp, *file, place) for place, file in enumerate(told.files))
            self._columns.media.extend(rows)

    def _remember(self, key: tuple[str, str], what: tuple[str | None, str, str | None]) -> None:
        self._recent[key] = what
        if len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)

    def _direct(self, found: Envelope, position: str) -> None:
        """Between two people, or in private within a room. The conversation is one venue, whoever's archive it lies in."""
        told = stanzas.said(found.inner, None)
        one, other = bare(found.inner.get("from")), bare(found.inner.get("to")) or found.archive
        if told.text is None and not told.files and not told.encrypted:
            return
        if not self._basis or not one or not other:
            self._between += 1
            return
        venue = ":".join(sorted((one, other)))
        if told.encrypted:
            _count(self._encrypted, venue)
            return
        self._venue(venue, "direct")
        self._columns.accounts[f"xmpp:account:{one}", one, one, None] = None
        ids = found.inner.get("id") or found.archive_id
        self._write(found, told, (venue, f"xmpp:account:{one}", ids, position))

    def _account(self, one: Stanza) -> None:
        self._accounts += 1
        self._say_between(one.position)
        user, host = one.owner or ("", "")
        address = bare(f"{user}@{host}")
        if self._basis and address:
            name = self._profile[0] or self._profile[1]
            self._columns.accounts[f"xmpp:account:{address}", address, address, name] = None
        self._profile = (None, None)

    def _say_between(self, position: str) -> None:
        if self._between:
            self._columns.refused.append(Refused(position, f"{PRIVATE}; {self._between} messages"))
        self._between = 0

    def _host(self, one: Stanza) -> None:
        if self._accounts and not self._basis:
            self._columns.refused.append(Refused(one.position, f"{ACCOUNTS}; {self._accounts} accounts"))
        self._accounts = 0


def _count(rooms_: Counter[str], room: str) -> None:
    rooms_[room if room in rooms_ or len(rooms_) < _MOST_ROOMS else OTHERS] += 1


def _derived(found: Envelope, told: Said) -> str:
    """An id for a message that has none: the same words of the same sender at the same time get the same."""
    text = "\0".join((found.stamp or "", found.inner.get("from") or "", told.text or ""))
    return f"derived:{hashlib.blake2b(text.encode('utf-8', 'replace'), digest_size=12).hexdigest()}"
