"""Number rows of text: the same row always gets the same number, new ones the next. Columns in, numbers out."""

from dataclasses import dataclass, field

import polars as pl


@dataclass(slots=True)
class Catalogue:
    """Distinct rows seen so far, in order of number."""

    schema: dict[str, pl.DataType]
    rows: pl.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        self.rows = pl.DataFrame(schema=self.schema)

    def number(self, frame: pl.DataFrame) -> pl.Series:
        """The number of each row of `frame` (its columns in `schema`)."""
        names = list(self.schema)
        asked = frame.select(names)
        distinct = asked.unique(maintain_order=True)
        new = distinct.join(self.rows, on=names, how="anti", nulls_equal=True, maintain_order="left")
        self.rows = pl.concat([self.rows, new])
        numbered = self.rows.with_row_index("#").with_columns(pl.col("#").cast(pl.Int64))
        return asked.join(numbered, on=names, how="left", nulls_equal=True, maintain_order="left")["#"]
