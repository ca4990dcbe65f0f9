"""Settings: environment and one TOML file to a frozen `Settings`. The only reader of the environment.

| setting | environment | TOML key | default |
|---|---|---|---|
| home | ACTIONDAY_HOME | home | case.d in the working folder |
| keys | ACTIONDAY_KEYS | keys | the home's own `keys` folder |
| by | ACTIONDAY_BY | by | the login name |
| parsers | ACTIONDAY_PARSERS | parsers | 2 parser processes |
| parser_memory | ACTIONDAY_PARSER_MEMORY | parser_memory | 3 GiB for each, in bytes |
| flush_rows | ACTIONDAY_FLUSH_ROWS | flush_rows | 600,000 rows held before they are written |
| query_memory | ACTIONDAY_QUERY_MEMORY | query_memory | 2 GiB for queries of the archive, in bytes |

The TOML file is `actionday.toml` in the working folder, or the one that ACTIONDAY_SETTINGS names. The environment wins.
Not for: options of one command, which are that command's arguments.
"""

import getpass
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actionday.records import InputError, UsageError

_PASSED_ON = (
    "PATH",
    "PYTHONPATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "VIRTUAL_ENV",
    "NUMBA_CACHE_DIR",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every command. `environment` is what parser processes are given."""

    home: Path
    by: str
    keys: Path | None = None
    parsers: int = 2
    parser_memory: int = 3 << 30
    flush_rows: int = 600_000
    query_memory: int = 2 << 30
    environment: Mapping[str, str] | None = None

    def keys_of(self, home: Path) -> Path:
        """Where the keys of a home lie."""
        return self.keys if self.keys is not None else home / "keys"


def load_settings(environment: Mapping[str, str], folder: Path) -> Settings:
    """Read settings. Raises InputError for a file that is not TOML, UsageError for a value that does not fit."""
    named = environment.get("ACTIONDAY_SETTINGS")
    path = Path(named) if named else folder / "actionday.toml"
    told: dict[str, Any] = {}
    if named or path.is_file():
        try:
            told = tomllib.loads(path.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(
                str(path), f"settings cannot be read: {error}", "see docs/reference/settings.md"
            ) from error
    for name in ("home", "keys", "by", "parsers", "parser_memory", "flush_rows", "query_memory"):
        value = environment.get(f"ACTIONDAY_{name.upper()}")
        if value:
            told[name] = value
    keys = told.get("keys")
    return Settings(
        home=Path(told.get("home", folder / "case.d")),
        by=str(told.get("by") or _login()),
        keys=Path(keys) if keys else None,
        parsers=_whole(told, "parsers", 2),
        parser_memory=_whole(told, "parser_memory", 3 << 30),
        flush_rows=_whole(told, "flush_rows", 600_000),
        query_memory=_whole(told, "query_memory", 2 << 30),
        environment={name: environment[name] for name in _PASSED_ON if name in environment},
    )


def _whole(told: Mapping[str, Any], name: str, default: int) -> int:
    try:
        value = int(told.get(name, default))
    except (TypeError, ValueError) as error:
        raise UsageError(f"setting {name} must be a whole number, not {told[name]!r}") from error
    if value < 1:
        raise UsageError(f"setting {name} must be at least 1")
    return value


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
