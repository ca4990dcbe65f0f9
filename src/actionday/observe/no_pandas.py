"""Keep pandas out of a process of ours: pyarrow loads it, where it is installed, to look at its first Python list.

That is 25 MB and a third of a second for every command and every parser, and only statsmodels uses it here. Only for processes
that are ours from start to end: pyarrow remembers that there was none. Not for: a library's import.
"""

import sys
from collections.abc import Sequence


class _NoPandas:
    """A finder that says there is no pandas and leaves every other module to the finders behind it."""

    @staticmethod
    def find_spec(name: str, _path: Sequence[str] | None = None, _target: object = None) -> None:
        """Raises ModuleNotFoundError for pandas."""
        if name == "pandas":
            raise ModuleNotFoundError("this process does without pandas", name=name)


def do_without_pandas() -> None:
    """From now on, pandas cannot be imported in this process."""
    sys.meta_path.insert(0, _NoPandas)


def do_with_pandas() -> None:
    """Lift the ban for a verb that needs statsmodels, which is built on pandas."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not _NoPandas]
