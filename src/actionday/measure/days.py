"""Days and weeks as whole numbers, in UTC: day 0 is 1970-01-01.

DuckDB walks a time-zone calendar for every row when it truncates a time with a zone; dividing microseconds does the same
in UTC some twenty times faster. `micros` is the one engine-named function in `measure` (Spark says `unix_micros`).
Not for: calendars of other zones.
"""

from datetime import date, datetime, timedelta

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

DAY_US = 86_400_000_000
EPOCH = date(1970, 1, 1)
_SIGNATURE = ((dt.Timestamp(timezone="UTC"),), dt.int64)


@ibis.udf.scalar.builtin(name="epoch_us", signature=_SIGNATURE)
def micros(at: ir.TimestampValue) -> ir.IntegerValue:
    """Microseconds since 1970-01-01T00:00Z of a time column."""


def day_of(at: ir.TimestampValue) -> ir.IntegerValue:
    """The day's number (int64) of a time column."""
    return (micros(at) // DAY_US).cast("int64")


def monday_of(at: ir.TimestampValue) -> ir.IntegerValue:
    """The number of the Monday that begins the week of a time column."""
    return (day_of(at) + 3) // 7 * 7 - 3  # day 0 is a Thursday


def day_number(at: datetime | date) -> int:
    """The day's number of one moment (aware, UTC) or date."""
    day = at.date() if isinstance(at, datetime) else at
    return (day - EPOCH).days


def date_of(day: int) -> date:
    """The date of a day's number."""
    return EPOCH + timedelta(days=day)


def dates(days: npt.ArrayLike) -> pa.Array:
    """Day numbers as an Arrow date32 array."""
    return pa.array(np.asarray(days, np.int32), pa.int32()).cast(pa.date32())


def as_days(times: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.float64]:
    """A time column as float days since 1970 (NaN where null)."""
    whole = times.cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.float64)
    return np.asarray(whole / DAY_US, np.float64)
