"""What a user's paths hold: files to read, series of snapshots, archives to open, and what is passed over and why.

A folder with a `snapshots.toml` is one series. A table's mapping is `NAME.map.toml` beside it, `table.map.toml` in its
folder, or the one given on the command line; an archive's own holds for what is in it. An `export.toml` says for its folder and those below what the files do not
say themselves: `zone`, `vantage`, `seen_at`. Pictures and videos beside an export are its media, not inputs.
"""

import codecs
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from actionday.observe.unpack import is_packed
from actionday.records import InputError

_COMPANIONS = (".map.toml",)
_ASSIGNED = b"window.YTD."
_OURS = ("snapshots.toml", "table.map.toml", "export.toml", "day.toml", "truth.json")
_MEDIA = (
    ".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp4", ".webm", ".mov", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".tgs",
    ".pdf", ".css", ".js", ".ico", ".svg",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to read: a file, a series folder (`series`), or an archive still to be opened (`packed`)."""

    path: Path
    name: str
    root: Path
    series: bool = False
    packed: bool = False
    mapping: Mapping[str, Any] | None = None
    declared: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A path that is not read, and why."""

    name: str
    reason: str


def discover(
    paths: list[Path], mapping: Mapping[str, Any] | None, *, series: bool = False
) -> Iterator[Found | PassedOver]:
    """Walk the paths in the order given, folders sorted; with `series` a folder is one series of snapshots.

    Raises InputError for a path that does not exist or a mapping that is not TOML.
    """
    for path in paths:
        if not path.exists():
            raise InputError(str(path), "no such file or folder", "check the path")
        if path.is_file() and _is_companion(path):
            yield PassedOver(readable(path.name), "stands beside exports and holds none itself")
            continue
        root = path if path.is_dir() else path.parent
        if series and path.is_dir() and mapping is not None:
            yield Found(path, readable(path.name), path, series=True, mapping=mapping)
            continue
        yield from walk(path, root, readable(path.name) if path.is_file() else "", mapping)


def walk(
    path: Path, root: Path, name: str, mapping: Mapping[str, Any] | None, declared: Mapping[str, Any] | None = None
) -> Iterator[Found | PassedOver]:
    """Walk one file or folder; `name` is what the user knows it by, `declared` what the folders above said."""
    said = declared or {}
    if path.is_symlink():
        yield PassedOver(name or readable(str(path)), "a symbolic link is not followed")
    elif path.is_dir():
        if (path / "export.toml").is_file():
            said = {**said, **_declaration(path / "export.toml")}
        if (path / "snapshots.toml").is_file():
            series = read_mapping(path / "snapshots.toml")
            yield Found(path, name or readable(path.name), root, series=True, mapping=series, declared=said)
            return
        for child in sorted(path.iterdir(), key=lambda child: child.name):
            if not child.name.startswith("."):
                shown = readable(child.name)
                yield from walk(child, root, f"{name}/{shown}" if name else shown, mapping, said)
    elif _is_companion(path):
        return
    elif not path.is_file():
        yield PassedOver(name, "neither a file nor a folder")
    elif path.stat().st_size == 0:
        yield PassedOver(name, "the file is empty")
    elif is_packed(path.name):
        yield Found(
            path, name, root, packed=True, mapping=mapping if mapping is not None else _own(path), declared=said
        )
    else:
        yield Found(path, name, root, mapping=mapping if mapping is not None else _beside(path), declared=said)


def _is_companion(path: Path) -> bool:
    """What belongs to exports without being one: our own TOML and truth, and media."""
    return path.name in _OURS or path.name.endswith(_COMPANIONS) or _is_beside(path)


def readable(name: str) -> str:
    r"""A file's name as text: bytes that are no UTF-8 (names from old archives) are written as ``\xff``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _is_beside(path: Path) -> bool:
    """Media and page furniture of an export. A script that only assigns data, as Twitter's archives have, is an input."""
    if path.suffix.lower() not in _MEDIA:
        return False
    if path.suffix.lower() != ".js":
        return True
    with path.open("rb") as file:
        return not file.read(len(_ASSIGNED) + 3).removeprefix(codecs.BOM_UTF8).startswith(_ASSIGNED)


def innermost(folder: Path) -> Path:
    """The folder itself, or the one below it when an archive wraps everything in folders of one."""
    while len(children := list(folder.iterdir())) == 1 and children[0].is_dir():
        folder = children[0]
    return folder


def _declaration(path: Path) -> Mapping[str, Any]:
    said = read_mapping(path)
    unknown = set(said) - {"zone", "vantage", "seen_at"}
    if unknown:
        raise InputError(str(path), f"unknown key {sorted(unknown)[0]!r}", "keys are zone, vantage, seen_at")
    seen_at = said.get("seen_at")
    if seen_at is not None and (not isinstance(seen_at, datetime) or seen_at.tzinfo is None):
        raise InputError(str(path), "seen_at must be a date-time with its zone", "for example 2019-11-22T00:00:00Z")
    return said


def read_mapping(path: Path) -> Mapping[str, Any]:
    """Parse a mapping TOML. Raises InputError naming the line, or the file when there is none to read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}", "check the path of the mapping") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"not TOML: {error}", "see docs/guide/mapping.md") from error


def size_of(found: Found) -> int:
    """Bytes of what is read, of all files of a series."""
    if not found.series:
        return found.path.stat().st_size
    return sum(path.stat().st_size for path in found.path.rglob("*") if path.is_file() and not path.is_symlink())


def digest(found: Found) -> tuple[str, int]:
    """SHA-256 and size of what is read. A series is the hash of its files' names and hashes."""
    if not found.series:
        with found.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), found.path.stat().st_size
    whole, size = hashlib.sha256(), 0
    for path in sorted(found.path.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                inner = readable(path.relative_to(found.path).as_posix())
                whole.update(f"{inner} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
            size += path.stat().st_size
    return whole.hexdigest(), size


def _beside(path: Path) -> Mapping[str, Any] | None:
    own, shared = _own(path), path.with_name("table.map.toml")
    return own if own is not None or not shared.is_file() else read_mapping(shared)


def _own(path: Path) -> Mapping[str, Any] | None:
    own = path.with_name(path.name + ".map.toml")
    return read_mapping(own) if own.is_file() else None
