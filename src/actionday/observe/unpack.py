"""Archives and compressed files, read in place: members are streamed into a staging folder under names of our own.

Understood: zip, tar (plain, gz, bz2, xz), and single gz, bz2, xz files. Guards: a member count, a size for each member
and for all, a ratio against bombs, no links, no devices, no nested archives (they are named, not opened). A member's own
name becomes a path only when each of its pieces is plain (`_safe`). Locked zips (AES, or the old cipher) are opened with the
password that is given; where it comes from is not this file's business.
"""

import bz2
import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from actionday.records.errors import InputError

_BLOCK = 1 << 20
_PLAIN = re.compile(
    r"[\w@()+=-][\w .@()+=-]{0,99}"
)  # no leading dot, no separator, so neither "..", nor "/", nor a drive
_LONGEST = 400
SUFFIXES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz")
_READ_PACKED = (".warc.gz",)
_ENCRYPTED = 0x1
_LINK = "a link or device in an archive is not followed"
_NESTED = "an archive within an archive is not opened; unpack it first"
_Content = tuple[str, IO[bytes] | None, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one archive: bytes in all, members, unpacked bytes for each packed one; `floor` bytes are always allowed."""

    total: int = 200 << 30
    members: int = 200_000
    ratio: int = 200
    floor: int = 1 << 30  # a series of near-equal lists packs a thousandfold


@dataclass(frozen=True, slots=True)
class Member:
    """One unpacked member, or one that was refused (`reason` set, `path` empty)."""

    name: str
    path: str
    size: int
    reason: str = ""


def is_packed(name: str) -> bool:
    """Whether the name looks like an archive or a compressed file that `unpack` understands; web archives are read packed."""
    return name.lower().endswith(SUFFIXES) and not name.lower().endswith(_READ_PACKED)


def unpack(path: Path, into: Path, limits: Limits, password: str | None = None) -> Iterator[Member]:
    """Stream the members of an archive into `into`. Raises InputError when it is damaged, locked or over a limit."""
    into.mkdir(parents=True, exist_ok=True)
    budget = _Budget(path, limits)
    try:
        for number, (name, stream, reason) in enumerate(_members(path, password)):
            budget.member(number)
            if reason or stream is None:
                yield Member(name, "", 0, reason)
                continue
            target = into / _safe(name, number)
            target.parent.mkdir(parents=True, exist_ok=True)
            with stream, target.open("wb") as out:
                size = 0
                while block := stream.read(_BLOCK):
                    size += len(block)
                    budget.spend(len(block))
                    out.write(block)
            yield Member(name, str(target), size)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        lzma.LZMAError,
        OSError,
        RuntimeError,
        NotImplementedError,
        zlib.error,
    ) as error:
        if password is not None and isinstance(error, RuntimeError | zlib.error):
            raise InputError(
                str(path),
                f"its password does not open it, or it is damaged: {error}",
                "check the credential archive.password",
            ) from error
        raise InputError(
            str(path), f"the archive cannot be read to its end: {error}", "unpack or export it again"
        ) from error


def _safe(name: str, number: int) -> Path:
    """A relative path for a member: its own where every piece is plain, else a number with its suffix."""
    pieces = PurePosixPath(name).parts
    if pieces and all(_PLAIN.fullmatch(piece) for piece in pieces) and len(name) <= _LONGEST:
        return Path(*pieces)
    suffix = PurePosixPath(name).suffix
    return Path(f"member-{number:06d}{suffix if _PLAIN.fullmatch(suffix.lstrip('.') or 'x') else ''}")


class _Budget:
    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits, self._spent = path, limits, 0
        self._most = min(limits.total, max(limits.floor, path.stat().st_size * limits.ratio))

    def member(self, number: int) -> None:
        if number >= self._limits.members:
            raise InputError(str(self._path), f"more than {self._limits.members} members", "split the archive")

    def spend(self, count: int) -> None:
        self._spent += count
        if self._spent > self._most:
            raise InputError(
                str(self._path),
                f"unpacks to more than {self._most} bytes; that looks like a bomb",
                "unpack it by hand and look",
            )


def _members(path: Path, password: str | None) -> Iterator[_Content]:
    lower = path.name.lower()
    if lower.endswith(".zip"):
        yield from _locked_members(path, password) if _is_locked(path) else _zip_members(zipfile.ZipFile(path))
    elif lower.endswith((".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")):
        yield from _tar_members(path)
    else:
        yield path.name[: -len(path.suffix)], _single(path), ""


def _locked_members(path: Path, password: str | None) -> Iterator[_Content]:
    import pyzipper  # reads AES besides what zipfile reads, but slower

    if password is None:
        raise InputError(
            str(path),
            "the archive is locked by a password",
            f'give it as the credential "archive.password@{path.name}"; see docs/reference/settings.md',
        )
    opened = pyzipper.AESZipFile(path)
    opened.setpassword(password.encode())
    yield from _zip_members(opened)


def _is_locked(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(info.flag_bits & _ENCRYPTED for info in archive.infolist())


def _zip_members(opened: Any) -> Iterator[_Content]:  # noqa: ANN401 - zipfile's or pyzipper's
    with opened as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if (info.external_attr >> 16) & 0o170000 == 0o120000:
                yield info.filename, None, _LINK
            elif is_packed(info.filename):
                yield info.filename, None, _NESTED
            else:
                yield info.filename, archive.open(info), ""


def _tar_members(path: Path) -> Iterator[_Content]:
    with tarfile.open(path, "r|*") as archive:
        for item in archive:
            if item.isdir():
                continue
            if not item.isreg():
                yield item.name, None, _LINK
            elif is_packed(item.name):
                yield item.name, None, _NESTED
            else:
                yield item.name, archive.extractfile(item), ""


def _single(path: Path) -> Any:  # noqa: ANN401 - a file object of one of three kinds
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return gzip.open(path, "rb")
    return bz2.open(path, "rb") if suffix == ".bz2" else lzma.open(path, "rb")
