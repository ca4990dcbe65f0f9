"""One sheet per recipient out, the same sheet back: CSV, a row per thing, answers matched by reference number and mismatches listed.

The sheet that comes back has been through somebody's spreadsheet: another delimiter, a byte-order mark, reordered or added columns and lost
blanks are taken; another reference, another address, an unknown answer or a time without zone are listed and change nothing. Pure functions;
not for: reading mail (`refer.answers`) or recording an answer (`playbook`).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from actionday.records.escape import csv_cell
from actionday.records.referral import Step
from actionday.refer.package import Item, Package

ASKED = (
    "reference",
    "url",
    "native_id",
    "seen_utc",
    "seen_original",
    "ground_code",
    "ground",
    "explanation",
    "evidence",
)
"""Columns that we fill in."""
ANSWERED = ("answer", "answered_at", "reason", "countries")
"""Columns that come back: one of `ANSWERS`, an ISO 8601 time with zone, words, country codes where it holds (empty: everywhere)."""
ANSWERS: Mapping[str, Step] = {
    step.value: step for step in (Step.REMOVED, Step.ACCESS_DISABLED, Step.RESTRICTED, Step.DECLINED, Step.RETURNED)
}
_LONGEST = 1_000_000
"""Characters in one cell, at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One row that went out: its reference number and the cells by which it is known again."""

    reference: str
    url: str
    native: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One matched answer, in the terms of a referral's steps."""

    reference: str
    step: Step
    at: datetime
    reason: str
    countries: str


class Mismatch(StrEnum):
    """Why a row was not taken as an answer."""

    UNKNOWN = "no such reference"
    TWICE = "answered twice, differently"
    ADDRESS = "another address under this reference"
    WORD = "unknown answer"
    TIME = "no time with zone"
    EARLY = "answered before it was sent, or in the future"
    REASON = "declined without a reason"
    SILENT = "not answered"


@dataclass(frozen=True, slots=True)
class Listed:
    """A mismatch: where it stands (line of the file; 0 where the file has no such row), of which reference, what was said."""

    line: int
    reference: str
    why: Mismatch
    said: str


@dataclass(frozen=True)
class Returned:
    """A sheet that came back: what matched, what did not. Every row that went out is in exactly one of them."""

    answers: tuple[Answered, ...]
    mismatches: tuple[Listed, ...]

    @cached_property
    def open(self) -> tuple[str, ...]:
        """References without a valid answer, in the order of the sheet that went out."""
        return tuple(dict.fromkeys(one.reference for one in self.mismatches if one.why is not Mismatch.UNKNOWN))


def rows(packages: Iterable[Package]) -> Iterator[tuple[Asked, tuple[str, ...]]]:
    """What goes out, a row per item: what it is known by, and its cells. A package of several items numbers them: ``REF/1``, ``REF/2``."""
    for package in packages:
        several = len(package.items) > 1
        for n, item in enumerate(package.items, 1):
            reference = f"{package.reference}/{n}" if several else package.reference
            yield Asked(reference, item.url, item.native), _cells(reference, item, package)


def _cells(reference: str, item: Item, package: Package) -> tuple[str, ...]:
    evidence = " ".join(f"{one.algorithm}:{one.digest}" for one in package.evidence)
    ground = package.ground
    told = (item.url, item.native, item.seen.utc, item.seen.told, ground.code, ground.words, package.explanation)
    return reference, *told, evidence


def write_sheet(packages: Sequence[Package]) -> str:
    """The sheet for one recipient, CSV with CRLF and a byte-order mark, so that spreadsheets read it as UTF-8.

    No cell is a formula. Raises ValueError where packages go to several recipients or share a reference.
    """
    if len({package.recipient for package in packages}) > 1:
        raise ValueError("one sheet is for one recipient: these packages have several")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*ASKED, *ANSWERED))
    seen = set[str]()
    for asked, cells in rows(packages):
        if asked.reference in seen:
            raise ValueError(f"two rows would have the reference {asked.reference}")
        seen.add(asked.reference)
        writer.writerow([*map(csv_cell, cells), *("" for _ in ANSWERED)])
    return "\ufeff" + out.getvalue()


def read_sheet(text: str, asked: Iterable[Asked], sent: datetime, now: datetime) -> Returned:
    """The sheet that came back. Answers count from `sent` to `now`; both aware. Raises ValueError where it has no column of references or answers."""
    known = {one.reference: one for one in asked}
    answers, listed = dict[str, tuple[int, Answered]](), list[Listed]()
    spoiled = set[str]()
    for line, row in _read(text):
        reference = row["reference"]
        if reference not in known:
            if any(row[name] for name in (*ASKED, *ANSWERED)):
                listed.append(Listed(line, reference, Mismatch.UNKNOWN, row["answer"]))
            continue
        found = _answer(row, known[reference], sent, now)
        if found is None:
            continue
        if isinstance(found, Mismatch):
            spoiled.add(reference)
            listed.append(Listed(line, reference, found, row[_SHOWN[found]]))
        elif reference in answers and answers[reference][1] != found:
            spoiled.add(reference)
            listed.append(Listed(line, reference, Mismatch.TWICE, row["answer"]))
        else:
            answers.setdefault(reference, (line, found))
    good = tuple(found for reference, (_, found) in answers.items() if reference not in spoiled)
    said = {*answers, *spoiled}
    silent = (Listed(0, reference, Mismatch.SILENT, "") for reference in known if reference not in said)
    return Returned(good, (*listed, *silent))


_SHOWN = {
    Mismatch.ADDRESS: "url",
    Mismatch.WORD: "answer",
    Mismatch.TIME: "answered_at",
    Mismatch.EARLY: "answered_at",
    Mismatch.REASON: "answer",
}


def _answer(row: Mapping[str, str], asked: Asked, sent: datetime, now: datetime) -> Answered | Mismatch | None:
    """What a row says; None where it says nothing."""
    if not (row["answer"] or row["answered_at"] or row["reason"]):
        return None
    if row["url"] and row["url"] != csv_cell(asked.url).strip():
        return Mismatch.ADDRESS
    step = ANSWERS.get(row["answer"].casefold().replace(" ", "_"))
    if step is None:
        return Mismatch.WORD
    at = _time(row["answered_at"])
    if at is None:
        return Mismatch.TIME
    if not sent <= at <= now:
        return Mismatch.EARLY
    if step is Step.DECLINED and not row["reason"]:
        return Mismatch.REASON
    return Answered(asked.reference, step, at, row["reason"], row["countries"].upper())


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _read(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by our own names, with the line on which each ends."""
    body = text.removeprefix("\ufeff")
    head = body.partition("\n")[0]
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(body), delimiter=max(",;\t", key=head.count))
    names = [name.strip().casefold() for name in next(reader, [])]
    missing = {"reference", "answer", "answered_at"} - set(names)
    if missing:
        raise ValueError(f"the sheet has no column {', '.join(sorted(missing))}")
    for cells in reader:
        named = dict.fromkeys((*ASKED, *ANSWERED), "")
        named.update((name, cell.strip()) for name, cell in zip(names, cells, strict=False))
        yield reader.line_num, named
