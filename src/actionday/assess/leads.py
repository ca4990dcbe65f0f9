"""Leads as people bring them: lines that are pasted, piped, or come as a table (CSV, TSV); and how each line was read.

A line may hold a subject id, a reference, a link or a handle, defanged or not. What finds links in texts is an argument, since the reader
of links belongs to another room. Not for: opening cases, or resolving a handle that several subjects had.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from actionday.records import SubjectId

Extract = Callable[[pa.Array], pa.Table]
"""Finds in texts: a table with `row`, `target`, `target_platform`, `target_kind` and `url`, by row and position."""
Resolve = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
"""By reference: the ids of the subjects that ever went by it."""
MOST = 100_000
"""Lines of one list."""


class Read(StrEnum):
    """How a line was read."""

    SUBJECT = "subject"
    """an account or a channel, by its id"""
    REFERENCE = "reference"
    """a name that may change hands; nobody here is known by it, or several are"""
    ADDRESS = "address"
    """one post or page, by its address"""
    NOTHING = "nothing"
    """no link, no handle, no id in it"""


@dataclass(frozen=True, slots=True)
class Lead:
    """One thing that a line names. `target` is what a case would be about; empty where nothing was read. `line` counts from 1.

    `text` is the line as it came, `url` the address that it gave; `about` whom an address belongs to, as far as that shows.
    """

    line: int
    text: str
    read: Read
    target: str = ""
    platform: str = ""
    url: str = ""
    about: str = ""


def lines_of(text: str) -> list[str]:
    """Lines of a pasted list or a table. Of a table (tabs, or a header with commas) every cell of a row counts as one text.

    Raises ValueError for more lines than `MOST`.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    mark = "\t" if "\t" in first else ";" if first.count(";") > 1 else "," if _is_header(first) else ""
    if mark:
        rows = list(csv.reader(io.StringIO(text), delimiter=mark))
        found = [" ".join(cell.strip() for cell in row if cell.strip()) for row in rows]
        found = found[1:] if _is_header(first.replace(mark, ",")) else found
    else:
        found = text.splitlines()
    kept = [line.strip() for line in found]
    if len(kept) > MOST:
        raise ValueError(f"a list has at most {MOST:,} lines; this one has {len(kept):,}")
    return kept


def read_leads(lines: Sequence[str], extract: Extract, resolve: Resolve) -> list[Lead]:
    """Each thing that each line names, in the order of the lines; lines that are empty or begin with # are passed over.

    A reference that exactly one subject here ever went by is that subject. A post or page is taken by its address.
    """
    asked = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    found = {row: _as_written(line) for row, (_, line) in enumerate(asked)}
    texts = pa.array([None if found[row] else line for row, (_, line) in enumerate(asked)], pa.string())
    finds: dict[int, list[Lead]] = {row: [one] for row, one in found.items() if one is not None}
    for find in extract(texts).to_pylist():
        if find["target"]:
            finds.setdefault(find["row"], []).append(_of_find(find))
    references = sorted({one.target for row in finds.values() for one in row if one.read is Read.REFERENCE})
    known = resolve(references)
    leads = []
    for row, (number, line) in enumerate(asked):
        for one in finds.get(row) or [Lead(0, "", Read.NOTHING)]:
            kept = _resolved(one, known)
            leads.append(Lead(number, line, kept.read, kept.target, kept.platform, kept.url, kept.about))
    return leads


def _is_header(line: str) -> bool:
    """Whether a first line looks like the names of columns: commas, and nothing that could be a link or a handle."""
    return "," in line and not any(mark in line for mark in ("://", "@", "[.]", "/", ":"))


def _as_written(line: str) -> Lead | None:
    """A subject id or a reference as this program writes them."""
    platform, _, rest = line.partition(":")
    if " " in line or not platform.isalpha():
        return None
    if rest.startswith("@") and len(rest) > 1:
        return Lead(0, "", Read.REFERENCE, f"{platform}:@{rest[1:].casefold()}", platform)
    try:
        subject = SubjectId.parse(line)
    except ValueError:
        return None
    return Lead(0, "", Read.SUBJECT, str(subject), subject.platform)


def _of_find(find: Mapping[str, str]) -> Lead:
    target, platform, url = find["target"], find["target_platform"], find["url"] or ""
    page = find["target_kind"] == "site" and url.split("://")[-1].rstrip("/").count("/") + url.count("?") > 0
    if url and (find["target_kind"] == "post" or page):
        return Lead(0, "", Read.ADDRESS, f"url:{url}", platform, url, target)
    try:
        SubjectId.parse(target)
    except ValueError:
        return Lead(0, "", Read.REFERENCE, target, platform, url)
    return Lead(0, "", Read.SUBJECT, target, platform, url)


def _resolved(one: Lead, known: Mapping[str, Sequence[str]]) -> Lead:
    ids = known.get(one.target, ())
    if one.read is not Read.REFERENCE or len(ids) != 1:
        return one
    return Lead(0, "", Read.SUBJECT, ids[0], one.platform, one.url)
