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
from actionday.settings import Settings
from actionday.stores.archive.home import HomePolicy


def run(
    settings: Settings, paths: Sequence[Path], options: ImportOptions, policy: HomePolicy | None, order: BriefOrder
) -> dict[str, Any]:
    """The main job: import what is new, measure, write the brief. Returns the import's report and the brief's files."""
    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as aside:  # an import mostly waits for its parsers
        ready = aside.submit(prepare)
        report = import_exports(settings, paths, options, policy, order.clock, order.progress)
    ready.result()
    files = brief(settings, order)
    return {"import": report.as_dict(), "brief": [str(file) for file in files]}
