"""The bar: what is worked at, how much of it is done, the rate, the time left. It appears once work takes two seconds."""

import threading
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from actionday.brief.escape import terminal

PATIENCE = 2.0
_WIDE = 40


class Bar:
    """One line for a person, gone when the work is done. Quick work stays quiet: a timer brings the bar up, not a step."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            _Amount(),
            _Rate(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=None, unit="steps")
        self._phase = "starting"
        self._patience = threading.Timer(PATIENCE, self._bar.start)
        self._patience.daemon = True

    def __enter__(self) -> Self:
        self._patience.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._patience.cancel()
        self._patience.join()
        self._bar.stop()

    def phase(self, what: str, total: int | None, unit: str) -> None:
        """A phase begins; the bar starts anew."""
        self._phase = what
        self._bar.reset(self._task, total=total, description=what, unit=unit)

    def item(self, what: str) -> None:
        """Its name is shown; names come from files, so they are made harmless first."""
        self._bar.update(self._task, description=f"{self._phase} {terminal(what)[-_WIDE:]}")

    def advance(self, amount: int) -> None:
        """So much more is done."""
        self._bar.advance(self._task, amount)


class _Amount(ProgressColumn):
    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text(f"{task.completed:,.0f} {task.fields['unit']}" if task.completed else "")
        if task.fields["unit"] == "bytes":
            return Text(f"{decimal(int(task.completed))} of {decimal(int(task.total))}")
        return Text(f"{task.completed:,.0f} of {task.total:,.0f} {task.fields['unit']}")


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if speed is None:
            return Text("")
        if task.fields["unit"] == "bytes":
            return Text(f"{decimal(int(speed))}/s")
        return Text(f"{speed:,.0f} {task.fields['unit']}/s" if speed >= 10 else f"{speed:.1f} {task.fields['unit']}/s")
