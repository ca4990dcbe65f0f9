"""Options and plumbing that every command shares: where the home is, how to print, what an error's exit code is."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from actionday.brief.escape import terminal
from actionday.records import ActiondayError, HomeError, HomeLocked, InputError, PermissionRefused, Secret, UsageError
from actionday.settings import Settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])

EXIT_CODES: tuple[tuple[type[ActiondayError], int], ...] = (
    (HomeLocked, 4),
    (HomeError, 3),
    (InputError, 5),
    (PermissionRefused, 6),
    (UsageError, 2),
    (ActiondayError, 1),
)
"""Exit status by error class, most special first."""

home_option = click.option(
    "--home",
    "home",
    type=click.Path(path_type=Path),
    default=None,
    help="The case's folder. Default: setting `home`, else case.d.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output, for programs.")
quiet_option = click.option("--quiet", is_flag=True, help="No progress on standard error.")
campaign_option = click.option(
    "--campaign",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="day.toml: the day's window, comparison, events.",
)
seed_option = click.option("--seed", type=int, default=7, show_default=True, help="Seed of bootstrap and permutations.")


def exit_code(error: ActiondayError) -> int:
    """The exit status of an error."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


def settings_for(home: Path | None) -> Settings:
    """Settings from the environment and the working folder, with the home that was named."""
    settings = replace(load_settings(os.environ, Path.cwd()), ask=_asked)
    return settings if home is None else replace(settings, home=home)


def _asked(what: str) -> Secret | None:
    """Ask whoever sits at the terminal; the answer is not shown."""
    if not sys.stdin.isatty():
        return None
    return Secret(click.prompt(terminal(what), hide_input=True, err=True))


def say(text: str) -> None:
    """Print a line for a person; what came from files is made harmless for the terminal."""
    click.echo(terminal(text))


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON-able value
    """Print JSON, ASCII only, so that no terminal sequence or bidi override can act."""
    click.echo(json.dumps(value, ensure_ascii=True, indent=1, default=_plain))


def fail(error: ActiondayError) -> int:
    """Print an error and return its exit status."""
    click.echo("\n".join(terminal(line) for line in f"actionday: {error}".splitlines()), err=True)
    return exit_code(error)


def is_terminal() -> bool:
    """Whether a person watches standard error."""
    return sys.stderr.isatty()


def _plain(value: object) -> Any:  # noqa: ANN401
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
