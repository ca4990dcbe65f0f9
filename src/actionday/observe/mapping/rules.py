"""The mapping TOML, parsed and checked: which column of a foreign table becomes which column of the archive.

    table = "posts"
    platform = "mewe"                    # or { from = "network", values = { TW = "twitter" } }
    zone = "Europe/Paris"                # only for wall-clock times that name no zone
    where = { type = "message" }         # optional: only rows with these values (a list: any of them)
    needs = ["body"]                     # optional: rows where one of these is empty are passed over in silence
    [columns]
    channel = { from = "group_id", id = "channel" }
    native = "post_id"
    at = { from = "posted", format = "%d/%m/%Y %H:%M" }
    text = "body"

Several `[[rows]]` sections, each with these keys, feed several tables from one file. docs/guide/mapping.md is the reference.
Not for: applying a mapping (`apply`), proposing one (`guess`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from actionday.observe.reader import staged_schema
from actionday.observe.times import UNITS, format_fault, zone_fault
from actionday.records import InputError, Judged, Relation
from actionday.records.referral import Step
from actionday.records.state import State
from actionday.records.subject import KINDS
from actionday.stores.archive.schemas import TABLES

GUIDE = "see docs/guide/mapping.md"
_OWN = {
    "fingerprints",
    "probe_plan",
    "ingests",
    "quarantine",
    "erasures",
    "proposals",
    "link_models",
    "matches",
    "link_draws",
}
_OWN |= {"known_content"}  # which has a reader of its own
FEEDABLE = tuple(n for n in TABLES if n not in _OWN)
"""Tables a mapping may feed: what a source can say. The rest is the pipeline's own."""

ALLOWED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("posts", "kind"): ("original", "forward", "service"),
    ("sightings", "state"): tuple(State),
    ("sightings", "basis"): ("probe", "listing", "export"),
    ("memberships", "role"): ("owner", "admin", "member", "bot"),
    ("moves", "kind"): ("tombstone", "move", "destroy", "migrate", "announced", "forward", "withdrawn"),
    ("links", "kind"): ("url", "invite", "handle", "address", "talk"),
    ("link_judgements", "judged"): tuple(Judged),
    ("link_judgements", "relation"): tuple(Relation),
    ("referrals", "act"): ("referral", "order", "notice", "report"),
    ("referral_events", "step"): tuple(step for step in Step if step is not Step.UNDONE),
    ("audits", "verdict"): ("rightful", "wrongful", "unclear"),
    ("affiliations", "stance"): ("official", "supporter", "unclear"),
    ("accounts", "kind"): ("user", "admin", "bot"),
}
"""Columns whose words the archive fixes; other values are refused."""

DEFAULTS: Mapping[tuple[str, str], str] = {
    ("posts", "kind"): "original",
    ("sightings", "basis"): "export",
    ("moves", "kind"): "announced",
    ("links", "kind"): "url",
    ("links", "position"): "0",
    ("media", "position"): "0",
    ("referrals", "act"): "referral",
    ("referrals", "route"): "not recorded",
}
"""What a required column holds when the mapping is silent."""

SUBJECTS = {"subject", "account", "channel", "author"}
"""Columns that must hold typed ids (``platform:kind:native``) when the mapping builds none."""

