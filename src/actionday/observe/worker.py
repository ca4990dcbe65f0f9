"""The parser process: gives up network and unbounded memory, then serves. Started by `pool`, never imported.

Isolation comes before every import that may start a thread: a process with threads cannot enter a user namespace.
"""

import sys
from collections.abc import Sequence


class NoPandas:
    """A finder that says there is no pandas: pyarrow would load it, 27 MB and half a second, to look at its first list."""

    @staticmethod
    def find_spec(name: str, _path: Sequence[str] | None = None, _target: object = None) -> None:
        """None for every other module, which leaves it to the finders behind."""
        if name == "pandas":
            raise ModuleNotFoundError("parsers do without pandas", name=name)


def main() -> None:
    """Isolate, then answer requests on standard input until it ends. The argument is the memory limit in bytes."""
    from actionday.observe.isolate import isolate

    isolation = isolate(int(sys.argv[1]))
    sys.meta_path.insert(0, NoPandas)

    from actionday.observe.serve import serve_standard_streams

    serve_standard_streams(isolation)


if __name__ == "__main__":
    main()
