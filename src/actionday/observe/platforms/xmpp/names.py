"""Namespaces and addresses of XMPP. An address (JID) is an identity without its resource, in lower case.

In a room's archive the sender is an *occupant*: the room's address and a nick, which is all that a semi-anonymous room shows.
"""

import re
from functools import lru_cache

CLIENT, SERVER = "jabber:client", "jabber:server"
MAM, FORWARD, DELAY, OLD_DELAY = "urn:xmpp:mam:2", "urn:xmpp:forward:0", "urn:xmpp:delay", "jabber:x:delay"
DISCO_INFO = "http://jabber.org/protocol/disco#info"
MUC_USER, MUC_ADMIN = "http://jabber.org/protocol/muc#user", "http://jabber.org/protocol/muc#admin"
STANZA_ID, OCCUPANT_ID = "urn:xmpp:sid:0", "urn:xmpp:occupant-id:0"
PIE = ("urn:xmpp:pie:0", "http://www.xmpp.org/extensions/xep-0227.html#ns")
XINCLUDE = "http://www.w3.org/2001/XInclude"
FORM, OOB, CONFERENCE, XHTML = "jabber:x:data", "jabber:x:oob", "jabber:x:conference", "http://www.w3.org/1999/xhtml"
REPLY, CORRECT = "urn:xmpp:reply:0", "urn:xmpp:message-correct:0"
SHARING, FILE, HASHES = "urn:xmpp:sfs:0", "urn:xmpp:file:metadata:0", "urn:xmpp:hashes:2"
STANZA_ERROR = "urn:ietf:params:xml:ns:xmpp-stanzas"
RETRACTED = (
    "{urn:xmpp:message-retract:1}retract",
    "{urn:xmpp:message-retract:1}retracted",
    "{urn:xmpp:message-retract:0}retracted",
)
"""A message taken back, by its author or a moderator (XEP-0424, XEP-0425)."""
ENCRYPTED = (
    "{eu.siacs.conversations.axolotl}encrypted",
    "{urn:xmpp:omemo:1}encrypted",
    "{urn:xmpp:omemo:2}encrypted",
    "{urn:xmpp:openpgp:0}openpgp",
    "{jabber:x:encrypted}x",
    "{urn:xmpp:eme:0}encryption",
)
"""What an end-to-end encrypted message carries; its body is a notice to those who cannot read it."""

_BARE = re.compile(r"[^\s@/\"&'<>:]{1,1023}@[^\s@/\"&'<>]{1,1023}")
_DOMAIN = re.compile(r"[^\s@/\"&'<>]{1,1023}")


@lru_cache(maxsize=8192)
def bare(address: str | None) -> str | None:
    """``Al@Rooms.Example/nick`` → ``al@rooms.example``; None where it is no address of an account or room."""
    found = _BARE.fullmatch((address or "").partition("/")[0])
    return found[0].lower() if found else None


def domain(address: str | None) -> str | None:
    """The host part, in lower case; None where it is none."""
    found = _DOMAIN.fullmatch((address or "").partition("/")[0].rpartition("@")[2])
    return found[0].lower() if found else None


def resource(address: str | None) -> str:
    """What stands after the first slash: in a room, the nick."""
    return (address or "").partition("/")[2]


def room_of_uri(uri: str | None) -> str | None:
    """The address in ``xmpp:room@service?join`` (XEP-0147), or a bare address."""
    text = (uri or "").strip()
    return bare(text[5:].partition("?")[0] if text[:5].lower() == "xmpp:" else text)
