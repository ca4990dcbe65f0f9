"""Sketches and sets of shingles out of the archive's `fingerprints`, streamed into arrays. Not for: comparing them (`near_texts`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from actionday.link.near_texts import ShingleSets
from actionday.link.near_texts_kernels import Int32s, Int64s, Uint16s, Uint32s
from actionday.stores.archive.sketches import HASHES, minwise
from actionday.stores.archive.view import View

DIGEST = 32
"""Bytes of a text's SHA-256."""

WholeSets = Callable[[pa.Array], tuple[Uint32s, Int64s]]
"""Texts to their whole sets, end to end, and where each ends: what the importing room computes sketches from."""

_KEY = pa.binary(DIGEST)


@dataclass(frozen=True, slots=True)
class Sketches:
    """The sketched texts of a home, in the order of their rows: digests (n, 32 bytes), minwise (n, 64), sizes of the whole sets."""

    digests: npt.NDArray[np.uint8]
    minwise: Uint16s
    sizes: Int32s

    def named(self, numbers: Int64s) -> pa.Array:
        """The digests of some texts, as a column of 32 bytes."""
        some = np.ascontiguousarray(self.digests[numbers])
        return pa.FixedSizeBinaryArray.from_buffers(_KEY, len(some), [None, pa.py_buffer(some)])


def sketches_of(view: View) -> Sketches:
    """All texts with a sketch. Holds 172 bytes a text, twice that while it puts them into order."""
    prints = view.table("fingerprints")
    sketched = prints.filter((prints.kind == "text") & prints.minhash.notnull())
    n = int(view.arrow(sketched.count()).as_py())
    order, sizes = np.empty(n, np.int64), np.empty(n, np.int32)
    digests, hashes = np.empty((n, DIGEST), np.uint8), np.empty((n, HASHES), np.uint16)
    at = 0
    for batch in view.batches(sketched.select("row", "digest", "minhash", "n_shingles")):
        rows = slice(at, at + len(batch))
        order[rows] = batch["row"].to_numpy()
        sizes[rows] = batch["n_shingles"].to_numpy()
        digests[rows] = _fixed(batch["digest"])
        hashes[rows] = minwise(batch["minhash"])
        at += len(batch)
    ranked = np.argsort(order)
    return Sketches(digests[ranked], hashes[ranked], sizes[ranked])


def sets_of(view: View, sketches: Sketches, numbers: Int64s, whole: WholeSets | None = None) -> ShingleSets:
    """The sets of some texts: complete up to 64 members, and beyond where the archive keeps the text and `whole` is given."""
    sizes = sketches.sizes[numbers].astype(np.int64)
    kept = np.minimum(sizes, HASHES)
    room = sizes if whole is not None else kept
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(room)])[:-1]
    sets = ShingleSets(np.empty(int(room.sum()), np.uint32), starts, starts + kept, sizes > HASHES)
    names = sketches.named(numbers)
    prints = view.table("fingerprints")
    asked = ibis.memtable(_asked(names, np.arange(len(numbers))))
    for batch in view.batches(asked.join(prints, asked.name == prints.digest).select("place", "shingles")):
        values = batch["shingles"].cast(pa.large_binary())
        ends = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1] // 4
        hashes = np.frombuffer(values.buffers()[2] or b"", "<u4")
        _put(sets, batch["place"].to_numpy(), hashes[ends[0] : ends[-1]], ends[1:] - ends[0])
    if whole is not None:
        for places, texts in _texts(view, names, np.flatnonzero(sets.cut)):
            _put(sets, places, *whole(texts))
            sets.cut[places] = False
    return sets


def _texts(view: View, names: pa.Array, places: Int64s) -> Iterator[tuple[Int64s, pa.Array]]:
    """The texts that the archive keeps of these, each once."""
    posts = view.table("posts")
    asked = ibis.memtable(_asked(names.take(pa.array(places)), places))
    kept = posts.filter(posts.text.notnull())
    found = asked.join(kept, asked.name == kept.text_sha256)
    for batch in view.batches(found.group_by("place").agg(text=found.text.arbitrary())):
        yield batch["place"].to_numpy(), batch["text"]


def _asked(names: pa.Array, places: Int64s) -> pa.Table:
    return pa.table({"name": names.cast(pa.binary()), "place": pa.array(places, pa.int64())})


def _put(sets: ShingleSets, places: Int64s, members: Uint32s, ends: Int64s) -> None:
    """Write whole sets to their places; member j of set i goes to where i begins, plus j."""
    lengths = np.diff(ends, prepend=0)
    shift = np.repeat(sets.starts[places] - (ends - lengths), lengths)
    sets.members[np.arange(len(members)) + shift] = members
    sets.ends[places] = sets.starts[places] + lengths


def _fixed(column: Any) -> npt.NDArray[np.uint8]:  # noqa: ANN401 - pyarrow ships no types
    flat = column.cast(_KEY)
    data = np.frombuffer(flat.buffers()[1] or b"", np.uint8)
    return data[flat.offset * DIGEST : (flat.offset + len(flat)) * DIGEST].reshape(len(flat), DIGEST)
