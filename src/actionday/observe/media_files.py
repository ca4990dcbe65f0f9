"""Which media rows name an image that lies beside the export: only regular files inside the export's own folder.

Most exports are made without their files, so a folder is looked up once and its names only where it is there.
Not for: opening them (see `fingerprint_images`).
"""

import os
import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

_SUFFIXES = r"(?i)\.(?:jpe?g|png|webp)$"


def image_files(root: Path, names: pa.ChunkedArray) -> tuple[list[int], list[Path]]:
    """Rows whose `names` are images to be found under `root`, and their paths; links and what lies outside are left out."""
    images = pc.indices_nonzero(pc.fill_null(pc.match_substring_regex(names, _SUFFIXES), fill_value=False))
    rows: list[int] = []
    paths: list[Path] = []
    inside: dict[str, bool] = {}
    for row, name in zip(images.to_pylist(), names.take(images).to_pylist(), strict=True):
        path = os.path.join(root, name)  # noqa: PTH118 - a Path for each of a million names takes longer than decoding them
        folder, _ = os.path.split(path)
        if folder not in inside:
            inside[folder] = _is_inside(Path(folder), root)
        if inside[folder] and _is_file(path):
            rows.append(row)
            paths.append(Path(path))
    return rows, paths


def _is_inside(folder: Path, root: Path) -> bool:
    """Whether the folder is there and, links resolved, within `root`."""
    try:
        return folder.is_dir() and folder.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError):
        return False


def _is_file(path: str) -> bool:
    """Whether a regular file stands there, not a link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):  # ValueError: a name with a NUL
        return False
