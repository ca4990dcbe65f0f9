"""Apply a mapping to a batch of rows, a column at a time: staged tables out, and the rows that do not fit.

Every cell that is not empty must fit its column, otherwise the whole row is refused, with the column and the reason: half a
row would look like a fact. Not for: reading files (`observe.tabular`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from actionday.observe.mapping.rules import ALLOWED, SUBJECTS, Rows, Rule
from actionday.observe.reader import Refused, staged_schema
from actionday.observe.times import Declared, fold_digits, parse_days, parse_times

_NAME = r"^[a-z][a-z0-9_]*$"
_TYPED = r"^[a-z][a-z0-9_]*:(account|channel|pseudonym):(?s:.)+$"
_REFERENCE = r"^[a-z][a-z0-9_]*:@(?s:.)+$"


@dataclass(frozen=True, slots=True)
class Cooked:
    """One archive column made: its values, and why a value was refused (null: fine)."""

    values: pl.Series
    reason: pl.Series


def apply_mapping(
    frame: pl.DataFrame, numbers: pl.Series, rows: Rows, zone: str | None = None
) -> tuple[pa.Table, list[Refused]]:
    """Make the staged table of one section from a batch.

    `frame` holds the file's columns (text, or typed where the file types them); `numbers` each row's place in the file,
    counted from 1. `zone` is the fallback for wall clocks. Columns that the file lacks count as empty.
    """
    chosen = chosen_rows(frame, rows)
    frame, numbers = frame.filter(chosen), numbers.filter(chosen)
    table, reason = make_columns(frame, rows, zone)
    good = reason.is_null()
    table = table.filter(good)
    if rows.table != "posts":
        table = table.unique(maintain_order=True)
    refused = _refusals(frame.filter(~good), numbers.filter(~good), reason.filter(~good))
    return to_staged(table, rows.table), refused


def make_columns(frame: pl.DataFrame, rows: Rows, zone: str | None = None) -> tuple[pl.DataFrame, pl.Series]:
    """Row by row the archive's columns of one section, and why a row is refused (null: fine). `where` is not applied."""
    cooked = _cook_all(frame, rows, rows.zone or zone)
    reason = _first_reason(cooked, staged_schema(rows.table), rows.table, frame.height)
    return pl.DataFrame({name: c.values for name, c in cooked.items()}, height=frame.height), reason


def as_text(values: pl.Series) -> pl.Series:
    """Any column as text. Whole floats lose their ``.0``; floats too large to hold an id exactly become ``?`` and are refused."""
    kind = values.dtype
    if kind == pl.String:
        return values
    if kind == pl.Boolean:
        return values.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    if kind.is_float():
        whole = (values == values.floor()) & (values.abs() < 2.0**53)
        return (
            pl.DataFrame({"v": values, "w": whole})
            .select(
                pl.when("w")
                .then(pl.col("v").cast(pl.Int64, strict=False).cast(pl.String))
                .otherwise(pl.col("v").cast(pl.String))
            )
            .to_series()
        )
    if isinstance(kind, (pl.List, pl.Array)):
        return values.list.eval(pl.element().cast(pl.String)).list.join("\n")
    if isinstance(kind, pl.Struct):
        return values.struct.json_encode()
    if kind == pl.Binary:
        return values.bin.encode("hex")
    return values.cast(pl.String, strict=False)


def take_text(frame: pl.DataFrame, rule: Rule) -> Cooked:
    """The text a rule yields, before it is typed. Empty cells are null."""
    height = frame.height
    nothing = pl.Series("reason", [None], dtype=pl.String).new_from_index(0, height)
    if rule.value is not None:
        return Cooked(pl.Series([rule.value]).new_from_index(0, height), nothing)
    if rule.template is not None:
        text = _filled(frame, rule.template, rule.fields)
    else:
        text = _first_given([_column(frame, name) for name in rule.columns], height)
    if rule.strip is not None:
        text = text.str.strip_chars(rule.strip)
    if rule.lower:
        text = text.str.to_lowercase()
    if rule.pattern is not None:
        hit = text.str.extract(rule.pattern, 1)
        if rule.replace is not None:
            whole = text.str.contains(rule.pattern).fill_null(value=False)
            hit = text.set(~whole, None).str.replace(rule.pattern, rule.replace)
        text = hit
    text = text.set(text == "", None)
    if rule.values is not None:
        known = text.replace_strict(rule.values, default=rule.otherwise, return_dtype=pl.String)
        bad = text.is_not_null() & known.is_null() & (rule.otherwise is None)
        nothing = _when(bad, "value " + text.fill_null("") + " is not in the translations")
        text = known
    if rule.default is not None:
        text = text.fill_null(rule.default)
    return Cooked(text, nothing)


