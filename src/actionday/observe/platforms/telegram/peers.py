"""Telegram's ids in the archive's words: accounts, channels and groups, whichever way an export writes them."""

import re

_TYPED = re.compile(r"(user|channel|chat)([1-9]\d{0,18})\Z")
_KINDS = {"user": "account:", "channel": "channel:", "chat": "channel:chat"}
_PACKED = ("account:", "channel:chat", "channel:")
"""Exports of 2018 to 2020 wrote one number: 0, 1 or 2 (user, basic group, channel) times 2**32 plus the id."""


def peer(value: str | int | None) -> str | None:
    """``user7`` → ``telegram:account:7``, ``channel7`` → ``telegram:channel:7``, ``chat7`` → ``telegram:channel:chat7``.

    Basic groups are numbered apart from channels, so their native id keeps the word. None where nothing is named.
    """
    if isinstance(value, int):
        kind, native = value >> 32, value & 0xFFFFFFFF
        return f"telegram:{_PACKED[kind]}{native}" if native and 0 <= kind < len(_PACKED) else None
    found = _TYPED.match(value) if value else None
    return f"telegram:{_KINDS[found[1]]}{found[2]}" if found else None


def venue(native: int, kind: str) -> str:
    """The subject id of an export's chat: its bare number, and for a basic group the word before it."""
    return f"telegram:channel:{'chat' if kind == 'private_group' else ''}{native}"


class Peers(dict[str | int | None, str | None]):
    """`peer`, remembered: an export names the same few peers again and again."""

    def __missing__(self, value: str | int | None) -> str | None:
        self[value] = known = peer(value)
        return known
