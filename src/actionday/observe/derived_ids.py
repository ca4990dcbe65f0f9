"""Ids for messages whose export has none: out of what they say, so that exports that overlap give the same ids.

Not for: formats that have ids of their own.
"""

import duckdb
import polars as pl


def derived_ids(messages: pl.DataFrame) -> pl.Series:
    """Ids out of the texts `at`, `author`, `text` and how many equal ones stand before: the first 24 hex digits of an MD5.

    They never change: `at` must be a form of the time that does not depend on what is declared. Equal messages are told apart within
    the frame only.
    """
    place = pl.int_range(pl.len()).over("at", "author", "text")
    told = (pl.col(name).fill_null("") for name in ("at", "author", "text"))
    joined = pl.concat_str(*told, place.cast(pl.String), separator="\x1f")
    table = messages.select(joined.alias("t")).to_arrow()
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("messages", table)
        made = connection.execute("SELECT left(md5(t), 24) AS id FROM messages").to_arrow_table()
    return pl.Series("native", pl.DataFrame(made)["id"], dtype=pl.String)
