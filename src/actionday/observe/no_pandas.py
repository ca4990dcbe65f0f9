"""Keep pandas out of a process of ours, and SciPy out of parsers: libraries load them, where they are installed, without need.

pyarrow loads pandas to look at its first Python list: 25 MB and a third of a second for every command and every parser, and only
statsmodels uses it here. Numba loads SciPy with its first kernel, for linear algebra that no parser does: a quarter of a second. Only for
processes that are ours from start to end: both remember that there was none. Not for: a library's import.
"""

import sys
from collections.abc import Sequence


class _Without:
    """A finder that says there is no such module and leaves every other to the finders behind it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: object = None) -> None:
        """Raises ModuleNotFoundError for the module."""
        if name == self.name:
            raise ModuleNotFoundError(f"this process does without {name}", name=name)


_PANDAS, _SCIPY = _Without("pandas"), _Without("scipy")


def do_without_pandas() -> None:
    """From now on, pandas cannot be imported in this process."""
    sys.meta_path.insert(0, _PANDAS)


def do_without_scipy() -> None:
    """From now on, SciPy cannot be imported in this process."""
    sys.meta_path.insert(0, _SCIPY)


def do_with_pandas() -> None:
    """Lift the ban for a verb that needs statsmodels, which is built on pandas."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not _PANDAS]
