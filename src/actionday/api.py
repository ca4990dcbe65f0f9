"""The Python door: a home that is opened once, with every action of the playbook as a method. `actionday.open(home)` gives it.

What whoever acts may do is asked by the actions themselves, so this door asks nothing and forgets nothing. Not for: rendering, or any rule.
"""

import inspect
import os
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from actionday import playbook
from actionday.records import Clock, Progress, Silent, SystemClock
from actionday.settings import Settings, load_settings


class ActionDay:
    """A home at work. Methods are the playbook's actions (`docs/reference/python.md`); settings, clock and progress are given already.

    Holds nothing open between calls; may be used from several threads.
    """

    def __init__(self, settings: Settings, clock: Clock, progress: Progress) -> None:
        self.settings, self.clock, self.progress = settings, clock, progress

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """The action of that name. Raises AttributeError where there is none."""
        if name not in playbook.actions():
            raise AttributeError(f"there is no action {name}; dir() names them all")
        return bound(
            getattr(playbook, name), {"settings": self.settings, "clock": self.clock, "progress": self.progress}
        )

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *playbook.actions()})


def open_day(
    home: Path | str | None = None,
    *,
    settings: Settings | None = None,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> ActionDay:
    """Open a home for work. `settings` default to those of the environment and of actionday.toml in the working folder.

    Raises UsageError and InputError as these do; whether there is a home is asked by the first action that needs one.
    """
    told = settings or load_settings(dict(os.environ), Path.cwd())
    if home is not None:
        told = replace(told, home=Path(home))
    return ActionDay(told, clock or SystemClock(), progress or Silent())


def bound(action: Callable[..., Any], given: dict[str, Any]) -> Callable[..., Any]:
    """An action with some of its parameters given by name, wherever these stand; the others keep their order."""
    whole = inspect.signature(action)
    mine = {name: value for name, value in given.items() if name in whole.parameters}
    left = whole.replace(parameters=[one for name, one in whole.parameters.items() if name not in mine])

    @wraps(action)
    def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the action takes and returns
        told = left.bind(*arguments, **named)
        return action(**mine, **told.arguments)

    call.__signature__ = left  # type: ignore[attr-defined]
    return call
