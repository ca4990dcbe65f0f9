"""Which server an account lives on, and how it is spoken to. Not for: requests (`wire.fediverse`)."""

from actionday.observe.outside import Outside
from actionday.wire.fediverse import Fediverse

TOKEN = "mastodon.token"  # noqa: S105 - the credential's name


def host_of(native: str) -> str:
    """The host of ``name@host`` or ``host/path``."""
    return (native.rpartition("@")[2] if "@" in native else native.partition("/")[0]).lower()


def client(outside: Outside) -> Fediverse:
    """A client; the settings' bases may name another address for a host (``fediverse.HOST``), tests a server of their own."""
    return Fediverse(outside.http, lambda host: outside.base(f"fediverse.{host}", f"https://{host}").rstrip("/"))
