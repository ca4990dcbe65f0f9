"""Where a query engine may put what does not fit into memory: a folder of its own under the home.

DuckDB names its overflow files alike in every process and deletes what it takes for its own, so each engine gets a folder
to itself. What spills are rows of the archive: they must not lie in the working folder, and not outlive a killed process.
A lock file, which the system lets go of when its process dies, tells a living folder from one to be swept.
Not for: work of an import that is taken up again (`Home.staging`).
"""

import secrets
import shutil
import weakref
from pathlib import Path

from filelock import FileLock, Timeout


class Spill:
    """A fresh folder under `root` (made where missing). It goes with this object, or is swept when the next one is made.

    Where `root` cannot be written `folder` is None: nothing is spilled then, and what does not fit fails.
    """

    def __init__(self, root: Path) -> None:
        self.folder: Path | None = None
        try:
            root.mkdir(parents=True, exist_ok=True)
            sweep(root)
            folder = root / secrets.token_hex(8)
            lock = FileLock(_lock_of(folder), thread_local=False)
            lock.acquire(timeout=0)
            folder.mkdir()
        except OSError:
            return
        self.folder = folder
        weakref.finalize(self, _remove, folder, lock)

    @property
    def option(self) -> str:
        """The value of DuckDB's `temp_directory`; empty bars spilling."""
        return "" if self.folder is None else str(self.folder)


def sweep(root: Path) -> None:
    """Remove the folders under `root` whose process is gone."""
    for folder in [path for path in root.iterdir() if path.is_dir()]:
        lock = FileLock(_lock_of(folder), thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        _remove(folder, lock)


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _remove(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    _lock_of(folder).unlink(missing_ok=True)
    try:
        folder.parent.rmdir()
    except OSError:
        return  # others spill there too
