"""What every table reader hands on: some rows as columns, their numbers, and the rows set aside on the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

import polars as pl

from actionday.observe.reader import CHUNK_ROWS, Refused


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


def pieces(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Batches of CHUNK_ROWS at most; refusals go with the first piece."""
    for batch in batches:
        for start in range(0, max(len(batch.numbers), 1), CHUNK_ROWS):
            refused = batch.refused if start == 0 else []
            yield Batch(batch.frame.slice(start, CHUNK_ROWS), batch.numbers.slice(start, CHUNK_ROWS), refused)
