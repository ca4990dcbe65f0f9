"""Whose archive it is: ``account.js`` and ``profile.js`` beside the file at hand, or a mapping that names the account.

Only what the archive's `accounts` hold is picked out: the e-mail address in ``account.js`` is not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from actionday.observe.reader import Source

_MOST = 1 << 20
_ID = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Owner:
    """The account that an archive was given to."""

    native: str
    handle: str | None = None
    display_name: str | None = None
    bio: str | None = None
    created_at: str | None = None

    @property
    def columns(self) -> Mapping[str, str | None]:
        """By the names of `columns.PROFILES`."""
        return {
            "native": self.native,
            "handle": self.handle,
            "display_name": self.display_name,
            "bio": self.bio,
            "created_at": self.created_at,
        }


class _Account(msgspec.Struct):
    accountId: str
    username: str | None = None
    accountDisplayName: str | None = None
    createdAt: str | None = None


class _AccountItem(msgspec.Struct):
    account: _Account


class _Description(msgspec.Struct):
    bio: str | None = None


class _Profile(msgspec.Struct):
    description: _Description | None = None


class _ProfileItem(msgspec.Struct):
    profile: _Profile


def owner_of(source: Source) -> Owner | None:
    """The owner, or None where neither ``account.js`` nor the mapping says who it is."""
    account = _first(source.path.with_name("account.js"), list[_AccountItem]) or _first(source.path, list[_AccountItem])
    profile = _first(source.path.with_name("profile.js"), list[_ProfileItem])
    about = profile.profile.description if profile is not None else None
    bio = about.bio if about is not None else None
    if account is not None and _ID.fullmatch(account.account.accountId):
        found = account.account
        return Owner(found.accountId, found.username, found.accountDisplayName, bio or None, found.createdAt)
    declared = (source.mapping or {}).get("account")
    return Owner(declared, bio=bio or None) if isinstance(declared, str) and _ID.fullmatch(declared) else None


def _first(path: Path, kind: Any) -> Any:  # noqa: ANN401 - whatever the list holds
    """The only item of a small assigned list; None where the file is missing, large or something else."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST:
        return None
    _, bracket, rest = path.read_bytes().partition(b"[")
    try:
        items = msgspec.json.decode(bracket + rest, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return items[0] if items else None
