"""Read a public room from outside: what it says of itself, who owns it if it tells, its archive.

Nothing enters the room. Prosody 0.12.3 and ejabberd 23.01 answer questions to the archive (MAM) of an open room from anybody,
and refuse lists of affiliations (``forbidden``) to everybody but the room's own admins: owners are then known only from what the
archive says of senders, which a semi-anonymous room does not. A server that wants an occupant for its archive is not entered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from lxml import etree

from actionday.observe.live import Collected
from actionday.observe.outside import Outside, Target
from actionday.observe.platforms.xmpp import questions
from actionday.observe.platforms.xmpp.names import MAM, bare
from actionday.observe.platforms.xmpp.rooms import answer_of
from actionday.records import InputError
from actionday.wire.xmpp import Reply, Xmpp

_FILE, _PAGE, _MOST_PAGES = "xmpp-room.xml", 100, 10_000
AFFILIATIONS = ("owner", "admin")


class XmppLive:
    """Reads rooms that are public by their own answer, into a dump that `xmpp_export` reads."""

    name = "xmpp"
    title = "Archives (MAM) of public rooms, affiliations where the room tells them"
    version = 1
    platforms: tuple[str, ...] = ("xmpp",)
    format = "xmpp_export"
    extra = "xmpp"
    credentials: tuple[str, ...] = questions.CREDENTIALS
    sees = "The room's service sees questions to its archive from the address of your account; people in the room see nothing."

    async def collect(self, target: Target, cursor: str | None, folder: Path, outside: Outside) -> Collected:
        """What is new since `cursor`, the archive's id of the last message. A room that is gone gives the answer that says so."""
        room = bare(target.native)
        if target.kind != "channel" or room is None:
            raise InputError(target.subject, "an account's archive is its own; only rooms are read")
        async with questions.opened(outside) as xmpp:
            about = await xmpp.ask(room, questions.about())
            if about.code == "gone":
                with _dump(folder) as file:
                    file.write(about.xml + "\n")
                return Collected((folder / _FILE,), cursor, "the room is gone")
            _must_be_public(room, about)
            with _dump(folder) as file:
                file.write(about.xml + "\n")
                says = [await _holders(xmpp, room, file)]
                last, said = await _archive(xmpp, room, cursor, file, about)
        return Collected((folder / _FILE,), last, "; ".join(one for one in (*says, said) if one))


def _must_be_public(room: str, about: Reply) -> None:
    if about.code != "result":
        raise InputError(room, f"the room's service answers {about.code}", "observe probe keeps that as a sighting")
    answer = answer_of(_parsed(about))
    if answer is None:
        raise InputError(room, "what answers is no room")
    if not answer.public:
        raise InputError(room, "the room says that it is hidden, for members only or behind a password: not read")


def _parsed(reply: Reply) -> Any:  # noqa: ANN401 - an lxml element
    """The answer as an lxml element, as the offline reader sees it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(f"<dump xmlns='jabber:client'>{reply.xml}</dump>".encode(), parser)[0]


async def _holders(xmpp: Xmpp, room: str, file: TextIO) -> str:
    """Ask for owners and admins; returns what to tell a person where the room does not tell."""
    refused = []
    for affiliation in AFFILIATIONS:
        reply = await xmpp.ask(room, questions.holders(affiliation))
        if reply.code == "result":
            file.write(reply.xml + "\n")
        else:
            refused.append(f"{affiliation}s ({reply.code})")
    return f"the room does not tell outsiders its {' and '.join(refused)}; it was not joined" if refused else ""


async def _archive(xmpp: Xmpp, room: str, cursor: str | None, file: TextIO, about: Reply) -> tuple[str | None, str]:
    """Write the archive page by page; returns where to go on, and what to tell."""
    if f'"{MAM}"' not in about.xml and f"'{MAM}'" not in about.xml:
        return cursor, "the room keeps no archive"
    after, count = cursor, 0
    for _ in range(_MOST_PAGES):
        page = await xmpp.page(room, after, _PAGE)
        if page.reply.code == "item-not-found" and after is not None:
            after = None  # the archive forgot where we were; what was read before is not read twice into the archive
            continue
        if page.reply.code != "result":
            return after, f"the archive answers {page.reply.code} to outsiders; the room was not joined"
        for message in page.messages:
            file.write(message + "\n")
        count += len(page.messages)
        after = page.last or after
        if page.complete:
            break
    return after, f"{count} messages"


@contextmanager
def _dump(folder: Path) -> Iterator[TextIO]:
    with (folder / _FILE).open("w", encoding="utf-8") as file:
        file.write("<?xml version='1.0' encoding='UTF-8'?>\n<archive xmlns='jabber:client'>\n")
        yield file
        file.write("</archive>\n")
