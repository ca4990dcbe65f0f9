"""Which plugins there are: entry points of the groups below, built-in ones too.

A broken plugin is named loudly, not skipped: `BrokenPlugin` says which entry point and why.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from actionday.observe.about import About
from actionday.observe.reader import Reader, Recognised
from actionday.records import ActiondayError, FormatUnknown

if TYPE_CHECKING:
    from actionday.observe.live import LiveReader
    from actionday.observe.prober import Prober

READERS, PROBERS, LIVE, PLATFORMS = "actionday.readers", "actionday.probers", "actionday.live", "actionday.platforms"


class BrokenPlugin(ActiondayError):
    """Something installed as a reader, prober, live reader or platform cannot be loaded or is none."""


@cache
def readers() -> Mapping[str, Reader]:
    """All export readers by name, sorted. Raises BrokenPlugin."""
    return _load(READERS, Reader)


@cache
def probers() -> "Mapping[str, Prober]":
    """All probers by name, sorted. Raises BrokenPlugin."""
    from actionday.observe.prober import Prober  # brings the wire, which an import and its parsers do without

    return _load(PROBERS, Prober)


@cache
def live_readers() -> "Mapping[str, LiveReader]":
    """All live readers by name, sorted. Raises BrokenPlugin."""
    from actionday.observe.live import LiveReader  # as above

    return _load(LIVE, LiveReader)


@cache
def platforms() -> Mapping[str, About]:
    """What there is to say of each platform, by name, sorted. Raises BrokenPlugin."""
    return _load(PLATFORMS, About)


def _load(group: str, protocol: Any) -> dict[str, Any]:  # noqa: ANN401 - a runtime-checkable protocol
    return {entry.name: _loaded(entry, protocol) for entry in sorted(entry_points(group=group), key=lambda e: e.name)}


def _loaded(entry: EntryPoint, protocol: Any) -> Any:  # noqa: ANN401
    what = f"{entry.group.removeprefix('actionday.')} plugin {entry.name} ({entry.value})"
    try:
        loaded = entry.load()
        plugin = loaded() if isinstance(loaded, type) else loaded
    except Exception as error:
        raise BrokenPlugin(f"{what} cannot be loaded: {error!r}; uninstall or mend it") from error
    if not isinstance(plugin, protocol) or getattr(plugin, "name", entry.name) != entry.name:
        raise BrokenPlugin(f"{what} does not follow the {protocol.__name__} protocol")
    return plugin


@cache
def reader_named(name: str) -> Reader:
    """The reader of that name; no other is loaded. Raises FormatUnknown listing those there are, or BrokenPlugin."""
    entries = {entry.name: entry for entry in entry_points(group=READERS)}
    if name not in entries:
        raise FormatUnknown(name, "no such format", f"one of {', '.join(sorted(entries))}")
    reader: Reader = _loaded(entries[name], Reader)
    return reader


def prober_for(platform: str) -> "Prober | None":
    """The prober that looks at a platform's subjects, or None."""
    return next((prober for prober in probers().values() if platform in prober.platforms), None)


def recognise(head: bytes, name: str) -> list[tuple[str, Recognised]]:
    """Every reader's opinion of a file, most certain first; readers that say no and have no advice are left out."""
    opinions = [(reader.name, reader.recognise(head, name)) for reader in readers().values()]
    told = [(who, opinion) for who, opinion in opinions if opinion.certainty > 0 or opinion.says]
    return sorted(told, key=lambda pair: (-pair[1].certainty, pair[0]))
