"""A block of messages straight from the file's bytes to columns, where all of them are plain; nearly all are.

Anything that could be refused, or read in two ways, declines the whole block: `messages` and `salvage` then decode it one by one
and say what is amiss. Not for: reasons, repairs or old exports without `date_unixtime`.
"""

from collections.abc import Sequence
from typing import BinaryIO

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from actionday.observe import spans_kernels as kernels
from actionday.observe.platforms.telegram import clocks
from actionday.observe.platforms.telegram.fields import INTEGERS, STRINGS, Fields, spread, with_buttons
from actionday.observe.platforms.telegram.messages import Button, Chat, Message
from actionday.observe.platforms.telegram.peers import Peers
from actionday.observe.platforms.telegram.text_kernels import RICH, joined_texts
from actionday.observe.spans import Buffer, Keys, Spans, string_array

_KEYS = Keys([field.encode_name for field in msgspec.structs.fields(Message)])
_RICH = Keys(RICH)
_MARK = b'"date_unixtime"'
_SERVICE = pa.array(["message", "service"])
_SIZES = {"photo_file_size": 2**63 - 1, "file_size": 2**63 - 1, "views": 2**63 - 1} | dict.fromkeys(
    ("width", "height"), 2**31 - 1
)
_LONGEST = 15
"""Digits of a whole number that a float holds exactly."""
_BUTTONS = msgspec.json.Decoder(list[list[Button]], strict=False)


class Declined(Exception):
    """The block has something that is not plain."""


class Plain:
    """Reads blocks of one file."""

    def __init__(self, file: BinaryIO, chats: Sequence[Chat], peers: Peers) -> None:
        self._file, self._chats, self._peers = file, chats, peers
        self._buffer = Buffer()

    def fields(self, group: Sequence[tuple[int, int, int, bool]]) -> Fields | None:
        """The messages in ranges (chat, start, end, whether the chat begins there), or None where they are not plain."""
        self._buffer.load(self._file, [(start, end) for _, start, end, _ in group])
        marks = self._buffer.count(_MARK)
        found = self._buffer.objects(_KEYS, marks)
        if found is None or len(found[0]) != marks:
            return None
        spans, counts = found
        chat = np.repeat(np.array([index for index, _, _, _ in group], np.int32), counts)
        try:
            return self._fields(spans, chat, [index for index, _, _, opens in group if opens])
        except (Declined, pa.ArrowInvalid, msgspec.DecodeError):
            return None

    def _fields(self, spans: Spans, chat: "np.ndarray[tuple[int], np.dtype[np.int32]]", opened: list[int]) -> Fields:
        values = {name: _strings(spans, name) for name in STRINGS} | {name: _integers(spans, name) for name in INTEGERS}
        values["type"] = _kinds(spans, values["type"])
        absent = pa.array(spans.of("forwarded_from")[0] == kernels.ABSENT)
        values["forwarded_from"] = pc.if_else(absent, "", values["forwarded_from"])
        values["duration_seconds"] = _seconds(spans)
        if not all(_inside(values[name], most) for name, most in _SIZES.items()):
            raise Declined
        unix, by = _integers(spans, "date_unixtime"), _strings(spans, "from_id")
        if values["id"].null_count or not pc.all(clocks.plausible(unix)).as_py():
            raise Declined
        name, actor_id, actor = (_strings(spans, key) for key in ("from", "actor_id", "actor"))
        if pc.any(pc.greater(pc.binary_length(actor_id), 0)).as_py():
            name, by = pc.if_else(by.is_valid(), name, actor), pc.coalesce(by, actor_id)
        text, hrefs = _texts(spans)
        return Fields(
            chats=self._chats,
            chat=chat,
            opened=opened,
            unix=unix,
            wall=clocks.walls(_strings(spans, "date")),
            text=text,
            hrefs=with_buttons(hrefs, _buttons(spans)),
            author=self._subjects(by),
            name=name,
            forward_from=self._subjects(_strings(spans, "forwarded_from_id")),
            elsewhere=_strings(spans, "reply_to_peer_id").is_valid(),
            values=values,
        )

    def _subjects(self, names: pa.Array) -> pa.Array:
        coded = names.dictionary_encode()
        return pa.array([self._peers[name] for name in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _strings(spans: Spans, name: str) -> pa.Array:
    return _sure(spans.strings(name))


def _integers(spans: Spans, name: str) -> pa.Array:
    return _sure(spans.integers(name))


def _sure(column: pa.Array | None) -> pa.Array:
    if column is None:
        raise Declined
    return column


def _inside(column: pa.Array, most: int) -> bool:
    """Whether all values lie between 0 and `most`."""
    ends = pc.min_max(column)
    least, largest = ends["min"].as_py(), ends["max"].as_py()
    return least is None or (least >= 0 and largest <= most)


def _kinds(spans: Spans, kinds: pa.Array) -> pa.Array:
    """`type`, which may be absent but not null."""
    absent = spans.of("type")[0] == kernels.ABSENT
    if kinds.null_count != absent.sum() or not pc.all(pc.is_in(kinds.drop_null(), _SERVICE)).as_py():
        raise Declined
    return pc.fill_null(kinds, "message")


def _seconds(spans: Spans) -> pa.Array:
    kinds, starts, ends = spans.of("duration_seconds")
    if np.any((kinds == kernels.WHOLE) & (ends - starts > _LONGEST)) or np.any(
        (kinds > kernels.NULL) & (kinds != kernels.WHOLE)
    ):
        raise Declined
    return _integers(spans, "duration_seconds").cast(pa.float64())


def _texts(spans: Spans) -> tuple[pa.Array, pa.Array]:
    """Texts, and the targets behind them."""
    kinds, starts, ends = spans.of("text")
    text, offsets, leads, edges, counts = joined_texts(spans.data, kinds, starts, ends, _RICH.table)
    if not offsets.size:
        raise Declined
    valid = None if (kinds > kernels.NULL).all() else kinds > kernels.NULL
    targets = _sure(string_array(leads, np.concatenate([[0], edges]).astype(np.int32)))
    return _sure(string_array(text, offsets, valid)), spread(targets, counts)


def _buttons(spans: Spans) -> list[list[list[Button]] | None]:
    kinds = spans.of("inline_bot_buttons")[0]
    found: list[list[list[Button]] | None] = [None] * len(spans)
    for row in np.flatnonzero(kinds > kernels.NULL).tolist():
        found[row] = _BUTTONS.decode(spans.raw("inline_bot_buttons", row))
    return found
