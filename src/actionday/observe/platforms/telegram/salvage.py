"""Decode the messages of one byte range: all at once, and where that fails one by one, so that neighbours survive.

Control characters stand in Telegram Desktop's files as ``\\xHH``, which JSON does not know; they are rewritten first.
"""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import msgspec
import numpy as np

from actionday.observe.platforms.telegram import scan as s
from actionday.observe.reader import Refused

RAW_CHARACTERS = 1000
_ESCAPES = re.compile(rb"\\x([0-9A-Fa-f]{2})|\\.", re.DOTALL)
_BETWEEN = b" \t\r\n,"
FAILURES = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


T = TypeVar("T")
Made = TypeVar("Made", covariant=True)


class Decodes(Protocol[Made]):
    """Turns the inside of a container into messages; raises one of `FAILURES`."""

    def __call__(self, inside: bytes, /) -> Sequence[Made]:
        """Decode."""
        ...


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
    """Rewrite ``\\xHH`` as ``\\u00HH``; an escaped backslash before an x stays what it is."""
    if b"\\x" not in data:
        return data
    return _ESCAPES.sub(lambda found: b"\\u00" + found[1] if found[1] else found[0], data)


def raw(data: bytes) -> str:
    """What stands there, for quarantine."""
    return data[: RAW_CHARACTERS * 4].decode("utf-8", "replace")[:RAW_CHARACTERS]


def decode(
    data: bytes, start: int, decoder: Decodes[T], refused: list[Refused], *, array: bool = True
) -> Sequence[T]:
    """Messages of ``data``, which stands at byte `start` of the file; what cannot be decoded goes to `refused`.

    `array` is False where the container is an object, whose messages stand behind keys.
    """
    inside = plain(data).strip(_BETWEEN)
    try:
        return decoder(inside)
    except FAILURES:
        return list(_one_by_one(data, start, decoder, refused, array))


def _one_by_one(data: bytes, start: int, decoder: Decodes[T], refused: list[Refused], array: bool) -> Iterator[T]:
    after = 0
    for begin, end in _items(data, array):
        gap = data[after:begin].strip(_BETWEEN)
        message = data[begin:end] if array else gap + data[begin:end]
        if array and gap:
            refused.append(Refused(f"byte {start + after}", "not a message", raw(gap)))
        try:
            yield from decoder(plain(message))
        except FAILURES as error:
            refused.append(Refused(f"byte {start + begin}", _reason(error), raw(message)))
        after = end
    rest = data[after:].strip(_BETWEEN)
    if rest:
        refused.append(Refused(f"byte {start + after}", "not a message", raw(rest)))


def _items(data: bytes, array: bool) -> Iterator[tuple[int, int]]:
    state = s.new_state(s.ONE_BY_ONE, 0)
    state[s.PARENT] = 1
    s.inside(state, 1, array=array, at=0)
    buf, out, i = np.frombuffer(data, np.uint8), np.empty((4096, 3), np.int64), 0
    while i < len(buf):
        i, k = s.scan(buf, i, 0, state, out)
        for kind, a, b in out[:k].tolist():
            if kind == s.WRONG:
                return
            yield a, b


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "text that is not UTF-8"
    if isinstance(error, RecursionError):
        return "nested too deep"
    return f"not a message: {error}"
