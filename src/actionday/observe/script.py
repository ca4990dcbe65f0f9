"""Which script a text is written in, as a BCP 47 tag with an undetermined language: ``und-Arab``, ``und-Latn``, …

Posts are too short to tell languages apart honestly; their script is certain. A language that the source declares is kept
as it is; this only fills the gap. Not for: telling Arabic from Persian, or any two languages in one script.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

TAGS = ("und-Latn", "und-Arab", "und-Cyrl", "und-Hani", "und-Deva")
_LOOKED_AT = 320  # bytes from the start
_LEAST = 3  # letters


def scripts_of(texts: pa.Array) -> pa.Array:
    """The most frequent script of each text (string), null where fewer than three letters are in one of `TAGS`."""
    plain = texts.cast(pa.large_string())
    if len(plain) == 0:
        return pa.array([], pa.string())
    _, offsets, data = plain.buffers()
    places = np.frombuffer(offsets, np.int64)[plain.offset : plain.offset + len(plain) + 1]
    best = _best(np.frombuffer(data or b"", np.uint8), places)
    known = pa.array(best, mask=best < 0)
    return pa.DictionaryArray.from_arrays(known, pa.array(TAGS)).cast(pa.string())


@njit(cache=True, nogil=True)
def _best(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
    """Index into TAGS by text, -1 for none. Letters are counted by their UTF-8 block; the first of equals wins."""
    found = np.empty(offsets.size - 1, np.int8)
    for row in range(found.size):
        latin = arabic = cyrillic = han = deva = 0
        i, end = offsets[row], min(offsets[row + 1], offsets[row] + _LOOKED_AT)
        while i < end:
            c = data[i]
            if c < 0x80:
                latin += 0x61 <= c | 32 <= 0x7A
                i += 1
            elif c < 0xE0:
                point = ((c & 31) << 6) | (data[i + 1] & 63) if i + 1 < end else 0
                latin += 0xC0 <= point <= 0x24F and point != 0xD7 and point != 0xF7  # noqa: PLR1714 - a set would be built
                cyrillic += 0x400 <= point <= 0x481 or 0x48A <= point <= 0x52F
                # letters, not the digits, marks and punctuation of the block
                arabic += (
                    0x620 <= point <= 0x64A
                    or 0x66E <= point <= 0x6D3
                    or 0x6FA <= point <= 0x6FC
                    or 0x750 <= point <= 0x77F
                )
                i += 2
            elif c < 0xF0:
                point = ((c & 15) << 12) | ((data[i + 1] & 63) << 6) | (data[i + 2] & 63) if i + 2 < end else 0
                latin += 0x1E00 <= point <= 0x1EFF
                arabic += 0xFB50 <= point <= 0xFDFB or 0xFE70 <= point <= 0xFEFC
                han += 0x4E00 <= point <= 0x9FFF or 0x3400 <= point <= 0x4DBF
                deva += 0x904 <= point <= 0x939 or 0x958 <= point <= 0x961
                i += 3
            else:
                i += 4
        best, most = -1, _LEAST - 1
        for k, count in enumerate((latin, arabic, cyrillic, han, deva)):
            if count > most:
                best, most = k, count
        found[row] = best
    return found
