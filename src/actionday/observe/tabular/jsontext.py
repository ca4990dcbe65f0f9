"""Frames as JSON texts, a column at a time: for writers of exports. Not for: reading (`jsonlists`, `jsonrows`)."""

from collections.abc import Iterator

import polars as pl

SLICE = 50_000
"""Rows that writers should encode at once."""


def objects(*columns: pl.Expr | str) -> pl.Expr:
    """One JSON object a row out of named columns; nulls stay keys."""
    return pl.struct(*columns).struct.json_encode()


def value(column: pl.Expr) -> pl.Expr:
    """One JSON value a row."""
    encoded = pl.struct(column.alias("v")).struct.json_encode()
    return encoded.str.strip_prefix('{"v":').str.slice(0, encoded.str.len_chars() - 6)


def with_member(object_: pl.Expr, key: str, json: pl.Expr) -> pl.Expr:
    """The object with one more member, whose value is JSON already; unchanged where that is null."""
    more = pl.concat_str(object_.str.head(-1), pl.lit(f',"{key}":'), json, pl.lit("}"))
    return pl.coalesce(more, object_)


def times(column: pl.Expr) -> pl.Expr:
    """UTC instants as ISO 8601 with Z, fractions only where there are any."""
    return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").str.replace(".000000Z", "Z", literal=True)


def slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The frame in pieces."""
    return frame.iter_slices(SLICE)
