"""The parser process: gives up network and unbounded memory, then serves. Started by `pool`, never imported.

Isolation comes before every import that may start a thread: a process with threads cannot enter a user namespace.
"""

import sys


def main() -> None:
    """Isolate, then answer requests on standard input until it ends. The argument is the memory limit in bytes."""
    from actionday.observe.isolate import isolate

    isolation = isolate(int(sys.argv[1]))

    from actionday.observe.no_pandas import do_without_pandas, do_without_scipy

    do_without_scipy()
    do_without_pandas()  # before the first import that makes an Arrow array

    from actionday.observe.serve import serve_standard_streams

    serve_standard_streams(isolation)


if __name__ == "__main__":
    main()
