"""Which homeserver is asked: the one the settings name, since Matrix has no single place and every server answers for itself.

Other people's servers are asked by one's own server where it must, never by this product. Not for: requests (`wire.matrix`).
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from actionday.observe.outside import Outside
from actionday.records import Secret, UsageError
from actionday.wire.matrix import Matrix

BASE, TOKEN, ADMIN = "matrix", "matrix.token", "matrix.admin_token"
"""Name of the base in the settings, and of the credentials: an ordinary account's token, a Synapse administrator's."""


def address(outside: Outside) -> str:
    """The homeserver's address. Raises UsageError saying how to give it."""
    base = outside.base(BASE, "")
    if urlsplit(base).scheme not in {"http", "https"} or not urlsplit(base).netloc:
        raise UsageError(
            'no homeserver to ask: name yours in actionday.toml, [bases] matrix = "https://matrix.example.org"'
            + (f" (it says {base!r})" if base else "")
        )
    return base


def client(outside: Outside, token: Callable[[str], Secret | None]) -> Matrix:
    """A client of the homeserver; `token` gives the credential to ask with, by host."""
    base = address(outside)
    return Matrix(outside.http, base, token(urlsplit(base).netloc))


def servers_of(*names: str | None) -> list[str]:
    """The servers that stand in ids and aliases, to ask through: ``!room:server`` gives ``server``. Each once."""
    found = [name.partition(":")[2] for name in names if name and name[:1] in "!#@" and ":" in name]
    return list(dict.fromkeys(server for server in found if server))
