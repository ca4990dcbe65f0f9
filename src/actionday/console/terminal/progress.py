"""Progress on standard error: a bar with rate and time left once work takes more than two seconds, or nothing at all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from actionday.console.terminal.options import is_terminal

_PATIENCE = 2.0
_MEMORY = 3600.0
"""Seconds over which the rate is taken: a measure may report once in minutes."""


class Silent:
    """No progress: under `--quiet`, under a pipe, in tests."""

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """Nothing is shown."""

    def advance(self, amount: int) -> None:
        """Nothing is shown."""


class Bar:
    """A bar for a person. It appears after two seconds, so that quick work stays quiet. A new unit begins a new bar."""

    def __init__(self, console: Console | None = None, patience: float = _PATIENCE) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            _Done(),
            _Rate(),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
            transient=True,
            speed_estimate_period=_MEMORY,
        )
        self._timer = threading.Timer(patience, self._bar.start)
        self._timer.daemon = True
        self._task = self._bar.add_task("reading", total=0, unit="bytes")
        self._total = 0

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._timer.join()
        self._bar.stop()

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """A piece of work begins: its name is shown, its size added."""
        if unit != self._bar.tasks[-1].fields["unit"]:
            self._bar.update(self._task, visible=False)
            self._task, self._total = self._bar.add_task(what[-40:], total=0, unit=unit), 0
        self._total += total
        self._bar.update(self._task, description=what[-40:], total=self._total)

    def advance(self, amount: int) -> None:
        """So much more is done."""
        self._bar.advance(self._task, amount)


class _Done(ProgressColumn):
    """How much of how much, in the task's unit."""

    def render(self, task: Task) -> Text:
        """12.3/45.6 MB, or 1,200/45,000 posts."""
        return Text(f"{_said(task.completed, task)} of {_said(task.total or 0, task)}")


class _Rate(ProgressColumn):
    """Units a second, over all that was done so far."""

    def render(self, task: Task) -> Text:
        """Nothing before the first report."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{_said(speed, task)}/s")


def _said(amount: float, task: Task) -> str:
    unit = str(task.fields["unit"])
    if unit == "bytes":
        return decimal(int(amount))
    return f"{amount:,.0f} {unit}" if amount >= 10 else f"{amount:.2g} {unit}"


@contextmanager
def watching(quiet: bool) -> Iterator[Bar | Silent]:
    """A bar when a person watches and did not ask for quiet, else silence."""
    if quiet or not is_terminal():
        yield Silent()
    else:
        with Bar() as bar:
            yield bar
