"""What a room's service answers when it is asked about the room, without being in it: disco#info, lists of affiliations, its end.

Public means here: listed, open to everybody, without password, all three by the room's own answer. A hidden room can be
entered by whoever knows its name, yet it is not shown to the public. Not for: messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from actionday.observe.platforms.xmpp import names as n
from actionday.observe.platforms.xmpp.names import bare, room_of_uri

_DISCO, _ADMIN, _ITEM = f"{{{n.DISCO_INFO}}}query", f"{{{n.MUC_ADMIN}}}query", f"{{{n.MUC_ADMIN}}}item"
_FORM, _FIELD, _VALUE = f"{{{n.FORM}}}x", f"{{{n.FORM}}}field", f"{{{n.FORM}}}value"
ROLES = {"owner": "owner", "admin": "admin", "member": "member"}
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A room's answer to disco#info."""

    room: str
    public: bool
    title: str | None
    description: str | None
    members: int | None


@dataclass(frozen=True, slots=True)
class Gone:
    """A service's answer that a room is gone; `venue` where it names another."""

    room: str
    venue: str | None
    reason: str


def answer_of(iq: Any) -> Answer | None:  # noqa: ANN401 - an lxml element
    """A room's disco#info answer, or None where the stanza is none."""
    room, query = bare(iq.get("from")), iq.find(_DISCO)
    if room is None or query is None or iq.get("type") != "result" or query.get("node"):
        return None
    features = {one.get("var") for one in query.findall(f"{{{n.DISCO_INFO}}}feature")}
    identity = next(
        (one for one in query.findall(f"{{{n.DISCO_INFO}}}identity") if one.get("category") == "conference"), None
    )
    if identity is None:
        return None
    fields = form_of(query)
    public = "muc_public" in features and "muc_open" in features and "muc_passwordprotected" not in features
    title = fields.get("muc#roomconfig_roomname") or identity.get("name") or None
    return Answer(room, public, title, fields.get("muc#roominfo_description") or None, _count(fields))


def form_of(query: Any) -> dict[str, str]:  # noqa: ANN401
    """The first value of each field of the data forms in an answer."""
    fields: dict[str, str] = {}
    for field in query.iterfind(f"{_FORM}/{_FIELD}"):
        value = field.findtext(_VALUE)
        if value is not None and field.get("var"):
            fields.setdefault(field.get("var"), value)
    return fields


def _count(fields: dict[str, str]) -> int | None:
    text = fields.get("muc#roominfo_occupants", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= _MOST else None


def affiliations_of(iq: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401
    """Account, room and role for each entry of an affiliation list; outcasts are left out."""
    room, query = bare(iq.get("from")), iq.find(_ADMIN)
    if room is None or query is None or iq.get("type") != "result":
        return
    for item in query.findall(_ITEM):
        account, role = bare(item.get("jid")), ROLES.get(item.get("affiliation", ""))
        if account and role:
            yield account, room, role


def gone_of(iq: Any) -> Gone | None:  # noqa: ANN401
    """An answer ``<gone>``, with the address it gives instead, or None."""
    room, error = bare(iq.get("from")), iq.find(f"{{{n.CLIENT}}}error")
    if room is None or error is None or iq.get("type") != "error":
        return None
    gone = error.find(f"{{{n.STANZA_ERROR}}}gone")
    if gone is None:
        return None
    return Gone(room, room_of_uri(gone.text), error.findtext(f"{{{n.STANZA_ERROR}}}text") or "")
