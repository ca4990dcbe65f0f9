r"""`snapshots.toml`, parsed and checked: which files make the series, where their dates and their entries stand.

files = "*.yaml"                     # which files, below the folder of this TOML
format = "yaml"                      # yaml | json | csv | tsv
date = { pattern = '(\d{4}-\d{2}-\d{2}T\d{6})', format = "%Y-%m-%dT%H%M%S", zone = "UTC" }
series = "one"                       # one | folder: every folder a series of its own, its name the vantage
vantage = "list of the editors"
absence = "unknown"                  # the state of a subject that is no longer listed
misses = 3                           # how many misses in a row are written, so that a reader can ask for confirmation

[[rows]]                             # what the entries are: accounts, channels or moves; several sections are fine
table = "accounts"
platform = "twitter"
each = ["[]"]                        # where the entries stand; alternatives for files of another age
learn = ["id.bioguide", "social.twitter"]   # optional: no id here? take the one other snapshots give for the same values
[rows.columns]                       # as in any mapping
subject = { from = "social.twitter_id", id = "account" }
handle = "social.twitter"
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actionday.observe.mapping import GUIDE, Rows, parse_mapping
from actionday.observe.times import format_fault, zone_fault
from actionday.records import InputError
from actionday.records.state import State

FORMATS = ("yaml", "json", "csv", "tsv")
_TABLES = ("accounts", "channels", "moves")
_KEYS = {"files", "format", "date", "series", "vantage", "absence", "misses", "rows"}
_OWN = {"each", "learn", "absence", "allow_empty"}


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of entry: where it stands (`each`, alternatives) and how it maps. `key` names what makes two the same."""

    rows: Rows
    each: tuple[str, ...]
    learn: tuple[str, ...]
    absence: str
    allow_empty: bool

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify an entry over time."""
        return ("subject", "target", "kind") if self.rows.table == "moves" else ("subject",)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every path that is looked at in an entry."""
        return tuple(dict.fromkeys([*self.rows.sources, *self.learn]))


@dataclass(frozen=True, slots=True)
class Plan:
    """A checked `snapshots.toml`."""

    files: str
    format: str
    date_pattern: str
    date_format: str
    zone: str
    by_folder: bool
    vantage: str | None
    misses: int
    sections: tuple[Section, ...]


def parse_plan(raw: Mapping[str, Any], name: str) -> Plan:
    """Check a parsed `snapshots.toml`. Raises InputError naming the key and the fix."""
    unknown = set(raw) - _KEYS
    if unknown:
        raise InputError(name, f"unknown key {sorted(unknown)[0]!r}", f"keys: {', '.join(sorted(_KEYS))}")
    form, files, series = raw.get("format"), raw.get("files"), raw.get("series", "one")
    if form not in FORMATS:
        raise InputError(name, f"`format` is {form!r}", f"one of {', '.join(FORMATS)}")
    if not isinstance(files, str) or not files or files.startswith("/") or ".." in files:
        raise InputError(name, "`files` must be a pattern below this folder", 'for example files = "*.csv"')
    if series not in {"one", "folder"}:
        raise InputError(name, f"`series` is {series!r}", "one of one, folder")
    misses = raw.get("misses", 3)
    if not isinstance(misses, int) or isinstance(misses, bool) or not 1 <= misses <= 1000:
        raise InputError(name, "`misses` must be a whole number from 1 to 1000", "3 confirms a miss twice")
    sections = raw.get("rows")
    if not isinstance(sections, list) or not sections or not all(isinstance(s, Mapping) for s in sections):
        raise InputError(name, "needs at least one [[rows]] section", "see docs/formats/snapshots.md")
    pattern, date_format, zone = _date(raw.get("date"), name)
    vantage = None if raw.get("vantage") is None else str(raw["vantage"])
    absence = raw.get("absence", "unknown")
    made = tuple(_section(s, str(absence), name, n) for n, s in enumerate(sections, 1))
    return Plan(files, form, pattern, date_format, zone, series == "folder", vantage, misses, made)


def _date(raw: object, name: str) -> tuple[str, str, str]:
    if not isinstance(raw, Mapping) or not {"pattern", "format", "zone"} <= set(raw):
        fix = 'date = { pattern = \'(\\d{4}-\\d{2}-\\d{2})\', format = "%Y-%m-%d", zone = "UTC" }'
        raise InputError(name, "`date` must say how the date stands in the files' names", fix)
    pattern, form, zone = (str(raw[k]) for k in ("pattern", "format", "zone"))
    if fault := format_fault(form) or zone_fault(zone):
        raise InputError(name, f"date: {fault}", GUIDE)
    return pattern, form, zone


def _section(raw: Mapping[str, Any], absence: str, name: str, number: int) -> Section:
    own = {k: raw[k] for k in _OWN if k in raw}
    rest = {k: v for k, v in raw.items() if k not in _OWN}
    where = f"rows {number}"
    if rest.get("table") not in _TABLES:
        raise InputError(name, f"{where}: `table` is {rest.get('table')!r}", f"a series feeds {', '.join(_TABLES)}")
    (rows,) = parse_mapping({"rows": [rest]}, name)
    absence = str(own.get("absence", absence))
    if absence not in set(State) - {State.PRESENT}:
        raise InputError(name, f"{where}: `absence` is {absence!r}", "a state other than present, such as unknown")
    each = own.get("each", ["[]"])
    each = [each] if isinstance(each, str) else each
    learn = own.get("learn", [])
    if (
        not isinstance(learn, list)
        or not isinstance(each, list)
        or not all(isinstance(v, str) for v in [*learn, *each])
    ):
        raise InputError(name, f"{where}: `each` and `learn` must be lists of paths", "see docs/formats/snapshots.md")
    if learn and len(rows.columns["subject"].columns) != 1:
        raise InputError(
            name, f"{where}: `learn` needs a subject made from one column", "see docs/formats/snapshots.md"
        )
    return Section(rows, tuple(each), tuple(learn), absence, bool(own.get("allow_empty", False)))
