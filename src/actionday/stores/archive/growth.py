"""Tables grow: a release adds columns at the end, and tables and files that an older one wrote lack them.

The table's own schema is grown before a write; files are not rewritten for it, and read as null there. Not for: any other
change of a schema, which needs a new format version.
"""

import pyarrow as pa
from deltalake import DeltaTable, Field, Schema

from actionday.stores.archive.schemas import TABLES

FILES = "read_parquet($files, union_by_name = true)"
"""SQL for a table's files, whichever release wrote them."""


def grow(delta: DeltaTable, name: str) -> None:
    """Add the columns that the table lacks to its schema."""
    known = {field.name for field in delta.schema().fields}
    lacking = [field for field in TABLES[name].schema if field.name not in known]
    if lacking:
        wanted = Schema.from_arrow(pa.schema(lacking)).fields
        delta.alter.add_columns([Field(field.name, field.type, nullable=True) for field in wanted])


def filled(name: str, rows: pa.Table) -> pa.Table:
    """Rows with all columns of the table, in its order; those that no file had are null."""
    columns = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in TABLES[name].schema
    ]
    return pa.table(columns, names=TABLES[name].schema.names)