def chosen_rows(frame: pl.DataFrame, rows: Rows) -> pl.Series:
    """Which rows a section is for: its `where` holds and nothing it `needs` is empty."""
    keep = pl.Series([True]).new_from_index(0, frame.height)
    for name, wanted in rows.where.items():
        keep &= _column(frame, name).is_in(wanted).fill_null(value=False)
    for name in rows.needs:
        text = _column(frame, name)
        keep &= text.is_not_null() & (text.str.strip_chars() != "")
    return keep


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    if name in frame.columns:
        return as_text(frame[name])
    return pl.Series(name, [None], dtype=pl.String).new_from_index(0, frame.height)


def _first_given(columns: list[pl.Series], height: int) -> pl.Series:
    if not columns:
        return pl.Series([None], dtype=pl.String).new_from_index(0, height)
    out = columns[0].set(columns[0].str.strip_chars() == "", None)
    for other in columns[1:]:
        given = other.set(other.str.strip_chars() == "", None)
        out = out.zip_with(out.is_not_null(), given)
    return out


def _filled(frame: pl.DataFrame, template: str, names: tuple[str, ...]) -> pl.Series:
    """A template with its fields filled; null where one of them is empty."""
    pieces = template
    parts: list[pl.Expr] = []
    for name in names:
        before, pieces = pieces.split("{" + name + "}", 1)
        parts += [pl.lit(before), pl.lit(_first_given([_column(frame, name)], frame.height))]
    return pl.select(pl.concat_str([*parts, pl.lit(pieces)])).to_series()


def _cook_all(frame: pl.DataFrame, rows: Rows, zone: str | None) -> dict[str, Cooked]:
    platform = take_text(frame, rows.platform)
    platform = Cooked(platform.values.str.to_lowercase(), platform.reason)
    schema = staged_schema(rows.table)
    cooked: dict[str, Cooked] = {}
    for column, rule in rows.columns.items():
        kind = schema.field(column).type
        if pa.types.is_timestamp(kind):
            cooked |= _times(frame, column, rule, zone, with_offset=rows.table == "posts" and column == "at")
        elif rule.id or rule.reference:
            cooked |= _ids(frame, column, rule, platform.values, with_native="native" in schema.names)
        else:
            cooked[column] = _typed(frame, column, rule, kind, (rows.table, zone))
    return _with_derived({**cooked}, rows, platform, frame)


def _with_derived(cooked: dict[str, Cooked], rows: Rows, platform: Cooked, frame: pl.DataFrame) -> dict[str, Cooked]:
    """What follows from the rest: the platform where only ids tell it, `native` of a profile, text that is never null."""
    schema, fine = staged_schema(rows.table), platform.reason
    given = cooked.pop("", None)
    if given is not None and rows.table in {"accounts", "channels"} and "native" not in rows.columns:
        cooked["native"] = given
    if "native" not in cooked and rows.table in {"accounts", "channels"}:
        subject = cooked["subject"].values
        cooked["native"] = Cooked(subject.str.extract(r"^[^:]*:[^:]*:((?s:.)+)$", 1), fine)
    if rows.table == "moves" and "target_platform" not in rows.columns:
        cooked["target_platform"] = Cooked(cooked["target"].values.str.extract(r"^([^:]*):", 1), fine)
    if "platform" in schema.names and "platform" not in rows.columns:
        holder = next((n for n in ("subject", "channel", "account") if n in cooked), None)
        name = platform.values
        if holder is not None:
            name = name.zip_with(name.is_not_null(), cooked[holder].values.str.extract(r"^([^:]*):", 1))
        bad = name.is_not_null() & ~name.str.contains(_NAME)
        fault = _when(bad.fill_null(value=False), "platform name " + name.fill_null("") + " is not one lower-case word")
        cooked["platform"] = Cooked(name, fine.zip_with(fine.is_not_null(), fault))
    if rows.table == "posts":
        text = cooked.get("text", Cooked(pl.Series([None], dtype=pl.String).new_from_index(0, frame.height), fine))
        cooked["text"] = Cooked(text.values.fill_null(""), text.reason)
    return cooked