DERIVED = {"platform", "at_offset"}
_RULE_KEYS = {"from", "value", "template", "id", "reference", "pattern", "values", "otherwise", "default"}
_RULE_KEYS |= {"replace", "platform", "handle", "strip", "lower", "format", "unit", "zone", "split"}
_ROW_KEYS = {"table", "platform", "zone", "where", "needs", "columns"}
_FIELD = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """How one archive column is made. `columns` are tried in order, the first that is not empty counts.

    Steps, in order: take the text (or `template`, or the constant `value`), `strip` these characters off both ends, make it
    `lower` case, keep group 1 of `pattern` (or `replace`: its groups put together, ``${2}@${1}``), translate by `values` (else
    `otherwise`), fill empties with `default`, build an `id` or `reference` on the section's platform (or this `platform`).
    Where an id has no native, the column `handle` stands in as ``@handle``: known by handle only. `format`, `unit`, `zone` say how times are written; `split` cuts a list (a separator, or "json").
    """

    columns: tuple[str, ...] = ()
    value: str | None = None
    template: str | None = None
    id: str | None = None
    reference: bool = False
    pattern: str | None = None
    replace: str | None = None
    platform: str | None = None
    handle: str | None = None
    values: Mapping[str, str] | None = None
    otherwise: str | None = None
    default: str | None = None
    strip: str | None = None
    lower: bool = False
    format: str | None = None
    unit: str | None = None
    zone: str | None = None
    split: str | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The file's columns that this rule looks at."""
        return (*self.columns, *_FIELD.findall(self.template or ""), *([self.handle] if self.handle else []))

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns named in `template`."""
        return tuple(_FIELD.findall(self.template or ""))


@dataclass(frozen=True, slots=True)
class Rows:
    """One section: the archive table it feeds and how."""

    table: str
    platform: Rule
    columns: Mapping[str, Rule]
    zone: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Every column of the file that this section looks at, each once, in order of first mention."""
        rules = [self.platform, *self.columns.values()]
        names = [name for rule in rules for name in rule.sources]
        return tuple(dict.fromkeys([*names, *self.where, *self.needs]))


def parse_mapping(raw: Mapping[str, Any], name: str = "mapping") -> tuple[Rows, ...]:
    """Check a parsed mapping TOML. Raises InputError naming the section, the key and the fix."""
    sections = raw.get("rows")
    if sections is None:
        return (_rows({k: v for k, v in raw.items() if k != "snapshots"}, name, "the mapping"),)
    if not isinstance(sections, list) or not sections or not all(isinstance(s, Mapping) for s in sections):
        raise InputError(name, "`rows` must be a list of sections", f"write [[rows]]; {GUIDE}")
    shared = {k: raw[k] for k in ("platform", "zone") if k in raw}
    return tuple(_rows({**shared, **s}, name, f"rows {n}") for n, s in enumerate(sections, 1))


def _rows(raw: Mapping[str, Any], name: str, where: str) -> Rows:
    unknown = set(raw) - _ROW_KEYS
    if unknown:
        raise InputError(name, f"{where}: unknown key {sorted(unknown)[0]!r}", f"keys: {', '.join(sorted(_ROW_KEYS))}")
    table, columns = raw.get("table"), raw.get("columns")
    if table not in FEEDABLE:
        raise InputError(name, f"{where}: `table` is {table!r}", f"one of {', '.join(FEEDABLE)}")
    if not isinstance(columns, Mapping):
        raise InputError(name, f"{where}: needs a [columns] table", GUIDE)
    schema = staged_schema(table)
    rules: dict[str, Rule] = {}
    for column, said in columns.items():
        if column not in schema.names:
            raise InputError(name, f"{where}: {table} has no column {column!r}", f"columns: {', '.join(schema.names)}")
        rules[column] = parse_rule(said, name, f"{where}, {column}")
    _require(rules, schema, table, name, where)
    platform = parse_rule(
        {"value": v} if isinstance(v := raw.get("platform"), str) else v or {}, name, where, free=True
    )
    if not platform.sources and not platform.value and _builds_ids(rules):
        raise InputError(
            name, f"{where}: ids are built but `platform` is missing or empty", 'for example platform = "telegram"'
        )
    zone = raw.get("zone")
    if zone is not None and (fault := zone_fault(str(zone))):
        raise InputError(name, f"{where}: {fault}", GUIDE)
    return Rows(table, platform, rules, zone, _where(raw.get("where"), name, where), _needs(raw, name, where))


def _builds_ids(rules: Mapping[str, Rule]) -> bool:
    return any((rule.id or rule.reference) and not rule.platform for rule in rules.values())


