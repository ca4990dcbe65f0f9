"""ejabberd's `get_room_history`: JSON, `[{"timestamp": …, "message": "<message …>"}]`, the last messages of one room.

The JSON is cut and picked by `observe.tabular`; messages of a batch are parsed as one document, and one by one where that
fails or gives another number of elements, so that a message cannot pose as two. Shape from second
hand, no source was read; the ejabberd that the tests start (23.01) does not know the command.
"""

import re
from collections.abc import Iterator
from typing import Any

from actionday.observe.platforms.xmpp.dump import alone
from actionday.observe.platforms.xmpp.stanzas import Envelope, envelope
from actionday.observe.reader import Refused, Source
from actionday.observe.tabular import Batch, Layout, stream

_HISTORY = re.compile(rb'\A\s*\[\s*\{[^{}]{0,200}"message"\s*:\s*"\s*(?:<|\\u003[cC])message\b')
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
LONGEST = 1 << 20
_CUT = "cut"


def is_history(head: bytes) -> bool:
    """Whether a file begins as such a history does."""
    return _HISTORY.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def messages(source: Source) -> Iterator[tuple[Envelope, str] | Refused]:
    """Each message with its place, and what could not be read."""
    with source.path.open("rb") as file:
        if not file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            yield Refused("file", "no JSON list of messages")
            return
    found = False
    for batch in stream(source.path, Layout("json"), ("timestamp", "message")):
        found = found or bool(len(batch.numbers) or batch.refused)
        yield from (Refused(one.position, one.reason) for one in batch.refused)  # what it says may be private
        yield from _of(batch)
    if not found:
        yield Refused("file", "a list without a message")


def _of(batch: Batch) -> Iterator[tuple[Envelope, str] | Refused]:
    if not len(batch.numbers):
        return
    texts = [_DECLARATION.sub("", text or "", count=1) for text in batch.frame["message"].to_list()]
    elements = _together(texts)
    for text, stamp, number, element in zip(
        texts, batch.frame["timestamp"].to_list(), batch.numbers.to_list(), elements, strict=True
    ):
        position = f"row {number}"
        found = envelope(element, element.tag) if element is not None else None
        if found is None or not found.message:
            yield Refused(position, "not a message that can be parsed" if text else "no message")
        else:
            yield Envelope(found.inner, stamp or found.stamp, True, found.archive_id), position


def _together(texts: list[str]) -> list[Any]:
    """One element for each text, None where it is not exactly one."""
    if all(texts) and sum(map(len, texts)) < LONGEST * 8:
        joined = alone("".join(f"{text}<{_CUT}/>" for text in texts).encode("utf-8", "replace"))
        if joined is not None and len(joined) == 2 * len(texts):
            cuts = [element.tag.endswith(f"}}{_CUT}") for element in joined]
            if cuts == [False, True] * len(texts):
                return list(joined)[::2]
    return [_single(text) for text in texts]


def _single(text: str) -> Any:  # noqa: ANN401 - an lxml element, or None
    root = alone(text.encode("utf-8", "replace")) if text and len(text) <= LONGEST else None
    return root[0] if root is not None and len(root) == 1 else None
