"""The main job, an action day end to end: import what is new, measure, write the brief."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from actionday.observe.orders import ImportOptions
from actionday.playbook.briefs import brief
from actionday.playbook.imports import import_exports
from actionday.playbook.measuring import prepare
from actionday.playbook.orders import BriefOrder
from actionday.records import InputError
from actionday.settings import Settings
from actionday.stores.archive.archive import Archive
from actionday.stores.archive.home import HomePolicy, open_home


def run(
    settings: Settings, paths: Sequence[Path], options: ImportOptions, policy: HomePolicy | None, order: BriefOrder
) -> dict[str, Any]:
    """The main job: import what is new, measure, write the brief. Returns the import's report and the brief's files.

    Raises InputError when no file could be read and the home holds nothing either: there is no day to brief on.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as aside:  # an import mostly waits for its parsers
        ready = aside.submit(prepare)
        report = import_exports(settings, paths, options, policy, order.clock, order.progress)
    ready.result()
    if not report.read and not report.known and not any(Archive(open_home(settings.home)).counts().values()):
        why = "; ".join(f"{passed.name}: {passed.reason}" for passed in report.passed_over[:3])
        named = ", ".join(map(str, paths))
        raise InputError(
            named, f"nothing in it can be read{' (' + why + ')' if why else ''}", "see docs/reference/formats.md"
        )
    files = brief(settings, order)
    return {"import": report.as_dict(), "brief": [str(file) for file in files]}
