"""Keys of joint campaigns: 32 random bytes that its units share, kept beside the home's own key. Not for: lists made with them (`exchanging`)."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from actionday.records import InputError, UsageError
from actionday.records.exchange import KEY_BYTES
from actionday.records.ids import Randomness
from actionday.settings import Settings

_FOLDER = "joint"
_NAME = re.compile(r"[^\w .-]")


def joint_keys(settings: Settings) -> Mapping[str, bytes]:
    """All keys of joint campaigns here, by the campaign's name. Raises InputError for a file that is no key."""
    folder = settings.keys_of(settings.home) / _FOLDER
    return {path.stem: _read(path) for path in sorted(folder.glob("*.key"))} if folder.exists() else {}


def joint_key(settings: Settings, campaign: str) -> bytes:
    """The key of one. Raises UsageError where there is none."""
    found = joint_keys(settings).get(_file_name(campaign))
    if found is None:
        raise UsageError(
            f"there is no shared key for {campaign!r} here: `actionday campaign key` makes it, or takes a partner's"
        )
    return found


def keep_key(settings: Settings, campaign: str, given: Path | None, randomness: Randomness) -> Path:
    """Make the key of a joint campaign, or keep one that a partner handed over. Returns where it lies. Raises UsageError where there is one."""
    key = randomness(KEY_BYTES) if given is None else _read(given)
    folder = settings.keys_of(settings.home) / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{_file_name(campaign)}.key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key.hex() + "\n")
    except FileExistsError as error:
        raise UsageError(f"{path} is there already") from error
    return path


def _file_name(campaign: str) -> str:
    return _NAME.sub("_", campaign)


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise InputError(str(path), "is no shared key", "it holds 64 hex digits") from error
    if len(key) != KEY_BYTES:
        raise InputError(str(path), "is no shared key", "it holds 64 hex digits")
    return key
