"""What every table reader hands on: some rows as columns, their numbers, and the rows set aside on the way."""

from dataclasses import dataclass, field
from typing import Self

import polars as pl

from actionday.observe.reader import Refused


@dataclass(slots=True)
class Batch:
    """`frame`: columns by the file's own names. `numbers`: each row's place among the data rows, from 1."""

    frame: pl.DataFrame
    numbers: pl.Series
    refused: list[Refused] = field(default_factory=list)

    @classmethod
    def of_refused(cls, refused: list[Refused]) -> Self:
        """A batch that holds nothing but refusals."""
        return cls(pl.DataFrame(), pl.Series("row", [], dtype=pl.Int64), refused)
