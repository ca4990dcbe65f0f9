"""Settings: environment and one TOML file to a frozen `Settings`. The only reader of the environment and of credentials.

| setting | environment | TOML key | default |
|---|---|---|---|
| home | ACTIONDAY_HOME | home | case.d in the working folder |
| keys | ACTIONDAY_KEYS | keys | the home's own `keys` folder |
| by | ACTIONDAY_BY | by | the login name |
| person_key | ACTIONDAY_PERSON_KEY | person_key | `person.pem` beside the home's key |
| parsers | ACTIONDAY_PARSERS | parsers | 2 parser processes |
| parser_memory | ACTIONDAY_PARSER_MEMORY | parser_memory | 3 GiB for each, in bytes |
| flush_rows | ACTIONDAY_FLUSH_ROWS | flush_rows | 600,000 rows held before they are written |
| query_memory | ACTIONDAY_QUERY_MEMORY | query_memory | 2 GiB for queries of the archive, in bytes |
| reach | ACTIONDAY_REACH | reach | nothing: no platform is spoken to |
| vantage | ACTIONDAY_VANTAGE | vantage | here |
| agent | ACTIONDAY_AGENT | agent | actionday and its version |
| own_network | ACTIONDAY_OWN_NETWORK | own_network | no: private addresses are not spoken to |
| database | ACTIONDAY_DATABASE | database | none: the casebook is a file in the home |
| adversary_hosts | ACTIONDAY_ADVERSARY_HOSTS | adversary_hosts | none but sites: hosts that are not spoken to |
| credentials | ACTIONDAY_CREDENTIALS | credentials | none: a file of credentials |
| flood_posts | ACTIONDAY_FLOOD_POSTS | flood_posts | 1,000 posts: a known hash that hits more is not matched |
| flood_share | ACTIONDAY_FLOOD_SHARE | flood_share | 0.01 of all posts, beyond 20: the same |
| daily_limit | ACTIONDAY_DAILY_LIMIT | daily_limit | 100 cases that one person is given to read in a day |
| bases | – | [bases] | the platforms' own addresses |

The TOML file is `actionday.toml` in the working folder, or the one that ACTIONDAY_SETTINGS names. The environment wins. Single
credentials: see `Credentials`. Not for: options of one command, which are that command's arguments.
"""

import getpass
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from actionday.records import PLATFORMS, Actor, InputError, Secret, UsageError

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
_SIMPLE = (
    "home",
    "keys",
    "by",
    "person_key",
    "parsers",
    "parser_memory",
    "flush_rows",
    "query_memory",
    "reach",
    "vantage",
    "agent",
    "own_network",
    "adversary_hosts",
    "credentials",
    "database",
    "flood_posts",
    "flood_share",
    "daily_limit",
)
_CREDENTIAL = "ACTIONDAY_CREDENTIAL_"
KEYRING_SERVICE = "actionday"


class Credentials:
    """Credentials by name (`matrix.token`) and host: from the environment, else the credentials file, else the system keyring.

    Environment: ``ACTIONDAY_CREDENTIAL_MATRIX_TOKEN``, for one host ``ACTIONDAY_CREDENTIAL_MATRIX_TOKEN__EXAMPLE_ORG``. File: TOML,
    ``"matrix.token" = "…"`` or ``"matrix.token@example.org" = "…"``. Keyring (extra `keyring`): service ``actionday``, user
    ``matrix.token@example.org`` or ``matrix.token``. A value for the host wins over one for all.
    """

    __slots__ = ("_environment", "_file")

    def __init__(self, environment: Mapping[str, str], file: Mapping[str, str]) -> None:
        self._environment = {name: value for name, value in environment.items() if name.startswith(_CREDENTIAL)}
        self._file = dict(file)

    def __call__(self, name: str, host: str = "") -> Secret | None:
        """The credential, or None where there is none."""
        for asked in ([f"{name}@{host}"] if host else []) + [name]:
            value = self._environment.get(variable_of(asked)) or self._file.get(asked) or _from_keyring(asked)
            if value:
                return Secret(value)
        return None

    def __repr__(self) -> str:
        return f"Credentials({len(self._environment) + len(self._file)} given)"


def variable_of(name: str) -> str:
    """The environment variable of a credential: ``matrix.token@example.org`` is ``…MATRIX_TOKEN__EXAMPLE_ORG``."""
    what, _, host = name.partition("@")
    parts = [re.sub(r"\W", "_", part).upper() for part in (what, host) if part]
    return _CREDENTIAL + "__".join(parts)


