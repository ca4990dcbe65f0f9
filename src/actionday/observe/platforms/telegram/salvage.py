r"""Decode the messages of one byte range: all at once, and where that fails one by one, so that neighbours survive.

Control characters stand in Telegram Desktop's files as ``\xHH``, which JSON does not know; they are rewritten first.
"""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeVar

import msgspec
import numpy as np

from actionday.observe.platforms.telegram import landmarks
from actionday.observe.reader import Refused

RAW_CHARACTERS = 1000
_ESCAPES = re.compile(rb"\\x([0-9A-Fa-f]{2})|\\.", re.DOTALL)
_BETWEEN = b" \t\r\n,"
_LEADING = re.compile(rb"[ \t\r\n]*")
NO_MESSAGE = "not a message"
NEVER_CLOSED = "a message that is not closed before another one or another chat begins"
_DEEPEST = 20
FAILURES = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


T = TypeVar("T")
Made_co = TypeVar("Made_co", covariant=True)


class Decodes(Protocol[Made_co]):
    """Turns a container, brackets included, into messages; raises one of `FAILURES`."""

    def __call__(self, container: bytes | memoryview, /) -> Sequence[Made_co]:
        """Decode."""
        ...


class Page:
    """Room for one range of a file, used again and again, with brackets put around it without a copy.

    `array` is False where the container is an object, whose messages stand behind keys. `mark` is a key, with its quotes,
    that a message has at most once.
    """

    def __init__(self, mark: bytes, *, array: bool = True) -> None:
        self.mark, self.array = mark, array
        self._room = bytearray(1 << 16)
        self._size = 0

    def load(self, file: BinaryIO, start: int, end: int) -> "Page":
        """Read bytes `start` to `end`; less where the file is shorter by now."""
        wanted = end - start
        if len(self._room) < wanted + 2:
            self._room = bytearray(wanted + 2)
        file.seek(start)
        self._size = file.readinto(memoryview(self._room)[1 : wanted + 1])  # type: ignore[attr-defined]
        return self

    def bare(self) -> bytes:
        """What was read."""
        return bytes(memoryview(self._room)[1 : self._size + 1])

    def marks(self) -> int:
        """How often the key stands there: more often than there are messages means that some stand inside of others."""
        return self._room.count(self.mark, 1, self._size + 1)

    def bracketed(self) -> memoryview:
        """The container as it stands. Good until the next `load`."""
        room, last = self._room, self._size + 1
        first = _LEADING.match(room, 1, last)
        comma = first.end() if first else last
        if comma < last and room[comma] == 0x2C:
            room[comma] = 0x20
        room[0], room[last] = b"[]" if self.array else b"{}"
        return memoryview(room)[: last + 1]

    def escaped(self) -> bool:
        """Whether there may be an escape that JSON does not know."""
        return self._room.find(b"\\x", 1, self._size + 1) >= 0


@contextmanager
def no_collector() -> Iterator[None]:
    """Python's cycle collector stands still: it would walk every decoded message again and again and find nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def plain(data: bytes) -> bytes:
    r"""Rewrite ``\xHH`` as ``\u00HH``; an escaped backslash before an x stays what it is."""
    if b"\\x" not in data:
        return data
    return _ESCAPES.sub(lambda found: b"\\u00" + found[1] if found[1] else found[0], data)


def raw(data: bytes) -> str:
    """What stands there, for quarantine."""
    return data[: RAW_CHARACTERS * 4].decode("utf-8", "replace")[:RAW_CHARACTERS]


def decode(page: Page, start: int, decoder: Decodes[T], refused: list[Refused]) -> Sequence[T]:
    """Messages of the range in `page`, which stands at byte `start`; what cannot be decoded goes to `refused`."""
    messages = _at_once(page, decoder)
    if messages is not None and page.marks() <= len(messages):
        return messages
    return list(_Salvage(decoder, refused, page.array).messages(page.bare(), start))


def _at_once(page: Page, decoder: Decodes[T]) -> Sequence[T] | None:
    """All messages, or None; escapes are looked for only where decoding fails, since most files have none."""
    container = page.bracketed()
    try:
        return decoder(container)
    except FAILURES:
        if not page.escaped():
            return None
    try:
        return decoder(plain(bytes(container)))
    except FAILURES:
        return None


@dataclass(frozen=True, slots=True)
class _Salvage:
    """One range that could not be decoded at once."""

    decoder: Decodes[Any]
    refused: list[Refused]
    array: bool

    def messages(self, data: bytes, start: int, deep: int = 0) -> Iterator[Any]:
        """The messages of ``data`` that can be decoded alone. A bracket too few may have put others inside of one."""
        after = 0
        for begin, end in _items(data, self.array):
            gap = data[after:begin].strip(_BETWEEN)
            message = data[begin:end] if self.array else gap + data[begin:end]
            if self.array and gap:
                self._refuse(start + after, NO_MESSAGE, gap)
            after = end
            inside = self._inside(data, begin, end)
            if inside is None:
                try:
                    yield from self.decoder(plain(b"[%s]" % message if self.array else b"{%s}" % message))
                except FAILURES as error:
                    self._refuse(start + begin, _reason(error), message)
                continue
            self._refuse(start + begin, NEVER_CLOSED, message)
            if inside.lastgroup == "item" and deep < _DEEPEST:
                yield from self.messages(data[inside.start() : end], start + inside.start(), deep + 1)
        rest = data[after:].strip(_BETWEEN)
        if rest.strip(b"]} \t\r\n"):
            self._refuse(start + after, NO_MESSAGE, rest)

    def _inside(self, data: bytes, begin: int, end: int) -> re.Match[bytes] | None:
        """What begins inside of this message though it cannot: another message, or a venue, whose messages are lost."""
        first = begin + 1 if self.array else begin
        return (landmarks.IN_CHATS if self.array else landmarks.IN_CHANNELS).search(data, first, end)

    def _refuse(self, at: int, reason: str, data: bytes) -> None:
        self.refused.append(Refused(f"byte {at}", reason, raw(data)))


def _items(data: bytes, array: bool) -> Iterator[tuple[int, int]]:
    """Start and end of each message's brackets."""
    from actionday.observe.platforms.telegram import (
        scan as s,
    )  # the compiler is large, and whole files never need it here

    state = s.new_state(s.ONE_BY_ONE, 0)
    state[s.PARENT] = 1
    s.inside(state, 1, array=array, at=0)
    buf, out, i = np.frombuffer(data, np.uint8), np.empty((4096, 3), np.int64), 0
    while i < len(buf):
        i, k = s.scan(buf, i, 0, state, out)
        for kind, a, b in out[:k].tolist():
            if kind != s.ITEM:
                return
            yield a, b


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "text that is not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deep"
    return f"{NO_MESSAGE}: {error}"
