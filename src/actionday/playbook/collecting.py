"""Fetch what is public now and read it in: live readers write export files, the import reads them, the files go.

Where to go on next time is kept under keyed hashes, so that the note names nobody. A run that was killed fetches again what it had
not read in; the archive takes each row once. Not for: states (see `looking`).
"""

import asyncio
import hashlib
import hmac
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from actionday.observe.contact import may_contact
from actionday.observe.live import LiveReader
from actionday.observe.orders import ImportOptions
from actionday.observe.outside import Outside, Target
from actionday.observe.registry import live_readers
from actionday.playbook.imports import import_exports
from actionday.playbook.planning import Decision, decide, decided, last_handles, parsed
from actionday.playbook.reaching import Means, outside
from actionday.records import ActiondayError, HomeError, SubjectId, UsageError
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import Home, HomePolicy, make_home, open_home, pseudonym_key

_CURSORS, _FOLDER = "cursors.json", "collected"


def collect(
    settings: Settings,
    subjects: Sequence[str],
    policy: HomePolicy | None,
    means: Means,
    decision: Decision | None = None,
) -> dict[str, Any]:
    """Fetch and import what is new of each subject. Returns what was fetched, what was not and why, and the import's report.

    A `decision` about the subjects' hosts is recorded first; hosts that may not be spoken to are left. Raises UsageError for a subject that is no id or whose platform is out of reach. One subject's failure does not stop the others.
    """
    known = live_readers() if means.live is None else means.live
    readers = {subject: _reader(settings, subject, known) for subject in dict.fromkeys(subjects)}
    home = (
        open_home(settings.home)
        if (settings.home / "home.json").exists()
        else make_home(settings.home, policy or HomePolicy(), means.clock.now())
    )
    if decision is not None:
        with home.writing():
            decide(settings, Archive(home, query_memory=settings.query_memory), tuple(readers), decision, means.clock)
    folder = home.path / _FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    cursors = _read_cursors(home)
    fetched, left = asyncio.run(_fetch(settings, home, readers, cursors, folder, means))
    reports = {}
    for name in sorted({reader.format for subject, reader in readers.items() if subject in fetched}):
        options = ImportOptions(format=name, seen_at=means.clock.now(), vantage=settings.vantage)
        report = import_exports(settings, [folder / name], options, policy, means.clock, means.progress)
        reports[name] = report.as_dict()
    _write_cursors(home, cursors)
    shutil.rmtree(folder, ignore_errors=True)
    return {"fetched": fetched, "left": left, "import": reports}


def _reader(settings: Settings, subject: str, known: Mapping[str, LiveReader]) -> LiveReader:
    platform = parsed(subject).platform
    if platform not in settings.reach:
        raise UsageError(f"{platform} is out of reach: name it in the setting `reach` (ACTIONDAY_REACH) to allow it")
    reader = next((one for one in known.values() if platform in one.platforms), None)
    if reader is None:
        able = sorted({name for one in known.values() for name in one.platforms})
        raise UsageError(f"{platform} cannot be read live; these can: {', '.join(able) or 'none'}")
    return reader


async def _fetch(
    settings: Settings,
    home: Home,
    readers: Mapping[str, LiveReader],
    cursors: dict[str, str],
    folder: Path,
    means: Means,
) -> tuple[dict[str, str], dict[str, str]]:
    key = pseudonym_key(settings.keys_of(home.path))
    view = Archive(home, query_memory=settings.query_memory).view()
    handles, contact = last_handles(view, tuple(readers)), decided(view, tuple(readers), key)
    fetched: dict[str, str] = {}
    left: dict[str, str] = {}
    async with outside(settings, home, means) as way:
        means.progress.phase("fetching", len(readers), "subjects")
        for number, (subject, reader) in enumerate(readers.items()):
            one = SubjectId.parse(subject)
            place = folder / reader.format / f"{number:04d}"
            place.mkdir(parents=True)
            note = hmac.new(key, f"{reader.name} {subject}".encode(), hashlib.sha256).hexdigest()
            try:
                options = {"contact": contact[subject]} if subject in contact else {}
                target = Target(subject, one.platform, one.kind, one.native, handles.get(subject), options)
                _may_be_read(target, settings)
                fetched[subject] = await _one(reader, target, cursors, note, place, way)
            except ActiondayError as error:
                left[subject] = str(error)
                shutil.rmtree(place)
            means.progress.advance(1)
    return fetched, left


def _may_be_read(target: Target, settings: Settings) -> None:
    if not may_contact(target, settings.adversary_hosts):
        raise UsageError(
            "its host is not spoken to, since it may be run by those who are looked at, and no decision to do so is recorded. Decide it with "
            '--contact "why": the reason is kept with your name'
        )


async def _one(
    reader: LiveReader, target: Target, cursors: dict[str, str], note: str, place: Path, way: Outside
) -> str:
    collected = await reader.collect(target, cursors.get(note), place, way)
    if collected.cursor is not None:
        cursors[note] = collected.cursor
    return collected.says


def _read_cursors(home: Home) -> dict[str, str]:
    path = home.path / _CURSORS
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise HomeError(
            f"{path} is damaged: {error}; delete it, and everything is fetched from the beginning"
        ) from error


def _write_cursors(home: Home, cursors: Mapping[str, str]) -> None:
    scratch = home.path / f"{_CURSORS}.new"
    scratch.write_text(json.dumps(dict(sorted(cursors.items())), indent=1) + "\n", "utf-8")
    scratch.replace(home.path / _CURSORS)
