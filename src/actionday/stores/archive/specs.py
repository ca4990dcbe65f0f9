"""How a table of the archive is declared. Not for: which tables there are (`schemas`)."""

from dataclasses import dataclass

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
_SOURCE = [pa.field("row", pa.int64(), nullable=False), pa.field("ingest", pa.int32(), nullable=False)]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: `unique` is the natural key (anti-join on write), `subjects` the columns that name a subject.

    `free` are the columns in which people's own words stand, or files' names: there a name may hide in a longer text.
    """

    name: str
    says: str
    columns: tuple[pa.Field, ...]
    unique: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The stored schema, `row` and `ingest` first."""
        return pa.schema([*_SOURCE, *self.columns])

    @property
    def payload(self) -> pa.Schema:
        """The schema that writers hand over: without `row` and `ingest`."""
        return pa.schema(list(self.columns))


def column(name: str, kind: pa.DataType, *, null: bool = True) -> pa.Field:
    """A column; `null=False` where every row has it."""
    return pa.field(name, kind, nullable=null)


S, I8, I64, F64, B, TRUTH = pa.string(), pa.int8(), pa.int64(), pa.float64(), pa.binary(), pa.bool_()


def declared(
    name: str,
    says: str,
    columns: list[pa.Field],
    unique: tuple[str, ...],
    subjects: tuple[str, ...] = (),
    *,
    free: tuple[str, ...] = (),
) -> TableSpec:
    """A table from its columns, key and subjects."""
    return TableSpec(name, says, tuple(columns), unique, subjects, free)