def _times(frame: pl.DataFrame, column: str, rule: Rule, zone: str | None, *, with_offset: bool) -> dict[str, Cooked]:
    declared = Declared(rule.zone or zone, rule.format, rule.unit)
    plain = len(rule.columns) == 1 and rule == Rule(rule.columns, format=rule.format, unit=rule.unit, zone=rule.zone)
    if plain and rule.columns[0] in frame.columns:
        read = parse_times(frame[rule.columns[0]], declared)  # typed columns stay typed
        reason = read.reason
    else:
        taken = take_text(frame, rule)
        read = parse_times(taken.values, declared)
        reason = taken.reason.zip_with(taken.reason.is_not_null(), read.reason)
    out = {column: Cooked(read.at, reason)}
    return {"at_offset": Cooked(read.offset, reason), **out} if with_offset else out


def _ids(frame: pl.DataFrame, column: str, rule: Rule, platform: pl.Series, *, with_native: bool) -> dict[str, Cooked]:
    taken = take_text(frame, rule)
    native = fold_digits(taken.values) if rule.id else taken.values.str.strip_chars().str.to_lowercase()
    if rule.handle is not None:
        name = _first_given([_column(frame, rule.handle)], frame.height).str.strip_chars(" @").str.to_lowercase()
        native = native.zip_with(native.is_not_null(), "@" + name)
    if rule.platform is not None:
        platform = pl.Series([rule.platform]).new_from_index(0, frame.height)
    lost = native.is_not_null() & _inexact(frame, rule)
    reason = taken.reason.zip_with(~lost, _when(lost, "the id was stored as a float and has lost digits"))
    made = platform + (f":{rule.id}:" + native if rule.id else ":@" + native.str.strip_chars_start("@"))
    out = {column: Cooked(made, reason)}
    return {"": Cooked(native, reason), **out} if with_native and column == "subject" else out


def _inexact(frame: pl.DataFrame, rule: Rule) -> pl.Series:
    lost = pl.Series([False]).new_from_index(0, frame.height)
    for name in rule.columns:
        if name in frame.columns and frame[name].dtype.is_float():
            lost |= (frame[name].abs() >= 2.0**53).fill_null(value=False)
    return lost


def _typed(frame: pl.DataFrame, column: str, rule: Rule, kind: pa.DataType, about: tuple[str, str | None]) -> Cooked:
    """Text into the archive's type for the column."""
    table, zone = about
    if pa.types.is_list(kind):
        return _lists(frame, rule)
    taken = take_text(frame, rule)
    text, reason = taken.values, taken.reason
    if pa.types.is_string(kind):
        return _words(table, column, text, reason)
    if pa.types.is_date(kind):
        days, fault = parse_days(text, Declared(rule.zone or zone, rule.format, rule.unit))
        return Cooked(days, reason.zip_with(reason.is_not_null(), fault))
    text = fold_digits(text)
    if pa.types.is_boolean(kind):
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        made, what = text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean), "yes or no"
    elif pa.types.is_binary(kind):
        made, what = text.str.decode("hex", strict=False), "hexadecimal"
    elif pa.types.is_integer(kind):
        whole = text.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
        made, what = whole.cast(_integer(kind), strict=False), "a whole number"
    else:
        made, what = text.cast(pl.Float64, strict=False), "a number"
    bad = text.is_not_null() & made.is_null()
    return Cooked(made, reason.zip_with(~bad, _when(bad, "not " + what + ": " + text.fill_null("").str.slice(0, 80))))


