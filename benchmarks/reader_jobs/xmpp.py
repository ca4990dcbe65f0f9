"""XMPP: a made-up archive of one public room as Prosody answers it, and a loop over the standard library's ElementTree.

XML is no format that must be read several times faster than by such a loop: both spend most of their time in a C parser.
"""

import random
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from actionday.observe.reader import staged_schema
from benchmarks.reader_jobs import Job, Tables

ROWS = 50_000
ROOM = "loba@rooms.example.org"
_CLIENT, _MUC = "{jabber:client}", "{http://jabber.org/protocol/muc#user}"
_RESULT, _FORWARDED, _DELAY = "{urn:xmpp:mam:2}result", "{urn:xmpp:forward:0}forwarded", "{urn:xmpp:delay}delay"
_REPLY, _URL = "{urn:xmpp:reply:0}reply", "{jabber:x:oob}x/{jabber:x:oob}url"
_FEATURE = "{http://jabber.org/protocol/disco#info}query/{http://jabber.org/protocol/disco#info}feature"
_INFO = (
    f"<iq type='result' from='{ROOM}' id='i'><query xmlns='http://jabber.org/protocol/disco#info'>"
    "<identity category='conference' type='text' name='lo ba'/><feature var='muc_public'/><feature var='muc_open'/>"
    "<feature var='muc_unsecured'/></query></iq>"
)
_WORDS = [a + b for a in ("ba", "du", "ki", "lo", "mé", "nu", "رس") for b in ("", "ra", "ten", "sil", "vo")]


def jobs() -> Iterator[Job]:
    """A job a format."""
    yield Job("xmpp_export", make_archive, loop_archive, suffix=".xml")


def make_archive(path: Path, megabytes: int) -> None:
    """Archived messages of 500 people, some with a link or an answer."""
    rng, size, number = random.Random(5), 0, 0
    with path.open("w", encoding="utf-8") as file:
        file.write(f"<archive xmlns='jabber:client'>\n{_INFO}\n")
        while size < megabytes << 20:
            lines = [_message(rng, number + n) for n in range(1000)]
            number += 1000
            size += file.write("\n".join(lines) + "\n")
        file.write("</archive>\n")


def _message(rng: random.Random, number: int) -> str:
    who, text = rng.randrange(500), " ".join(rng.choices(_WORDS, k=rng.randint(5, 40)))
    more = f"<x xmlns='jabber:x:oob'><url>https://ba.example/{number}</url></x>" if number % 10 == 0 else ""
    more += f"<reply xmlns='urn:xmpp:reply:0' id='a{number - 3}'/>" if number % 7 == 0 else ""
    at = datetime.fromtimestamp(1_574_500_000 + number, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"<message from='{ROOM}' to='eye@watch.example.net/w'><result xmlns='urn:xmpp:mam:2' id='a{number}' queryid='q'>"
        f"<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='{at}'/><message xmlns='jabber:client' "
        f"from='{ROOM}/Ba {who}' type='groupchat' id='m{number}'><body>{text} &amp; {number}</body>{more}"
        f"<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' jid='ba{who}@example.org/ph' "
        "role='participant'/></x></message></forwarded></result></message>"
    )


def loop_archive(path: Path) -> Iterable[Tables]:
    """A message at a time."""
    public: set[str] = set()
    posts: list[dict[str, Any]] = []
    accounts: set[tuple[str, str]] = set()
    for _, element in ET.iterparse(path, events=("end",)):
        if element.tag == f"{_CLIENT}iq":
            said = {feature.get("var") for feature in element.iterfind(_FEATURE)}
            if {"muc_public", "muc_open"} <= said:
                public.add(element.get("from", ""))
        elif element.tag == f"{_CLIENT}message" and element.find(_RESULT) is not None:
            _take(element, public, posts, accounts)
            element.clear()
            if len(posts) >= ROWS:
                yield _tables(posts, accounts)
                posts, accounts = [], set()
    yield _tables(posts, accounts)


def _take(
    element: Any,  # noqa: ANN401 - made by `make_archive`, so all that is looked for is there
    public: set[str],
    posts: list[dict[str, Any]],
    accounts: set[tuple[str, str]],
) -> None:
    result = element.find(_RESULT)
    forwarded = result.find(_FORWARDED)
    message, stamp = forwarded.find(f"{_CLIENT}message"), forwarded.find(_DELAY).get("stamp")
    room, _, nick = message.get("from").partition("/")
    body = message.findtext(f"{_CLIENT}body")
    if room not in public or body is None:
        return
    jid = message.find(f"{_MUC}x/{_MUC}item").get("jid").partition("/")[0].lower()
    accounts.add((jid, nick))
    reply, url = message.find(_REPLY), message.findtext(_URL)
    posts.append(
        {
            "channel": f"xmpp:channel:{room}",
            "native": result.get("id"),
            "platform": "xmpp",
            "author": f"xmpp:account:{jid}",
            "at": datetime.fromisoformat(stamp),
            "kind": "original",
            "reply_to": reply.get("id") if reply is not None else None,
            "text": body,
            "hrefs": [url] if url else None,
            "n_media": 0,
        }
    )


def _tables(posts: list[dict[str, Any]], accounts: set[tuple[str, str]]) -> Tables:
    named = [
        {"subject": f"xmpp:account:{jid}", "platform": "xmpp", "native": jid, "handle": jid, "display_name": nick, "kind": "user"}
        for jid, nick in sorted(accounts)
    ]  # fmt: skip
    return {
        "posts": pa.Table.from_pylist(posts, schema=staged_schema("posts")),
        "accounts": pa.Table.from_pylist(named, schema=staged_schema("accounts")),
    }
