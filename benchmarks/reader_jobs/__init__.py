"""What `benchmarks.readers` measures: one module a platform, whose `jobs()` yields a job a format. See `Job`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

Tables = dict[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Job:
    """A format: how to make a file of about so many megabytes, and what one writes first to read it.

    `plain_loop` yields staged tables like the reader's, made by the standard library an object at a time. `compared` are
    the columns of `posts` that both must agree on.
    """

    name: str  # the reader's name
    make_file: Callable[[Path, int], None]
    plain_loop: Callable[[Path], Iterable[Tables]]
    suffix: str = ".jsonl"
    compared: tuple[str, ...] = ("channel", "native", "author", "kind", "text")
