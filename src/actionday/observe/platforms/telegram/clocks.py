"""Times of an export: seconds since the epoch where it has them, else wall clocks in a declared zone.

Wall clocks that occur twice (the clock went back) are the first of the two; one that never occurs (it went forward) is
no time. That is the rule of every reader here.
"""

from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NO_ZONE = "wall-clock time without zone (an export older than date_unixtime): declare the zone the exporter lived in"
NO_TIME = "date unreadable, or a wall-clock time that the declared zone skipped"
_LAST = 1 << 32
_MINUTES = 60
_FAR = 16 * 60


def zone_fault(zone: str | None) -> str | None:
    """Why wall clocks cannot be placed, or None."""
    if zone is None:
        return NO_ZONE
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return f"{zone[:80]!r} is no IANA time zone, such as Europe/Paris"
    return None


def walls(column: pa.Array) -> pa.Array:
    """ISO local times (string) as naive seconds; null where unreadable."""
    try:
        return pc.cast(column, pa.timestamp("s"))
    except pa.ArrowInvalid:
        return pc.strptime(column, format="%Y-%m-%dT%H:%M:%S", unit="s", error_is_null=True)


def offsets(wall: pa.Array, unix: pa.Array) -> pa.Array:
    """Wall clock minus UTC in minutes (int16); null where one is missing or they lie further apart than zones do."""
    seconds = pc.subtract(pc.cast(wall, pa.int64()), unix)
    minutes = pc.cast(pc.floor(pc.divide(pc.cast(seconds, pa.float64()), _MINUTES)), pa.int64())
    near = pc.less_equal(pc.abs(minutes), _FAR)
    return pc.cast(pc.if_else(near, minutes, pa.scalar(None, pa.int64())), pa.int16())


def place(wall: pa.Array, zone: str) -> pa.Array:
    """Naive seconds in an IANA zone as seconds since the epoch (int64); null where the zone skipped them."""
    import polars as pl  # only old exports need it, and it is large

    series = pl.Series(values=np.asarray(wall.cast(pa.int64()).fill_null(-1)), dtype=pl.Int64)
    placed = (
        (series * 1_000_000)
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        .dt.epoch("s")
        .to_arrow()
    )
    return pc.if_else(wall.is_valid(), placed, pa.scalar(None, pa.int64()))


def plausible(unix: pa.Array) -> pa.Array:
    """False where a time is missing, before 1970 or beyond what Telegram's clock can hold."""
    inside = pc.and_(pc.greater_equal(unix, 0), pc.less(unix, _LAST))
    return pc.fill_null(inside, fill_value=False)


def instants(unix: pa.Array) -> pa.Array:
    """Seconds since the epoch as UTC microseconds."""
    return pc.cast(pc.multiply(unix, 1_000_000), pa.int64()).cast(pa.timestamp("us", tz="UTC"))
