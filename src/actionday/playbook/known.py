"""Take in a list of known content, and match what was seen with it at once. Not for: fetching lists, which their holders give to whom they trust."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actionday.observe.orders import ImportOptions
from actionday.playbook.imports import import_exports
from actionday.playbook.matching import RESEARCH
from actionday.records import Clock, Progress, UsageError
from actionday.settings import Settings
from actionday.stores.archive.home import open_home

_FORMAT = "known_content"


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """A list to take in: its file, its name, the kind of its hashes where the file does not say, whether it knows what is harmless."""

    path: Path
    name: str
    kind: str | None = None
    negative: bool = False


def import_known(settings: Settings, order: KnownOrder, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Read the list into `known_content` and match. Returns the import's report. Raises UsageError in a research home."""
    if open_home(settings.home).policy.profile == "research":
        raise UsageError(RESEARCH)
    said: dict[str, Any] = {"list": order.name, "negative": order.negative}
    if order.kind:
        said["kind"] = order.kind
    options = ImportOptions(format=_FORMAT, mapping=said)
    return import_exports(settings, [order.path], options, None, clock, progress).as_dict()
