"""Which readers there are: entry points of the group ``actionday.readers``, built-in ones too.

A broken plugin is named loudly, not skipped: `readers()` raises `BrokenReader` with the entry point and the cause.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from actionday.observe.reader import Reader, Recognised
from actionday.records import ActiondayError, FormatUnknown

GROUP = "actionday.readers"


class BrokenReader(ActiondayError):
    """An installed reader cannot be loaded or is none."""


@cache
def readers() -> Mapping[str, Reader]:
    """All readers by name, sorted. Raises BrokenReader."""
    found: dict[str, Reader] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            reader = entry.load()()
        except Exception as error:
            raise BrokenReader(
                f"reader {entry.name} ({entry.value}) cannot be loaded: {error!r}; uninstall or mend it"
            ) from error
        if not isinstance(reader, Reader) or reader.name != entry.name:
            raise BrokenReader(f"reader {entry.name} ({entry.value}) does not follow the reader protocol")
        found[entry.name] = reader
    return found


def reader_named(name: str) -> Reader:
    """The reader of that name. Raises FormatUnknown listing those there are."""
    try:
        return readers()[name]
    except KeyError as error:
        raise FormatUnknown(name, "no such format", f"one of {', '.join(readers())}") from error


def recognise(head: bytes, name: str) -> list[tuple[str, Recognised]]:
    """Every reader's opinion of a file, most certain first; readers that say no and have no advice are left out."""
    opinions = [(reader.name, reader.recognise(head, name)) for reader in readers().values()]
    told = [(who, opinion) for who, opinion in opinions if opinion.certainty > 0 or opinion.says]
    return sorted(told, key=lambda pair: (-pair[1].certainty, pair[0]))
