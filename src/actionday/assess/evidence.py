"""Frozen evidence on disk: a folder a case, each item by its SHA-256, a manifest by the digest over all items. Read-only once written.

    evidence/CASE/DIGEST.json     what was frozen: names, hashes, sizes; keyed hashes of whom it is about
    evidence/CASE/items/SHA256    the bytes
    evidence/CASE/erased.json     hashes of items that an erasure took

A folder belongs to one case, so that erasing a case takes its evidence and nobody else's. Not for: what to freeze (`freeze`), or who may see
it. Nothing here opens, decodes or runs what it keeps.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from actionday.assess.freeze import Piece
from actionday.records import EntryId, HomeError, InputError
from actionday.records.case_event import Item

FOLDER = "evidence"
_ITEMS, _ERASED = "items", "erased.json"
_CHUNK = 1 << 20
_TEXT = 64 << 20
"""Bytes up to which an item is searched for names."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was frozen: the items by name, and the digest over them all."""

    items: tuple[Item, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What a manifest says besides: which case, when (UTC), and the keyed hashes of whom it is about."""

    case: EntryId
    at: datetime
    subjects: tuple[str, ...]


class _Manifest(msgspec.Struct, frozen=True):
    case: str
    frozen_at: datetime
    subjects: tuple[str, ...]
    items: tuple[Item, ...]


_MANIFESTS = msgspec.json.Decoder(_Manifest)


def digest_of(items: Iterable[Item]) -> str:
    """SHA-256 over names, hashes and sizes, by name: equal for equal evidence, whenever it was frozen."""
    listed = sorted([one.name, one.sha256, one.size] for one in items)
    return hashlib.sha256(json.dumps(listed, ensure_ascii=True, separators=(",", ":")).encode("ascii")).hexdigest()


def keep(home: Path, origin: Origin, pieces: Sequence[Piece], files: Sequence[tuple[str, Path]] = ()) -> Frozen:
    """Write pieces and copies of files (name, path) into the case's folder; on the disk when this returns.

    Freezing the same again changes nothing. Raises InputError for a file that cannot be read, ValueError where there is nothing to keep.
    """
    if not pieces and not files:
        raise ValueError("there is nothing to freeze")
    items = _folder(home, origin.case) / _ITEMS
    items.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = [_keep_piece(items, one) for one in pieces] + [_keep_file(items, name, path) for name, path in files]
    kept.sort(key=lambda one: one.name)
    if len({one.name for one in kept}) != len(kept):
        raise ValueError("two pieces of evidence have one name")
    digest = digest_of(kept)
    told = _Manifest(origin.case, origin.at, tuple(sorted(origin.subjects)), tuple(kept))
    path = items.parent / f"{digest}.json"
    if not path.exists():
        _put(path, [msgspec.json.format(msgspec.json.encode(told))])
    return Frozen(tuple(kept), digest)


def files_below(paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """Files, and all files below folders (what an archiving tool leaves), each with the name that it gets as evidence.

    Raises InputError for a path that is not there, or a folder without files.
    """
    found: list[tuple[str, Path]] = []
    for path in paths:
        below = (
            sorted(one for one in path.rglob("*") if one.is_file() and not one.is_symlink())
            if path.is_dir()
            else [path]
        )
        if not below or not path.exists():
            raise InputError(str(path), "is no file and no folder with files")
        root = path if path.is_dir() else path.parent
        start = f"given/{path.name}" if path.is_dir() else "given"
        found += [(f"{start}/{one.relative_to(root).as_posix()}", one) for one in below]
    return found


def read_items(
    home: Path, case: EntryId, frozen: Frozen, names: Callable[[str], bool] = lambda name: True
) -> Iterator[Piece]:
    """The items whose name is asked for, each held against its hash. Items that an erasure took are left out.

    Raises HomeError for an item that is missing or was changed.
    """
    folder = _folder(home, case)
    gone = _erased(folder)
    for item in frozen.items:
        if names(item.name) and item.sha256 not in gone:
            body = _bytes(folder / _ITEMS / item.sha256, item)
            if hashlib.sha256(body).hexdigest() != item.sha256:
                raise HomeError(f"evidence of {case} was changed: {item.name} is not what was frozen")
            yield Piece(item.name, body)


def copy_items(home: Path, case: EntryId, frozen: Frozen, out: Path) -> list[Path]:
    """Write all items below a folder, by name. Raises HomeError as `read_items`, InputError where it cannot be written."""
    written = []
    for piece in read_items(home, case, frozen):
        path = out / piece.name
        if not path.resolve().is_relative_to(out.resolve()):
            raise HomeError(f"evidence of {case} names a file outside of its folder: {piece.name!r}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(piece.body)
        except OSError as error:
            raise InputError(str(path), f"cannot be written: {error.strerror}", "name another folder") from error
        written.append(path)
    return written


def forget_evidence(home: Path, hashes: frozenset[str], named_in: Callable[[str], bool]) -> dict[str, int]:
    """Erase the evidence of cases about somebody (by keyed hash), and of other cases each item whose text names them.

    Returns how many folders and items went. Repeating it is harmless.
    """
    counts = {"folders": 0, "items": 0}
    for folder in _folders(home):
        manifests = _manifests(folder)
        if any(hashes & set(told.subjects) for told in manifests):
            shutil.rmtree(folder)
            counts["folders"] += 1
            continue
        items = {one.sha256 for told in manifests for one in told.items if one.size <= _TEXT}
        naming = {one for one in items - _erased(folder) if _is_named(folder / _ITEMS / one, named_in)}
        if naming:
            _take(folder, naming)
            counts["items"] += len(naming)
    return counts


def drop_evidence(home: Path, cases: Iterable[str]) -> int:
    """Erase the evidence of cases. Returns how many had some."""
    count = 0
    for case in cases:
        folder = _folder(home, EntryId(case))
        if folder.is_dir():
            shutil.rmtree(folder)
            count += 1
    return count


def kept_since(home: Path) -> dict[str, datetime]:
    """By case: when its evidence was frozen last (UTC)."""
    return {
        folder.name: max(told.frozen_at for told in manifests)
        for folder in _folders(home)
        if (manifests := _manifests(folder))
    }


def _folder(home: Path, case: EntryId) -> Path:
    letter, _, digits = case.partition("-")
    if not (letter.isalnum() and digits.isalnum()):
        raise HomeError(f"{case!r} is no id of a case")
    return home / FOLDER / case


def _folders(home: Path) -> list[Path]:
    root = home / FOLDER
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def _manifests(folder: Path) -> list[_Manifest]:
    return [_MANIFESTS.decode(path.read_bytes()) for path in sorted(folder.glob("*.json")) if path.name != _ERASED]


def _erased(folder: Path) -> set[str]:
    path = folder / _ERASED
    return set(json.loads(path.read_text("ascii"))) if path.exists() else set()


def _take(folder: Path, naming: set[str]) -> None:
    """Note first what goes: a run that was killed meanwhile leaves nothing that looks changed."""
    path = folder / _ERASED
    gone = sorted(_erased(folder) | naming)
    path.unlink(missing_ok=True)
    _put(path, [json.dumps(gone).encode("ascii")])
    for one in naming:
        (folder / _ITEMS / one).unlink(missing_ok=True)


def _is_named(path: Path, named_in: Callable[[str], bool]) -> bool:
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return named_in(text)


def _keep_piece(items: Path, piece: Piece) -> Item:
    sha256 = hashlib.sha256(piece.body).hexdigest()
    if not (items / sha256).exists():
        _put(items / sha256, [piece.body])
    return Item(piece.name, sha256, len(piece.body))


def _keep_file(items: Path, name: str, path: Path) -> Item:
    """Hashed while it is copied, so that the hash is that of the copy."""
    hashed, size = hashlib.sha256(), 0
    scratch = items / f"copy.{os.getpid()}.{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    try:
        with path.open("rb") as source, scratch.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                hashed.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise InputError(str(path), f"cannot be kept as evidence: {error.strerror}") from error
    scratch.chmod(0o400)
    scratch.replace(items / hashed.hexdigest())
    return Item(name, hashed.hexdigest(), size)


def _put(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all, readable by its owner only, and changeable by nobody."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    with scratch.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    scratch.chmod(0o400)
    scratch.replace(path)


def _bytes(path: Path, item: Item) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise HomeError(f"evidence is missing: {item.name} ({item.sha256})") from error
