"""The reader of TGDataset (La Morgia, Mei, Mongardini): files of many gigabytes, each an object of channels by id.

Not for: live collection; the dataset has no member lists, no groups and no hidden link targets.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa

from actionday.observe.platforms.telegram import dataset_rows as rows
from actionday.observe.platforms.telegram import examples
from actionday.observe.platforms.telegram.notes import RANGE_BYTES
from actionday.observe.platforms.telegram.salvage import Page, decode, no_collector, raw
from actionday.observe.reader import Chunk, Part, Recognised, Refused, Source
from actionday.observe.tray import Batch, chunks

TEXTS, FILES = 1, 2
_OPENS = re.compile(
    rb'\A\xef?\xbb?\xbf?\s*\{\s*"-?\d+"\s*:\s*\{\s*"(?:username|creation_date|title|description|scam|verified)"'
)
_KEYS = re.compile(rb'"(?:text_messages|generic_media|n_subscribers|creation_date)"\s*:')
_ENTRY = re.compile(rb'"(\d{1,12})"\s*:\s*\{')
_DECODERS = {
    TEXTS: msgspec.json.Decoder(dict[str, rows.Text]),
    FILES: msgspec.json.Decoder(dict[str, rows.File]),
}

Range = tuple[int, int, int, int]


class TgDataset:
    """Reads and writes TGDataset's JSON."""

    name = "tgdataset"
    title = "TGDataset (Telegram channels by id, JSON)"
    version = 1
    suffixes: tuple[str, ...] = (".json",)

    def recognise(self, head: bytes, name: str) -> Recognised:
        """Judge by the first channel's keys."""
        if _OPENS.match(head):
            return Recognised(95 if _KEYS.search(head) else 60, "TGDataset: Telegram channels by id")
        return Recognised(0)

    def parts(self, source: Source) -> Iterator[Part]:
        """Parts of whole channels, about 32 MB together, found by one scan over the file's brackets."""
        from actionday.observe.platforms.telegram.dataset_plan import dataset_parts  # brings the compiler

        return dataset_parts(source.path)

    def read(self, source: Source, part: Part) -> Iterator[Chunk]:
        """One part's channels. Where a message cannot be read its neighbours are."""
        return chunks(_batches(source, part))

    def examples(self) -> Mapping[str, bytes]:
        """Two channels, one as crawled and one with values as text."""
        return examples.DATASET

    def write(self, rows: Mapping[str, pa.Table], folder: Path) -> list[Path]:
        """See `dataset_write.write_dataset`."""
        from actionday.observe.platforms.telegram.dataset_write import write_dataset  # brings a database

        return write_dataset(rows, folder)


@dataclass(slots=True)
class _Reading:
    """What is at hand while one part is read."""

    file: BinaryIO
    source: Source
    natives: list[int]
    page: Page = field(default_factory=lambda: Page(b'"is_forwarded"', array=False))


def _batches(source: Source, part: Part) -> Iterator[Batch]:
    channels: list[Sequence[Any]] = list(part.note.get("channels", ()))
    with source.path.open("rb") as file, no_collector():
        here = _Reading(file, source, [int(one[0]) for one in channels])
        quoted = [
            Refused(where, why, raw(here.page.load(file, start, end).bare()))
            for where, why, start, end in part.note.get("refused", ())
        ]
        if channels or quoted:
            yield Batch({"channels": rows.channels_table(channels, source)}, quoted)
        for group in _groups([tuple(one) for one in part.note.get("ranges", ())]):
            yield from _group(here, group)


def _groups(ranges: list[Range]) -> Iterator[list[Range]]:
    """Ranges of whole channels that are read together: about `RANGE_BYTES`, or one larger channel."""
    group: list[Range] = []
    size = 0
    for one in ranges:
        if group and size >= RANGE_BYTES and one[0] != group[-1][0]:
            yield group
            group, size = [], 0
        group.append(one)
        size += one[3] - one[2]
    if group:
        yield group


def _group(here: _Reading, group: list[Range]) -> Iterator[Batch]:
    """Texts first, then the files whose messages had no text."""
    with_files = _keys_of_files(here, [one for one in group if one[1] == FILES])
    with_text: list[np.ndarray[Any, Any]] = [np.empty(0, np.int64)]
    for ranges in _pages([one for one in group if one[1] == TEXTS]):
        refused: list[Refused] = []
        entries, at = rows.dated(_entries(here, ranges, refused), here.natives, refused)
        with_text.append(entries.keys)
        posts = rows.posts_table(entries, at, here.natives, np.isin(entries.keys, with_files))
        yield Batch({"posts": posts, "accounts": rows.accounts_table(posts, here.source)}, refused)
    texts = np.concatenate(with_text)
    for ranges in _pages([one for one in group if one[1] == FILES]):
        refused = []
        entries, at = rows.dated(_entries(here, ranges, refused), here.natives, refused)
        alone = ~np.isin(entries.keys, texts)
        posts = rows.posts_table(entries, at, here.natives, np.ones(len(entries.keys))).filter(pa.array(alone))
        media = rows.media_table(entries, at, here.natives)
        yield Batch({"posts": posts, "accounts": rows.accounts_table(posts, here.source), "media": media}, refused)


def _pages(ranges: list[Range]) -> Iterator[list[Range]]:
    """Ranges that are decoded together."""
    page: list[Range] = []
    size = 0
    for one in ranges:
        page.append(one)
        size += one[3] - one[2]
        if size >= RANGE_BYTES:
            yield page
            page, size = [], 0
    if page:
        yield page


def _keys_of_files(here: _Reading, ranges: list[Range]) -> np.ndarray[Any, Any]:
    """Keys of all messages with a file, without decoding them: an entry's key cannot stand inside a string."""
    keys = [np.empty(0, np.int64)]
    for channel, _, start, end in ranges:
        found = _ENTRY.findall(here.page.load(here.file, start, end).bare())
        keys.append(np.array(found, np.bytes_).astype(np.int64) + (channel << rows.ID_BITS) if found else keys[0])
    return np.unique(np.concatenate(keys))


def _entries(here: _Reading, ranges: list[Range], refused: list[Refused]) -> rows.Entries:
    ids: list[str] = []
    messages: list[Any] = []
    counts = []
    for _, which, start, end in ranges:
        decoder = _DECODERS[which]
        decoded = decode(
            here.page.load(here.file, start, end), start, lambda data, d=decoder: list(d.decode(data).items()), refused
        )
        counts.append(len(decoded))
        ids.extend(key for key, _ in decoded)
        messages.extend(message for _, message in decoded)
    channel = np.repeat(np.array([one[0] for one in ranges], np.int64), counts)
    good = np.fromiter((key.isascii() and key.isdigit() and len(key) <= 12 for key in ids), bool, len(ids))
    if not good.all():
        for i in np.flatnonzero(~good).tolist():
            where = f"telegram:channel:{here.natives[channel[i]]} message {ids[i][:40]}"
            refused.append(Refused(where, rows.NO_MESSAGE_ID, msgspec.json.encode(messages[i]).decode()))
        messages = [message for message, stays in zip(messages, good.tolist(), strict=True) if stays]
    native = np.array([int(key) for key, stays in zip(ids, good.tolist(), strict=True) if stays], np.int64)
    return rows.Entries((channel[good] << rows.ID_BITS) + native, messages)
