"""Fingerprints of image files: SHA-256 and MD5 (which lists of known content speak) of the file and PDQ (Facebook's perceptual hash, 256 bit) of the picture.

Decoders are the weak spot: only JPEG, PNG and WebP, only plain files (no links are followed), with limits on bytes and
pixels, first frame only. Call it in the isolated worker. Not for: showing, converting or keeping pictures.
"""

import hashlib
import io
import os
import stat
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pdqhash
import pyarrow as pa
from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
MAX_BYTES = 64 * 2**20

IMAGES = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("digest", pa.binary()),
        pa.field("md5", pa.binary()),
        pa.field("pdq", pa.binary()),
        pa.field("quality", pa.int16()),
        pa.field("problem", pa.string()),
    ]
)
"""`digest` (SHA-256), `md5`, `pdq` (32 bytes) and `quality` (0 to 100) of one file, or its `problem` and nothing else."""


def image_fingerprint(path: Path) -> tuple[bytes, bytes, int] | None:
    """SHA-256 of the file, PDQ hash (32 bytes) and PDQ quality (0 to 100); None where the file gives none."""
    result = _fingerprint(path)
    return None if isinstance(result, str) else (result[0], result[2], result[3])


def image_fingerprints(paths: Sequence[Path]) -> pa.Table:
    """One row of IMAGES a path, in order. A bad image is reported in `problem`, never raised."""
    return pa.Table.from_pylist([_row(path) for path in paths], IMAGES)


def _row(path: Path) -> dict[str, object]:
    result = _fingerprint(path)
    if isinstance(result, str):
        return {"path": str(path), "problem": result}
    return {"path": str(path), **dict(zip(("digest", "md5", "pdq", "quality"), result, strict=True))}


def _fingerprint(path: Path) -> tuple[bytes, bytes, bytes, int] | str:
    """The fingerprint, or what is wrong with the file."""
    try:
        content = _read(path)
        picture = _decode(content)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        return f"{type(error).__name__}: {error}"[:200]
    bits, quality = pdqhash.compute(picture)
    digests = hashlib.sha256(content).digest(), hashlib.md5(content, usedforsecurity=False).digest()
    return *digests, np.packbits(np.asarray(bits, np.uint8)).tobytes(), int(quality)


def _read(path: Path) -> bytes:
    """The bytes of a plain file. Raises OSError for anything else, ValueError for too many bytes."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if path.is_symlink():  # for systems without O_NOFOLLOW
        raise OSError("a symbolic link is not followed")
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - Path.open takes no flags
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError("no plain file")
        if about.st_size > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES} bytes")
        return file.read(MAX_BYTES)


def _decode(content: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The first frame as RGB. Raises what Pillow raises, and ValueError for too many pixels."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)  # odd metadata is no reason to lose an image
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"more than {MAX_PIXELS} pixels")
            return np.asarray(image.convert("RGB"), dtype=np.uint8)
