"""The declared schemas of linking, and `Profiles`: everything that is compared, in one order of subjects.

Not for: where profiles come from (`profiles` reads them from an archive), or what is made of them.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from actionday.link.evidence import TOKEN_FAMILIES

TIME = pa.timestamp("us", tz="UTC")
SUBJECTS = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("platform", pa.string(), nullable=False),
        pa.field("kind", pa.string()),
        ("language", pa.string()),
        ("script", pa.string()),
        ("begun_at", TIME),  # created, else first seen
        ("last_at", TIME),  # last sign of life
        ("busy_at", TIME),  # when the first tenth of its own posts was written
        ("ended_at", TIME),  # null: there when last seen
        ("ending", pa.string()),  # removed | closed | moved | gone | silent
        ("finding", pa.bool_()),  # a confirmed decision on it
        ("real_name", pa.bool_()),  # goes by a real name: never proposed
        ("posts", pa.int64()),
        ("per_day", pa.float64()),
        ("followers", pa.int64()),
        ("hours", pa.list_(pa.float32(), 24)),  # posts by hour, UTC; null below 20
    ]
)
"""One row a subject, sorted by subject."""

NAMES = pa.schema([("subject", pa.int32()), ("what", pa.string()), ("text", pa.string())])
"""Handles and display names a subject ever had: row of SUBJECTS, `handle` or `display_name`, the text."""

TOKENS = pa.schema([("subject", pa.int32()), ("family", pa.int8()), ("token", pa.int64())])
"""What a subject has: row of SUBJECTS, place in TOKEN_FAMILIES, hash. Each once."""

SIGNALS = pa.schema([("source", pa.int32()), ("target", pa.int32()), ("declared", pa.bool_()), ("at", TIME)])
"""Links and declared moves from one subject to another, by rows of SUBJECTS."""

CANDIDATES = pa.schema([("earlier", pa.int32()), ("later", pa.int32())])
"""Pairs to compare: the earlier ended first."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """What is known of every subject. `tokens` is sorted by family, subject and token, each row once."""

    subjects: pa.Table
    names: pa.Table
    tokens: pa.Table
    signals: pa.Table

    def __len__(self) -> int:
        return len(self.subjects)

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> "Profiles":
        """From tables named as the fields; columns are cast, missing ones null, tokens sorted and made distinct."""
        return cls(
            conform(tables["subjects"], SUBJECTS),
            conform(tables.get("names"), NAMES),
            distinct_tokens(conform(tables.get("tokens"), TOKENS)),
            conform(tables.get("signals"), SIGNALS),
        )

    def row_of(self, subject: str) -> int | None:
        """The row of a subject id, None when it is not there. Halves what is left, since subjects are sorted."""
        ids = self.subjects["subject"]
        at = bisect_left(range(len(ids)), subject, key=lambda row: ids[row].as_py())
        return at if at < len(ids) and ids[at].as_py() == subject else None


def conform(table: pa.Table | None, schema: pa.Schema) -> pa.Table:
    """The table in a declared schema; None is the empty table."""
    if table is None:
        return schema.empty_table()
    columns = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def distinct_tokens(tokens: pa.Table) -> pa.Table:
    """Sorted by family, subject and token, each once."""
    family = tokens["family"].to_numpy().astype(np.int64)
    subject, token = tokens["subject"].to_numpy().astype(np.int64), tokens["token"].to_numpy()
    order = np.lexsort((token, (family << 32) | subject))
    family, subject, token = family[order], subject[order], token[order]
    kept = np.ones(len(order), np.bool_)
    kept[1:] = (family[1:] != family[:-1]) | (subject[1:] != subject[:-1]) | (token[1:] != token[:-1])
    columns = [subject[kept].astype(np.int32), family[kept].astype(np.int8), token[kept]]
    return pa.table([pa.array(column) for column in columns], schema=TOKENS)


def token_place(family: str) -> int:
    """A token family's number in TOKENS."""
    return TOKEN_FAMILIES.index(family)
