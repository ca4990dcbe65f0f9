"""Where the elements of a JSON array end: one pass over the bytes, nothing built. Not for: values, or whether they are JSON."""

from typing import Any

import numpy as np
from numba import njit

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

_QUOTE, _ESCAPE, _COMMA = 34, 92, 44
_OPEN = (91, 123)
_CLOSE = (93, 125)


@njit(cache=True, nogil=True)
def element_ends(buffer: Bytes, out: Ints) -> tuple[int, bool]:
    """Fill `out` with the places of commas between elements and of the closing bracket; the buffer begins at an element.

    Returns (how many, whether the bracket came). Stops when `out` is full: call again behind the last place.
    """
    depth, found, i, stop = 0, 0, 0, buffer.shape[0]
    while i < stop and found < out.shape[0]:
        c = buffer[i]
        if c == _QUOTE:
            i += 1
            while i < stop and buffer[i] != _QUOTE:
                i += 2 if buffer[i] == _ESCAPE else 1
        elif c == _OPEN[0] or c == _OPEN[1]:
            depth += 1
        elif c == _CLOSE[0] or c == _CLOSE[1]:
            if depth == 0 and c == _CLOSE[0]:
                out[found] = i
                return found + 1, True
            depth -= 1
        elif c == _COMMA and depth == 0:
            out[found] = i
            found += 1
        i += 1
    return found, False