def _ask_nobody(what: str) -> Secret | None:
    return None


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every command. `environment` is what parser processes are given; it holds no credential.

    `ask` asks whoever is at the door for a secret that was not given; None where nobody is there. `acting` is who has signed in
    at a door that several people share; None where the person's own key says who acts.
    """

    home: Path
    by: str
    keys: Path | None = None
    person_key: Path | None = None
    parsers: int = 2
    parser_memory: int = 3 << 30
    flush_rows: int = 600_000
    query_memory: int = 2 << 30
    reach: tuple[str, ...] = ()
    vantage: str = "here"
    agent: str = ""
    own_network: bool = False
    database: Secret | None = None
    adversary_hosts: tuple[str, ...] = ()
    credentials: Credentials = field(default_factory=lambda: Credentials({}, {}), repr=False, compare=False)
    flood_posts: int = 1_000
    flood_share: float = 0.01
    daily_limit: int = 100
    bases: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] | None = None
    ask: Callable[[str], Secret | None] = field(default=_ask_nobody, repr=False, compare=False)
    acting: Actor | None = field(default=None, repr=False, compare=False)

    def keys_of(self, home: Path) -> Path:
        """Where the keys of a home lie."""
        return self.keys if self.keys is not None else home / "keys"


def load_settings(environment: Mapping[str, str], folder: Path) -> Settings:
    """Read settings. Raises InputError for a file that is not TOML, UsageError for a value that does not fit."""
    named = environment.get("ACTIONDAY_SETTINGS")
    path = Path(named) if named else folder / "actionday.toml"
    told = _toml(path, "settings") if named or path.is_file() else {}
    for name in _SIMPLE:
        value = environment.get(f"ACTIONDAY_{name.upper()}")
        if value:
            told[name] = value
    keys = told.get("keys")
    return Settings(
        home=Path(told.get("home", folder / "case.d")),
        by=str(told.get("by") or _login()),
        keys=Path(keys) if keys else None,
        person_key=Path(told["person_key"]) if told.get("person_key") else None,
        parsers=_whole(told, "parsers", 2),
        parser_memory=_whole(told, "parser_memory", 3 << 30),
        flush_rows=_whole(told, "flush_rows", 600_000),
        query_memory=_whole(told, "query_memory", 2 << 30),
        reach=_reach(told.get("reach", ())),
        vantage=str(told.get("vantage") or "here"),
        agent=str(told.get("agent") or ""),
        own_network=_yes_or_no(told, "own_network"),
        database=Secret(str(told["database"])) if told.get("database") else None,
        adversary_hosts=_listed(told.get("adversary_hosts", ())),
        credentials=Credentials(environment, _credentials_file(told.get("credentials"))),
        flood_posts=_whole(told, "flood_posts", 1_000),
        flood_share=_share(told, "flood_share", 0.01),
        daily_limit=_whole(told, "daily_limit", 100),
        bases={str(name): str(url) for name, url in dict(told.get("bases", {})).items()},
        environment={name: environment[name] for name in _PASSED_ON if name in environment},
    )


def _toml(path: Path, what: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"{what} cannot be read: {error}", "see docs/reference/settings.md") from error


def _credentials_file(named: object) -> dict[str, str]:
    """The credentials file, which nobody but its owner may read where the system has such modes."""
    if not named:
        return {}
    path = Path(str(named))
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        raise InputError(str(path), "credentials that others on this machine may read", f"chmod 600 {path}")
    told = _toml(path, "credentials")
    if not all(isinstance(value, str) for value in told.values()):
        raise InputError(str(path), "a credential is a text", 'write "matrix.token" = "…", the name in quotes')
    return {str(name): str(value) for name, value in told.items()}


def _from_keyring(name: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password(KEYRING_SERVICE, name)
    except KeyringError:
        return None  # no keyring on this machine, or it is locked: as if nothing were kept there
    return found


def _reach(value: object) -> tuple[str, ...]:
    """Platforms that may be spoken to; `all` is every platform."""
    names = _listed(value)
    known = {platform.name for platform in PLATFORMS}
    if names == ("all",):
        return tuple(sorted(known))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"setting reach: no platform {', '.join(unknown)}; `all`, or some of {', '.join(sorted(known))}"
        )
    return names


def _listed(value: object) -> tuple[str, ...]:
    """A list, or a text with commas."""
    listed = value.split(",") if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else [value]
    return tuple(str(name).strip() for name in listed if str(name).strip())


def _yes_or_no(told: Mapping[str, Any], name: str) -> bool:
    value = told.get(name, False)
    words = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if isinstance(value, bool):
        return value
    if str(value).casefold() not in words:
        raise UsageError(f"setting {name} is yes or no, not {value!r}")
    return words[str(value).casefold()]


def _whole(told: Mapping[str, Any], name: str, default: int) -> int:
    try:
        value = int(told.get(name, default))
    except (TypeError, ValueError) as error:
        raise UsageError(f"setting {name} must be a whole number, not {told[name]!r}") from error
    if value < 1:
        raise UsageError(f"setting {name} must be at least 1")
    return value


def _share(told: Mapping[str, Any], name: str, default: float) -> float:
    try:
        value = float(told.get(name, default))
    except (TypeError, ValueError) as error:
        raise UsageError(f"setting {name} must be a share such as 0.01, not {told[name]!r}") from error
    if not 0 < value <= 1:
        raise UsageError(f"setting {name} lies above 0 and up to 1")
    return value


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