def _require(rules: dict[str, Rule], schema: pa.Schema, table: str, name: str, where: str) -> None:
    """Fill defaults; refuse a mapping that leaves a required column empty."""
    for column in schema:
        if column.nullable or column.name in rules or column.name in DERIVED:
            continue
        default = DEFAULTS.get((table, column.name))
        if default is None:
            raise InputError(name, f"{where}: {table} needs {column.name!r}", f"add it under [columns]; {GUIDE}")
        rules[column.name] = Rule(value=default)


def _where(raw: object, name: str, where: str) -> Mapping[str, tuple[str, ...]]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        raise InputError(name, f"{where}: `where` must be a table", 'for example where = { type = "message" }')
    return {str(k): tuple(map(_plain, v if isinstance(v, list) else [v])) for k, v in raw.items()}


def _needs(raw: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    needs = raw.get("needs", [])
    if not isinstance(needs, list) or not all(isinstance(n, str) for n in needs):
        raise InputError(name, f"{where}: `needs` must be a list of column names", GUIDE)
    return tuple(needs)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_rule(said: object, name: str, where: str, *, free: bool = False) -> Rule:
    """Read one rule: a column name, or a table of the keys of `Rule`. `free`: may be empty. Raises InputError."""
    if isinstance(said, str):
        return Rule(columns=(said,))
    if not isinstance(said, Mapping):
        raise InputError(name, f"{where}: must be a column name or a table", 'for example { from = "group_id" }')
    unknown = set(said) - _RULE_KEYS
    if unknown:
        raise InputError(name, f"{where}: unknown key {sorted(unknown)[0]!r}", f"keys: {', '.join(sorted(_RULE_KEYS))}")
    columns = said.get("from", [])
    columns = (columns,) if isinstance(columns, str) else tuple(map(str, columns))
    if not (columns or free) and "value" not in said and "template" not in said:
        raise InputError(name, f"{where}: needs `from`, `template` or `value`", GUIDE)
    values = said.get("values")
    if values is not None and not isinstance(values, Mapping):
        raise InputError(name, f"{where}: `values` must be a table of translations", GUIDE)
    texts = {
        k: _plain(said[k]) for k in _RULE_KEYS - {"from", "values", "reference", "lower"} if said.get(k) is not None
    }
    rule = Rule(
        columns=columns,
        reference=bool(said.get("reference", False)),
        lower=bool(said.get("lower", False)),
        values=None if values is None else {str(k): _plain(v) for k, v in values.items()},
        **texts,
    )
    _check_rule(rule, name, where)
    return rule


def _check_rule(rule: Rule, name: str, where: str) -> None:
    faults = [
        "" in (*rule.columns, rule.value if rule.id else None) and "is empty: fill it in",
        rule.id is not None and rule.id not in KINDS and f"`id` must be one of {', '.join(KINDS)}",
        rule.unit is not None and rule.unit not in UNITS and f"`unit` must be one of {', '.join(UNITS)}",
        rule.format is not None and format_fault(rule.format),
        rule.zone is not None and zone_fault(rule.zone),
        rule.pattern is not None and _pattern_fault(rule.pattern),
        rule.replace is not None and rule.pattern is None and "`replace` goes with `pattern`",
        rule.handle is not None and rule.id is None and "`handle` goes with `id`",
        rule.values is None and rule.otherwise is not None and "`otherwise` goes with `values`",
    ]
    for fault in faults:
        if fault:
            raise InputError(name, f"{where}: {fault}", GUIDE)


def _pattern_fault(pattern: str) -> str | None:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        return f"`pattern` is no regular expression: {error}"
    if re.search(r"\(\?[=!<]|\\[1-9]", pattern.replace("(?P<", "")):
        return "`pattern` may not look around or back"  # the columnar engine runs in linear time and has neither
    return None if groups else "`pattern` needs a group ( … ): what it catches is kept"
