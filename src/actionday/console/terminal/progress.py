"""Progress on standard error: a bar with rate and time left once work takes more than two seconds, or nothing at all."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from actionday.console.terminal.options import is_terminal

_PATIENCE = 2.0


class Silent:
    """No progress: under `--quiet`, under a pipe, in tests."""

    def begin(self, what: str, total: int) -> None:
        """Nothing is shown."""

    def advance(self, amount: int) -> None:
        """Nothing is shown."""


class Bar:
    """A bar for a person. It appears after two seconds, so that quick work stays quiet."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("reading", total=0)
        self._total = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, what: str, total: int) -> None:
        """A new piece of work: its name is shown, its size added."""
        self._total += total
        self._bar.update(self._task, description=what[-40:], total=self._total)
        self._show()

    def advance(self, amount: int) -> None:
        """So much more is done."""
        self._bar.advance(self._task, amount)
        self._show()

    def _show(self) -> None:
        if not self._bar.live.is_started and time.monotonic() - self._started > _PATIENCE:
            self._bar.start()


@contextmanager
def watching(quiet: bool) -> Iterator[Bar | Silent]:
    """A bar when a person watches and did not ask for quiet, else silence."""
    if quiet or not is_terminal():
        yield Silent()
    else:
        with Bar() as bar:
            yield bar
