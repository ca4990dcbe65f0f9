"""What a part's note says, and how large parts are: shared by the plan that writes notes and the reader that reads them.

A note is JSON: ``chats`` ([subject, kind, title] each), ``ranges`` ([chat, start, end, opens here]) and ``refused``
([position, reason, start, end of what to quote]).
"""

from typing import Any

from actionday.observe.reader import Part

RANGE_BYTES = 4 << 20
"""About what is decoded at once."""

PART_BYTES = 16 << 20
"""About what a part holds."""

KINDS = {
    "public_channel": "channel",
    "private_channel": "channel",
    "public_supergroup": "group",
    "private_supergroup": "group",
    "private_group": "group",
}


def note_of(part: Part) -> dict[str, list[Any]]:
    """A part's note as `Plan` wrote it, after a trip through JSON or not; a bare Part() has nothing in it."""
    return {name: list(part.note.get(name, ())) for name in ("chats", "ranges", "refused")}
