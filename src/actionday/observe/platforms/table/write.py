"""Write staged tables as foreign files with their mapping, column by column. The reader gives the same rows back."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from actionday.observe.mapping import Guess, mapping_toml

_SUFFIX = {"csv": ".csv", "tsv": ".tsv", "jsonl": ".jsonl", "json": ".json", "parquet": ".parquet"}


def write_tables(rows: Mapping[str, pa.Table], folder: Path, style: str) -> list[Path]:
    """Write ``<table>.<suffix>`` and ``<table>.<suffix>.map.toml`` for every table that has rows; all files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, table in rows.items():
        if table.num_rows:
            path = folder / f"{name}{_SUFFIX[style]}"
            columns = [c for c in table.column_names if table[c].null_count < table.num_rows]
            _WRITERS[style](table.select(columns), path)
            beside = path.with_name(path.name + ".map.toml")
            beside.write_text(_mapping(name, columns, style), "utf-8", newline="\n")
            written += [path, beside]
    return written


def _mapping(name: str, columns: list[str], style: str) -> str:
    rules: dict[str, object] = {c: c for c in columns if c != "at_offset" or style == "parquet"}
    if "hrefs" in rules and style != "parquet":
        rules["hrefs"] = {"from": "hrefs", "split": "json"}
    text = mapping_toml(Guess({"table": name, "columns": rules}, (), ()))
    return "\n".join(text.splitlines()[1:]) + "\n"  # without the proposal's first line


def _texts(table: pa.Table) -> pl.DataFrame:
    """All columns as text. Times carry the wall clock where its offset is known (``+01:00``), else ``Z``."""
    frame = pl.DataFrame(table)
    made: list[pl.Expr] = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.Datetime):
            offset = pl.col("at_offset") if name == "at" and "at_offset" in frame.columns else pl.lit(None, pl.Int16)
            made.append(_stamp(column, offset).alias(name))
        elif isinstance(kind, pl.List):
            made.append(_json_list(name))
        elif kind == pl.Binary:
            made.append(column.bin.encode("hex"))
        elif kind == pl.Boolean:
            made.append(column.replace_strict({True: "true", False: "false"}, return_dtype=pl.String))
        elif name != "at_offset":
            made.append(column.cast(pl.String))
    return frame.select(made)


def _stamp(at: pl.Expr, offset: pl.Expr) -> pl.Expr:
    wall = (at + pl.duration(minutes=offset.fill_null(0))).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    size = offset.abs()
    clock = pl.concat_str(
        pl.when(offset < 0).then(pl.lit("-")).otherwise(pl.lit("+")),
        (size // 60).cast(pl.String).str.zfill(2),
        pl.lit(":"),
        (size % 60).cast(pl.String).str.zfill(2),
    )
    return pl.concat_str(wall, pl.when(offset.is_null()).then(pl.lit("Z")).otherwise(clock))


def _json_list(name: str) -> pl.Expr:
    """A list column as JSON texts: encoded as a struct of one field, whose wrapping is taken off again."""
    wrapped = pl.struct(pl.col(name).alias("v")).struct.json_encode()
    return pl.when(pl.col(name).is_not_null()).then(wrapped.str.strip_prefix('{"v":').str.strip_suffix("}")).alias(name)


def _write_csv(table: pa.Table, path: Path, separator: str = ",") -> None:
    _texts(table).write_csv(path, separator=separator, quote_style="non_numeric", line_terminator="\n")


def _write_tsv(table: pa.Table, path: Path) -> None:
    _write_csv(table, path, "\t")


def _write_jsonl(table: pa.Table, path: Path) -> None:
    _texts(table).write_ndjson(path)


def _write_json(table: pa.Table, path: Path) -> None:
    _texts(table).write_json(path)


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


_WRITERS = {
    "csv": _write_csv,
    "tsv": _write_tsv,
    "jsonl": _write_jsonl,
    "json": _write_json,
    "parquet": _write_parquet,
}
