"""Import exports into a home and match them with what is known; say beforehand what an import would make of a file. Not for: reading them, that is `observe`."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from actionday.observe.files import Found, discover
from actionday.observe.orders import ImportOptions, ImportReport
from actionday.observe.pool import Pool
from actionday.observe.registry import reader_named, readers
from actionday.records import Clock, InputError, Progress
from actionday.settings import Settings
from actionday.stores.archive.home import Home, HomePolicy, make_home, open_home, pseudonym_key


def import_exports(
    settings: Settings,
    paths: Sequence[Path],
    options: ImportOptions,
    policy: HomePolicy | None,
    clock: Clock,
    progress: Progress,
) -> ImportReport:
    """Import files into the home, which is made if need be. `policy` None keeps the home's own (or the default)."""
    home = _home_for_writing(settings.home, policy, clock)
    key = pseudonym_key(settings.keys_of(settings.home))
    with (
        home.writing(),
        Pool(settings.environment or {}, size=settings.parsers, data_bytes=settings.parser_memory) as pool,
    ):
        # loaded while the first parser process starts: query engines and parsers take about as long
        from actionday.observe.ingest import Ingest, Means
        from actionday.stores.archive.archive import Archive

        archive = Archive(home, query_memory=settings.query_memory)
        means = Means(clock, key, progress, settings.flush_rows, partial(settings.credentials, "archive.password"))
        report = Ingest(archive, pool, means).run(paths, options)
        if archive.exists("known_content"):
            from actionday.playbook.matching import match_in

            report.matches = match_in(settings, archive, clock, progress)
        if archive.exists("link_judgements"):
            from actionday.playbook.recording import record_imported

            report.passed_over += record_imported(settings, archive, clock)
        return report


def _home_for_writing(path: Path, policy: HomePolicy | None, clock: Clock) -> Home:
    if policy is None and (path / "home.json").exists():
        return open_home(path)
    return make_home(path, policy or HomePolicy(), clock.now())


def inspect(settings: Settings, path: Path) -> list[dict[str, Any]]:
    """What an import would make of each file: the reader, what it says, what it still needs."""
    answers: list[dict[str, Any]] = []
    with Pool(settings.environment or {}, size=1) as pool:
        for item in discover([path], None):
            if not isinstance(item, Found):
                answers.append({"file": item.name, "format": None, "says": item.reason, "needs": []})
            elif item.series or item.packed:
                kind = "snapshots" if item.series else "archive"
                answers.append({"file": item.name, "format": kind, "says": f"a {kind}, opened on import", "needs": []})
            else:
                for header, _ in pool.ask({"do": "recognise", "files": [[str(item.path), item.name]]}):
                    if not header.get("end"):
                        answers.append(_inspected(header))
    return answers


def _inspected(header: Mapping[str, Any]) -> dict[str, Any]:
    able = [(who, opinion) for who, opinion in header["opinions"] if opinion["certainty"] > 0]
    advice = "; ".join(opinion["says"] for _, opinion in header["opinions"] if opinion["says"])
    if not able:
        return {
            "file": header["name"],
            "format": None,
            "says": advice or "no reader recognises it",
            "needs": [],
            "others": [],
        }
    (chosen, opinion), *others = able
    return {
        "file": header["name"],
        "format": chosen,
        "says": opinion["says"],
        "needs": list(opinion["needs"]),
        "others": [who for who, _ in others],
    }


def template(name: str, folder: Path) -> list[Path]:
    """Write the small made-up files of a format into a folder, as forms to fill in. Returns them.

    Raises FormatUnknown, and InputError where such a file is there already.
    """
    forms = {folder / inner: data for inner, data in reader_named(name).examples().items()}
    there = next((path for path in forms if path.exists()), None)
    if there is not None:
        raise InputError(str(there), "is there already", "name another folder")
    for path, data in forms.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return list(forms)


def formats(settings: Settings) -> dict[str, Any]:
    """The formats that can be read, and how isolated the parsers are on this machine."""
    with Pool(settings.environment or {}, size=1) as pool:
        for _ in pool.ask({"do": "recognise", "files": []}):
            pass
        isolation = pool.isolation
    assert isolation is not None
    listed = [
        {"name": r.name, "title": r.title, "suffixes": list(r.suffixes), "version": r.version}
        for r in readers().values()
    ]
    return {
        "formats": listed,
        "isolation": {
            name: getattr(isolation, name) for name in ("network_namespace", "seccomp", "audit_hook", "data_bytes")
        },
    }
