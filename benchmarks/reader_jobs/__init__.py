"""What `benchmarks.readers` measures: one module a platform, whose `jobs()` yields a job a format. See `Job`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

Tables = dict[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Job:
    """A format: how to make a file of about so many megabytes, and what one writes first to read it.

    `plain_loop` yields staged tables like the reader's, made by the standard library an object at a time. `compared` are
    the columns of the main table (`posts`, or what `table` says) that both must agree on row for row, `people` those of `accounts` in whose
    distinct rows they must. `mapping` is what a mapping file beside the file would say.
    """

    name: str  # the reader's name
    make_file: Callable[[Path, int], None]
    plain_loop: Callable[[Path], Iterable[Tables]]
    suffix: str = ".jsonl"
    compared: tuple[str, ...] = ("channel", "native", "author", "kind", "text")
    people: tuple[str, ...] = ()
    mapping: Mapping[str, Any] | None = None
    table: str = "posts"
    variant: str = ""  # tells two jobs of one reader apart

    @property
    def key(self) -> str:
        """Under which the job is called and recorded."""
        return f"{self.name}_{self.variant}" if self.variant else self.name