def _integer(kind: pa.DataType) -> pl.DataType:
    return {8: pl.Int8(), 16: pl.Int16(), 32: pl.Int32(), 64: pl.Int64()}[kind.bit_width]


def _words(table: str, column: str, text: pl.Series, reason: pl.Series) -> Cooked:
    """Text columns: fixed words are checked, subject columns must hold typed ids, free text stays as it is."""
    allowed = ALLOWED.get((table, column))
    if allowed is not None:
        text = text.str.strip_chars().str.to_lowercase()
        bad = text.is_not_null() & ~text.is_in(allowed)
        fault = _when(bad, "not one of " + ", ".join(allowed) + ": " + text.fill_null("").str.slice(0, 80))
    elif column in SUBJECTS or (table in ("moves", "link_judgements") and column == "target"):
        pattern = f"{_TYPED}|{_REFERENCE}" if table == "moves" and column == "target" else _TYPED
        bad = text.is_not_null() & ~text.str.contains(pattern)
        shown = text.fill_null("").str.slice(0, 80)
        fault = _when(
            bad, "no typed id (platform:kind:native): " + shown + '; build one with id = "channel" or "account"'
        )
    else:
        return Cooked(text, reason)
    return Cooked(text, reason.zip_with(reason.is_not_null(), fault))


def _lists(frame: pl.DataFrame, rule: Rule) -> Cooked:
    name = rule.columns[0] if len(rule.columns) == 1 else None
    if name in frame.columns and isinstance(frame[name].dtype, pl.List):
        fine = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
        return Cooked(frame[name].cast(pl.List(pl.String)), fine)
    taken = take_text(frame, rule)
    if rule.split == "json":
        listed = taken.values.str.strip_chars().str.contains(r"^\[(\s*\"([^\"\\]|\\.)*\"\s*,?)*\s*\]$")
        bad = taken.values.is_not_null() & ~listed
        lists = taken.values.set(bad, None).str.json_decode(pl.List(pl.String))
        return Cooked(lists, taken.reason.zip_with(~bad, _when(bad, "not a JSON list of texts")))
    return Cooked(taken.values.str.split(rule.split or " "), taken.reason)


def _when(bad: pl.Series, reason: pl.Series | str) -> pl.Series:
    return pl.select(pl.when(bad).then(pl.lit(reason))).to_series()


def _first_reason(cooked: Mapping[str, Cooked], schema: pa.Schema, table: str, height: int) -> pl.Series:
    """Per row the first fault over the columns, in schema order, with table and column named."""
    out = pl.Series("reason", [None], dtype=pl.String).new_from_index(0, height)
    for column in schema:
        made = cooked.get(column.name)
        if made is None:
            continue
        fault = made.reason
        if not column.nullable:
            missing = made.values.is_null() & fault.is_null()
            fault = fault.zip_with(~missing, _when(missing, "empty"))
        if fault.is_not_null().any():
            out = out.zip_with(out.is_not_null(), f"{table}.{column.name}: " + fault)
    return out


def _refusals(frame: pl.DataFrame, numbers: pl.Series, reasons: pl.Series) -> list[Refused]:
    """One object a refused row; the loop runs over refused rows only."""
    return [
        Refused(f"row {number}", reason, json.dumps(row, ensure_ascii=False, default=str))
        for number, reason, row in zip(numbers, reasons, frame.iter_rows(named=True), strict=True)
    ]


def to_staged(table: pl.DataFrame, name: str) -> pa.Table:
    """Columns to the staged schema of an archive table; columns that are not there are null."""
    schema = staged_schema(name)
    arrow = table.to_arrow()
    arrays = [
        arrow[f.name].cast(f.type) if f.name in arrow.column_names else pa.nulls(table.height, f.type) for f in schema
    ]
    return pa.table(arrays, schema=schema)
