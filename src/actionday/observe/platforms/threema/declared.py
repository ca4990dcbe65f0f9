"""What a person declares of an exported chat, in a mapping beside it: the file says neither which chat it is nor who is in it.

``chat = "ECHOECHO"`` (a contact's Threema ID; else a name), ``kind = "direct"`` or ``"group"``, ``order = "dmy"`` of its dates, and under
``[people]`` which ID is behind a name that stands in it. Not for: what messages say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from actionday.observe.reader import Source

ID = r"\*?[A-Z0-9]{7,8}"
KINDS, ORDERS = ("direct", "group"), ("dmy", "mdy", "ymd")
_KEYS = ("chat", "kind", "order", "people")
_FILE = "messages.txt"


@dataclass(frozen=True, slots=True)
class Declared:
    """What the mapping says; `fault` is what is wrong with it, "" where nothing is. `kind` and `order` are "" where not told."""

    chat: str = ""
    kind: str = ""
    order: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    @property
    def place(self) -> str:
        """The chat as a native id: its ID, or ``@name``."""
        return native_of(self.chat)


def native_of(name: str) -> str:
    """An ID as it is, a name as ``@name``."""
    return name if re.fullmatch(ID, name) else f"@{name}"


def declared(source: Source) -> Declared:
    """The mapping of a source; a chat that it does not name is called after its archive or folder. Never raises."""
    said: Mapping[str, Any] = source.mapping or {}
    unknown = sorted(set(said) - set(_KEYS))
    if unknown:
        return Declared(fault=f"unknown key {unknown[0][:40]!r}: keys are {', '.join(_KEYS)}")
    chat, kind, order, people = (
        said.get("chat", ""),
        said.get("kind", ""),
        said.get("order", ""),
        said.get("people", {}),
    )
    if not isinstance(chat, str) or not re.fullmatch(r"[^\x00-\x1f/]{0,200}", chat):
        return Declared(fault="`chat` must be a Threema ID or a name, without slashes")
    if kind not in ("", *KINDS):
        return Declared(fault=f"`kind` is {str(kind)[:40]!r}: one of {', '.join(KINDS)}")
    if order not in ("", *ORDERS):
        return Declared(fault=f"`order` is {str(order)[:40]!r}: one of {', '.join(ORDERS)}")
    if not isinstance(people, dict) or not all(
        isinstance(one, str) and re.fullmatch(ID, one) for one in people.values()
    ):
        return Declared(
            fault="`people` must be a table of names with their Threema IDs, eight capital letters or digits"
        )
    chat = chat or _named(source.name)
    if not chat:
        return Declared(fault='which chat it is is not told: put chat = "ECHOECHO" into the mapping file beside it')
    return Declared(chat, kind, order, people)


def _named(name: str) -> str:
    """The archive's or folder's name, else the file's where it was renamed."""
    path = PurePath(name.replace("!/", "/"))
    told = path.parent.name.removesuffix(".zip") if path.name.casefold() == _FILE else path.name.removesuffix(".txt")
    return told if re.fullmatch(r"[^\x00-\x1f/]{1,200}", told) else ""
