"""Progress on standard error for a person who watches, silence for everybody else. Not for: how a bar looks (`bar`)."""

from collections.abc import Iterator
from contextlib import contextmanager

from actionday.console.terminal.options import is_terminal
from actionday.records import Progress, Silent


@contextmanager
def watching(quiet: bool) -> Iterator[Progress]:
    """A bar when a person watches and did not ask for quiet, else silence."""
    if quiet or not is_terminal():
        yield Silent()
        return
    from actionday.console.terminal.bar import Bar  # a toolkit of its own, which programs need not wait for

    with Bar() as bar:
        yield bar
